// ninefold replay: makes a run again from its record alone. No model and no tool is called.
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/recorded.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct ReplayOptions {
  std::string run;
  OutputOptions output;
};

// The pipeline as it was; the files must be as they were.
absl::Status ReadFilesAgain(RunSetup& setup) {
  std::vector<std::string> changes;
  const std::string text = setup.pipeline_text;
  const absl::Status read = ReadAgain(setup, changes);
  if (!read.ok()) return read;
  setup.pipeline_text = text;
  for (const std::string& change : changes) {
    for (const GivenFile& given : setup.files) {
      if (change.rfind(ShortPath(given.path) + ": ", 0) == 0)
        return absl::FailedPreconditionError(absl::StrCat(change, "; put it back"));
    }
  }
  return absl::OkStatus();
}

int Compare(const RunRecord& record, const Performed& performed) {
  if (!performed.reply.ok()) return ExitCodeOf(performed.reply.status());
  const absl::StatusOr<Reply> recorded = RecordedReply(record);
  if (!recorded.ok()) return Refuse(recorded.status(), kExitFailed);
  if (recorded->text == performed.reply->text && recorded->data == performed.reply->data &&
      recorded->report == performed.reply->report) {
    Say("the answer is the recorded one\n");
    return kExitOk;
  }
  SayError(
      absl::StrCat("the answer differs from the recorded one; ninefold show ", record.id, " prints that"));
  return kExitFailed;
}

int Replay(const ReplayOptions& given) {
  absl::StatusOr<ChosenStore> store = OpenForReading(given.output.store);
  if (!store.ok()) return RefuseStore(store.status());
  const absl::StatusOr<RunRecord> record = FindRun(*store->store, given.run, /*unfinished=*/false);
  if (!record.ok()) return RefuseStore(record.status());
  if (record->state == "damaged") return Refuse(absl::DataLossError(record->message), kExitStore);
  absl::StatusOr<RunSetup> setup = RunSetupFromJson(record->setup);
  if (!setup.ok()) return Refuse(Annotate(setup.status(), absl::StrCat("run ", record->id)), kExitFailed);
  const absl::Status read = ReadFilesAgain(*setup);
  if (!read.ok()) return Refuse(Annotate(read, absl::StrCat("run ", record->id)), kExitUsage);
  std::optional<Pipeline> pipeline =
      LoadAndSay(setup->pipeline_text, setup->pipeline_path, LoadOptionsOf(*setup));
  if (!pipeline) return kExitUsage;
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt(setup->question, setup->inputs, FilesOf(*setup));
  if (!prompt.ok()) return Refuse(prompt.status(), kExitUsage);
  TraceFile trace;
  Performance performance{
      .agent = pipeline->team, .prompt = *std::move(prompt), .options = {}, .store = *store};
  performance.show = given.output.show();
  performance.options.budget = setup->budget;
  performance.options.policy = pipeline->policy;
  performance.options.name = pipeline->name;
  performance.options.mode = RunMode::kReplay;
  performance.options.run_id = record->id;
  if (!given.output.trace.empty()) {
    absl::StatusOr<TraceFile> opened = TraceFile::Open(given.output.trace);
    if (!opened.ok()) return Refuse(opened.status(), kExitUsage);
    trace = *std::move(opened);
    performance.trace = &trace;
  }
  const Performed performed = Perform(std::move(performance));
  const absl::Status traced = trace.Close();
  if (!traced.ok()) SayWarning(Describe(traced));
  const ExitCode reported = Report(performed, *store, given.output.report());
  return reported == kExitOk ? Compare(*record, performed) : reported;
}

}  // namespace

void AddReplay(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<ReplayOptions>();
  CLI::App* replay = app.add_subcommand("replay", "Make a run again from its record alone, calling nothing");
  replay->add_option("run", given->run, "The run's id or how it begins; left out: the newest")
      ->type_name("RUN");
  AddOutputOptions(*replay, given->output);
  replay->footer(R"(Examples:
  ninefold replay                     the newest run
  ninefold replay 7f3a --trace again.jsonl

No model and no tool is called, so it costs nothing and works without a network. The pipeline is the one
that was recorded; documents must still be what they were. It ends with 0 when the answer is the
recorded one.)");
  replay->callback([given, &exit_code] { exit_code = Replay(*given); });
}

}  // namespace ninefold::cli
