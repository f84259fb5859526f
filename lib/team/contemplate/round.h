// One round of attempts: who has answered, how the votes stand, and whether it is over. No coroutines.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
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
  absl::Status status;  // why it failed
};

class Round {
 public:
  // `budget`: that of all attempts. `kept`: the best of the round before, which stays a candidate.
  Round(int number, const ContemplateOptions& options, const Budget& budget, absl::Time began,
        std::optional<Attempt> kept);

  int number() const { return number_; }
  absl::Time began() const { return began_; }
  std::string TaskId(int i) const;  // "solve.1", "refine.2.1"

  // The attempts to start now, which count as started. With a recorded decision: those that it counted.
  std::vector<int> Start();
  // What became of an attempt. Returns the answer that the verifier must see, if it is a new one.
  std::optional<std::string> TakeResult(const std::string& id, const TaskResult& result, const Goal& goal);
  const std::vector<Attempt>& attempts() const { return attempts_; }
  bool Has(const std::string& id) const { return at_.contains(id); }
  void TakeFinding(const std::string& answer, Finding finding);
  void TimeIsUp() { time_is_up_ = true; }
  void TailIsCut() { tail_is_cut_ = true; }

  // Why the round is over, or nullopt.
  std::optional<std::string> Over() const;
  // How long those that are late may still take, once the quorum has ended; nullopt before.
  std::optional<absl::Duration> TailCut(absl::Time now) const;
  // Cancels what is out. Their ids.
  std::vector<std::string> Close(std::string why);

  const std::string& stop() const { return stop_; }
  bool is_settled() const { return stop_ == "verified" || stop_ == "settled"; }
  const Tally& Count() const;
  std::vector<std::size_t> Cast() const;  // in declared order; the kept one, which stands last, too
  int CountOf(Attempt::State state) const;
  bool is_restored() const { return restored_.has_value(); }
  int own_cast() const { return CountOf(Attempt::kCast); }  // without the kept one
  int started() const;
  int cancelled() const;
  const absl::Status& first_failure() const { return first_failure_; }

  // The decision, as recorded, and its use: only what it counted is started, and then it is over as it was.
  Json ToDecision() const;
  void Restore(Json decision);

 private:
  int Left() const { return CountOf(Attempt::kUnstarted) + Pending(); }
  int Pending() const { return CountOf(Attempt::kOut) + CountOf(Attempt::kChecking); }
  void Begin(int i, std::vector<int>& begun);
  void SettleRestored(const char* which, Attempt::State state);
  bool RestoreFinding(std::size_t i);  // whether the decision has what the verifier found
  void Settle(Attempt& attempt, Attempt::State state);
  ContemplateStops Stops() const;
  bool by_vote() const;

  const int number_;
  const ContemplateOptions& options_;
  const Budget& budget_;
  const absl::Time began_;
  std::vector<Attempt> attempts_;  // `width` of them, and the kept one
  std::unordered_map<std::string, std::size_t> at_;
  std::unordered_map<std::string, std::optional<Finding>> findings_;  // of answers; nullopt: asked for
  int counts_[Attempt::kCancelled + 1] = {};
  int started_ = 0;
  mutable std::optional<Tally> tally_;  // until the next change
  bool time_is_up_ = false, tail_is_cut_ = false, out_of_budget_ = false;
  std::string stop_;
  absl::Status first_failure_;
  std::optional<Json> restored_;
};

}  // namespace ninefold
