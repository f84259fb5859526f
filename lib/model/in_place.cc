#include "model/in_place.h"

#include <string.h>

#include <charconv>

#include "base/utf8.h"

namespace ninefold {

// string_view::find stops at each quote; memmem does not.
std::size_t FindIn(std::string_view text, std::string_view what) {
  const void* at = memmem(text.data(), text.size(), what.data(), what.size());
  return at == nullptr ? std::string_view::npos : std::size_t(static_cast<const char*>(at) - text.data());
}

bool ReadString(std::string_view text, std::size_t& at, std::string& out) {
  while (at < text.size()) {
    const std::size_t stop = text.find_first_of("\"\\", at);
    if (stop == std::string_view::npos || stop + 1 >= text.size()) return false;
    out.append(text.substr(at, stop - at));
    at = stop + 1;
    if (text[stop] == '"') return true;
    switch (text[at++]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case '/':
        out += '/';
        break;
      default:
        return false;
    }
  }
  return false;
}

bool StringIn(std::string_view text, std::string_view key, std::string& out) {
  const std::size_t found = FindIn(text, key);
  if (found == std::string_view::npos) return false;
  std::size_t at = found + key.size();
  return ReadString(text, at, out) && FindInvalidUtf8(out) == std::string_view::npos;
}

std::optional<std::int64_t> IntIn(std::string_view text, std::string_view key) {
  const std::size_t found = FindIn(text, key);
  if (found == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const char* begin = text.data() + found + key.size();
  const auto [stop, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || stop == begin) return std::nullopt;
  return value;
}

bool IsJsonObject(std::string_view text) {
  const absl::StatusOr<Json> json = ParseJson(text);
  return json.ok() && json->is_object();
}

Json ArgumentsOf(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos || text == "null") return Json::object();
  absl::StatusOr<Json> json = ParseJson(text);
  if (json.ok() && json->is_object()) return *std::move(json);
  if (json.ok() && json->is_string()) {  // encoded twice
    absl::StatusOr<Json> inner = ParseJson(json->get_ref<const std::string&>());
    if (inner.ok() && inner->is_object()) return *std::move(inner);
  }
  return MendUtf8(text);
}

}  // namespace ninefold
