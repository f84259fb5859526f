#include "cli/load.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/models.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kPipelineBytesMax = 4u << 20;

// A model given on the command line is looked at first: its mistake is in no line of the pipeline.
absl::Status CheckModel(const std::string& model) {
  // "vendor:model" is understood, with a warning.
  const bool colon =
      absl::StrContains(model, ':') && !absl::StrContains(model, '/') && !absl::StartsWith(model, "replay:");
  if (model.empty() || model == "auto" || colon) return absl::OkStatus();
  const absl::Status status = OpenModel(model).status();
  if (status.ok()) return status;
  const bool key = absl::IsFailedPrecondition(status);
  return absl::Status(status.code(), absl::StrCat(absl::StartsWith(Describe(status), "model ") ? "--" : "",
                                                  Describe(status), key ? "; or use --model offline" : ""));
}

}  // namespace

absl::StatusOr<std::string> ReadPipeline(const std::string& path) {
  return ReadFile(path, "pipeline", kPipelineBytesMax);
}

std::optional<Pipeline> LoadAndSay(const std::string& text, const std::string& path,
                                   const PipelineOptions& options) {
  if (const absl::Status known = CheckModel(options.model); !known.ok()) {
    SayError(Describe(known));
    return std::nullopt;
  }
  std::vector<Diagnostic> diagnostics;
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(text, path, options, &diagnostics);
  std::int64_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    Say(absl::StrCat(EscapeForTerminal(Format(diagnostic), false), "\n"));
    if (diagnostic.severity == Diagnostic::kError) ++errors;
  }
  if (pipeline.ok()) return *std::move(pipeline);
  if (errors == 0) SayError(Describe(pipeline.status()));
  if (errors > 1) Say(absl::StrCat(Count(errors, "mistake"), " in ", OneLine(path), "\n"));
  return std::nullopt;
}

std::optional<Pipeline> LoadFileAndSay(const std::string& path, const PipelineOptions& options) {
  const absl::StatusOr<std::string> text = ReadPipeline(path);
  if (text.ok()) return LoadAndSay(*text, path, options);
  SayError(Describe(text.status()));
  return std::nullopt;
}

}  // namespace ninefold::cli
