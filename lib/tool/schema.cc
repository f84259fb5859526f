#include "ninefold/schema.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/json_schema.h"

namespace ninefold::internal {
namespace {
constexpr std::size_t kMistakesMax = 16;
// 2^53: the text of a larger whole number may have been rounded on its way into a double.
constexpr double kExactMax = 9007199254740992.0;
}  // namespace

std::optional<Json> RefIfOpen(SchemaScope& scope, const void* type) {
  for (std::size_t i = 0; i < scope.open.size(); ++i) {
    SchemaScope::Open& open = scope.open[i];
    if (open.type != type) continue;
    open.referred = true;
    Json ref = Json::object();
    ref["$ref"] = i == 0 ? std::string("#") : absl::StrCat("#/$defs/", open.name);
    return ref;
  }
  return std::nullopt;
}

Json CloseStruct(SchemaScope& scope, Json schema) {
  const SchemaScope::Open closed = scope.open.back();
  scope.open.pop_back();
  if (scope.open.empty()) {
    if (!scope.defs.empty()) schema["$defs"] = std::move(scope.defs);
    return schema;
  }
  if (!closed.referred) return schema;
  scope.defs[closed.name] = std::move(schema);
  Json ref = Json::object();
  ref["$ref"] = absl::StrCat("#/$defs/", closed.name);
  return ref;
}

// Bounds that a person would not take for noise; the others are checked when the value is read.
Json IntegerSchema(std::size_t bytes, bool is_signed) {
  Json schema = Json::object();
  schema["type"] = "integer";
  if (!is_signed) schema["minimum"] = 0;
  if (bytes > 2) return schema;
  const std::int64_t values = std::int64_t(1) << (8 * bytes);
  if (is_signed) schema["minimum"] = -values / 2;
  schema["maximum"] = is_signed ? values / 2 - 1 : values - 1;
  return schema;
}

absl::Status Conform(const Json& schema, Json& json) {
  DropNulls(schema, json);
  return ValidateJson(schema, json);
}

void Reader::Enter(std::string_view key) { at_.emplace_back(key); }
void Reader::Leave() { at_.pop_back(); }

void Reader::Refuse(const Json& json, const std::string& low, const std::string& high) {
  if (mistakes_.size() >= kMistakesMax) return;
  std::string at;
  for (const std::string& key : at_) absl::StrAppend(&at, "/", PointerPart(key));
  mistakes_.push_back(absl::StrCat(at.empty() ? "the value" : at, ": ", Shown(json),
                                   " does not fit: it must be from ", low, " to ", high));
}

std::optional<std::int64_t> Reader::Signed(const Json& json, std::int64_t low, std::int64_t high) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)) {
    return static_cast<std::int64_t>(json.get<std::uint64_t>());
  }
  if (json.is_number_integer() && !json.is_number_unsigned()) {
    const auto value = json.get<std::int64_t>();
    if (value >= low && value <= high) return value;
  }
  if (json.is_number_float()) {
    const double value = json.get<double>();
    if (value >= -kExactMax && value <= kExactMax) {
      const auto whole = static_cast<std::int64_t>(value);
      if (static_cast<double>(whole) == value && whole >= low && whole <= high) return whole;
    }
  }
  Refuse(json, absl::StrCat(low), absl::StrCat(high));
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::Unsigned(const Json& json, std::uint64_t high) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() <= high) return json.get<std::uint64_t>();
  if (json.is_number_integer() && !json.is_number_unsigned()) {  // a signed one made in C++
    const auto value = json.get<std::int64_t>();
    if (value >= 0 && static_cast<std::uint64_t>(value) <= high) return static_cast<std::uint64_t>(value);
  }
  if (json.is_number_float()) {
    const double value = json.get<double>();
    if (value >= 0 && value <= kExactMax) {
      const auto whole = static_cast<std::uint64_t>(value);
      if (static_cast<double>(whole) == value && whole <= high) return whole;
    }
  }
  Refuse(json, "0", absl::StrCat(high));
  return std::nullopt;
}

std::optional<double> Reader::Real(const Json& json, double high) {
  const double value = json.get<double>();
  if (value >= -high && value <= high) return value;
  Refuse(json, absl::StrCat(-high), absl::StrCat(high));
  return std::nullopt;
}

absl::Status Reader::status() const {
  return mistakes_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(mistakes_, "; "));
}

}  // namespace ninefold::internal
