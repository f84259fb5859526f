#include "agent/run_body.h"

#include <unistd.h>

#include <exception>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "run/run_state.h"

namespace ninefold {
namespace {

std::string_view StateOf(const absl::Status& status) {
  if (status.ok()) return "done";
  return status.code() == absl::StatusCode::kCancelled ? "cancelled" : "failed";
}

absl::StatusOr<std::vector<StepRecord>> ReadSteps(Store& store, const std::string& run_id) {
  TRY(std::vector<StepRecord> steps, store.Steps(run_id));
  return steps;
}

// What an earlier life of the run recorded.
Async<absl::Status> Restore(RunState& run, const RunSetup& setup, Context& ctx) {
  absl::StatusOr<std::vector<StepRecord>> steps = absl::InternalError("not read");
  if (setup.store->blocking()) {
    auto read = [&] { steps = ReadSteps(*setup.store, run.id); };
    CO_CHECK_OK(co_await ctx.Blocking(read));
  } else {
    steps = ReadSteps(*setup.store, run.id);
  }
  if (!steps.ok()) co_return steps.status();
  run.journal.Restore(*std::move(steps));
  co_return absl::OkStatus();
}

Async<absl::StatusOr<Reply>> CallBody(const RunBodyFn& body, Context& ctx) {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  try {
    auto task = body(ctx);
    reply = co_await std::move(task);
  } catch (const std::exception& error) {
    reply = absl::InternalError(absl::StrCat("the agent threw: ", error.what()));
  }
  // The reason of a run that was stopped is why it was stopped, whatever its parts made of it.
  const absl::Status stopped = ctx.status();
  if (!reply.ok() && !stopped.ok()) co_return stopped;
  co_return reply;
}

}  // namespace

std::string NewRunId() {
  // The system's generator at once: opening a std::random_device takes longer than a small run.
  std::uint64_t bits = 0;
  if (getentropy(&bits, sizeof bits) != 0) {
    std::random_device device;
    bits = std::uint64_t(device()) << 32 | device();
  }
  return absl::StrFormat("%012x", bits & 0xffff'ffff'ffffull);
}

Async<absl::StatusOr<Reply>> RunWhole(Loop& loop, std::shared_ptr<RunSetup> setup, std::string team,
                                      std::string goal, RunBodyFn body) {
  const RunOptions& options = setup->options;
  RunState run(loop);
  run.id = options.run_id;
  run.seed = options.seed;
  run.deadline =
      options.deadline == absl::InfiniteDuration() ? absl::InfiniteFuture() : loop.Now() + options.deadline;
  run.budget = Budget(options.budget);
  if (options.policy) run.policy = options.policy;
  run.on_ask = options.on_ask;
  run.on_event = options.on_event;
  run.queue = setup->queue;
  run.journal.Open(run.id, setup->store, setup->writer, options.mode == RunMode::kReplay);

  Context root(run);
  if (setup->on_context) setup->on_context(&root);
  RunRecord record{.id = run.id,
                   .name = team,
                   .goal = goal,
                   .state = "running",
                   .setup = options.setup,
                   .started = loop.Now()};
  root.Emit(event::RunStarted{run.id, team, goal});
  absl::Status ready;
  if (options.mode != RunMode::kFresh) ready = co_await Restore(run, *setup, root);
  if (ready.ok()) ready = co_await run.journal.RecordRun(record, loop);
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  if (ready.ok()) {
    reply = co_await CallBody(body, root);
    // Also where somebody has made do without what it stopped.
    if (IsJournalMismatch(root.status())) reply = root.status();
  } else {
    reply = ready;
  }

  root.Emit(event::RunEnded{reply.status(), root.cost()});
  record.state = std::string(StateOf(reply.status()));
  if (!reply.ok()) record.message = Describe(reply.status());
  if (reply.ok()) record.answer = DumpJson(ToJson(*reply));
  record.cost = ToJson(root.cost());
  record.finished = loop.Now();
  if (ready.ok()) {
    const absl::Status closed = co_await run.journal.RecordRun(std::move(record), loop);
    if (reply.ok() && !closed.ok()) reply = closed;
  }
  if (setup->on_context) setup->on_context(nullptr);
  co_return reply;
}

}  // namespace ninefold
