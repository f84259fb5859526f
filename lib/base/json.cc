// One pass over the bytes guards nlohmann's parser: depth first (its parse survives a million levels, its
// dump and copy do not), and lone surrogate escapes, which it refuses and small models send.
#include "ninefold/json.h"

#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string Position(std::string_view text, std::size_t offset) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return absl::StrCat(line, ":", column);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The code unit of \uXXXX at `i` (the backslash), or -1.
int EscapedUnit(std::string_view text, std::size_t i) {
  if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t k = 2; k < 6; ++k) {
    const int digit = HexValue(text[i + k]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool IsHigh(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

struct Scan {
  std::size_t too_deep_at = std::string_view::npos;
  std::vector<std::size_t> lone_surrogates;  // offsets of the escapes
};

Scan ScanText(std::string_view text, int depth_max) {
  Scan scan;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!in_string) {
      if (c == '"') in_string = true;
      if (c == '[' || c == '{') {
        if (++depth > depth_max) {
          scan.too_deep_at = i;
          return scan;
        }
      }
      if (c == ']' || c == '}') --depth;
      continue;
    }
    if (c == '"') in_string = false;
    if (c != '\\') continue;
    const int unit = EscapedUnit(text, i);
    if (IsHigh(unit) && IsLow(EscapedUnit(text, i + 6))) {
      i += 11;
    } else if (IsHigh(unit) || IsLow(unit)) {
      scan.lone_surrogates.push_back(i);
      i += 5;
    } else {
      ++i;
    }
  }
  return scan;
}

struct DuplicateFinder {
  std::vector<std::set<std::string>> open;
  std::string duplicate;
  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end && !open.empty()) open.pop_back();
    if (event == Json::parse_event_t::key && !open.empty()) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!open.back().insert(key).second && duplicate.empty()) duplicate = key;
    }
    return true;
  }
};

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("1:1: JSON of ", text.size(), " bytes; at most ", limits.bytes_max, " are read"));
  }
  const Scan scan = ScanText(text, limits.depth_max);
  if (scan.too_deep_at != std::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(Position(text, scan.too_deep_at), ": JSON nested deeper than ", limits.depth_max));
  }
  std::string mended;
  if (!scan.lone_surrogates.empty()) {
    mended = text;
    for (const std::size_t at : scan.lone_surrogates) mended.replace(at, 6, "\\ufffd");
    text = mended;
  }
  try {
    if (!limits.refuse_duplicates) return Json::parse(text.begin(), text.end());
    DuplicateFinder duplicates;
    Json value = Json::parse(text.begin(), text.end(), std::ref(duplicates));
    if (!duplicates.duplicate.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("1:1: key \"", duplicates.duplicate, "\" stands twice in one object"));
    }
    return value;
  } catch (const Json::parse_error& error) {
    const std::size_t at = error.byte > 0 ? error.byte - 1 : 0;
    std::string_view what = error.what();
    // nlohmann: "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …"
    const std::size_t colon = what.find(": ");
    if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
    const bool at_end = at >= text.size();
    return absl::InvalidArgumentError(
        absl::StrCat(Position(text, at),
                     ": not JSON: ", at_end ? "the text ends too early" : ToAbsl(what.substr(0, 160))));
  } catch (const std::exception& error) {  // a number out of range
    return absl::InvalidArgumentError(absl::StrCat("1:1: not JSON: ", error.what()));
  }
}

std::string DumpJson(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json* GetMember(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::optional<std::int64_t> GetInt(const Json& object, std::string_view key) {
  const Json* member = GetMember(object, key);
  if (member == nullptr) return std::nullopt;
  if (member->is_number_unsigned()) {
    const auto value = member->get<std::uint64_t>();
    if (value > std::uint64_t(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return std::int64_t(value);
  }
  if (member->is_number_integer()) return member->get<std::int64_t>();
  if (member->is_number_float()) {  // 20.0 is what some servers count in
    const double value = member->get<double>();
    if (std::nearbyint(value) == value && std::fabs(value) < 9.0e15) return std::int64_t(value);
  }
  return std::nullopt;
}

std::optional<double> GetNumber(const Json& object, std::string_view key) {
  const Json* member = GetMember(object, key);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->get<double>();
}

std::optional<bool> GetBool(const Json& object, std::string_view key) {
  const Json* member = GetMember(object, key);
  if (member == nullptr || !member->is_boolean()) return std::nullopt;
  return member->get<bool>();
}

const std::string* GetString(const Json& object, std::string_view key) {
  const Json* member = GetMember(object, key);
  return member == nullptr ? nullptr : member->get_ptr<const std::string*>();
}

}  // namespace ninefold
