// Runs agents in virtual time on a seeded scheduler: an hour of a thousand agents takes a second, and the
// same seed gives the same run.
//
//   Sim sim({.seed = 7});
//   absl::StatusOr<Reply> reply = sim.Run(team, "…");
//   EXPECT_EQ(sim.elapsed(), absl::Minutes(5));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/agent.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/journal.h"
#include "ninefold/runtime.h"

namespace ninefold::testing {

struct SimOptions {
  std::uint64_t seed = 1;
  bool shuffle = true;  // run ready work in a random order drawn from the seed; false: first in, first out
  StorePtr store = nullptr;  // null: a MemoryStore
};

class Sim {
 public:
  explicit Sim(SimOptions options = {});
  ~Sim();

  absl::StatusOr<Reply> Run(AgentPtr agent, Prompt prompt, RunOptions options = {});
  // Any coroutine, in a context of its own at the root path ""; returns when nothing is left to do.
  // kDeadlineExceeded and the like come from the body itself; kInternal "stuck": it waits for something that
  // never comes.
  absl::Status Run(std::function<Async<void>(Context&)> body, RunOptions options = {});

  absl::Duration elapsed() const;            // virtual time since the start
  const std::vector<Event>& events() const;  // of all runs so far
  const StorePtr& store() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ninefold::testing
