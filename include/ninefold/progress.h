// How far a graph's run has come, and what may be added to it (planner.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
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
  // Since the last Extend, in declared order; perhaps none, when the planner wished to be asked now.
  virtual const std::vector<std::string>& just_ended() const = 0;
  virtual std::size_t running() const = 0;  // tasks that run or may still start
};

// What a planner adds.
struct Extension {
  std::vector<Task> tasks;
  std::string output;                    // not "": the graph's output from now on
  std::vector<std::string> cancel = {};  // tasks no longer wanted
  bool done = false;                     // end the run now with the output there is; what runs is cancelled
  // When to ask again even if no task has ended by then; the next Extension says anew. The graph waits for it
  // also when nothing else is left to do. A time that has passed means at once; twice in a row, with no task
  // ended or added between, it is kInternal.
  absl::Time ask_again = absl::InfiniteFuture();

  // Whether it leaves the graph as it is.
  bool empty() const { return tasks.empty() && output.empty() && cancel.empty() && !done; }
};

}  // namespace ninefold
