#include "pipeline/pipeline_test_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

bool Matches(const std::string& text, const std::string& expression) {
  return RE2::PartialMatch(text, RE2(expression, RE2::Quiet));
}

}  // namespace

std::vector<std::string> FailuresOf(const PipelineTest& test, const Reply& reply) {
  std::vector<std::string> failures;
  for (const std::string& part : test.contains) {
    if (reply.text.find(part) == std::string::npos)
      failures.push_back(absl::StrCat("the answer lacks \"", part, "\""));
  }
  for (const std::string& part : test.excludes) {
    if (reply.text.find(part) != std::string::npos)
      failures.push_back(absl::StrCat("the answer has \"", part, "\""));
  }
  if (!test.matches.empty() && !Matches(reply.text, test.matches)) {
    failures.push_back(absl::StrCat("the answer does not match \"", test.matches, "\""));
  }
  if (test.equals && (!reply.data || *reply.data != *test.equals)) {
    failures.push_back(absl::StrCat("the data is ", reply.data ? DumpJson(*reply.data) : "missing", ", not ",
                                    DumpJson(*test.equals)));
  }
  if (static_cast<int>(reply.evidence.size()) < test.evidence_min) {
    failures.push_back(
        absl::StrCat("the answer cites ", reply.evidence.size(), " places, fewer than ", test.evidence_min));
  }
  return failures;
}

std::vector<PipelineTestResult> RunPipelineTests(const Pipeline& pipeline, Runtime& runtime,
                                                 std::string_view only) {
  std::vector<PipelineTestResult> results;
  for (const PipelineTest& test : pipeline.tests) {
    if (test.name.find(only) == std::string::npos) continue;
    PipelineTestResult result;
    result.name = test.name;
    result.line = test.line;
    absl::StatusOr<Prompt> prompt = pipeline.MakePrompt(test.question, test.inputs, test.files);
    if (prompt.ok()) {
      RunOptions options;
      options.deadline = pipeline.deadline;
      options.budget = pipeline.budget;
      options.policy = pipeline.policy;
      options.name = pipeline.name;
      result.reply = runtime.Run(pipeline.team, *std::move(prompt), std::move(options));
    } else {
      result.reply = prompt.status();
    }
    if (result.reply.ok()) {
      result.failures = FailuresOf(test, *result.reply);
    } else {
      result.failures.push_back(Describe(result.reply.status()));
    }
    result.passed = result.failures.empty();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace ninefold
