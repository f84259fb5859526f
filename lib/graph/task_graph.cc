#include "ninefold/task_graph.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "ninefold/status.h"

namespace ninefold {

std::string_view TaskOutcomeName(TaskOutcome outcome) {
  switch (outcome) {
    case TaskOutcome::kDone:
      return "done";
    case TaskOutcome::kFailed:
      return "failed";
    case TaskOutcome::kSkipped:
      return "skipped";
    case TaskOutcome::kCancelled:
      return "cancelled";
  }
  return "skipped";
}

namespace {

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > 128 || id[0] == '.') return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

}  // namespace

absl::Status TaskGraph::Add(Task task) {
  if (!IsId(task.id)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "task id \"", task.id, "\": letters, digits, _, - and . (not first) are allowed, 1 to 128 of them"));
  }
  if (index_.contains(task.id))
    return absl::AlreadyExistsError(absl::StrCat("two tasks have the id \"", task.id, "\""));
  if (task.agent == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("task \"", task.id, "\" has no agent"));
  if (task.join.kind == Join::kQuorum &&
      (task.join.quorum < 1 || std::size_t(task.join.quorum) > task.needs.size())) {
    return absl::InvalidArgumentError(absl::StrCat("task \"", task.id, "\": a quorum of ", task.join.quorum,
                                                   " out of ", task.needs.size(),
                                                   " needs cannot be reached"));
  }
  if (task.on_failure.kind == OnFailure::kFallback && task.on_failure.fallback == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("task \"", task.id, "\" falls back to an agent that is null"));
  }
  for (std::size_t i = 0; i < task.needs.size(); ++i) {
    if (task.needs[i] == task.id)
      return absl::InvalidArgumentError(absl::StrCat("task \"", task.id, "\" needs itself"));
    if (i > 0 && task.needs[i] == task.needs[i - 1]) {
      return absl::InvalidArgumentError(
          absl::StrCat("task \"", task.id, "\" needs \"", task.needs[i], "\" twice"));
    }
  }
  index_.emplace(task.id, tasks_.size());
  tasks_.push_back(std::move(task));
  return absl::OkStatus();
}

const Task* TaskGraph::Find(std::string_view id) const {
  const auto it = index_.find(id);
  return it == index_.end() ? nullptr : &tasks_[it->second];
}

std::optional<std::size_t> TaskGraph::IndexOf(std::string_view id) const {
  const auto it = index_.find(id);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

namespace {

// The names along one cycle among the tasks that could not be put in order.
std::string NameCycle(const TaskGraph& graph, const std::vector<std::size_t>& left) {
  std::vector<std::size_t> at(graph.size(), SIZE_MAX);
  std::vector<std::size_t> walk;
  std::size_t task = 0;
  while (left[task] == 0) ++task;
  while (at[task] == SIZE_MAX) {
    at[task] = walk.size();
    walk.push_back(task);
    for (const std::string& need : graph.tasks()[task].needs) {
      const std::size_t next = *graph.IndexOf(need);
      if (left[next] == 0) continue;
      task = next;
      break;
    }
  }
  std::vector<std::string> names;
  for (std::size_t i = at[task]; i < walk.size(); ++i) names.push_back(graph.tasks()[walk[i]].id);
  names.push_back(names.front());
  std::reverse(names.begin(), names.end());  // in the direction of the results
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::Status TaskGraph::Check() const {
  std::vector<std::vector<std::size_t>> dependents(tasks_.size());
  std::vector<std::size_t> left(tasks_.size());
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    left[i] = tasks_[i].needs.size();
    for (const std::string& need : tasks_[i].needs) {
      const auto it = index_.find(need);
      if (it != index_.end()) {
        dependents[it->second].push_back(i);
        continue;
      }
      std::vector<std::string> names;
      for (const Task& task : tasks_) names.push_back(task.id);
      return absl::InvalidArgumentError(absl::StrCat("task \"", tasks_[i].id, "\" needs \"", need,
                                                     "\", which is no task", DidYouMean(need, names)));
    }
  }
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (left[i] == 0) ready.push_back(i);
  }
  std::size_t ordered = 0;
  while (!ready.empty()) {
    const std::size_t i = ready.back();
    ready.pop_back();
    ++ordered;
    for (const std::size_t dependent : dependents[i]) {
      if (--left[dependent] == 0) ready.push_back(dependent);
    }
  }
  if (ordered < tasks_.size())
    return absl::InvalidArgumentError(absl::StrCat("cycle: ", NameCycle(*this, left)));
  if (!output_.empty() && !index_.contains(output_)) {
    return absl::InvalidArgumentError(absl::StrCat("the output task \"", output_, "\" is no task"));
  }
  return absl::OkStatus();
}

}  // namespace ninefold
