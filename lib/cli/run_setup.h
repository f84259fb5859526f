// What a run was started with. It is kept with the run's record (RunRecord::setup), so that the run can be
// made again from it: to go on, or to replay it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/budget.h"
#include "ninefold/message.h"
#include "ninefold/pipeline.h"

namespace ninefold::cli {

// A file given to a run: its bytes, and what the record keeps of it.
struct GivenFile {
  std::string path;  // absolute
  std::uint64_t hash = 0;
  std::size_t size = 0;
  File file;
};

struct RunSetup {
  std::string pipeline_path;  // absolute
  std::string pipeline_text;  // as it was when the run began
  std::string question;
  std::vector<GivenFile> files;
  std::map<std::string, Json> inputs;
  std::string model;                // of --model
  std::string mode = "instant";     // of --mode
  std::vector<std::string> models;  // as opened
  BudgetLimits budget;
  absl::Duration deadline = absl::InfiniteDuration();
};

// How the pipeline is loaded for it.
PipelineOptions LoadOptionsOf(const RunSetup& setup);
absl::StatusOr<std::string> AbsolutePath(const std::string& path);

// Reads the files of --file. Each gets its base name, or the whole path where two would have the same.
absl::StatusOr<std::vector<GivenFile>> ReadGivenFiles(const std::vector<std::string>& paths);
std::vector<File> FilesOf(const RunSetup& setup);

Json ToJson(const RunSetup& setup);
// The files have no bytes yet. kDataLoss when `json` was not made by ToJson.
absl::StatusOr<RunSetup> RunSetupFromJson(const Json& json);

// Reads the files of a recorded setup again. A line for each that is missing or changed is added to
// `changes`.
absl::Status ReadAgain(RunSetup& setup, std::vector<std::string>& changes);

// "team.yaml:12: was "…", is now "…"" for the first line in which two texts differ.
std::string FirstDifference(const std::string& path, const std::string& before, const std::string& now);

}  // namespace ninefold::cli
