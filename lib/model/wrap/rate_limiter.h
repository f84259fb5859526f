// What WithRateLimit and RateLimiter share: who waits, who runs, what the server allows.
#pragma once

#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "base/loop.h"
#include "base/one_shot.h"
#include "ninefold/resilience.h"

namespace ninefold {

// So many a minute: what may be used at once is a tenth of it, and the rest flows in over the minute, so
// that no minute sees more than the limit.
class MinuteBucket {
 public:
  explicit MinuteBucket(std::int64_t limit) { SetLimit(limit, absl::InfinitePast()); }
  void SetLimit(std::int64_t limit, absl::Time now);
  std::int64_t limit() const { return limit_; }
  // When `amount` may be used; one larger than what fits may when it is full.
  absl::Time When(double amount, absl::Time now) const;
  void Take(double amount, absl::Time now);
  // What the server says is left, and when it is full again.
  void Learn(std::optional<std::int64_t> left, std::optional<absl::Duration> reset, absl::Time now);

 private:
  double LevelAt(absl::Time now) const;

  std::int64_t limit_ = 0;  // 0: none
  double room_ = 0;         // what may be used at once
  double rate_ = 0;         // a second
  double level_ = 0;
  absl::Time updated_ = absl::InfinitePast();
  absl::Time blocked_until_ = absl::InfinitePast();
};

// A call that waits. `shot` and `timer` belong to its loop's thread; the rest to the limiter's mutex.
struct RateWaiter {
  RateWaiter(Loop& loop_in, std::string run_in, double tokens_in)
      : loop(loop_in), run(std::move(run_in)), tokens(tokens_in) {}
  Loop& loop;
  const std::string run;
  const double tokens;
  bool granted = false;
  std::uint64_t round = 0;  // of congestion, and of pauses, when it was let in
  std::uint64_t pauses = 0;
  OneShot<std::monostate>* shot = nullptr;  // null: nobody waits in this frame
  std::optional<Timer> timer;
};
using RateWaiterPtr = std::shared_ptr<RateWaiter>;

enum class RateOutcome { kGood, kCongested, kUnknown };

struct RateLimiter::State : std::enable_shared_from_this<RateLimiter::State> {
  explicit State(RateLimitOptions options_in);

  // Queues a call; not OK: it is refused.
  absl::Status Enter(const RateWaiterPtr& waiter, absl::Time now, absl::Time deadline);
  // The call has ended, or gives up its place.
  void Leave(const RateWaiterPtr& waiter, absl::Time now, RateOutcome outcome);
  void Learn(const RateLimits& limits, absl::Time now);
  // What the call really used, in the stead of what was assumed.
  void Correct(const RateWaiter& waiter, const Usage& usage, absl::Time now);
  // The server limited the rate: everyone waits.
  void Pause(absl::Time now, std::optional<absl::Duration> told, const RateWaiter& waiter);
  void Pump(absl::Time now);
  bool Granted(const RateWaiterPtr& waiter);

  std::mutex mutex;
  const RateLimitOptions options;

  // Under the mutex.
  void Grant(absl::Time at);
  void Arm(const RateWaiterPtr& head, absl::Time when);
  void PumpLocked(absl::Time now);
  absl::Time EligibleAt(const RateWaiter& waiter) const;
  void Remove(const RateWaiterPtr& waiter);

  MinuteBucket requests, tokens;
  absl::Time latest = absl::InfinitePast();  // no loop's clock goes before it
  absl::Time paused_until = absl::InfinitePast();
  absl::Time spread_until = absl::InfinitePast();
  absl::Time last_start = absl::InfinitePast();
  std::uint64_t pauses = 0;  // a call begun before the last tells nothing new
  int good_since_pause = 0;  // replies
  int growth = 1;            // of the spread, while the server limits again and again
  double at_once = std::numeric_limits<double>::infinity();
  std::uint64_t round = 1;  // grows with each congestion: calls begun before it tell nothing new
  double congested = 0;     // the share of late calls
  std::size_t running = 0, waiting = 0;
  std::map<std::string, std::deque<RateWaiterPtr>> by_run;
  std::deque<std::string> turns;  // runs with calls that wait; the next is the first
  RateWaiterPtr armed;
  absl::Time armed_at;
};

}  // namespace ninefold
