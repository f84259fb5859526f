// Gemini's generateContent: requests as they are on the wire, and events put together to a reply.
#include "model/gemini.h"

#include "absl/strings/str_cat.h"
#include "base/asio.h"
#include "base/loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/vendors/vendors.h"
#include "ninefold/context.h"
#include "run/run_state.h"
#include "testing/chat_server.h"

namespace ninefold {
namespace {

using testing::ChatScript;
using testing::ChatServer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kThird[] = "gemini-3.7-flash";
constexpr char kSecond[] = "gemini-2.5-flash";

std::string TextOfBody(const ModelRequest& request, const std::string& model = kThird) {
  GeminiOptions options;
  options.vendor = "gemini";
  options.model = model;
  options.family = GeminiFamilyOf(model);
  WireTools tools{.names = WireNames(request.tools.get())};
  if (request.tools) tools.text = GeminiTools(*request.tools, tools.names);
  return GeminiBody(request, options, tools);
}

Json BodyOf(const ModelRequest& request, const std::string& model = kThird) {
  absl::StatusOr<Json> json = ParseJson(TextOfBody(request, model));
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *json : Json();
}

ModelRequest Question() {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("Rain?"));
  return request;
}

absl::StatusOr<ModelReply> ReplyOf(const std::vector<std::string>& events) {
  const std::unique_ptr<Assembly> assembly = MakeGeminiAssembly("http://x");
  for (const std::string& event : events) {
    absl::Status taken = assembly->Take("", event, {});
    if (!taken.ok()) return taken;
  }
  return assembly->Finish(nullptr, {});
}

// The parts in one event, that ends so.
absl::StatusOr<ModelReply> ReplyOf(const std::string& parts, const std::string& finish) {
  return ReplyOf({absl::StrCat(R"({"candidates":[{"content":{"role":"model","parts":[)", parts,
                               R"(]},"finishReason":")", finish, R"("}]})")});
}

// As the server writes it, blanks and all.
std::string EventOf(const std::string& parts, const std::string& end = "", const std::string& rest = "") {
  return absl::StrCat(R"({"candidates": [{"content": {"parts": [)", parts, R"(],"role": "model"})", end,
                      R"(,"index": 0}])", rest, R"(,"modelVersion": "gemini-3.7-flash","responseId": "r7"})");
}

// A thought, a text, two calls of which the first is signed, an empty end.
const std::vector<std::string>& Stream() {
  static const std::string calls =
      R"({"functionCall": {"name": "look","args": {"place": "Bonn"},"id": "f1"},"thoughtSignature": "Eq4B"},)"
      R"({"functionCall": {"name": "look","args": {"place": "Kiel"},"id": "f2"}})";
  static const std::string begun =
      R"(,"usageMetadata": {"promptTokenCount": 29,"thoughtsTokenCount": 40,"totalTokenCount": 69})";
  static const std::string finish =
      R"(,"finishReason": "STOP","finishMessage": "Model generated function call(s).")";
  static const std::string usage =
      R"(,"usageMetadata": {"promptTokenCount": 29,"candidatesTokenCount": 15,"totalTokenCount": 848,)"
      R"("promptTokensDetails": [{"modality": "TEXT","tokenCount": 29}],"thoughtsTokenCount": 804,)"
      R"("cachedContentTokenCount": 20,"toolUsePromptTokenCount": 2,"serviceTier": "standard"})";
  static const std::vector<std::string> events = {
      EventOf(R"({"text": "**Places**\n","thought": true})", "", begun),
      EventOf(R"({"text": "Two.","thought": true})"),
      EventOf(R"({"text": "Loo"})"),
      EventOf(R"({"text": "king"})"),
      EventOf(calls),
      EventOf(R"({"text": ""})", finish, usage)};
  return events;
}

Message ResultsOf(const ModelReply& reply) {
  const std::vector<const ToolCall*> calls = ToolCallsOf(reply.message);
  Message results{.role = Role::kTool};
  results.parts.push_back(
      ToolResult{.call_id = calls[0]->id,
                 .name = "look",
                 .content = {Text{"dry"}, Image{.media_type = "image/png", .bytes = "i"}}});
  results.parts.push_back(ToolResult{
      .call_id = calls[1]->id, .name = "look", .content = {Text{"no such place"}}, .is_error = true});
  return results;
}

TEST(GeminiBody, WhatCameGoesBackAsItCame) {
  const absl::StatusOr<ModelReply> reply = ReplyOf(Stream());
  ASSERT_TRUE(reply.ok()) << reply.status();
  ModelRequest request = Question();
  request.instructions = std::make_shared<const std::string>("Be brief.");
  request.conversation =
      request.conversation.With(reply->message).With(ResultsOf(*reply)).With(UserMessage("Go on"));
  EXPECT_EQ(
      TextOfBody(request),
      R"({"contents":[{"role":"user","parts":[{"text":"Rain?"}]},)"
      R"({"role":"model","parts":[{"text":"**Places**\nTwo.","thought":true},{"text":"Looking"},)"
      R"({"functionCall":{"id":"f1","name":"look","args":{"place":"Bonn"}},"thoughtSignature":"Eq4B"},)"
      R"({"functionCall":{"id":"f2","name":"look","args":{"place":"Kiel"}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"f1","name":"look",)"
      R"("response":{"output":"dry"},"parts":[{"inlineData":{"mimeType":"image/png","data":"aQ=="}}]}},)"
      R"({"functionResponse":{"id":"f2","name":"look","response":{"error":"no such place"}}},)"
      R"({"text":"Go on"}]}],"systemInstruction":{"parts":[{"text":"Be brief."}]}})");
}

// Before the third generation a result holds no image: it follows behind all of them.
TEST(GeminiBody, ImagesOfResultsFollowThemInOlderModels) {
  const absl::StatusOr<ModelReply> reply = ReplyOf(Stream());
  ASSERT_TRUE(reply.ok()) << reply.status();
  ModelRequest request = Question();
  request.conversation = request.conversation.With(reply->message).With(ResultsOf(*reply));
  const Json parts = BodyOf(request, kSecond)["contents"][2]["parts"];
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_FALSE(parts[0]["functionResponse"].contains("parts"));
  EXPECT_TRUE(parts[1].contains("functionResponse"));
  EXPECT_EQ(parts[2]["text"], "From the tool calls above:");
  EXPECT_EQ(parts[3]["inlineData"]["data"], "aQ==");
}

TEST(GeminiBody, CallsOfOtherModelsAreMarked) {
  ModelRequest request = Question();
  Message calls{.role = Role::kAssistant};
  calls.parts.push_back(Reasoning{"hm", VendorState("anthropic", "block", Json::object())});
  calls.parts.push_back(ToolCall{.id = "toolu_1", .name = "look", .arguments = {{"a", 1}}});
  calls.parts.push_back(ToolCall{.id = "toolu_2", .name = "look", .arguments = "{a:"});
  Message results{.role = Role::kTool};
  results.parts.push_back(ToolResult{.call_id = "toolu_1", .name = "look", .content = {Text{"x"}}});
  results.parts.push_back(ToolResult{.call_id = "toolu_2", .name = "look", .content = {Text{"y"}}});
  request.conversation = request.conversation.With(calls).With(results);
  const Json contents = BodyOf(request)["contents"];
  EXPECT_EQ(contents[1]["parts"], *ParseJson(R"([
      {"functionCall":{"id":"toolu_1","name":"look","args":{"a":1}},
       "thoughtSignature":"skip_thought_signature_validator"},
      {"functionCall":{"id":"toolu_2","name":"look","args":{"arguments":"{a:"}}}])"));
  EXPECT_EQ(contents[2]["parts"][1]["functionResponse"]["id"], "toolu_2");
  EXPECT_THAT(TextOfBody(request, kSecond), Not(HasSubstr("thoughtSignature")));
}

// An id that was made here is none of the server's, and one that was changed here is still the server's.
TEST(GeminiBody, IdsAreTheServersOwn) {
  absl::StatusOr<ModelReply> reply =
      ReplyOf(R"({"functionCall":{"name":"look"}},{"functionCall":{"name":"look","id":"f"}})", "STOP");
  ASSERT_TRUE(reply.ok()) << reply.status();
  std::get<ToolCall>(reply->message.parts[1]).id = "call_9";
  ModelRequest request = Question();
  request.conversation = request.conversation.With(reply->message).With(ResultsOf(*reply));
  const Json contents = BodyOf(request)["contents"];
  EXPECT_FALSE(contents[1]["parts"][0]["functionCall"].contains("id"));
  EXPECT_EQ(contents[1]["parts"][1]["functionCall"]["id"], "f");
  EXPECT_FALSE(contents[2]["parts"][0]["functionResponse"].contains("id"));
  EXPECT_EQ(contents[2]["parts"][1]["functionResponse"]["id"], "f");
}

TEST(GeminiBody, PartsOfAQuestion) {
  Message message = UserMessage("See");
  message.parts.push_back(Image{.media_type = "image/png", .bytes = "i", .url = ""});
  message.parts.push_back(Image{.media_type = "", .bytes = "", .url = "https://example.org/a.png"});
  message.parts.push_back(File{.name = "a.pdf", .media_type = "application/pdf", .bytes = "p"});
  message.parts.push_back(File{.name = "a.txt", .media_type = "text/plain", .bytes = "words"});
  message.parts.push_back(Text{" \n"});
  ModelRequest request;
  request.conversation = Conversation().With(message);
  EXPECT_EQ(BodyOf(request)["contents"][0]["parts"], *ParseJson(R"([{"text":"See"},
      {"inlineData":{"mimeType":"image/png","data":"aQ=="}},
      {"fileData":{"fileUri":"https://example.org/a.png"}},
      {"inlineData":{"mimeType":"application/pdf","data":"cA=="}},
      {"text":"<file name=\"a.txt\">\nwords\n</file>"}])"));
}

TEST(GeminiBody, ThinkingFollowsTheFamily) {
  struct Case {
    const char *model, *effort, *config;
  };
  for (const Case& c : {
           Case{kThird, "none", R"({"thinkingLevel":"LOW"})"},
           Case{kThird, "medium", R"({"includeThoughts":true,"thinkingLevel":"MEDIUM"})"},
           Case{kThird, "xhigh", R"({"includeThoughts":true,"thinkingLevel":"HIGH"})"},
           Case{"gemini-3-flash-preview", "none", R"({"thinkingLevel":"MINIMAL"})"},
           Case{"gemini-9-flash-lite", "minimal", R"({"includeThoughts":true,"thinkingLevel":"MINIMAL"})"},
           Case{kSecond, "none", R"({"thinkingBudget":0})"},
           Case{kSecond, "high", R"({"includeThoughts":true,"thinkingBudget":24576})"},
           Case{kSecond, "xhigh", R"({"includeThoughts":true,"thinkingBudget":-1})"},
           Case{"gemini-2.5-pro", "none", R"({"thinkingBudget":128})"},
       }) {
    ModelRequest request = Question();
    request.settings.reasoning_effort = c.effort;
    EXPECT_EQ(DumpJson(BodyOf(request, c.model)["generationConfig"]["thinkingConfig"]), c.config)
        << c.model << " " << c.effort;
  }
  for (const char* model : {"gemini-2.0-flash", "gemini-2.5-flash-image", "gemma-3-27b-it"}) {
    ModelRequest request = Question();
    request.settings.reasoning_effort = "high";
    EXPECT_FALSE(BodyOf(request, model).contains("generationConfig")) << model;
  }
  EXPECT_FALSE(BodyOf(Question()).contains("generationConfig"));
}

TEST(GeminiBody, Settings) {
  ModelRequest request = Question();
  request.settings.temperature = 0.5;
  request.settings.top_p = 0.25;
  request.settings.max_output_tokens = 100;
  request.settings.seed = 0x1'8000'0007;
  EXPECT_EQ(DumpJson(BodyOf(request)["generationConfig"]),
            R"({"maxOutputTokens":100,"seed":7,"temperature":0.5,"topP":0.25})");
}

TEST(GeminiBody, ToolsAndChoice) {
  ModelRequest request = Question();
  request.tools = std::make_shared<const ToolList>(
      std::vector<ToolSpec>{{.name = "text.search", .description = "Finds"}, {.name = "b"}});
  EXPECT_EQ(BodyOf(request)["tools"], *ParseJson(R"([{"functionDeclarations":[
      {"name":"text_search","description":"Finds",
       "parametersJsonSchema":{"type":"object","properties":{},"additionalProperties":false}},
      {"name":"b","description":"",
       "parametersJsonSchema":{"type":"object","properties":{},"additionalProperties":false}}]}])"));
  EXPECT_FALSE(BodyOf(request).contains("toolConfig"));
  request.tool_choice = ToolChoice::kNone;
  EXPECT_EQ(BodyOf(request)["toolConfig"]["functionCallingConfig"]["mode"], "NONE");
  request.tool_choice = ToolChoice::kRequired;
  EXPECT_EQ(BodyOf(request)["toolConfig"]["functionCallingConfig"]["mode"], "ANY");
}

