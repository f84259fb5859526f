// Replies, deviations and failures of servers, over the wire.
#include "model/chat.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/asio.h"
#include "base/loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/context.h"
#include "ninefold/model_error.h"
#include "run/run_state.h"
#include "testing/chat_server.h"

namespace ninefold {
namespace {

using testing::ChatScript;
using testing::ChatServer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "sk-secret-1234567890";

struct Asked {
  absl::StatusOr<ModelReply> reply = absl::InternalError("never ended");
  std::string text, reasoning, arguments;  // of the deltas
};

Async<void> Generate(const Model& model, const ModelRequest& request, Context& ctx, Asked& asked) {
  asked.reply = co_await model.Generate(request, ctx);
}

ModelRequest Question() {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("What?"));
  request.tools =
      std::make_shared<const ToolList>(std::vector<ToolSpec>{{.name = "text.search"}, {.name = "look"}});
  return request;
}

Asked Ask(const std::string& base_url, bool stream = true,
          std::function<void(Context&, const Event&)> on_event = nullptr,
          absl::Duration idle = absl::Seconds(20)) {
  ChatOptions options;
  options.vendor = "openai";
  options.base_url = base_url;
  options.key = kKey;
  options.headers = {absl::StrCat("authorization: Bearer ", kKey)};
  options.key_env = "OPENAI_API_KEY";
  options.model = "m";
  options.wire.stream = stream;
  options.wire.attempts = 1;
  options.wire.idle_timeout = idle;
  const ModelPtr model = MakeChatModel(std::move(options));
  const ModelRequest request = Question();
  Asked asked;
  asio::io_context io(1);
  std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
  RunState run(*loop);
  Context root(run);
  run.on_event = [&](const Event& event) {
    if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) asked.text += delta->text;
    if (const auto* delta = std::get_if<event::ReasoningDelta>(&event.body)) asked.reasoning += delta->text;
    if (const auto* delta = std::get_if<event::ToolCallDelta>(&event.body))
      asked.arguments += delta->arguments;
    if (on_event) on_event(root, event);
  };
  asio::co_spawn(io, Generate(*model, request, root, asked), asio::detached);
  io.run();
  return asked;
}

Asked AskScript(const ChatScript& script, bool stream = true) {
  ChatServer server([&](const Json&) { return script; });
  return Ask(server.base_url(), stream);
}

std::string Shown(const Asked& asked) {
  if (!asked.reply.ok()) return std::string(asked.reply.status().message());
  std::string out(StopReasonName(asked.reply->stop_reason));
  for (const Part& part : asked.reply->message.parts) {
    if (const auto* text = std::get_if<Text>(&part)) absl::StrAppend(&out, "|text:", text->text);
    if (const auto* thought = std::get_if<Reasoning>(&part))
      absl::StrAppend(&out, "|reasoning:", thought->text);
    if (const auto* call = std::get_if<ToolCall>(&part)) {
      absl::StrAppend(&out, "|", call->id, ":", call->name, DumpJson(call->arguments));
    }
  }
  return out;
}

TEST(Chat, TextStreamedAndNot) {
  for (const bool stream : {true, false}) {
    const Asked asked = AskScript(ChatScript::Say({"Hel", "lo \"w\u00f6rld\"\n"}), stream);
    EXPECT_EQ(Shown(asked), "stop|text:Hello \"w\u00f6rld\"\n");
    EXPECT_EQ(asked.text, "Hello \"w\u00f6rld\"\n");
    ASSERT_TRUE(asked.reply.ok());
    EXPECT_EQ(asked.reply->model, "m");
    EXPECT_TRUE(asked.reply->usage.input.has_value());
    EXPECT_TRUE(asked.reply->usage.output.has_value());
  }
}

