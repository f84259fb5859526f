// One round of attempts: who has answered, how the votes stand, and whether it is over. No coroutines.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/contemplate.h"
#include "ninefold/json.h"
#include "ninefold/task_graph.h"
#include "team/contemplate/tally.h"

namespace ninefold {

struct Attempt {
  enum State {
    kUnstarted,
    kOut,       // runs
    kChecking,  // has answered; the verifier has not
    kCast,
    kAbstained,
    kFailed,
    kCancelled,
  };
  std::string id;
  State state = kUnstarted;
  std::shared_ptr<const Reply> reply;  // from kChecking on, unless it failed
  std::string answer;                  // as compared
  double weight = 1;
  Finding finding = Finding::kNone;
  std::string check;    // the task whose words the finding is; "": code's, or there is none
  absl::Status status;  // why it failed
  absl::Time began, ended;
};
std::string_view AttemptStateName(Attempt::State state);

// What the verifier found of an answer.
struct CheckResult {
  Finding finding = Finding::kNone;
  std::string check;  // the task
};

class Round {
 public:
  // `kept`: the best of the round before, which stays a candidate. `known`: what the verifier has found of
  // answers in rounds before. `budget`: that of all attempts.
  Round(int number, const ContemplateOptions& options, const Budget& budget, std::optional<Attempt> kept,
        std::map<std::string, CheckResult> known);

  int number() const { return number_; }
  std::string TaskId(int i) const;  // "solve.1", "refine.2.1"

  // The attempts to start now, which count as started. With a recorded decision: those that it counted.
  std::vector<int> Start(absl::Time now);
  // What became of an attempt. Returns the answer that the verifier must see, if it is a new one.
  std::optional<std::string> TakeResult(const std::string& id, const TaskResult& result, const Goal& goal,
                                        absl::Time now);
  const std::vector<Attempt>& attempts() const { return attempts_; }
  bool Has(const std::string& id) const { return at_.contains(id); }
  void TakeVerdict(const std::string& answer, const CheckResult& verdict);
  void TimeIsUp() { time_is_up_ = true; }

  // Why the round is over, or nullopt.
  std::optional<std::string> Over(absl::Time now) const;
  // When it may be over, or more may be started, although nothing has ended; InfiniteFuture: never.
  absl::Time NextLook(absl::Time now) const;
  // Cancels what is out. Their ids.
  std::vector<std::string> Close(std::string why, absl::Time now);

  const std::string& stop() const { return stop_; }
  bool is_settled() const { return stop_ == "verified" || stop_ == "settled"; }
  const Tally& Count() const;
  std::vector<std::size_t> Cast() const;  // in declared order; the kept one, which stands last, too
  int CountOf(Attempt::State state) const { return counts_[state]; }
  bool is_restored() const { return restored_.has_value(); }
  int own_cast() const { return CountOf(Attempt::kCast); }  // without the kept one
  int started() const;
  int cancelled() const;
  const absl::Status& first_failure() const { return first_failure_; }
  const std::map<std::string, CheckResult>& verdicts() const { return verdicts_; }

  // The decision, as recorded, and its use: only what it counted is started, and then it is over as it was.
  Json ToDecision() const;
  absl::Status Restore(Json decision);  // kDataLoss: it is none

 private:
  int Left() const { return CountOf(Attempt::kUnstarted) + Pending(); }
  int Pending() const { return CountOf(Attempt::kOut) + CountOf(Attempt::kChecking); }
  int Ended() const;  // of those that were started
  void Begin(int i, absl::Time now, std::vector<int>& begun);
  void SettleRestored(const char* which, Attempt::State state);
  void RestoreFinding(std::size_t i);
  void Settle(Attempt& attempt, Attempt::State state);
  void Judge(Attempt& attempt, const Reply& reply, const Goal& goal) const;
  // How long an attempt may take before it is late: a part more than the first `share` of them took.
  absl::Duration Patience(int share) const;
  int LateShare() const;  // how many of those started must have ended before the others are late
  int QuorumShare() const;
  bool AllAreLate(absl::Time now) const;
  int Waiting(absl::Time now) const;  // those out that are not late
  int VotesNeeded() const;
  ContemplateStops Stops() const;
  bool by_vote() const;
  bool has_checks() const { return options_.check != nullptr || options_.verifier != nullptr; }

  const int number_;
  const ContemplateOptions& options_;
  const Budget& budget_;
  std::vector<Attempt> attempts_;  // `width` of them, and the kept one
  std::unordered_map<std::string, std::size_t> at_;
  std::map<std::string, CheckResult> verdicts_;  // of answers
  std::set<std::string> asked_;                  // answers that the verifier looks at
  int counts_[Attempt::kCancelled + 1] = {};
  int started_ = 0;
  mutable std::optional<Tally> tally_;  // until the next change
  bool time_is_up_ = false, out_of_budget_ = false;
  std::string stop_;
  absl::Status first_failure_;
  std::optional<Json> restored_;
};

}  // namespace ninefold
