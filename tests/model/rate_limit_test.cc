#include <map>
#include <set>

#include "base/asio.h"
#include "base/loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"
#include "ninefold/runtime.h"
#include "run/run_state.h"

namespace ninefold {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using testing::Sim;
using ::testing::SizeIs;

// The most starts in any `window`.
int Peak(const std::vector<absl::Time>& starts, absl::Duration window) {
  int peak = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    while (starts[i] - starts[first] >= window) ++first;
    peak = std::max(peak, int(i - first) + 1);
  }
  return peak;
}

TEST(RateLimit, InNoMinuteMoreThanTheLimit) {
  for (const int limit : {1, 7, 60, 600}) {
    Sim sim;
    auto server = ActingInTurn({Taking(absl::Milliseconds(300))});
    const std::size_t n = std::size_t(limit) * 3 + 1;
    const auto replies = AskManyIn(sim, WithRateLimit(server, {.requests_per_minute = limit}), n);
    EXPECT_THAT(replies, Each(IsOk()));
    EXPECT_LE(Peak(server->started, absl::Minutes(1)), limit);
    if (limit == 1) continue;
    EXPECT_LE(sim.elapsed(), absl::Minutes(3.6)) << limit;  // nor much less
  }
}

TEST(RateLimit, SaysHowLongACallWaited) {
  Sim sim;
  auto server = ActingInTurn({Taking(absl::Seconds(1))});
  EXPECT_THAT(AskManyIn(sim, WithRateLimit(server, {.concurrency = 1}), 3), Each(IsOk()));
  std::vector<absl::Duration> waited;
  for (const Event& event : sim.events()) {
    if (const auto* queued = std::get_if<event::Queued>(&event.body)) waited.push_back(queued->waited);
  }
  EXPECT_THAT(waited, ::testing::ElementsAre(absl::Seconds(1), absl::Seconds(2)));
}