TEST(Chat, ParallelToolCalls) {
  for (const bool stream : {true, false}) {
    const Asked asked =
        AskScript(ChatScript::Call({{"c1", "text_search", R"({"q":"x"})"}, {"c2", "look", ""}}), stream);
    EXPECT_EQ(Shown(asked), R"(tool_calls|c1:text.search{"q":"x"}|c2:look{})");
    EXPECT_EQ(asked.arguments, R"({"q":"x"})");
  }
}

std::string Chunk(const std::string& delta, const std::string& finish = "null") {
  return absl::StrCat(R"(data: {"id":"c","model":"m1","choices":[{"index":0,"delta":)", delta,
                      R"(,"finish_reason":)", finish, "}]}\n\n");
}
std::string CallChunk(const std::string& call) {
  return Chunk(absl::StrCat(R"({"tool_calls":[)", call, "]}"));
}

const std::string kStop = Chunk("{}", "\"stop\"") + "data: [DONE]\n\n";

struct Dialect {
  const char* name;
  std::string stream;
  std::string shown;
};

std::vector<Dialect> Dialects() {
  const std::string a = R"({"id":"a","function":{"name":"look","arguments":"{\"x\":1}"}})";
  return {
      {"no [DONE]", Chunk(R"({"content":"hi"})") + Chunk("{}", "\"stop\""), "stop|text:hi"},
      {"[DONE] alone", Chunk(R"({"content":"hi"})") + "data: [DONE]\n\n", "stop|text:hi"},
      {"text after [DONE]", Chunk(R"({"content":"hi"})", "\"stop\"") + "data: [DONE] bye\n\n",
       "stop|text:hi"},
      {"choices empty at first",
       "data: {\"id\":\"\",\"choices\":[]}\n\n" + Chunk(R"({"content":"hi"})") + kStop, "stop|text:hi"},
      {"unknown events", "data: {\"ping\":1}\n\n: x\n\n" + Chunk(R"({"content":"hi","new":[{}]})") + kStop,
       "stop|text:hi"},
      {"reasoning_content", Chunk(R"({"reasoning_content":"hm"})") + Chunk(R"({"content":"hi"})") + kStop,
       "stop|reasoning:hm|text:hi"},
      {"reasoning", Chunk(R"({"reasoning":"hm","content":"hi"})") + kStop, "stop|reasoning:hm|text:hi"},
      {"odd finish", Chunk(R"({"content":"hi"})", "\"eos\""), "stop|text:hi"},
      {"escapes",
       Chunk(R"({"content":"\ud83d\ude00\u0041\/\b"})") + Chunk(R"({"content":"\ud83d!"})") + kStop,
       "stop|text:\xf0\x9f\x98\x80"
       "A/\b\xef\xbf\xbd!"},
      {"content is null", Chunk(R"({"content":null})") + Chunk(R"({"content":"hi"})") + kStop,
       "stop|text:hi"},
      {"content is a list", Chunk(R"({"content":[{"type":"text","text":"hi"}]})") + kStop, "stop|text:hi"},
      {"one-byte arguments",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":""}})") +
           CallChunk(R"({"index":0,"function":{"arguments":"{"}})") +
           CallChunk(R"({"index":0,"function":{"arguments":"}"}})") + kStop,
       "tool_calls|a:look{}"},
      {"interleaved",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{\"x\""}})") +
           CallChunk(R"({"index":1,"id":"b","function":{"name":"look","arguments":"{\"y\""}})") +
           CallChunk(R"({"index":0,"function":{"arguments":":1}"}})") +
           CallChunk(R"({"index":1,"function":{"arguments":":2}"}})") + kStop,
       R"(tool_calls|a:look{"x":1}|b:look{"y":2})"},
      {"index missing",
       CallChunk(a) + CallChunk(R"({"id":"b","function":{"name":"look","arguments":"{\"y\":"}})") +
           CallChunk(R"({"function":{"arguments":"2}"}})") + kStop,
       R"(tool_calls|a:look{"x":1}|b:look{"y":2})"},
      {"index null",
       CallChunk(R"({"index":null,"id":"a","function":{"name":"look","arguments":"{}"}})") + kStop,
       "tool_calls|a:look{}"},
      {"index always 0",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{}"}})") +
           CallChunk(R"({"index":0,"id":"b","function":{"name":"look","arguments":"{}"}})") + kStop,
       "tool_calls|a:look{}|b:look{}"},
      {"ids missing",
       CallChunk(R"({"index":0,"function":{"name":"look","arguments":"{}"}})") +
           CallChunk(R"({"index":1,"function":{"name":"look","arguments":"{}"}})") + kStop,
       "tool_calls|call_1:look{}|call_2:look{}"},
      {"arguments are objects",
       CallChunk(R"({"function":{"name":"look","arguments":{"x":1}}})") +
           CallChunk(R"({"function":{"name":"look","arguments":{"x":2}}})") + kStop,
       R"(tool_calls|call_1:look{"x":1}|call_2:look{"x":2})"},
      {"name repeated",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{"}})") +
           CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"}"}})") + kStop,
       "tool_calls|a:look{}"},
      {"arguments null",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":null}})") + kStop,
       "tool_calls|a:look{}"},
      {"arguments are no JSON",
       CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{oops"}})") + kStop,
       "tool_calls|a:look\"{oops\""},
      {"length cuts a call",
       Chunk(R"({"content":"hi"})") +
           CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{\"x"}})") +
           Chunk("{}", "\"length\""),
       "length|text:hi"},
      {"refusal", Chunk(R"({"refusal":"I will not"})") + kStop, "refusal|text:I will not"},
      {"filtered", Chunk(R"({"content":"some"})") + Chunk("{}", "\"content_filter\""), "filtered|text:some"},
      {"crlf", "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\r\n\r\n",
       "stop|text:hi"},
      {"no blank line at the end",
       Chunk(R"({"content":"hi"})") + R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})",
       "stop|text:hi"},
  };
}