TEST(GeminiBody, ASchemaInWordsWhereTheServerTakesNone) {
  ModelRequest request = Question();
  request.output =
      std::make_shared<const OutputSchema>(OutputSchema{.name = "weather", .schema = {{"type", "object"}}});
  const Json native{{"responseMimeType", "application/json"}, {"responseJsonSchema", {{"type", "object"}}}};
  EXPECT_EQ(BodyOf(request)["generationConfig"], native);
  EXPECT_EQ(BodyOf(request, kSecond)["generationConfig"], native);
  request.tools = std::make_shared<const ToolList>(std::vector<ToolSpec>{{.name = "look"}});
  EXPECT_EQ(BodyOf(request)["generationConfig"], native);
  EXPECT_FALSE(BodyOf(request, kSecond).contains("generationConfig"));
  EXPECT_THAT(DumpJson(BodyOf(request, kSecond)["systemInstruction"]), HasSubstr(R"({\"type\":\"object\"})"));
  request.tool_choice = ToolChoice::kRequired;
  EXPECT_FALSE(BodyOf(request).contains("generationConfig"));
}

// ---- replies -------------------------------------------------------------------------------------

TEST(GeminiReply, UsageAndNames) {
  const absl::StatusOr<ModelReply> reply = ReplyOf(Stream());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->stop_reason, StopReason::kToolCalls);
  EXPECT_EQ(TextOf(reply->message), "Looking");
  EXPECT_EQ(reply->usage.input, 31);
  EXPECT_EQ(reply->usage.cached_input, 20);
  EXPECT_EQ(reply->usage.output, 819);
  EXPECT_EQ(reply->usage.reasoning, 804);
  EXPECT_EQ(reply->model, "gemini-3.7-flash");
  EXPECT_EQ(reply->request_id, "r7");
}

