// The one context of a run: it travels with every call and carries the deadline, cancellation, budget, clock,
// seed, policy, journal and event sink. Nothing reaches around it.
//
// A child context is a step below its parent: its path is longer, its deadline no later, and cancelling the
// parent cancels it. Contexts live in the frame of the call they are for; a run's contexts are used on its
// loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "boost/asio/any_io_executor.hpp"
#include "ninefold/async.h"
#include "ninefold/budget.h"
#include "ninefold/event.h"
#include "ninefold/journal.h"
#include "ninefold/policy.h"

namespace ninefold {

class CancelNode;  // lib/base/cancel.h
class Loop;        // lib/base/loop.h
struct RunState;   // lib/run/run_state.h

// How answers are drawn below a context, so that attempts at one question differ.
struct Sampling {
  std::optional<double> temperature = {};  // 0 to 2; in place of the agents' own
  std::uint64_t seed = 0;                  // added to the seed of agents that have one
  bool cold = false;                       // agents that have a temperature answer at 0: for judges
};

// How far, from the run's beginning, the longest chains of what waited for each other have come.
struct ChainPlace {
  std::int64_t tokens = 0;                       // output tokens
  absl::Duration queued = absl::ZeroDuration();  // waiting for a turn (Context::ChargeQueued)
};
ChainPlace Farther(const ChainPlace& a, const ChainPlace& b);  // of each the larger

class Context {
 public:
  // The root of a run; made by Runtime (runtime.h) and Sim (testing/sim.h).
  explicit Context(RunState& run);
  // One step below `parent`: path "parent/segment". `timeout` counts from now.
  Context(Context& parent, std::string_view segment, absl::Duration timeout = absl::InfiniteDuration());
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const std::string& path() const { return *path_; }
  // `segment` below this path, as text.
  std::string PathOf(std::string_view segment) const;

  absl::Time Now() const;  // the loop's clock: virtual under Sim
  absl::Time deadline() const { return deadline_; }
  std::uint64_t Random(
      std::string_view purpose) const;  // from the run's seed, this path and `purpose`: repeatable
  int depth() const { return depth_; }  // agents above this one

  // OK, or why this context must stop: kCancelled, kDeadlineExceeded.
  absl::Status status() const;
  bool cancelled() const { return !status().ok(); }
  // Whether the timeout given to this context has ended it, and nothing above it.
  bool timed_out() const { return timed_out_; }
  // Cancels this context and all below it; they see `why` from the await in progress.
  void Cancel(absl::Status why = absl::CancelledError("cancelled"));

  // Waits on the loop's clock. Not OK: cancelled before the time was over.
  Async<absl::Status> Sleep(absl::Duration duration);
  // Calls `fn` on the thread pool, off the loop (at once under Sim). `fn` cannot be interrupted: when the
  // context is cancelled first, the call is still waited for, and its result dropped.
  Async<absl::Status> Blocking(std::function<void()> fn);

  void Emit(EventBody body);
  // Shows `tap` every event of this context, and of those made below it from now on, before readers see it;
  // true keeps it from them. For what wraps a call: to know whether something was shown, or to show one of
  // two.
  void Tap(std::function<bool(const EventBody&)> tap);
  // Waits while readers of events are too far behind; streaming code awaits it between deltas.
  Async<absl::Status> Drain();
  bool wants_events() const;  // someone reads events
  bool wants_deltas() const;  // someone reads them as they come

  Budget& budget() const { return *budget_; }
  // From now on, what this context and those made below it may use: a part of the budget so far, which counts
  // too. `whose` begins the errors: "agent \"critic\"".
  void LimitBudget(const BudgetLimits& limits, std::string whose);
  // From now on, for this context and those made below it; seeds add up with those from above.
  void Vary(const Sampling& sampling);
  const Sampling& sampling() const { return sampling_; }
  const Policy& policy() const;
  // Adds to the cost of this context and of all above it. What is charged in contexts below comes one after
  // another, but for those that BeginChain tells apart.
  void Charge(const Cost& cost);
  const Cost& cost() const { return cost_; }
  // Says that a call has waited for its turn, as for a model's rate limit, so that this is not taken for
  // work.
  void ChargeQueued(absl::Duration waited);
  absl::Duration queued() const { return chain_.queued - chain_begin_.queued; }  // of the longest chain below
  // What came before this context's next call: its place in the longest chains. For what runs several
  // contexts at once: each begins where what it waited for had ended.
  const ChainPlace& chain() const { return chain_; }
  void BeginChain(const ChainPlace& at);

  // A recorded result of this path, if the journal has one. kFailedPrecondition when it was recorded for
  // another request (the message says what differs), or when a kOnce step was started and never finished;
  // kNotFound when replaying and there is none. Either of the first two ends the run (IsJournalMismatch).
  absl::StatusOr<std::optional<StepRecord>> Recall(std::string_view kind, std::uint64_t request_hash,
                                                   std::string_view request);
  // Records a step of this path; durable when it returns OK, according to the store.
  Async<absl::Status> Record(StepRecord record);
  // Whether records are kept beyond the process, so that it is worth describing requests.
  bool durable() const;
  bool replaying() const;

  // For asking a person (RunOptions::on_ask). Without anyone to ask: kFailedPrecondition.
  Async<absl::StatusOr<std::string>> Ask(std::string question);

  boost::asio::any_io_executor executor() const;
  RunState& run() const { return run_; }  // for ninefold's own floors
  CancelNode& cancel_node() const { return *cancel_; }
  Loop& loop() const;
  void EnterAgent() { ++depth_; }
  // Whether a model call above this context has its tokens reserved.
  bool in_call() const { return in_call_; }
  void SetInCall(bool in_call) { in_call_ = in_call; }

 private:
  RunState& run_;
  Context* parent_;
  std::shared_ptr<const std::string> path_;
  absl::Time deadline_;
  int depth_ = 0;
  bool in_call_ = false;
  bool timed_out_ = false;
  Cost cost_;
  ChainPlace chain_begin_, chain_;
  Budget* budget_;
  std::vector<std::unique_ptr<Budget>> own_budgets_;  // each a part of the one before
  Sampling sampling_;
  std::unique_ptr<CancelNode> cancel_;
  Context* tapped_ = nullptr;  // the nearest with a tap, from here upwards
  std::unique_ptr<std::function<bool(const EventBody&)>> tap_;
  struct DeadlineTimer;
  std::unique_ptr<DeadlineTimer> timer_;
};

}  // namespace ninefold
