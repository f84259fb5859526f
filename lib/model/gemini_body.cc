// The request of generateContent, written once, straight from the messages.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "model/body_parts.h"
#include "model/gemini.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// What the API takes for a signature on a call that another model made
// (https://ai.google.dev/gemini-api/docs/thought-signatures).
constexpr std::string_view kUnsigned = "skip_thought_signature_validator";

// The seed is 32 bits there, with a sign.
constexpr std::uint64_t kSeedMax = 0x7fffffff;

std::string InlineData(std::string_view media_type, std::string_view bytes) {
  std::string out = "{\"inlineData\":{\"mimeType\":";
  AppendQuoted(out, media_type);
  AppendField(out, "data", Base64(bytes));
  return out += "}";
}

// A part without its closing brace; "" when there is nothing in it.
std::string GeminiPart(const Part& part) {
  std::string out;
  if (const auto* image = std::get_if<Image>(&part)) {
    if (!image->bytes.empty()) return InlineData(image->media_type, image->bytes);
    if (image->url.empty()) return out;
    out = "{\"fileData\":{\"fileUri\":";
    AppendQuoted(out, image->url);
    if (!image->media_type.empty()) AppendField(out, "mimeType", image->media_type);
    return out += "}";
  }
  const auto* file = std::get_if<File>(&part);
  if (file != nullptr && !IsTextFile(*file))
    return file->bytes.empty() ? out : InlineData(file->media_type, file->bytes);
  const std::string text = TextForModel(part);
  if (IsBlank(text)) return out;
  out = "{\"text\":";
  AppendQuoted(out, text);
  return out;
}

class GeminiWriter {
 public:
  GeminiWriter(std::string& out, const GeminiOptions& options, const ToolList* tools, const WireTools& wire)
      : out_(out), options_(options), tools_(tools), wire_(wire) {}

  // Neighbours of one role become one content: the roles take turns.
  void Message(const ninefold::Message& message) {
    signature_.clear();
    calls_ = 0;
    for (const Part& part : message.parts) {
      if (message.role == Role::kAssistant) {
        ModelPart(part);
      } else if (const auto* result = std::get_if<ToolResult>(&part)) {
        Result(*result);
      } else {
        Add("user", GeminiPart(part));
      }
    }
    if (beside_.empty()) return;
    Open("user");
    out_.append("{\"text\":\"From the tool calls above:\"},").append(std::exchange(beside_, ""));
  }

  void End() {
    if (!role_.empty()) out_ += "]}";
  }

 private:
  void Open(std::string_view role) {
    if (role_ == role) {
      out_ += ',';
      return;
    }
    if (!role_.empty()) out_ += "]},";
    role_ = role;
    out_.append("{\"role\":\"").append(role).append("\",\"parts\":[");
  }

  // `part` has no closing brace yet; the signature that came with it goes behind it.
  void Add(std::string_view role, std::string part) {
    const std::string signature = std::exchange(signature_, "");
    if (part.empty()) return;
    Open(role);
    out_ += part;
    if (!signature.empty()) AppendField(out_, "thoughtSignature", signature);
    out_ += '}';
  }

  void ModelPart(const Part& part) {
    if (const auto* reasoning = std::get_if<Reasoning>(&part)) {
      const Json& state = reasoning->vendor_state;
      const Json* whole = FromVendorState(state, options_.vendor, "part");
      const Json* next = FromVendorState(state, options_.vendor, "next");
      if (next != nullptr && next->is_string()) signature_ = next->get<std::string>();
      if (whole == nullptr || !whole->is_object()) return;
      Open("model");
      out_ += DumpJson(*whole);
    } else if (const auto* call = std::get_if<ToolCall>(&part)) {
      Call(*call);
    } else {
      Add("model", GeminiPart(part));
    }
  }

  void Call(const ToolCall& call) {
    // The server's own id goes back, and none where it gave none, whatever the call is named here.
    const Json* state = FromVendorState(call.vendor_state, options_.vendor, "call");
    const std::string* id = state == nullptr ? &call.id : GetString(*state, "id");
    const std::string* signature = state == nullptr ? nullptr : GetString(*state, "signature");
    ids_[call.id] = id == nullptr ? "" : *id;
    std::string part = "{\"functionCall\":{";
    Named(part, ids_[call.id], call.name);
    // The server takes objects alone: what was none is shown inside one.
    const Json arguments = call.arguments.is_object() ? call.arguments : Json{{"arguments", call.arguments}};
    part.append(",\"args\":").append(DumpJson(arguments)).append("}");
    signature_ = signature == nullptr ? "" : *signature;
    // Of the calls of a turn the first must be signed.
    if (calls_++ == 0 && signature_.empty() && options_.family.third()) signature_ = kUnsigned;
    Add("model", std::move(part));
  }

  void Result(const ToolResult& result) {
    const auto known = ids_.find(result.call_id);
    Open("user");
    out_ += "{\"functionResponse\":{";
    Named(out_, known == ids_.end() ? result.call_id : known->second, result.name);
    out_ += result.is_error ? ",\"response\":{\"error\":" : ",\"response\":{\"output\":";
    AppendQuoted(out_, JoinedText(result.content));
    out_ += '}';
    std::string inside;
    for (const Part& part : result.content) {
      std::string made = IsTextPart(part) ? "" : GeminiPart(part);
      if (made.empty()) continue;
      std::string& all = options_.family.third() && FitsInside(part) ? inside : beside_;
      if (!all.empty()) all += ',';
      all.append(made).append("}");
    }
    if (!inside.empty()) out_.append(",\"parts\":[").append(inside).append("]");
    out_ += "}}";
  }