TEST(GeminiReply, BrokenOffAfterAnyEvent) {
  for (std::size_t n = 0; n < Stream().size(); ++n) {
    const auto reply = ReplyOf(std::vector(Stream().begin(), Stream().begin() + std::ptrdiff_t(n)));
    EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kBroken) << n;
  }
}

TEST(GeminiReply, ASignatureStaysOnItsPart) {
  struct Case {
    const char *came, *goes;
  };
  for (const Case& c : {
           Case{R"({"text":"Dry"},{"text":"","thoughtSignature":"Ep0"})",
                R"([{"text":"Dry"},{"text":"","thoughtSignature":"Ep0"}])"},
           Case{R"({"text":"D"},{"text":"ry","thoughtSignature":"Ep0"})",
                R"([{"text":"Dry","thoughtSignature":"Ep0"}])"},
           Case{R"({"text":"D"},{"text":"","thoughtSignature":"Ep0"},{"text":"ry"})",
                R"([{"text":"Dry","thoughtSignature":"Ep0"}])"},
           Case{R"({"text":"Hm","thought":true,"thoughtSignature":"A"},{"text":"Dry"},)"
                R"({"thoughtSignature":"B"})",
                R"([{"text":"Hm","thought":true,"thoughtSignature":"A"},{"text":"Dry"},)"
                R"({"text":"","thoughtSignature":"B"}])"},
           Case{R"({"text":"Dry"},{"executableCode":{"code":"1"}},{"text":"!"},)"
                R"({"new":1,"thoughtSignature":"C"})",
                R"([{"text":"Dry"},{"executableCode":{"code":"1"}},{"text":"!"},)"
                R"({"new":1,"thoughtSignature":"C"}])"},
           Case{R"({"inlineData":{"mimeType":"image/png","data":"aQ=="},"thoughtSignature":"D"})",
                R"([{"inlineData":{"mimeType":"image/png","data":"aQ=="},"thoughtSignature":"D"}])"},
       }) {
    const absl::StatusOr<ModelReply> reply = ReplyOf(c.came, "STOP");
    ASSERT_TRUE(reply.ok()) << reply.status() << c.came;
    ModelRequest request = Question();
    request.conversation = request.conversation.With(reply->message);
    EXPECT_EQ(BodyOf(request)["contents"][1]["parts"], *ParseJson(c.goes));
  }
}

