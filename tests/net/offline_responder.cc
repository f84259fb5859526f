#include "offline_responder.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "model/offline.h"

namespace ninefold::testing {
namespace {

constexpr std::size_t kPieceBytes = 24;

std::string StringOf(const Json& object, std::string_view key) {
  const std::string* text = GetString(object, key);
  return text == nullptr ? "" : *text;
}

// Calls each(item) for the items of a list, if it is one.
template <class Each>
void ForEachIn(const Json& object, std::string_view key, Each each) {
  const Json* list = GetMember(object, key);
  if (list == nullptr || !list->is_array()) return;
  for (const Json& item : *list) each(item);
}

// Documents are `<file name="…">` sections in the text; the rest is what was said.
void AppendText(std::string_view text, std::vector<Part>& parts) {
  constexpr std::string_view kOpen = "<file name=\"", kClose = "\n</file>";
  while (!text.empty()) {
    const std::size_t open = text.find(kOpen);
    const std::size_t name_end = open == text.npos ? open : text.find("\">\n", open);
    const std::size_t close = name_end == text.npos ? name_end : text.find(kClose, name_end);
    if (close == text.npos) break;
    const std::size_t name = open + kOpen.size(), body = name_end + 3;
    if (open > 0) parts.push_back(Text{std::string(text.substr(0, open))});
    File file{.name = std::string(text.substr(name, name_end - name))};
    if (body < close) file.bytes = std::string(text.substr(body, close - body));
    parts.push_back(std::move(file));
    text.remove_prefix(close + kClose.size());
  }
  if (!text.empty()) parts.push_back(Text{std::string(text)});
}

std::vector<Part> ReadContent(const Json& message) {
  std::vector<Part> parts;
  if (const std::string* text = GetString(message, "content")) AppendText(*text, parts);
  ForEachIn(message, "content", [&](const Json& part) { AppendText(StringOf(part, "text"), parts); });
  return parts;
}

class Reader {
 public:
  ModelRequest Read(const Json& json) {
    ForEachIn(json, "messages", [&](const Json& message) { ReadMessage(message); });
    Flush();
    if (!instructions_.empty())
      request_.instructions = std::make_shared<const std::string>(std::move(instructions_));
    ReadTools(json);
    ReadOutput(json);
    return std::move(request_);
  }

 private:
  void ReadMessage(const Json& message) {
    if (!message.is_object()) return;
    const std::string role = StringOf(message, "role");
    if (role == "tool") return ReadResult(message);
    Flush();
    if (role == "system" || role == "developer") {
      absl::StrAppend(&instructions_, instructions_.empty() ? "" : "\n", TextOf(ReadContent(message)));
      return;
    }
    Message read{.role = role == "assistant" ? Role::kAssistant : Role::kUser, .parts = ReadContent(message)};
    ForEachIn(message, "tool_calls", [&](const Json& call) {
      const Json* function = GetMember(call, "function");
      if (function == nullptr) return;
      absl::StatusOr<Json> arguments = ParseJson(StringOf(*function, "arguments"));
      names_[StringOf(call, "id")] = StringOf(*function, "name");
      read.parts.push_back(ToolCall{.id = StringOf(call, "id"),
                                    .name = StringOf(*function, "name"),
                                    .arguments = arguments.ok() ? *std::move(arguments) : Json::object()});
    });
    request_.conversation = request_.conversation.With(std::move(read));
  }

  // The results of one turn are a message each on the wire, and one together here.
  void ReadResult(const Json& message) {
    const std::string id = StringOf(message, "tool_call_id");
    results_.push_back(ToolResult{.call_id = id, .name = names_[id], .content = ReadContent(message)});
  }

  void Flush() {
    if (results_.empty()) return;
    Message message{.role = Role::kTool, .parts = std::exchange(results_, {})};
    request_.conversation = request_.conversation.With(std::move(message));
  }

  void ReadTools(const Json& json) {
    std::vector<ToolSpec> specs;
    ForEachIn(json, "tools", [&](const Json& tool) {
      const Json* function = GetMember(tool, "function");
      if (function == nullptr) return;
      ToolSpec spec{.name = StringOf(*function, "name"), .description = StringOf(*function, "description")};
      const Json* parameters = GetMember(*function, "parameters");
      if (parameters != nullptr && parameters->is_object()) spec.parameters = *parameters;
      specs.push_back(std::move(spec));
    });
    if (!specs.empty()) request_.tools = std::make_shared<const ToolList>(std::move(specs));
    const std::string choice = StringOf(json, "tool_choice");
    if (choice == "none") request_.tool_choice = ToolChoice::kNone;
    if (choice == "required") request_.tool_choice = ToolChoice::kRequired;
  }

  void ReadOutput(const Json& json) {
    const Json* format = GetMember(json, "response_format");
    const Json* form = format == nullptr ? nullptr : GetMember(*format, "json_schema");
    const Json* schema = form == nullptr ? nullptr : GetMember(*form, "schema");
    if (schema == nullptr || !schema->is_object()) return;
    request_.output = std::make_shared<const OutputSchema>(
        OutputSchema{.name = StringOf(*form, "name"), .schema = *schema});
  }

  ModelRequest request_;
  std::string instructions_;
  std::map<std::string, std::string> names_;  // of calls, by their ids
  std::vector<Part> results_;
};

}  // namespace

ModelRequest ReadChatRequest(const Json& json) { return Reader().Read(json); }

ChatScript ScriptOf(const ModelReply& reply) {
  ChatScript script;
  const std::string text = TextOf(reply.message);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = CutUtf8(rest, kPieceBytes);
    const std::size_t size = piece.empty() ? std::min(kPieceBytes, rest.size()) : piece.size();
    script.pieces.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  for (const ToolCall* call : ToolCallsOf(reply.message)) {
    script.calls.push_back({.id = call->id, .name = call->name, .arguments = DumpJson(call->arguments)});
  }
  if (reply.stop_reason == StopReason::kLength) script.finish = "length";
  return script;
}

ChatScript AnswerChatOffline(const Json& request) {
  return ScriptOf(AnswerOffline(ReadChatRequest(request)));
}

}  // namespace ninefold::testing