TEST(RateLimit, TokensCountAsTheyWereUsed) {
  Sim sim;
  Act act = Taking(absl::Milliseconds(300));
  act.usage = {.input = 900, .cached_input = {}, .output = 100, .reasoning = {}};
  auto server = ActingInTurn({act});
  // 4,100 are assumed for each and 1,000 used: 100 calls a minute.
  EXPECT_THAT(AskManyIn(sim, WithRateLimit(server, {.tokens_per_minute = 100'000}), 300), Each(IsOk()));
  EXPECT_LE(Peak(server->started, absl::Minutes(1)), 105);
  EXPECT_LE(sim.elapsed(), absl::Minutes(4));
}

TEST(RateLimit, LearnsTheLimitFromReplies) {
  Sim sim;
  Act act = Taking(absl::Milliseconds(100));
  auto limits = std::make_shared<RateLimits>();
  limits->requests.limit = 60;
  act.rate_limits = limits;
  auto server = ActingInTurn({act});
  const ModelPtr model = WithRateLimit(server, {.concurrency = 1});
  EXPECT_THAT(AskManyIn(sim, model, 120), Each(IsOk()));
  EXPECT_LE(Peak(server->started, absl::Minutes(1)), 61);
  EXPECT_GT(sim.elapsed(), absl::Minutes(1.9));
}

TEST(RateLimit, WaitsUntilAnEmptyBucketIsFull) {
  Sim sim;
  Act act;
  auto limits = std::make_shared<RateLimits>();
  limits->requests = {.limit = 6000, .remaining = 0, .reset = absl::Seconds(20)};
  act.rate_limits = limits;
  auto server = ActingInTurn({act, {}});
  const ModelPtr model = WithRateLimit(server);
  EXPECT_THAT(AskIn(sim, model), IsOk());
  EXPECT_THAT(AskIn(sim, model), IsOk());
  EXPECT_EQ(server->started[1] - server->started[0], absl::Seconds(20));
}

// A thousand calls are limited at once and told to wait 30 seconds: they come back evenly, not together.
TEST(RateLimit, NoHerdAfterALimit) {
  Sim sim;
  absl::Time start;
  auto server = Acting([&](int call, Context& ctx) {
    if (call == 1) start = ctx.Now();
    if (ctx.Now() < start + absl::Seconds(30)) {
      return Failing(ModelError::kRateLimit, start + absl::Seconds(30) - ctx.Now());
    }
    return Taking(absl::Milliseconds(200));
  });
  const ModelPtr model = WithRetry(WithRateLimit(server),
                                   {.budget = std::make_shared<RetryBudget>(RetryBudgetOptions{.share = 1})});
  EXPECT_THAT(AskManyIn(sim, model, 1000), Each(IsOk()));
  const std::vector<absl::Time> after(server->started.begin() + 1000, server->started.end());
  ASSERT_THAT(after, SizeIs(1000));
  EXPECT_GE(after.front(), start + absl::Seconds(30));
  const double mean = 1000 / absl::ToDoubleSeconds(after.back() - after.front());
  EXPECT_LE(Peak(after, absl::Seconds(1)), 1.5 * mean);
  EXPECT_LE(sim.elapsed(), absl::Seconds(45));
}

// One call was limited: the thousand that come then wait with it, and start spread.
TEST(RateLimit, OneLimitHoldsTheWholeKeyBack) {
  Sim sim;
  auto server = Acting([](int call, Context&) {
    return call == 1 ? Failing(ModelError::kRateLimit, absl::Seconds(20)) : Act();
  });
  const ModelPtr model = WithRateLimit(server);
  EXPECT_THAT(AskIn(sim, model), Fails(absl::StatusCode::kUnavailable, HasSubstr("it failed")));
  EXPECT_THAT(AskManyIn(sim, model, 1000), Each(IsOk()));
  const std::vector<absl::Time> after(server->started.begin() + 1, server->started.end());
  EXPECT_GE(after.front() - server->started[0], absl::Seconds(20));
  const double mean = 1000 / absl::ToDoubleSeconds(after.back() - after.front());
  EXPECT_LE(Peak(after, absl::Seconds(1)), 1.5 * mean);
}

// A server for ten at once.
TEST(RateLimit, FindsHowManyCallsTheServerTakes) {
  Sim sim;
  const ActingModel* self = nullptr;
  int refused = 0;
  auto server = Acting([&](int, Context&) {
    if (self->running <= 10) return Taking(absl::Seconds(1));
    ++refused;
    return Failing(ModelError::kOverloaded);
  });
  self = server.get();
  RetryPolicy patient{
      .attempts = 50,
      .budget = std::make_shared<RetryBudget>(RetryBudgetOptions{.share = 50, .window = absl::Hours(1)})};
  const auto replies = AskManyIn(sim, WithRetry(WithRateLimit(server, {.concurrency = 40}), patient), 600);
  EXPECT_THAT(replies, Each(IsOk()));
  EXPECT_LT(refused, 120);                           // learned, not tried out with every call
  EXPECT_LT(sim.elapsed(), absl::Seconds(600 / 5));  // and more than half of what the server can do
}

TEST(RateLimit, RunsTakeTurns) {
  auto loop = MakeSimLoop(1, true);
  auto server = ActingInTurn({Taking(absl::Seconds(1))});
  const ModelPtr model = WithRateLimit(server, {.concurrency = 1});
  absl::Duration many_took, few_took;
  RunState many(*loop), few(*loop);
  many.id = "many";
  few.id = "few";
  Context many_root(many), few_root(few);
  auto ask_all = [&](Context& ctx, std::size_t n, absl::Duration& took) -> Async<void> {
    auto ask = [&](std::size_t, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      const ModelRequest request = RequestSaying("hello");
      absl::StatusOr<ModelReply> reply = co_await model->Generate(request, child);
      co_return reply;
    };
    const absl::Time start = ctx.Now();
    co_await Settle<ModelReply>(ctx, "call", n, ask);
    took = ctx.Now() - start;
  };
  asio::co_spawn(loop->executor(), ask_all(many_root, 100, many_took), asio::detached);
  asio::co_spawn(loop->executor(), ask_all(few_root, 5, few_took), asio::detached);
  loop->Run();
  EXPECT_EQ(many_took, absl::Seconds(105));
  EXPECT_LE(few_took, absl::Seconds(11));
}

TEST(RateLimit, ACallThatIsCancelledWhileItWaitsGivesUpItsPlace) {
  Sim sim;
  auto limiter = std::make_shared<RateLimiter>(RateLimitOptions{.concurrency = 1});
  auto server = ActingInTurn({Taking(absl::Seconds(10))});
  const ModelPtr model = WithRateLimit(server, limiter);
  std::vector<absl::StatusOr<ModelReply>> replies;
  auto body = [&](Context& ctx) -> Async<void> {
    auto ask = [&](std::size_t i, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      Context step(child, "", i == 1 ? absl::Seconds(5) : absl::InfiniteDuration());
      const ModelRequest request = RequestSaying("hello");
      absl::StatusOr<ModelReply> reply = co_await model->Generate(request, step);
      co_return reply;
    };
    replies = co_await Settle<ModelReply>(ctx, "call", 3, ask);
  };
  ASSERT_THAT(sim.Run(body), IsOk());
  EXPECT_EQ(server->calls() + (replies[1].ok() ? 0 : 1), 3);
  EXPECT_LE(sim.elapsed(), absl::Seconds(25));
  EXPECT_EQ(limiter->waiting() + limiter->running(), 0u);
}

TEST(RateLimit, RefusesWhatCannotStartInTime) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kRateLimit, absl::Minutes(1)), {}});
  auto limiter = std::make_shared<RateLimiter>();
  const ModelPtr model = WithRateLimit(server, limiter);
  EXPECT_FALSE(AskIn(sim, model).ok());
  const auto reply = AskIn(sim, model, RequestSaying("hello"), {.deadline = absl::Seconds(10)});
  EXPECT_THAT(reply, Fails(absl::StatusCode::kResourceExhausted,
                           HasSubstr("test/model: not asked: the server lets nobody in for 1m, beyond the "
                                     "deadline in 10s")));
  EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kRateLimit);
  EXPECT_EQ(sim.elapsed(), absl::ZeroDuration());
}

