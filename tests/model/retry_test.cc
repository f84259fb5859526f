#include "base/loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;
using ::testing::SizeIs;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

TEST(Retry, AsksAgainUntilItIsAnswered) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kServer), Failing(ModelError::kConnection), {}});
  const auto reply = AskIn(sim, WithRetry(server));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(TextOf(reply->message), "ok");
  EXPECT_EQ(server->calls(), 3);
  const auto retried = EventsOf<event::Retried>(sim.events());
  ASSERT_THAT(retried, SizeIs(2));
  EXPECT_EQ(retried[1].second.attempt, 2);
  EXPECT_EQ(retried[0].second.delay + retried[1].second.delay, sim.elapsed());
  EXPECT_LE(retried[0].second.delay, absl::Milliseconds(500));
  EXPECT_LE(retried[1].second.delay, absl::Seconds(1));
}

TEST(Retry, WhichErrorsAreTriedAgain) {
  const struct {
    ModelError error;
    int calls;
  } cases[] = {
      {ModelError::kInvalidRequest, 1}, {ModelError::kAuthentication, 1}, {ModelError::kNotFound, 1},
      {ModelError::kQuota, 1},          {ModelError::kContextLength, 1},  {ModelError::kContentPolicy, 1},
      {ModelError::kNone, 1},           {ModelError::kEmpty, 2},          {ModelError::kRateLimit, 3},
      {ModelError::kOverloaded, 3},     {ModelError::kServer, 3},         {ModelError::kConnection, 3},
      {ModelError::kBroken, 3},         {ModelError::kTimeout, 3}};
  for (const auto& c : cases) {
    Sim sim;
    auto server = ActingInTurn({Failing(c.error)});
    const auto reply = AskIn(sim, WithRetry(server));
    EXPECT_THAT(reply, Fails(kUnavailable, HasSubstr("it failed"))) << ModelErrorName(c.error);
    EXPECT_EQ(server->calls(), c.calls) << ModelErrorName(c.error);
    EXPECT_EQ(ModelErrorOf(reply.status()), c.error);
  }
}

TEST(Retry, TheErrorSaysHowOftenAndKeepsWhatTheServerSaid) {
  Sim sim;
  auto server = ActingInTurn({{.status = Failure(ModelError::kServer, "first")},
                              {.status = Failure(ModelError::kRateLimit, "second", absl::Seconds(3))}});
  const auto reply = AskIn(sim, WithRetry(server));
  EXPECT_THAT(reply, Fails(kUnavailable, HasSubstr("model: second; tried 3 times")));
  EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kRateLimit);
  EXPECT_EQ(RetryAfterOf(reply.status()), absl::Seconds(3));
}

TEST(Retry, WaitsAsLongAsTheServerTells) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kRateLimit, absl::Seconds(42)), {}});
  EXPECT_THAT(AskIn(sim, WithRetry(server)), IsOk());
  EXPECT_EQ(sim.elapsed(), absl::Seconds(42));
}

TEST(Retry, DoesNotWaitForMinutes) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kRateLimit, absl::Minutes(5)), {}});
  EXPECT_THAT(AskIn(sim, WithRetry(server)),
              Fails(kUnavailable, HasSubstr("it failed; not tried again: the server asks to wait 5m, longer "
                                            "than 2m")));
  EXPECT_EQ(sim.elapsed(), absl::ZeroDuration());
}

TEST(Retry, WhatTheServerSaysOfTryingAgainGoesBefore) {
  Sim sim;
  auto yes = ActingInTurn({{.status = Failure(ModelError::kInvalidRequest, "odd", {}, true)}, {}});
  EXPECT_THAT(AskIn(sim, WithRetry(yes)), IsOk());
  auto no = ActingInTurn({{.status = Failure(ModelError::kServer, "for good", {}, false)}, {}});
  EXPECT_THAT(AskIn(sim, WithRetry(no)), Fails(kUnavailable, HasSubstr("model: for good")));
}

TEST(Retry, NeverAfterAPartWasShown) {
  const Act cut{.pieces = {"The sky "}, .status = Failure(ModelError::kBroken, "cut off")};
  Sim sim;
  auto server = ActingInTurn({cut, {}});
  EXPECT_THAT(AskIn(sim, WithRetry(server)),
              Fails(kUnavailable, HasSubstr("not tried again: a part of the reply was already shown")));
  EXPECT_EQ(server->calls(), 1);
  auto asked_for = ActingInTurn({cut, {}});
  EXPECT_THAT(AskIn(sim, WithRetry(asked_for, {.after_output = true})), IsOk());
  EXPECT_THAT(EventsOf<event::Retried>(sim.events()), SizeIs(1));
}

