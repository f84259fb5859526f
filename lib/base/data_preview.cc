// What a model is shown of a table or of JSON.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/cell_type.h"
#include "base/utf8.h"
#include "ninefold/data.h"

namespace ninefold {
namespace {

constexpr std::size_t kDistinctCounted = 1'000;
constexpr std::size_t kExamples = 5;
constexpr std::size_t kExampleBytes = 60;
constexpr std::size_t kCellBytes = 200;  // of a cell where not all rows are shown
constexpr int kShapeDepth = 8;
constexpr std::size_t kShapeKeys = 100;  // of one object

std::string CutTo(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return absl::StrCat(std::string(CutUtf8(text, bytes_max)), "…");
}

std::string CellText(const Json& cell) {
  if (cell.is_null()) return "";
  const auto* text = cell.get_ptr<const std::string*>();
  return text != nullptr ? *text : DumpJson(cell);
}

std::string Quoted(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::string RowLine(const Json& row, std::size_t cell_bytes_max) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i)
    absl::StrAppend(&line, i == 0 ? "" : ",", Quoted(CutTo(CellText(row[i]), cell_bytes_max)));
  return line + "\n";
}

// A column as a line says it: "- price: number, 0.5 to 99.9, 3 empty".
struct ColumnFacts {
  ColumnType type;
  std::size_t empty = 0, trues = 0;
  const Json *least = nullptr, *greatest = nullptr;
  std::set<std::string_view> distinct;  // of texts, no more than kDistinctCounted + 1
  std::vector<std::string_view> examples;

  void Add(const Json& value) {
    type.Add(value);
    if (value.is_null()) {
      ++empty;
      return;
    }
    trues += value.is_boolean() && value.get<bool>();
    // Values of several types have an order among them too, which is then not told.
    if (least == nullptr || value < *least) least = &value;
    if (greatest == nullptr || *greatest < value) greatest = &value;
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr || distinct.size() > kDistinctCounted) return;
    if (distinct.insert(*text).second && examples.size() < kExamples) examples.push_back(*text);
  }

  std::string Words(std::size_t rows) const {
    std::string words(type.name());
    const std::string_view name = type.name();
    if (name == "integer" || name == "number" || name == "date")
      absl::StrAppend(&words, ", ", CellText(*least), " to ", CellText(*greatest));
    if (name == "boolean") absl::StrAppend(&words, ", ", trues, " true and ", rows - empty - trues, " false");
    if (name == "string") {
      const bool more = distinct.size() > kDistinctCounted;
      absl::StrAppend(&words, more ? ", more than " : ", ", more ? kDistinctCounted : distinct.size(),
                      distinct.size() > examples.size() ? " distinct, such as " : " distinct: ");
      for (std::size_t i = 0; i < examples.size(); ++i)
        absl::StrAppend(&words, i == 0 ? "" : ", ", DumpJson(Json(CutTo(examples[i], kExampleBytes))));
    }
    if (empty > 0 && name != "empty") absl::StrAppend(&words, ", ", empty, " empty");
    return words;
  }
};

std::vector<std::string> ColumnLines(const Json& table) {
  const Json &columns = table["columns"], &rows = table["rows"];
  std::vector<std::string> lines;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    ColumnFacts facts;
    for (const Json& row : rows) facts.Add(row[k]);
    lines.push_back(
        absl::StrCat("- ", CutTo(CellText(columns[k]), kCellBytes), ": ", facts.Words(rows.size()), "\n"));
  }
  return lines;
}

std::string TablePreview(const Json& table, std::size_t bytes_max) {
  const Json &columns = table["columns"], &rows = table["rows"];
  std::string out = absl::StrCat("a table of ", rows.size(), rows.size() == 1 ? " row, " : " rows, ",
                                 columns.size(), columns.size() == 1 ? " column:\n" : " columns:\n");
  const std::vector<std::string> lines = ColumnLines(table);
  std::size_t told = 0;
  // A wide table leaves room for rows.
  for (; told < lines.size() && out.size() + lines[told].size() <= bytes_max * 2 / 3; ++told)
    out += lines[told];
  if (told < lines.size()) absl::StrAppend(&out, "and ", lines.size() - told, " more columns\n");
  constexpr std::size_t kTitleBytes = 64;
  const std::size_t used = out.size() + kTitleBytes;
  const std::size_t room = bytes_max > used ? bytes_max - used : 0;
  std::string whole = RowLine(columns, bytes_max);
  bool all = true;
  for (const Json& row : rows) {
    whole += RowLine(row, bytes_max);
    all = whole.size() <= room;
    if (!all) break;
  }
  if (all && whole.size() <= room) return absl::StrCat(out, "all rows:\n", whole);
  std::string some = RowLine(columns, kCellBytes);
  std::size_t shown = 0;
  for (; shown < rows.size(); ++shown) {
    const std::string line = RowLine(rows[shown], kCellBytes);
    if (some.size() + line.size() > room) break;
    some += line;
  }
  if (shown == 0) return out;
  return absl::StrCat(out, "the first ", shown, shown == 1 ? " row:\n" : " rows:\n", some);
}