TEST(Chat, Dialects) {
  std::string stream;
  ChatServer server([&](const Json&) { return ChatScript::Raw(stream); });
  for (const Dialect& dialect : Dialects()) {
    stream = dialect.stream;
    EXPECT_EQ(Shown(Ask(server.base_url())), dialect.shown) << dialect.name;
  }
}

// What an assembly makes of pieces of text, and of what it shows on the way.
std::string Thought(const std::vector<std::string>& pieces, bool tags) {
  ChatOptions options;
  options.vendor = "vllm";
  options.think_tags = tags;
  ChatAssembly assembly("who", options);
  std::string shown;
  const EmitFn emit = [&](EventBody body) {
    if (const auto* delta = std::get_if<event::TextDelta>(&body))
      absl::StrAppend(&shown, "T(", delta->text, ")");
    if (const auto* delta = std::get_if<event::ReasoningDelta>(&body))
      absl::StrAppend(&shown, "R(", delta->text, ")");
  };
  for (const std::string& piece : pieces) {
    const std::string chunk = Chunk(DumpJson({{"content", piece}}));
    EXPECT_TRUE(assembly.Take("", chunk.substr(6), emit).ok());
  }
  EXPECT_TRUE(assembly.Take("", Chunk("{}", "\"stop\"").substr(6), emit).ok());
  Asked asked;
  asked.reply = assembly.Finish(nullptr, {});
  return absl::StrCat(shown, " ", Shown(asked));
}

TEST(Chat, ReasoningBetweenTags) {
  EXPECT_EQ(Thought({"<think>hm</think>hi"}, false), "T(<think>hm</think>hi) stop|text:<think>hm</think>hi");
  EXPECT_EQ(Thought({"<think>hm</think>hi"}, true), "R(hm)T(hi) stop|reasoning:hm|text:hi");
  EXPECT_EQ(Thought({"\n<th", "ink>\nh", "m</thi", "nk>\n\nhi"}, true),
            "R(h)R(m)T(hi) stop|reasoning:hm|text:hi");
  EXPECT_EQ(Thought({"<thin", "g>"}, true), "T(<thing>) stop|text:<thing>");
  EXPECT_EQ(Thought({"a <think>b</think>"}, true), "T(a <think>b</think>) stop|text:a <think>b</think>");
  EXPECT_EQ(Thought({"<"}, true), " stop|text:<");
}

