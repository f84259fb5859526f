#include "graph/executor.h"

#include <exception>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/cancel.h"
#include "base/hash.h"
#include "base/loop.h"
#include "base/one_shot.h"
#include "base/try.h"
#include "base/utf8.h"
#include "graph/decision.h"
#include "graph/graph_state.h"
#include "graph/kept_failure.h"
#include "graph/known.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kSummaryBytes = 200;
// The segment below a task's path at which is recorded which of its needs it has found.
constexpr char kJoinSegment[] = "joined";

struct GraphRun {
  GraphRun(TaskGraph graph, Goal goal, const Roster& roster, const GraphOptions& options_in, Context& ctx_in)
      : state(std::move(graph), std::move(goal), roster),
        options(options_in),
        ctx(ctx_in),
        all_ended(ctx_in.executor()) {}

  GraphState state;
  const GraphOptions& options;
  Context& ctx;           // of the graph: cancelling it reaches every task
  absl::Status failure;   // of the graph
  bool finished = false;  // an extension said so
  bool extending = false;
  std::size_t workers = 0;
  std::size_t starting = 0;  // of these, spawned and not yet running
  bool spawning = false;
  std::optional<Timer> wish;  // the planner's, to be asked at a time
  bool is_due = false;        // it is that time, and the planner has not been asked
  std::size_t askers = 0;     // of the planner, spawned for that
  OneShot<std::monostate> all_ended;

  std::size_t width() const { return options.width > 0 ? std::size_t(options.width) : SIZE_MAX; }
  bool stopping() const { return !failure.ok() || finished || ctx.cancelled(); }
  bool busy() const { return workers > 0 || askers > 0 || wish; }
  void EndUnlessBusy() {
    if (!busy()) all_ended.Set({});
  }
};

void Fail(GraphRun& run, const absl::Status& why) {
  if (!run.failure.ok()) return;
  run.failure = why;
  run.ctx.Cancel(absl::CancelledError(absl::StrCat("the graph has failed: ", Describe(why))));
}

// Of what a join of some is made for.
std::uint64_t JoinHash(const Task& task) {
  std::uint64_t hash = HashBytes(absl::StrCat(int(task.join.kind), " ", task.join.quorum));
  for (const std::string& need : task.needs) hash = HashBytes(need, hash);
  return hash;
}

absl::StatusOr<std::optional<Json>> RecallJoin(const Task& task, Context& graph) {
  Context of_task(graph, task.id);
  Context own(of_task, kJoinSegment);
  return RecallDecision(JoinHash(task), own);
}

std::vector<std::string> EdgesFrom(const GraphState& state, std::size_t first) {
  std::vector<std::string> edges;
  for (std::size_t i = first; i < state.size(); ++i) {
    for (const std::string& need : state.task(i).needs)
      edges.push_back(absl::StrCat(need, " -> ", state.task(i).id));
  }
  return edges;
}

std::vector<std::string> IdsFrom(const GraphState& state, std::size_t first) {
  std::vector<std::string> ids;
  for (std::size_t i = first; i < state.size(); ++i) ids.push_back(state.task(i).id);
  return ids;
}

