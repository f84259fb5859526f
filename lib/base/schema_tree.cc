#include "base/schema_tree.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "base/utf8.h"
#include "ninefold/status.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {"null",   "boolean", "integer", "number",
                                                        "string", "array",   "object"};
constexpr std::size_t kPatternBytesMax = 4'096;
constexpr std::size_t kShownBytesMax = 60;
constexpr std::size_t kKeyBytesMax = 80;
constexpr int kAnchorDepthMax = 64;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// One part of a pointer in a URL fragment: %25 and ~1 undone.
std::string Unescaped(std::string_view part) {
  std::string plain;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '%' && i + 2 < part.size() && HexDigit(part[i + 1]) >= 0 && HexDigit(part[i + 2]) >= 0) {
      plain += static_cast<char>(HexDigit(part[i + 1]) * 16 + HexDigit(part[i + 2]));
      i += 2;
    } else {
      plain += part[i];
    }
  }
  std::string key;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char next = i + 1 < plain.size() ? plain[i + 1] : '\0';
    if (plain[i] == '~' && (next == '0' || next == '1')) {
      key += next == '0' ? '~' : '/';
      ++i;
    } else {
      key += plain[i];
    }
  }
  return key;
}

const Json* Child(const Json& node, const std::string& key) {
  if (node.is_object()) return GetMember(node, key);
  if (!node.is_array() || key.empty() || key.size() > 7) return nullptr;
  std::size_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index < node.size() ? &node[index] : nullptr;
}

const Json* FindAnchor(const Json& node, std::string_view anchor, int depth) {
  if (depth > kAnchorDepthMax) return nullptr;
  const std::string* own = GetString(node, "$anchor");
  if (own != nullptr && *own == anchor) return &node;
  if (!node.is_structured()) return nullptr;
  for (const Json& child : node) {
    const Json* found = FindAnchor(child, anchor, depth + 1);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// Whether writing it out costs little.
bool IsSmall(const Json& structured) {
  if (structured.size() > 8) return false;
  return std::all_of(structured.begin(), structured.end(), [](const Json& child) {
    const auto* text = child.get_ptr<const std::string*>();
    return child.is_structured() ? child.empty() : text == nullptr || text->size() <= kShownBytesMax;
  });
}

}  // namespace

absl::StatusOr<const Json*> FindRef(const Json& root, const std::string& ref) {
  const std::string shown = Shown(Json(ref));
  if (ref.empty() || ref[0] != '#') {
    return absl::InvalidArgumentError(absl::StrCat(
        "$ref ", shown, " leads out of the document; only \"#/…\" is followed, nothing is fetched"));
  }
  std::string_view rest = std::string_view(ref).substr(1);
  const Json* node = &root;
  if (!rest.empty() && rest[0] != '/') {
    node = FindAnchor(root, rest, 0);
    rest = {};
  }
  while (node != nullptr && !rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    node = Child(*node, Unescaped(rest.substr(0, slash)));
    rest.remove_prefix(slash);
  }
  if (node == nullptr) return absl::InvalidArgumentError(absl::StrCat("$ref ", shown, " leads nowhere"));
  return node;
}

PatternOf::PatternOf(const std::string& pattern) {
  const std::string shown = Shown(Json(pattern));
  if (pattern.size() > kPatternBytesMax) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("pattern ", shown, " is longer than ", kPatternBytesMax, " bytes"));
    return;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);
  compiled_ = std::make_unique<re2::RE2>(pattern, options);
  if (compiled_->ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat("pattern ", shown, " cannot be used: ", compiled_->error(),
                                              " (look-around and back references are not)"));
}

PatternOf::~PatternOf() = default;

bool PatternOf::Matches(const std::string& text) const {
  return status_.ok() && re2::RE2::PartialMatch(text, *compiled_);
}

bool IsTypeName(std::string_view name) {
  return std::find(kTypeNames.begin(), kTypeNames.end(), name) != kTypeNames.end();
}

bool HasType(const Json& value, const std::string& name) {
  if (name == "null") return value.is_null();
  if (name == "boolean") return value.is_boolean();
  if (name == "number") return value.is_number();
  if (name == "string") return value.is_string();
  if (name == "array") return value.is_array();
  if (name == "object") return value.is_object();
  if (name != "integer") return false;
  if (value.is_number_integer()) return true;
  return value.is_number_float() && std::nearbyint(value.get<double>()) == value.get<double>();
}

std::string Article(const Json& type_name) {
  const auto& name = type_name.get_ref<const std::string&>();
  if (name == "null") return name;
  const bool vowel = !name.empty() && std::string_view("aeio").find(name[0]) != std::string_view::npos;
  return absl::StrCat(vowel ? "an " : "a ", name);
}

long double Wide(const Json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

Json Normal(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    const bool whole = std::nearbyint(number) == number && std::fabs(number) < 9.0e15;
    return whole ? Json(static_cast<std::int64_t>(number)) : value;
  }
  if (!value.is_structured()) return value;
  Json normal = value;
  for (Json& child : normal) child = Normal(child);
  return normal;
}

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::string> KeysOf(const Json* object) {
  std::vector<std::string> keys;
  if (object == nullptr || !object->is_object()) return keys;
  for (auto it = object->begin(); it != object->end(); ++it) keys.push_back(it.key());
  return keys;
}

std::string Shown(const Json& value) {
  if (value.is_array() && !IsSmall(value)) return absl::StrCat("an array of ", value.size(), " items");
  if (value.is_object() && !IsSmall(value)) return absl::StrCat("an object of ", value.size(), " members");
  if (const auto* text = value.get_ptr<const std::string*>();
      text != nullptr && text->size() > kShownBytesMax) {
    return absl::StrCat(ToAbsl(DumpJson(Json(std::string(CutUtf8(*text, kShownBytesMax))))), "…");
  }
  const std::string dumped = DumpJson(value);
  if (dumped.size() <= kShownBytesMax + 2) return dumped;
  return absl::StrCat(ToAbsl(CutUtf8(dumped, kShownBytesMax)), "…");
}

std::string PointerPart(const std::string& key) {
  std::string part;
  for (const char c : CutUtf8(key, kKeyBytesMax)) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  if (key.size() > kKeyBytesMax) part += "…";
  return EscapeForTerminal(MendUtf8(part), true);
}

}  // namespace ninefold
