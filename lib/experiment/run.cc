// Trials in parallel: threads that each take the next one, ask it on a runtime that all share, grade it, and
// write it down.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/hash.h"
#include "base/try.h"
#include "eval/graders.h"
#include "experiment/purse.h"
#include "experiment/trial.h"
#include "experiment/trial_log.h"
#include "ninefold/runtime.h"
#include "ninefold/status.h"

namespace ninefold {
namespace experiment {
namespace {

constexpr auto kLook = std::chrono::milliseconds(50);  // for a wish to stop

struct Job {
  const ExperimentVariant* variant = nullptr;
  const EvalItem* item = nullptr;
  std::uint64_t seed = 0;
  TrialHashes hashes;
  Cost spent;                              // on it so far, where its share was too small
  std::shared_ptr<const EvalTrial> known;  // not null: its reply is there, and is graded anew
};

constexpr char kJudgeFailed[] = "the judge: ";  // an error begins so
constexpr char kJudgeAlone[] = "a judge alone";

// The reply is there; only its grade is not.
bool LacksOnlyGrade(const EvalTrial& trial) {
  return absl::StartsWith(trial.error, kJudgeFailed) && trial.reply.has_value();
}

// What no other trial would get round.
bool EndsAll(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         (absl::IsFailedPrecondition(status) && absl::StrContains(status.message(), "price"));
}

class Trials {
 public:
  Trials(const Experiment& experiment, const ExperimentRun& run)
      : experiment_(experiment),
        run_(run),
        threads_(std::max(1, run.parallel > 0 ? run.parallel : experiment.parallel)),
        purse_(Limits()),
        runtime_({.threads = 1, .blocking_threads = std::min(threads_, 16), .store = run.store}) {}

  absl::StatusOr<ExperimentOutcome> Run() {
    CHECK_OK(CheckPrices(experiment_, run_));
    CHECK_OK(OpenLog());
    NoteIsolation();
    began_ = absl::Now();
    {
      std::lock_guard lock(mutex_);
      Report();
    }
    std::vector<std::thread> workers;
    const int wanted = std::min(threads_, int(jobs_.size()));  // they take of the jobs at once
    for (int i = 0; i < wanted; ++i) workers.emplace_back([this] { Work(); });
    Watch(workers.size());
    for (std::thread& worker : workers) worker.join();
    CHECK_OK(fatal_);
    return Outcome();
  }

 private:
  BudgetLimits Limits() const {
    BudgetLimits limits = experiment_.budget;
    if (run_.usd) limits.usd = run_.usd;
    return limits;
  }

  // Jobs are those that the file does not have. By item first, so that a part of them is a fair one.
  absl::Status OpenLog() {
    TrialFile file;
    if (!run_.trials_path.empty()) {
      std::string note;
      TRY(file, log_.Open(run_.trials_path, note));
      if (!note.empty()) Note(note);
    }
    Found found;
    for (const EvalItem& item : experiment_.items) {
      const std::uint64_t asked = HashOf(item), graded = HashOfGrading(experiment_, item);
      for (const std::uint64_t seed : experiment_.seeds) {
        for (const ExperimentVariant& variant : experiment_.variants) {
          Job job{&variant, &item, seed};
          job.hashes.asked = absl::StrFormat("%016x", Mix(variant.hash, asked));
          job.hashes.graded = absl::StrFormat("%016x", graded);
          const auto known = file.trials.find({variant.name, item.id, seed});
          if (known == file.trials.end() || !IsDone(known->second, job, found))
            jobs_.push_back(std::move(job));
        }
      }
    }
    progress_.total = experiment_.trials();
    for (const auto& [variant, cost] : file.spent) purse_.Spend(variant, cost);
    if (HasLimit(Limits()) && !file.trials.empty())
      Note(absl::StrCat("the budget counts what the trials in ", run_.trials_path,
                        " have cost: ", purse_.Words()));
    NoteFound(found);
    return absl::OkStatus();
  }

  // What the file has of this experiment, and is no use as it is.
  struct Found {
    std::int64_t stale = 0, failed = 0, graded_anew = 0;
  };

