// The bodies that every dialect really sends, for a table of requests: asked over the wire of a server that
// answers as the conformance kit of the vendor does, and written to a file. check.mjs holds each against the
// request types that the vendor publishes.
//
//   vendor_bodies bodies.json
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/asio.h"
#include "base/loop.h"
#include "conformance/kit.h"
#include "model/chat.h"
#include "ninefold/context.h"
#include "ninefold/status.h"
#include "run/run_state.h"

namespace ninefold::conformance {
namespace {

using testing::ChatScript;
using testing::ChatServer;

constexpr char kPng[] = "\x89PNG\r\n\x1a\nnot really";
const Image kImage{.media_type = "image/png", .bytes = kPng, .url = ""};
const Image kLinked{.media_type = "image/png", .bytes = "", .url = "https://example.org/cat.png"};

Async<void> Generate(const Model& model, const ModelRequest& request, Context& ctx,
                     absl::StatusOr<ModelReply>& reply) {
  reply = co_await model.Generate(request, ctx);
}

// One model at a server that says what it is told and keeps what it was asked.
class Wire {
 public:
  Wire(const Kit& kit, const std::string& spec, bool stream)
      : kit_(kit), stream_(stream), server_([this](const Json&) { return script_; }) {
    ModelOptions options;
    options.base_url = absl::StrCat("http://127.0.0.1:", server_.port(), kit.base_path());
    options.key = "test-key-123";
    options.api = kit.api();
    options.attempts = 1;
    options.stream = stream;
    model_ = OpenModel(spec, options);
  }

  absl::StatusOr<ModelReply> Ask(const ModelRequest& request, const Play& play) {
    if (!model_.ok()) return model_.status();
    script_ = ChatScript::Raw(stream_ ? kit_.Stream(play) : kit_.Whole(play));
    script_.content_type = stream_ ? kit_.content_type() : "application/json";
    absl::StatusOr<ModelReply> reply = absl::InternalError("never ended");
    asio::io_context io(1);
    std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
    RunState run(*loop);
    Context root(run);
    asio::co_spawn(io, Generate(**model_, request, root, reply), asio::detached);
    io.run();
    return reply;
  }

  const Kit& kit() const { return kit_; }
  // What the server was asked last.
  std::string body() const {
    const std::vector<testing::ChatSeen> seen = server_.seen();
    return seen.empty() ? "" : seen.back().body;
  }

 private:
  const Kit& kit_;
  const bool stream_;
  ChatScript script_;
  absl::StatusOr<ModelPtr> model_ = absl::InternalError("never opened");
  ChatServer server_;
};

// ---- the requests --------------------------------------------------------------------------------

ModelRequest Plain() {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage("Why is the sky blue?"));
  return request;
}

ModelRequest WithTools() {
  ModelRequest request = Plain();
  const Json place = *ParseJson(
      R"({"type":"object","properties":{"place":{"type":"string","description":"A town"},
          "days":{"type":["integer","null"],"minimum":1},"units":{"enum":["C","F"]},
          "near":{"type":"array","items":{"$ref":"#/$defs/town"}}},
          "required":["place"],"additionalProperties":false,"$defs":{"town":{"type":"string"}}})");
  request.tools = std::make_shared<const ToolList>(
      std::vector<ToolSpec>{{.name = "look", .description = "Weather", .parameters = place},
                            {.name = "text.search", .description = "Finds"}});
  return request;
}

OutputSchema Rain(const std::string& required) {
  return {.name = "weather",
          .schema = *ParseJson(absl::StrCat(R"({"type":"object","properties":{"rain":{"type":"boolean"},
              "mm":{"type":"number"}},"required":[)",
                                            required, R"(],"additionalProperties":false})"))};
}

const Play kCalls{
    .text = {"Let me look."},
    .calls = {{"call_1", "look", R"({"place":"Bonn"})"}, {"call_2", "text_search", R"({"place":"Kiel"})"}}};

// The conversation after a reply that the vendor's server made, its calls answered with these parts.
absl::StatusOr<ModelRequest> Answered(Wire& wire, ModelRequest request, Play play,
                                      const std::vector<Part>& with, bool is_error = false) {
  absl::StatusOr<ModelReply> reply = wire.Ask(request, play);
  if (!reply.ok()) return reply.status();
  Message results{Role::kTool, {}};
  for (const ToolCall* call : ToolCallsOf(reply->message))
    results.parts.push_back(ToolResult{call->id, call->name, with, is_error});
  request.conversation = request.conversation.With(reply->message);
  if (!results.parts.empty()) request.conversation = request.conversation.With(results);
  return request;
}

