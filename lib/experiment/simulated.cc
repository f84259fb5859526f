// Trials of an oracle: each has a virtual time and a luck of its own, so it makes no difference which thread
// lives it, and when.
#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "base/hash.h"
#include "experiment/trial.h"
#include "ninefold/testing/sim.h"

namespace ninefold::experiment {
namespace {

class SimulatedTrials {
 public:
  SimulatedTrials(const Experiment& experiment, const ExperimentRun& run)
      : experiment_(experiment), run_(run), trials_(std::size_t(experiment.trials())), began_(absl::Now()) {
    progress_.total = experiment.trials();
  }

  ExperimentOutcome Run() {
    const int cores = std::max(1, int(std::thread::hardware_concurrency()));
    const int threads = std::min(cores, run_.parallel > 0 ? run_.parallel : experiment_.parallel);
    std::vector<std::thread> workers;
    for (int i = 1; i < threads; ++i) workers.emplace_back([this] { Work(); });
    Work();
    for (std::thread& worker : workers) worker.join();
    ExperimentOutcome outcome;
    for (std::optional<EvalTrial>& trial : trials_) {
      if (!trial) continue;
      outcome.cost = outcome.cost + trial->cost;  // in their order: sums of USD depend on it
      outcome.trials.push_back(*std::move(trial));
    }
    if (stopped_ && progress_.done < progress_.total) outcome.partial = absl::CancelledError("stopped");
    return outcome;
  }

 private:
  // Item by item, so that a part of them is a fair one.
  void Work() {
    std::unique_lock lock(mutex_);
    while (next_ < trials_.size()) {
      stopped_ = stopped_ || (run_.stop && run_.stop());
      if (stopped_) return;
      const std::size_t at = next_++;
      lock.unlock();
      const std::size_t variants = experiment_.variants.size(), seeds = experiment_.seeds.size();
      const std::size_t variant = at % variants, seed = at / variants % seeds, item = at / variants / seeds;
      std::vector<Event> events;
      EvalTrial trial =
          Live(experiment_.variants[variant], experiment_.items[item], experiment_.seeds[seed], events);
      lock.lock();
      Count(trial);
      if (run_.on_trial) run_.on_trial(trial, events);
      // They are given back by variant, item and seed.
      trials_[(variant * experiment_.items.size() + item) * seeds + seed] = std::move(trial);
    }
  }

  EvalTrial Live(const ExperimentVariant& variant, const EvalItem& item, std::uint64_t seed,
                 std::vector<Event>& events) const {
    // The seed of a question's luck is its own, and the same under each variant.
    const std::uint64_t own = Mix(seed, HashBytes(item.id));
    testing::Sim sim({.seed = own});
    const absl::StatusOr<Prompt> prompt = PromptOf(item, variant.pipeline);
    const absl::StatusOr<Reply> reply =
        prompt.ok() ? sim.Run(variant.pipeline.team, *prompt, RunOptionsOf(experiment_, variant, own))
                    : absl::StatusOr<Reply>(prompt.status());
    absl::StatusOr<EvalTrial> trial = TrialOf(experiment_, variant, item, seed, reply);
    if (!trial.ok()) trial = TrialOf(experiment_, variant, item, seed, trial.status());
    trial->latency = sim.elapsed();
    if (run_.on_trial) {
      for (const Event& event : sim.events()) KeepEvent(event, true, events);
    }
    return *std::move(trial);
  }

  void Count(const EvalTrial& trial) {
    ++progress_.done, progress_.right += trial.grade.right, progress_.failed += !trial.error.empty();
    progress_.cost = progress_.cost + trial.cost;
    progress_.elapsed = absl::Now() - began_;
    progress_.left = progress_.elapsed / progress_.done * (progress_.total - progress_.done);
    if (run_.on_progress && (progress_.done % 64 == 0 || progress_.done == progress_.total))
      run_.on_progress(progress_);
  }

  const Experiment& experiment_;
  const ExperimentRun& run_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::vector<std::optional<EvalTrial>> trials_;
  ExperimentProgress progress_;
  bool stopped_ = false;
  const absl::Time began_;
};

}  // namespace

ExperimentOutcome RunSimulated(const Experiment& experiment, const ExperimentRun& run) {
  return SimulatedTrials(experiment, run).Run();
}

}  // namespace ninefold::experiment
