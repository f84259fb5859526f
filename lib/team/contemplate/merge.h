// Many reports merged into one: all at once when they are few, else in groups, and their merges again, so
// that no prompt holds more than `merge_most` of them. Recursive aggregation: arXiv 2509.26626.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ninefold/contemplate.h"
#include "ninefold/task_graph.h"

namespace ninefold {

class Merge {
 public:
  // Tasks with the reports. Not empty.
  Merge(std::vector<std::string> reports, const ContemplateOptions& options, AgentPtr judge);

  // The merges of the next level; {}: one is left, or all have failed.
  std::vector<Task> NextLevel();
  bool Has(std::string_view id) const { return groups_.contains(std::string(id)); }
  void TakeResult(const std::string& id, const TaskResult& result);
  bool LevelIsOver() const { return open_ == 0; }
  // The task with the whole; "" when the last merge has failed.
  std::string whole() const { return level_ > 0 && left_.size() == 1 ? left_[0] : ""; }
  const absl::Status& failure() const { return failure_; }

 private:
  const ContemplateOptions& options_;
  const AgentPtr judge_;
  std::vector<std::string> left_;
  std::vector<std::string> next_;                        // by group; "": it failed
  std::unordered_map<std::string, std::size_t> groups_;  // of this level
  std::vector<std::vector<std::string>> members_;        // of the groups
  int level_ = 0, open_ = 0;
  absl::Status failure_;
};

}  // namespace ninefold
