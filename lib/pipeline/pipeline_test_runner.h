// Runs the cases in a pipeline's `tests`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/pipeline.h"
#include "ninefold/runtime.h"

namespace ninefold {

struct PipelineTestResult {
  std::string name;
  int line = 0;  // of the case in the file
  bool passed = false;
  std::vector<std::string> failures;  // what was expected and is not so
  absl::StatusOr<Reply> reply = absl::UnknownError("not run");
};

// One after another, each under the pipeline's budget, deadline and policy. `only`: cases whose name has it;
// "": all.
std::vector<PipelineTestResult> RunPipelineTests(const Pipeline& pipeline, Runtime& runtime,
                                                 std::string_view only = "");

// What `test` expects and `reply` does not have.
std::vector<std::string> FailuresOf(const PipelineTest& test, const Reply& reply);

}  // namespace ninefold
