// The request of the Responses dialect, written once, straight from the messages.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "model/body_parts.h"
#include "model/responses.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class ItemWriter {
 public:
  ItemWriter(std::string& out, const ResponsesOptions& options, const ToolList* tools, const WireTools& wire)
      : out_(out), options_(options), tools_(tools), wire_(wire) {}

  void Message(const ninefold::Message& message) {
    switch (message.role) {
      case Role::kSystem:
      case Role::kUser:
        Open("message");
        AppendField(out_, "role", message.role == Role::kUser ? "user" : "developer");
        out_ += ",\"content\":[";
        Content(message.parts);
        out_ += "]}";
        return;
      case Role::kAssistant:
        for (const Part& part : message.parts) AssistantPart(part);
        return;
      case Role::kTool:
        for (const Part& part : message.parts) {
          if (const auto* result = std::get_if<ToolResult>(&part)) Result(*result);
        }
    }
  }

 private:
  void Comma() {
    if (!std::exchange(first_, false)) out_ += ',';
  }

  void Open(std::string_view type) {
    Comma();
    out_ += "{\"type\":";
    AppendQuoted(out_, type);
  }

  void Content(const std::vector<Part>& parts) {
    bool first = true;
    for (const Part& part : parts) {
      const std::string text = TextForModel(part);
      const auto* image = std::get_if<Image>(&part);
      const auto* file = std::get_if<File>(&part);
      if (text.empty() && image == nullptr && (file == nullptr || IsTextFile(*file))) continue;
      if (!std::exchange(first, false)) out_ += ',';
      if (image != nullptr) {
        out_ += "{\"type\":\"input_image\",\"detail\":\"auto\"";
        AppendField(out_, "image_url", UrlOf(*image));
      } else if (file != nullptr && !IsTextFile(*file)) {
        out_ += "{\"type\":\"input_file\"";
        AppendField(out_, "filename", file->name);
        AppendField(out_, "file_data", DataUrl(file->media_type, file->bytes));
      } else {
        out_ += "{\"type\":\"input_text\"";
        AppendField(out_, "text", text);
      }
      out_ += '}';
    }
  }

  void AssistantPart(const Part& part) {
    if (const auto* reasoning = std::get_if<Reasoning>(&part)) return Thought(*reasoning);
    if (const auto* call = std::get_if<ToolCall>(&part)) return Call(*call);
    const std::string text = TextForModel(part);
    if (text.empty()) return;
    Open("message");
    out_ += ",\"role\":\"assistant\"";
    if (!phase_.empty()) AppendField(out_, "phase", std::exchange(phase_, ""));
    // As a string: in a list a reply's text must come with the item's id and status.
    AppendField(out_, "content", text);
    out_ += '}';
  }

  // An item goes back as it came. One without content would be looked up at the server, which keeps nothing.
  void Thought(const Reasoning& reasoning) {
    if (const Json* phase = FromVendorState(reasoning.vendor_state, options_.vendor, "phase")) {
      if (phase->is_string()) phase_ = phase->get<std::string>();
      return;
    }
    const Json* item = FromVendorState(reasoning.vendor_state, options_.vendor, "item");
    if (item == nullptr || !item->is_object()) return;
    const std::string* type = GetString(*item, "type");
    const Json* content = GetMember(*item, "content");
    const bool kept = GetString(*item, "encrypted_content") != nullptr ||
                      (content != nullptr && content->is_array() && !content->empty());
    if (type != nullptr && *type == "reasoning" && !kept) return;
    Comma();
    out_ += DumpJson(*item);
  }

  void Call(const ToolCall& call) {
    Open("function_call");
    const Json* id = FromVendorState(call.vendor_state, options_.vendor, "id");
    if (id != nullptr && id->is_string()) AppendField(out_, "id", id->get_ref<const std::string&>());
    AppendField(out_, "call_id", call.id);
    AppendField(out_, "name", WireNameOf(call.name, tools_, wire_));
    AppendField(out_, "arguments", ArgumentsText(call));
    out_ += '}';
  }

  void Result(const ToolResult& result) {
    Open("function_call_output");
    AppendField(out_, "call_id", result.call_id);
    bool only_text = true;
    for (const Part& part : result.content) only_text = only_text && IsTextPart(part);
    if (only_text) {
      AppendField(out_, "output", JoinedText(result.content));
    } else {
      out_ += ",\"output\":[";
      Content(result.content);
      out_ += ']';
    }
    out_ += '}';
  }

  std::string& out_;
  const ResponsesOptions& options_;
  const ToolList* tools_;
  const WireTools& wire_;
  std::string phase_;
  bool first_ = true;
};

