// A model's plan as tasks: its form, what is checked of it, and what a task is told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/planner.h"

namespace ninefold::patterns {

// The ids that the planner needs for itself.
inline constexpr char kPlan[] = "plan", kMerge[] = "merge";

// What was planned before and has come to something, or still may.
struct EarlierTask {
  std::string id, agent, brief;
  std::vector<std::string> needs;  // ids
};

// What a plan is made within.
struct PlanScope {
  Roster roster;
  std::vector<EarlierTask> earlier = {};
  int generation = 1;       // 2: the first re-plan
  std::string review = "";  // the task that planned it; "": the first plan
  bool is_last = true;      // nothing of it will be planned anew
  int result_tokens = kResultTokens;
};

std::shared_ptr<const OutputSchema> PlanForm(const Roster& roster, int tasks_min, int tasks_max);

// The tasks of a plan of that form, each after those it needs. kInvalidArgument says what a schema cannot:
// ids, needs, cycles, what is planned twice.
absl::StatusOr<std::vector<Task>> TasksOf(const Json& plan, const PlanScope& scope);

// The brief of a planned task; nullptr: it is none.
const std::string* BriefOf(const Task& task);

}  // namespace ninefold::patterns
