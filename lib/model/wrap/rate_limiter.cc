// Who may ask when. A call that may not start waits in its run's queue; the runs take turns. The first in
// line has a timer on its own loop, and whoever changes what is allowed looks again (Pump). Loops are
// posted to under the mutex: a waiting call cannot go away, with its loop, without taking it.
#include "model/wrap/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/wrap/attempt.h"

namespace ninefold {
namespace {

constexpr absl::Duration kGapLongest = absl::Milliseconds(250);  // between starts after a pause
constexpr int kGrowthMost = 16;
constexpr int kGoodEnough = 4;  // replies between two pauses: the pace is about right
// The share of calls that a server may refuse without being overloaded, and the weight of one call in it.
constexpr double kCongestedTolerated = 0.08;
constexpr double kCongestedGain = 1.0 / 32;

}  // namespace

void MinuteBucket::SetLimit(std::int64_t limit, absl::Time now) {
  if (limit == limit_) return;
  const bool first = limit_ == 0;
  const double level = LevelAt(now);
  limit_ = limit;
  room_ = std::max(1.0, double(limit) / 10);
  rate_ = std::max(double(limit) - room_, double(limit) / 2) / 60;
  level_ = first ? room_ : std::min(level, room_);
  updated_ = now;
}

double MinuteBucket::LevelAt(absl::Time now) const {
  if (updated_ == absl::InfinitePast() || now <= updated_) return level_;
  return std::min(room_, level_ + rate_ * absl::ToDoubleSeconds(now - updated_));
}

absl::Time MinuteBucket::When(double amount, absl::Time now) const {
  if (limit_ == 0) return absl::InfinitePast();
  const double missing = std::min(amount, room_) - LevelAt(now);
  const absl::Time filled = missing <= 1e-6
                                ? absl::InfinitePast()
                                : now + absl::Ceil(absl::Seconds(missing / rate_), absl::Microseconds(1));
  return std::max(filled, blocked_until_);
}

void MinuteBucket::Take(double amount, absl::Time now) {
  if (limit_ == 0) return;
  level_ = std::min(room_, LevelAt(now) - amount);
  updated_ = now;
}

void MinuteBucket::Learn(std::optional<std::int64_t> left, std::optional<absl::Duration> reset,
                         absl::Time now) {
  if (limit_ == 0 || !left) return;
  level_ = std::min(LevelAt(now), double(*left));
  updated_ = now;
  if (*left <= 0 && reset) blocked_until_ = std::max(blocked_until_, now + *reset);
}

RateLimiter::State::State(RateLimitOptions options_in)
    : options(options_in), requests(options.requests_per_minute), tokens(options.tokens_per_minute) {
  if (options.concurrency > 0) at_once = options.concurrency;
}

absl::Status RateLimiter::State::Enter(const RateWaiterPtr& waiter, absl::Time now, absl::Time deadline) {
  std::lock_guard lock(mutex);
  latest = std::max(latest, now);
  if (paused_until > deadline) {
    const std::string message =
        absl::StrCat("not asked: the server lets nobody in for ", Brief(paused_until - latest),
                     ", beyond the deadline in ", Brief(deadline - latest));
    return WithModelError(absl::ResourceExhaustedError(message), ModelError::kRateLimit,
                          paused_until - latest);
  }
  if (waiting >= options.waiting_max) {
    return WithModelError(
        absl::ResourceExhaustedError(absl::StrCat("not asked: ", waiting, " calls wait already")),
        ModelError::kRateLimit, std::nullopt, false);
  }
  std::deque<RateWaiterPtr>& queue = by_run[waiter->run];
  if (queue.empty()) turns.push_back(waiter->run);
  queue.push_back(waiter);
  ++waiting;
  PumpLocked(latest);
  return absl::OkStatus();
}

bool RateLimiter::State::Granted(const RateWaiterPtr& waiter) {
  std::lock_guard lock(mutex);
  return waiter->granted;
}

void RateLimiter::State::Leave(const RateWaiterPtr& waiter, absl::Time now, RateOutcome outcome) {
  std::lock_guard lock(mutex);
  latest = std::max(latest, now);
  if (waiter->granted) {
    --running;
  } else {
    Remove(waiter);
  }
  if (outcome != RateOutcome::kUnknown) {
    congested += kCongestedGain * ((outcome == RateOutcome::kCongested ? 1 : 0) - congested);
  }
  if (outcome == RateOutcome::kCongested && waiter->round == round && congested > kCongestedTolerated) {
    ++round;
    congested = kCongestedTolerated / 2;
    at_once = std::max(1.0, std::floor(std::min(at_once, double(running + 1)) / 2));
  } else if (outcome == RateOutcome::kGood) {
    ++good_since_pause;
    at_once += 1 / at_once;
    if (options.concurrency > 0) at_once = std::min(at_once, double(options.concurrency));
  }
  PumpLocked(latest);
}

void RateLimiter::State::Learn(const RateLimits& limits, absl::Time now) {
  std::lock_guard lock(mutex);
  auto learn = [&](MinuteBucket& bucket, const RateLimits::Bucket& said, std::int64_t given) {
    if (said.limit && *said.limit > 0) {
      bucket.SetLimit(given > 0 ? std::min(given, *said.limit) : *said.limit, now);
    }
    bucket.Learn(said.remaining, said.reset, now);
  };
  learn(requests, limits.requests, options.requests_per_minute);
  learn(tokens, limits.tokens, options.tokens_per_minute);
}

void RateLimiter::State::Correct(const RateWaiter& waiter, const Usage& usage, absl::Time now) {
  if (!usage.input || !usage.output) return;
  std::lock_guard lock(mutex);
  tokens.Take(double(*usage.input) + double(*usage.output) - waiter.tokens, now);
}

void RateLimiter::State::Pause(absl::Time now, std::optional<absl::Duration> told, const RateWaiter& waiter) {
  std::lock_guard lock(mutex);
  latest = std::max(latest, now);
  if (waiter.pauses == pauses) {
    growth = pauses > 0 && good_since_pause < kGoodEnough ? std::min(2 * growth, kGrowthMost) : 1;
    good_since_pause = 0;
    ++pauses;
  }
  const absl::Duration pause = told.value_or(options.pause);
  paused_until = std::max(paused_until, latest + pause);
  last_start = std::max(last_start, paused_until);
  spread_until = std::max(spread_until, paused_until + std::min(options.spread, pause) * growth);
}

void RateLimiter::State::Pump(absl::Time now) {
  std::lock_guard lock(mutex);
  latest = std::max(latest, now);
  armed = nullptr;
  PumpLocked(latest);
}

absl::Time RateLimiter::State::EligibleAt(const RateWaiter& waiter) const {
  absl::Time when = std::max(requests.When(1, latest), tokens.When(waiter.tokens, latest));
  when = std::max(when, paused_until);
  if (last_start < spread_until) {
    const absl::Duration gap = (spread_until - last_start) / double(waiting + 1);
    when = std::max(when, last_start + std::min(gap, kGapLongest));
  }
  return when;
}

void RateLimiter::State::PumpLocked(absl::Time now) {
  while (waiting > 0 && double(running) + 1 <= at_once) {
    const RateWaiterPtr& head = by_run[turns.front()].front();
    const absl::Time when = EligibleAt(*head);
    if (when > now) return Arm(head, when);
    Grant(now);
  }
}

void RateLimiter::State::Grant(absl::Time at) {
  const std::string run = turns.front();
  turns.pop_front();
  const auto queue = by_run.find(run);
  const RateWaiterPtr waiter = queue->second.front();
  queue->second.pop_front();
  if (queue->second.empty()) {
    by_run.erase(queue);
  } else {
    turns.push_back(run);
  }
  --waiting;
  ++running;
  requests.Take(1, at);
  tokens.Take(waiter->tokens, at);
  last_start = std::max(last_start, at);
  waiter->granted = true;
  waiter->round = round;
  waiter->pauses = pauses;
  waiter->loop.Post([waiter] {
    if (waiter->shot != nullptr) waiter->shot->Set({});
  });
}

void RateLimiter::State::Arm(const RateWaiterPtr& head, absl::Time when) {
  if (armed == head && armed_at == when) return;
  armed = head;
  armed_at = when;
  head->loop.Post([self = shared_from_this(), head, when] {
    if (head->shot == nullptr) return;
    head->timer.reset();
    head->timer.emplace(head->loop, when, [self, &loop = head->loop] { self->Pump(loop.Now()); });
  });
}

void RateLimiter::State::Remove(const RateWaiterPtr& waiter) {
  const auto queue = by_run.find(waiter->run);
  if (queue == by_run.end()) return;
  const auto place = std::find(queue->second.begin(), queue->second.end(), waiter);
  if (place == queue->second.end()) return;
  queue->second.erase(place);
  --waiting;
  if (armed == waiter) armed = nullptr;
  if (!queue->second.empty()) return;
  by_run.erase(queue);
  turns.erase(std::find(turns.begin(), turns.end(), waiter->run));
}

RateLimiter::RateLimiter(RateLimitOptions options) : state_(std::make_shared<State>(options)) {}
RateLimiter::~RateLimiter() = default;

std::size_t RateLimiter::waiting() const {
  std::lock_guard lock(state_->mutex);
  return state_->waiting;
}

std::size_t RateLimiter::running() const {
  std::lock_guard lock(state_->mutex);
  return state_->running;
}

}  // namespace ninefold
