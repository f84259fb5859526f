// Models that hold models and stay calm when those misbehave. Each is a Model itself, so they compose; from
// the outside in, this order serves most:
//
//   auto limiter = std::make_shared<RateLimiter>(RateLimitOptions{.requests_per_minute = 500});
//   ModelPtr first = WithRetry(WithRateLimit(WithBreaker(*OpenModel("openai/gpt-5.4")), limiter));
//   ModelPtr model = WithFallback({first, WithRetry(*OpenModel("ollama/llama3.2"))});
//
// What is learned of a server (its limits, how often it fails) is kept in an object of its own and may be
// shared by all models that talk to it, on any thread. Every wait is on the run's clock, heeds
// cancellation, and is not begun when it would end beyond the deadline. A request beyond the first (a
// further attempt, another model, a hedge) is checked against the run's budget and its cost is counted.
//
// Once a part of a reply was shown to a reader (a delta was emitted), no other request is made in its stead
// unless asked for: the reader would see two beginnings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/model.h"
#include "ninefold/model_error.h"

namespace ninefold {

// --- Trying again ----------------------------------------------------------------------------------------

// Keeps further attempts a fraction of the requests, so that a server that is down is not asked several
// times as often. Shared by the models of one server.
struct RetryBudgetOptions {
  double share = 0.2;  // further attempts for each request
  int floor = 10;      // further attempts in a window that are always allowed
  absl::Duration window = absl::Seconds(60);
};
class RetryBudget {
 public:
  explicit RetryBudget(RetryBudgetOptions options = {});
  ~RetryBudget();
  void CountRequest(absl::Time now);
  // Whether one more attempt may be made; it is counted when so.
  bool TakeRetry(absl::Time now);
  // Sets apart the waits of callers that draw alike.
  std::uint64_t NextTicket();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Retried: rate_limit, overloaded, server, connection, timeout, broken, and empty once; what the server
// says of it (ShouldRetryOf) goes before. The wait is what the server told (RetryAfterOf), else drawn
// evenly from zero to min(longest, base * 2^n).
struct RetryPolicy {
  int attempts = 3;  // in all
  absl::Duration base = absl::Milliseconds(500);
  absl::Duration longest = absl::Seconds(8);
  absl::Duration overloaded_base = absl::Seconds(2);  // when the server has no room for anyone
  absl::Duration overloaded_longest = absl::Seconds(30);
  absl::Duration told_longest = absl::Seconds(120);  // a server that tells a longer wait is not asked again
  absl::Duration attempt_least = absl::Seconds(1);   // no attempt is begun with less time before the deadline
  bool after_output = false;  // also when a part was shown: at event::Retried the reader drops it
  std::shared_ptr<RetryBudget> budget = nullptr;  // null: of this model alone
};
// Emits event::Retried before each wait. The error at the end says how many attempts there were, and why no
// more.
ModelPtr WithRetry(ModelPtr model, RetryPolicy policy = {});

// --- Not asking too much ---------------------------------------------------------------------------------

struct RateLimitOptions {
  std::int64_t requests_per_minute = 0;     // 0: what the server's replies say, else no limit
  std::int64_t tokens_per_minute = 0;       // input and output; 0: likewise
  int concurrency = 0;                      // calls at once, at most; 0: no limit but what is learned
  absl::Duration pause = absl::Seconds(1);  // after a rate limit without a told delay
  // After it those who waited start over as long again, at most this.
  absl::Duration spread = absl::Seconds(10);
  std::size_t waiting_max = 100'000;  // calls that wait; one more is refused
};
// What one key may do at one server, learned as it goes:
//   - in any minute no more requests and tokens than the limits, be they given or read from replies;
//   - after a rate limit all calls wait as long as the server told, and start spread over time, not at
//     once;
//   - calls at once: halved when the server is overloaded or limits the rate, one more when as many as
//     there are went well;
//   - runs take turns, however many calls each has waiting.
class RateLimiter {
 public:
  explicit RateLimiter(RateLimitOptions options = {});
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;
  std::size_t waiting() const;
  std::size_t running() const;

  struct State;
  const std::shared_ptr<State>& state() const { return state_; }  // for WithRateLimit

