#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "pipeline/book.h"

namespace ninefold::pipeline {
namespace {

absl::StatusOr<Json> Form(const std::string& name, const Json& json, int depth);

absl::StatusOr<Json> Fields(const Json& json, int depth) {
  Json schema = {{"type", "object"}, {"additionalProperties", false}};
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& [name, value] : json.items()) {
    const bool optional =
        value.is_string() && !value.empty() && value.get_ref<const std::string&>().ends_with('?');
    TRY(properties[name], Form(name, value, depth + 1));
    if (!optional) required.push_back(name);
  }
  schema["properties"] = std::move(properties);
  schema["required"] = std::move(required);
  return schema;
}

absl::StatusOr<Json> Form(const std::string& name, const Json& json, int depth) {
  if (json.is_string()) {
    std::string type = json.get<std::string>();
    if (type.ends_with('?')) type.pop_back();
    for (const char* known : {"string", "integer", "number", "boolean"}) {
      if (type == known) return Json{{"type", type}};
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "field \"", name, "\": \"", type,
        "\" is no type; there are string, integer, number, boolean, [type] for a list, [a, b] for a choice"));
  }
  if (json.is_array() && json.size() == 1) {
    Json list = {{"type", "array"}};
    TRY(list["items"], Form(name, json[0], depth + 1));
    return list;
  }
  if (json.is_array() && json.size() > 1) return Json{{"enum", json}};
  if (json.is_object() && !json.empty()) {
    const bool is_schema = json.contains("type") && (json["type"].is_string() || json["type"].is_array());
    const bool other = json.contains("enum") || json.contains("anyOf") || json.contains("$ref");
    if (is_schema || other) return json;
    return Fields(json, depth);
  }
  return absl::InvalidArgumentError(absl::StrCat("field \"", name, "\" has no type"));
}

}  // namespace

absl::StatusOr<Json> OutputSchemaFrom(const Json& json) {
  if (!json.is_object() || json.empty()) {
    return absl::InvalidArgumentError("\"output\" must be a map: a JSON Schema, or fields with their types");
  }
  if (json.contains("properties") || json.contains("$schema")) {
    const auto type = json.find("type");
    if (type == json.end() || *type != "object")
      return absl::InvalidArgumentError("the schema of an output must have \"type: object\"");
    return json;
  }
  return Fields(json, 0);
}

void WarnOfSecrets(const YamlNode& node, Diagnostics& out) {
  static constexpr std::string_view kStarts[] = {"sk-",  "sk_live_", "ghp_", "github_pat_", "AKIA",
                                                 "AIza", "xoxb-",    "hf_",  "gsk_"};
  for (const std::string_view start : kStarts) {
    const std::size_t at = node.text.find(start);
    if (at == std::string::npos) continue;
    const bool inside_word = at > 0 && std::isalnum(static_cast<unsigned char>(node.text[at - 1])) != 0;
    std::size_t end = at;
    bool digit = false;
    while (end < node.text.size() && (std::isalnum(static_cast<unsigned char>(node.text[end])) != 0 ||
                                      node.text[end] == '-' || node.text[end] == '_')) {
      digit = digit || std::isdigit(static_cast<unsigned char>(node.text[end])) != 0;
      ++end;
    }
    if (inside_word || !digit || end - at < 16) continue;
    out.Warn(node.at, "this looks like a secret key",
             "put it in an environment variable and name that with key_env");
    break;
  }
  for (const YamlNode& item : node.items) WarnOfSecrets(item, out);
  for (const YamlMember& member : node.members) WarnOfSecrets(member.value, out);
}

}  // namespace ninefold::pipeline
