// ninefold resume: goes on with a run that was stopped, failed or killed. Recorded steps are not repeated.
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/recorded.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct ResumeOptions {
  std::string run, deadline, budget;
  bool accept_changes = false;
  OutputOptions output;
};

int RefuseChanges(const std::string& run_id, const std::vector<std::string>& changes) {
  SayError(absl::StrCat("run ", run_id, ": what it was started with has changed:"));
  for (const std::string& change : changes) Say(absl::StrCat("  ", OneLine(change), "\n"));
  Say(absl::StrCat(
      "put it back, or go on with what is there now: ninefold resume ", run_id,
      " --accept-changes\n(a recorded step that no longer fits then stops the run, and is named)\n"));
  return kExitUsage;
}

absl::Status SetLimits(const ResumeOptions& given, RunSetup& setup) {
  if (!given.budget.empty()) {
    absl::StatusOr<BudgetLimits> budget = ParseBudget(given.budget, setup.budget);
    if (!budget.ok()) return budget.status();
    setup.budget = *budget;
  }
  if (given.deadline.empty()) return absl::OkStatus();
  const absl::StatusOr<absl::Duration> deadline = ParseDeadline(given.deadline);
  if (deadline.ok()) setup.deadline = *deadline;
  return deadline.status();
}

// Takes what is there now for what was there when the run began.
void AcceptChanges(RunSetup& setup) {
  absl::StatusOr<std::string> text = ReadPipeline(setup.pipeline_path);
  if (text.ok()) setup.pipeline_text = *std::move(text);
  for (GivenFile& given : setup.files) {
    given.hash = HashBytes(given.file.bytes);
    given.size = given.file.bytes.size();
  }
}

int GoOn(const ResumeOptions& given, const RunRecord& record, RunSetup setup, ChosenStore store) {
  std::vector<std::string> changes;
  const absl::Status read = ReadAgain(setup, changes);
  if (!read.ok()) return Refuse(Annotate(read, absl::StrCat("run ", record.id)), kExitUsage);
  if (!changes.empty() && !given.accept_changes) return RefuseChanges(record.id, changes);
  if (given.accept_changes) AcceptChanges(setup);
  std::optional<Pipeline> pipeline =
      LoadAndSay(setup.pipeline_text, setup.pipeline_path, LoadOptionsOf(setup));
  if (!pipeline) return kExitUsage;
  if (pipeline->models != setup.models && !given.accept_changes) {
    return RefuseChanges(record.id, {ModelsDifference(setup.models, pipeline->models)});
  }
  setup.models = pipeline->models;
  const absl::Status limits = SetLimits(given, setup);
  if (!limits.ok()) return Refuse(limits, kExitUsage);
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt(setup.question, setup.inputs, FilesOf(setup));
  if (!prompt.ok()) return Refuse(prompt.status(), kExitUsage);
  Performance performance{
      .agent = pipeline->team, .prompt = *std::move(prompt), .options = {}, .store = std::move(store)};
  performance.options.deadline = setup.deadline;
  performance.options.budget = setup.budget;
  performance.options.policy = pipeline->policy;
  performance.options.name = pipeline->name;
  performance.options.setup = ToJson(setup);
  performance.options.mode = RunMode::kResume;
  performance.options.run_id = record.id;
  return PerformAndReport(std::move(performance), given.output);
}

int Resume(const ResumeOptions& given) {
  absl::StatusOr<ChosenStore> store = OpenForResume(given.output.store);
  if (!store.ok()) return RefuseStore(store.status());
  const absl::StatusOr<RunRecord> record = FindRun(*store->store, given.run, /*unfinished=*/true);
  if (!record.ok()) return RefuseStore(record.status());
  if (record->state == "damaged") return Refuse(absl::DataLossError(record->message), kExitStore);
  if (record->state == "done") return ReportRecorded(*record, *store, given.output.report());
  absl::StatusOr<RunSetup> setup = RunSetupFromJson(record->setup);
  if (!setup.ok()) return Refuse(Annotate(setup.status(), absl::StrCat("run ", record->id)), kExitFailed);
  return GoOn(given, *record, *std::move(setup), *std::move(store));
}

}  // namespace

void AddResume(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<ResumeOptions>();
  CLI::App* resume = app.add_subcommand("resume", "Go on with a run that was stopped, failed or killed");
  resume
      ->add_option("run", given->run, "The run's id or how it begins; left out: the newest that is not done")
      ->type_name("RUN");
  resume->add_flag("--accept-changes", given->accept_changes,
                   "Go on though the pipeline, a file or a model has changed");
  resume->add_option("--deadline", given->deadline, "Stop after this time: 30s, 2m, 1h30m")
      ->type_name("TIME");
  resume->add_option("--budget", given->budget, "Other limits: tokens=20000,usd=0.50,calls=40")
      ->type_name("LIMITS");
  AddOutputOptions(*resume, given->output);
  resume->footer(R"(Examples:
  ninefold resume                       the newest run that is not done
  ninefold resume 7f3a
  ninefold resume 7f3a --budget usd=2   after its budget was used up

Steps that were recorded are not repeated: their results are taken from the record. When the pipeline, a
document or a model is no longer the one the run began with, that is said and nothing is run.)");
  resume->callback([given, &exit_code] { exit_code = Resume(*given); });
}

}  // namespace ninefold::cli