  // Whether a trial of the file stands; else what is to be done for it, in `job`.
  bool IsDone(const LoggedTrial& logged, Job& job, Found& found) {
    const EvalTrial& trial = logged.trial;
    const bool other_grade = logged.hashes.graded != job.hashes.graded;
    if (logged.hashes.asked != job.hashes.asked || (other_grade && trial.error.empty() && !trial.reply)) {
      ++found.stale;
    } else if (LacksOnlyGrade(trial) || (other_grade && trial.error.empty())) {
      ++found.graded_anew;
      job.known = std::make_shared<EvalTrial>(trial);
    } else if (!trial.error.empty()) {
      ++found.failed;
    } else {
      EvalTrial kept = trial;
      kept.tags = job.item->tags;  // they change nothing of the answer
      Keep(kept);
      ++progress_.reused;
      return true;
    }
    return false;
  }

  void NoteFound(const Found& found) {
    const auto note = [&](std::int64_t n, const char* what) {
      if (n > 0) Note(absl::StrCat(n, " trials in ", run_.trials_path, what));
    };
    note(found.stale, " are of a team or an item that has changed, and are asked again");
    note(found.failed, " had failed, and are asked again");
    note(found.graded_anew, " are graded anew, without asking again");
  }

  void NoteIsolation() {
    const bool runs_code = std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) {
      return GraderOf(*job.item, experiment_.grade) == "code";
    });
    const std::string missing = runs_code ? MissingCodeIsolation() : "";
    if (!missing.empty()) Note(missing);
  }

  void Note(const std::string& text) {
    if (run_.on_note) run_.on_note(text);
  }

  void Keep(const EvalTrial& trial) {
    ++progress_.done, progress_.right += trial.grade.right, progress_.failed += !trial.error.empty();
    done_[{trial.variant, trial.item, trial.seed}] = trial;
  }

  void Report() {
    progress_.elapsed = absl::Now() - began_;
    const std::int64_t now = progress_.done - progress_.reused;
    progress_.left =
        now > 0 ? progress_.elapsed / now * (progress_.total - progress_.done) : absl::InfiniteDuration();
    if (run_.on_progress) run_.on_progress(progress_);
  }

  // Until all workers have ended: whether they should.
  void Watch(std::size_t workers) {
    std::unique_lock lock(mutex_);
    while (ended_ < workers) {
      changed_.wait_for(lock, kLook);
      if (run_.stop && run_.stop()) End(absl::CancelledError("stopped"), lock);
      if (absl::Now() - began_ > experiment_.time && ending_.ok()) {
        ending_ = absl::DeadlineExceededError(
            absl::StrCat("the experiment's time, ", absl::FormatDuration(experiment_.time), ", is over"));
      }
    }
  }

  // No more trials, and those that run are cancelled.
  void End(const absl::Status& why, std::unique_lock<std::mutex>&) {
    if (ending_.ok() || (absl::IsCancelled(why) && !absl::IsCancelled(ending_))) ending_ = why;
    for (RunHandle* handle : running_) handle->Cancel();
    changed_.notify_all();
  }

  void Work() {
    while (true) {
      Job job;
      BudgetLimits share;
      {
        std::unique_lock lock(mutex_);
        const bool taken = Take(job, share, lock);
        if (!taken) {
          ++ended_;
          changed_.notify_all();
          return;
        }
      }
      Try(job, share);
    }
  }

  // The next job with its share of the budget; false: there is none to begin.
  bool Take(Job& job, BudgetLimits& share, std::unique_lock<std::mutex>& lock) {
    while (true) {
      if (!ending_.ok() || !fatal_.ok() || (jobs_.empty() && in_flight_ == 0)) return false;
      if (!jobs_.empty() && IsFree(jobs_.front())) break;
      if (!jobs_.empty()) {
        const Purse::Answer answer = purse_.Take(PurseName(jobs_.front()), in_flight_, share);
        if (answer == Purse::kEmpty) {
          ending_ = absl::ResourceExhaustedError(purse_.WhyEmpty(PurseName(jobs_.front())));
          return false;
        }
        if (answer == Purse::kTaken) break;
      }
      changed_.wait(lock);  // what runs may put its job back, or give change
    }
    job = jobs_.front();
    jobs_.pop_front();
    ++in_flight_;
    return true;
  }

  // Nobody is asked.
  bool IsFree(const Job& job) const {
    return job.known != nullptr && !NeedsJudge(*job.item, experiment_.grade);
  }
  // A judge alone costs less than a trial, and its own.
  static std::string PurseName(const Job& job) { return job.known ? kJudgeAlone : job.variant->name; }

