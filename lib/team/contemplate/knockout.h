// A knock-out over candidates: two at a time, in both orders, until one is left. Judges prefer what stands
// first, so a pair that changes its winner with the order is a tie, and ties go to the answer that more gave.
// Pairwise over digests: arXiv 2604.16529.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ninefold/contemplate.h"
#include "ninefold/task_graph.h"
#include "team/contemplate/prompts.h"

namespace ninefold {

class Knockout {
 public:
  // The favourite first. Not empty.
  Knockout(std::vector<ShownAttempt> candidates, const ContemplateOptions& options, AgentPtr judge);

  // The matches of the next level; {}: one candidate is left.
  std::vector<Task> NextLevel();
  bool Has(std::string_view id) const { return matches_.contains(std::string(id)); }
  void TakeResult(const std::string& id, const TaskResult& result);
  bool LevelIsOver() const { return open_ == 0; }
  const std::string& winner() const { return candidates_[left_[0]].id; }
  std::vector<std::string> last_matches() const { return last_; }
  // Not one match was judged.
  bool has_failed() const { return asked_ > 0 && judged_ == 0; }
  std::vector<std::string> open() const;  // matches
  const absl::Status& failure() const { return failure_; }

 private:
  struct Match {
    std::size_t pair;
    bool swapped;
    bool has_ended = false;
  };
  struct Pair {
    std::size_t favourite, other;
    int for_favourite = 0, for_other = 0;
  };
  void CloseLevel();

  const std::vector<ShownAttempt> candidates_;
  const ContemplateOptions& options_;
  const AgentPtr judge_;
  std::vector<std::size_t> left_;  // in order of favour
  std::vector<Pair> pairs_;
  std::unordered_map<std::string, Match> matches_;  // of this level
  std::vector<std::string> last_;
  int level_ = 0, open_ = 0, asked_ = 0, judged_ = 0;
  absl::Status failure_;
};

}  // namespace ninefold
