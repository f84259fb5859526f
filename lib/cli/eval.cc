// ninefold eval: an experiment, its report, and whether it is worse than before.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/try.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/eval_traces.h"
#include "cli/known_models.h"
#include "cli/load.h"
#include "cli/signals.h"
#include "cli/store_choice.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/experiment.h"
#include "ninefold/status.h"
#include "pipeline/given_file.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kExperimentBytesMax = 4u << 20, kReportBytesMax = std::size_t(4) << 30;

struct EvalOptions {
  std::string experiment, model, out, baseline, html, store;
  std::string limit, parallel, usd, tolerance, overlap;  // as they were typed
  bool simulate = false, allow_code = false, json = false, quiet = false, fresh = false, dry = false;
};

struct EvalNumbers {
  std::int64_t limit = 0, parallel = 0;  // 0: not given
  std::optional<double> usd;
  GateOptions gate;
};

absl::Status ReadCount(const char* name, const std::string& text, std::int64_t most, std::int64_t& to) {
  if (text.empty() || (absl::SimpleAtoi(text, &to) && to >= 1 && to <= most)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " \"", text, "\": give a whole number, 1 to ", most));
}

absl::Status ReadAmount(const char* name, const std::string& text, double most, const char* what,
                        std::optional<double>& to) {
  double value = 0;
  if (text.empty()) return absl::OkStatus();
  if (!absl::SimpleAtod(text, &value) || !(value >= 0 && value <= most))
    return absl::InvalidArgumentError(absl::StrCat(name, " \"", text, "\": give ", what));
  to = value;
  return absl::OkStatus();
}

absl::Status ReadNumbers(const EvalOptions& given, EvalNumbers& numbers) {
  CHECK_OK(ReadCount("--limit", given.limit, 1'000'000'000, numbers.limit));
  CHECK_OK(ReadCount("--parallel", given.parallel, 256, numbers.parallel));
  CHECK_OK(ReadAmount("--budget", given.usd, 1e9, "an amount in dollars, like 0.50", numbers.usd));
  CHECK_OK(ReadAmount("--tolerance", given.tolerance, 1, "a share, like 0.02 for two points",
                      numbers.gate.tolerance));
  std::optional<double> overlap;
  CHECK_OK(ReadAmount("--overlap", given.overlap, 1, "a share, like 0.5 for half of the items", overlap));
  numbers.gate.overlap = overlap.value_or(numbers.gate.overlap);
  if ((!numbers.gate.tolerance && !overlap) || !given.baseline.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(numbers.gate.tolerance ? "--tolerance" : "--overlap",
                                                 " is about what is compared with --baseline; give both"));
}

// "sums": the file's name without its ending.
std::string StemOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

// "; about 5400 model calls, $8.10 if each has 1,000 tokens in and 500 out"
std::string CostGuess(const Experiment& experiment) {
  const auto seeds = std::int64_t(experiment.seeds.size());
  std::int64_t calls = 0;
  double usd = 0;
  bool priced = experiment.judge_unpriced.empty();
  for (const ExperimentVariant& variant : experiment.variants) {
    priced = priced && variant.unpriced.empty();
    for (const EvalItem& item : experiment.items) {
      const std::int64_t all = CallsOfTrial(experiment, variant, item);
      calls += seeds * all;
      usd += double(seeds) * (double(variant.calls) * variant.call_usd +
                              double(all - variant.calls) * experiment.judge_call_usd);
    }
  }
  const std::string text = absl::StrCat("; about ", Count(calls, "model call"));
  if (!priced) return text + ", at a price that is not known";
  return usd > 0 ? absl::StrCat(text, absl::StrFormat(", $%.2f if each has 1,000 tokens in and 500 out", usd))
                 : text;
}

// "3 variants × 200 items × 3 seeds = 1800 trials on openai/gpt-5.4-mini; about …"
std::string PlanWords(const Experiment& experiment) {
  return absl::StrCat(
      Count(std::int64_t(experiment.variants.size()), "variant"), " × ",
      Count(std::int64_t(experiment.items.size()), "item"),
      experiment.seeds.size() > 1 ? absl::StrCat(" × ", experiment.seeds.size(), " seeds") : "", " = ",
      Count(experiment.trials(), "trial"), " on ",
      experiment.simulated ? "an oracle, in virtual time: this checks the orchestrator, not the idea"
                           : OneLine(absl::StrJoin(experiment.models, ", ")) + CostGuess(experiment));
}

// One line that is written over on a terminal; elsewhere a line now and then.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet) : quiet_(quiet), terminal_(LookAt(STDERR_FILENO)) {}

  void Show(const ExperimentProgress& p) {
    if (quiet_) return;
    const absl::Time now = absl::Now();
    const absl::Duration pause = terminal_.is_terminal ? absl::Milliseconds(100) : absl::Seconds(10);
    const bool last = p.done == p.total;
    if (!last && now - shown_ < pause) return;
    if (last && !terminal_.is_terminal && p.reused == p.total) return;
    shown_ = now;
    std::string line = absl::StrFormat("%d of %d, %.1f %% right", p.done, p.total,
                                       p.done > 0 ? 100.0 * double(p.right) / double(p.done) : 0.0);
    if (p.failed > 0) absl::StrAppend(&line, ", ", p.failed, " failed");
    if (p.reused > 0) absl::StrAppend(&line, ", ", p.reused, " from before");
    absl::StrAppend(&line, ", ", Usd(p.cost), ", ", Took(p.elapsed));
    if (!last && p.left < absl::InfiniteDuration()) absl::StrAppend(&line, ", about ", Took(p.left), " left");
    if (!terminal_.is_terminal) return Say(absl::StrCat(line, "\n"));
    Say(absl::StrCat("\r", Fit(line, std::max(20, terminal_.columns - 1)), "\x1b[K"));
    open_ = true;
  }
  void Note(const std::string& text) {
    End();
    SayWarning(text);
  }
  void End() {
    if (open_) Say("\n");
    open_ = false;
  }

 private:
  const bool quiet_;
  const Terminal terminal_;
  absl::Time shown_ = absl::InfinitePast();
  bool open_ = false;
};

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat(path, ": cannot write it; is there such a folder, and room?"));
}

