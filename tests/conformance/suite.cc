// One table of behaviours, played to every vendor's model over the wire against a server that keeps to its
// specification. The result is a table in docs/models.md (NINEFOLD_UPDATE_GOLDEN=1 writes it anew).
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "base/asio.h"
#include "base/base64.h"
#include "base/loop.h"
#include "conformance/kit.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/context.h"
#include "ninefold/status.h"
#include "run/run_state.h"

namespace ninefold::conformance {
namespace {

using testing::ChatScript;
using testing::ChatServer;

constexpr char kKey[] = "test-key-123";
constexpr char kPng[] = "\x89PNG\r\n\x1a\nnot really";

struct Answer {
  absl::StatusOr<ModelReply> reply = absl::InternalError("never ended");
  std::string text, reasoning;  // of the deltas
};

Async<void> Generate(const Model& model, const ModelRequest& request, Context& ctx, Answer& answer) {
  answer.reply = co_await model.Generate(request, ctx);
}

// A model of the kit, and the server behind it, which says what it is told and finds fault with requests.
class Table {
 public:
  explicit Table(const Kit& kit, bool stream = true)
      : kit_(kit), server_([this](const Json& body) { return Respond(body); }) {
    ModelOptions options;
    options.base_url = absl::StrCat("http://127.0.0.1:", server_.port(), kit.base_path());
    options.key = kKey;
    options.api = kit.api();
    options.attempts = 1;  // what the server did is to be seen as it is
    options.stream = stream;
    auto model = OpenModel(kit.spec(), options);
    EXPECT_TRUE(model.ok()) << model.status();
    model_ = *model;
  }

  void Say(const Play& play) {
    script_ = ChatScript::Raw(model_streams_ ? kit_.Stream(play) : kit_.Whole(play));
    script_.content_type = model_streams_ ? kit_.content_type() : "application/json";
  }
  void SayWhole(const Play& play) {
    model_streams_ = false;
    Say(play);
  }
  void Send(ChatScript script) { script_ = std::move(script); }
  ChatScript& script() { return script_; }
  ChatServer& server() { return server_; }

  Answer Ask(const ModelRequest& request,
             const std::function<void(Context&, const Event&)>& on_event = nullptr) {
    Answer answer;
    asio::io_context io(1);
    std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
    RunState run(*loop);
    Context root(run);
    run.on_event = [&](const Event& event) {
      if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) answer.text += delta->text;
      if (const auto* delta = std::get_if<event::ReasoningDelta>(&event.body))
        answer.reasoning += delta->text;
      if (on_event) on_event(root, event);
    };
    asio::co_spawn(io, Generate(*model_, request, root, answer), asio::detached);
    io.run();
    EXPECT_EQ(fault_, "") << kit_.name();
    EXPECT_THAT(answer.reply.status().ToString(), ::testing::Not(::testing::HasSubstr(kKey)));
    return answer;
  }
  const std::string& last_body() const { return body_; }

 private:
  ChatScript Respond(const Json& body) {
    body_ = DumpJson(body);
    const auto seen = server_.seen();
    if (!seen.empty()) fault_ = kit_.FaultIn(seen.back(), body);
    return script_;
  }

  const Kit& kit_;
  ChatScript script_;
  bool model_streams_ = true;
  std::string body_, fault_;
  ModelPtr model_;
  ChatServer server_;
};

ModelRequest Question(const std::string& text = "Why is the sky blue?") {
  ModelRequest request;
  request.instructions = std::make_shared<const std::string>("Be brief.");
  request.conversation = Conversation().With(UserMessage(text));
  return request;
}

ModelRequest WithTools(ModelRequest request) {
  Json place =
      *ParseJson(R"({"type":"object","properties":{"place":{"type":"string"}},"required":["place"]})");
  request.tools = std::make_shared<const ToolList>(
      std::vector<ToolSpec>{{.name = "look", .description = "Weather", .parameters = place},
                            {.name = "text.search", .description = "Finds", .parameters = place}});
  return request;
}

const Play kCalls{
    .reasoning = "",
    .text = {},
    .calls = {{"call_1", "look", R"({"place":"Bonn"})"}, {"call_2", "text_search", R"({"place":"Kiel"})"}}};

std::string CallsOf(const ModelReply& reply) {
  std::string all;
  for (const ToolCall* call : ToolCallsOf(reply.message))
    absl::StrAppend(&all, call->name, DumpJson(call->arguments), " ");
  return all;
}

// The conversation after the model's reply, its calls answered.
Conversation Answered(const ModelRequest& request, const ModelReply& reply, const Part& with) {
  Message results{Role::kTool, {}};
  for (const ToolCall* call : ToolCallsOf(reply.message))
    results.parts.push_back(ToolResult{call->id, call->name, {with}, false});
  return request.conversation.With(reply.message).With(results);
}

// ---- the behaviours ------------------------------------------------------------------------------

void PlayText(const Kit& kit) {
  for (const bool stream : {true, false}) {
    Table table(kit, stream);
    const Play play{.text = {"Because of ", "\"Rayleigh\" sc\u00e4ttering.\n"}};
    stream ? table.Say(play) : table.SayWhole(play);
    const Answer answer = table.Ask(Question());
    ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
    EXPECT_EQ(TextOf(answer.reply->message), Joined(play.text));
    EXPECT_EQ(answer.text, Joined(play.text));
    EXPECT_EQ(answer.reply->stop_reason, StopReason::kStop);
  }
}

void PlayStream(const Kit& kit) {
  Table table(kit);
  table.Say({.text = {"one ", "two ", "three"}});
  std::vector<std::string> deltas;
  table.Ask(Question(), [&](Context&, const Event& event) {
    if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) deltas.push_back(delta->text);
  });
  EXPECT_THAT(deltas, ::testing::ElementsAre("one ", "two ", "three"));
}