bool MayTryAgain(const absl::Status& status, Context& task_ctx) {
  if (task_ctx.cancelled()) return false;
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

absl::Duration Backoff(int attempt, Context& ctx) {
  const double spread = double(ctx.Random(absl::StrCat("backoff.", attempt)) % 1000) / 1000.0;
  return std::min(absl::Seconds(8), absl::Milliseconds(500) * (1 << std::min(attempt - 1, 5))) *
         (0.5 + 0.5 * spread);
}

Async<absl::StatusOr<Reply>> RunOnce(const Task& task, Prompt prompt, Context& ctx) {
  const bool keeps = task.on_failure.kind != OnFailure::kFail && task.on_failure.kept;
  if (keeps) co_return co_await RunKeepingFailure(task.agent, std::move(prompt), ctx);
  co_return co_await task.agent->Run(std::move(prompt), ctx);
}

// One attempt after another, then the fallback; `fell_back`: it was asked.
Async<absl::StatusOr<Reply>> Attempt(const Task& task, Prompt prompt, Context& ctx, bool& fell_back) {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  for (int attempt = 1; attempt <= std::max(1, task.attempts); ++attempt) {
    if (attempt > 1) {
      const absl::Duration delay = Backoff(attempt - 1, ctx);
      ctx.Emit(event::Retried{attempt, reply.status(), delay});
      CO_CHECK_OK(co_await ctx.Sleep(delay));
    }
    Prompt again = attempt < task.attempts || task.on_failure.fallback ? prompt : std::move(prompt);
    if (task.timeout == absl::InfiniteDuration()) {
      reply = co_await RunOnce(task, std::move(again), ctx);
    } else {
      Context timed(ctx, "", task.timeout);
      reply = co_await RunOnce(task, std::move(again), timed);
      if (!reply.ok() && timed.cancelled()) reply = timed.status();
    }
    if (reply.ok() || !MayTryAgain(reply.status(), ctx)) break;
  }
  if (reply.ok() || task.on_failure.kind != OnFailure::kFallback || ctx.cancelled()) co_return reply;
  ctx.Emit(event::Warning{absl::StrCat("falling back to agent \"", task.on_failure.fallback->card().name,
                                       "\": ", Describe(reply.status()))});
  fell_back = true;
  Context fallback(ctx, "fallback", task.timeout);
  reply = co_await task.on_failure.fallback->Run(std::move(prompt), fallback);  // NOLINT: a copy was moved
  if (!reply.ok() && fallback.cancelled()) reply = fallback.status();
  co_return reply;
}

TaskResult Skipped(absl::Status why) { return {TaskOutcome::kSkipped, std::move(why), nullptr}; }

// Which needs a join of some has found is decided by the order of arrival, so that it is recorded.
Async<absl::Status> FixSeen(GraphRun& run, std::size_t i, Context& ctx) {
  std::optional<Json> decision = run.state.FixSeen(i);
  if (!decision) co_return absl::OkStatus();
  Context own(ctx, kJoinSegment);
  const std::uint64_t hash = JoinHash(run.state.task(i));
  co_return co_await RecordDecision(*std::move(decision), hash, own);
}

Async<TaskResult> Perform(GraphRun& run, std::size_t i, Context& ctx, bool& fell_back) {
  const Task& task = run.state.task(i);
  const NodeInputs inputs(run.state, i);
  TaskResult result;
  const absl::Status joined = run.state.JoinStatus(i);
  if (!joined.ok()) {
    result = Skipped(joined);
    if (task.join.kind == Join::kQuorum) result.outcome = TaskOutcome::kFailed;
    co_return result;
  }
  if (GraphState::JoinsSome(task)) {
    const absl::Status recorded = co_await FixSeen(run, i, ctx);
    if (!recorded.ok()) {
      result = {TaskOutcome::kFailed, recorded, nullptr};
      co_return result;
    }
  }
  if (task.when) {
    const absl::StatusOr<bool> wanted = task.when(inputs);
    if (!wanted.ok()) {
      result = {TaskOutcome::kFailed, wanted.status(), nullptr};
      co_return result;
    }
    if (!*wanted) {
      result = Skipped(absl::FailedPreconditionError("its condition is false"));
      co_return result;
    }
  }
  if (ctx.wants_events()) ctx.Emit(event::TaskStarted{task.id, task.agent->card().name});
  absl::StatusOr<Prompt> prompt = task.prompt.Render(inputs);
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  if (prompt.ok()) {
    Prompt ready = *std::move(prompt);
    AddKnown(task, inputs, ready);
    if (ready.output == nullptr && run.state.goal().output != nullptr && run.state.IsOutput(i))
      ready.output = run.state.goal().output;
    reply = co_await Attempt(task, std::move(ready), ctx, fell_back);
  } else {
    reply = prompt.status();
  }
  if (reply.ok()) {
    result = {TaskOutcome::kDone, absl::OkStatus(), std::make_shared<const Reply>(*std::move(reply))};
  } else {
    const absl::Status stopped = ctx.status();
    result = {stopped.ok() ? TaskOutcome::kFailed : TaskOutcome::kCancelled, reply.status(), nullptr};
  }
  co_return result;
}

void EmitEnd(const Task& task, const TaskResult& result, bool fell_back, Context& ctx) {
  if (!ctx.wants_events()) return;
  const bool by_fallback = fell_back && result.outcome == TaskOutcome::kDone;
  const std::string outcome(by_fallback ? "fallback" : TaskOutcomeName(result.outcome));
  event::TaskEnded ended{task.id, outcome, result.status, ctx.cost(), "", ctx.queued()};
  if (result.reply != nullptr) ended.summary = std::string(CutUtf8(result.reply->text, kSummaryBytes));
  ctx.Emit(std::move(ended));
}

// Does this result fail the whole graph?
bool IsFatal(const GraphRun& run, const Task& task, const TaskResult& result) {
  return result.outcome == TaskOutcome::kFailed && task.on_failure.kind != OnFailure::kSkip &&
         !run.stopping();
}

Async<void> RunTask(GraphRun& run, std::size_t i) {
  const Task& task = run.state.task(i);
  Context ctx(run.ctx, task.id);
  TaskResult result;
  bool fell_back = false;
  if (run.state.node(i).unwanted || run.stopping()) {
    result = {TaskOutcome::kCancelled, run.state.node(i).result.status, nullptr};
    if (result.status.ok()) result.status = absl::CancelledError("not started");
  } else {
    ctx.BeginChain(run.state.ChainBefore(i));
    run.state.Begin(i, &ctx, ctx.Now());
    try {
      result = co_await Perform(run, i, ctx, fell_back);
    } catch (const std::exception& error) {
      result = {TaskOutcome::kFailed, absl::InternalError(absl::StrCat("threw: ", error.what())), nullptr};
    }
  }
  // Others may have been told that it was not waited for.
  const Node& node = run.state.node(i);
  if (node.unwanted && result.reply != nullptr)
    result = {TaskOutcome::kCancelled, node.result.status, nullptr};
  EmitEnd(task, result, fell_back, ctx);
  if (IsFatal(run, task, result)) Fail(run, Annotate(result.status, absl::StrCat("task \"", task.id, "\"")));
  run.state.End(i, std::move(result), ctx.Now());
}

absl::Status TakeExtension(GraphRun& run, Extension extension) {
  const std::size_t first = run.state.size();
  for (const std::string& id : extension.cancel) {
    const std::optional<std::size_t> at = run.state.graph().IndexOf(id);
    if (at) run.state.Cancel(*at, absl::CancelledError("no longer wanted"));
  }
  const auto recall = [&](const Task& task) { return RecallJoin(task, run.ctx); };
  CHECK_OK(run.state.Add(std::move(extension.tasks), run.options.tasks_max, recall));
  if (!extension.output.empty()) {
    if (run.state.graph().Find(extension.output) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the planner's output \"", extension.output, "\" is no task"));
    }
    run.state.set_output(std::move(extension.output));
  }
  if (run.ctx.wants_events() && run.state.size() > first) {
    run.ctx.Emit(event::TasksAdded{IdsFrom(run.state, first), EdgesFrom(run.state, first)});
  }
  if (extension.done) {
    run.finished = true;
    run.ctx.Cancel(absl::CancelledError("the planner has its answer"));
  }
  return absl::OkStatus();
}

Async<void> AskWhenDue(GraphRun& run);

// Asks the planner at `when`. It takes the place of an earlier wish.
void Wish(GraphRun& run, absl::Time when) {
  run.wish.reset();
  run.is_due = false;
  if (!run.options.extend || when == absl::InfiniteFuture() || run.stopping()) return;
  run.wish.emplace(run.ctx.loop(), when, [&run] {
    run.wish.reset();
    run.is_due = true;
    ++run.askers;
    asio::co_spawn(run.ctx.executor(), AskWhenDue(run), [&run](std::exception_ptr) {
      --run.askers;
      run.EndUnlessBusy();
    });
  });
}

// Who is asked only for wishing so, adds nothing, and wishes so again at once, would be asked for ever.
absl::Status CheckWish(const Extension& extension, bool tasks_ended, absl::Time asked) {
  if (tasks_ended || !extension.tasks.empty() || extension.ask_again > asked) return absl::OkStatus();
  return absl::InternalError("the planner wishes to be asked again at a time that has passed");
}

// One at a time; what ends meanwhile is seen by the next round.
Async<void> Extend(GraphRun& run) {
  if (!run.options.extend || run.extending) co_return;
  run.extending = true;
  while (!run.stopping()) {
    const bool tasks_ended = run.state.CollectEnded();
    if (!tasks_ended && !run.is_due) break;
    Wish(run, absl::InfiniteFuture());
    const absl::Time asked = run.ctx.Now();
    absl::StatusOr<Extension> extension = absl::InternalError("the planner threw");
    try {
      auto asked = run.options.extend(run.state, run.ctx);
      extension = co_await std::move(asked);
    } catch (const std::exception& error) {
      extension = absl::InternalError(absl::StrCat("the planner threw: ", error.what()));
    }
    if (run.stopping()) break;
    absl::Status taken = extension.status();
    if (taken.ok()) taken = CheckWish(*extension, tasks_ended, asked);
    const absl::Time wished = taken.ok() ? extension->ask_again : absl::InfiniteFuture();
    if (taken.ok() && !extension->empty()) taken = TakeExtension(run, *std::move(extension));
    if (!taken.ok()) Fail(run, Annotate(taken, "extending the plan"));
    Wish(run, wished);
  }
  run.extending = false;
}

Async<void> Work(GraphRun& run);

// A worker takes one ready task, and so will each that is about to start; more ready tasks need more workers.
// A worker may run in co_spawn itself up to its first wait: it leaves what it makes ready to the loop that is
// spawning it, so that they do not nest.
void SpawnForReady(GraphRun& run, std::size_t kept) {
  if (run.spawning) return;
  run.spawning = true;
  while (run.state.ready_count() > kept + run.starting && run.workers < run.width()) {
    ++run.workers;
    ++run.starting;
    asio::co_spawn(run.ctx.executor(), Work(run), [&run](std::exception_ptr) {
      --run.workers;
      run.EndUnlessBusy();
    });
  }
  run.spawning = false;
}

Async<void> Work(GraphRun& run) {
  --run.starting;
  while (true) {
    const std::optional<std::size_t> next = run.state.NextReady();
    if (!next) co_return;
    co_await RunTask(run, *next);
    co_await Extend(run);
    SpawnForReady(run, 1);
  }
}

Async<void> AskWhenDue(GraphRun& run) {
  co_await Extend(run);
  SpawnForReady(run, 0);
}

absl::StatusOr<Reply> Outcome(GraphRun& run) {
  const absl::Status stopped = run.finished ? absl::OkStatus() : run.ctx.status();
  if (!run.failure.ok()) return run.failure;
  if (!stopped.ok()) return stopped;
  const TaskGraph& graph = run.state.graph();
  if (graph.size() == 0) return absl::FailedPreconditionError("the plan has no tasks");
  const std::string& output = run.state.output();
  const TaskResult* result = run.state.result(output);
  if (result != nullptr && result->reply != nullptr) {
    Reply reply = *result->reply;
    reply.conversation = run.state.TalkWith(reply.text);
    return reply;
  }
  const absl::Status why =
      result == nullptr ? absl::FailedPreconditionError("it was never run") : result->status;
  const std::string where =
      absl::StrCat("the output task \"", output, "\" ",
                   ToAbsl(TaskOutcomeName(result ? result->outcome : TaskOutcome::kSkipped)));
  return Annotate(why.ok() ? absl::FailedPreconditionError("without a result") : why, where);
}

}  // namespace