std::optional<Experiment> LoadAndSayExperiment(const EvalOptions& given, const EvalNumbers& numbers) {
  const absl::Status there =
      pipeline::ReadRegular(given.experiment, "experiment", kExperimentBytesMax).status();
  if (!there.ok()) {
    SayError(Describe(there));
    return std::nullopt;
  }
  const std::optional<KnownModels> known = KnownModelsAndSay();
  if (!known) return std::nullopt;
  ExperimentOptions options;
  options.model = given.model, options.limit = int(numbers.limit);
  options.simulate = given.simulate, options.allow_code = given.allow_code;
  options.catalogue = known->catalogue;
  std::vector<Diagnostic> diagnostics;
  absl::StatusOr<Experiment> experiment = LoadExperiment(given.experiment, options, &diagnostics);
  SayDiagnostics(diagnostics);
  if (!experiment.ok()) {
    if (diagnostics.empty()) SayError(Describe(experiment.status()));
    return std::nullopt;
  }
  return *std::move(experiment);
}

// What to compare with: trials, or a report in JSON.
struct EvalBefore {
  std::vector<EvalTrial> trials;
  Json report;  // null: there are trials
};

// Read before anything is spent.
absl::StatusOr<EvalBefore> ReadBaseline(const std::string& given) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(given, error);
  const std::string path = folder ? given + "/trials.jsonl" : given;
  const auto wrong = [](const absl::Status& why) {
    return absl::Status(why.code(), absl::StrCat(why.message(),
                                                 "; it takes the trials.jsonl of an earlier --out, or what "
                                                 "--json printed"));
  };
  const absl::StatusOr<std::string> text = pipeline::ReadRegular(path, "--baseline", kReportBytesMax);
  if (!text.ok()) return wrong(text.status());
  EvalBefore before;
  const absl::StatusOr<Json> report = ParseJson(*text);
  if (report.ok() && GetMember(*report, "arms") != nullptr) {
    before.report = *report;
    return before;
  }
  absl::StatusOr<std::vector<EvalTrial>> trials = ReadTrials(path);
  if (!trials.ok()) return wrong(Annotate(trials.status(), "--baseline"));
  if (trials->empty())
    return wrong(absl::InvalidArgumentError(absl::StrCat("--baseline \"", path, "\": no trials are in it")));
  before.trials = *std::move(trials);
  return before;
}

