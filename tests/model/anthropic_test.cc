// The Messages dialect: requests as they are on the wire, and events put together to a reply.
#include "model/anthropic.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

AnthropicOptions Options(const std::string& model) {
  AnthropicOptions options;
  options.vendor = "anthropic";
  options.model = model;
  options.family = AnthropicFamilyOf(model);
  return options;
}

Json BodyOf(const ModelRequest& request, const std::string& model = "claude-sonnet-4-6") {
  WireTools tools{.names = WireNames(request.tools.get())};
  if (request.tools) tools.text = AnthropicTools(*request.tools, tools.names);
  absl::StatusOr<Json> json = ParseJson(AnthropicBody(request, Options(model), tools));
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *json : Json();
}

const std::vector<std::string>& Stream() {
  static const std::vector<std::string> events = {
      R"({"type":"message_start","message":{"id":"m1","model":"claude-x","usage":{"input_tokens":5,)"
      R"("cache_creation_input_tokens":7,"cache_read_input_tokens":11,"output_tokens":1}}})",
      R"({"type":"message_start","message":{"id":"m1","model":"claude-x"}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eqo"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"Emw"}})",
      R"({"type":"ping"})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Loo\u006b"}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"ing"}})",
      R"({"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t7",)"
      R"("name":"look","input":{}}})",
      R"({"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta",)"
      R"("partial_json":"{\"a\":"}})",
      R"({"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"1}"}})",
      R"({"type":"content_block_stop","index":3})",
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":31}})",
      R"({"type":"message_stop"})"};
  return events;
}

absl::StatusOr<ModelReply> ReplyOf(const std::vector<std::string>& events) {
  AnthropicAssembly assembly("http://x", "anthropic");
  for (const std::string& event : events) {
    const absl::Status taken = assembly.Take("", event, {});
    if (!taken.ok()) return taken;
  }
  return assembly.Finish(nullptr, {});
}

TEST(AnthropicBody, ThinkingCallAndResultGoBackAsTheyCame) {
  const absl::StatusOr<ModelReply> reply = ReplyOf(Stream());
  ASSERT_TRUE(reply.ok()) << reply.status();
  Message result{.role = Role::kTool};
  result.parts.push_back(ToolResult{.call_id = "t7",
                                    .name = "look",
                                    .content = {Text{"no"}, Image{.media_type = "image/png", .bytes = "i"}},
                                    .is_error = true});
  ModelRequest request;
  request.instructions = std::make_shared<const std::string>("Be brief.");
  request.conversation =
      Conversation().With(UserMessage("Rain?")).With(reply->message).With(result).With(UserMessage("Go on"));
  const Json expected = *ParseJson(R"([{"role":"user","content":[{"type":"text","text":"Rain?"}]},
    {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"Eqo"},
      {"type":"redacted_thinking","data":"Emw"},{"type":"text","text":"Looking"},
      {"type":"tool_use","id":"t7","name":"look","input":{"a":1}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t7","is_error":true,"content":[
        {"type":"text","text":"no"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aQ=="}}]},
      {"type":"text","text":"Go on","cache_control":{"type":"ephemeral"}}]}])");
  const Json body = BodyOf(request);
  EXPECT_EQ(body["messages"], expected);
  EXPECT_EQ(body["max_tokens"], 16384);
  EXPECT_EQ(body["system"][0]["cache_control"]["type"], "ephemeral");
}

TEST(AnthropicBody, SettingsFollowTheFamily) {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("q"));
  request.settings.temperature = 0.5;
  EXPECT_EQ(BodyOf(request, "claude-sonnet-4-6")["temperature"], 0.5);
  EXPECT_FALSE(BodyOf(request, "claude-opus-5").contains("temperature"));
  request.settings.top_p = 0.9;
  EXPECT_FALSE(BodyOf(request, "claude-sonnet-4-6").contains("top_p"));
  request.settings.temperature.reset();
  EXPECT_EQ(BodyOf(request, "claude-sonnet-4-6")["top_p"], 0.9);
  request.settings.reasoning_effort = "xhigh";
  EXPECT_EQ(BodyOf(request, "claude-opus-5")["output_config"]["effort"], "xhigh");
  EXPECT_EQ(BodyOf(request, "claude-opus-5")["thinking"]["type"], "adaptive");
  EXPECT_EQ(BodyOf(request, "claude-sonnet-4-6")["output_config"]["effort"], "high");
  const Json old = BodyOf(request, "claude-haiku-4-5");
  EXPECT_EQ(old["thinking"], (Json{{"type", "enabled"}, {"budget_tokens", 32768}}));
  EXPECT_EQ(old["max_tokens"], 49152);
  EXPECT_FALSE(old.contains("output_config"));
}

TEST(AnthropicBody, ToolsAndChoice) {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("q"));
  request.tools = std::make_shared<const ToolList>(
      std::vector<ToolSpec>{{.name = "a", .description = "A"}, {.name = "b", .description = "B"}});
  request.tool_choice = ToolChoice::kRequired;
  request.settings.parallel_tool_calls = false;
  const Json body = BodyOf(request);
  EXPECT_FALSE(body["tools"][0].contains("cache_control"));
  EXPECT_TRUE(body["tools"][1].contains("cache_control"));
  EXPECT_EQ(body["tools"][1]["input_schema"], EmptyObjectSchema());
  EXPECT_EQ(body["tool_choice"], (Json{{"type", "any"}, {"disable_parallel_tool_use", true}}));
  EXPECT_EQ(BodyOf(request, "claude-opus-5")["tool_choice"]["type"], "auto");  // it thinks
}

TEST(AnthropicReply, UsageIsTheSumAndTheLastSaid) {
  const absl::StatusOr<ModelReply> reply = ReplyOf(Stream());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->stop_reason, StopReason::kToolCalls);
  EXPECT_EQ(reply->usage.input, 23);
  EXPECT_EQ(reply->usage.cached_input, 11);
  EXPECT_EQ(reply->usage.output, 31);
  EXPECT_EQ(reply->request_id, "m1");
}

TEST(AnthropicReply, BrokenOffAfterAnyEvent) {
  for (std::size_t n = 0; n + 1 < Stream().size(); ++n) {
    const auto reply = ReplyOf({Stream().begin(), Stream().begin() + std::ptrdiff_t(n)});
    EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kBroken) << n;
  }
}

TEST(AnthropicReply, StopReasons) {
  struct Case {
    const char* said;
    StopReason reason;
  };
  for (const Case& c : {Case{"end_turn", StopReason::kStop}, Case{"max_tokens", StopReason::kLength},
                        Case{"model_context_window_exceeded", StopReason::kLength},
                        Case{"pause_turn", StopReason::kPause}, Case{"refusal", StopReason::kRefusal}}) {
    const auto reply = ReplyOf({std::string(R"({"type":"message","id":"m","content":[{"type":"text",)") +
                                R"("text":"T"}],"stop_reason":")" + c.said + "\"}"});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->stop_reason, c.reason) << c.said;
    EXPECT_EQ(TextOf(reply->message), "T");
  }
}

TEST(AnthropicReply, ACutCallIsDroppedAndAnErrorEventEndsIt) {
  std::vector<std::string> events = Stream();
  events.erase(events.begin() + 13);
  events[14] = R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"}})";
  const auto cut = ReplyOf(events);
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_TRUE(ToolCallsOf(cut->message).empty());
  EXPECT_EQ(cut->stop_reason, StopReason::kLength);
  events[3] = R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  EXPECT_EQ(ReplyOf(events).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace ninefold
