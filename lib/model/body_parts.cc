#include "model/body_parts.h"

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "ninefold/status.h"

namespace ninefold {

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool IsTextFile(const File& file) { return file.media_type.starts_with("text/"); }

bool IsTextPart(const Part& part) {
  if (const auto* file = std::get_if<File>(&part)) return IsTextFile(*file);
  return !std::holds_alternative<Image>(part);
}

std::string TextForModel(const Part& part) {
  if (const auto* text = std::get_if<Text>(&part)) return text->text;
  if (const auto* data = std::get_if<Data>(&part)) {
    if (!data->preview.empty())
      return absl::StrCat("<data name=\"", data->name, "\">\n", data->preview, "</data>");
    return data->name.empty() ? DumpJson(data->value)
                              : absl::StrCat(data->name, ":\n", DumpJson(data->value));
  }
  const auto* file = std::get_if<File>(&part);
  if (file == nullptr || !IsTextFile(*file)) return "";
  return absl::StrCat("<file name=\"", file->name, "\">\n", file->bytes, "\n</file>");
}

std::string JoinedText(const std::vector<Part>& parts) {
  std::string all;
  for (const Part& part : parts) {
    const std::string text = TextForModel(part);
    if (text.empty()) continue;
    if (!all.empty()) all += '\n';
    all += text;
  }
  return all;
}

std::string DataUrl(std::string_view media_type, std::string_view bytes) {
  return absl::StrCat("data:", ToAbsl(media_type), ";base64,", Base64(bytes));
}

std::string UrlOf(const Image& image) {
  return image.url.empty() ? DataUrl(image.media_type, image.bytes) : image.url;
}

std::string ArgumentsText(const ToolCall& call) {
  const std::string* text = call.arguments.get_ptr<const std::string*>();
  return text != nullptr ? *text : DumpJson(call.arguments);
}

bool FitsStrict(const Json& schema) {
  if (schema.is_array()) {
    for (const Json& item : schema) {
      if (!FitsStrict(item)) return false;
    }
    return true;
  }
  if (!schema.is_object()) return true;
  const Json* properties = GetMember(schema, "properties");
  if (properties != nullptr && properties->is_object()) {
    if (GetBool(schema, "additionalProperties") != false) return false;
    const Json* required = GetMember(schema, "required");
    if (required == nullptr || !required->is_array() || required->size() != properties->size()) return false;
  }
  for (const auto& [key, value] : schema.items()) {
    if (!FitsStrict(value)) return false;
  }
  return true;
}

}  // namespace ninefold
