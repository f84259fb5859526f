// The request's text is written once, straight from the messages.
#include <set>

#include "absl/strings/str_cat.h"
#include "base/json_text.h"
#include "model/body_parts.h"
#include "model/chat.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class Writer {
 public:
  Writer(std::string& out, const ChatOptions& options, const ToolList* tools, const WireTools& wire)
      : out_(out), options_(options), tools_(tools), wire_(wire) {}

  void System(std::string_view text) {
    Open("system");
    out_ += ",\"content\":";
    AppendQuoted(out_, text);
    out_ += '}';
  }

  void Message(const ninefold::Message& message) {
    if (message.role != Role::kTool) FlushImages();
    switch (message.role) {
      case Role::kSystem:
        return System(TextOf(message));
      case Role::kUser:
        return User(message.parts);
      case Role::kAssistant:
        return Assistant(message.parts);
      case Role::kTool:
        return Results(message.parts);
    }
  }

  // A tool message holds text alone: images of results follow as a user message behind all of them.
  void FlushImages() {
    if (images_.empty()) return;
    Open("user");
    out_.append(",\"content\":[").append(images_).append("]}");
    images_.clear();
  }

 private:
  void Open(std::string_view role) {
    if (!first_) out_ += ',';
    first_ = false;
    out_.append("{\"role\":\"").append(role).append("\"");
  }

  static void AppendText(std::string& out, std::string_view text) {
    out += "{\"type\":\"text\",\"text\":";
    AppendQuoted(out, text);
    out += '}';
  }

  static void AppendImage(std::string& out, const Image& image) {
    out += "{\"type\":\"image_url\",\"image_url\":{\"url\":";
    AppendQuoted(out, UrlOf(image));
    out += "}}";
  }

  // A string where there is only text: many servers take no list.
  void User(const std::vector<Part>& parts) {
    bool only_text = true;
    for (const Part& part : parts) only_text = only_text && IsTextPart(part);
    Open("user");
    out_ += ",\"content\":";
    if (only_text) {
      AppendQuoted(out_, JoinedText(parts));
      out_ += '}';
      return;
    }
    char separator = '[';
    for (const Part& part : parts) {
      if (std::holds_alternative<Reasoning>(part)) continue;
      out_ += std::exchange(separator, ',');
      if (const auto* image = std::get_if<Image>(&part)) {
        AppendImage(out_, *image);
      } else if (IsTextPart(part)) {
        AppendText(out_, TextForModel(part));
      } else {
        const auto& file = std::get<File>(part);
        out_ += "{\"type\":\"file\",\"file\":{\"filename\":";
        AppendQuoted(out_, file.name);
        out_ += ",\"file_data\":";
        AppendQuoted(out_, DataUrl(file.media_type, file.bytes));
        out_ += "}}";
      }
    }
    out_ += "]}";
  }

  void Assistant(const std::vector<Part>& parts) {
    Open("assistant");
    const std::string text = JoinedText(parts);
    bool calls = false;
    for (const Part& part : parts) calls = calls || std::holds_alternative<ToolCall>(part);
    out_ += ",\"content\":";
    if (text.empty() && calls) {
      out_ += "null";
    } else {
      AppendQuoted(out_, text);
    }
    for (const Part& part : parts) {
      const auto* reasoning = std::get_if<Reasoning>(&part);
      if (reasoning == nullptr) continue;
      const Json* details = FromVendorState(reasoning->vendor_state, options_.vendor, "details");
      if (details != nullptr) out_.append(",\"reasoning_details\":").append(DumpJson(*details));
    }
    if (calls) {
      char separator = '[';
      out_ += ",\"tool_calls\":";
      for (const Part& part : parts) {
        const auto* call = std::get_if<ToolCall>(&part);
        if (call == nullptr) continue;
        out_ += std::exchange(separator, ',');
        Call(*call);
      }
      out_ += ']';
    }
    out_ += '}';
  }

  void Call(const ToolCall& call) {
    out_ += "{\"id\":";
    AppendQuoted(out_, call.id);
    out_ += ",\"type\":\"function\",\"function\":{\"name\":";
    AppendQuoted(out_, WireNameOf(call.name, tools_, wire_));
    out_ += ",\"arguments\":";
    AppendQuoted(out_, ArgumentsText(call));
    out_ += '}';
    // What the vendor put beside a call goes back to it as it was.
    const Json* fields = FromVendorState(call.vendor_state, options_.vendor, "fields");
    if (fields != nullptr && fields->is_object()) {
      for (const auto& [key, value] : fields->items()) {
        out_ += ',';
        AppendQuoted(out_, key);
        out_ += ':';
        out_ += DumpJson(value);
      }
    }
    out_ += '}';
  }

  void Results(const std::vector<Part>& parts) {
    for (const Part& part : parts) {
      const auto* result = std::get_if<ToolResult>(&part);
      if (result == nullptr) continue;
      Open("tool");
      out_ += ",\"tool_call_id\":";
      AppendQuoted(out_, result->call_id);
      out_ += ",\"content\":";
      AppendQuoted(out_, JoinedText(result->content));
      out_ += '}';
      for (const Part& content : result->content) {
        const auto* image = std::get_if<Image>(&content);
        if (image == nullptr) continue;
        if (!images_.empty()) images_ += ',';
        AppendText(images_, absl::StrCat("Image from tool call ", result->call_id, ":"));
        images_ += ',';
        AppendImage(images_, *image);
      }
    }
  }

  std::string& out_;
  const ChatOptions& options_;
  const ToolList* tools_;
  const WireTools& wire_;
  std::string images_;
  bool first_ = true;
};