Play Thinking(const Kit& kit, Play play, int turn) {
  if (kit.Lacks(Behaviour::kReasoning).empty()) play.reasoning = "the sky is far";
  for (testing::ChatCall& call : play.calls) call.id += absl::StrCat("_", turn);
  return play;
}

absl::StatusOr<ModelRequest> Replayed(Wire& wire) {
  absl::StatusOr<ModelRequest> request = WithTools();
  request->settings.reasoning_effort = "high";
  for (int turn = 1; turn <= 2 && request.ok(); ++turn)
    request = Answered(wire, *request, Thinking(wire.kit(), kCalls, turn), {Text{"dry"}});
  if (!request.ok()) return request;
  request = Answered(wire, *request, Thinking(wire.kit(), {.text = {"Rayleigh."}}, 3), {});
  if (request.ok()) request->conversation = request->conversation.With(UserMessage("And at night?"));
  return request;
}

// What another vendor's model said before, with a call whose arguments were no JSON.
ModelRequest Foreign() {
  ModelRequest request = WithTools();
  Message said{Role::kAssistant,
               {Reasoning{.text = "hm", .vendor_state = {{"elsewhere", {{"block", "sealed"}}}}},
                Text{"I look."}, ToolCall{.id = "c1", .name = "look", .arguments = "{\"place\":"}}};
  Message result{Role::kTool, {ToolResult{"c1", "look", {Text{"the arguments are no JSON"}}, true}}};
  request.conversation = request.conversation.With(said).With(result).With(UserMessage("Well?"));
  return request;
}

ModelRequest ManyParts() {
  ModelRequest request = Plain();
  Message message = UserMessage("What is in these?");
  message.parts.push_back(File{.name = "gpl.txt", .bytes = "You may convey."});
  message.parts.push_back(File{.name = "a.pdf", .media_type = "application/pdf", .bytes = "%PDF-1.4"});
  message.parts.push_back(Data{.value = {{"rain", 3}}, .name = "table"});
  message.parts.push_back(kImage);
  message.parts.push_back(kLinked);
  request.instructions = std::make_shared<const std::string>("Be brief.");
  request.conversation =
      Conversation().With(Message{Role::kSystem, {Text{"Today is Monday."}}}).With(message);
  return request;
}

ModelRequest Settings(const ModelSettings& settings) {
  ModelRequest request = Plain();
  request.settings = settings;
  return request;
}

ModelRequest Choosing(ToolChoice choice, bool parallel, const std::string& effort = "") {
  ModelRequest request = WithTools();
  request.tool_choice = choice;
  request.settings.parallel_tool_calls = parallel;
  request.settings.reasoning_effort = effort;
  return request;
}

ModelRequest Output(const std::string& required, bool tools) {
  ModelRequest request = tools ? WithTools() : Plain();
  request.output = std::make_shared<const OutputSchema>(Rain(required));
  return request;
}

ModelRequest Shown(const Image& image) {
  ModelRequest request = Plain();
  Message question = UserMessage("What is this?");
  question.parts.push_back(image);
  request.conversation = Conversation().With(question);
  return request;
}

struct Row {
  std::string name;
  std::function<absl::StatusOr<ModelRequest>(Wire&)> make;
};

Row Just(std::string name, ModelRequest request) {
  return {std::move(name), [request = std::move(request)](Wire&) { return request; }};
}