void PlayTools(const Kit& kit) {
  for (const bool stream : {true, false}) {
    Table table(kit, stream);
    const Play play{.text = {"Let me look."}, .calls = {kCalls.calls[0]}};
    stream ? table.Say(play) : table.SayWhole(play);
    const Answer answer = table.Ask(WithTools(Question()));
    ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
    EXPECT_EQ(CallsOf(*answer.reply), R"(look{"place":"Bonn"} )");
    EXPECT_EQ(answer.reply->stop_reason, StopReason::kToolCalls);
  }
}

void PlayParallelTools(const Kit& kit) {
  Table table(kit);
  table.Say(kCalls);
  ModelRequest request = WithTools(Question());
  const Answer first = table.Ask(request);
  ASSERT_TRUE(first.reply.ok()) << first.reply.status();
  EXPECT_EQ(CallsOf(*first.reply), R"(look{"place":"Bonn"} text.search{"place":"Kiel"} )");
  request.conversation = Answered(request, *first.reply, Text{"dry"});
  table.Say({.text = {"Dry."}});
  const Answer second = table.Ask(request);
  ASSERT_TRUE(second.reply.ok()) << second.reply.status();
  EXPECT_EQ(TextOf(second.reply->message), "Dry.");
}

void PlayImage(const Kit& kit) {
  Table table(kit);
  table.Say({.text = {"A cat."}});
  Message question = UserMessage("What is this?");
  question.parts.push_back(Image{.media_type = "image/png", .bytes = kPng, .url = ""});
  ModelRequest request = Question();
  request.conversation = Conversation().With(question);
  ASSERT_TRUE(table.Ask(request).reply.ok());
  EXPECT_THAT(table.last_body(), ::testing::HasSubstr(Base64(kPng)));
}

void PlayImageFromTool(const Kit& kit) {
  Table table(kit);
  table.Say({.calls = {kCalls.calls[0]}});
  ModelRequest request = WithTools(Question());
  const Answer first = table.Ask(request);
  ASSERT_TRUE(first.reply.ok()) << first.reply.status();
  request.conversation =
      Answered(request, *first.reply, Image{.media_type = "image/png", .bytes = kPng, .url = ""});
  table.Say({.text = {"Rain."}});
  ASSERT_TRUE(table.Ask(request).reply.ok());
  EXPECT_THAT(table.last_body(), ::testing::HasSubstr(Base64(kPng)));
}

void PlayStructuredOutput(const Kit& kit) {
  Table table(kit);
  table.Say({.text = {R"({"rain":true})"}});
  ModelRequest request = Question();
  OutputSchema output{
      .name = "weather",
      .schema = *ParseJson(R"({"type":"object","properties":{"rain_marker":{"type":"boolean"}},
                                 "required":["rain_marker"],"additionalProperties":false})")};
  request.output = std::make_shared<const OutputSchema>(std::move(output));
  ASSERT_TRUE(table.Ask(request).reply.ok());
  EXPECT_THAT(table.last_body(), ::testing::HasSubstr("rain_marker"));
}

void PlayReasoning(const Kit& kit) {
  Table table(kit);
  table.Say({.reasoning = "the sky is far", .text = {"Rayleigh."}});
  ModelRequest request = Question();
  request.settings.reasoning_effort = "high";
  const Answer answer = table.Ask(request);
  ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
  EXPECT_EQ(answer.reasoning, "the sky is far");
  EXPECT_EQ(TextOf(answer.reply->message), "Rayleigh.");
}

