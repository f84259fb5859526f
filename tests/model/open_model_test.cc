#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/models.h"
#include "ninefold/runtime.h"
#include "testing/chat_server.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using testing::ChatScript;
using testing::ChatServer;
using ::testing::HasSubstr;
using ::testing::Not;

class OpenModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "COMPATIBLE_BASE_URL", "COMPATIBLE_API_KEY",
          "LLAMACPP_BASE_URL", "OLLAMA_BASE_URL", "OPENROUTER_API_KEY"})
      unsetenv(name);
  }
};

TEST_F(OpenModelTest, SpecsThatAreWrong) {
  const struct {
    const char* spec;
    ModelOptions options;
    absl::StatusCode code;
    const char* says;
  } cases[] = {
      {"opnai/gpt",
       {},
       absl::StatusCode::kInvalidArgument,
       "model \"opnai/gpt\": no vendor \"opnai\"; did you mean \"openai\"?"},
      {"", {}, absl::StatusCode::kInvalidArgument, "there are offline, auto, openai"},
      {"openai",
       {},
       absl::StatusCode::kInvalidArgument,
       "model \"openai\" names no model; write \"openai/MODEL\""},
      {"openai/", {}, absl::StatusCode::kInvalidArgument, "names no model"},
      {"openai/gpt", {}, absl::StatusCode::kFailedPrecondition, "needs a key: set OPENAI_API_KEY"},
      {"openai/gpt", {.key_env = "MY_KEY"}, absl::StatusCode::kFailedPrecondition, "set MY_KEY"},
      {"openai/gpt",
       {.base_url = "localhost:80?key=SECRET"},
       absl::StatusCode::kInvalidArgument,
       "base_url: \"localhost:80\" is no address"},
      {"compatible/x", {}, absl::StatusCode::kFailedPrecondition, "set base_url or COMPATIBLE_BASE_URL"},
  };
  for (const auto& c : cases) {
    const auto model = OpenModel(c.spec, c.options);
    EXPECT_EQ(model.status().code(), c.code) << c.spec;
    EXPECT_THAT(std::string(model.status().message()), HasSubstr(c.says));
    EXPECT_THAT(std::string(model.status().message()), Not(HasSubstr("SECRET")));
  }
}

TEST_F(OpenModelTest, LocalServersNeedNoKeyAndAreFree) {
  const auto model = OpenModel("openai/llama3.2", {.base_url = "http://localhost:11434/v1/"});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->card().name, "openai/llama3.2");
  EXPECT_TRUE((*model)->card().free);
}

TEST_F(OpenModelTest, ImagesWhereThatIsKnown) {
  const struct {
    const char *model, *base_url;
    bool images;
  } cases[] = {{"gpt-5.4", "", true},
               {"o3-mini", "", false},
               {"gpt-3.5-turbo", "", false},
               {"gpt-5.4", "http://localhost:1/v1", false}};
  for (const auto& c : cases) {
    const auto model =
        OpenModel(absl::StrCat("openai/", c.model), {.base_url = c.base_url, .key = "sk-test"});
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ((*model)->card().images, c.images) << c.model << c.base_url;
  }
}

TEST_F(OpenModelTest, AutoAsksTheNamedServerForItsModel) {
  ChatServer server([](const Json&) { return ChatScript::Say({"hi"}); });
  setenv("OPENAI_BASE_URL", server.base_url().c_str(), 1);
  const auto model = OpenModel("auto");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->card().name, "openai/test-model");
}

TEST_F(OpenModelTest, AKeyInAFile) {
  ChatServer server([](const Json&) { return ChatScript::Say({"hi"}); });
  const std::string path = ::testing::TempDir() + "/ninefold-key";
  std::ofstream(path) << "  sk-in-a-file \n";
  const auto model = OpenModel("openai/x", {.base_url = server.base_url(), .key_file = path});
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_TRUE(Runtime().Run(MakeAgent({.name = "a", .model = *model}), "q").ok());
  EXPECT_THAT(server.seen().at(0).head, HasSubstr("Bearer sk-in-a-file\r\n"));
  const struct {
    const char *text, *says;
  } cases[] = {{"", "is empty"}, {" \n", "is empty"}, {"sk-one\nsk-two\n", "holds more than a key"}};
  for (const auto& c : cases) {
    std::ofstream(path) << c.text;
    const auto refused = OpenModel("openai/x", {.key_file = path});
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.status().message()), AllOf(HasSubstr(path), HasSubstr(c.says)));
    EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("sk-")));
  }
  std::remove(path.c_str());
  EXPECT_THAT(std::string(OpenModel("openai/x", {.key_file = path}).status().message()),
              HasSubstr("cannot be read"));
}

TEST_F(OpenModelTest, AutoTakesAKey) {
  setenv("OPENAI_API_KEY", "sk-secret", 1);
  setenv("OPENAI_MODEL", "gpt-mine", 1);
  const auto model = OpenModel("auto");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->card().name, "openai/gpt-mine");
}

TEST_F(OpenModelTest, ListsWhatIsMissingAndNoSecret) {
  ChatServer server([](const Json&) { return ChatScript::Say({"hi"}); });
  setenv("COMPATIBLE_BASE_URL", "http://user:SECRET@127.0.0.1:1/v1?key=SECRET", 1);
  setenv("LLAMACPP_BASE_URL", server.base_url().c_str(), 1);
  setenv("OLLAMA_BASE_URL", "http://127.0.0.1:1", 1);
  setenv("OPENROUTER_API_KEY", "sk-SECRET", 1);
  std::map<std::string, std::string> all;
  for (const VendorStatus& vendor : ListVendors())
    all[vendor.vendor] = absl::StrCat(vendor.ready ? "+ " : "- ", vendor.detail);
  EXPECT_EQ(all["offline"], "+ in this process: no key, no network");
  EXPECT_EQ(all["openai"], "- set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own");
  EXPECT_EQ(all["compatible"], "- nobody listens at http://127.0.0.1:1 (COMPATIBLE_BASE_URL)");
  EXPECT_EQ(all["ollama"], "- nobody listens at http://127.0.0.1:1 (OLLAMA_BASE_URL); type: ollama serve");
  EXPECT_EQ(all["llamacpp"], absl::StrCat("+ LLAMACPP_BASE_URL is http://127.0.0.1:", server.port()));
  EXPECT_EQ(all["openrouter"], "+ OPENROUTER_API_KEY is set");
  for (const auto& [vendor, detail] : all) EXPECT_THAT(detail, Not(HasSubstr("SECRET"))) << vendor;
}

}  // namespace
}  // namespace ninefold
