// Pipelines for commands: mistakes are said on stderr, as many as were found.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/pipeline.h"

namespace ninefold::cli {

// To stderr, one a line.
void SayDiagnostics(const std::vector<Diagnostic>& diagnostics);

absl::StatusOr<std::string> ReadPipeline(const std::string& path);
// nullopt: the mistakes were said. Models are known by the user's catalogue too (known_models.h).
std::optional<Pipeline> LoadAndSay(const std::string& text, const std::string& path,
                                   const PipelineOptions& options);
// Both.
std::optional<Pipeline> LoadFileAndSay(const std::string& path, const PipelineOptions& options);

}  // namespace ninefold::cli
