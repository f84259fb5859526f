#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/pipeline.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<Pipeline> Parse(std::string_view text) {
  PipelineOptions options;
  options.model = "offline";
  return ParsePipeline(text, "t.yaml", options);
}

TEST(Load, NeedsFollowFromVariables) {
  const auto pipeline = Parse(R"(
version: 1
name: t
agents: {a: {}, b: {}, c: {}}
steps:
  - {id: facts, agent: a}
  - {id: views, parallel: [b, c]}
  - {id: last, agent: a, prompt: "{{ facts.text }} {{ views.b.text }} {{ goal }}"}
output: "{{ last.text }}!"
)");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  EXPECT_THAT(pipeline->graph.Find("last")->needs, ElementsAre("facts", "views.b"));
  EXPECT_THAT(pipeline->graph.Find("views")->needs, ElementsAre("views.b", "views.c"));
  EXPECT_THAT(pipeline->graph.Find("facts")->needs, ElementsAre());
  EXPECT_EQ(pipeline->graph.output(), "output");
  EXPECT_TRUE(pipeline->warnings.empty());
}

TEST(Load, PromptTakesInputsByType) {
  const auto pipeline = Parse(R"(
version: 1
name: t
agents: {a: {}}
input: {topic: string, n: {type: integer, default: 2}}
steps: [{id: s, agent: a}]
)");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {}, {}).status().message()), HasSubstr("input \"topic\" is missing"));
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {{"topic", 3}}, {}).status().message()), HasSubstr("must be of type string"));
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {{"topic", "x"}, {"z", 1}}, {}).status().message()), HasSubstr("there is no input \"z\""));
  EXPECT_TRUE(pipeline->MakePrompt("q", {{"topic", "x"}, {"n", 5}}, {}).ok());
}

TEST(Load, NoSuchFile) {
  EXPECT_EQ(LoadPipeline("gone.yaml").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(LoadPipeline("/dev/zero").ok());
  EXPECT_FALSE(LoadPipeline("/tmp").ok());
}

}  // namespace
}  // namespace ninefold