TEST(RateLimit, TheQueueHasAnEnd) {
  Sim sim;
  auto server = ActingInTurn({Taking(absl::Seconds(1))});
  const auto replies = AskManyIn(sim, WithRateLimit(server, {.concurrency = 2, .waiting_max = 3}), 10);
  int refused = 0;
  for (const auto& reply : replies) {
    if (!reply.ok()) {
      ++refused;
      EXPECT_THAT(reply, Fails(absl::StatusCode::kResourceExhausted, HasSubstr("not asked: 3 calls wait")));
    }
  }
  EXPECT_EQ(refused, 5);
}

TEST(RateLimit, OneBackendForOneKey) {
  const auto a = BackendFor("test/one"), again = BackendFor("test/one"), b = BackendFor("test/two");
  EXPECT_EQ(a, again);
  EXPECT_NE(a->limiter, b->limiter);
  EXPECT_NE(a->retries, b->retries);
}

// Calls of several loops share one limiter: never more at once than it allows, and all are answered.
TEST(RateLimit, SharedByLoops) {
  struct Shared : Model {
    ModelCard known{.name = "shared", .free = true};
    mutable std::atomic<int> running{0}, peak{0}, calls{0};
    const ModelCard& card() const override { return known; }
    Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest&, Context& ctx) const override {
      const int now = ++running;
      int seen = peak;
      while (seen < now && !peak.compare_exchange_weak(seen, now)) {
      }
      const absl::Status slept = co_await ctx.Sleep(absl::Microseconds(200));
      --running;
      ++calls;
      if (!slept.ok()) co_return slept;
      co_return ModelReply{AssistantMessage("ok")};
    }
  };
  auto server = std::make_shared<const Shared>();
  const ModelPtr model = WithRateLimit(server, {.concurrency = 3});
  AgentFn ask_all = [&](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    auto ask = [&](std::size_t, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      const ModelRequest request = RequestSaying("hello");
      absl::StatusOr<ModelReply> reply = co_await model->Generate(request, child);
      co_return reply;
    };
    auto replies = co_await Settle<ModelReply>(ctx, "call", 20, ask);
    for (const auto& reply : replies) {
      if (!reply.ok()) co_return reply.status();
    }
    co_return Reply{};
  };
  const AgentPtr agent = MakeFunctionAgent({"asker", ""}, ask_all);
  Runtime runtime({.threads = 3});
  std::vector<RunHandle> runs;
  for (int i = 0; i < 12; ++i) runs.push_back(runtime.Start(agent, Prompt("go")));
  runs[3].Cancel();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto reply = runs[i].Wait();
    if (i == 3) continue;  // too late, or cancelled
    EXPECT_THAT(reply, IsOk());
  }
  EXPECT_LE(server->peak, 3);
  EXPECT_GE(server->calls, 11 * 20);
}

}  // namespace
}  // namespace ninefold
