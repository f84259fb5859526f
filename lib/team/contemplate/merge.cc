#include "team/contemplate/merge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

constexpr int kBarrenMost = 2;  // levels one after another of which no merge went well: the judge is down

std::string MergeId(int level, std::size_t group) { return absl::StrCat("merge.", level, ".", group + 1); }

}  // namespace

Merge::Merge(const std::vector<std::string>& reports, const ContemplateOptions& options, AgentPtr judge)
    : options_(options), judge_(std::move(judge)) {
  for (const std::string& id : reports) left_.push_back({{id, {id}}});
}

// Groups of nearly one size.
std::vector<Merge::Group> Merge::InGroups(std::vector<Item> items) const {
  const std::size_t most = std::size_t(options_.merge_most);
  const std::size_t count = (items.size() + most - 1) / most;
  std::vector<Group> groups;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = [&](std::size_t k) { return items.begin() + std::ptrdiff_t(items.size() * k / count); };
    groups.emplace_back(std::make_move_iterator(at(i)), std::make_move_iterator(at(i + 1)));
  }
  return groups;
}

// What a level has merged is left for the next one. A group whose merge failed is tried again in halves, for
// it may have been too long; then its first report stands for it. Returns those halves.
std::vector<Merge::Group> Merge::CloseLevel() {
  std::vector<Group> again;
  if (made_.empty()) return again;
  const bool was_last = made_.size() == 1 && left_.empty();
  const bool is_barren = std::find(is_merged_.begin(), is_merged_.end(), true) == is_merged_.end();
  barren_ = is_barren ? barren_ + 1 : 0;
  if (barren_ >= kBarrenMost) {
    is_over_ = true;
    for (Group& group : made_) std::move(group.begin(), group.end(), std::back_inserter(left_));
    made_.clear();
    return again;
  }
  for (std::size_t i = 0; i < made_.size(); ++i) {
    Group& group = made_[i];
    if (is_merged_[i]) {
      MergedReport merged{MergeId(level_, i), {}};
      for (const Item& item : group)
        merged.whose.insert(merged.whose.end(), item.report.whose.begin(), item.report.whose.end());
      left_.push_back({std::move(merged)});
    } else if (group.size() > 2 && !group[0].has_failed) {
      for (Item& item : group) item.has_failed = true;
      const auto middle = group.begin() + std::ptrdiff_t((group.size() + 1) / 2);
      again.emplace_back(group.begin(), middle);
      again.emplace_back(middle, group.end());
    } else if (was_last) {
      is_over_ = true;
      left_ = std::move(group);
    } else {
      for (std::size_t k = 1; k < group.size(); ++k) {
        const auto& whose = group[k].report.whose;
        left_out_.insert(left_out_.end(), whose.begin(), whose.end());
      }
      left_.push_back({std::move(group[0].report)});
    }
  }
  made_.clear();
  return again;
}

std::vector<Task> Merge::NextLevel() {
  const bool is_first = level_ == 0;
  std::vector<Group> groups = CloseLevel();
  groups_.clear();
  std::vector<Task> tasks;
  if (is_over_ || (left_.size() == 1 && groups.empty() && !is_first)) return tasks;
  ++level_;
  for (Group& group : InGroups(std::exchange(left_, {}))) groups.push_back(std::move(group));
  for (Group& group : groups) {
    // Alone, and others are being merged: it waits for them.
    if (group.size() == 1 && groups.size() > 1) {
      left_.push_back(std::move(group[0]));
      continue;
    }
    Task task{.id = MergeId(level_, made_.size()), .agent = judge_};
    std::vector<MergedReport> reports;
    for (const Item& item : group) {
      task.needs.push_back(item.report.id);
      reports.push_back(item.report);
    }
    task.prompt = MergePrompt(options_, std::move(reports));
    task.on_failure = OnFailure::Skip();
    groups_[task.id] = made_.size();
    made_.push_back(std::move(group));
    tasks.push_back(std::move(task));
  }
  is_merged_.assign(made_.size(), false);
  has_ended_.assign(made_.size(), false);
  open_ = int(made_.size());
  return tasks;
}

void Merge::TakeResult(const std::string& id, const TaskResult& result) {
  const std::size_t group = groups_.at(id);
  --open_;
  has_ended_[group] = true;
  const bool empty = result.reply != nullptr && absl::StripAsciiWhitespace(result.reply->text).empty();
  is_merged_[group] = result.reply != nullptr && !empty;
  if (!is_merged_[group] && failure_.ok())
    failure_ = empty ? absl::InvalidArgumentError("the judge wrote nothing") : result.status;
}

std::vector<std::string> Merge::open() const {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < made_.size(); ++i) {
    if (!has_ended_[i]) ids.push_back(MergeId(level_, i));
  }
  return ids;
}

std::vector<MergedReport> Merge::merged() const {
  std::vector<MergedReport> merged;
  for (const Item& item : left_) {
    if (absl::StartsWith(item.report.id, "merge.")) merged.push_back(item.report);
  }
  return merged;
}

}  // namespace ninefold
