#include "agent/structured_output.h"

#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string_view InsideFence(std::string_view text) {
  const std::size_t open = text.find("```");
  if (open == std::string_view::npos) return {};
  const std::size_t line = text.find('\n', open);
  if (line == std::string_view::npos) return {};
  const std::size_t close = text.find("```", line);
  return close == std::string_view::npos ? text.substr(line) : text.substr(line, close - line);
}

}  // namespace

absl::StatusOr<Json> ParseOutput(std::string_view text, const Json& schema) {
  absl::StatusOr<Json> value = ParseJson(text);
  if (!value.ok()) {
    if (const std::string_view fenced = InsideFence(text); !fenced.empty()) {
      if (absl::StatusOr<Json> inside = ParseJson(fenced); inside.ok()) value = std::move(inside);
    }
  }
  if (!value.ok()) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.rfind('}');
    if (open != std::string_view::npos && close != std::string_view::npos && close > open) {
      if (absl::StatusOr<Json> inside = ParseJson(text.substr(open, close - open + 1)); inside.ok())
        value = std::move(inside);
    }
  }
  if (!value.ok()) return value;
  CHECK_OK(ValidateJson(schema, *value));
  return value;
}

std::string RepairRequest(std::string_view what) {
  return absl::StrCat("Your answer does not have the form that was asked for: ", ToAbsl(what),
                      "\nAnswer again with the JSON value alone.");
}

}  // namespace ninefold