void AppendSettings(std::string& out, const ModelRequest& request, const ChatOptions& options) {
  const ModelSettings& settings = request.settings;
  if (settings.temperature) absl::StrAppend(&out, ",\"temperature\":", *settings.temperature);
  if (settings.top_p) absl::StrAppend(&out, ",\"top_p\":", *settings.top_p);
  if (settings.seed) absl::StrAppend(&out, ",\"seed\":", *settings.seed);
  if (settings.max_output_tokens) {
    absl::StrAppend(&out, ",\"", options.max_tokens_field, "\":", *settings.max_output_tokens);
  }
  if (!settings.reasoning_effort.empty()) {
    out += ",\"reasoning_effort\":";
    AppendQuoted(out, settings.reasoning_effort);
  }
}

}  // namespace

std::string ChatTools(const ToolList& tools, const std::vector<std::string>& names) {
  std::string out = ",\"tools\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"type\":\"function\",\"function\":{\"name\":";
    AppendQuoted(out, names[i]);
    out += ",\"description\":";
    AppendQuoted(out, tools.specs()[i].description);
    out.append(",\"parameters\":").append(DumpJson(tools.specs()[i].parameters)).append("}}");
  }
  out += ']';
  return out;
}

std::string ChatBody(const ModelRequest& request, const ChatOptions& options, const WireTools& tools) {
  std::string out;
  out.reserve(512 + tools.text.size());
  out += "{\"model\":";
  AppendQuoted(out, options.model);
  out += ",\"messages\":[";
  Writer writer(out, options, request.tools.get(), tools);
  if (request.instructions && !request.instructions->empty()) writer.System(*request.instructions);
  for (const Message* message : request.conversation.messages()) writer.Message(*message);
  writer.FlushImages();
  out += ']';
  if (!tools.text.empty()) {
    out.append(tools.text);
    if (request.tool_choice == ToolChoice::kNone) out += ",\"tool_choice\":\"none\"";
    if (request.tool_choice == ToolChoice::kRequired) out += ",\"tool_choice\":\"required\"";
    if (!request.settings.parallel_tool_calls) out += ",\"parallel_tool_calls\":false";
  }
  if (request.output) {
    out += ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":";
    AppendQuoted(out, request.output->name);
    out.append(",\"schema\":").append(DumpJson(request.output->schema));
    if (FitsStrict(request.output->schema)) out += ",\"strict\":true";
    out += "}}";
  }
  AppendSettings(out, request, options);
  if (options.wire.stream) out += ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
  out += '}';
  out.shrink_to_fit();  // it is held until the reply has come
  return out;
}

}  // namespace ninefold