TEST(Chat, ReasoningDetailsGoBackAsTheyCame) {
  ChatOptions options;
  options.vendor = "openrouter";
  options.model = "m";
  options.reasoning_details = true;
  ChatAssembly assembly("who", options);
  for (
      const char* delta :
      {R"({"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a"}]})",
       R"({"reasoning":"b","reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"S"}]})",
       R"({"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"E"}]})",
       R"({"content":"hi"})"}) {
    ASSERT_TRUE(assembly.Take("", Chunk(delta).substr(6), nullptr).ok());
  }
  ASSERT_TRUE(assembly.Take("", Chunk("{}", "\"stop\"").substr(6), nullptr).ok());
  absl::StatusOr<ModelReply> reply = assembly.Finish(nullptr, {});
  ASSERT_TRUE(reply.ok()) << reply.status();
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("?")).With(reply->message).With(UserMessage("!"));
  const std::string details =
      R"("reasoning_details":[{"index":0,"signature":"S","text":"ab","type":"reasoning.text"},)"
      R"({"data":"E","index":1,"type":"reasoning.encrypted"}])";
  EXPECT_THAT(ChatBody(request, options, {}), HasSubstr(details));
  options.vendor = "other";
  EXPECT_THAT(ChatBody(request, options, {}), Not(HasSubstr("reasoning_details")));
}

TEST(Chat, UsageLastWinsAndUnknownIsNotZero) {
  const std::string text = Chunk(R"({"content":"hi"})");
  Asked asked = AskScript(ChatScript::Raw(text + kStop));
  ASSERT_TRUE(asked.reply.ok());
  EXPECT_EQ(asked.reply->usage.input, std::nullopt);
  const std::string usage =
      R"(data: {"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":18,"prompt_tokens_details":{"cached_tokens":30},"completion_tokens_details":{"reasoning_tokens":20}}})"
      "\n\n";
  asked =
      AskScript(ChatScript::Raw(text +
                                R"(data: {"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":1}})"
                                "\n\n" +
                                usage + kStop));
  ASSERT_TRUE(asked.reply.ok());
  EXPECT_EQ(asked.reply->usage.input, 40);
  EXPECT_EQ(asked.reply->usage.cached_input, 30);
  EXPECT_EQ(asked.reply->usage.output, 18);
  EXPECT_EQ(asked.reply->usage.reasoning, 18);  // never more than all output
}

// A stream cut anywhere before its finish reason is an error; after it, the reply stands.
TEST(Chat, CutAtEveryByte) {
  const std::string body = Chunk(R"({"content":"hi"})") +
                           CallChunk(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{}"}})") +
                           kStop;
  const std::size_t finished = body.find("\"stop\"}]}") + 9;
  ChatScript script = ChatScript::Raw(body);
  ChatServer server([&](const Json&) { return script; });
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    // A clean end of the connection, as of a server that closes by itself.
    script = ChatScript::Raw(body.substr(0, cut));
    const Asked asked = Ask(server.base_url());
    if (cut < finished) {
      ASSERT_EQ(asked.reply.status().code(), absl::StatusCode::kUnavailable) << cut << asked.reply.status();
    } else {
      ASSERT_EQ(Shown(asked), "tool_calls|text:hi|a:look{}") << cut;
    }
  }
  script = ChatScript::Raw(body);
  script.cut = 50;
  EXPECT_THAT(Shown(Ask(server.base_url())), HasSubstr("broke off after 50 bytes of its reply"));
}

struct Failure {
  const char* name;
  ChatScript script;
  absl::StatusCode code;
  std::string says;
};