TEST(GeminiReply, StopReasons) {
  struct Case {
    const char* said;
    StopReason reason;
  };
  for (const Case& c : {Case{"STOP", StopReason::kStop}, Case{"MAX_TOKENS", StopReason::kLength},
                        Case{"SAFETY", StopReason::kFiltered}, Case{"RECITATION", StopReason::kFiltered},
                        Case{"SPII", StopReason::kFiltered}, Case{"SOMETHING_NEW", StopReason::kStop}}) {
    const auto reply = ReplyOf(R"({"text":"T"})", c.said);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->stop_reason, c.reason) << c.said;
    EXPECT_EQ(TextOf(reply->message), "T");
  }
  const auto filtered = ReplyOf(R"({"functionCall":{"name":"f"}})", "SAFETY");
  ASSERT_TRUE(filtered.ok()) << filtered.status();
  EXPECT_TRUE(filtered->message.parts.empty());
}

TEST(GeminiReply, EndsThatAreErrors) {
  struct Case {
    const char *finish, *parts;
    ModelError error;
    const char* says;
  };
  for (const Case& c :
       {Case{"MALFORMED_FUNCTION_CALL", R"({"text":"T"})", ModelError::kEmpty,
             "http://x gave up its reply (MALFORMED_FUNCTION_CALL)"},
        Case{"OTHER", R"({"text":"T"})", ModelError::kEmpty, "(OTHER)"},
        Case{"LANGUAGE", "", ModelError::kInvalidRequest, "in a language that the model knows"},
        Case{"STOP", "", ModelError::kEmpty, "an empty reply"},
        Case{"MAX_TOKENS", R"({"text":"Hm","thought":true})", ModelError::kInvalidRequest,
             "raise max_output_tokens"},
        Case{"FINISH_REASON_UNSPECIFIED", R"({"text":"T"})", ModelError::kBroken, "no finish reason"}}) {
    const absl::Status status = ReplyOf(c.parts, c.finish).status();
    EXPECT_EQ(ModelErrorName(ModelErrorOf(status)), ModelErrorName(c.error)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
}

TEST(GeminiReply, ABlockedPromptStaysBlocked) {
  const absl::Status status =
      ReplyOf({R"({"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"Not this."}})",
               R"({"candidates":[{"content":{"parts":[{"text":"T"}]},"finishReason":"STOP"}]})",
               R"({"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"}})"})
          .status();
  EXPECT_EQ(ModelErrorOf(status), ModelError::kContentPolicy);
  EXPECT_EQ(status.message(), "http://x refused the prompt for what it says (SAFETY): Not this.");
  const auto passed =
      ReplyOf({R"({"promptFeedback":{"blockReason":"BLOCKED_REASON_UNSPECIFIED","safetyRatings":[]}})",
               R"({"candidates":[{"content":{"parts":[{"text":"T"}]},"finishReason":"STOP"}]})"});
  ASSERT_TRUE(passed.ok()) << passed.status();
}

