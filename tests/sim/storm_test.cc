// Ten thousand calls through servers that limit, fail, break off and stall, in virtual time.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/hash.h"
#include "base/try.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/concurrency.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using testing::Sim;

constexpr int kCalls = 10'000;
constexpr absl::Duration kBetweenCalls = absl::Milliseconds(100);
constexpr absl::Duration kIdleTimeout = absl::Seconds(60);

// Shares of the requests that go wrong.
struct Weather {
  double limited = 0.05;  // 429, half of them with a told delay
  double failing = 0.03;  // 5xx, a third of them overloaded
  double cut = 0.01;      // broken off after a part was shown
  double stalled = 0.01;  // silent until the idle time-out, half of them after a part was shown
  absl::Duration down_from = absl::InfiniteDuration(), down_until = absl::InfiniteDuration();
};

// A server of the storm. What a request meets is drawn from the run's seed, its path and how often the path
// asked this server, so that one more call changes nothing for the others.
class StormModel : public Model {
 public:
  StormModel(std::string name, Weather weather) : weather_(weather) {
    card_.name = std::move(name);
    card_.free = true;
  }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    if (requests == 0) first_ = ctx.Now();
    ++requests;
    const int times = ++times_[ctx.path()];
    const std::string purpose = absl::StrCat(card_.name, ".", times);
    const double dice = Even(ctx.Random(purpose));
    const absl::Duration slow = Latency(Even(ctx.Random(absl::StrCat(purpose, ".latency"))));
    const absl::Duration age = ctx.Now() - first_;
    if (age >= weather_.down_from && age < weather_.down_until) {
      CO_CHECK_OK(co_await ctx.Sleep(absl::Milliseconds(100)));
      co_return Wrong(ModelError::kConnection, "nobody listens");
    }
    double edge = weather_.limited;
    if (dice < edge) {
      const bool told = dice < edge / 2;
      CO_CHECK_OK(co_await ctx.Sleep(absl::Milliseconds(50)));
      co_return Limited(told, dice / edge);
    }
    if (dice < (edge += weather_.failing)) {
      const bool overloaded = dice > edge - weather_.failing / 3;
      CO_CHECK_OK(co_await ctx.Sleep(absl::Milliseconds(200)));
      co_return Wrong(overloaded ? ModelError::kOverloaded : ModelError::kServer, "it failed");
    }
    const bool cut = dice < edge + weather_.cut;
    edge += weather_.cut;
    const bool stalled = !cut && dice < edge + weather_.stalled;
    const bool silent = stalled && dice < edge + weather_.stalled / 2;
    CO_CHECK_OK(co_await ctx.Sleep(slow));
    if (!silent) ctx.Emit(event::TextDelta{"an "});
    const absl::Duration rest = stalled ? kIdleTimeout : slow;
    CO_CHECK_OK(co_await ctx.Sleep(rest));
    if (cut) co_return Wrong(ModelError::kBroken, "cut off in the midst of its reply");
    if (stalled) co_return Wrong(ModelError::kTimeout, "silent for 1m0s");
    ctx.Emit(event::TextDelta{"answer"});
    ModelReply reply;
    reply.message = AssistantMessage(absl::StrCat("an answer to ", TextOf(request.conversation.back())));
    reply.model = card_.name;
    reply.usage = {.input = 100, .cached_input = {}, .output = 20, .reasoning = {}};
    co_return reply;
  }

  mutable int requests = 0;

 private:
  static double Even(std::uint64_t bits) { return double(bits >> 11) * 0x1.0p-53; }
  // Half a second to two, now and then ten.
  static absl::Duration Latency(double draw) { return absl::Seconds(0.5 + 1.5 * draw * draw); }

  absl::Status Wrong(ModelError error, std::string_view what) const {
    ++wrong[error];
    return WithModelError(absl::UnavailableError(absl::StrCat(card_.name, ": ", ToAbsl(what))), error);
  }
  absl::Status Limited(bool told, double draw) const {
    ++wrong[ModelError::kRateLimit];
    std::optional<absl::Duration> wait;
    if (told) wait = absl::Milliseconds(200 + std::int64_t(800 * draw));
    return WithModelError(absl::ResourceExhaustedError(absl::StrCat(card_.name, ": too many requests")),
                          ModelError::kRateLimit, wait);
  }

  ModelCard card_;
  Weather weather_;
  mutable absl::Time first_;
  mutable std::map<std::string, int> times_;

 public:
  mutable std::map<ModelError, int> wrong;
};

