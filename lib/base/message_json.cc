// Messages as plain JSON: {"role":"user","parts":[{"type":"text","text":"…"},…]}. Reading is hostile-safe:
// only the fields named here are looked at, no type is constructed by name, depth is bounded by the parser.
#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/try.h"
#include "ninefold/message.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

struct PartToJson {
  Json operator()(const Text& p) const { return {{"type", "text"}, {"text", p.text}}; }
  Json operator()(const Image& p) const {
    Json json = {{"type", "image"}, {"media_type", p.media_type}};
    if (!p.bytes.empty()) json["base64"] = Base64(p.bytes);
    if (!p.url.empty()) json["url"] = p.url;
    if (!p.name.empty()) json["name"] = p.name;
    return json;
  }
  Json operator()(const File& p) const {
    return {{"type", "file"}, {"name", p.name}, {"media_type", p.media_type}, {"base64", Base64(p.bytes)}};
  }
  Json operator()(const Data& p) const {
    Json json = {{"type", "data"}, {"name", p.name}, {"value", p.value}};
    if (!p.text.empty()) json["text"] = p.text;
    if (!p.preview.empty()) json["preview"] = p.preview;
    return json;
  }
  Json operator()(const Reasoning& p) const {
    return {{"type", "reasoning"}, {"text", p.text}, {"vendor_state", p.vendor_state}};
  }
  Json operator()(const ToolCall& p) const {
    Json json = {{"type", "tool_call"}, {"id", p.id}, {"name", p.name}, {"arguments", p.arguments}};
    if (!p.vendor_state.is_null()) json["vendor_state"] = p.vendor_state;
    return json;
  }
  Json operator()(const ToolResult& p) const {
    Json content = Json::array();
    for (const Part& part : p.content) content.push_back(ToJson(part));
    return {{"type", "tool_result"},
            {"call_id", p.call_id},
            {"name", p.name},
            {"content", std::move(content)},
            {"is_error", p.is_error}};
  }
};

std::string StringOr(const Json& json, std::string_view key) {
  const std::string* value = GetString(json, key);
  return value == nullptr ? "" : *value;
}

Json JsonOr(const Json& json, std::string_view key) {
  const Json* value = GetMember(json, key);
  return value == nullptr ? Json(nullptr) : *value;
}

absl::StatusOr<std::string> BytesOf(const Json& json) {
  const std::string* text = GetString(json, "base64");
  if (text == nullptr) return std::string();
  std::optional<std::string> bytes = FromBase64(*text);
  if (!bytes) return absl::InvalidArgumentError("/base64: not base64");
  return *std::move(bytes);
}

absl::StatusOr<Part> ToolResultFromJson(const Json& json) {
  ToolResult result;
  result.call_id = StringOr(json, "call_id");
  result.name = StringOr(json, "name");
  result.is_error = GetBool(json, "is_error").value_or(false);
  const Json* content = GetMember(json, "content");
  if (content == nullptr || !content->is_array())
    return absl::InvalidArgumentError("/content: an array is needed");
  for (std::size_t i = 0; i < content->size(); ++i) {
    absl::StatusOr<Part> part = PartFromJson((*content)[i]);
    if (!part.ok()) return Annotate(part.status(), absl::StrCat("/content/", i));
    result.content.push_back(*std::move(part));
  }
  return Part(std::move(result));
}

}  // namespace

Json ToJson(const Part& part) { return std::visit(PartToJson{}, static_cast<const Part::variant&>(part)); }

Json ToJson(const Message& message) {
  Json parts = Json::array();
  for (const Part& part : message.parts) parts.push_back(ToJson(part));
  return {{"role", std::string(RoleName(message.role))}, {"parts", std::move(parts)}};
}

absl::StatusOr<Part> PartFromJson(const Json& json) {
  const std::string type = StringOr(json, "type");
  if (type == "text") return Part(Text{StringOr(json, "text")});
  if (type == "image") {
    TRY(std::string bytes, BytesOf(json));
    return Part(
        Image{StringOr(json, "media_type"), std::move(bytes), StringOr(json, "url"), StringOr(json, "name")});
  }
  if (type == "file") {
    TRY(std::string bytes, BytesOf(json));
    return Part(File{StringOr(json, "name"), StringOr(json, "media_type"), std::move(bytes)});
  }
  if (type == "data") {
    return Part(Data{JsonOr(json, "value"), StringOr(json, "name"), StringOr(json, "text"),
                     StringOr(json, "preview")});
  }
  if (type == "reasoning") return Part(Reasoning{StringOr(json, "text"), JsonOr(json, "vendor_state")});
  if (type == "tool_call") {
    return Part(ToolCall{StringOr(json, "id"), StringOr(json, "name"), JsonOr(json, "arguments"),
                         JsonOr(json, "vendor_state")});
  }
  if (type == "tool_result") return ToolResultFromJson(json);
  return absl::InvalidArgumentError(absl::StrCat(
      "/type: \"", type, "\" is none of text, image, file, data, reasoning, tool_call, tool_result"));
}

absl::StatusOr<Message> MessageFromJson(const Json& json) {
  Message message;
  const std::string role = StringOr(json, "role");
  bool known = false;
  for (const Role candidate : {Role::kSystem, Role::kUser, Role::kAssistant, Role::kTool}) {
    if (RoleName(candidate) != role) continue;
    message.role = candidate;
    known = true;
  }
  if (!known)
    return absl::InvalidArgumentError(
        absl::StrCat("/role: \"", role, "\" is none of system, user, assistant, tool"));
  const Json* parts = GetMember(json, "parts");
  if (parts == nullptr || !parts->is_array()) return absl::InvalidArgumentError("/parts: an array is needed");
  for (std::size_t i = 0; i < parts->size(); ++i) {
    absl::StatusOr<Part> part = PartFromJson((*parts)[i]);
    if (!part.ok()) return Annotate(part.status(), absl::StrCat("/parts/", i));
    message.parts.push_back(*std::move(part));
  }
  return message;
}

Json ToJson(const Citation& citation) {
  return {{"source", citation.source},
          {"line_begin", citation.line_begin},
          {"line_end", citation.line_end},
          {"quote", citation.quote}};
}

Citation CitationFromJson(const Json& json) {
  const auto line = [&](std::string_view key) {
    const std::int64_t value = GetInt(json, key).value_or(0);
    return value < 0 || value > 1'000'000'000 ? 0 : int(value);
  };
  return {StringOr(json, "source"), line("line_begin"), line("line_end"), StringOr(json, "quote")};
}

}  // namespace ninefold
