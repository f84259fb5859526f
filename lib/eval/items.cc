// Data sets, from a file's text to items with their places.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "eval/layouts.h"
#include "ninefold/data.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// Pictures are in the records of some data sets.
constexpr std::size_t kSetBytesMax = std::size_t(1) << 30;
constexpr DataLimits kSetLimits = {.bytes_max = kSetBytesMax, .values_max = 50'000'000};

struct Record {
  Json json;
  std::size_t line = 0;
};

absl::Status WrongAtLine(std::string_view name, std::size_t line, const absl::Status& status) {
  return Annotate(status, absl::StrCat(ToAbsl(name), ":", line));
}

// "line:column: what" has its place already.
absl::Status WrongIn(std::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(ToAbsl(name), ":", status.message()));
}

absl::StatusOr<std::vector<Record>> ReadLines(std::string_view text, std::string_view name) {
  std::vector<Record> records;
  std::size_t line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (absl::StripAsciiWhitespace(ToAbsl(one)).empty()) continue;
    absl::StatusOr<Json> json = ParseJson(one, {.bytes_max = kSetBytesMax});
    if (!json.ok()) {
      return WrongAtLine(name, line,
                         absl::InvalidArgumentError(absl::StrCat("no JSON: ", json.status().message(),
                                                                 "; each line holds one item")));
    }
    records.push_back({*std::move(json), line});
  }
  return records;
}

// The lines on which the members of a list begin.
std::vector<std::size_t> MemberLines(std::string_view text) {
  std::vector<std::size_t> lines;
  std::size_t line = 1;
  int depth = 0;
  bool quoted = false, waiting = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (depth == 1 && waiting && c != ']' && !absl::ascii_isspace(static_cast<unsigned char>(c))) {
      lines.push_back(line);
      waiting = false;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') waiting = ++depth == 1;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 1) waiting = true;
  }
  return lines;
}

absl::StatusOr<std::vector<Record>> ReadWhole(std::string_view text, std::string_view name) {
  absl::StatusOr<Json> json = ParseJson(text, {.bytes_max = kSetBytesMax});
  if (!json.ok()) return WrongIn(name, json.status());
  std::vector<Record> records;
  if (!json->is_array()) {
    records.push_back({*std::move(json), 1});
    return records;
  }
  const std::vector<std::size_t> lines = MemberLines(text);
  for (std::size_t i = 0; i < json->size(); ++i)
    records.push_back({std::move((*json)[i]), i < lines.size() ? lines[i] : 1});
  return records;
}

// The lines on which rows begin: cells in quotes may hold line ends.
std::vector<std::size_t> RowLines(std::string_view text) {
  std::vector<std::size_t> lines;
  std::size_t line = 1;
  bool quoted = false, fresh = true;
  for (const char c : text) {
    if (fresh && !quoted && c != '\n' && c != '\r') {
      lines.push_back(line);
      fresh = false;
    }
    if (c == '"') quoted = !quoted;
    if (c == '\n') {
      ++line;
      fresh = fresh || !quoted;
    }
  }
  return lines;
}

// MMLU is published without a line of names: question, four choices, a letter.
bool IsMmluWithoutHeader(const Json& table) {
  const Json& columns = table["columns"];
  if (columns.size() != 6) return false;
  const std::string last = columns[5].get<std::string>();
  return last.size() == 1 && last[0] >= 'A' && last[0] <= 'D' && columns[0] != "question" &&
         columns[0] != "Question";
}

absl::StatusOr<std::vector<Record>> ReadRows(std::string_view text, std::string_view name) {
  const bool tabs = absl::EndsWithIgnoreCase(ToAbsl(name), ".tsv");
  absl::StatusOr<Json> table = ReadTextTable(text, tabs ? '\t' : '\0', kSetLimits);
  if (!table.ok()) return WrongIn(name, table.status());
  std::vector<std::size_t> lines = RowLines(text);
  std::size_t first = 1;
  if (IsMmluWithoutHeader(*table)) {
    const std::string named = absl::StrCat("question,A,B,C,D,answer\n", ToAbsl(text));
    table = ReadTextTable(named, ',', kSetLimits);
    if (!table.ok()) return WrongIn(name, table.status());
    first = 0;
  }
  std::vector<Record> records;
  const Json &columns = (*table)["columns"], &rows = (*table)["rows"];
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Json record = Json::object();
    for (std::size_t c = 0; c < columns.size(); ++c) record[columns[c].get<std::string>()] = rows[r][c];
    records.push_back({std::move(record), r + first < lines.size() ? lines[r + first] : 1});
  }
  return records;
}

absl::StatusOr<std::vector<Record>> ReadRecords(std::string_view text, std::string_view name) {
  const std::string_view blanks = " \t\r\n";
  const std::size_t at = text.find_first_not_of(blanks);
  if (at == std::string_view::npos)
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(name), ":1: no item; write one a line"));
  if (text[at] == '[') return ReadWhole(text, name);
  if (text[at] != '{') return ReadRows(text, name);
  absl::StatusOr<std::vector<Record>> records = ReadLines(text, name);
  if (records.ok()) return records;
  // One item over several lines, as some sets have a file an item.
  absl::StatusOr<std::vector<Record>> whole = ReadWhole(text, name);
  return whole.ok() ? whole : records;
}