struct Outcome {
  int answered = 0;
  std::map<ModelError, int> failed;
  std::vector<std::string> errors;
  std::vector<absl::Duration> took;
  int retries = 0, fallbacks = 0;
  std::uint64_t trace = 0;
  absl::Duration elapsed;

  absl::Duration Percentile(double share) const {
    return took[std::min(took.size() - 1, std::size_t(share * double(took.size())))];
  }
};

Outcome Storm(const ModelPtr& model, std::uint64_t seed, int calls = kCalls) {
  Outcome outcome;
  Sim sim({.seed = seed});
  auto body = [&](Context& ctx) -> Async<void> {
    auto ask = [&](std::size_t i, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      (void)co_await child.Sleep(kBetweenCalls * double(i));
      const absl::Time start = child.Now();
      ModelRequest request;
      request.conversation = Conversation().With(UserMessage(absl::StrCat("question ", i)));
      absl::StatusOr<ModelReply> reply = co_await CallModel(*model, request, child);
      outcome.took.push_back(child.Now() - start);
      if (reply.ok() && TextOf(reply->message) != absl::StrCat("an answer to question ", i)) {
        co_return absl::DataLossError("the answer of another");
      }
      co_return reply;
    };
    const auto replies = co_await Settle<ModelReply>(ctx, "call", std::size_t(calls), ask);
    for (const auto& reply : replies) {
      if (reply.ok()) {
        ++outcome.answered;
      } else {
        ++outcome.failed[ModelErrorOf(reply.status())];
        outcome.errors.push_back(reply.status().ToString());
      }
    }
  };
  EXPECT_THAT(sim.Run(body, {.seed = seed, .run_id = "storm"}), IsOk());
  for (const Event& event : sim.events()) {
    if (std::holds_alternative<event::Retried>(event.body)) ++outcome.retries;
    if (const auto* warning = std::get_if<event::Warning>(&event.body)) {
      outcome.fallbacks += absl::StrContains(warning->text, "going on with") ? 1 : 0;
    }
    outcome.trace = HashBytes(DumpJson(ToJson(event)), outcome.trace);
  }
  std::sort(outcome.took.begin(), outcome.took.end());
  outcome.elapsed = sim.elapsed();
  return outcome;
}

// Two servers, each with retry and breaker (no rate limiter: it takes limits for its own doing, and these
// come at random); the second helps when the first is late or fails.
struct Fleet {
  std::shared_ptr<const StormModel> a, b;
  ModelPtr model;
};

ModelPtr Stack(const ModelPtr& server, bool after_output) {
  return WithRetry(WithBreaker(server), {.after_output = after_output});
}

Fleet MakeFleet(bool after_output) {
  Weather first;
  first.down_from = absl::Minutes(5);
  first.down_until = absl::Minutes(6);
  Fleet fleet;
  fleet.a = std::make_shared<const StormModel>("a", first);
  fleet.b = std::make_shared<const StormModel>("b", Weather());
  const ModelPtr second = Stack(fleet.b, after_output);
  const ModelPtr hedged = WithHedge(Stack(fleet.a, after_output), second);
  fleet.model = WithFallback({hedged, second}, {.after_output = after_output});
  return fleet;
}

void Print(const char* what, const Outcome& outcome, int requests) {
  std::string failed;
  for (const auto& [error, count] : outcome.failed) {
    absl::StrAppend(&failed, " ", ToAbsl(ModelErrorName(error)), " ", count);
  }
  absl::PrintF(
      "%s: %d answered, failed:%s; %d requests, %d retries, %d fallbacks; p50 %s, p99 %s, p99.9 %s; all in "
      "%s\n",
      what, outcome.answered, failed.empty() ? " none" : failed, requests, outcome.retries, outcome.fallbacks,
      absl::FormatDuration(outcome.Percentile(0.5)), absl::FormatDuration(outcome.Percentile(0.99)),
      absl::FormatDuration(outcome.Percentile(0.999)), absl::FormatDuration(outcome.elapsed));
}

