#include "team/contemplate/merge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "team/contemplate/prompts.h"

namespace ninefold {

Merge::Merge(std::vector<std::string> reports, const ContemplateOptions& options, AgentPtr judge)
    : options_(options), judge_(std::move(judge)), left_(std::move(reports)) {}

std::vector<Task> Merge::NextLevel() {
  if (level_ > 0) {
    // A group whose merge failed is not lost: its first report stands for it, unless it was all there is.
    std::vector<std::string> merged;
    const bool was_last = members_.size() == 1;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!next_[i].empty()) merged.push_back(next_[i]);
      if (next_[i].empty() && !was_last) merged.push_back(members_[i][0]);
    }
    left_ = std::move(merged);
  }
  std::vector<Task> tasks;
  if (left_.empty() || (left_.size() == 1 && level_ > 0)) return tasks;
  ++level_;
  members_.clear();
  groups_.clear();
  const std::size_t most = std::size_t(options_.merge_most);
  const std::size_t groups = (left_.size() + most - 1) / most;
  for (std::size_t i = 0; i < groups; ++i) {
    // Groups of nearly one size.
    const std::size_t from = left_.size() * i / groups, to = left_.size() * (i + 1) / groups;
    members_.emplace_back(left_.begin() + std::ptrdiff_t(from), left_.begin() + std::ptrdiff_t(to));
    Task task{.id = absl::StrCat("merge.", level_, ".", i + 1), .agent = judge_};
    task.prompt = MergePrompt(options_);
    task.needs = members_.back();
    task.on_failure = OnFailure::Skip();
    groups_[task.id] = i;
    tasks.push_back(std::move(task));
  }
  next_.assign(groups, "");
  open_ = int(groups);
  return tasks;
}

void Merge::TakeResult(const std::string& id, const TaskResult& result) {
  --open_;
  const bool empty = result.reply != nullptr && absl::StripAsciiWhitespace(result.reply->text).empty();
  if (result.reply != nullptr && !empty) {
    next_[groups_.at(id)] = id;
  } else if (failure_.ok()) {
    failure_ = empty ? absl::InvalidArgumentError("the judge wrote nothing") : result.status;
  }
}

}  // namespace ninefold
