#include "base/hash.h"
#include "experiment/trial.h"
#include "ninefold/testing/sim.h"

namespace ninefold::experiment {

ExperimentOutcome RunSimulated(const Experiment& experiment, const ExperimentRun& run) {
  ExperimentOutcome outcome;
  ExperimentProgress progress;
  progress.total = experiment.trials();
  const absl::Time began = absl::Now();
  for (const ExperimentVariant& variant : experiment.variants) {
    for (const EvalItem& item : experiment.items) {
      for (const std::uint64_t seed : experiment.seeds) {
        if (run.stop && run.stop()) {
          outcome.partial = absl::CancelledError("stopped");
          return outcome;
        }
        // The seed of a question's luck is its own, and the same under each variant.
        const std::uint64_t own = Mix(seed, HashBytes(item.id));
        testing::Sim sim({.seed = own});
        const absl::StatusOr<Prompt> prompt = PromptOf(item, variant.pipeline);
        const absl::StatusOr<Reply> reply =
            prompt.ok() ? sim.Run(variant.pipeline.team, *prompt, RunOptionsOf(experiment, variant, own))
                        : absl::StatusOr<Reply>(prompt.status());
        absl::StatusOr<EvalTrial> trial = TrialOf(experiment, variant, item, seed, reply);
        if (!trial.ok()) trial = TrialOf(experiment, variant, item, seed, trial.status());
        trial->latency = sim.elapsed();
        ++progress.done, progress.right += trial->grade.right, progress.failed += !trial->error.empty();
        progress.cost = progress.cost + trial->cost;
        outcome.trials.push_back(*std::move(trial));
        progress.elapsed = absl::Now() - began;
        progress.left = progress.elapsed / progress.done * (progress.total - progress.done);
        if (run.on_progress && (progress.done % 64 == 0 || progress.done == progress.total))
          run.on_progress(progress);
      }
    }
  }
  outcome.cost = progress.cost;
  return outcome;
}

}  // namespace ninefold::experiment