TEST(GeminiReply, OtherFormsOfAStream) {
  // A proxy that drops "alt=sse", one that adds an end, and candidates that nobody asked for.
  std::string list;
  for (const std::string& event : Stream()) absl::StrAppend(&list, list.empty() ? "[" : ",\n", event);
  const auto listed = ReplyOf({absl::StrCat(list, "]"), "[DONE]"});
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(DumpJson(ToJson(*listed)), DumpJson(ToJson(*ReplyOf(Stream()))));
  const auto first = ReplyOf({R"({"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]}},)"
                              R"({"index":0,"content":{"parts":[{"text":"yes"}]},"finishReason":"STOP"}]})"});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(TextOf(first->message), "yes");
  EXPECT_EQ(ModelErrorOf(ReplyOf({"<html>"}).status()), ModelError::kServer);
}

TEST(GeminiReply, AnErrorInTheMidstSaysHowLongToWait) {
  std::vector<std::string> events = Stream();
  events[2] = R"([{"error":{"code":429,"message":"Slower.","status":"RESOURCE_EXHAUSTED","details":[)"
              R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}])";
  const absl::Status status = ReplyOf(events).status();
  EXPECT_EQ(ModelErrorOf(status), ModelError::kRateLimit);
  EXPECT_EQ(RetryAfterOf(status), absl::Seconds(34.4));
}

// ---- over the wire -------------------------------------------------------------------------------

Async<void> Generate(const Model& model, const ModelRequest& request, Context& ctx,
                     absl::StatusOr<ModelReply>& reply) {
  reply = co_await model.Generate(request, ctx);
}

absl::StatusOr<ModelReply> Ask(const Model& model, const ModelRequest& request) {
  absl::StatusOr<ModelReply> reply = absl::InternalError("never ended");
  asio::io_context io(1);
  std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
  RunState run(*loop);
  Context root(run);
  asio::co_spawn(io, Generate(model, request, root, reply), asio::detached);
  io.run();
  return reply;
}

