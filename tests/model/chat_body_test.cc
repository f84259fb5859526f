// Requests as they are on the wire.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/chat.h"

namespace ninefold {
namespace {

Json BodyOf(const ModelRequest& request, bool stream = true) {
  ChatOptions options;
  options.vendor = "openai";
  options.model = "m";
  options.wire.stream = stream;
  WireTools tools{.names = WireNames(request.tools.get())};
  if (request.tools) tools.text = ChatTools(*request.tools, tools.names);
  absl::StatusOr<Json> json = ParseJson(ChatBody(request, options, tools));
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *json : Json();
}

Message With(Role role, std::vector<Part> parts) { return Message{.role = role, .parts = std::move(parts)}; }

TEST(ChatBody, PlainQuestion) {
  ModelRequest request;
  request.instructions = std::make_shared<const std::string>("Be \"brief\".\n\x01");
  request.conversation = Conversation().With(UserMessage("h\xc3\xa9 \xff\\"));
  EXPECT_EQ(
      BodyOf(request),
      *ParseJson(
          "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be \\\"brief\\\".\\n\\u0001\"},"
          "{\"role\":\"user\",\"content\":\"h\xc3\xa9 \\ufffd\\\\\"}],"
          "\"stream\":true,\"stream_options\":{\"include_usage\":true}}"));
  EXPECT_FALSE(BodyOf(request, false).contains("stream"));
}

TEST(ChatBody, PartsOfEveryKind) {
  ModelRequest request;
  request.conversation = Conversation().With(
      With(Role::kUser, {Text{"look"}, Image{.media_type = "image/png", .bytes = "png"},
                         Image{.url = "https://x/y.png"}, File{.name = "a.txt", .bytes = "body"},
                         File{.name = "a.pdf", .media_type = "application/pdf", .bytes = "pdf"},
                         Data{.value = {{"a", 1}}, .name = "facts"},
                         Data{.value = 1, .name = "t.csv", .text = "all rows", .preview = "a table\n"}}));
  const Json content = BodyOf(request)["messages"][0]["content"];
  EXPECT_EQ(content, *ParseJson(R"([{"type":"text","text":"look"},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,cG5n"}},
    {"type":"image_url","image_url":{"url":"https://x/y.png"}},
    {"type":"text","text":"<file name=\"a.txt\">\nbody\n</file>"},
    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,cGRm"}},
    {"type":"text","text":"facts:\n{\"a\":1}"},
    {"type":"text","text":"<data name=\"t.csv\">\na table\n</data>"}])"));
}

TEST(ChatBody, ImagesOfToolsFollowAllResults) {
  ToolResult first{.call_id = "c1",
                   .name = "look",
                   .content = {Text{"radar:"}, Image{.media_type = "image/png", .bytes = "png"}}};
  ToolResult second{.call_id = "c2", .name = "text.search", .content = {Data{.value = 7}}};
  ModelRequest request;
  request.tools =
      std::make_shared<const ToolList>(std::vector<ToolSpec>{{.name = "text.search", .description = "d"}});
  request.conversation =
      Conversation()
          .With(UserMessage("q"))
          .With(With(Role::kAssistant, {Reasoning{.text = "hm"},
                                        ToolCall{.id = "c1", .name = "look", .arguments = Json::object()},
                                        ToolCall{.id = "c2", .name = "text.search", .arguments = "{broken"}}))
          .With(With(Role::kTool, {first, second}));
  const Json body = BodyOf(request);
  const Json& messages = body["messages"];
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[1], *ParseJson(R"({"role":"assistant","content":null,"tool_calls":[
    {"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}},
    {"id":"c2","type":"function","function":{"name":"text_search","arguments":"{broken"}}]})"));
  EXPECT_EQ(messages[2], *ParseJson(R"({"role":"tool","tool_call_id":"c1","content":"radar:"})"));
  EXPECT_EQ(messages[3], *ParseJson(R"({"role":"tool","tool_call_id":"c2","content":"7"})"));
  EXPECT_EQ(messages[4],
            *ParseJson(R"({"role":"user","content":[{"type":"text","text":"Image from tool call c1:"},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,cG5n"}}]})"));
  EXPECT_EQ(body["tools"][0]["function"]["name"], "text_search");
}

TEST(ChatBody, SettingsAndOutput) {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("q"));
  request.tools = std::make_shared<const ToolList>(std::vector<ToolSpec>{{.name = "a"}});
  request.tool_choice = ToolChoice::kRequired;
  request.settings = {.temperature = 0.5,
                      .max_output_tokens = 7,
                      .seed = 3,
                      .reasoning_effort = "low",
                      .parallel_tool_calls = false};
  request.output = std::make_shared<const OutputSchema>(OutputSchema{
      .schema = *ParseJson(
          R"({"type":"object","properties":{"x":{"type":"number"}},"required":["x"],"additionalProperties":false})")});
  Json body = BodyOf(request);
  EXPECT_EQ(body["tool_choice"], "required");
  EXPECT_EQ(body["parallel_tool_calls"], false);
  EXPECT_EQ(body["temperature"], 0.5);
  EXPECT_EQ(body["max_completion_tokens"], 7);
  EXPECT_EQ(body["seed"], 3);
  EXPECT_EQ(body["reasoning_effort"], "low");
  EXPECT_EQ(body["response_format"]["json_schema"]["name"], "answer");
  EXPECT_EQ(body["response_format"]["json_schema"]["strict"], true);
}

TEST(ChatBody, WireNamesAreUniqueAndAllowed) {
  const ToolList tools({{.name = "a.b"}, {.name = "a_b"}, {.name = "c"}});
  EXPECT_THAT(WireNames(&tools), ::testing::ElementsAre("a_b", "a_b_2", "c"));
}

}  // namespace
}  // namespace ninefold