int Gate(const EvalOptions& given, const GateOptions& options, const EvalBefore& before,
         const std::vector<EvalTrial>& now) {
  const absl::StatusOr<GateOutcome> outcome = before.report.is_null()
                                                  ? FindRegressions(before.trials, now, options)
                                                  : FindRegressions(before.report, now, options);
  if (!outcome.ok())
    return Refuse(Annotate(outcome.status(), absl::StrCat("--baseline ", given.baseline)), kExitUsage);
  for (const std::string& words : outcome->failures) SayError(words);
  if (!outcome->failures.empty()) return kExitWorse;
  if (given.quiet) return kExitOk;
  Say(absl::StrCat("no worse than ", ShortPath(given.baseline), "\n"));
  for (const std::string& note : outcome->notes) Say(absl::StrCat("  ", note, "\n"));
  return kExitOk;
}

absl::Status PrintReport(const EvalOptions& given, const Experiment& experiment, const EvalReport& report,
                         const std::vector<EvalTrial>& trials, const std::string& page,
                         const TraceFolder& traces) {
  const absl::Status printed = given.json ? PrintJson(ToJson(report))
                                          : WriteAll(STDOUT_FILENO, ToText(report), "the report to stdout");
  if (!printed.ok() || page.empty()) return printed;
  const std::string page_folder = std::filesystem::path(page).parent_path().string();
  PageOptions options{.items = &experiment.items};
  options.trace_link = [&](const EvalTrial& trial) {
    return traces.LinkTo(trial, page_folder.empty() ? "." : page_folder);
  };
  return WriteFile(page, ToHtml(report, trials, options));
}

int ReportOutcome(const EvalOptions& given, const EvalNumbers& numbers, const Experiment& experiment,
                  const ExperimentOutcome& outcome, const std::string& folder, const TraceFolder& traces,
                  const EvalBefore& before) {
  const std::string page = !given.html.empty() ? given.html : folder.empty() ? "" : folder + "/report.html";
  const EvalReport report = Summarize(outcome.trials, SummaryOptionsOf(experiment));
  const absl::Status printed = PrintReport(given, experiment, report, outcome.trials, page, traces);
  if (!printed.ok()) return Refuse(printed, kExitFailed);
  if (!given.quiet && !page.empty()) Say(absl::StrCat("report: ", ShortPath(page), "\n"));
  if (!outcome.partial.ok()) {
    Say(absl::StrCat("only ", outcome.trials.size(), " of ", experiment.trials(), " trials: ",
                     Describe(outcome.partial), folder.empty() ? "" : "; the same command goes on", "\n"));
    return ExitCodeOf(outcome.partial);
  }
  if (!given.baseline.empty()) return Gate(given, numbers.gate, before, outcome.trials);
  const bool some = std::any_of(outcome.trials.begin(), outcome.trials.end(),
                                [](const EvalTrial& trial) { return trial.error.empty(); });
  return some ? kExitOk : kExitFailed;
}

// The trials of before, and their traces.
absl::Status Forget(const std::string& folder) {
  for (const char* name : {"/trials.jsonl", "/traces"}) {
    std::error_code error;
    std::filesystem::remove_all(folder + name, error);
    if (error)
      return absl::PermissionDeniedError(
          absl::StrCat("--fresh: cannot remove ", folder, name, ": ", error.message()));
  }
  return absl::OkStatus();
}

