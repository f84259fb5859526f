// Comma-separated values. Cells are views into the text until all are read: the type of a column is known
// only at its end.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/cell_type.h"
#include "base/data_text.h"
#include "base/try.h"
#include "ninefold/data.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string DelimiterWord(char delimiter) {
  return delimiter == '\t' ? "a tab" : absl::StrCat("\"", std::string(1, delimiter), "\"");
}

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

// Whichever the first line has most of, outside of quotes.
char DelimiterOf(std::string_view text) {
  constexpr std::string_view kCandidates = ",;\t|";
  std::size_t counts[kCandidates.size()] = {};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (IsLineEnd(c)) break;
    const std::size_t which = kCandidates.find(c);
    if (which != std::string_view::npos) ++counts[which];
  }
  return kCandidates[std::size_t(std::max_element(std::begin(counts), std::end(counts)) - counts)];
}

class TableReader {
 public:
  TableReader(std::string_view text, char delimiter, const DataLimits& limits, bool typed)
      : text_(text), delimiter_(delimiter), limits_(limits), typed_(typed) {}

  absl::StatusOr<Json> Read() {
    CHECK_OK(ReadHeader());
    std::vector<std::string_view> row;
    while (true) {
      SkipLineEnds();
      if (AtEnd()) break;
      row.clear();
      const std::size_t begin_line = line_;
      CHECK_OK(ReadRow(row));
      if (row.size() != names_.size()) return Ragged(begin_line, row.size());
      cells_.insert(cells_.end(), row.begin(), row.end());
      if (cells_.size() > limits_.values_max) {
        return WrongAt(begin_line, 1,
                       absl::StrCat("more than ", limits_.values_max,
                                    " cells; give fewer rows, or only the columns that matter"));
      }
    }
    Json table = Json::object();
    table["columns"] = names_;
    table["rows"] = Rows();
    return table;
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }

  // CRLF is one.
  void TakeLineEnd() {
    const bool pair = text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
    at_ += pair ? 2 : 1;
    ++line_;
    line_begin_ = at_;
  }
  void SkipLineEnds() {
    while (!AtEnd() && IsLineEnd(text_[at_])) TakeLineEnd();
  }

