#include "base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::Sim;

// `hedge` may be sent at once, after a second.
constexpr HedgePolicy kAfterASecond{.after = absl::Seconds(1), .share = 1};

std::vector<std::string> Shown(const Sim& sim) {
  std::vector<std::string> pieces;
  for (const auto& [path, delta] : EventsOf<event::TextDelta>(sim.events())) pieces.push_back(delta.text);
  return pieces;
}

TEST(Hedge, TheSecondAnswersWhenTheFirstIsLate) {
  Sim sim;
  auto first = ActingInTurn({Taking(absl::Minutes(1))}, "a");
  auto second = ActingInTurn({Taking(absl::Seconds(2))}, "b");
  const auto reply = AskIn(sim, WithHedge(first, second, kAfterASecond));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->answered_by->name, "b");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3));
  EXPECT_EQ(first->cancelled, 1);
  EXPECT_EQ(first->running, 0);
}

TEST(Hedge, TheFirstAnswersAloneWhenItIsInTime) {
  Sim sim;
  auto first = ActingInTurn({Taking(absl::Milliseconds(900))}, "a");
  auto second = ActingInTurn({{}}, "b");
  EXPECT_THAT(AskIn(sim, WithHedge(first, second, kAfterASecond)), IsOk());
  EXPECT_EQ(second->calls(), 0);
  EXPECT_EQ(sim.elapsed(), absl::Milliseconds(900));
}

TEST(Hedge, TheFirstCanStillBeFaster) {
  Sim sim;
  auto first = ActingInTurn({Taking(absl::Seconds(2))}, "a");
  auto second = ActingInTurn({Taking(absl::Seconds(5))}, "b");
  const auto reply = AskIn(sim, WithHedge(first, second, kAfterASecond));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->answered_by->name, "a");
  EXPECT_EQ(second->cancelled, 1);
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2));
}

TEST(Hedge, OneReplyIsShownAndItIsTheOneThatIsReturned) {
  const Act slow{.delay = absl::Seconds(3), .pieces = {"slow"}, .rest = absl::Seconds(1), .text = "slow"};
  const Act quick{.delay = absl::Seconds(1), .pieces = {"quick"}, .rest = absl::Seconds(9), .text = "quick"};
  Sim sim;
  auto first = ActingInTurn({slow}, "a");
  const auto reply = AskIn(sim, WithHedge(first, ActingInTurn({quick}, "b"), kAfterASecond));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(TextOf(reply->message), "quick");
  EXPECT_THAT(Shown(sim), ElementsAre("quick"));
  EXPECT_EQ(first->cancelled, 1);
}

// What is shown is under way: no hedge, however long the rest takes.
TEST(Hedge, NoneOnceAPartWasShown) {
  const Act act{.delay = absl::Milliseconds(500), .pieces = {"The"}, .rest = absl::Minutes(1)};
  Sim sim;
  auto second = ActingInTurn({{}}, "b");
  EXPECT_THAT(AskIn(sim, WithHedge(ActingInTurn({act}, "a"), second, kAfterASecond)), IsOk());
  EXPECT_EQ(second->calls(), 0);
}

TEST(Hedge, Failures) {
  const struct {
    const char* what;
    Act first, second;
    const char* fails;  // "": answered
    int hedges;
  } cases[] = {
      {"the first fails at once", {.status = Failure(ModelError::kServer, "one")}, {}, "model: one", 0},
      {"the first fails late",
       {.delay = absl::Seconds(2), .status = Failure(ModelError::kServer, "one")},
       {.delay = absl::Seconds(3)},
       "",
       1},
      {"the hedge fails",
       {.delay = absl::Seconds(9)},
       {.status = Failure(ModelError::kServer, "two")},
       "",
       1},
      {"both fail",
       {.delay = absl::Seconds(9), .status = Failure(ModelError::kServer, "one")},
       {.status = Failure(ModelError::kRateLimit, "two")},
       "model: one; asked a second time: two",
       1},
      {"the one shown breaks off",
       {.delay = absl::Seconds(9)},
       {.pieces = {"x"}, .status = Failure(ModelError::kBroken, "cut")},
       "model: cut",
       1},
  };
  for (const auto& c : cases) {
    Sim sim;
    auto second = ActingInTurn({c.second}, "b");
    const auto reply = AskIn(sim, WithHedge(ActingInTurn({c.first}, "a"), second, kAfterASecond));
    EXPECT_EQ(second->calls(), c.hedges) << c.what;
    if (*c.fails == 0) {
      EXPECT_THAT(reply, IsOk()) << c.what;
    } else {
      EXPECT_THAT(reply, Fails(absl::StatusCode::kUnavailable, c.fails)) << c.what;
    }
  }
}

