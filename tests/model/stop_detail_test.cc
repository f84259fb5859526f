// Why a reply was refused or filtered, as each vendor says it, streamed and whole, and through the journal.
#include "gtest/gtest.h"
#include "model/anthropic.h"
#include "model/chat.h"
#include "model/responses.h"
#include "model/vendors/vendors.h"

namespace ninefold {
namespace {

using Events = std::vector<std::string>;

ModelReply ReplyOf(Assembly& assembly, const Events& events) {
  for (const std::string& event : events) {
    const absl::Status taken = assembly.Take("", event, {});
    EXPECT_TRUE(taken.ok()) << taken;
  }
  absl::StatusOr<ModelReply> reply = assembly.Finish(nullptr, {});
  EXPECT_TRUE(reply.ok()) << reply.status();
  if (!reply.ok()) return {};
  const absl::StatusOr<ModelReply> journaled = ModelReplyFromJson(ToJson(*reply));
  EXPECT_TRUE(journaled.ok()) << journaled.status();
  EXPECT_EQ(journaled->stop_detail, reply->stop_detail);
  return *reply;
}

ModelReply Chat(const Events& events) {
  ChatAssembly assembly("http://x");
  return ReplyOf(assembly, events);
}

ModelReply Responses(const Events& events) {
  ResponsesAssembly assembly("http://x", "openai");
  return ReplyOf(assembly, events);
}

ModelReply Anthropic(const Events& events) {
  AnthropicAssembly assembly("http://x", "anthropic");
  return ReplyOf(assembly, events);
}

ModelReply Gemini(const Events& events) { return ReplyOf(*MakeGeminiAssembly("http://x"), events); }

void Expect(const ModelReply& reply, StopReason stop, const std::string& detail, const std::string& text) {
  EXPECT_EQ(StopReasonName(reply.stop_reason), StopReasonName(stop));
  EXPECT_EQ(reply.stop_detail, detail);
  EXPECT_EQ(TextOf(reply.message), text);
}

TEST(StopDetail, OfChatCompletions) {
  Expect(Chat({R"({"id":"c","choices":[{"index":0,"delta":{"content":"Be"}}]})",
               R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]})"}),
         StopReason::kFiltered, "content_filter", "Be");
  Expect(Chat({R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null},)"
               R"("finish_reason":"content_filter"}]})"}),
         StopReason::kFiltered, "content_filter", "");
  // OpenRouter hands on what the server behind it said.
  Expect(Chat({R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Be"},)"
               R"("finish_reason":"content_filter","native_finish_reason":"PROHIBITED_CONTENT"}]})"}),
         StopReason::kFiltered, "PROHIBITED_CONTENT", "Be");
  Expect(Chat({R"({"id":"c","choices":[{"index":0,"delta":{"refusal":"I will"}}]})",
               R"({"id":"c","choices":[{"index":0,"delta":{"refusal":" not."},"finish_reason":"stop"}]})"}),
         StopReason::kRefusal, "I will not.", "I will not.");
  Expect(Chat({R"({"id":"c","choices":[{"index":0,"message":{"content":"Yes."},"finish_reason":"stop",)"
               R"("native_finish_reason":"STOP"}]})"}),
         StopReason::kStop, "", "Yes.");
}

TEST(StopDetail, OfResponses) {
  Expect(Responses({R"({"object":"response","id":"r","status":"incomplete","output":[],)"
                    R"("incomplete_details":{"reason":"content_filter"}})"}),
         StopReason::kFiltered, "content_filter", "");
  const std::string refusal =
      R"({"type":"message","id":"m","role":"assistant","content":[{"type":"refusal","refusal":"No."}]})";
  Expect(Responses({R"({"type":"response.output_item.done","output_index":0,"item":)" + refusal + "}",
                    R"({"type":"response.completed","response":{"status":"completed","output":[]}})"}),
         StopReason::kRefusal, "No.", "No.");
  Expect(Responses({R"({"object":"response","status":"incomplete","output":[)" + refusal +
                    R"(],"incomplete_details":{"reason":"content_filter"}})"}),
         StopReason::kFiltered, "content_filter: No.", "No.");
  Expect(Responses({R"({"object":"response","status":"incomplete","output":[{"type":"message","content":)"
                    R"([{"type":"output_text","text":"Be"}]}],)"
                    R"("incomplete_details":{"reason":"max_output_tokens"}})"}),
         StopReason::kLength, "", "Be");
}

TEST(StopDetail, OfMessages) {
  const std::string start = R"({"type":"message_start","message":{"id":"m","stop_details":null}})";
  const std::string stop = R"({"type":"message_stop"})";
  Expect(Anthropic({start,
                    R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":)"
                    R"({"type":"refusal","category":"bio","explanation":"Not this."}}})",
                    stop}),
         StopReason::kRefusal, "bio: Not this.", "");
  Expect(Anthropic({R"({"type":"message","id":"m","content":[],"stop_reason":"refusal","stop_details":)"
                    R"({"type":"refusal","category":null,"explanation":"Not this."}})"}),
         StopReason::kRefusal, "Not this.", "");
  Expect(Anthropic({start, R"({"type":"message_delta","delta":{"stop_reason":"refusal"}})", stop}),
         StopReason::kRefusal, "", "");
}

TEST(StopDetail, OfGemini) {
  Expect(Gemini({R"({"candidates":[{"content":{"parts":[{"text":"Be"}]}}]})",
                 R"({"candidates":[{"finishReason":"SAFETY","finishMessage":"Not this."}]})"}),
         StopReason::kFiltered, "SAFETY: Not this.", "Be");
  Expect(Gemini({R"({"candidates":[{"finishReason":"RECITATION"}]})"}), StopReason::kFiltered, "RECITATION",
         "");
  Expect(Gemini({R"({"candidates":[{"content":{"parts":[{"text":"Yes."}]},"finishReason":"STOP",)"
                 R"("finishMessage":"All is well."}]})"}),
         StopReason::kStop, "", "Yes.");
}

}  // namespace
}  // namespace ninefold