// The types of all values that stand at one place: merged over the elements of a list.
class ValueShape {
 public:
  void Add(const Json& value, int depth) {
    if (value.is_object() && depth < kShapeDepth) {
      ++objects_;
      for (const auto& [key, member] : value.items()) {
        const auto known = members_.find(key);
        if (known == members_.end() && members_.size() >= kShapeKeys) {
          more_keys_ = true;
          continue;
        }
        Member& one = known == members_.end() ? members_[key] : known->second;
        ++one.count;
        one.Shape().Add(member, depth + 1);
      }
    } else if (value.is_array() && depth < kShapeDepth) {
      least_ = lists_ == 0 ? value.size() : std::min(least_, value.size());
      most_ = std::max(most_, value.size());
      ++lists_;
      if (elements_ == nullptr && !value.empty()) elements_ = std::make_unique<ValueShape>();
      for (const Json& element : value) elements_->Add(element, depth + 1);
    } else {
      ColumnType type;
      type.Add(value);
      types_.insert(value.is_null() ? "null" : std::string(type.name()));
    }
  }

  std::string Words() const {
    std::vector<std::string> words;
    if (objects_ > 0) words.push_back(ObjectWords());
    if (lists_ > 0) {
      const std::string size = least_ == most_ ? absl::StrCat(most_) : absl::StrCat(least_, " to ", most_);
      words.push_back(elements_ == nullptr ? "[]" : absl::StrCat("[", size, " × ", elements_->Words(), "]"));
    }
    for (const std::string& type : types_) {
      const bool wider =
          (type == "integer" && types_.count("number") > 0) || (type == "date" && types_.count("string") > 0);
      if (!wider) words.push_back(type);
    }
    return absl::StrJoin(words, " or ");
  }

 private:
  struct Member {
    std::size_t count = 0;
    std::unique_ptr<ValueShape> shape;
    ValueShape& Shape() {
      if (shape == nullptr) shape = std::make_unique<ValueShape>();
      return *shape;
    }
  };

  std::string ObjectWords() const {
    std::string words = "{";
    for (const auto& [key, member] : members_) {
      absl::StrAppend(&words, words.size() == 1 ? "" : ", ", CutTo(key, kExampleBytes),
                      member.count < objects_ ? "?: " : ": ", member.shape->Words());
    }
    return absl::StrCat(words, more_keys_ ? ", and more keys}" : "}");
  }

  std::size_t objects_ = 0, lists_ = 0, least_ = 0, most_ = 0;
  bool more_keys_ = false;
  std::map<std::string, Member> members_;
  std::unique_ptr<ValueShape> elements_;
  std::set<std::string> types_;
};

std::string JsonPreview(const Json& value, std::size_t bytes_max) {
  const std::string dumped = DumpJson(value);
  if (dumped.size() + 1 <= bytes_max) return dumped + "\n";
  ValueShape shape;
  shape.Add(value, 0);
  std::string out = absl::StrCat("JSON of ", dumped.size(), " bytes; ? marks keys that not all have\nshape: ",
                                 CutTo(shape.Words(), bytes_max / 2), "\n");
  constexpr std::size_t kTitleBytes = 16;
  const std::size_t used = out.size() + kTitleBytes;
  if (used >= bytes_max) return out;
  return absl::StrCat(out, "beginning: ", CutTo(dumped, bytes_max - used), "\n");
}

}  // namespace

std::string Preview(const Json& value, std::size_t bytes_max) {
  std::string text = IsTable(value) ? TablePreview(value, bytes_max) : JsonPreview(value, bytes_max);
  text.resize(CutUtf8(text, bytes_max).size());
  return text;
}

}  // namespace ninefold