TEST(Hedge, CancellingEndsBoth) {
  Sim sim;
  auto first = ActingInTurn({Taking(absl::Hours(1))}, "a");
  auto second = ActingInTurn({Taking(absl::Hours(1))}, "b");
  const auto reply = AskIn(sim, WithHedge(first, second, kAfterASecond), RequestSaying("hello"),
                           {.deadline = absl::Seconds(5)});
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(first->cancelled + second->cancelled, 2);
  EXPECT_EQ(sim.elapsed(), absl::Seconds(5));
}

// One in a hundred takes twenty times as long: the 99th percentile falls to less than half, for at most 5 %
// more.
TEST(Hedge, TheTailIsCutAndTheCostIsBounded) {
  auto percentile = [](bool hedged, int& calls) {
    auto play = [](int call, Context&) {
      const double spread = double(HashBytes(std::to_string(call)) % 1000) / 1000;
      return Taking(absl::Seconds(1 + spread) * (call % 100 == 57 ? 20 : 1));
    };
    auto server = Acting(play);
    const ModelPtr model = hedged ? WithHedge(server, server) : ModelPtr(server);
    std::vector<absl::Duration> took;
    Sim sim;
    auto body = [&](Context& ctx) -> Async<void> {
      auto ask = [&](std::size_t, Context& child) -> Async<absl::StatusOr<ModelReply>> {
        const ModelRequest request = RequestSaying("hello");
        const absl::Time start = child.Now();
        absl::StatusOr<ModelReply> reply = co_await model->Generate(request, child);
        took.push_back(child.Now() - start);
        co_return reply;
      };
      const auto replies = co_await Settle<ModelReply>(ctx, "call", 4000, ask, 20);
      EXPECT_THAT(replies, Each(IsOk()));
    };
    EXPECT_THAT(sim.Run(body), IsOk());
    calls = server->calls();
    std::sort(took.begin(), took.end());
    return took[took.size() * 99 / 100];
  };
  int plain_calls = 0, hedged_calls = 0;
  const absl::Duration plain = percentile(false, plain_calls);
  const absl::Duration hedged = percentile(true, hedged_calls);
  EXPECT_EQ(plain_calls, 4000);
  EXPECT_LE(hedged_calls, 4000 * 1.05);
  EXPECT_GT(hedged_calls, 4000);
  EXPECT_LT(hedged, plain / 2);
}

TEST(Hedge, WhatTheOtherMayHaveCostIsCounted) {
  auto priced = [](Act act) {
    ModelCard card{.name = "paid", .price = Price{.input = 1, .cached_input = 1, .output = 1}};
    return std::make_shared<const ActingModel>(card, [act](int, Context&) { return act; });
  };
  const ModelPtr model = WithHedge(priced(Taking(absl::Minutes(1))), priced({}), kAfterASecond);
  Sim sim;
  Cost cost;
  auto body = [&](Context& ctx) -> Async<void> {
    Context step(ctx, "model");
    const ModelRequest request = RequestSaying("hello");
    const auto reply = co_await CallModel(*model, request, step);
    EXPECT_THAT(reply, IsOk());
    cost = step.cost();
  };
  EXPECT_THAT(sim.Run(body, {.budget = {.usd = 1}}), IsOk());
  EXPECT_EQ(cost.model_calls, 2);
  EXPECT_GT(cost.usd, 4096e-6 + 110e-6);
}

TEST(Hedge, NoneBeyondTheRunsBudget) {
  Sim sim;
  auto second = ActingInTurn({{}}, "b");
  EXPECT_THAT(AskIn(sim, WithHedge(ActingInTurn({Taking(absl::Seconds(9))}, "a"), second, kAfterASecond),
                    RequestSaying("hello"), {.budget = {.model_calls = 1}}),
              IsOk());
  EXPECT_EQ(second->calls(), 0);
}

}  // namespace
}  // namespace ninefold
