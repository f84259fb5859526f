#include "eval/record_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ninefold/status.h"

namespace ninefold {

bool HasAll(const Json& record, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](const char* key) { return GetMember(record, key) != nullptr; });
}

std::string PlainText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : DumpJson(value);
}

std::string FieldOf(const Json& record, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const Json* value = GetMember(record, key);
    if (value == nullptr) continue;
    std::string text = PlainText(*value);
    if (!text.empty()) return text;
  }
  return "";
}

std::string StrippedField(std::string_view text) {
  return std::string(ToStd(absl::StripAsciiWhitespace(ToAbsl(text))));
}

std::vector<std::string> ListField(const Json& record, const char* key, char delimiter) {
  std::vector<std::string> texts;
  const Json* value = GetMember(record, key);
  if (value == nullptr || value->is_null()) return texts;
  if (value->is_array()) {
    for (const Json& one : *value) texts.push_back(PlainText(one));
    return texts;
  }
  bool in_address = false;
  for (const auto& one : absl::StrSplit(PlainText(*value), delimiter)) {
    std::string text = StrippedField(ToStd(one));
    if (in_address) {
      absl::StrAppend(&texts.back(), std::string(1, delimiter), text);
    } else if (!text.empty()) {
      texts.push_back(std::move(text));
    }
    // "data:image/png;base64,…" goes on until its comma.
    in_address =
        !texts.empty() && absl::StartsWith(texts.back(), "data:") && !absl::StrContains(texts.back(), ",");
  }
  return texts;
}

void AddTag(EvalItem& item, const std::string& tag) {
  if (!tag.empty()) item.tags.push_back(tag);
}

std::string LetterAt(std::size_t index) { return std::string(1, char('A' + index)); }

}  // namespace ninefold
