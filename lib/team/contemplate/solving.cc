// The attempts: starting them, taking what they say, and the end of a round.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "base/hash.h"
#include "ninefold/status.h"
#include "team/contemplate/attempting.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"

namespace ninefold {
namespace {

constexpr double kTriageShare = 0.25;  // of the attempts' time
constexpr double kJudgeShare = 0.8;    // of the time that the attempts leave

}  // namespace

ShownAttempt AsShown(const Attempt& attempt) { return {attempt.id, attempt.finding, attempt.check}; }

void ContemplatePlan::State::ShareTime(absl::Time now, absl::Time deadline) {
  const double share = options.stops.time_share;
  if (deadline == absl::InfiniteFuture() || share >= 1) return;
  const absl::Duration left = deadline - now;
  until.triage = now + kTriageShare * share * left;
  until.attempts = now + share * left;
  until.judge = now + (share + kJudgeShare * (1 - share)) * left;
}

// ---- starting -------------------------------------------------------------------------------------------

const AgentPtr& ContemplatePlan::State::SolverOf(int i) const {
  return options.solvers[std::size_t(i) % options.solvers.size()];
}

void ContemplatePlan::State::BeginRound(int number, std::optional<Attempt> kept) {
  stage = kSolving;
  std::map<std::string, CheckResult> known;
  if (round) known = round->verdicts();
  round.emplace(number, options, ctx.budget(), std::move(kept), std::move(known));
}

// The agent is within the limits of an attempt, and drawn otherwise than others.
Task ContemplatePlan::State::AttemptTask(int i) const {
  Sampling sampling{.seed = std::uint64_t(round->number() * options.width + i)};
  const std::size_t given = options.temperatures.size();
  if (given > 0) sampling.temperature = options.temperatures[std::size_t(i) % given];
  const AgentPtr& solver = SolverOf(i);
  Task task{.id = round->TaskId(i), .agent = Attempting(solver, options.each, sampling)};
  const std::uint64_t own = Mix(seed, std::uint64_t(round->number()));
  const bool structured = solver->card().output != nullptr;
  if (round->number() == 0) {
    task.prompt = SolvePrompt(options, i, own, structured);
  } else {
    std::vector<ShownAttempt> shown = Shown(i);
    task.needs = NeedsOf(shown);
    task.prompt = RefinePrompt(options, i, own, structured, std::move(shown));
  }
  task.on_failure = OnFailure::Skip();
  task.on_failure.kept = false;  // the round's decision says which attempts count
  return task;
}

Task ContemplatePlan::State::SingleTask() const {
  Task task{.id = kSingleId, .agent = Attempting(SolverOf(0), options.each, {})};
  task.prompt = GoalPrompt();
  return task;
}

// What the i-th refining attempt sees: some of those before, drawn for it; when these agree and others do
// not, one of the others in place of the last, so that there is something to weigh.
std::vector<ShownAttempt> ContemplatePlan::State::Shown(int i) const {
  std::vector<std::size_t> order;
  for (const Cluster& cluster : tally.clusters)
    order.insert(order.end(), cluster.attempts.begin(), cluster.attempts.end());
  Draws(Mix(Mix(seed, std::uint64_t(round->number()) + 77), std::uint64_t(i))).Shuffle(order);
  const std::size_t count = std::min(order.size(), std::size_t(options.digests));
  const auto differs = [&](std::size_t at) { return attempts[at].answer != attempts[order[0]].answer; };
  const bool agree = std::none_of(order.begin(), order.begin() + std::ptrdiff_t(count), differs);
  const auto other = std::find_if(order.begin() + std::ptrdiff_t(count), order.end(), differs);
  if (agree && count > 1 && other != order.end()) std::swap(order[count - 1], *other);
  std::vector<ShownAttempt> shown;
  for (std::size_t k = 0; k < count; ++k) shown.push_back(AsShown(attempts[order[k]]));
  return shown;
}

void ContemplatePlan::State::StartMore(absl::Time now, Extension& extension) {
  for (const int i : round->Start(now)) {
    Task attempt = AttemptTask(i);
    AddDigests(attempt, extension);
    extension.tasks.push_back(std::move(attempt));
  }
}

// Who reads attempts waits for their digests, which others of the same stage read too. The next stage has its
// own: one that was cancelled with this is asked for again by a resumed run, and one that this had may be
// missing there, since only attempts that counted are made again.
void ContemplatePlan::State::AddDigests(Task& reader, Extension& extension) {
  if (options.digester == nullptr) return;
  const int next = round->number() + (stage == kSolving ? 0 : 1);
  const std::vector<std::string> shown = reader.needs;
  for (const Attempt& other : attempts) {
    const bool is_shown = std::find(shown.begin(), shown.end(), other.id) != shown.end();
    if (!is_shown || other.reply->text.size() <= options.digest_bytes) continue;
    const std::string id = DigestId(next, other.id);
    reader.needs.push_back(id);
    if (!digested.insert(id).second) continue;
    Task task{.id = id, .agent = options.digester, .prompt = DigestPrompt(options, other.id)};
    task.needs = {other.id};
    task.on_failure = OnFailure::Skip();
    open_digests.push_back(task.id);
    extension.tasks.push_back(std::move(task));
  }
}

// ---- what came of it ------------------------------------------------------------------------------------

void ContemplatePlan::State::TakeAttempt(const std::string& id, const TaskResult& result, const Goal& goal,
                                         absl::Time now, Extension& extension) {
  const std::optional<std::string> answer = round->TakeResult(id, result, goal, now);
  if (!answer) return;
  Task task{.id = CheckId(id), .agent = options.verifier, .prompt = VerifyPrompt(options, id)};
  task.needs = {id};
  task.on_failure = OnFailure::Skip();
  checks[task.id] = *answer;
  open_checks.push_back(task.id);
  extension.tasks.push_back(std::move(task));
}

void ContemplatePlan::State::TakeCheck(const std::string& id, const TaskResult& result) {
  CheckResult verdict{Finding::kNone, id};
  if (result.reply != nullptr) {
    verdict.finding = ReadFinding(*result.reply);
    check_words[id] = WordsOfCheck(*result.reply);
  }
  round->TakeVerdict(checks.at(id), verdict);
}

// One agent was enough: the report says what came of it.
void ContemplatePlan::State::TakeSingle(const TaskResult& result, absl::Duration took) {
  report.started = 1;
  Contemplation::Attempt attempt{kSingleId, "failed", "", absl::ToDoubleSeconds(took)};
  if (result.reply == nullptr) {
    report.failed = 1;
  } else {
    report.answer = attempt.answer = options.normalize(*result.reply);
    attempt.outcome = attempt.answer.empty() ? "abstained" : "cast";
    ++(attempt.answer.empty() ? report.abstained : report.cast);
    if (report.cast == 1) {
      report.votes = {{.answer = attempt.answer, .count = 1, .weight = 1, .whose = {kSingleId}}};
      report.confidence = 1;
    }
  }
  report.attempts.push_back(std::move(attempt));
}

void ContemplatePlan::State::Take(const Progress& progress, absl::Time now, Extension& extension) {
  for (const std::string& id : progress.just_ended()) {
    const TaskResult& result = *progress.result(id);
    const bool was_check = std::erase(open_checks, id) > 0;
    std::erase(open_digests, id);
    if (round && round->Has(id) && stage == kSolving) {
      TakeAttempt(id, result, progress.goal(), now, extension);
    } else if (was_check) {
      TakeCheck(id, result);
    } else if (const auto pair = compared.find(id); pair != compared.end()) {
      pair->second.is_open = false;
      pair->second.is_same = result.reply != nullptr && ReadSame(*result.reply);
    } else if (knockout && knockout->Has(id)) {
      knockout->TakeResult(id, result);
    } else if (merge && merge->Has(id)) {
      merge->TakeResult(id, result);
    }
  }
}

void ContemplatePlan::State::CloseRound(std::string why, absl::Time now, Extension& extension) {
  std::vector<std::string> cancelled = round->Close(std::move(why), now);
  for (std::vector<std::string>* open : {&open_checks, &open_digests})
    cancelled.insert(cancelled.end(), open->begin(), open->end()), open->clear();
  extension.cancel.insert(extension.cancel.end(), cancelled.begin(), cancelled.end());
  checks.clear();  // what is cancelled says nothing of the next round's answers
  tally = round->Count();
  attempts = round->attempts();
  report.rounds = round->number();
  report.started += round->started();
  report.cast += round->own_cast();
  report.abstained += round->CountOf(Attempt::kAbstained);
  report.failed += round->CountOf(Attempt::kFailed);
  report.cancelled += round->cancelled();
  report.stop = round->stop();
  for (int i = 0; i < options.width; ++i) {
    const Attempt& attempt = attempts[std::size_t(i)];
    if (attempt.state == Attempt::kUnstarted) continue;
    report.attempts.push_back({attempt.id, std::string(AttemptStateName(attempt.state)), attempt.answer,
                               absl::ToDoubleSeconds(attempt.ended - attempt.began)});
  }
}

}  // namespace ninefold
