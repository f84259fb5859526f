#include "team/contemplate/plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "graph/decision.h"
#include "ninefold/status.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"

namespace ninefold {
namespace {

constexpr char kTriageId[] = "triage";

Async<absl::Status> RecallRound(Round& round, std::uint64_t hash, Context& ctx) {
  const std::string segment = absl::StrCat("settle.", round.number());
  Context own(ctx, segment);
  CO_TRY(std::optional<Json> decision, RecallDecision(hash, own));
  if (!decision) co_return absl::OkStatus();
  co_return Annotate(round.Restore(*std::move(decision)), own.path());
}

}  // namespace

ContemplatePlan::ContemplatePlan(const ContemplateOptions& options, Context& ctx)
    : state_(std::make_shared<State>(options, ctx)) {
  state_->report.width = options.width;
  state_->report.stop = "one agent";
  state_->report.aggregate = "one agent";
}

const Contemplation& ContemplatePlan::report() const { return state_->report; }

Async<absl::StatusOr<TaskGraph>> ContemplatePlan::Plan(const Goal& goal, const Roster&, Context& ctx) const {
  State& state = *state_;
  TaskGraph graph;
  const ContemplateOptions& options = state.options;
  state.hash = HashBytes(
      absl::StrCat(options.width, " ", options.rounds, " ", int(options.aggregate), " ", TextOf(goal)));
  state.ShareTime(ctx.Now(), ctx.deadline());
  if (options.triage != nullptr) {
    state.stage = State::kTriage;
    Task task{.id = kTriageId, .agent = options.triage, .prompt = TriagePrompt()};
    task.on_failure = OnFailure::Skip();
    CO_CHECK_OK(graph.Add(std::move(task)));
    graph.set_ask_again(state.until.triage);
    co_return graph;
  }
  Extension first;
  CO_CHECK_OK(co_await BeginRound(0, std::nullopt));
  CO_CHECK_OK(co_await Solve(ctx, first));
  for (Task& task : first.tasks) CO_CHECK_OK(graph.Add(std::move(task)));
  if (!first.output.empty()) graph.set_output(std::move(first.output));
  graph.set_ask_again(first.ask_again);
  co_return graph;
}

Async<absl::StatusOr<Extension>> ContemplatePlan::Extend(const Progress& progress, Context& ctx) const {
  State& state = *state_;
  const absl::Time now = ctx.Now();
  Extension extension;
  if (state.stage == State::kAnswering) co_return extension;
  state.Take(progress, now, extension);
  if (state.stage == State::kTriage) CO_CHECK_OK(co_await EndTriage(progress, ctx, extension));
  if (state.stage == State::kSingle) TakeSingle(progress, now);
  if (state.stage == State::kSolving) CO_CHECK_OK(co_await Solve(ctx, extension));
  if (state.stage == State::kComparing && (!state.IsComparing() || now >= state.until.judge)) {
    state.MergeSame(extension);
    state.BeginAggregate(extension);
  } else if (state.stage == State::kAggregating) {
    state.Advance(progress, now, extension);
  }
  if (state.stage == State::kComparing || state.stage == State::kAggregating)
    extension.ask_again = state.until.judge;
  co_return extension;
}

// Without a word from the triage in time, the question is a hard one.
Async<absl::Status> ContemplatePlan::EndTriage(const Progress& progress, Context& ctx,
                                               Extension& extension) const {
  State& state = *state_;
  const TaskResult* triage = progress.result(kTriageId);
  if (triage == nullptr && ctx.Now() < state.until.triage) {
    extension.ask_again = state.until.triage;
    co_return absl::OkStatus();
  }
  if (triage == nullptr) extension.cancel.emplace_back(kTriageId);
  if (triage == nullptr || triage->reply == nullptr || !ReadIsOne(*triage->reply))
    co_return co_await BeginRound(0, std::nullopt);
  state.stage = State::kSingle;
  state.single_began = ctx.Now();
  extension.tasks.push_back(state.SingleTask());
  extension.output = kSingleId;
  co_return absl::OkStatus();
}

void ContemplatePlan::TakeSingle(const Progress& progress, absl::Time now) const {
  const TaskResult* result = progress.result(kSingleId);
  if (result == nullptr) return;
  state_->TakeSingle(*result, now - state_->single_began);
  state_->stage = State::kAnswering;
}

Async<absl::Status> ContemplatePlan::BeginRound(int number, std::optional<Attempt> kept) const {
  state_->BeginRound(number, std::move(kept));
  co_return co_await RecallRound(*state_->round, state_->hash, state_->ctx);
}

// Goes on with the rounds. One that is restored may be over before anything of it is started.
Async<absl::Status> ContemplatePlan::Solve(Context& ctx, Extension& extension) const {
  State& state = *state_;
  const absl::Time now = ctx.Now();
  while (state.stage == State::kSolving) {
    if (now >= state.until.attempts) state.round->TimeIsUp();
    const std::optional<std::string> why = state.round->Over(now);
    if (!why) {
      state.StartMore(now, extension);
      extension.ask_again = state.round->NextLook(now);
      if (now < state.until.attempts)
        extension.ask_again = std::min(extension.ask_again, state.until.attempts);
      co_return absl::OkStatus();
    }
    CO_CHECK_OK(co_await EndRound(*why, now, extension));
  }
  co_return absl::OkStatus();
}

// The round is over: its decision is recorded, and what comes next is begun.
Async<absl::Status> ContemplatePlan::EndRound(const std::string& why, absl::Time now,
                                              Extension& extension) const {
  State& state = *state_;
  const int number = state.round->number();
  const bool is_new = !state.round->is_restored();
  state.CloseRound(why, now, extension);
  if (state.tally.cast == 0) co_return state.AnswerNothing(extension);
  if (is_new) {
    const std::string segment = absl::StrCat("settle.", number);
    Context own(state.ctx, segment);
    CO_CHECK_OK(co_await RecordDecision(state.round->ToDecision(), state.hash, own));
  }
  const bool in_time = why != "limits";
  if (number < state.options.rounds && !state.round->is_settled() && in_time) {
    std::optional<Attempt> kept = state.BestOf(state.tally.clusters[0]);
    co_return co_await BeginRound(number + 1, std::move(kept));
  }
  state.Compare(extension);
  co_return absl::OkStatus();
}

}  // namespace ninefold
