// A Runtime runs agents. A run lives on one loop, on one thread; a Runtime has as many loops as it is given
// threads.
//
//   Runtime runtime({.threads = 2});
//   absl::StatusOr<Reply> reply = runtime.Run(team, "…", {.deadline = absl::Minutes(2), .budget = {.usd =
//   0.50}});
//
//   RunHandle run = runtime.Start(team, "…", {.on_event = Print});
//   run.Cancel();
//   absl::StatusOr<Reply> rest = run.Wait();
//
// Or on the application's own io_context, which the application runs:
//
//   Runtime runtime(io);
//   boost::asio::co_spawn(io, runtime.RunAsync(team, "…", options), …);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "boost/asio/io_context.hpp"
#include "ninefold/agent.h"
#include "ninefold/async.h"
#include "ninefold/budget.h"
#include "ninefold/event.h"
#include "ninefold/journal.h"
#include "ninefold/policy.h"

namespace ninefold {

enum class RunMode {
  kFresh,   // a new run
  kResume,  // go on with run_id: recorded steps are not repeated
  kReplay,  // answer run_id again from its record alone; a step that is not there is an error
};

struct RunOptions {
  absl::Duration deadline = absl::InfiniteDuration();  // from the start
  BudgetLimits budget = {};
  std::uint64_t seed = 1;
  PolicyPtr policy = nullptr;                            // null: DefaultPolicy()
  std::function<void(const Event&)> on_event = nullptr;  // called on the run's loop; must not block for long
  std::function<std::string(std::string_view question)> on_ask = nullptr;  // called off the loop; may block
  RunMode mode = RunMode::kFresh;
  std::string run_id = "";        // of kResume, kReplay; kFresh: "" makes one
  std::string name = "";          // "": the agent's
  Json setup = nullptr;           // kept with the run record
  std::size_t events_max = 4096;  // waiting for RunHandle::Next before producers wait
};

struct RuntimeOptions {
  int threads = 1;           // loops
  int blocking_threads = 4;  // for blocking tools and stores
  StorePtr store = nullptr;  // null: MemoryStore of the runtime's own
};

class RunHandle {
 public:
  RunHandle();
  ~RunHandle();  // cancels and waits, unless the run has ended
  RunHandle(RunHandle&&) noexcept;
  RunHandle& operator=(RunHandle&&) noexcept;

  const std::string& id() const;
  void Cancel();                 // from any thread, also while another is in Wait; returns at once
  absl::StatusOr<Reply> Wait();  // blocks; once
  bool done() const;
  // The next event; blocks until there is one. nullopt: the run has ended and all were read. From the first
  // call on, the run waits for its reader when events_max are unread.
  std::optional<Event> Next();

  struct State;

 private:
  friend class Runtime;
  std::shared_ptr<State> state_;
};

class Runtime {
 public:
  explicit Runtime(RuntimeOptions options = {});
  // Uses `io`, which the application runs on one thread; Run and Start must not be waited for on that thread.
  explicit Runtime(boost::asio::io_context& io, RuntimeOptions options = {});
  ~Runtime();  // cancels what runs and waits for it
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Blocks until the run has ended.
  absl::StatusOr<Reply> Run(AgentPtr agent, Prompt prompt, RunOptions options = {});
  RunHandle Start(AgentPtr agent, Prompt prompt, RunOptions options = {});
  // On the attached io_context (or the awaiting coroutine's own loop of this runtime).
  Async<absl::StatusOr<Reply>> RunAsync(AgentPtr agent, Prompt prompt,
                                        std::shared_ptr<const RunOptions> options);
  Async<absl::StatusOr<Reply>> RunAsync(AgentPtr agent, Prompt prompt);

  const StorePtr& store() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ninefold