void AppendToolSettings(std::string& out, const ModelRequest& request, const ResponsesOptions& options) {
  if (!options.only_auto) {
    if (request.tool_choice == ToolChoice::kNone) out += ",\"tool_choice\":\"none\"";
    if (request.tool_choice == ToolChoice::kRequired) out += ",\"tool_choice\":\"required\"";
  }
  if (!request.settings.parallel_tool_calls) out += ",\"parallel_tool_calls\":false";
}

void AppendThinking(std::string& out, const ModelSettings& settings, const ResponsesOptions& options) {
  if (!options.reasons) {
    if (settings.temperature) absl::StrAppend(&out, ",\"temperature\":", *settings.temperature);
    if (settings.top_p) absl::StrAppend(&out, ",\"top_p\":", *settings.top_p);
    return;
  }
  out += ",\"include\":[\"reasoning.encrypted_content\"],\"reasoning\":{\"summary\":\"auto\"";
  std::string effort = settings.reasoning_effort;
  if (effort == "none" && !options.reasoning_off.empty()) effort = options.reasoning_off;
  if (!effort.empty()) AppendField(out, "effort", effort);
  out += '}';
}

}  // namespace

std::string ResponsesTools(const ToolList& tools, const std::vector<std::string>& names) {
  std::string out = ",\"tools\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"type\":\"function\"";
    AppendField(out, "name", names[i]);
    AppendField(out, "description", tools.specs()[i].description);
    // Strict is what the server assumes when it is not told, and few schemas fit that.
    out.append(",\"parameters\":").append(DumpJson(tools.specs()[i].parameters)).append(",\"strict\":false}");
  }
  out += ']';
  return out;
}

std::string ResponsesBody(const ModelRequest& request, const ResponsesOptions& options,
                          const WireTools& tools) {
  std::string out;
  out.reserve(512 + tools.text.size());
  out += "{\"model\":";
  AppendQuoted(out, options.model);
  out += ",\"store\":false";
  if (request.instructions && !request.instructions->empty())
    AppendField(out, "instructions", *request.instructions);
  out += ",\"input\":[";
  ItemWriter writer(out, options, request.tools.get(), tools);
  for (const Message* message : request.conversation.messages()) writer.Message(*message);
  out += ']';
  // A model that knows no other choice than "auto" is offered no tools when it is to call none.
  const bool offered = !(options.only_auto && request.tool_choice == ToolChoice::kNone);
  if (!tools.text.empty() && offered) {
    out += tools.text;
    AppendToolSettings(out, request, options);
  }
  if (request.output) {
    out += ",\"text\":{\"format\":{\"type\":\"json_schema\"";
    AppendField(out, "name", request.output->name);
    out.append(",\"schema\":").append(DumpJson(request.output->schema));
    out.append(",\"strict\":").append(FitsStrict(request.output->schema) ? "true}}" : "false}}");
  }
  if (request.settings.max_output_tokens)
    absl::StrAppend(
        &out, ",\"max_output_tokens\":", std::max<std::int64_t>(16, *request.settings.max_output_tokens));
  AppendThinking(out, request.settings, options);
  if (options.wire.stream) out += ",\"stream\":true";
  out += '}';
  out.shrink_to_fit();  // it is held until the reply has come
  return out;
}

}  // namespace ninefold