std::vector<Failure> Failures() {
  using Code = absl::StatusCode;
  const auto error = [](const std::string& message, const std::string& code = "x") {
    return absl::StrCat(R"({"error":{"message":")", message, R"(","code":")", code, "\"}}");
  };
  return {
      {"key",
       ChatScript::Refuse(401,
                          error(absl::StrCat("Incorrect API key provided: ", kKey, "."), "invalid_api_key")),
       Code::kPermissionDenied,
       " refused the key (401): Incorrect API key provided: [key]; check the key in OPENAI_API_KEY (request "
       "req_test_1)"},
      {"permission", ChatScript::Refuse(403, error("no access")), Code::kPermissionDenied,
       " refused the key (403): no access (request req_test_1)"},
      {"model", ChatScript::Refuse(404, error("The model does not exist")), Code::kNotFound,
       " does not know what was asked for (404): The model does not exist; check the model \"m\" and the "
       "address"},
      {"bad request", ChatScript::Refuse(400, error("bad tool")), Code::kInvalidArgument,
       " refused the request (400): bad tool"},
      {"too long", ChatScript::Refuse(400, error("too many tokens", "context_length_exceeded")),
       Code::kInvalidArgument, "too many tokens; shorten the conversation"},
      {"too large", ChatScript::Refuse(413, ""), Code::kInvalidArgument,
       " refused the request (413); send less"},
      {"rate", ChatScript::Refuse(429, error("slow down", "rate_limit_exceeded")), Code::kResourceExhausted,
       " is asked too often (429): slow down; wait, or ask less at once"},
      {"quota", ChatScript::Refuse(429, error("out of money", "insufficient_quota")),
       Code::kResourceExhausted, "out of money; check the account's credit"},
      {"day",
       ChatScript::Refuse(429,
                          error("Rate limit reached for gpt-9 on requests per day (RPD): Limit 200, Used "
                                "200, Requested 1. Please try again in 7m12s. Visit https://x",
                                "rate_limit_exceeded")),
       Code::kResourceExhausted, "; the daily quota is used up; there is room again in 7m12s"},
      {"day, openrouter",
       ChatScript::Refuse(429, R"({"error":{"message":"Rate limit exceeded: free-models-per-day","code":429,)"
                               R"("metadata":{"headers":{"X-RateLimit-Reset":"1744070400000"}}}})"),
       Code::kResourceExhausted, "; the daily quota is used up; it starts anew at 2025-04-08 00:00 UTC"},
      {"day, free", ChatScript::Refuse(429, error("Rate limit exceeded: free-models-per-day", "429")),
       Code::kResourceExhausted, "; the daily quota is used up; ask again tomorrow, or have it raised"},
      {"payment", ChatScript::Refuse(402, ""), Code::kResourceExhausted,
       " (402); check the account's credit"},
      {"server", ChatScript::Refuse(500, error("oops")), Code::kUnavailable, " failed (500): oops"},
      {"overload", ChatScript::Refuse(529, "{\"error\":\"overloaded\"}"), Code::kUnavailable,
       " failed (529): overloaded"},
      {"detail", ChatScript::Refuse(422, R"({"detail":[{"msg":"field required"}]})"), Code::kInvalidArgument,
       "field required"},
      {"message", ChatScript::Refuse(503, R"({"message":"Loading model"})"), Code::kUnavailable,
       "(503): Loading model"},
      {"html", ChatScript::Refuse(502, "<html>Bad\x1b[31m gateway</html>"), Code::kUnavailable,
       "(502): <html>Bad\\x1b[31m gateway</html>"},
      {"error in 200", ChatScript::Refuse(200, error("provider died")), Code::kUnavailable,
       " broke off its reply: provider died"},
      {"html in 200", ChatScript::Refuse(200, "<html>login</html>"), Code::kUnavailable,
       " sent something that is no Chat Completions reply: \"<html>login</html>\"; check the address"},
      {"empty 200", ChatScript::Refuse(200, ""), Code::kUnavailable, " sent an empty body"},
      {"error in the stream",
       ChatScript::Raw(Chunk(R"({"content":"hi"})") +
                       "data: {\"error\":{\"message\":\"boom\",\"code\":503}}\n\ndata: [DONE]\n\n"),
       Code::kUnavailable, " broke off its reply: boom"},
      {"stray error line", ChatScript::Raw(Chunk(R"({"content":"hi"})") + "{\"error\":\"out of memory\"}\n"),
       Code::kUnavailable, " broke off its reply: out of memory"},
      {"garbage in the stream", ChatScript::Raw("data: {\"choices\": [garbage\n\n"), Code::kUnavailable,
       "no Chat Completions reply"},
      {"empty reply", ChatScript::Raw(kStop), Code::kUnavailable,
       " sent an empty reply (finish reason \"stop\")"},
      {"all tokens thought", ChatScript::Raw(Chunk("{}", "\"length\"")), Code::kResourceExhausted,
       "raise max_output_tokens"},
      {"finish error", ChatScript::Raw(Chunk(R"({"content":"h"})", "\"error\"")), Code::kUnavailable,
       "ended with the finish reason \"error\""},
      {"event too long", ChatScript::Raw("data: " + std::string(17u << 20, 'x')), Code::kResourceExhausted,
       "longer than 16777216 bytes"},
      {"deep", ChatScript::Raw("data: " + std::string(200000, '[') + "\n\n"), Code::kUnavailable,
       "no Chat Completions reply"},
  };
}

