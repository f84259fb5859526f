#include "cli/arguments.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"

namespace ninefold::cli {
namespace {

// The name that was meant, or else all there are.
std::string MeantOr(const std::string& word, const std::vector<std::string>& names, const std::string& all) {
  const std::string meant = DidYouMean(word, names);
  return meant.empty() ? all : meant;
}

absl::StatusOr<std::int64_t> ParseCount(const std::string& key, const std::string& value) {
  std::int64_t count = 0;
  if (absl::SimpleAtoi(value, &count) && count >= 0) return count;
  return absl::InvalidArgumentError(
      absl::StrCat("--budget ", key, "=\"", value, "\": give a whole number, like ", key, "=100"));
}

absl::Status SetLimit(const std::string& key, const std::string& value, BudgetLimits& limits) {
  if (key == "usd") {
    double usd = 0;
    if (!absl::SimpleAtod(value, &usd) || !std::isfinite(usd) || usd < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--budget usd=\"", value, "\": give an amount in dollars, like usd=0.50"));
    }
    limits.usd = usd;
    return absl::OkStatus();
  }
  const std::vector<std::string> keys = {"tokens", "usd", "calls", "tools", "depth"};
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--budget: there is no limit \"", key, "\"",
                     MeantOr(key, keys, absl::StrCat("; there are ", absl::StrJoin(keys, ", ")))));
  }
  TRY(const std::int64_t count, ParseCount(key, value));
  if (key == "tokens") limits.tokens = count;
  if (key == "calls") limits.model_calls = count;
  if (key == "tools") limits.tool_calls = count;
  if (key != "depth") return absl::OkStatus();
  if (count < 1 || count > 1000)
    return absl::InvalidArgumentError(absl::StrCat("--budget depth=", count, ": give 1 to 1000"));
  limits.depth = int(count);
  return absl::OkStatus();
}

absl::StatusOr<Json> ParseInput(const PipelineInput& input, const std::string& text) {
  if (input.type == "string") {
    CHECK_OK(CheckUtf8(text, absl::StrCat("--set ", input.name)));
    return Json(text);
  }
  absl::StatusOr<Json> value = ParseJson(text);
  if (value.ok()) return value;
  return absl::InvalidArgumentError(absl::StrCat("--set ", input.name, "=\"", text, "\": \"", input.name,
                                                 "\" is of type ", input.type, "; give it as JSON, like ",
                                                 input.type == "list"      ? "'[\"a\",\"b\"]'"
                                                 : input.type == "object"  ? "'{\"a\":1}'"
                                                 : input.type == "boolean" ? "true"
                                                                           : "3"));
}

}  // namespace

absl::Status CheckUtf8(const std::string& text, const std::string& what) {
  const std::size_t at = FindInvalidUtf8(text);
  if (at == std::string::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is not UTF-8 (byte ", at + 1, "); convert it, for example with iconv"));
}

absl::StatusOr<absl::Duration> ParseDeadline(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration()) return duration;
  return absl::InvalidArgumentError(
      absl::StrCat("--deadline \"", text, "\": give a time with its unit, like 30s, 2m or 1h30m"));
}

absl::StatusOr<BudgetLimits> ParseBudget(const std::string& text, BudgetLimits limits) {
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(text, ','))) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--budget \"", part, "\": give limits as name=value, like tokens=20000,usd=0.50,calls=40"));
    }
    CHECK_OK(SetLimit(part.substr(0, equals), part.substr(equals + 1), limits));
  }
  return limits;
}

absl::StatusOr<std::map<std::string, Json>> ParseInputs(const std::vector<std::string>& settings,
                                                        const std::vector<PipelineInput>& declared) {
  std::vector<std::string> names;
  for (const PipelineInput& input : declared) names.push_back(input.name);
  std::map<std::string, Json> values;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(absl::StrCat("--set \"", setting, "\": give an input as name=value"));
    }
    const std::string name = setting.substr(0, equals);
    const auto input = std::find_if(declared.begin(), declared.end(),
                                    [&](const PipelineInput& i) { return i.name == name; });
    if (input == declared.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--set ", name, ": the pipeline has no such input",
                       MeantOr(name, names,
                               names.empty() ? "; it declares none under \"input\""
                                             : absl::StrCat("; it has ", absl::StrJoin(names, ", ")))));
    }
    if (values.contains(name))
      return absl::InvalidArgumentError(absl::StrCat("--set ", name, ": given twice; give it once"));
    TRY(values[name], ParseInput(*input, setting.substr(equals + 1)));
  }
  return values;
}

}  // namespace ninefold::cli
