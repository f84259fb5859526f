// JSON in the public API is nlohmann::json. Text from outside comes in through ParseJson, which
// checks depth and UTF-8 and never throws; text goes out through DumpJson, which never throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace ninefold {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t bytes_max = 16u << 20;
  int depth_max = 64;              // nested arrays and objects
  bool refuse_duplicates = false;  // an object with a key twice: error, not "last wins"
};

// One JSON value. Errors: kInvalidArgument with "line:column: what" and, for a limit, its value.
// Lone surrogate escapes (\ud83d alone, which small models send) become U+FFFD.
absl::StatusOr<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

// Compact text with sorted keys; invalid UTF-8 becomes U+FFFD. `indent` < 0: one line.
std::string DumpJson(const Json& value, int indent = -1);

// Range-checked getters: nlohmann's own wrap silently. nullopt when the value is absent, of another
// type, or does not fit.
std::optional<std::int64_t> GetInt(const Json& object, std::string_view key);
std::optional<double> GetNumber(const Json& object, std::string_view key);
std::optional<bool> GetBool(const Json& object, std::string_view key);
const std::string* GetString(const Json& object, std::string_view key);  // nullptr when it is no string
const Json* GetMember(const Json& object, std::string_view key);         // nullptr when absent or no object

}  // namespace ninefold
