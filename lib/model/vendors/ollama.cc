// Ollama's native chat (https://github.com/ollama/ollama/blob/main/docs/api.md, 2026-08): JSON values one a
// line, arguments as objects, images as bare base64. Its Chat Completions ignores more than it says.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/body_parts.h"
#include "model/chat.h"
#include "model/in_place.h"
#include "model/vendors/vendors.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

const VendorFacts& Ollama() {
  static const VendorFacts facts{.name = "ollama",
                                 .base_url = "http://localhost:11434",
                                 .base_env = "OLLAMA_BASE_URL",
                                 .path = "/api/chat",
                                 .key_env = "OLLAMA_API_KEY",
                                 .key_env2 = "",
                                 .needs_key = false,
                                 .to_start = "ollama serve"};
  return facts;
}

class OllamaWriter {
 public:
  OllamaWriter(std::string& out, const ToolList* tools, const WireTools& wire)
      : out_(out), tools_(tools), wire_(wire) {}

  void System(std::string_view text) { Simple("system", text, ""); }

  void Message(const ninefold::Message& message) {
    if (message.role != Role::kTool) FlushImages();
    switch (message.role) {
      case Role::kSystem:
        return System(TextOf(message));
      case Role::kUser:
        return Simple("user", JoinedText(message.parts), ImagesOf(message.parts));
      case Role::kAssistant:
        return Assistant(message.parts);
      case Role::kTool:
        for (const Part& part : message.parts) {
          if (const auto* result = std::get_if<ToolResult>(&part)) Result(*result);
        }
    }
  }

  // A tool message holds text alone: images of results follow as a user message behind all of them.
  void FlushImages() {
    if (images_.empty()) return;
    const std::string images = std::exchange(images_, "");
    Simple("user", "Images from the tool calls above:", images);
  }

 private:
  void Open(std::string_view role, std::string_view text) {
    if (!std::exchange(first_, false)) out_ += ',';
    out_.append("{\"role\":\"").append(role).append("\"");
    AppendField(out_, "content", text);
  }

  void Simple(std::string_view role, std::string_view text, std::string_view images) {
    Open(role, text);
    if (!images.empty()) out_.append(",\"images\":[").append(images).append("]");
    out_ += '}';
  }

  // The server fetches nothing: an image that is only an address is left out.
  static std::string ImagesOf(const std::vector<Part>& parts) {
    std::string all;
    for (const Part& part : parts) {
      const auto* image = std::get_if<Image>(&part);
      if (image == nullptr || image->bytes.empty()) continue;
      absl::StrAppend(&all, all.empty() ? "\"" : ",\"", Base64(image->bytes), "\"");
    }
    return all;
  }

  void Assistant(const std::vector<Part>& parts) {
    Open("assistant", JoinedText(parts));
    std::string thinking, calls;
    for (const Part& part : parts) {
      if (const auto* reasoning = std::get_if<Reasoning>(&part)) {
        if (FromVendorState(reasoning->vendor_state, "ollama", "thinking") != nullptr)
          thinking += reasoning->text;
      }
      const auto* call = std::get_if<ToolCall>(&part);
      if (call == nullptr) continue;
      if (!calls.empty()) calls += ',';
      calls += "{\"id\":";
      AppendQuoted(calls, call->id);
      calls += ",\"function\":{\"name\":";
      AppendQuoted(calls, WireNameOf(call->name, tools_, wire_));
      absl::StrAppend(&calls, ",\"arguments\":",
                      call->arguments.is_object() ? DumpJson(call->arguments) : std::string("{}"), "}}");
    }
    if (!thinking.empty()) AppendField(out_, "thinking", thinking);
    if (!calls.empty()) out_.append(",\"tool_calls\":[").append(calls).append("]");
    out_ += '}';
  }

  void Result(const ToolResult& result) {
    Open("tool", JoinedText(result.content));
    AppendField(out_, "tool_name", WireNameOf(result.name, tools_, wire_));
    AppendField(out_, "tool_call_id", result.call_id);
    out_ += '}';
    const std::string images = ImagesOf(result.content);
    if (!images.empty()) absl::StrAppend(&images_, images_.empty() ? "" : ",", images);
  }

  std::string& out_;
  const ToolList* tools_;
  const WireTools& wire_;
  std::string images_;
  bool first_ = true;
};

