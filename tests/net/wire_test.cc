// Agents whose model is a server: tools, documents and output forms over the wire and back.
#include <atomic>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/models.h"
#include "ninefold/runtime.h"
#include "ninefold/team.h"
#include "offline_responder.h"

namespace ninefold {
namespace {

using testing::AnswerChatOffline;
using testing::ChatScript;
using testing::ChatServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelPtr Open(const ChatServer& server, bool stream = true) {
  auto model = OpenModel("openai/x",
                         {.base_url = server.base_url(), .key = "sk-test", .stream = stream, .attempts = 1});
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

TEST(Wire, ToolsRoundTrip) {
  for (const bool stream : {true, false}) {
    ChatServer server(AnswerChatOffline);
    auto search =
        TextSearch({{"moon.txt", "The moon is far.\nThe moon is 384400 kilometres away from the earth.\n"}});
    ASSERT_TRUE(search.ok()) << search.status();
    AgentPtr agent = MakeAgent({.name = "reader",
                                .instructions = "Quote the text.",
                                .model = Open(server, stream),
                                .tools = {*search}});
    Runtime runtime;
    std::string streamed;
    const auto note = [&](const Event& event) {
      if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) streamed += delta->text;
    };
    const auto reply = runtime.Run(agent, "How many kilometres away is the moon?", {.on_event = note});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_THAT(reply->text, HasSubstr("384400 kilometres"));
    EXPECT_THAT(streamed, HasSubstr("384400 kilometres"));
    EXPECT_EQ(server.requests(), 2u);
    EXPECT_EQ(server.connections(), 1u) << "the second turn takes the first one's connection";
    ASSERT_EQ(reply->evidence.size(), 1u);
    EXPECT_EQ(reply->evidence[0].source, "moon.txt");
    EXPECT_EQ(reply->cost.model_calls, 2);
    EXPECT_EQ(reply->cost.tool_calls, 1);
  }
}

TEST(Wire, OutputConformsToItsSchema) {
  ChatServer server(AnswerChatOffline);
  const Json schema = *ParseJson(
      R"({"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"],"additionalProperties":false})");
  AgentPtr agent =
      MakeAgent({.name = "sums",
                 .model = Open(server),
                 .output = std::make_shared<const OutputSchema>(OutputSchema{.schema = schema})});
  const auto reply = Runtime().Run(agent, "What is 6*7?");
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_TRUE(reply->data.has_value());
  EXPECT_TRUE((*reply->data)["sum"].is_number()) << DumpJson(*reply->data);
}

TEST(Wire, AServerThatFailsFailsTheRunWithItsWords) {
  ChatServer server(
      [](const Json&) { return ChatScript::Refuse(503, R"({"error":{"message":"loading"}})"); });
  AgentPtr agent = MakeAgent({.name = "a", .model = Open(server)});
  const auto reply = Runtime().Run(agent, "?");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("(503): loading"));
}

// What stands before every server unless asked otherwise.
TEST(Wire, AServerThatRecoversIsAskedAgain) {
  std::atomic<int> asked = 0;
  ChatServer server([&](const Json&) {
    if (++asked % 2 == 0) return ChatScript::Say({"here"});
    ChatScript refusal = ChatScript::Refuse(503, R"({"error":{"message":"loading"}})");
    refusal.headers = {"retry-after-ms: 1"};
    return refusal;
  });
  for (const int attempts : {2, 1}) {
    auto model = OpenModel("openai/x", {.base_url = server.base_url(), .key = "k", .attempts = attempts});
    ASSERT_TRUE(model.ok()) << model.status();
    int retried = 0;
    const auto count = [&](const Event& event) {
      retried += std::holds_alternative<event::Retried>(event.body);
    };
    const auto reply = Runtime().Run(MakeAgent({.name = "a", .model = *model}), "?", {.on_event = count});
    EXPECT_EQ(reply.ok(), attempts == 2) << reply.status();
    EXPECT_EQ(retried, attempts - 1);
  }
  EXPECT_EQ(server.requests(), 3u);
}

// One key at one server has one limit, whatever the models are called.
TEST(Wire, ModelsOfOneKeyShareItsLimit) {
  ChatServer server([](const Json&) {
    ChatScript script = ChatScript::Say({"hi"});
    script.delay = absl::Milliseconds(20);
    return script;
  });
  const auto open = [&](std::string name, std::string key) {
    return *OpenModel("openai/" + name, {.base_url = server.base_url(), .key = key, .concurrency = 1});
  };
  const ModelPtr first = open("x", "k"), second = open("y", "k");
  const AgentPtr team =
      FanOut({MakeAgent({.name = "a", .model = first}), MakeAgent({.name = "b", .model = second})},
             MakeAgent({.name = "joins", .model = first}));
  const auto reply = Runtime().Run(team, "?");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(server.connections(), 1u) << "two at once take two connections";
}

TEST(Wire, RequestsAreReadBack) {
  const ModelRequest request = testing::ReadChatRequest(*ParseJson(R"({
    "messages":[{"role":"system","content":"Be brief."},
                {"role":"user","content":[{"type":"text","text":"hi\n<file name=\"a\">\nbody\n</file>"},{"type":"image_url"}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"look","arguments":"{\"x\":1}"}}]},
                {"role":"tool","tool_call_id":"c","content":"seen"},7],
    "tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}},null],"tool_choice":"required",
    "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}})"));
  ASSERT_TRUE(request.instructions && request.tools && request.output);
  EXPECT_EQ(*request.instructions, "Be brief.");
  EXPECT_EQ(request.tool_choice, ToolChoice::kRequired);
  EXPECT_EQ(request.tools->specs()[0].name, "look");
  const std::vector<const Message*> messages = request.conversation.messages();
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(std::get<File>(messages[0]->parts[1]).bytes, "body");
  EXPECT_EQ(ToolCallsOf(*messages[1])[0]->arguments, Json({{"x", 1}}));
  EXPECT_EQ(std::get<ToolResult>(messages[2]->parts[0]).name, "look");
}

TEST(Wire, TextIsSentInWholeCharacters) {
  ModelReply reply;
  reply.message = AssistantMessage("12345678901234567890123\u00e9!");
  EXPECT_THAT(testing::ScriptOf(reply).pieces, ElementsAre("12345678901234567890123", "\u00e9!"));
}

}  // namespace
}  // namespace ninefold