// Three turns: what the vendor sealed comes back with each later request, and through the journal's JSON.
void PlayReasoningReplay(const Kit& kit) {
  Table table(kit);
  ModelRequest request = WithTools(Question());
  request.settings.reasoning_effort = "high";
  for (int turn = 1; turn <= 3; ++turn) {
    Play play{.reasoning = "the sky is far", .text = {}, .calls = {kCalls.calls[0]}};
    play.calls[0].id = absl::StrCat("call_", turn);
    table.Say(play);
    const Answer answer = table.Ask(request);
    ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
    std::size_t sealed = 0;
    for (std::size_t at = 0; (at = table.last_body().find(kit.seal(), at)) != std::string::npos; ++at)
      ++sealed;
    EXPECT_EQ(sealed, std::size_t(turn - 1)) << "turn " << turn << ": " << table.last_body();
    auto journaled = ModelReplyFromJson(ToJson(*answer.reply));
    ASSERT_TRUE(journaled.ok()) << journaled.status();
    request.conversation = Answered(request, *journaled, Text{"dry"});
  }
}

void ExpectStop(const Kit& kit, Play play, StopReason stop) {
  for (const bool stream : {true, false}) {
    Table table(kit, stream);
    stream ? table.Say(play) : table.SayWhole(play);
    const Answer answer = table.Ask(Question());
    ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
    EXPECT_EQ(answer.reply->stop_reason, stop);
    EXPECT_EQ(TextOf(answer.reply->message), Joined(play.text));
  }
}

void PlayLength(const Kit& kit) {
  ExpectStop(kit, {.text = {"Because of"}, .end = End::kLength}, StopReason::kLength);
}
void PlayRefusal(const Kit& kit) {
  ExpectStop(kit, {.text = {"I will not."}, .end = End::kRefusal}, StopReason::kRefusal);
}
void PlayFiltered(const Kit& kit) {
  ExpectStop(kit, {.text = {"Because"}, .end = End::kFiltered}, StopReason::kFiltered);
}

void PlayUsage(const Kit& kit) {
  Table table(kit);
  table.Say({.text = {"Yes."}});
  const Answer answer = table.Ask(Question());
  ASSERT_TRUE(answer.reply.ok()) << answer.reply.status();
  EXPECT_EQ(answer.reply->usage.input, 40);
  EXPECT_EQ(answer.reply->usage.output, 18);
}

void PlayErrors(const Kit& kit) {
  for (const ModelError error :
       {ModelError::kAuthentication, ModelError::kNotFound, ModelError::kInvalidRequest,
        ModelError::kContextLength, ModelError::kContentPolicy, ModelError::kQuota, ModelError::kRateLimit,
        ModelError::kOverloaded, ModelError::kServer}) {
    const Refusal refusal = kit.Refuse(error);
    if (refusal.status == 0) continue;
    Table table(kit);
    ChatScript script = ChatScript::Refuse(refusal.status, refusal.body);
    script.headers = refusal.headers;
    table.Send(script);
    const absl::Status status = table.Ask(Question()).reply.status();
    EXPECT_EQ(ModelErrorName(ModelErrorOf(status)), ModelErrorName(error)) << status;
    const bool waits = error == ModelError::kRateLimit;
    EXPECT_TRUE(!waits || RetryAfterOf(status) == absl::Seconds(7)) << status;
  }
}

void PlayMidStreamError(const Kit& kit) {
  Table table(kit);
  const std::string whole = kit.Stream({.text = {"one ", "two"}});
  const std::size_t half = whole.find("two");
  const std::size_t line = whole.rfind('\n', half) + 1;
  // Behind a whole event: where its name or its data begins.
  const std::size_t cut =
      whole.rfind("event:", half) != std::string::npos ? whole.rfind("event:", half) : line;
  ChatScript script = ChatScript::Raw(whole.substr(0, cut) + kit.MidStreamError());
  script.content_type = kit.content_type();
  table.Send(script);
  const absl::Status status = table.Ask(Question()).reply.status();
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("the GPU fell over"));
  EXPECT_EQ(ModelErrorName(ModelErrorOf(status)), "server");
}

void PlayCancellation(const Kit& kit) {
  Table table(kit);
  table.Say({.text = {"one ", "two"}});
  table.script().stall = table.script().body->find("two");
  const Answer answer = table.Ask(Question(), [](Context& root, const Event& event) {
    if (std::holds_alternative<event::TextDelta>(event.body)) root.Cancel(absl::CancelledError("enough"));
  });
  EXPECT_EQ(answer.reply.status().code(), absl::StatusCode::kCancelled) << answer.reply.status();
  EXPECT_TRUE(table.server().WaitUntilClosed(absl::Seconds(10)));
  // What had come is counted: a server bills what it wrote before it was cut off.
  const std::optional<Usage> used = UsageOf(answer.reply.status());
  EXPECT_TRUE(used && used->output.value_or(0) >= 1);
}