// https://ollama.com/blog/thinking: true or false, and levels for gpt-oss alone.
void AppendThink(std::string& out, const std::string& effort, std::string_view model) {
  if (effort.empty()) return;
  out += ",\"think\":";
  if (effort == "none") {
    out += "false";
  } else if (model.starts_with("gpt-oss")) {
    AppendQuoted(out, effort == "minimal" ? "low" : effort == "xhigh" ? "high" : effort);
  } else {
    out += "true";
  }
}

std::string OllamaBody(const ModelRequest& request, const WireOptions& options, const WireTools& tools) {
  std::string out = "{\"model\":";
  AppendQuoted(out, options.model);
  out += ",\"messages\":[";
  OllamaWriter writer(out, request.tools.get(), tools);
  if (request.instructions && !request.instructions->empty()) writer.System(*request.instructions);
  for (const Message* message : request.conversation.messages()) writer.Message(*message);
  writer.FlushImages();
  out += ']';
  // There is no choice of tools here: a model that is to call none is offered none.
  if (request.tool_choice != ToolChoice::kNone) out += tools.text;
  if (request.output) out.append(",\"format\":").append(DumpJson(request.output->schema));
  AppendThink(out, request.settings.reasoning_effort, options.model);
  // Or the server would cut the beginning of what does not fit, and say nothing.
  out += ",\"truncate\":false,\"options\":{";
  const ModelSettings& settings = request.settings;
  std::string set;
  if (settings.temperature) absl::StrAppend(&set, ",\"temperature\":", *settings.temperature);
  if (settings.top_p) absl::StrAppend(&set, ",\"top_p\":", *settings.top_p);
  if (settings.seed) absl::StrAppend(&set, ",\"seed\":", *settings.seed);
  if (settings.max_output_tokens) absl::StrAppend(&set, ",\"num_predict\":", *settings.max_output_tokens);
  if (options.card.context_tokens > 0) absl::StrAppend(&set, ",\"num_ctx\":", options.card.context_tokens);
  if (!set.empty()) out.append(set, 1);
  out.append(options.wire.stream ? "},\"stream\":true}" : "},\"stream\":false}");
  out.shrink_to_fit();  // it is held until the reply has come
  return out;
}

class OllamaAssembly : public Assembly {
 public:
  explicit OllamaAssembly(std::string who) : who_(std::move(who)) {}

