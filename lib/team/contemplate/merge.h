// Many reports merged into one: all at once when they are few, else in groups, and their merges again, so
// that no prompt holds more than `merge_most` of them. Recursive aggregation: arXiv 2509.26626.
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

class Merge {
 public:
  // Tasks with the reports. Not empty.
  Merge(const std::vector<std::string>& reports, const ContemplateOptions& options, AgentPtr judge);

  // The merges of the next level; {}: one is left, or the last of them has failed.
  std::vector<Task> NextLevel();
  bool Has(std::string_view id) const { return groups_.contains(std::string(id)); }
  void TakeResult(const std::string& id, const TaskResult& result);
  bool LevelIsOver() const { return open_ == 0; }
  std::vector<std::string> open() const;  // merges
  // The merges that are left: one, the whole, when it went well; several, or none, when the last one failed.
  std::vector<MergedReport> merged() const;
  const std::vector<std::string>& left_out() const { return left_out_; }  // attempts that are in none of them
  const absl::Status& failure() const { return failure_; }

 private:
  struct Item {
    MergedReport report;
    bool has_failed = false;  // to be merged, in a larger group
  };
  using Group = std::vector<Item>;
  std::vector<Group> CloseLevel();
  std::vector<Group> InGroups(std::vector<Item> items) const;

  const ContemplateOptions& options_;
  const AgentPtr judge_;
  std::vector<Item> left_;                               // of the levels before, in their order
  std::vector<Group> made_;                              // the groups of this level
  std::vector<bool> is_merged_, has_ended_;              // of these
  std::unordered_map<std::string, std::size_t> groups_;  // task to group
  std::vector<std::string> left_out_;
  int level_ = 0, open_ = 0, barren_ = 0;
  bool is_over_ = false;
  absl::Status failure_;
};

}  // namespace ninefold