  void GradeAnew(const Job& job, const BudgetLimits& share) {
    EvalTrial trial = *job.known;
    trial.error.clear(), trial.judge_run_id.clear(), trial.grade = {};
    const Reply reply = ReplyOf(trial).value_or(Reply{});
    Cost of_judge;
    absl::Status status = GradeInto(experiment_, *job.item, reply, trial);
    if (!status.ok()) return Settle(job, share, false, status, status, of_judge, {});
    if (!IsFree(job)) status = Judge(*job.item, reply, share, trial, of_judge);
    Settle(job, share, HasLimit(share), status, std::move(trial), of_judge, {});
  }

  void Try(const Job& job, const BudgetLimits& share) {
    if (job.known != nullptr) return GradeAnew(job, share);
    RunOptions options = RunOptionsOf(experiment_, *job.variant, job.seed);
    const bool ours = Purse::Narrow(share, options.budget);
    Made made;
    Cost of_judge;
    absl::StatusOr<Prompt> prompt = PromptOf(*job.item, job.variant->pipeline);
    const absl::Time began = absl::Now();
    absl::StatusOr<Reply> reply =
        prompt.ok() ? Ask(job.variant->pipeline.team, *std::move(prompt), std::move(options), made)
                    : absl::StatusOr<Reply>(prompt.status());
    const absl::Duration took = absl::Now() - began;
    absl::StatusOr<EvalTrial> trial = TrialOf(experiment_, *job.variant, *job.item, job.seed, reply);
    absl::Status status = reply.ok() ? trial.status() : reply.status();
    if (trial.ok() && reply.ok() && NeedsJudge(*job.item, experiment_.grade))
      status = Judge(*job.item, *reply, Left(share, made.cost), *trial, of_judge);
    if (trial.ok()) {
      trial->cost = made.cost, trial->run_id = made.run_id, trial->latency = took;
      trial->queued = std::min(took, QueuedIn(made.events));
    }
    // What grading costs is the experiment's, not the variant's.
    Settle(job, share, ours, status, std::move(trial), made.cost + of_judge, made.events);
  }

  // What a run leaves behind.
  struct Made {
    Cost cost;
    std::string run_id;
    std::vector<Event> events;
  };

  absl::StatusOr<Reply> Ask(const AgentPtr& agent, Prompt prompt, RunOptions options, Made& made) {
    options.on_event = [this, &made](const Event& event) {
      if (const auto* ended = std::get_if<event::RunEnded>(&event.body)) made.cost = ended->cost;
      KeepEvent(event, run_.on_trial != nullptr, made.events);
    };
    RunHandle handle = runtime_.Start(agent, std::move(prompt), std::move(options));
    made.run_id = handle.id();
    {
      std::lock_guard lock(mutex_);
      running_.insert(&handle);
      if (absl::IsCancelled(ending_)) handle.Cancel();
    }
    // Not under the lock: what is waited for may be cancelled meanwhile.
    absl::StatusOr<Reply> reply = handle.Wait();
    std::lock_guard lock(mutex_);
    running_.erase(&handle);
    return reply;
  }

  // A judge has what the trial has left of its share, and a trial's time.
  static BudgetLimits Left(BudgetLimits share, const Cost& spent) {
    if (share.usd) share.usd = std::max(0.0, *share.usd - spent.usd);
    if (share.tokens) {
      const std::int64_t used = spent.tokens.input.value_or(0) + spent.tokens.output.value_or(0);
      share.tokens = std::max<std::int64_t>(0, *share.tokens - used);
    }
    return share;
  }

  absl::Status Judge(const EvalItem& item, const Reply& reply, const BudgetLimits& share, EvalTrial& trial,
                     Cost& cost) {
    const AgentFn grade = [&](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
      absl::StatusOr<Grade> grade = co_await GradeByJudge(item, reply, experiment_.grade, ctx);
      if (!grade.ok()) co_return grade.status();
      trial.grade = *std::move(grade);
      co_return Reply{};
    };
    RunOptions options;
    options.budget = share, options.deadline = experiment_.trial_time;
    Made made;
    const absl::Status judged =
        Ask(MakeFunctionAgent({"judge", "Grades a reply"}, grade), Prompt("grade"), std::move(options), made)
            .status();
    cost = made.cost;
    trial.judge_run_id = made.run_id;
    if (!judged.ok()) trial.error = absl::StrCat(kJudgeFailed, Describe(judged));
    return judged;
  }