 private:
  std::shared_ptr<State> state_;
};
ModelPtr WithRateLimit(ModelPtr model, std::shared_ptr<RateLimiter> limiter);
ModelPtr WithRateLimit(ModelPtr model, RateLimitOptions options = {});  // a limiter of its own

// A server that fails is left alone for a while.
struct BreakerPolicy {
  int calls_least = 10;   // in the window, before it can open
  double failures = 0.5;  // the share of them that opens it
  absl::Duration window = absl::Seconds(60);
  absl::Duration open = absl::Seconds(10);  // then one call is let through to see; doubled when it fails …
  absl::Duration open_longest = absl::Minutes(2);  // … up to this
};
// Counts overloaded, server, connection and timeout. While open, a call fails at once: kUnavailable, saying
// since when and when the model is tried again, with the kind of the last failure and should-retry false.
ModelPtr WithBreaker(ModelPtr model, BreakerPolicy policy = {});

// --- Several models --------------------------------------------------------------------------------------

struct FallbackPolicy {
  // Other errors are the request's own and would be the same everywhere. After kContextLength only models
  // that are known to take more are asked.
  std::vector<ModelError> on = {ModelError::kAuthentication, ModelError::kNotFound,   ModelError::kQuota,
                                ModelError::kRateLimit,      ModelError::kOverloaded, ModelError::kServer,
                                ModelError::kConnection,     ModelError::kBroken,     ModelError::kTimeout,
                                ModelError::kContextLength,  ModelError::kEmpty};
  bool after_output = false;  // also when a part was shown: at event::Warning the reader drops it
};
// Asks the models in order until one answers; ModelReply::answered_by says which. When all failed the error
// names each with its own. `models` is not empty.
ModelPtr WithFallback(std::vector<ModelPtr> models, FallbackPolicy policy = {});

struct HedgePolicy {
  double percentile = 0.95;                  // of the times seen until a first sign of a reply
  std::optional<absl::Duration> after = {};  // instead: a fixed time
  int samples_least = 20;                    // seen before there is a percentile
  double share = 0.05;                       // hedges for each call, at most
};
// Asks `second` too when `first` is late; the first that shows a part of its reply, or has it whole, goes
// on and the other is cancelled. What the other may have cost is estimated and counted.
ModelPtr WithHedge(ModelPtr first, ModelPtr second, HedgePolicy policy = {});

// Asks the one model that suits the request, and no other: what it needs (images, room for its tokens by an
// estimate) decides who can, the order or the price who does. A card that does not say how much fits is taken
// to hold everything. `models` is not empty.
struct RouterPolicy {
  bool cheapest = false;  // by the estimated cost of the request; unknown prices come last. Else the first
  double margin = 1.2;    // on the estimate of tokens, which is rough
};
// kInvalidArgument when none suits, naming each with what it lacks.
ModelPtr WithRouter(std::vector<ModelPtr> models, RouterPolicy policy = {});

struct CompactionPolicy {
  double at = 0.8;       // of the card's context; a card that does not say: only after kContextLength
  std::size_t keep = 6;  // messages at the end that stay as they are, at least
  std::int64_t summary_tokens = 1000;
  ModelPtr summarizer = nullptr;  // null: the model itself
};
// A conversation that is too long (by estimate before it is sent, or because the server said so) is sent with
// its older messages summarised by a model; the caller's own conversation stays whole. The summary of a
// beginning is kept and used again; making it is a step of its own ("…/summary"), told by event::Warning.
ModelPtr WithCompaction(ModelPtr model, CompactionPolicy policy = {});

struct CachePolicy {
  std::size_t bytes_max = std::size_t(64) << 20;  // kept; what was used longest ago leaves first
  absl::Duration keep = absl::Hours(1);
  // A reply serves the same step of another run only: two solvers that are asked the same are two samples,
  // and one reply for both would agree with itself. false: any step.
  bool by_step = true;
};
// Keeps whole replies in memory and gives them to equal requests, shown as one delta and using no tokens. A
// cache that outlives the process is a Cassette (cassette.h).
ModelPtr WithCache(ModelPtr model, CachePolicy policy = {});

// --- One server, many models -----------------------------------------------------------------------------

// What is shared by all models of this process that use one key at one server.
struct Backend {
  std::shared_ptr<RetryBudget> retries;
  std::shared_ptr<RateLimiter> limiter;
};
// The same as long as somebody holds it. `key` names the server and the account; no secret. `options` are
// those of the first to ask.
std::shared_ptr<const Backend> BackendFor(std::string_view key, const RateLimitOptions& options = {});

}  // namespace ninefold
