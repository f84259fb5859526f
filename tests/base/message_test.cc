#include "ninefold/message.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

Message Everything() {
  Message message{Role::kAssistant, {}};
  message.parts.emplace_back(Text{"hello"});
  message.parts.emplace_back(Image{"image/png", std::string("\x89PNG\0\xFF", 6), ""});
  message.parts.emplace_back(Image{"image/jpeg", "", "https://example.org/a.jpg"});
  message.parts.emplace_back(File{"a.txt", "text/plain", "line\n"});
  message.parts.emplace_back(Data{{{"x", 1}}, "numbers"});
  message.parts.emplace_back(Reasoning{"hm", {{"signature", "s"}}});
  message.parts.emplace_back(ToolCall{"c1", "search", {{"query", "q"}}, {{"thought", "t"}}});
  ToolResult result{"c1", "search", {}, true};
  result.content.emplace_back(Text{"nothing"});
  message.parts.emplace_back(std::move(result));
  return message;
}

TEST(Message, SurvivesJson) {
  const Json json = ToJson(Everything());
  const absl::StatusOr<Message> back = MessageFromJson(*ParseJson(DumpJson(json)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToJson(*back), json);
  EXPECT_EQ(std::get<Image>(back->parts[1]).bytes.size(), 6u);
}

TEST(Message, FromHostileJson) {
  const struct {
    std::string text, why;
  } cases[] = {
      {R"([])", "/role"},
      {R"({"role":"boss","parts":[]})", "\"boss\" is none of"},
      {R"({"role":"user"})", "/parts: an array is needed"},
      {R"({"role":"user","parts":[{"type":"exec"}]})", "/parts/0: /type: \"exec\""},
      {R"({"role":"user","parts":[7]})", "/parts/0"},
      {R"({"role":"user","parts":[{"type":"image","base64":"%%%"}]})", "/base64: not base64"},
      {R"({"role":"tool","parts":[{"type":"tool_result","content":[{"type":"lc"}]}]})",
       "/parts/0: /content/0: /type"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Message> parsed = MessageFromJson(*ParseJson(c.text));
    ASSERT_FALSE(parsed.ok()) << c.text;
    EXPECT_THAT(Describe(parsed.status()), HasSubstr(c.why)) << c.text;
  }
}

TEST(Conversation, SharesItsPast) {
  const Conversation first = Conversation().With(UserMessage("a"));
  const Conversation left = first.With(AssistantMessage("b"));
  const Conversation right = first.With(AssistantMessage("c"));
  EXPECT_EQ(first.size(), 1u);
  EXPECT_EQ(left.size(), 2u);
  EXPECT_EQ(left.messages()[0], right.messages()[0]) << "the same object, not a copy";
  EXPECT_EQ(TextOf(right.back()), "c");
  EXPECT_TRUE(Conversation().empty());
}

TEST(Conversation, HashesItsContent) {
  const auto talk = [](std::string a, std::string b) {
    return Conversation().With(UserMessage(std::move(a))).With(AssistantMessage(std::move(b)));
  };
  EXPECT_EQ(talk("a", "b").hash(), talk("a", "b").hash());
  EXPECT_NE(talk("a", "b").hash(), talk("b", "a").hash());
  EXPECT_NE(talk("ab", "").hash(), talk("a", "b").hash());
  // The value is part of the journal's format: a change of it makes old runs unresumable.
  EXPECT_EQ(Conversation().With(UserMessage("hello")).hash(),
            Conversation().With(UserMessage("hello")).hash());
}

TEST(Conversation, AMillionMessagesAreFreedWithoutRecursion) {
  Conversation talk;
  for (int i = 0; i < 1'000'000; ++i) talk = talk.With(UserMessage(""));
  EXPECT_EQ(talk.size(), 1'000'000u);
}

TEST(Citation, IsWrittenAsAPlace) {
  EXPECT_EQ(Place({"gpl-3.txt", 210, 214, ""}), "gpl-3.txt:210-214");
  EXPECT_EQ(Place({"gpl-3.txt", 7, 7, ""}), "gpl-3.txt:7");
  EXPECT_EQ(Place({"calculator", 0, 0, ""}), "calculator");
}

}  // namespace
}  // namespace ninefold
