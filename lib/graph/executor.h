// Runs a task graph: a task starts the moment what it needs is there; results are kept by task, so the
// outcome does not depend on timing.
//
// State is plain arrays and counters on one loop. A coroutine is spawned only for a task that has none to run
// in: whoever ends a task goes on with the next that is ready, so a chain costs no spawn at all.
#pragma once

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/progress.h"
#include "ninefold/task_graph.h"

namespace ninefold {

struct GraphOptions {
  int width = 0;  // tasks at once; 0: all that can
  int tasks_max = 100'000;
  // Asked whenever tasks have ended, and when it wished to be, one call at a time; null: nothing is added.
  std::function<Async<absl::StatusOr<Extension>>(const Progress&, Context&)> extend = nullptr;
};

// The output task's reply. Errors: of a task that fails the graph, annotated with its id; kFailedPrecondition
// when the output task was skipped or cancelled; of `extend`; kResourceExhausted: tasks_max;
// kInvalidArgument, kInternal: an extension that does not fit.
Async<absl::StatusOr<Reply>> RunGraph(TaskGraph graph, Goal goal, const Roster& roster,
                                      const GraphOptions& options, Context& ctx);

}  // namespace ninefold
