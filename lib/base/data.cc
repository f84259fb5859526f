#include "ninefold/data.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/cell_type.h"
#include "base/data_text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum class DataForm { kNone, kTable, kTabs, kJson, kJsonLines };

DataForm FormOf(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return DataForm::kNone;
  const std::string ending = absl::AsciiStrToLower(ToAbsl(name.substr(dot + 1)));
  if (ending == "csv") return DataForm::kTable;
  if (ending == "tsv") return DataForm::kTabs;
  if (ending == "json") return DataForm::kJson;
  return ending == "jsonl" || ending == "ndjson" ? DataForm::kJsonLines : DataForm::kNone;
}

std::string PlaceIn(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto column = std::count_if(before.begin() + std::ptrdiff_t(line_begin), before.end(),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return absl::StrCat(std::count(before.begin(), before.end(), '\n') + 1, ":", column + 1);
}

// How many values a text of JSON may make, found without making them.
std::size_t CountValues(std::string_view text) {
  std::size_t values = 1;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\') ++i;
    values += !quoted && (text[i] == ',' || text[i] == '[' || text[i] == '{');
  }
  return values;
}

absl::Status TooManyValues(const DataLimits& limits) {
  return absl::InvalidArgumentError(
      absl::StrCat("1:1: more than ", limits.values_max, " values; give a part of it"));
}

absl::StatusOr<Json> ReadJson(std::string_view text, const DataLimits& limits) {
  CHECK_OK(CheckDataText(text, limits));
  // As many bytes in its place: the columns of errors stay those of the first line's text.
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (CountValues(text) > limits.values_max) return TooManyValues(limits);
  return ParseJson(text, {.bytes_max = limits.bytes_max, .depth_max = limits.depth_max});
}

absl::StatusOr<Json> ReadForm(DataForm form, std::string_view text, const DataLimits& limits) {
  if (form == DataForm::kTable) return ReadTable(text, 0, limits);
  if (form == DataForm::kTabs) return ReadTable(text, '\t', limits);
  if (form == DataForm::kJsonLines) return ReadJsonLines(text, limits);
  return ReadJson(text, limits);
}

}  // namespace

absl::Status CheckDataText(std::string_view text, const DataLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("1:1: ", text.size(), " bytes; at most ", limits.bytes_max, " are read: give a part"));
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return absl::InvalidArgumentError("1:1: UTF-16; convert it, for example with iconv -f UTF-16 -t UTF-8");
  if (const std::size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        PlaceIn(text, bad), ": not UTF-8; convert it, for example with iconv -f WINDOWS-1252 -t UTF-8"));
  }
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(PlaceIn(text, zero), ": a zero byte; this is no text: give the file it was made from"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> ReadJsonLines(std::string_view text, const DataLimits& limits) {
  CHECK_OK(CheckDataText(text, limits));
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (CountValues(text) > limits.values_max) return TooManyValues(limits);
  Json values = Json::array();
  for (std::size_t line = 1, at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view one = text.substr(at, end - at);
    at = end + 1;
    if (TrimBlanks(one).empty()) continue;
    absl::StatusOr<Json> value = ParseJson(one, {.bytes_max = one.size(), .depth_max = limits.depth_max});
    if (!value.ok()) {
      const std::string what = Describe(value.status());  // "1:COLUMN: …": a line knows no others
      return absl::InvalidArgumentError(absl::StrCat(line, what.substr(std::min(what.find(':'), what.size())),
                                                     "; each line must be one JSON value"));
    }
    values.push_back(*std::move(value));
    if (values.size() > limits.values_max) return TooManyValues(limits);
  }
  return values;
}

bool IsDataName(std::string_view name) { return FormOf(name) != DataForm::kNone; }

absl::StatusOr<Data> ReadData(std::string name, std::string text, const DataLimits& limits) {
  const DataForm form = FormOf(name);
  if (form == DataForm::kNone) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", name, "\" is not named as data: .csv, .tsv, .json, .jsonl and .ndjson are read as such"));
  }
  if (TrimBlanks(text).empty())
    return absl::InvalidArgumentError(absl::StrCat(name, ":1:1: it is empty; leave it out"));
  absl::StatusOr<Json> value = ReadForm(form, text, limits);
  if (!value.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", Describe(value.status()),
                     "; a file that is no data is read as text when its name ends in .txt"));
  }
  Data data;
  data.preview = Preview(*value);
  data.value = *std::move(value);
  data.name = std::move(name);
  data.text = std::move(text);
  return data;
}

}  // namespace ninefold
