#include "cli/load.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "cli/known_models.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/models.h"
#include "ninefold/status.h"
#include "pipeline/given_file.h"

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

void SayDiagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    Say(absl::StrCat(EscapeForTerminal(Format(diagnostic), false), "\n"));
}

absl::StatusOr<std::string> ReadPipeline(const std::string& path) {
  return pipeline::ReadRegular(path, "pipeline", kPipelineBytesMax);
}

std::optional<Pipeline> LoadAndSay(const std::string& text, const std::string& path,
                                   const PipelineOptions& options) {
  if (const absl::Status fits = CheckModel(options.model); !fits.ok()) {
    SayError(Describe(fits));
    return std::nullopt;
  }
  const std::optional<KnownModels> known = KnownModelsAndSay();
  if (!known) return std::nullopt;
  PipelineOptions knowing = options;
  knowing.catalogue = known->catalogue;
  std::vector<Diagnostic> diagnostics;
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(text, path, knowing, &diagnostics);
  SayDiagnostics(diagnostics);
  if (pipeline.ok()) return *std::move(pipeline);
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::kError;
  });
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