Async<absl::StatusOr<Reply>> RunGraph(TaskGraph graph, Goal goal, const Roster& roster,
                                      const GraphOptions& options, Context& ctx) {
  Context own(ctx, "");
  GraphRun run(std::move(graph), std::move(goal), roster, options, own);
  const absl::Time began = own.Now();
  const auto recall = [&own](const Task& task) { return RecallJoin(task, own); };
  CO_CHECK_OK(run.state.TakeIn(own.chain(), recall));
  if (run.state.size() > std::size_t(options.tasks_max)) {
    co_return absl::ResourceExhaustedError(absl::StrCat("the plan has ", run.state.size(), " tasks; at most ",
                                                        options.tasks_max, " are allowed"));
  }
  if (own.wants_events()) own.Emit(event::PlanMade{IdsFrom(run.state, 0), EdgesFrom(run.state, 0)});
  Wish(run, run.state.graph().ask_again());
  CancelHook stopped(own.cancel_node(), [&run](const absl::Status&) {
    if (!run.wish) return;
    run.wish.reset();
    run.EndUnlessBusy();
  });
  SpawnForReady(run, 0);
  if (run.busy()) co_await run.all_ended.Wait();
  if (own.wants_events()) {
    event::GraphEnded summary = run.state.Summary(own.Now() - began, options.width);
    summary.queued = own.queued();
    if (const std::string idle = run.state.IdleNeeds(summary); !idle.empty()) own.Emit(event::Warning{idle});
    own.Emit(std::move(summary));
  }
  co_return Outcome(run);
}

}  // namespace ninefold