  void Settle(const Job& job, const BudgetLimits& share, bool ours, const absl::Status& status,
              absl::StatusOr<EvalTrial> trial, const Cost& cost, const std::vector<Event>& events) {
    std::unique_lock lock(mutex_);
    --in_flight_;
    progress_.cost = progress_.cost + cost;
    if (!IsFree(job)) purse_.Give(PurseName(job), share, cost);
    changed_.notify_all();
    if (absl::IsCancelled(status) && !ending_.ok()) return;
    // Its share was too small, not its team's budget: again, with a larger one. A contemplation does not fail
    // for that, it ends early.
    const bool cut = trial.ok() && job.known == nullptr && trial->report && trial->report->stop == "limits";
    const bool used_up = absl::IsResourceExhausted(status) && !IsOwnLimit(status) &&
                         absl::StrContains(status.message(), "budget");
    if (ours && (cut || used_up)) {
      purse_.Enlarge(PurseName(job), share);
      jobs_.push_front(job);
      jobs_.front().spent = job.spent + cost;
      return;
    }
    if (!trial.ok() || EndsAll(status)) {
      const absl::Status why = trial.ok() ? status : trial.status();
      if (fatal_.ok())
        fatal_ = Annotate(why, absl::StrCat("variant \"", job.variant->name, "\", ", job.item->where));
      return End(fatal_, lock);
    }
    const absl::Status written = log_.Add(*trial, job.hashes, job.spent + cost);
    if (!written.ok()) {
      if (fatal_.ok()) fatal_ = written;
      return End(written, lock);
    }
    if (run_.on_trial && job.known == nullptr) run_.on_trial(*trial, events);
    Keep(*trial);
    Report();
  }

  ExperimentOutcome Outcome() {
    ExperimentOutcome outcome{.cost = progress_.cost, .reused = progress_.reused};
    for (const ExperimentVariant& variant : experiment_.variants) {
      for (const EvalItem& item : experiment_.items) {
        for (const std::uint64_t seed : experiment_.seeds) {
          const auto found = done_.find({variant.name, item.id, seed});
          if (found != done_.end()) outcome.trials.push_back(std::move(found->second));
        }
      }
    }
    if (std::int64_t(outcome.trials.size()) < experiment_.trials()) outcome.partial = ending_;
    return outcome;
  }

  const Experiment& experiment_;
  const ExperimentRun& run_;
  const int threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::map<TrialKey, EvalTrial> done_;
  std::set<RunHandle*> running_;
  int in_flight_ = 0;
  std::size_t ended_ = 0;  // workers
  absl::Status ending_;    // not OK: no new trials
  absl::Status fatal_;
  Purse purse_;
  TrialLog log_;
  ExperimentProgress progress_;
  absl::Time began_;
  Runtime runtime_;  // last: its threads use the above
};

}  // namespace
}  // namespace experiment

absl::Status CheckPrices(const Experiment& experiment, const ExperimentRun& run) {
  if (experiment.simulated || !(run.usd || experiment.budget.usd)) return absl::OkStatus();
  const auto unpriced = [](const std::string& whose, const std::string& model) {
    return absl::FailedPreconditionError(absl::StrCat(
        whose, ": a budget in USD is set, and the price of ", model,
        " is not known; add it to the file that NINEFOLD_MODELS names, or set a budget in tokens"));
  };
  for (const ExperimentVariant& variant : experiment.variants) {
    if (!variant.unpriced.empty())
      return unpriced(absl::StrCat("variant \"", variant.name, "\""), variant.unpriced.front());
  }
  if (experiment.judge_unpriced.empty()) return absl::OkStatus();
  return unpriced("the judge", experiment.judge_unpriced.front());
}

std::int64_t CallsOfTrial(const Experiment& experiment, const ExperimentVariant& variant,
                          const EvalItem& item) {
  return variant.calls + (!experiment.judge.empty() && NeedsJudge(item, experiment.grade) ? 2 : 0);
}

absl::StatusOr<ExperimentOutcome> RunExperiment(const Experiment& experiment, const ExperimentRun& run) {
  if (experiment.simulated) return experiment::RunSimulated(experiment, run);
  return experiment::Trials(experiment, run).Run();
}

}  // namespace ninefold
