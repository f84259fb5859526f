#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Sim;
using ::testing::SizeIs;

constexpr auto kDown = absl::StatusCode::kUnavailable;

TEST(Fallback, TheNextModelAnswersAndIsNamed) {
  Sim sim;
  auto first = ActingInTurn({{.status = Failure(ModelError::kQuota, "no money left")}}, "a/one");
  auto second = ActingInTurn({{}}, "b/two");
  const auto reply = AskIn(sim, WithFallback({first, second}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->model, "b/two");
  ASSERT_NE(reply->answered_by, nullptr);
  EXPECT_EQ(reply->answered_by->name, "b/two");
  const auto warnings = EventsOf<event::Warning>(sim.events());
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_EQ(warnings[0].second.text, "model a/one failed (quota: no money left); going on with b/two");
}

TEST(Fallback, TheFirstAnswersAlone) {
  Sim sim;
  auto first = ActingInTurn({{}}, "a/one");
  auto second = ActingInTurn({{}}, "b/two");
  const auto reply = AskIn(sim, WithFallback({first, second}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->answered_by->name, "a/one");
  EXPECT_EQ(second->calls(), 0);
}

TEST(Fallback, WhenAllFailEachIsNamedWithItsOwnError) {
  Sim sim;
  const ModelPtr model =
      WithFallback({ActingInTurn({{.status = Failure(ModelError::kServer, "broken down")}}, "a/one"),
                    ActingInTurn({{.status = Failure(ModelError::kAuthentication, "bad key")}}, "b/two")});
  const auto reply = AskIn(sim, model);
  EXPECT_THAT(reply,
              Fails(kDown, HasSubstr("none of 2 models answered: a/one: broken down; b/two: bad key")));
  EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kAuthentication);
  EXPECT_EQ(model->card().name, "fallback(a/one, b/two)");
}

TEST(Fallback, AnErrorOfTheRequestsOwnIsTheAnswer) {
  for (const ModelError error :
       {ModelError::kInvalidRequest, ModelError::kContentPolicy, ModelError::kNone}) {
    Sim sim;
    auto second = ActingInTurn({{}}, "b/two");
    const auto reply = AskIn(sim, WithFallback({ActingInTurn({Failing(error)}, "a/one"), second}));
    EXPECT_THAT(reply, Fails(kDown, "model: it failed")) << ModelErrorName(error);
    EXPECT_EQ(second->calls(), 0);
  }
}

TEST(Fallback, NotAfterAPartWasShown) {
  Sim sim;
  const Act cut{.pieces = {"The "}, .status = Failure(ModelError::kBroken, "cut off")};
  auto second = ActingInTurn({{}}, "b/two");
  EXPECT_THAT(AskIn(sim, WithFallback({ActingInTurn({cut}, "a/one"), second})),
              Fails(kDown, HasSubstr("cut off; no other model asked: a part of the reply was")));
  EXPECT_EQ(second->calls(), 0);
  EXPECT_THAT(AskIn(sim, WithFallback({ActingInTurn({cut}, "a/one"), second}, {.after_output = true})),
              IsOk());
}

TEST(Fallback, ALongConversationGoesToALargerModel) {
  auto sized = [](std::string name, std::int64_t context, Act act) {
    ModelCard card{.name = std::move(name), .free = true, .context_tokens = context};
    return std::make_shared<const ActingModel>(card, [act](int, Context&) { return act; });
  };
  Sim sim;
  auto small = sized("a/small", 8'000, {});
  auto unknown = sized("b/unknown", 0, {});
  auto large = sized("c/large", 100'000, {});
  const auto reply = AskIn(sim, WithFallback({sized("a/first", 8'000, Failing(ModelError::kContextLength)),
                                              small, unknown, large}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->answered_by->name, "c/large");
  EXPECT_EQ(small->calls() + unknown->calls(), 0);
}

TEST(Fallback, CancelledMeansCancelled) {
  Sim sim;
  auto second = ActingInTurn({{}}, "b/two");
  const auto reply = AskIn(sim, WithFallback({ActingInTurn({Taking(absl::Hours(1))}, "a/one"), second}),
                           RequestSaying("hello"), {.deadline = absl::Seconds(5)});
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(second->calls(), 0);
}

TEST(Fallback, ThePriceIsThatOfTheModelThatAnswered) {
  auto priced = [](std::string name, double price, Act act) {
    ModelCard card{.name = std::move(name), .price = Price{price, price, price}};
    return std::make_shared<const ActingModel>(card, [act](int, Context&) { return act; });
  };
  const ModelPtr model =
      WithFallback({priced("a/dear", 100, Failing(ModelError::kServer)), priced("b", 1, {})});
  EXPECT_EQ(model->card().price->output, 100);
  Sim sim;
  double usd = 0;
  auto body = [&](Context& ctx) -> Async<void> {
    Context step(ctx, "model");
    const ModelRequest request = RequestSaying("hello");
    const auto reply = co_await CallModel(*model, request, step);
    EXPECT_THAT(reply, IsOk());
    usd = step.cost().usd;
  };
  EXPECT_THAT(sim.Run(body, {.budget = {.usd = 10}}), IsOk());
  EXPECT_DOUBLE_EQ(usd, 110e-6);
}

TEST(Fallback, ThePriceIsTheDearestForACallOfAnyLength) {
  auto priced = [](const Price& price) {
    return std::make_shared<const ActingModel>(ModelCard{.name = "a", .price = price},
                                               [](int, Context&) { return Act(); });
  };
  const Price flat{.input = 3, .cached_input = 1, .output = 3};
  const Price tiers{.input = 1,
                    .cached_input = 0.1,
                    .output = 2,
                    .long_above = 500,
                    .long_input = 2,
                    .long_cached_input = 0.2,
                    .long_output = 4};
  for (const auto& models : {std::vector<ModelPtr>{priced(flat), priced(tiers)},
                             std::vector<ModelPtr>{priced(tiers), priced(flat)}}) {
    const Price price = *WithFallback(models)->card().price;
    EXPECT_EQ(price.input, 3);
    EXPECT_EQ(price.long_above, 500);
    EXPECT_EQ(price.long_input, 3);
    EXPECT_EQ(price.long_cached_input, 1);
    EXPECT_EQ(price.long_output, 4);
  }
  EXPECT_EQ(WithFallback({priced(flat), priced(flat)})->card().price->long_above, 0);
}

TEST(Breaker, LeavesAServerAloneThatFails) {
  Sim sim;
  bool down = true;
  auto server = Acting([&](int, Context&) { return down ? Failing(ModelError::kServer) : Act(); });
  const ModelPtr model = WithBreaker(server, {.calls_least = 4, .open = absl::Seconds(10)});
  std::vector<absl::StatusOr<ModelReply>> replies;
  auto body = [&](Context& ctx) -> Async<void> {
    const ModelRequest request = RequestSaying("hello");
    // Each second one call; the server is back after 25 seconds.
    for (int i = 0; i < 60; ++i) {
      down = i < 25;
      absl::StatusOr<ModelReply> reply = co_await model->Generate(request, ctx);
      replies.push_back(std::move(reply));
      (void)co_await ctx.Sleep(absl::Seconds(1));
    }
  };
  ASSERT_THAT(sim.Run(body), IsOk());
  // Opened at the fourth (3 s), tried at 13 s in vain, and at 33 s.
  EXPECT_THAT(replies[3], Fails(kDown, "it failed"));
  EXPECT_THAT(replies[4], Fails(kDown,
                                "test/model: not asked: its calls fail since 00:00:03 UTC, the "
                                "last: it failed; tried again in 9s"));
  EXPECT_EQ(ModelErrorOf(replies[4].status()), ModelError::kServer);
  EXPECT_EQ(ShouldRetryOf(replies[4].status()), false);
  EXPECT_THAT(replies[13], Fails(kDown, "it failed"));
  EXPECT_THAT(replies[32], Fails(kDown, HasSubstr("tried again in 1s")));
  for (std::size_t i = 33; i < replies.size(); ++i) EXPECT_THAT(replies[i], IsOk()) << i;
  EXPECT_EQ(server->calls(), 4 + 1 + 27);
  const auto warnings = EventsOf<event::Warning>(sim.events());
  ASSERT_THAT(warnings, SizeIs(2));
  EXPECT_EQ(warnings[0].second.text,
            "model test/model: 4 of 4 calls failed, the last: it failed; it is left alone for 10s");
  EXPECT_EQ(warnings[1].second.text, "model test/model: it answers again");
}

TEST(Breaker, OnlyOneCallFindsOut) {
  Sim sim;
  auto server = Acting([&](int call, Context&) {
    return call <= 10 ? Failing(ModelError::kConnection) : Taking(absl::Seconds(5));
  });
  const ModelPtr model = WithBreaker(server);
  AskManyIn(sim, model, 10);
  int answered = 0;
  auto body = [&](Context& ctx) -> Async<void> {
    (void)co_await ctx.Sleep(absl::Seconds(11));
    auto ask = [&](std::size_t, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      const ModelRequest request = RequestSaying("hello");
      absl::StatusOr<ModelReply> reply = co_await model->Generate(request, child);
      co_return reply;
    };
    const auto replies = co_await Settle<ModelReply>(ctx, "call", 20, ask);
    for (const auto& reply : replies) {
      if (reply.ok()) {
        ++answered;
      } else {
        EXPECT_THAT(reply, Fails(kDown, HasSubstr("one call is trying it now")));
      }
    }
  };
  EXPECT_THAT(sim.Run(body), IsOk());
  EXPECT_EQ(answered, 1);
}

TEST(Breaker, RefusedRequestsAndCancelledOnesDoNotOpenIt) {
  Sim sim;
  auto server = Acting([&](int call, Context&) {
    return call % 2 == 0 ? Failing(ModelError::kInvalidRequest) : Failing(ModelError::kRateLimit);
  });
  AskManyIn(sim, WithBreaker(server), 50);
  EXPECT_EQ(server->calls(), 50);
  auto slow = ActingInTurn({Taking(absl::Hours(1))});
  const ModelPtr model = WithBreaker(slow);
  AskManyIn(sim, model, 50, {.deadline = absl::Seconds(1)});
  AskManyIn(sim, model, 50, {.deadline = absl::Seconds(1)});
  EXPECT_EQ(slow->calls(), 100);
}

}  // namespace
}  // namespace ninefold