int Evaluate(const EvalOptions& given) {
  const absl::Status path = CheckUtf8(given.experiment, "the experiment's path");
  if (!path.ok()) return Refuse(path, kExitUsage);
  EvalNumbers numbers;
  if (const absl::Status read = ReadNumbers(given, numbers); !read.ok()) return Refuse(read, kExitUsage);
  const std::optional<Experiment> experiment = LoadAndSayExperiment(given, numbers);
  if (!experiment) return kExitUsage;
  EvalBefore before;
  if (!given.baseline.empty()) {
    absl::StatusOr<EvalBefore> read = ReadBaseline(given.baseline);
    if (!read.ok()) return Refuse(read.status(), kExitUsage);
    before = *std::move(read);
  }
  if (!given.quiet) Say(absl::StrCat(OneLine(experiment->name), ": ", PlanWords(*experiment), "\n"));
  std::string folder;
  ExperimentRun run;
  run.usd = numbers.usd;
  if (const absl::Status priced = CheckPrices(*experiment, run); !priced.ok())
    return Refuse(priced, kExitUsage);
  if (given.dry) return kExitOk;
  if (!experiment->simulated || !given.out.empty()) {
    folder = given.out.empty() ? StemOf(given.experiment) + ".eval" : given.out;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
      return Refuse(absl::PermissionDeniedError(absl::StrCat("--out ", folder, ": ", error.message())),
                    kExitUsage);
    }
  }
  if (!experiment->simulated) {
    run.trials_path = folder + "/trials.jsonl";
    if (given.fresh) {
      const absl::Status removed = Forget(folder);
      if (!removed.ok()) return Refuse(removed, kExitUsage);
    }
    absl::StatusOr<ChosenStore> store = OpenForRun(given.store);
    if (!store.ok())
      return Refuse(store.status(), absl::IsInvalidArgument(store.status()) ? kExitUsage : kExitStore);
    run.store = store->store;
  }
  run.parallel = int(numbers.parallel);
  TraceFolder traces(folder + "/traces", experiment->items);
  if (!folder.empty()) {
    run.on_trial = [&traces](const EvalTrial& trial, const std::vector<Event>& events) {
      traces.Add(trial, events);
    };
  }
  ProgressLine line(given.quiet);
  Signals signals;
  run.on_progress = [&line](const ExperimentProgress& progress) { line.Show(progress); };
  run.on_note = [&line](const std::string& note) { line.Note(note); };
  run.stop = [&signals] { return signals.stop() != 0; };
  const absl::StatusOr<ExperimentOutcome> outcome = RunExperiment(*experiment, run);
  line.End();
  if (!outcome.ok()) {
    const bool usage =
        absl::IsUnauthenticated(outcome.status()) || absl::IsFailedPrecondition(outcome.status()) ||
        absl::IsInvalidArgument(outcome.status()) || absl::IsPermissionDenied(outcome.status());
    return Refuse(outcome.status(), usage ? kExitUsage : kExitFailed);
  }
  return ReportOutcome(given, numbers, *experiment, *outcome, folder, traces, before);
}

}  // namespace

void AddEval(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<EvalOptions>();
  CLI::App* eval =
      app.add_subcommand("eval", "Measure teams on a data set, against each other and against before");
  eval->add_option("experiment", given->experiment, "What is compared on what: a YAML file")
      ->required()
      ->type_name("EXPERIMENT");
  eval->add_option("-m,--model", given->model, "Use this model for every agent")->type_name("MODEL");
  eval->add_flag("--simulate", given->simulate,
                 "Ask the experiment's oracle, in virtual time, not its models");
  eval->add_option("--limit", given->limit, "At most so many items")->type_name("N");
  eval->add_option("--parallel", given->parallel, "Trials at once; default the experiment's, or 4")
      ->type_name("N");
  eval->add_option("--budget", given->usd, "USD for all trials together")->type_name("USD");
  eval->add_option("-o,--out", given->out, "The folder of trials.jsonl and report.html; default NAME.eval")
      ->type_name("FOLDER");
  eval->add_option("--baseline", given->baseline,
                   "An earlier trials.jsonl, or what --json printed: end with 7 when worse")
      ->type_name("FILE");
  eval->add_option(
          "--tolerance", given->tolerance,
          "With --baseline: how much lower an accuracy may be (0.02: two points), however few the items")
      ->type_name("SHARE");
  eval->add_option("--overlap", given->overlap,
                   "With --baseline: the share of its items that must be there now; default 0.8")
      ->type_name("SHARE");
  eval->add_option("--html", given->html, "Write the page here instead")->type_name("FILE");
  eval->add_flag("--json", given->json, "Print the report as one JSON object");
  eval->add_flag("--fresh", given->fresh, "Forget the trials of before, and ask all anew");
  eval->add_flag("--dry-run", given->dry, "Check everything, say what would be asked, and ask nothing");
  eval->add_flag("--allow-code", given->allow_code, "Let the grader \"code\" run what a model wrote");
  eval->add_flag("-q,--quiet", given->quiet, "No progress");
  AddStoreOption(*eval, given->store);
  eval->footer(R"(Examples:
  ninefold eval examples/experiment.yaml
  ninefold eval examples/contemplating_arms.yaml --simulate
  ninefold eval examples/experiment.yaml --model openai/gpt-5.4-mini --limit 50 --budget 2
  ninefold eval sums.yaml --out today && ninefold eval sums.yaml --out now --baseline today/trials.jsonl

A trial is written down when it has ended: the same command goes on where it was stopped or killed.
The report goes to stdout and, with plots, to report.html in the folder.)");
  eval->callback([given, &exit_code] { exit_code = Evaluate(*given); });
}

}  // namespace ninefold::cli