ChatScript Said() {
  return ChatScript::Raw(
      R"(data: {"candidates":[{"content":{"parts":[{"text":"Dry."}]},"finishReason":"STOP"}]})"
      "\n\n");
}

TEST(GeminiWire, TheRequest) {
  ChatServer server([](const Json&) { return Said(); });
  ModelOptions options{.base_url = absl::StrCat("http://127.0.0.1:", server.port()), .key = "AIza-SECRET"};
  const auto model = OpenModel("gemini/gemini-3.7-flash", options);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_TRUE(Ask(**model, Question()).ok());
  EXPECT_EQ(server.seen()[0].path, "/v1beta/models/gemini-3.7-flash:streamGenerateContent?alt=sse");
  EXPECT_THAT(server.seen()[0].head, HasSubstr("\r\nx-goog-api-key: AIza-SECRET\r\n"));
  EXPECT_THAT(server.seen()[0].head, HasSubstr("\r\naccept: text/event-stream\r\n"));
  EXPECT_EQ(server.seen()[0].body, R"({"contents":[{"role":"user","parts":[{"text":"Rain?"}]}]})");
}

TEST(GeminiWire, AddressesAsTheyArePasted) {
  struct Case {
    const char *model, *base, *path;
  };
  ChatServer server([](const Json&) {
    ChatScript script = Said();
    script.body = script.body->substr(6);
    script.content_type = "application/json";
    return script;
  });
  for (const Case& c : {Case{"m", "", "/v1beta/models/m:generateContent"},
                        Case{"models/m", "/v1beta/", "/v1beta/models/m:generateContent"},
                        Case{"tunedModels/m-1", "/v1", "/v1/tunedModels/m-1:generateContent"},
                        Case{"m", "/gate/v1beta/openai", "/gate/v1beta/models/m:generateContent"},
                        Case{"m", "/vault", "/vault/v1beta/models/m:generateContent"},
                        Case{"m", "/v1beta/models/x:generateContent", "/v1beta/models/m:generateContent"}}) {
    ModelOptions options{.base_url = absl::StrCat("http://127.0.0.1:", server.port(), c.base),
                         .stream = false};
    const auto model = OpenModel(absl::StrCat("gemini/", c.model), options);
    ASSERT_TRUE(model.ok()) << model.status();
    const auto reply = Ask(**model, Question());
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(server.seen().back().path, c.path);
  }
}

TEST(GeminiWire, ADailyQuotaIsNoMatterOfCredit) {
  struct Case {
    const char *quota, *details, *advice;
  };
  ChatScript script;
  ChatServer server([&](const Json&) { return script; });
  const auto model = OpenModel("gemini/m", {.base_url = absl::StrCat("http://127.0.0.1:", server.port()),
                                            .key = "k",
                                            .stream = false,
                                            .attempts = 1});
  ASSERT_TRUE(model.ok()) << model.status();
  for (const Case& c :
       {Case{
            "RequestsPerDayPerProject", "",
            "; the daily quota RequestsPerDayPerProject is used up; it starts anew at midnight Pacific time"},
        Case{"RequestsPerDayPerProject", R"(,{"retryDelay":"38202.4s"})",
             "; the daily quota RequestsPerDayPerProject is used up; there is room again in 10h36m43s"},
        Case{"RequestsPerMinutePerProject", "", "; wait, or ask less at once"}}) {
    script = ChatScript::Refuse(
        429, absl::StrCat(
                 R"({"error":{"code":429,"message":"You exceeded your quota.","status":"RESOURCE_EXHAUSTED",)"
                 R"("details":[{"violations":[{"quotaId":")",
                 c.quota, "\"}]}", c.details, "]}}"));
    const absl::Status status = Ask(**model, Question()).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(c.advice, " (request")));
  }
}

TEST(GeminiWire, WhatIsRefusedBeforeItIsAsked) {
  unsetenv("GEMINI_API_KEY");
  unsetenv("GEMINI_BASE_URL");
  EXPECT_EQ(
      OpenModel("gemini/gemini-3.7-flash").status().message(),
      "model \"gemini/gemini-3.7-flash\" needs a key: set GEMINI_API_KEY, or base_url (GEMINI_BASE_URL) "
      "to a server of your own");
  for (const char* name : {"a b", "m?key=x", "../m", "models/", "m:generateContent"}) {
    const auto model = OpenModel(absl::StrCat("gemini/", name), {.key = "k"});
    EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace ninefold