bool IsAddress(const std::string& path) {
  return absl::StartsWith(path, "https:") || absl::StartsWith(path, "data:");
}

void TakePathsFrom(const std::filesystem::path& folder, std::vector<std::string>& paths) {
  for (std::string& path : paths) {
    if (!IsAddress(path) && std::filesystem::path(path).is_relative()) path = (folder / path).string();
  }
}

// Files of one set, read one after another.
class ItemReader {
 public:
  // `set` is the name of the file in ids.
  absl::Status Read(std::string_view text, std::string_view name, const std::string& set) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    TRY(std::vector<Record> records, ReadRecords(text, name));
    const std::filesystem::path folder = std::filesystem::path(std::string(name)).parent_path();
    std::size_t n = 0;
    for (Record& record : records) {
      ++n;
      const std::string where = absl::StrCat(ToAbsl(name), ":", record.line);
      if (HasEmptyBox(record.json)) {
        notes_.push_back(absl::StrCat(where, ": left out, since the box for its answer is empty"));
        continue;
      }
      absl::StatusOr<EvalItem> item = ItemFromRecord(record.json, set);
      if (!item.ok()) return WrongAtLine(name, record.line, item.status());
      item->where = where;
      if (item->id.empty()) item->id = is_folder_ && records.size() == 1 ? set : absl::StrCat(set, "-", n);
      TakePathsFrom(folder, item->files);
      TakePathsFrom(folder, item->images);
      CHECK_OK(Add(*std::move(item)));
    }
    return absl::OkStatus();
  }

  // All data sets in a folder and those in it, in the order of their names. A file of one item, as MATH has
  // them, gives it its name.
  absl::Status ReadFolder(const std::filesystem::path& folder) {
    is_folder_ = true;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      if (IsDataName(at->path().string()) && at->is_regular_file(error)) files.push_back(at->path());
    }
    if (error) return absl::UnavailableError(absl::StrCat(folder.string(), ": ", error.message()));
    std::sort(files.begin(), files.end());
    if (files.empty())
      return absl::NotFoundError(
          absl::StrCat(folder.string(), ": no .jsonl, .json or .csv is in this folder"));
    for (const std::filesystem::path& file : files) {
      const std::filesystem::path inner = file.lexically_relative(folder);
      CHECK_OK(ReadFile(file.string(), (inner.parent_path() / inner.stem()).generic_string()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadFile(const std::string& path, const std::string& set) {
    std::error_code error;
    const bool is_file = std::filesystem::is_regular_file(path, error);
    std::ifstream in(path, std::ios::binary);
    if (!is_file || !in) {
      return absl::NotFoundError(
          absl::StrCat(path, ": no file that can be read; name a data set as .jsonl, .json or .csv"));
    }
    if (std::filesystem::file_size(path, error) > kSetBytesMax || error)
      return absl::InvalidArgumentError(absl::StrCat(path, ": more than 1 GiB; give a part of it"));
    std::ostringstream text;
    text << in.rdbuf();
    return Read(std::move(text).str(), path, set);
  }

  std::vector<EvalItem> Take(std::vector<std::string>* notes) {
    if (notes != nullptr) notes->insert(notes->end(), notes_.begin(), notes_.end());
    return std::move(items_);
  }

 private:
  absl::Status Add(EvalItem item) {
    const auto [other, is_new] = places_.emplace(item.id, item.where);
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat(item.where, ": the id \"", item.id,
                                                     "\" is taken by the item at ", other->second,
                                                     "; give each its own"));
    }
    items_.push_back(std::move(item));
    return absl::OkStatus();
  }

  bool is_folder_ = false;
  std::vector<EvalItem> items_;
  std::map<std::string, std::string> places_;
  std::vector<std::string> notes_;
};

}  // namespace

absl::StatusOr<std::vector<EvalItem>> ParseEvalItems(std::string_view text, std::string_view name,
                                                     std::vector<std::string>* notes) {
  ItemReader reader;
  CHECK_OK(reader.Read(text, name, std::filesystem::path(std::string(name)).stem().string()));
  return reader.Take(notes);
}

absl::StatusOr<std::vector<EvalItem>> ReadEvalItems(const std::string& path,
                                                    std::vector<std::string>* notes) {
  ItemReader reader;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    CHECK_OK(reader.ReadFolder(path));
  } else {
    CHECK_OK(reader.ReadFile(path, std::filesystem::path(path).stem().string()));
  }
  return reader.Take(notes);
}

std::string QuestionText(const EvalItem& item) {
  if (item.choices.empty()) return item.question;
  std::string text = absl::StrCat(item.question, "\n");
  for (std::size_t i = 0; i < item.choices.size(); ++i)
    absl::StrAppend(&text, "\n", std::string(1, char('A' + i)), ") ", item.choices[i]);
  return absl::StrCat(text,
                      "\n\nWhich one is right? End with a line that gives its letter for X:\nanswer: X");
}

}  // namespace ninefold
