#include "team/contemplate/plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"
#include "team/decision.h"

namespace ninefold {

constexpr char kTriageId[] = "triage";

ContemplatePlan::ContemplatePlan(const ContemplateOptions& options, Context& ctx)
    : state_(std::make_shared<State>(options, ctx)) {
  state_->report.width = options.width;
  state_->report.tokens_sequential = 0;
  state_->report.stop = "one agent";
  state_->report.aggregate = "one agent";
}

const Contemplation& ContemplatePlan::report() const { return state_->report; }

namespace {

Async<absl::Status> RecallRound(Round& round, std::uint64_t hash, Context& ctx) {
  const std::string segment = absl::StrCat("settle.", round.number());
  Context own(ctx, segment);
  CO_TRY(std::optional<Json> decision, RecallDecision(hash, own));
  if (decision) round.Restore(*std::move(decision));
  co_return absl::OkStatus();
}

}  // namespace

Async<absl::StatusOr<TaskGraph>> ContemplatePlan::Plan(const Goal& goal, const Roster&, Context& ctx) const {
  State& state = *state_;
  TaskGraph graph;
  const ContemplateOptions& options = state.options;
  state.hash = HashBytes(
      absl::StrCat(options.width, " ", options.rounds, " ", int(options.aggregate), " ", TextOf(goal)));
  if (options.width == 1) {
    CO_CHECK_OK(graph.Add({.id = "solve.1", .agent = state.Solver(0, 0)}));
    co_return graph;
  }
  const absl::Duration left = ctx.deadline() - ctx.Now();
  if (left < absl::InfiniteDuration() && options.stops.time_share < 1) {
    CO_CHECK_OK(graph.Add(TimerTask(kDeadlineId, options.stops.time_share * left)));
    state.open_timers.push_back(kDeadlineId);
  }
  if (options.triage != nullptr) {
    state.stage = State::kTriage;
    Task task{.id = kTriageId, .agent = options.triage, .prompt = TriagePrompt()};
    task.on_failure = OnFailure::Skip();
    CO_CHECK_OK(graph.Add(std::move(task)));
    co_return graph;
  }
  state.BeginRound(0, ctx.Now(), std::nullopt);
  CO_CHECK_OK(co_await RecallRound(*state.round, state.hash, state.ctx));
  for (const int i : state.round->Start()) CO_CHECK_OK(graph.Add(state.AttemptTask(i)));
  co_return graph;
}

Async<absl::StatusOr<Extension>> ContemplatePlan::Extend(const Progress& progress, Context& ctx) const {
  State& state = *state_;
  Extension extension;
  if (state.options.width == 1 || state.stage == State::kAnswering) co_return extension;
  state.Take(progress, extension);
  if (state.stage == State::kTriage) {
    const TaskResult* triage = progress.result(kTriageId);
    if (triage == nullptr) co_return extension;
    if (triage->reply != nullptr && ReadIsOne(*triage->reply)) {
      state.stage = State::kAnswering;
      state.report.started = state.report.cast = 1;
      extension.cancel = std::exchange(state.open_timers, {});
      extension.tasks.push_back({.id = "solve.1", .agent = state.Solver(0, 0)});
      extension.output = "solve.1";
      co_return extension;
    }
    state.BeginRound(0, ctx.Now(), std::nullopt);
    CO_CHECK_OK(co_await RecallRound(*state.round, state.hash, state.ctx));
  }
  if (state.stage == State::kSolving) {
    const std::optional<std::string> why = state.round->Over();
    if (!why) {
      state.StartMore(extension);
      state.StartTailTimer(ctx.Now(), extension);
      co_return extension;
    }
    CO_CHECK_OK(co_await EndRound(*why, ctx, extension));
    if (state.stage != State::kComparing) co_return extension;
  }
  if (state.stage == State::kComparing && state.compared_open == 0) {
    state.MergeSame();
    state.BeginAggregate(extension);
    co_return extension;
  }
  if (state.stage == State::kAggregating) state.Advance(extension);
  co_return extension;
}

// The round is over: its decision is recorded, and what comes next is begun.
Async<absl::Status> ContemplatePlan::EndRound(const std::string& why, Context& ctx,
                                              Extension& extension) const {
  State& state = *state_;
  const int number = state.round->number();
  const bool is_new = !state.round->is_restored();
  state.CloseRound(why, extension);
  if (state.tally.cast == 0) co_return state.AnswerNothing(extension);
  if (is_new) {
    const std::string segment = absl::StrCat("settle.", number);
    Context own(state.ctx, segment);
    CO_CHECK_OK(co_await RecordDecision(state.round->ToDecision(), state.hash, own));
  }
  const bool in_time = why != "limits";
  if (number < state.options.rounds && !state.round->is_settled() && in_time) {
    Attempt kept = state.BestOf(state.tally.clusters[0]);
    state.BeginRound(number + 1, ctx.Now(), std::move(kept));
    CO_CHECK_OK(co_await RecallRound(*state.round, state.hash, state.ctx));
    state.StartMore(extension);
    co_return absl::OkStatus();
  }
  state.Compare(extension);
  co_return absl::OkStatus();
}

}  // namespace ninefold
