// One run from start to end, on one loop: what Runtime and Sim have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/loop.h"
#include "ninefold/agent.h"
#include "ninefold/runtime.h"
#include "run/event_queue.h"
#include "run/store_writer.h"

namespace ninefold {

struct RunSetup {
  RunOptions options;
  StorePtr store;
  std::shared_ptr<StoreWriter> writer;  // null: the store does not block
  std::shared_ptr<EventQueue> queue;    // null: nobody reads
  // Called on the loop with the run's root context when it begins, and with null before that goes.
  std::function<void(Context*)> on_context;
};

using RunBodyFn = std::function<Async<absl::StatusOr<Reply>>(Context&)>;

// A new id: 12 hexadecimal digits.
std::string NewRunId();

// Opens the journal, runs `body` in a root context, closes the journal. `team` and `goal` are for the record.
// setup->options.run_id is set.
Async<absl::StatusOr<Reply>> RunWhole(Loop& loop, std::shared_ptr<RunSetup> setup, std::string team,
                                      std::string goal, RunBodyFn body);

}  // namespace ninefold