  absl::Status Take(std::string_view, std::string_view text, const EmitFn& emit) override {
    if (Plain(text, emit)) return absl::OkStatus();
    absl::StatusOr<Json> json = ParseJson(text);
    if (!json.ok()) json = ParseJson(MendUtf8(text));
    if (!json.ok() || !json->is_object()) return NoSense(who_, "Ollama", text);
    const Json* error = GetMember(*json, "error");
    if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
    if (const std::string* model = GetString(*json, "model")) model_ = *model;
    if (const Json* message = GetMember(*json, "message")) Message(*message, emit);
    if (GetBool(*json, "done") != true) return absl::OkStatus();
    done_ = true;
    if (const std::string* reason = GetString(*json, "done_reason")) reason_ = *reason;
    usage_.input = Count(*json, "prompt_eval_count");
    usage_.output = Count(*json, "eval_count");
    return absl::OkStatus();
  }

  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) override {
    if (!done_) return BrokenOff(who_, "its last line does not say \"done\"");
    if (reason_ == "load" || reason_ == "unload") {
      return WithModelError(
          absl::UnavailableError(absl::StrCat(who_, " only ", reason_, "ed the model and answered nothing")),
          ModelError::kEmpty);
    }
    const bool cut = reason_ == "length";
    ModelReply reply;
    reply.message.role = Role::kAssistant;
    reply.usage = usage_;
    reply.model = model_;
    if (text_.empty() && calls_.empty()) return EmptyReply(who_, reason_, cut);
    if (!thinking_.empty()) {
      reply.message.parts.push_back(
          Reasoning{.text = std::move(thinking_), .vendor_state = VendorState("ollama", "thinking", true)});
    }
    if (!text_.empty()) reply.message.parts.push_back(Text{std::move(text_)});
    int n = 0;
    for (ToolCall& call : calls_) {
      ++n;
      if (call.id.empty()) call.id = absl::StrCat("call_", n);
      call.name = ToolNameOf(call.name, tools, wire);
      reply.message.parts.push_back(std::move(call));
    }
    reply.stop_reason = cut ? StopReason::kLength : n > 0 ? StopReason::kToolCalls : StopReason::kStop;
    return reply;
  }

  Usage SoFar() const override { return WithOutput(usage_, text_.size() + thinking_.size()); }

 private:
  static std::optional<std::int64_t> Count(const Json& json, std::string_view key) {
    const auto value = GetInt(json, key);
    return value && *value >= 0 ? value : std::nullopt;
  }

  // {"model":…,"message":{"role":"assistant","content":"Hel"},"done":false}
  bool Plain(std::string_view text, const EmitFn& emit) {
    if (model_.empty() || !text.ends_with("\"},\"done\":false}")) return false;
    for (const std::string_view key : {"\"thinking\":", "\"tool_calls\":", "\"error\":", "\"images\":"}) {
      if (FindIn(text, key) != std::string_view::npos) return false;
    }
    std::string content;
    if (!StringIn(text, "\"content\":\"", content)) return false;
    text_ += content;
    if (emit && !content.empty()) emit(event::TextDelta{std::move(content)});
    return true;
  }

  void Message(const Json& message, const EmitFn& emit) {
    if (const std::string* thinking = GetString(message, "thinking"); thinking && !thinking->empty()) {
      thinking_ += *thinking;
      if (emit) emit(event::ReasoningDelta{*thinking});
    }
    if (const std::string* content = GetString(message, "content"); content && !content->empty()) {
      text_ += *content;
      if (emit) emit(event::TextDelta{*content});
    }
    const Json* calls = GetMember(message, "tool_calls");
    if (calls == nullptr || !calls->is_array()) return;
    for (const Json& made : *calls) {
      const Json* function = GetMember(made, "function");
      const std::string* name = function == nullptr ? nullptr : GetString(*function, "name");
      if (name == nullptr) continue;
      ToolCall call{.id = "", .name = *name, .arguments = Json::object()};
      if (const std::string* id = GetString(made, "id")) call.id = *id;
      const Json* arguments = GetMember(*function, "arguments");
      if (arguments != nullptr && arguments->is_object()) call.arguments = *arguments;
      if (arguments != nullptr && arguments->is_string())
        call.arguments = ArgumentsOf(arguments->get_ref<const std::string&>());
      if (emit) emit(event::ToolCallDelta{call.id, call.name, DumpJson(call.arguments)});
      calls_.push_back(std::move(call));
    }
  }

  std::string who_, model_, text_, thinking_, reason_;
  std::vector<ToolCall> calls_;
  Usage usage_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Assembly> MakeOllamaAssembly(std::string who) {
  return std::make_unique<OllamaAssembly>(std::move(who));
}

namespace {

class OllamaDialect : public Dialect {
 public:
  explicit OllamaDialect(WireOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {}

  std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const override {
    return ChatTools(tools, names);
  }
  std::string Body(const ModelRequest& request, const WireTools& tools) const override {
    return OllamaBody(request, options_, tools);
  }
  std::unique_ptr<Assembly> NewReply() const override { return MakeOllamaAssembly(origin_); }
  bool ndjson() const override { return true; }

 private:
  const WireOptions options_;
  const std::string origin_;
};

}  // namespace

absl::StatusOr<ModelPtr> OpenOllama(std::string_view model, const ModelOptions& options) {
  TRY(WireOptions wire, Configure(Ollama(), model, options));
  // The address of its Chat Completions is what people have at hand.
  if (wire.base_url.ends_with("/v1")) wire.base_url.resize(wire.base_url.size() - 3);
  if (!wire.key.empty()) wire.headers.push_back("authorization: Bearer " + wire.key);
  wire.path = "/api/chat";
  wire.missing_hint = absl::StrCat("type: ollama pull ", wire.model);
  if (IsLocalAddress(wire.base_url)) wire.unreachable_hint = "is it running? start it with: ollama serve";
  wire.card.images = SeesImages(wire, true);  // otherwise the server says
  WireOptions own = wire;
  return MakeWireModel(std::move(wire), std::make_unique<OllamaDialect>(std::move(own)));
}

VendorStatus OllamaStatus() { return StatusOf(Ollama()); }

}  // namespace ninefold
