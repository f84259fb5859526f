// How far a graph's run has come, and what may be added to it (planner.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/task_graph.h"

namespace ninefold {

using Goal = Prompt;
using Roster = std::vector<AgentPtr>;

// What is there when Extend is asked.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual const Goal& goal() const = 0;
  virtual const Roster& roster() const = 0;
  virtual const TaskGraph& graph() const = 0;
  virtual const TaskResult* result(std::string_view id) const = 0;  // nullptr: not ended, or unknown
  virtual const std::vector<std::string>& just_ended() const = 0;  // since the last Extend, in declared order
  virtual std::size_t running() const = 0;                         // tasks that run or may still start
};

// What a planner adds.
struct Extension {
  std::vector<Task> tasks;
  std::string output;                    // not "": the graph's output from now on
  std::vector<std::string> cancel = {};  // tasks no longer wanted
  bool done = false;                     // end the run now with the output there is; what runs is cancelled

  bool empty() const { return tasks.empty() && output.empty() && cancel.empty() && !done; }
};

}  // namespace ninefold