TEST(Chat, FailuresSayWhatAndWhatToDo) {
  ChatScript script;
  ChatServer server([&](const Json&) { return script; });
  const std::string origin = absl::StrCat("http://127.0.0.1:", server.port());
  for (const Failure& failure : Failures()) {
    script = failure.script;
    const Asked asked = Ask(server.base_url());
    EXPECT_EQ(asked.reply.status().code(), failure.code) << failure.name << asked.reply.status();
    EXPECT_THAT(Shown(asked), HasSubstr(failure.says)) << failure.name;
    EXPECT_THAT(Shown(asked), Not(HasSubstr("secret"))) << failure.name;
    if (failure.says[0] == ' ') {
      EXPECT_THAT(Shown(asked), HasSubstr(origin)) << failure.name;
    }
  }
}

TEST(Chat, KeyGoesInTheHeaderAlone) {
  ChatServer server([](const Json&) { return ChatScript::Say({"hi"}); });
  Ask(server.base_url());
  const std::vector<testing::ChatSeen> seen = server.seen();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_THAT(seen[0].head, HasSubstr(absl::StrCat("authorization: Bearer ", kKey)));
  EXPECT_THAT(seen[0].path + seen[0].body, Not(HasSubstr(kKey)));
}

TEST(Chat, CancellingMidStreamClosesTheSocket) {
  ChatScript script =
      ChatScript::Raw(Chunk(R"({"role":"assistant"})") + Chunk(R"({"content":"hi"})") + kStop);
  script.stall = Chunk(R"({"role":"assistant"})").size() + Chunk(R"({"content":"hi"})").size();
  ChatServer server([&](const Json&) { return script; });
  const auto cancel = [](Context& ctx, const Event& event) {
    if (std::holds_alternative<event::TextDelta>(event.body)) ctx.loop().Post([&ctx] { ctx.Cancel(); });
  };
  const Asked asked = Ask(server.base_url(), true, cancel);
  EXPECT_EQ(asked.reply.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked.reply.status().message(), "cancelled");
  EXPECT_EQ(UsageOf(asked.reply.status())->output, 1) << "about a token has come";
  EXPECT_EQ(asked.text, "hi");
  EXPECT_TRUE(server.WaitUntilClosed(absl::Seconds(20)));
}