std::vector<Row> Table() {
  std::vector<Row> rows;
  rows.push_back(Just("plain", Plain()));
  ModelRequest system = Plain();
  system.instructions = std::make_shared<const std::string>("Be brief.");
  rows.push_back(Just("instructions", system));
  system.conversation = system.conversation.With(AssistantMessage("Rayleigh.")).With(UserMessage("Who?"));
  rows.push_back(Just("several turns", system));
  for (const auto choice : {ToolChoice::kAuto, ToolChoice::kNone, ToolChoice::kRequired}) {
    const char* name = choice == ToolChoice::kAuto   ? "auto"
                       : choice == ToolChoice::kNone ? "none"
                                                     : "required";
    rows.push_back(Just(absl::StrCat("tools, ", name), Choosing(choice, true)));
    rows.push_back(Just(absl::StrCat("tools, ", name, ", one at a time"), Choosing(choice, false)));
  }
  rows.push_back(Just("tools, required, thinking", Choosing(ToolChoice::kRequired, true, "high")));
  const auto answered = [](std::string name, std::vector<Part> with, bool is_error) -> Row {
    return {std::move(name), [=](Wire& wire) { return Answered(wire, WithTools(), kCalls, with, is_error); }};
  };
  rows.push_back(answered("parallel calls and results", {Text{"dry"}}, false));
  rows.push_back(answered("failed calls", {Text{"no such town"}}, true));
  rows.push_back(answered("empty results", {}, false));
  rows.push_back(answered("image from a tool", {Text{"a radar"}, kImage}, false));
  rows.push_back(answered("linked image from a tool", {kLinked}, false));
  rows.push_back(
      answered("document from a tool", {File{"a.pdf", "application/pdf", "%PDF-1.4"}, Text{"it"}}, false));
  rows.push_back({"reasoning sent back", Replayed});
  rows.push_back(Just("another vendor's turns", Foreign()));
  rows.push_back(Just("image", Shown(kImage)));
  rows.push_back(Just("linked image", Shown(kLinked)));
  rows.push_back(Just("files, data and images", ManyParts()));
  rows.push_back(Just("output, strict", Output(R"("rain","mm")", false)));
  rows.push_back(Just("output, not strict", Output(R"("rain")", false)));
  rows.push_back(Just("output beside tools", Output(R"("rain")", true)));
  for (const char* effort : {"none", "minimal", "low", "medium", "high", "xhigh"}) {
    ModelSettings settings;
    settings.reasoning_effort = effort;
    rows.push_back(Just(absl::StrCat("effort ", effort), Settings(settings)));
  }
  ModelSettings all{.temperature = 0.5, .top_p = 0.9, .max_output_tokens = 4000, .seed = 7};
  rows.push_back(Just("temperature, top_p, seed, output tokens", Settings(all)));
  rows.push_back(Just("top_p", Settings({.top_p = 0.9})));
  return rows;
}

// ---- who is asked --------------------------------------------------------------------------------

// Other models of a vendor, which are asked in another way than the kit's.
std::vector<std::string> SpecsOf(const Kit& kit) {
  std::vector<std::string> specs = {kit.spec()};
  const auto also = [&](const char* spec) { specs.emplace_back(spec); };
  if (kit.name().starts_with("openai")) also("openai/gpt-4.1");
  if (kit.name() == "anthropic") also("anthropic/claude-haiku-4-5");
  if (kit.name() == "gemini") also("gemini/gemini-2.5-flash");
  if (kit.name() == "ollama") also("ollama/gpt-oss");
  return specs;
}

// At its own address OpenAI's Chat Completions has another name for one setting; no test asks there.
Json ChatAtOpenAi() {
  ChatOptions options;
  options.vendor = "openai";
  options.model = "gpt-5.4";
  options.max_tokens_field = "max_completion_tokens";
  const ModelRequest request = Settings({.max_output_tokens = 4000});
  return {{"dialect", "openai (Chat)"},
          {"model", "openai/gpt-5.4"},
          {"request", "at its own address"},
          {"body", ChatBody(request, options, {})}};
}

absl::Status Write(const std::string& path) {
  Json bodies = Json::array();
  const std::vector<Row> rows = Table();
  for (const auto& kit : AllKits()) {
    for (const std::string& spec : SpecsOf(*kit)) {
      for (const bool stream : {true, false}) {
        Wire wire(*kit, spec, stream);
        for (const Row& row : rows) {
          if (!stream && row.name != "plain") continue;
          const std::string at = absl::StrCat(kit->name(), " ", spec, ", \"", row.name, "\": ");
          const absl::StatusOr<ModelRequest> request = row.make(wire);
          if (!request.ok()) return Annotate(request.status(), at);
          const auto reply = wire.Ask(*request, {.text = {R"({"rain":true,"mm":1})"}});
          if (!reply.ok()) return Annotate(reply.status(), at);
          bodies.push_back({{"dialect", kit->name()},
                            {"model", spec},
                            {"request", absl::StrCat(row.name, stream ? "" : ", whole")},
                            {"body", wire.body()}});
        }
      }
    }
  }
  bodies.push_back(ChatAtOpenAi());
  std::ofstream out(path);
  out << DumpJson(bodies) << "\n";
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

}  // namespace
}  // namespace ninefold::conformance

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: vendor_bodies FILE\n";
    return 2;
  }
  const absl::Status written = ninefold::conformance::Write(argv[1]);
  if (!written.ok()) std::cerr << "vendor_bodies: " << ninefold::Describe(written) << "\n";
  return written.ok() ? 0 : 1;
}