TEST(Retry, DoesNotStartWhatCannotEnd) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kRateLimit, absl::Seconds(60)), {}});
  const auto reply =
      AskIn(sim, WithRetry(server), RequestSaying("hello"), {.deadline = absl::Seconds(30), .name = "r"});
  EXPECT_THAT(reply, Fails(kUnavailable, HasSubstr("a wait of 1m goes beyond the deadline in 30s")));
  EXPECT_EQ(sim.elapsed(), absl::ZeroDuration());
}

TEST(Retry, CancelledWhileItWaits) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kRateLimit, absl::Seconds(60)), {}});
  const ModelPtr model = WithRetry(server);
  absl::StatusOr<ModelReply> reply = absl::InternalError("never asked");
  auto body = [&](Context& ctx) -> Async<void> {
    Context step(ctx, "model");
    Timer stop(ctx.loop(), ctx.Now() + absl::Seconds(5), [&] { step.Cancel(); });
    const ModelRequest request = RequestSaying("hello");
    reply = co_await CallModel(*model, request, step);
  };
  EXPECT_THAT(sim.Run(body), IsOk());
  EXPECT_THAT(reply, Fails(absl::StatusCode::kCancelled, HasSubstr("cancelled")));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(5));
  EXPECT_EQ(server->calls(), 1);
}

TEST(Retry, AServerThatIsDownIsNotAskedMuchMoreOften) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kServer)});
  const auto replies = AskManyIn(sim, WithRetry(server), 1000);
  EXPECT_THAT(replies, Each(Fails(kUnavailable, HasSubstr("it failed"))));
  EXPECT_LE(server->calls(), 1000 * 1.2 + 10);
  EXPECT_THAT(replies.back().status().message(), HasSubstr("the retry budget is used up"));
}

TEST(Retry, TheBudgetIsSharedAndFillsAgain) {
  RetryBudget budget({.share = 0.2, .floor = 1, .window = absl::Seconds(10)});
  absl::Time now = absl::FromUnixSeconds(1'000);
  EXPECT_TRUE(budget.TakeRetry(now));
  EXPECT_FALSE(budget.TakeRetry(now));
  for (int i = 0; i < 5; ++i) budget.CountRequest(now);
  EXPECT_TRUE(budget.TakeRetry(now));
  EXPECT_FALSE(budget.TakeRetry(now));
  now += absl::Seconds(11);
  EXPECT_TRUE(budget.TakeRetry(now));
  EXPECT_FALSE(budget.TakeRetry(now));
}

TEST(Retry, TheRunsBudgetPaysForEachAttempt) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kServer)});
  const auto reply = AskIn(sim, WithRetry(server), RequestSaying("hello"), {.budget = {.model_calls = 2}});
  EXPECT_THAT(reply, Fails(kUnavailable, HasSubstr("it failed; tried 2 times; not tried again: "
                                                   "the budget of 2 model calls is used up")));
  EXPECT_EQ(server->calls(), 2);
}

// An attempt that was cut may be charged for by the server: its estimate stays.
TEST(Retry, AnAttemptThatWasCutIsCounted) {
  Sim sim;
  ModelCard card{.name = "paid", .price = Price{.input = 1, .cached_input = 1, .output = 1}};
  auto play = [](int call, Context&) { return call == 1 ? Failing(ModelError::kBroken) : Act(); };
  const ModelPtr model = WithRetry(std::make_shared<const ActingModel>(card, play));
  double usd = 0;
  auto body = [&](Context& ctx) -> Async<void> {
    Context step(ctx, "model");
    const ModelRequest request = RequestSaying("hello");
    const auto reply = co_await CallModel(*model, request, step);
    EXPECT_THAT(reply, IsOk());
    usd = step.cost().usd;
  };
  EXPECT_THAT(sim.Run(body, {.budget = {.usd = 1}}), IsOk());
  EXPECT_GT(usd, 4096 * 1e-6);  // the output that was reserved
  EXPECT_LT(usd, 2 * 4200 * 1e-6);
}

TEST(Retry, WaitsOfManyAreSpreadAndRepeatable) {
  auto waits = [](std::uint64_t seed) {
    Sim sim({.seed = 3});
    auto server = ActingInTurn({Failing(ModelError::kServer)});
    AskManyIn(sim, WithRetry(server, {.attempts = 2}), 50, {.seed = seed});
    std::vector<absl::Duration> delays;
    for (const auto& [path, retried] : EventsOf<event::Retried>(sim.events()))
      delays.push_back(retried.delay);
    return delays;
  };
  const auto first = waits(1);
  EXPECT_THAT(first, SizeIs(20));  // one for five requests, and the floor
  EXPECT_EQ(first, waits(1));
  EXPECT_NE(first, waits(2));
  const auto [low, high] = std::minmax_element(first.begin(), first.end());
  EXPECT_LT(*low, absl::Milliseconds(150));
  EXPECT_GT(*high, absl::Milliseconds(350));
}

}  // namespace
}  // namespace ninefold
