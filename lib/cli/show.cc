// ninefold show: one run, as it was recorded.
#include <unistd.h>

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/recorded.h"
#include "cli/run_setup.h"
#include "cli/saved_images.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "ninefold/stores.h"

namespace ninefold::cli {
namespace {

struct ShowOptions {
  std::string run, step, images, store;
  bool json = false;
};

Json ParsedOrText(const std::string& text) {
  absl::StatusOr<Json> json = ParseJson(text);
  return json.ok() ? *std::move(json) : Json(text);
}

Json ToJson(const StepRecord& step) {
  Json json = Json::object();
  json["path"] = step.path;
  json["kind"] = step.kind;
  json["state"] = step.state == StepState::kStarted ? "started" : "finished";
  json["request"] = ParsedOrText(step.request);
  json["result"] = ParsedOrText(step.result);
  json["cost"] = step.cost ? ninefold::ToJson(*step.cost) : Json(nullptr);
  json["started"] = absl::FormatTime(absl::RFC3339_full, step.started, absl::UTCTimeZone());
  json["elapsed_ms"] = absl::ToDoubleMilliseconds(step.finished - step.started);
  return json;
}

Json ToJson(const RunRecord& run, const std::string& state, const std::vector<StepRecord>& steps) {
  Json json = Json::object();
  json["run"] = run.id;
  json["name"] = run.name;
  json["state"] = state;
  json["goal"] = run.goal;
  json["message"] = run.message;
  json["setup"] = run.setup;
  json["cost"] = run.cost;
  json["reply"] = run.answer.empty() ? Json(nullptr) : ParsedOrText(run.answer);
  json["started"] = absl::FormatTime(absl::RFC3339_full, run.started, absl::UTCTimeZone());
  json["steps"] = Json::array();
  for (const StepRecord& step : steps) json["steps"].push_back(ToJson(step));
  return json;
}

std::string Field(std::string_view name, const std::string& value, bool colors) {
  if (value.empty()) return "";
  return absl::StrCat(Styled(Pad(name, 10), Style::kBold, colors), value, "\n");
}

std::string SetupWords(const RunRecord& run, bool colors) {
  const absl::StatusOr<RunSetup> setup = RunSetupFromJson(run.setup);
  if (!setup.ok()) return "";
  std::string files;
  for (const GivenFile& given : setup->files)
    absl::StrAppend(&files, files.empty() ? "" : ", ", ShortPath(given.path));
  std::string inputs;
  for (const auto& [name, value] : setup->inputs)
    absl::StrAppend(&inputs, inputs.empty() ? "" : ", ", name, "=", DumpJson(value));
  return absl::StrCat(Field("pipeline", OneLine(ShortPath(setup->pipeline_path)), colors),
                      Field("files", OneLine(files), colors), Field("inputs", OneLine(inputs), colors),
                      Field("models", OneLine(absl::StrJoin(setup->models, ", ")), colors));
}

std::string StepLine(const StepRecord& step, int width, bool colors) {
  const bool open = step.state == StepState::kStarted;
  const std::string took = open ? "not finished" : Took(step.finished - step.started);
  return absl::StrCat("  ", Pad(OneLine(step.path), width), "  ", Pad(OneLine(step.kind), 6), "  ",
                      Styled(took, open ? Style::kRed : Style::kDim, colors), "\n");
}

std::string Page(const RunRecord& run, const std::string& state, const std::vector<StepRecord>& steps,
                 const Terminal& terminal) {
  const bool colors = terminal.colors;
  std::string out = absl::StrCat(
      Field("run", run.id, colors), Field("team", OneLine(run.name), colors), Field("state", state, colors),
      Field("message", EscapeForTerminal(run.message, false), colors),
      Field("question", FirstLine(run.goal), colors), SetupWords(run, colors),
      Field("started", absl::FormatTime("%Y-%m-%d %H:%M:%S", run.started, absl::LocalTimeZone()), colors));
  if (run.finished > run.started)
    absl::StrAppend(&out, Field("took", Took(run.finished - run.started), colors));
  const std::size_t images = ImagesOf(steps).size();
  if (images > 0) {
    const std::string many = Count(std::int64_t(images), "image");
    absl::StrAppend(
        &out,
        Field("images", absl::StrCat(many, "; save: ninefold show ", run.id, " --images FOLDER"), colors));
  }
  const absl::StatusOr<Reply> reply = RecordedReply(run);
  if (reply.ok()) absl::StrAppend(&out, Field("cost", CostWords(reply->cost), colors));
  absl::StrAppend(&out, Styled(Count(std::int64_t(steps.size()), "step"), Style::kBold, colors), "\n");
  int width = 0;
  for (const StepRecord& step : steps) width = std::max(width, WidthOf(OneLine(step.path)));
  for (const StepRecord& step : steps) absl::StrAppend(&out, StepLine(step, std::min(width, 70), colors));
  if (reply.ok()) {
    absl::StrAppend(&out, Styled("answer", Style::kBold, colors), "\n", EscapeForTerminal(reply->text, false),
                    "\n", EvidenceWords(*reply, colors));
  } else if (state == "interrupted" || state == "failed" || state == "cancelled") {
    absl::StrAppend(&out, "go on with: ninefold resume ", run.id, "\n");
  }
  return out;
}

int ShowStep(const std::vector<StepRecord>& steps, const std::string& path) {
  for (const StepRecord& step : steps) {
    if (step.path != path) continue;
    const absl::Status printed = PrintJson(ToJson(step));
    return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
  }
  return Refuse(
      absl::NotFoundError(absl::StrCat("the run has no step \"", path, "\"; ninefold show lists its steps")),
      kExitFailed);
}

int SaveImagesOf(const RunRecord& run, const std::vector<StepRecord>& steps, const std::string& folder) {
  const std::vector<Image> images = ImagesOf(steps);
  if (images.empty()) {
    return Refuse(absl::NotFoundError(absl::StrCat("run ", run.id,
                                                   " has no images: kept are those that its tools and models "
                                                   "made, and they made none")),
                  kExitFailed);
  }
  const absl::StatusOr<std::vector<std::string>> paths = SaveImages(images, folder);
  if (!paths.ok()) return Refuse(paths.status(), kExitFailed);
  std::string lines;
  for (std::size_t i = 0; i < images.size(); ++i)
    absl::StrAppend(&lines, OneLine(images[i].name), "  ", OneLine((*paths)[i]), "\n");
  const absl::Status printed = WriteAll(STDOUT_FILENO, lines, "the images' names to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

int ShowRun(const ShowOptions& given) {
  absl::StatusOr<ChosenStore> store = OpenForReading(given.store);
  if (!store.ok()) return RefuseStore(store.status());
  const absl::StatusOr<RunRecord> run = FindRun(*store->store, given.run, /*unfinished=*/false);
  if (!run.ok()) return RefuseStore(run.status());
  const absl::StatusOr<std::vector<StepRecord>> steps = store->store->Steps(run->id);
  if (!steps.ok()) return RefuseStore(steps.status());
  if (!given.images.empty()) return SaveImagesOf(*run, *steps, given.images);
  if (!given.step.empty()) return ShowStep(*steps, given.step);
  const std::string state = StateWord(*run, !SqliteStoreUser(store->path).empty());
  const absl::Status printed =
      given.json
          ? PrintJson(ToJson(*run, state, *steps))
          : WriteAll(STDOUT_FILENO, Page(*run, state, *steps, LookAt(STDOUT_FILENO)), "the run to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

}  // namespace

void AddShow(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<ShowOptions>();
  CLI::App* show = app.add_subcommand("show", "Show a run: its question, its steps, its answer");
  show->add_option("run", given->run, "The run's id or how it begins; left out: the newest")
      ->type_name("RUN");
  show->add_option("--step", given->step, "Only this step, with what was asked and what came back, as JSON")
      ->type_name("PATH");
  CLI::Option* images =
      show->add_option("--images", given->images, "Save the images that the run made into this folder")
          ->type_name("FOLDER");
  images->excludes("--step");
  show->add_flag("--json", given->json, "Print one JSON object with everything")->excludes(images);
  AddStoreOption(*show, given->store);
  show->footer(R"(Examples:
  ninefold show                                 the newest run
  ninefold show 7f3a
  ninefold show 7f3a --step answer/turn.1       what the model was asked there, and what it said
  ninefold show 7f3a --images pictures          photo.png#4821 is then in pictures/photo.png#4821.png
  ninefold show 7f3a --json | jq '.steps[].path')");
  show->callback([given, &exit_code] { exit_code = ShowRun(*given); });
}

}  // namespace ninefold::cli
