#include <cmath>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "ninefold/status.h"
#include "pipeline/format.h"

namespace ninefold::pipeline {
namespace {

// A number as JSON writes it; YAML's octal, hexadecimal and underscored ones are texts here.
std::optional<Json> JsonNumber(const YamlNode& node) {
  if (node.kind != YamlNode::kScalar || node.quoted || node.text.empty() || node.text.size() > 40)
    return std::nullopt;
  const char first = node.text[0];
  if (first != '-' && (first < '0' || first > '9')) return std::nullopt;
  absl::StatusOr<Json> value = ParseJson(node.text);
  if (!value.ok() || !value->is_number() || !std::isfinite(value->get<double>())) return std::nullopt;
  return *std::move(value);
}

}  // namespace

std::optional<std::int64_t> AsInteger(const YamlNode& node) {
  const std::optional<Json> value = JsonNumber(node);
  if (!value) return std::nullopt;
  return GetInt(Json{{"x", *value}}, "x");
}

std::optional<double> AsNumber(const YamlNode& node) {
  const std::optional<Json> value = JsonNumber(node);
  if (!value) return std::nullopt;
  return value->get<double>();
}

std::optional<bool> AsBool(const YamlNode& node) {
  if (node.kind != YamlNode::kScalar || node.quoted) return std::nullopt;
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  return std::nullopt;
}

std::optional<absl::Duration> AsDuration(const YamlNode& node) {
  if (node.kind != YamlNode::kScalar || node.text.size() > 40) return std::nullopt;
  absl::Duration duration;
  const bool has_unit = node.text.find_first_of("hms") != std::string::npos;
  if (!has_unit || !absl::ParseDuration(node.text, &duration)) return std::nullopt;
  if (duration <= absl::ZeroDuration() || duration > absl::Hours(24 * 366)) return std::nullopt;
  return duration;
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!good) return false;
  }
  return true;
}

Json AsJson(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::kNull:
      return nullptr;
    case YamlNode::kScalar: {
      if (const std::optional<bool> flag = AsBool(node)) return *flag;
      if (std::optional<Json> number = JsonNumber(node)) return *std::move(number);
      return node.text;
    }
    case YamlNode::kList: {
      Json list = Json::array();
      for (const YamlNode& item : node.items) list.push_back(AsJson(item));
      return list;
    }
    case YamlNode::kMap: {
      Json map = Json::object();
      for (const YamlMember& member : node.members) map[member.key] = AsJson(member.value);
      return map;
    }
  }
  return nullptr;
}

std::string OddCharacter(std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(word[i]);
    if (c < 0x80) continue;
    std::uint32_t code = c >= 0xF0 ? c & 0x07u : c >= 0xE0 ? c & 0x0Fu : c & 0x1Fu;
    for (std::size_t k = 1; i + k < word.size() && (static_cast<unsigned char>(word[i + k]) & 0xC0) == 0x80;
         ++k) {
      code = (code << 6) | (static_cast<unsigned char>(word[i + k]) & 0x3Fu);
    }
    std::string digits = absl::StrCat(absl::Hex(code, absl::kZeroPad4));
    for (char& digit : digits) digit = static_cast<char>(digit >= 'a' ? digit - 32 : digit);
    return absl::StrCat("it has the character U+", digits, ", which is no plain letter");
  }
  return "";
}

}  // namespace ninefold::pipeline
