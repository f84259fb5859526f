// Runs an agent in front of a person: shows its events, asks them questions, and stops when they say so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/store_choice.h"
#include "cli/task_tree.h"
#include "cli/trace_file.h"
#include "ninefold/agent.h"
#include "ninefold/runtime.h"

namespace ninefold::cli {

enum class Show { kAuto, kPlain, kQuiet };  // kAuto: live on a terminal, else plain

struct Performance {
  AgentPtr agent;
  Prompt prompt;
  RunOptions options;
  ChosenStore store;
  Show show = Show::kAuto;
  TraceFile* trace = nullptr;
};

struct Performed {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  std::string run_id;
  Cost cost;
  std::int64_t steps = 0;  // recorded, those of earlier lives that were used again included
  std::size_t reused = 0;
  absl::Duration elapsed;  // of the run
  std::vector<EndedGraph> graphs;
  absl::Duration first_event;  // since the program began
};

Performed Perform(Performance performance);

// When the program began; called first in main.
void NoteStart();
absl::Duration SinceStart();

}  // namespace ninefold::cli