  static absl::Status WrongAt(std::size_t line, std::size_t column, std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(line, ":", column, ": ", ToAbsl(what)));
  }
  // In characters, not bytes.
  std::size_t ColumnOf(std::size_t at) const {
    const std::string_view before = text_.substr(line_begin_, at - line_begin_);
    return 1 + std::size_t(std::count_if(before.begin(), before.end(), [](char c) {
             return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
           }));
  }
  absl::Status Ragged(std::size_t line, std::size_t size) const {
    return WrongAt(line, 1,
                   absl::StrCat("this row has ", size, size == 1 ? " cell" : " cells", ", the first line ",
                                names_.size(), "; ",
                                size < names_.size() ? "add the missing cells"
                                                     : "put quotes around a cell that holds the delimiter",
                                " (the delimiter is ", DelimiterWord(delimiter_), ")"));
  }

  absl::Status ReadHeader() {
    SkipLineEnds();
    if (AtEnd()) return WrongAt(1, 1, "no table: there is no line; the first one names the columns");
    std::vector<std::string_view> cells;
    const std::size_t line = line_;
    CHECK_OK(ReadRow(cells));
    if (cells.size() > limits_.columns_max) {
      return WrongAt(
          line, 1,
          absl::StrCat(cells.size(), " columns; at most ", limits_.columns_max, " are read: leave some out"));
    }
    std::set<std::string> taken;
    for (const std::string_view cell : cells) taken.insert(std::string(TrimBlanks(cell)));
    std::set<std::string> used;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::string name(TrimBlanks(cells[i]));
      if (name.empty() || used.count(name) > 0) {
        const std::string base = name.empty() ? absl::StrCat("column ", i + 1) : name;
        name = name.empty() ? base : absl::StrCat(base, " (2)");
        for (int n = name == base ? 2 : 3; taken.count(name) + used.count(name) > 0; ++n)
          name = absl::StrCat(base, " (", n, ")");
      }
      used.insert(name);
      names_.push_back(std::move(name));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRow(std::vector<std::string_view>& row) {
    while (true) {
      if (!AtEnd() && text_[at_] == '"') {
        CHECK_OK(ReadQuoted(row));
      } else {
        const std::size_t begin = at_;
        while (!AtEnd() && text_[at_] != delimiter_ && !IsLineEnd(text_[at_])) ++at_;
        row.push_back(text_.substr(begin, at_ - begin));
      }
      if (AtEnd()) return absl::OkStatus();
      if (IsLineEnd(text_[at_])) {
        TakeLineEnd();
        return absl::OkStatus();
      }
      ++at_;  // the delimiter
    }
  }

  absl::Status ReadQuoted(std::vector<std::string_view>& row) {
    const std::size_t open_line = line_, open_column = ColumnOf(at_), begin = ++at_;
    bool doubled = false;
    while (true) {
      if (AtEnd()) {
        return WrongAt(open_line, open_column,
                       "this quote is never closed; close it, or double it (\"\") within a quoted cell");
      }
      if (IsLineEnd(text_[at_])) {
        TakeLineEnd();
        continue;
      }
      if (text_[at_++] != '"') continue;
      if (AtEnd() || text_[at_] != '"') break;
      doubled = true;
      ++at_;
    }
    if (!AtEnd() && text_[at_] != delimiter_ && !IsLineEnd(text_[at_])) {
      return WrongAt(line_, ColumnOf(at_),
                     absl::StrCat("text after the quote that closes a cell; double the quotes (\"\") within "
                                  "the cell, or end it with the delimiter, ",
                                  DelimiterWord(delimiter_)));
    }
    const std::string_view inside = text_.substr(begin, at_ - 1 - begin);
    row.push_back(doubled ? Unescaped(inside) : inside);
    return absl::OkStatus();
  }

  std::string_view Unescaped(std::string_view inside) {
    std::string& text = unescaped_.emplace_back();
    text.reserve(inside.size());
    for (std::size_t i = 0; i < inside.size(); ++i) {
      text += inside[i];
      if (inside[i] == '"') ++i;
    }
    return text;
  }

  // How the cells of a column are read: all alike.
  enum class Kind { kInteger, kNumber, kBoolean, kText };
  Kind KindOf(std::size_t column) const {
    bool integer = true, number = true, boolean = true;
    for (std::size_t i = column; i < cells_.size() && (integer || number || boolean); i += names_.size()) {
      const std::string_view cell = TrimBlanks(cells_[i]);
      if (cell.empty()) continue;
      integer = integer && IsIntegerText(cell);
      number = number && IsNumberText(cell);
      boolean = boolean && IsBooleanText(cell);
    }
    if (integer) return Kind::kInteger;
    return number ? Kind::kNumber : boolean ? Kind::kBoolean : Kind::kText;
  }

  static Json ValueOf(std::string_view cell, Kind kind) {
    const std::string_view trimmed = TrimBlanks(cell);
    if (trimmed.empty()) return nullptr;
    if (kind == Kind::kText) return std::string(cell);
    if (kind == Kind::kBoolean) return absl::EqualsIgnoreCase(ToAbsl(trimmed), "true");
    std::int64_t integer = 0;
    double number = 0;
    const char* end = trimmed.data() + trimmed.size();
    if (IsIntegerText(trimmed)) {
      std::from_chars(trimmed.data(), end, integer);
      return integer;
    }
    std::from_chars(trimmed.data(), end, number);
    return number;
  }

  Json Rows() const {
    std::vector<Kind> kinds;
    for (std::size_t i = 0; typed_ && i < names_.size(); ++i) kinds.push_back(KindOf(i));
    Json rows = Json::array();
    for (std::size_t i = 0; i < cells_.size(); i += names_.size()) {
      Json::array_t row;
      row.reserve(names_.size());
      for (std::size_t k = 0; k < names_.size(); ++k)
        row.push_back(typed_ ? ValueOf(cells_[i + k], kinds[k]) : Json(std::string(cells_[i + k])));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  std::string_view text_;
  char delimiter_;
  const DataLimits& limits_;
  const bool typed_;  // else each cell stays a text
  std::size_t at_ = 0, line_ = 1, line_begin_ = 0;
  std::vector<std::string> names_;
  std::vector<std::string_view> cells_;  // row by row
  std::deque<std::string> unescaped_;    // what cells with doubled quotes point to
};

absl::StatusOr<Json> ReadRows(std::string_view text, char delimiter, const DataLimits& limits, bool typed) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  CHECK_OK(CheckDataText(text, limits));
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return TableReader(text, delimiter == 0 ? DelimiterOf(text) : delimiter, limits, typed).Read();
}
}  // namespace

absl::StatusOr<Json> ReadTable(std::string_view text, char delimiter, const DataLimits& limits) {
  return ReadRows(text, delimiter, limits, true);
}

absl::StatusOr<Json> ReadTextTable(std::string_view text, char delimiter, const DataLimits& limits) {
  return ReadRows(text, delimiter, limits, false);
}

bool IsTable(const Json& value) {
  const Json *columns = GetMember(value, "columns"), *rows = GetMember(value, "rows");
  if (columns == nullptr || rows == nullptr || value.size() != 2) return false;
  if (!columns->is_array() || columns->empty() || !rows->is_array()) return false;
  for (const Json& name : *columns) {
    if (!name.is_string()) return false;
  }
  return std::all_of(rows->begin(), rows->end(),
                     [&](const Json& row) { return row.is_array() && row.size() == columns->size(); });
}

}  // namespace ninefold