  // A result holds images and PDF files; what it does not hold follows behind all results.
  static bool FitsInside(const Part& part) {
    if (const auto* image = std::get_if<Image>(&part)) return !image->bytes.empty();
    const auto* file = std::get_if<File>(&part);
    return file != nullptr && file->media_type == "application/pdf";
  }

  void Named(std::string& out, const std::string& id, const std::string& name) const {
    if (!id.empty()) {
      out += "\"id\":";
      AppendQuoted(out, id);
      out += ',';
    }
    out += "\"name\":";
    AppendQuoted(out, WireNameOf(name, tools_, wire_));
  }

  std::string& out_;
  const GeminiOptions& options_;
  const ToolList* tools_;
  const WireTools& wire_;
  std::string_view role_;
  std::map<std::string, std::string> ids_;  // of the calls, by what they are named here
  std::string signature_;                   // of the next part
  std::string beside_;                      // parts to follow behind the results
  int calls_ = 0;
};

// No model takes a schema while it is made to call tools, and none before the third generation beside tools
// at all: then the schema is said in words, and whoever asked for it checks the answer.
bool TakesSchema(const ModelRequest& request, const GeminiOptions& options, const WireTools& tools) {
  return tools.text.empty() || (options.family.third() && request.tool_choice != ToolChoice::kRequired);
}

std::string Instructions(const ModelRequest& request, bool schema_in_words) {
  std::string out;
  if (request.instructions && !IsBlank(*request.instructions)) {
    out = "{\"text\":";
    AppendQuoted(out, *request.instructions);
    out += '}';
  }
  if (!schema_in_words) return out;
  absl::StrAppend(&out, out.empty() ? "" : ",", "{\"text\":");
  AppendQuoted(out,
               absl::StrCat("When you answer, answer with one JSON value of this schema and nothing else:\n",
                            DumpJson(request.output->schema)));
  return out += "}";
}

std::string_view LevelOf(std::string_view effort, bool least) {
  if (effort == "none" || effort == "minimal") return least ? "MINIMAL" : "LOW";
  if (effort == "low") return "LOW";
  return effort == "medium" ? "MEDIUM" : "HIGH";
}

int GeminiBudgetOf(std::string_view effort, bool least) {
  if (effort == "none") return least ? 0 : 128;
  if (effort == "minimal") return 512;
  if (effort == "low") return 2048;
  if (effort == "medium") return 8192;
  return effort == "high" ? 24576 : -1;  // as much as it wants
}

std::string ThinkingConfig(const std::string& effort, const GeminiFamily& family) {
  if (effort.empty() || family.thinking == GeminiThinking::kNone) return "";
  std::string out = ",\"thinkingConfig\":{";
  if (effort != "none") out += "\"includeThoughts\":true,";
  if (family.third()) {
    out.append("\"thinkingLevel\":\"").append(LevelOf(effort, family.least)).append("\"}");
  } else {
    absl::StrAppend(&out, "\"thinkingBudget\":", GeminiBudgetOf(effort, family.least), "}");
  }
  return out;
}

std::string GenerationConfig(const ModelRequest& request, const GeminiOptions& options, bool schema) {
  const ModelSettings& settings = request.settings;
  std::string out;
  if (settings.temperature) absl::StrAppend(&out, ",\"temperature\":", *settings.temperature);
  if (settings.top_p) absl::StrAppend(&out, ",\"topP\":", *settings.top_p);
  if (settings.seed) absl::StrAppend(&out, ",\"seed\":", *settings.seed & kSeedMax);
  if (settings.max_output_tokens) absl::StrAppend(&out, ",\"maxOutputTokens\":", *settings.max_output_tokens);
  if (schema) {
    absl::StrAppend(&out, ",\"responseMimeType\":\"application/json\",\"responseJsonSchema\":",
                    DumpJson(request.output->schema));
  }
  out += ThinkingConfig(settings.reasoning_effort, options.family);
  return out.empty() ? out : out.substr(1);
}

}  // namespace

std::string GeminiTools(const ToolList& tools, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string out = ",\"tools\":[{\"functionDeclarations\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "{\"name\":" : ",{\"name\":";
    AppendQuoted(out, names[i]);
    AppendField(out, "description", tools.specs()[i].description);
    out.append(",\"parametersJsonSchema\":").append(DumpJson(tools.specs()[i].parameters)).append("}");
  }
  return out += "]}]";
}

std::string GeminiBody(const ModelRequest& request, const GeminiOptions& options, const WireTools& tools) {
  const bool schema = request.output != nullptr && TakesSchema(request, options, tools);
  std::string out;
  out.reserve(512 + tools.text.size());
  out += "{\"contents\":[";
  GeminiWriter writer(out, options, request.tools.get(), tools);
  for (const Message* message : request.conversation.messages()) writer.Message(*message);
  writer.End();
  out += ']';
  const std::string instructions = Instructions(request, request.output != nullptr && !schema);
  if (!instructions.empty())
    out.append(",\"systemInstruction\":{\"parts\":[").append(instructions).append("]}");
  out += tools.text;
  if (!tools.text.empty() && request.tool_choice != ToolChoice::kAuto) {
    const bool none = request.tool_choice == ToolChoice::kNone;
    absl::StrAppend(&out, ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"", none ? "NONE" : "ANY",
                    "\"}}");
  }
  const std::string config = GenerationConfig(request, options, schema);
  if (!config.empty()) out.append(",\"generationConfig\":{").append(config).append("}");
  out += '}';
  out.shrink_to_fit();  // it is held until the reply has come
  return out;
}

}  // namespace ninefold