// What was shown cannot be taken back: a call that breaks off then is the only one that may fail.
TEST(Storm, EveryCallIsAnsweredOrFailsWithItsOwnError) {
  const Fleet fleet = MakeFleet(false);
  const Outcome outcome = Storm(fleet.model, 1);
  const int requests = fleet.a->requests + fleet.b->requests;
  Print("as it is", outcome, requests);
  int failed = 0;
  for (const auto& [error, count] : outcome.failed) {
    EXPECT_TRUE(error == ModelError::kBroken || error == ModelError::kTimeout) << ModelErrorName(error);
    failed += count;
  }
  EXPECT_EQ(outcome.answered + failed, kCalls);
  EXPECT_LT(failed, kCalls * 0.025);
  for (const std::string& error : outcome.errors) {
    EXPECT_THAT(error,
                ::testing::ContainsRegex("call[.][0-9]+: .*[ab]: (cut off|silent for).*already shown"));
  }
  EXPECT_LE(requests, kCalls * 1.2);
  EXPECT_LE(outcome.Percentile(0.5), absl::Seconds(5));
}

// While the first server is down, three attempts at the second can all go wrong: one call in a thousand.
TEST(Storm, HardlyACallFailsWhereAReplyMayBeginAnew) {
  const Fleet fleet = MakeFleet(true);
  const Outcome outcome = Storm(fleet.model, 2);
  Print("begun anew", outcome, fleet.a->requests + fleet.b->requests);
  EXPECT_EQ(outcome.answered + int(outcome.errors.size()), kCalls);
  EXPECT_LE(outcome.errors.size(), 10u);
  EXPECT_LE(fleet.a->requests + fleet.b->requests, kCalls * 1.2);
}

TEST(Storm, TenPercentErrorsCostNoMoreThanFifteenPercentRequests) {
  auto server = std::make_shared<const StormModel>("a", Weather());
  auto second = std::make_shared<const StormModel>("b", Weather());
  const RetryPolicy policy{.after_output = true};
  const Outcome outcome =
      Storm(WithFallback({WithRetry(server, policy), WithRetry(second, policy)}, {.after_output = true}), 3);
  const int requests = server->requests + second->requests;
  Print("retries alone", outcome, requests);
  EXPECT_EQ(outcome.answered, kCalls);
  EXPECT_LE(requests, kCalls * 1.15);
  EXPECT_GT(outcome.retries, kCalls * 0.08);
}

TEST(Storm, HedgesStayWithinTheirShare) {
  auto server = std::make_shared<const StormModel>("a", Weather{0, 0, 0, 0.01});
  auto second = std::make_shared<const StormModel>("b", Weather{0, 0, 0, 0});
  const Outcome outcome = Storm(WithHedge(server, second), 4);
  Print("hedged", outcome, server->requests + second->requests);
  EXPECT_GT(second->requests, 100);
  EXPECT_LE(second->requests, kCalls * 0.05);
  EXPECT_LE(outcome.Percentile(0.99), absl::Seconds(6));
  EXPECT_LT(outcome.failed.at(ModelError::kTimeout), kCalls * 0.01);
  const Outcome alone = Storm(std::make_shared<const StormModel>("a", Weather{0, 0, 0, 0.01}), 4);
  Print("not hedged", alone, kCalls);
  EXPECT_GT(alone.failed.at(ModelError::kTimeout), outcome.failed.at(ModelError::kTimeout));
}

TEST(Storm, AServerThatIsDownIsLeftAlone) {
  Weather down;
  down.down_from = absl::ZeroDuration();
  auto server = std::make_shared<const StormModel>("a", down);
  const Outcome outcome = Storm(Stack(server, false), 5, 2000);
  Print("down for ever", outcome, server->requests);
  EXPECT_EQ(outcome.failed.at(ModelError::kConnection), 2000);
  EXPECT_LE(server->requests, 200);  // a few before it is known, then a call now and then
  auto open = std::make_shared<const StormModel>("a", down);
  const Outcome without = Storm(WithRetry(open), 5, 2000);
  Print("and without a breaker", without, open->requests);
  EXPECT_LE(open->requests, 2000 * 1.2 + 4 * 10);  // the floor is for each of four minutes
}

TEST(Storm, OneSeedOneTrace) {
  auto trace = [](std::uint64_t seed) { return Storm(MakeFleet(false).model, seed, 1500).trace; };
  const std::uint64_t first = trace(7);
  EXPECT_EQ(first, trace(7));
  EXPECT_NE(first, trace(8));
}

}  // namespace
}  // namespace ninefold
