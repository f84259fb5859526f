// The teams in agents/ load without a warning, and their own tests pass on the embedded model.
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "ninefold/pipeline.h"
#include "pipeline/pipeline_test_runner.h"

namespace ninefold {
namespace {

class Agents : public ::testing::TestWithParam<const char*> {};

TEST_P(Agents, LoadAndPassTheirTests) {
  PipelineOptions options;
  options.model = "offline";
  const auto pipeline = LoadPipeline(std::string(NINEFOLD_SOURCE_DIR "/agents/") + GetParam(), options);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  for (const Diagnostic& warning : pipeline->warnings) ADD_FAILURE() << Format(warning);
  ASSERT_FALSE(pipeline->tests.empty());
  Runtime runtime;
  for (const PipelineTestResult& result : RunPipelineTests(*pipeline, runtime)) {
    EXPECT_TRUE(result.passed) << result.name << ": " << absl::StrJoin(result.failures, "\n")
                               << (result.reply.ok() ? "\n" + result.reply->text : "");
  }
}

INSTANTIATE_TEST_SUITE_P(All, Agents,
                         ::testing::Values("research.yaml", "document_qa.yaml", "code_review.yaml", "planned.yaml", "contemplate.yaml"));

}  // namespace
}  // namespace ninefold