TEST(Chat, SilenceEndsInTheIdleTimeOut) {
  ChatScript script = ChatScript::Raw(Chunk(R"({"content":"hi"})") + kStop);
  script.stall = 20;
  ChatServer server([&](const Json&) { return script; });
  const Asked asked = Ask(server.base_url(), true, nullptr, absl::Milliseconds(100));
  EXPECT_EQ(asked.reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Shown(asked), HasSubstr("fell silent for 100ms after 20 bytes of its reply (idle_timeout)"));
}

// Each comment resets the idle time-out, and only an event the patience with them.
TEST(Chat, SignsOfLifeAloneEndInATimeOut) {
  std::string stream = Chunk(R"({"content":"hi"})");
  for (int i = 0; i < 5000; ++i) stream += ": keep-alive\n\n";
  ChatScript script = ChatScript::Raw(stream + kStop);
  script.gap = absl::Milliseconds(5);
  ChatServer server([&](const Json&) { return script; });
  const Asked asked = Ask(server.base_url(), true, nullptr, absl::Milliseconds(200));
  EXPECT_EQ(asked.reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Shown(asked), HasSubstr("sent nothing but signs of life for 2s (10 times idle_timeout)"));
  EXPECT_EQ(asked.text, "hi");
}

TEST(Chat, RetryAfterInEveryForm) {
  const struct {
    std::vector<std::string> headers;
    const char* ms;  // null: none
  } cases[] = {
      {{"retry-after-ms: 250", "retry-after: 9"}, "250"},
      {{"retry-after: 1.5"}, "1500"},
      {{"date: Wed, 21 Oct 2026 07:28:00 GMT", "retry-after: Wed, 21 Oct 2026 07:28:30 GMT"}, "30000"},
      {{"date: Wed, 21 Oct 2026 07:28:00 GMT", "retry-after: Wed, 21 Oct 2026 07:27:00 GMT"}, "0"},
      {{"retry-after: Wed, 21 Oct 2026 07:28:30 GMT"}, nullptr},
      {{"retry-after: soon"}, nullptr},
      {{"retry-after: -3"}, nullptr}};
  ChatScript script = ChatScript::Refuse(429, "");
  ChatServer server([&](const Json&) { return script; });
  for (const auto& c : cases) {
    script.headers = c.headers;
    const Asked asked = Ask(server.base_url());
    const auto delay = asked.reply.status().GetPayload("ninefold/retry-after-ms");
    EXPECT_EQ(delay.has_value(), c.ms != nullptr) << c.headers.back();
    if (delay && c.ms != nullptr) {
      EXPECT_EQ(std::string(*delay), c.ms) << c.headers.back();
    }
  }
}

TEST(Chat, RetryAfterInTheWords) {
  const struct {
    const char* words;
    std::optional<absl::Duration> delay;
  } cases[] = {{"Please try again in 7m12s. Visit https://x", absl::Seconds(432)},
               {"Try again in 8.64s", absl::Milliseconds(8640)},
               {"Please try again in 20s.", absl::Seconds(20)},
               {"please try again in 1 day", std::nullopt},
               {"try again in .", std::nullopt},
               {"try again in", std::nullopt}};
  ChatScript script;
  ChatServer server([&](const Json&) { return script; });
  for (const auto& c : cases) {
    const std::string error =
        absl::StrCat(R"({"error":{"message":")", c.words, R"(","code":"rate_limit_exceeded"}})");
    script = ChatScript::Refuse(429, error);
    EXPECT_EQ(RetryAfterOf(Ask(server.base_url()).reply.status()), c.delay) << c.words;
    script = ChatScript::Raw(absl::StrCat("data: ", error, "\n\n"));
    EXPECT_EQ(RetryAfterOf(Ask(server.base_url()).reply.status()), c.delay) << c.words;
    script = ChatScript::Refuse(429, error);
    script.headers = {"retry-after: 3"};
    EXPECT_EQ(RetryAfterOf(Ask(server.base_url()).reply.status()), absl::Seconds(3)) << c.words;
  }
}

}  // namespace
}  // namespace ninefold
