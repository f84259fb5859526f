#include <sys/stat.h>

#include <filesystem>
#include <fstream>

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
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {}, {}).status().message()),
              HasSubstr("input \"topic\" is missing"));
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {{"topic", 3}}, {}).status().message()),
              HasSubstr("must be of type string"));
  EXPECT_THAT(std::string(pipeline->MakePrompt("q", {{"topic", "x"}, {"z", 1}}, {}).status().message()),
              HasSubstr("there is no input \"z\""));
  EXPECT_TRUE(pipeline->MakePrompt("q", {{"topic", "x"}, {"n", 5}}, {}).ok());
}

TEST(Load, NoSuchFile) {
  EXPECT_EQ(LoadPipeline("gone.yaml").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(LoadPipeline("/dev/zero").ok());
  EXPECT_FALSE(LoadPipeline("/tmp").ok());
}

TEST(Load, AFileThatCannotBeReadIsADiagnostic) {
  for (const char* path : {"gone.yaml", "/dev/zero", "/tmp"}) {
    std::vector<Diagnostic> found;
    EXPECT_FALSE(LoadPipeline(path, {}, &found).ok());
    ASSERT_EQ(found.size(), 1u) << path;
    EXPECT_THAT(Format(found[0]), ::testing::StartsWith(std::string(path) + ": error: "));
  }
}

TEST(Load, WarnsOfWhatNothingUses) {
  const auto pipeline = Parse(R"(
version: 1
name: t
models: {fast: {model: offline}, slow: {model: offline}}
agents: {a: {model: fast, tools: [helper]}, helper: {description: h}, idle: {}}
steps: [{id: s, agent: a}]
)");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  ASSERT_EQ(pipeline->warnings.size(), 2u);
  EXPECT_EQ(Format(pipeline->warnings[0]),
            "t.yaml:4:34: warning: model \"slow\" is used by nothing; use it, or take it away");
  EXPECT_EQ(Format(pipeline->warnings[1]),
            "t.yaml:5:71: warning: agent \"idle\" is used by nothing; use it, or take it away");
}

TEST(Load, PolicyNamesToolsThatAreThere) {
  const std::string head =
      "version: 1\nname: t\nagents: {a: {tools: [calculator]}}\nsteps: [{id: s, agent: a}]\n";
  EXPECT_TRUE(Parse(head + "policy: {deny: [calculator], ask: [files.read]}\n").ok());
  EXPECT_EQ(Parse(head + "policy: {deny: [calculater]}\n").status().message(),
            "t.yaml:5:17: policy: there is no tool \"calculater\"; did you mean \"calculator\"?");
}

// A folder with a pipeline that includes agents.yaml, which the test makes.
class Include : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("include_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "team");
    Write("team/t.yaml",
          "version: 1\nname: t\ninclude: [agents.yaml, ./agents.yaml]\nsteps: [{id: s, agent: a}]\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string Said() {
    std::vector<Diagnostic> found;
    (void)LoadPipeline((folder_ / "team/t.yaml").string(), {.model = "offline"}, &found);
    return found.empty() ? "" : found[0].message;
  }
  std::filesystem::path folder_;
};

TEST_F(Include, OfOneFileTwiceIsOnce) {
  Write("team/agents.yaml", "agents: {a: {}, other: {}}\n");
  EXPECT_EQ(Said(), "");
}

TEST_F(Include, ByALinkOutOfTheFolder) {
  Write("agents.yaml", "agents: {a: {}}\n");
  std::filesystem::create_symlink("../agents.yaml", folder_ / "team/agents.yaml");
  EXPECT_THAT(Said(), HasSubstr("leaves the pipeline's folder by a symbolic link"));
}

TEST_F(Include, OfAFifoDoesNotWait) {
  ASSERT_EQ(mkfifo((folder_ / "team/agents.yaml").c_str(), 0600), 0);
  EXPECT_THAT(Said(), HasSubstr("is no regular file"));
}

TEST_F(Include, OfAHugeSparseFile) {
  Write("team/agents.yaml", "");
  std::filesystem::resize_file(folder_ / "team/agents.yaml", std::uintmax_t{1} << 40);
  EXPECT_THAT(Said(), HasSubstr("is longer than"));
}

TEST_F(Include, OfItself) {
  Write("team/agents.yaml", "include: agents.yaml\nagents: {a: {}}\n");
  EXPECT_THAT(Said(), HasSubstr("includes itself"));
}

}  // namespace
}  // namespace ninefold
