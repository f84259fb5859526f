#include "cli/run_setup.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/hash.h"
#include "base/try.h"
#include "base/utf8.h"
#include "cli/arguments.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "pipeline/given_file.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kPipelineBytesMax = 4u << 20;

absl::StatusOr<GivenFile> ReadGivenFile(const std::string& path) {
  CHECK_OK(CheckUtf8(path, absl::StrCat("--file \"", path, "\": the name")));
  GivenFile given;
  TRY(given.file, pipeline::ReadGiven(path, "--file"));
  TRY(given.path, AbsolutePath(path));
  given.hash = HashBytes(given.file.bytes);
  given.size = given.file.bytes.size();
  return given;
}

Json ToJson(const BudgetLimits& limits) {
  Json json = Json::object();
  if (limits.tokens) json["tokens"] = *limits.tokens;
  if (limits.usd) json["usd"] = *limits.usd;
  if (limits.model_calls) json["model_calls"] = *limits.model_calls;
  if (limits.tool_calls) json["tool_calls"] = *limits.tool_calls;
  json["depth"] = limits.depth;
  return json;
}

BudgetLimits BudgetFromJson(const Json& json) {
  BudgetLimits limits;
  limits.tokens = GetInt(json, "tokens");
  limits.usd = GetNumber(json, "usd");
  limits.model_calls = GetInt(json, "model_calls");
  limits.tool_calls = GetInt(json, "tool_calls");
  limits.depth = int(std::clamp<std::int64_t>(GetInt(json, "depth").value_or(16), 1, 1000));
  return limits;
}

}  // namespace

PipelineOptions LoadOptionsOf(const RunSetup& setup) {
  PipelineOptions options{.model = setup.model};
  for (const Mode mode : {Mode::kThinking, Mode::kContemplating}) {
    if (setup.mode == ModeName(mode)) options.mode = mode;
  }
  return options;
}

absl::StatusOr<std::string> AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return absl::NotFoundError(absl::StrCat("\"", path, "\": ", error.message()));
  return absolute.lexically_normal().string();
}

absl::StatusOr<std::vector<GivenFile>> ReadGivenFiles(const std::vector<std::string>& paths) {
  std::vector<GivenFile> files;
  for (const std::string& path : paths) {
    TRY(GivenFile given, ReadGivenFile(path));
    for (GivenFile& other : files) {
      if (other.path == given.path)
        return absl::InvalidArgumentError(absl::StrCat("--file \"", path, "\": given twice; give it once"));
      if (other.file.name != given.file.name) continue;
      other.file.name = other.path;
      given.file.name = given.path;
    }
    files.push_back(std::move(given));
  }
  return files;
}

std::vector<File> FilesOf(const RunSetup& setup) {
  std::vector<File> files;
  for (const GivenFile& given : setup.files) files.push_back(given.file);
  return files;
}

Json ToJson(const RunSetup& setup) {
  Json json = Json::object();
  json["pipeline"] = setup.pipeline_path;
  json["pipeline_text"] = setup.pipeline_text;
  json["question"] = setup.question;
  Json files = Json::array();
  for (const GivenFile& given : setup.files) {
    Json file = Json::object();
    file["path"] = given.path;
    file["name"] = given.file.name;
    file["media_type"] = given.file.media_type;
    file["bytes"] = given.size;
    file["hash"] = absl::StrCat(absl::Hex(given.hash, absl::kZeroPad16));
    files.push_back(std::move(file));
  }
  json["files"] = std::move(files);
  json["inputs"] = setup.inputs;
  json["model"] = setup.model;
  json["mode"] = setup.mode;
  json["models"] = setup.models;
  json["budget"] = ToJson(setup.budget);
  if (setup.deadline != absl::InfiniteDuration())
    json["deadline_ms"] = absl::ToInt64Milliseconds(setup.deadline);
  return json;
}

absl::StatusOr<RunSetup> RunSetupFromJson(const Json& json) {
  const absl::Status unknown =
      absl::DataLossError("it was not started by \"ninefold run\": its record does not say from what");
  RunSetup setup;
  for (const auto& [key, to] :
       {std::pair{"pipeline", &setup.pipeline_path}, std::pair{"pipeline_text", &setup.pipeline_text},
        std::pair{"question", &setup.question}, std::pair{"model", &setup.model}}) {
    const std::string* text = GetString(json, key);
    if (text == nullptr) return unknown;
    *to = *text;
  }
  if (const std::string* mode = GetString(json, "mode")) setup.mode = *mode;  // older records have none
  const Json* files = GetMember(json, "files");
  if (files == nullptr || !files->is_array()) return unknown;
  for (const Json& entry : *files) {
    GivenFile given;
    const std::string *path = GetString(entry, "path"), *name = GetString(entry, "name"),
                      *type = GetString(entry, "media_type"), *hash = GetString(entry, "hash");
    if (path == nullptr || name == nullptr || type == nullptr || hash == nullptr) return unknown;
    if (!absl::SimpleHexAtoi(*hash, &given.hash)) return unknown;
    given.path = *path, given.file.name = *name, given.file.media_type = *type;
    given.size = std::size_t(std::max<std::int64_t>(0, GetInt(entry, "bytes").value_or(0)));
    setup.files.push_back(std::move(given));
  }
  const Json *inputs = GetMember(json, "inputs"), *models = GetMember(json, "models"),
             *budget = GetMember(json, "budget");
  if (inputs != nullptr && inputs->is_object()) {
    for (const auto& [key, value] : inputs->items()) setup.inputs[key] = value;
  }
  if (models != nullptr && models->is_array()) {
    for (const Json& model : *models)
      setup.models.push_back(model.is_string() ? model.get<std::string>() : "");
  }
  if (budget != nullptr) setup.budget = BudgetFromJson(*budget);
  if (const auto deadline = GetInt(json, "deadline_ms")) setup.deadline = absl::Milliseconds(*deadline);
  return setup;
}

absl::Status ReadAgain(RunSetup& setup, std::vector<std::string>& changes) {
  absl::StatusOr<std::string> text =
      pipeline::ReadRegular(setup.pipeline_path, "the pipeline", kPipelineBytesMax);
  if (!text.ok()) {
    changes.push_back(Describe(text.status()));
  } else if (*text != setup.pipeline_text) {
    changes.push_back(FirstDifference(ShortPath(setup.pipeline_path), setup.pipeline_text, *text));
  }
  for (GivenFile& given : setup.files) {
    absl::StatusOr<std::string> bytes = pipeline::ReadRegular(given.path, "--file", pipeline::kGivenBytesMax);
    if (!bytes.ok()) return bytes.status();
    if (HashBytes(*bytes) != given.hash || bytes->size() != given.size) {
      changes.push_back(absl::StrCat(ShortPath(given.path), ": its content has changed (", given.size,
                                     " bytes were read, ", bytes->size(), " are there now)"));
    }
    given.file.bytes = *std::move(bytes);
  }
  return absl::OkStatus();
}

std::string FirstDifference(const std::string& path, const std::string& before, const std::string& now) {
  const std::vector<std::string> a = absl::StrSplit(before, '\n'), b = absl::StrSplit(now, '\n');
  std::size_t line = 0;
  while (line < a.size() && line < b.size() && a[line] == b[line]) ++line;
  const auto show = [](const std::vector<std::string>& lines, std::size_t i) {
    return i < lines.size() ? absl::StrCat("\"", Fit(OneLine(lines[i]), 60), "\"")
                            : std::string("the end of the file");
  };
  return absl::StrCat(path, ":", line + 1, ": was ", show(a, line), ", is now ", show(b, line));
}

}  // namespace ninefold::cli