// A stream that ends too soon is an error that says so, wherever it ends, and never half a reply.
void PlayEveryCut(const Kit& kit) {
  Table table(kit);
  table.Say({.reasoning = "hm", .text = {"Let me\n", "look."}, .calls = {kCalls.calls[0]}});
  const std::string whole = *table.script().body;
  const std::size_t decisive = whole.size() - kit.TrailingBytes();
  std::string shown;
  for (std::size_t cut = 1; cut <= whole.size(); ++cut) {
    ChatScript script = ChatScript::Raw(whole.substr(0, cut));
    script.content_type = kit.content_type();
    table.Send(script);
    const Answer answer = table.Ask(WithTools(Question()));
    if (!answer.reply.ok()) {
      EXPECT_LT(cut, decisive) << kit.name() << ": " << answer.reply.status();
      EXPECT_EQ(answer.reply.status().code(), absl::StatusCode::kUnavailable) << answer.reply.status();
    } else {
      EXPECT_EQ(CallsOf(*answer.reply), R"(look{"place":"Bonn"} )") << kit.name() << " at " << cut;
    }
  }
}

struct Row {
  Behaviour behaviour;
  const char* name;
  void (*play)(const Kit&);
};
constexpr Row kRows[] = {{Behaviour::kText, "text, streamed and whole", PlayText},
                         {Behaviour::kStream, "deltas as they come", PlayStream},
                         {Behaviour::kTools, "tool calls", PlayTools},
                         {Behaviour::kParallelTools, "parallel tool calls", PlayParallelTools},
                         {Behaviour::kImage, "images", PlayImage},
                         {Behaviour::kImageFromTool, "images from tools", PlayImageFromTool},
                         {Behaviour::kStructuredOutput, "structured output", PlayStructuredOutput},
                         {Behaviour::kReasoning, "reasoning shown", PlayReasoning},
                         {Behaviour::kReasoningReplay, "reasoning sent back, 3 turns", PlayReasoningReplay},
                         {Behaviour::kLength, "stop: length", PlayLength},
                         {Behaviour::kRefusal, "stop: refusal", PlayRefusal},
                         {Behaviour::kFiltered, "stop: filtered", PlayFiltered},
                         {Behaviour::kUsage, "usage", PlayUsage},
                         {Behaviour::kErrors, "9 kinds of errors told apart", PlayErrors},
                         {Behaviour::kMidStreamError, "error in mid-stream", PlayMidStreamError},
                         {Behaviour::kCancellation, "cancellation in mid-stream", PlayCancellation},
                         {Behaviour::kEveryCut, "cut at every byte", PlayEveryCut}};

std::string Rendered(const std::vector<std::unique_ptr<Kit>>& kits,
                     const std::map<std::pair<std::string, Behaviour>, std::string>& cells) {
  std::string out = "| |", rule = "|---|";
  for (const auto& kit : kits) {
    absl::StrAppend(&out, " ", kit->name(), " |");
    rule += "---|";
  }
  absl::StrAppend(&out, "\n", rule, "\n");
  for (const Row& row : kRows) {
    absl::StrAppend(&out, "| ", row.name, " |");
    for (const auto& kit : kits) absl::StrAppend(&out, " ", cells.at({kit->name(), row.behaviour}), " |");
    out += "\n";
  }
  return out;
}

TEST(Conformance, EveryVendorEveryBehaviour) {
  const std::vector<std::unique_ptr<Kit>> kits = AllKits();
  std::map<std::pair<std::string, Behaviour>, std::string> cells;
  for (const auto& kit : kits) {
    for (const Row& row : kRows) {
      std::string& cell = cells[{kit->name(), row.behaviour}];
      if (!kit->Lacks(row.behaviour).empty()) {
        cell = "–";
        continue;
      }
      SCOPED_TRACE(absl::StrCat(kit->name(), ": ", row.name));
      row.play(*kit);
      cell = "yes";
    }
  }
  if (HasFailure()) return;  // the table is of what works
  const std::string table = Rendered(kits, cells);
  constexpr char kPage[] = NINEFOLD_SOURCE_DIR "/docs/models.md";
  constexpr char kBegin[] = "<!-- conformance: written by conformance_test -->\n";
  constexpr char kEnd[] = "<!-- end of conformance -->\n";
  std::stringstream buffer;
  buffer << std::ifstream(kPage).rdbuf();
  const std::string page = buffer.str();
  const std::size_t begin = page.find(kBegin), end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string fresh = page.substr(0, begin) + kBegin + "\n" + table + "\n" + page.substr(end);
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr) std::ofstream(kPage) << fresh;
  EXPECT_EQ(page, fresh) << "docs/models.md is behind; run with NINEFOLD_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace ninefold::conformance
