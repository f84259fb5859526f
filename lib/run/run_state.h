// What all contexts of one run share. It is made for a run and lives, on the run's loop, until the run has
// ended.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/status/status.h"
#include "base/loop.h"
#include "ninefold/budget.h"
#include "ninefold/event.h"
#include "ninefold/policy.h"
#include "run/event_queue.h"
#include "run/run_journal.h"

namespace ninefold {

class Context;  // context.h

struct RunState {
  explicit RunState(Loop& loop_in) : loop(loop_in) {}
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  Loop& loop;
  std::string id;
  std::uint64_t seed = 1;
  absl::Time deadline = absl::InfiniteFuture();
  Budget budget;
  PolicyPtr policy = DefaultPolicy();
  RunJournal journal;
  std::unordered_map<std::string, int> attempts;  // in this life, at paths where failures are recorded
  std::unordered_set<std::string> keeping;        // of these, where it may be about to be
  std::function<std::string(std::string_view)> on_ask;

  std::function<void(const Event&)> on_event;
  std::shared_ptr<EventQueue> queue;  // null: no RunHandle reads
  std::uint64_t events = 0;

  void Emit(EventBody body, const std::shared_ptr<const std::string>& path);

  Context* root = nullptr;  // while it lives
  // Ends the run as a whole, whoever would go on.
  void Stop(const absl::Status& why);
};

}  // namespace ninefold
