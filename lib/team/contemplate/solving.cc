// The attempts: starting them, taking what they say, and the end of a round.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"

namespace ninefold {
namespace {

// A solver at work on one attempt.
class Attempting : public Agent {
 public:
  Attempting(AgentPtr solver, const BudgetLimits& limits, const Sampling& sampling)
      : solver_(std::move(solver)), limits_(limits), sampling_(sampling) {}
  const AgentCard& card() const override { return solver_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Context own(ctx, "");
    if (HasLimit(limits_)) own.LimitBudget(limits_, "each attempt");
    own.Vary(sampling_);
    co_return co_await solver_->Run(std::move(prompt), own);
  }

 private:
  const AgentPtr solver_;
  const BudgetLimits limits_;
  const Sampling sampling_;
};

}  // namespace

AgentPtr ContemplatePlan::State::Solver(int round_number, int i) const {
  Sampling sampling{.seed = std::uint64_t(round_number * options.width + i)};
  const std::size_t given = options.temperatures.size();
  if (given > 0) sampling.temperature = options.temperatures[std::size_t(i) % given];
  return std::make_shared<Attempting>(options.solvers[std::size_t(i) % options.solvers.size()], options.each,
                                      sampling);
}

Task TimerTask(std::string id, absl::Duration wait) {
  Task task{.id = std::move(id)};
  task.agent =
      MakeFunctionAgent({"timer", "Waits"}, [wait](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
        CO_CHECK_OK(co_await ctx.Sleep(wait));
        co_return Reply();
      });
  task.prompt = PromptTemplate([](const TaskInputs&) -> absl::StatusOr<Prompt> { return Prompt(""); });
  task.on_failure = OnFailure::Skip();
  return task;
}

void ContemplatePlan::State::BeginRound(int number, absl::Time now, std::optional<Attempt> kept) {
  stage = kSolving;
  round.emplace(number, options, ctx.budget(), now, std::move(kept));
}

Task ContemplatePlan::State::AttemptTask(int i) const {
  Task task{.id = round->TaskId(i), .agent = Solver(round->number(), i)};
  const std::uint64_t own = Mix(seed, std::uint64_t(round->number()));
  if (round->number() == 0) {
    task.prompt = SolvePrompt(options, i, own);
  } else {
    task.needs = Shown(i);
    task.prompt = RefinePrompt(options, i, own);
  }
  task.on_failure = OnFailure::Skip();
  return task;
}

// What the i-th refining attempt sees: some of those before, drawn for it; when these agree and others do
// not, one of the others in place of the last, so that there is something to weigh.
std::vector<std::string> ContemplatePlan::State::Shown(int i) const {
  std::vector<std::size_t> order;
  for (const Cluster& cluster : tally.clusters)
    order.insert(order.end(), cluster.attempts.begin(), cluster.attempts.end());
  Draws(Mix(Mix(seed, std::uint64_t(round->number()) + 77), std::uint64_t(i))).Shuffle(order);
  const std::size_t shown = std::min(order.size(), std::size_t(options.digests));
  const auto differs = [&](std::size_t at) { return attempts[at].answer != attempts[order[0]].answer; };
  const bool agree = std::none_of(order.begin(), order.begin() + std::ptrdiff_t(shown), differs);
  const auto other = std::find_if(order.begin() + std::ptrdiff_t(shown), order.end(), differs);
  if (agree && shown > 1 && other != order.end()) std::swap(order[shown - 1], *other);
  std::vector<std::string> ids;
  for (std::size_t k = 0; k < shown; ++k) ids.push_back(attempts[order[k]].id);
  return ids;
}

void ContemplatePlan::State::StartMore(Extension& extension) {
  for (const int i : round->Start()) {
    Task attempt = AttemptTask(i);
    AddDigests(attempt, extension);
    extension.tasks.push_back(std::move(attempt));
  }
}

// A refining attempt waits for the digests of those that it sees, which others of its round see too. The next
// round has its own: one that was cancelled with this round is asked for again by a resumed run, and one that
// this round had may be missing there, since only attempts that counted are made again.
void ContemplatePlan::State::AddDigests(Task& attempt, Extension& extension) {
  if (options.digester == nullptr) return;
  const std::vector<std::string> shown = attempt.needs;
  for (const Attempt& other : attempts) {
    const bool is_shown = std::find(shown.begin(), shown.end(), other.id) != shown.end();
    if (!is_shown || other.reply->text.size() <= options.digest_bytes) continue;
    const std::string id = DigestId(round->number(), other.id);
    attempt.needs.push_back(id);
    if (!digested.insert(id).second) continue;
    Task task{.id = id, .agent = options.digester, .prompt = DigestPrompt(options)};
    task.needs = {other.id};
    task.on_failure = OnFailure::Skip();
    open_digests.push_back(task.id);
    extension.tasks.push_back(std::move(task));
  }
}

void ContemplatePlan::State::CountTokens(const TaskResult& result, std::int64_t& longest) {
  if (result.reply == nullptr) return;
  longest = std::max(longest, result.reply->cost.tokens.output.value_or(0));
  if (!result.reply->cost.tokens.output) report.tokens_sequential.reset();
}

void ContemplatePlan::State::EndLevel() {
  if (report.tokens_sequential) *report.tokens_sequential += level_tokens + digest_tokens;
  level_tokens = digest_tokens = 0;
}

void ContemplatePlan::State::TakeAttempt(const std::string& id, const TaskResult& result, const Goal& goal,
                                         Extension& extension) {
  CountTokens(result, level_tokens);
  const std::optional<std::string> answer = round->TakeResult(id, result, goal);
  if (!answer) return;
  Task task{.id = absl::StrCat("check.", id), .agent = options.verifier};
  task.prompt = VerifyPrompt(options);
  task.needs = {id};
  task.on_failure = OnFailure::Skip();
  checks[task.id] = *answer;
  open_checks.push_back(task.id);
  extension.tasks.push_back(std::move(task));
}

void ContemplatePlan::State::Take(const Progress& progress, Extension& extension) {
  for (const std::string& id : progress.just_ended()) {
    const TaskResult& result = *progress.result(id);
    std::erase(open_timers, id);
    std::erase(open_checks, id);
    if (std::erase(open_digests, id) > 0) CountTokens(result, digest_tokens);
    if (round && round->Has(id) && stage == kSolving) {
      TakeAttempt(id, result, progress.goal(), extension);
    } else if (const auto check = checks.find(id); check != checks.end() && stage == kSolving) {
      round->TakeFinding(check->second,
                         result.reply == nullptr ? Finding::kNone : ReadFinding(*result.reply));
    } else if (id == kDeadlineId && result.reply != nullptr && round) {
      round->TimeIsUp();
    } else if (id.starts_with("timer.tail") && result.reply != nullptr && round) {
      round->TailIsCut();
    } else if (const auto pair = compared.find(id); pair != compared.end()) {
      --compared_open;
      if (result.reply != nullptr && ReadSame(*result.reply))
        same_as[pair->second.second] = pair->second.first;
    } else if (knockout && knockout->Has(id)) {
      CountTokens(result, level_tokens);
      knockout->TakeResult(id, result);
    } else if (merge && merge->Has(id)) {
      CountTokens(result, level_tokens);
      merge->TakeResult(id, result);
    }
  }
}

void ContemplatePlan::State::StartTailTimer(absl::Time now, Extension& extension) {
  const std::string id = absl::StrCat("timer.tail.", round->number());
  const std::optional<absl::Duration> wait = round->TailCut(now);
  if (!wait || *wait == absl::InfiniteDuration()) return;
  if (std::find(open_timers.begin(), open_timers.end(), id) != open_timers.end()) return;
  open_timers.push_back(id);
  extension.tasks.push_back(TimerTask(id, *wait));
}

void ContemplatePlan::State::CloseRound(std::string why, Extension& extension) {
  extension.cancel = round->Close(std::move(why));
  for (std::vector<std::string>* open : {&open_checks, &open_digests})
    extension.cancel.insert(extension.cancel.end(), open->begin(), open->end()), open->clear();
  for (const std::string& id : open_timers) {
    if (id != kDeadlineId) extension.cancel.push_back(id);
  }
  std::erase_if(open_timers, [](const std::string& id) { return id != kDeadlineId; });
  tally = round->Count();
  attempts = round->attempts();
  EndLevel();
  report.rounds = round->number();
  report.started += round->started();
  report.cast += round->own_cast();
  report.abstained += round->CountOf(Attempt::kAbstained);
  report.failed += round->CountOf(Attempt::kFailed);
  report.cancelled += round->cancelled();
  report.stop = round->stop();
}

}  // namespace ninefold
