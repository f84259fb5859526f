// An experiment: variants of teams, each asked the items of a data set. It is read from one YAML file
// (docs/evaluating.md), run in parallel, and goes on where it was stopped.
//
//   absl::StatusOr<Experiment> experiment = LoadExperiment("sums.yaml");
//   absl::StatusOr<ExperimentOutcome> outcome = RunExperiment(*experiment, {.trials_path = "trials.jsonl"});
//   std::puts(ToText(Summarize(outcome->trials, SummaryOptionsOf(*experiment))).c_str());
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/eval.h"
#include "ninefold/journal.h"
#include "ninefold/pipeline.h"
#include "ninefold/testing/oracle.h"

namespace ninefold {

struct ExperimentVariant {
  std::string name;        // "vote width 3 rounds 1"
  std::string family;      // "vote": the variant of the file whose lists were multiplied out
  Pipeline pipeline;       // its team is what is asked
  std::string team;        // who makes its attempts: equal for variants that differ only in what goes round
  std::uint64_t hash = 0;  // of all that it is made of
  std::int64_t calls = 1;  // of models, in one trial, about
  // USD of a call with 1,000 tokens in and 500 out, by the dearest of its models; `unpriced` have no price.
  double call_usd = 0;
  std::vector<std::string> unpriced;
};

struct Experiment {
  std::string name, file;
  std::vector<EvalItem> items;
  std::vector<ExperimentVariant> variants;
  std::vector<std::uint64_t> seeds = {1};
  GradeOptions grade;
  std::string baseline;  // a variant's name; "": the first
  std::string match;     // the variant whose tokens the others' are matched to; "": the baseline
  double margin = 0.03;  // as SummaryOptions::margin
  int parallel = 4;
  BudgetLimits budget;                                   // of all trials together: tokens, usd
  absl::Duration time = absl::InfiniteDuration();        // of the whole
  absl::Duration trial_time = absl::InfiniteDuration();  // of one trial
  // An oracle answers, in virtual time: this checks the orchestrator, not the idea.
  bool simulated = false;
  std::vector<std::string> models;  // as opened, each once
  std::string judge;                // the model that grades; "": none
  double judge_call_usd = 0;        // as ExperimentVariant::call_usd
  std::vector<std::string> judge_unpriced;

  std::int64_t trials() const {
    return std::int64_t(items.size()) * std::int64_t(variants.size()) * std::int64_t(seeds.size());
  }
};

struct ExperimentOptions {
  std::string model;      // not "": instead of every model of the file
  int limit = 0;          // items at most, the first ones or those sampled; 0: all
  bool simulate = false;  // the file's oracle answers, although there are data
  bool allow_code = false;
  std::function<absl::StatusOr<ModelPtr>(std::string_view spec, const ModelOptions& options)> open_model =
      nullptr;  // null: OpenModel
  std::shared_ptr<const Catalogue> catalogue = nullptr;
};

// Reads and checks all of it before anything is asked: items, graders, teams, models. Errors as
// LoadPipeline's; all mistakes of the file go to `diagnostics`.
absl::StatusOr<Experiment> LoadExperiment(const std::string& path, const ExperimentOptions& options = {},
                                          std::vector<Diagnostic>* diagnostics = nullptr);

// The JSON Schema of the format.
Json ExperimentSchema();

struct ExperimentProgress {
  std::int64_t total = 0, done = 0, reused = 0, right = 0, failed = 0;  // trials; done: reused ones too
  Cost cost;                                                            // of those done now
  absl::Duration elapsed, left;  // left: infinite while nothing is known
};

struct ExperimentRun {
  // Each trial is a line of it, written when it has ended; those it already has are not asked again. "": kept
  // nowhere.
  std::string trials_path;
  StorePtr store = nullptr;        // of runs, so that `ninefold show` finds a trial's; null: none is kept
  int parallel = 0;                // 0: the experiment's
  std::optional<double> usd = {};  // instead of the experiment's
  std::function<void(const ExperimentProgress&)> on_progress = nullptr;  // never called twice at once
  std::function<void(const std::string&)> on_note = nullptr;             // what a person should know
  // Each trial that was made now, with the events of its run (pieces of text joined); never called twice at
  // once.
  std::function<void(const EvalTrial&, const std::vector<Event>&)> on_trial = nullptr;
  std::function<bool()> stop = nullptr;  // asked several times a second; true: no more, and end what runs
};

struct ExperimentOutcome {
  std::vector<EvalTrial> trials;  // by variant, item and seed, in their order; those that are there
  Cost cost;                      // of what was asked now
  std::int64_t reused = 0;
  absl::Status partial;  // not OK: why some are missing; kCancelled, kResourceExhausted, kDeadlineExceeded
};
// Whether all that is asked has a price, where there is a budget in USD: variants and judge.
// kFailedPrecondition: which has not.
absl::Status CheckPrices(const Experiment& experiment, const ExperimentRun& run);
// Model calls of one trial of `variant` on `item`, about, those of a judge too.
std::int64_t CallsOfTrial(const Experiment& experiment, const ExperimentVariant& variant,
                          const EvalItem& item);

// The budget is of all trials together: what those in the file have cost, also before, counts. Errors: of the
// file of trials; those of CheckPrices; of what no trial could go on with (no key). What was asked until then
// is in the file.
absl::StatusOr<ExperimentOutcome> RunExperiment(const Experiment& experiment, const ExperimentRun& run);

SummaryOptions SummaryOptionsOf(const Experiment& experiment);

// The trials of a file that RunExperiment wrote. A last line that is torn is left out, which `note` says.
// Of two trials of one variant, item and seed the later one stands.
absl::StatusOr<std::vector<EvalTrial>> ReadTrials(const std::string& path, std::string* note = nullptr);

struct GateOptions {
  std::optional<double> tolerance = {};  // a share: by more no accuracy may fall, however unsure it is
  double overlap = 0.8;                  // the share of the baseline's items that must be there now
  std::uint64_t seed = 1;                // of signs that are drawn
};
struct GateOutcome {
  std::vector<std::string> failures;  // what is worse, missing, or has too little in common with what it was
  std::vector<std::string> notes;     // what could not have been seen; what is new
};
// Whether anything is worse now than it was, variant by variant. On the items that both have, each with the
// share of its trials that are right: the accuracy fell and SignFlipWorseP is below 0.05 (Holm's, over the
// variants), or it fell by more than the tolerance. A variant of the baseline that is gone has failed, and so
// has one with less than `overlap` of its items. kInvalidArgument: no variant is in both.
absl::StatusOr<GateOutcome> FindRegressions(const std::vector<EvalTrial>& before,
                                            const std::vector<EvalTrial>& now,
                                            const GateOptions& options = {});
// The same of a report in JSON, which has no items: an accuracy fell and the interval of the difference does
// not hold 0, or it fell by more than the tolerance. kInvalidArgument: it is no report, too.
absl::StatusOr<GateOutcome> FindRegressions(const Json& before_report, const std::vector<EvalTrial>& now,
                                            const GateOptions& options = {});

}  // namespace ninefold
