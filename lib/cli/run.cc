// ninefold run: a question through a pipeline.
#include <unistd.h>

#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/cassette.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct RunOptionsGiven {
  std::string pipeline, question, model, mode = "instant", deadline, budget, record;
  std::vector<std::string> files, settings;
  OutputOptions output;
};

constexpr std::size_t kQuestionBytesMax = 4u << 20;

absl::StatusOr<std::string> ReadQuestion(const std::string& given) {
  if (given != "-") {
    CHECK_OK(CheckUtf8(given, "the question"));
    return given;
  }
  std::string text;
  char buffer[1 << 16];
  for (ssize_t size; (size = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, std::size_t(size));
    if (text.size() > kQuestionBytesMax) {
      return absl::InvalidArgumentError(
          "the question on stdin is larger than 4 MiB; give documents with --file");
    }
  }
  CHECK_OK(CheckUtf8(text, "the question on stdin"));
  return text;
}

// Of a team that has the offline model alone, which reads text.
absl::Status CheckSeen(const std::vector<GivenFile>& files, const std::vector<std::string>& models) {
  for (const std::string& model : models) {
    if (!absl::StartsWith(model, "offline")) return absl::OkStatus();
  }
  for (const GivenFile& given : files) {
    if (absl::StartsWith(given.file.media_type, "text/")) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--file \"", given.file.name, "\": the offline model reads text alone, this is ",
                     given.file.media_type, "; give its text, or use another model (ninefold models)"));
  }
  return absl::OkStatus();
}

// Everything the command line says, but the pipeline itself.
absl::Status FillSetup(const RunOptionsGiven& given, const Pipeline& pipeline, RunSetup& setup) {
  TRY(setup.pipeline_path, AbsolutePath(given.pipeline));
  TRY(setup.question, ReadQuestion(given.question));
  TRY(setup.files, ReadGivenFiles(given.files));
  if (pipeline.asks && setup.question.empty() && setup.files.empty() && given.settings.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the question is missing: ninefold run ",
                                                   ShellWord(given.pipeline), " \"your question\""));
  }
  CHECK_OK(CheckSeen(setup.files, pipeline.models));
  TRY(setup.inputs, ParseInputs(given.settings, pipeline.inputs));
  setup.models = pipeline.models;
  setup.budget = pipeline.budget;
  if (!given.budget.empty()) {
    TRY(setup.budget, ParseBudget(given.budget, pipeline.budget));
  }
  setup.deadline = pipeline.deadline;
  if (!given.deadline.empty()) {
    TRY(setup.deadline, ParseDeadline(given.deadline));
  }
  return absl::OkStatus();
}

int RunPipeline(RunOptionsGiven given) {
  RunSetup setup;
  // Found again when the run goes on in another folder.
  if (constexpr std::string_view kReplay = "replay:"; absl::StartsWith(given.model, ToAbsl(kReplay))) {
    absl::StatusOr<std::string> file = AbsolutePath(given.model.substr(kReplay.size()));
    if (!file.ok()) return Refuse(file.status(), kExitUsage);
    given.model = absl::StrCat(ToAbsl(kReplay), *file);
  }
  const absl::Status path =
      CheckUtf8(given.pipeline, absl::StrCat("the pipeline's path \"", given.pipeline, "\""));
  if (!path.ok()) return Refuse(path, kExitUsage);
  absl::StatusOr<std::string> text = ReadPipeline(given.pipeline);
  if (!text.ok()) return Refuse(text.status(), kExitUsage);
  setup.pipeline_text = *std::move(text);
  setup.model = given.model;
  setup.mode = given.mode;
  PipelineOptions options = LoadOptionsOf(setup);
  if (!given.record.empty()) {
    absl::StatusOr<std::shared_ptr<Cassette>> cassette = Cassette::Open(given.record, CassetteMode::kRecord);
    if (!cassette.ok()) return Refuse(cassette.status(), kExitUsage);
    options.wrap_model = [tape = *cassette](ModelPtr model) { return WithCassette(std::move(model), tape); };
  }
  std::optional<Pipeline> pipeline = LoadAndSay(setup.pipeline_text, given.pipeline, options);
  if (!pipeline) return kExitUsage;
  const absl::Status filled = FillSetup(given, *pipeline, setup);
  if (!filled.ok()) return Refuse(filled, kExitUsage);
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt(setup.question, setup.inputs, FilesOf(setup));
  if (!prompt.ok()) return Refuse(prompt.status(), kExitUsage);
  absl::StatusOr<ChosenStore> store = OpenForRun(given.output.store);
  if (!store.ok())
    return Refuse(store.status(), absl::IsInvalidArgument(store.status()) ? kExitUsage : kExitStore);
  Performance performance{
      .agent = pipeline->team, .prompt = *std::move(prompt), .options = {}, .store = *std::move(store)};
  performance.options.deadline = setup.deadline;
  performance.options.budget = setup.budget;
  performance.options.policy = pipeline->policy;
  performance.options.name = pipeline->name;
  performance.options.setup = ToJson(setup);
  return PerformAndReport(std::move(performance), given.output);
}

}  // namespace

void AddRun(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<RunOptionsGiven>();
  CLI::App* run = app.add_subcommand("run", "Put a question to a team of agents");
  run->add_option("pipeline", given->pipeline, "The team: a YAML file")->required()->type_name("PIPELINE");
  run->add_option("question", given->question, "What to ask; - reads it from stdin")->type_name("QUESTION");
  run->add_option("-f,--file", given->files, "A document for the team; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);
  run->add_option("--set", given->settings, "An input of the pipeline; may be given several times")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  run->add_option("-m,--model", given->model,
                  "Use this model for every agent: offline, auto, vendor/name, replay:FILE")
      ->type_name("MODEL");
  run->add_option("--mode", given->mode,
                  "The team once (instant), up to 5 times (thinking), 8 times and refined (contemplating)")
      ->check(CLI::IsMember({"instant", "thinking", "contemplating"}))
      ->type_name("MODE");
  run->add_option("--record", given->record,
                  "Write every model call to this file; --model replay:FILE plays them again")
      ->type_name("FILE");
  run->add_option("--deadline", given->deadline, "Stop after this time: 30s, 2m, 1h30m")->type_name("TIME");
  run->add_option("--budget", given->budget, "Limits: tokens=20000,usd=0.50,calls=40,tools=100,depth=8")
      ->type_name("LIMITS");
  AddOutputOptions(*run, given->output);
  run->footer(R"(Examples:
  ninefold run agents/research.yaml "When may I convey object code?" --file gpl-3.txt
  ninefold run team.yaml "What changed?" -f old.md -f new.md --model offline
  ninefold run report.yaml --set topic=solar --set years=3 --deadline 2m --budget usd=0.50
  ninefold run team.yaml "Why?" --record why.jsonl && ninefold run team.yaml "Why?" --model replay:why.jsonl
  ninefold run team.yaml "Why?" --json | jq -r .answer
  echo "Why?" | ninefold run team.yaml - --quiet > answer.txt

The answer goes to stdout, everything else to stderr. Each model call and tool call is recorded before its
result is used: a run that was stopped or killed goes on with "ninefold resume". Ctrl-C stops a run cleanly,
a second one leaves at once.)");
  run->callback([given, &exit_code] { exit_code = RunPipeline(*given); });
}

}  // namespace ninefold::cli
