// The teams in agents/ load without a warning, and their own tests pass on the embedded model.
#include <fstream>
#include <sstream>

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

// The research team on a text that everyone can look up.
TEST(Research, QuotesTheLicenceFromSeveralReaders) {
  std::ifstream file("/usr/share/common-licenses/GPL-3");
  ASSERT_TRUE(file) << "the licence is missing: install base-files";
  std::stringstream text;
  text << file.rdbuf();
  PipelineOptions options;
  options.model = "offline";
  const auto pipeline = LoadPipeline(NINEFOLD_SOURCE_DIR "/agents/research.yaml", options);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  std::vector<File> files;
  files.push_back({"GPL-3", "text/plain", text.str()});
  auto prompt =
      pipeline->MakePrompt("When may I convey a covered work in object code form?", {}, std::move(files));
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  Runtime runtime;
  RunOptions run{.deadline = pipeline->deadline, .budget = pipeline->budget, .policy = pipeline->policy};
  const auto reply = runtime.Run(pipeline->team, *std::move(prompt), run);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_NE(reply->text.find(
                "You may convey a covered work in object code form under the terms of sections 4 and 5"),
            std::string::npos)
      << reply->text;
  EXPECT_NE(reply->text.find("[GPL-3:2"), std::string::npos) << reply->text;
  for (const char* reader : {"rule_reader", "condition_reader", "skeptic"}) {
    EXPECT_NE(reply->text.find(reader), std::string::npos) << reader << "\n" << reply->text;
  }
  EXPECT_GE(reply->evidence.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(All, Agents,
                         ::testing::Values("research.yaml", "document_qa.yaml", "code_review.yaml",
                                           "planned.yaml", "contemplate.yaml", "reviewed.yaml",
                                           "long_document.yaml", "debate.yaml"));

}  // namespace
}  // namespace ninefold
