// "data.query": rows of tables and of lists in JSON: chosen, grouped, reckoned with and put in order.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/data.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"

namespace ninefold {
namespace {

constexpr std::size_t kColumnsMax = 1'000;
constexpr std::int64_t kRowsShown = 20, kRowsShownMax = 200;

absl::Status NothingNamed(std::string_view what, std::string_view name,
                          const std::vector<std::string>& names) {
  std::vector<std::string> some = names;
  if (some.size() > 40) some.resize(40);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no ", ToAbsl(what), " \"", std::string(CutUtf8(name, 100)), "\"",
                   DidYouMean(std::string(name), names), "; there are: ", absl::StrJoin(some, ", ")));
}

// Rows under names, whatever they are made of: lists (of a table), objects, or single values, whose one
// column is called "value".
class DataRows {
 public:
  static absl::StatusOr<DataRows> Of(const Json& value, const std::string& name, const std::string* pointer) {
    DataRows rows;
    if (pointer == nullptr && IsTable(value)) {
      rows.lists_ = true;
      for (const Json& column : value["columns"]) rows.columns_.push_back(column.get<std::string>());
      for (const Json& row : value["rows"]) rows.rows_.push_back(&row);
      return rows;
    }
    TRY(const Json* list, ListAt(value, name, pointer));
    std::set<std::string> keys;
    bool single = false;
    for (const Json& row : *list) {
      rows.rows_.push_back(&row);
      single = single || !row.is_object();
      for (auto key = row.begin(); row.is_object() && key != row.end() && keys.size() < kColumnsMax; ++key)
        keys.insert(key.key());
    }
    rows.columns_.assign(keys.begin(), keys.end());
    if (single && keys.count("value") == 0) rows.columns_.emplace_back("value");
    return rows;
  }

  std::size_t size() const { return rows_.size(); }
  const std::vector<std::string>& columns() const { return columns_; }
  absl::StatusOr<std::size_t> ColumnNamed(const std::string& name) const {
    const auto at = std::find(columns_.begin(), columns_.end(), name);
    if (at == columns_.end()) return NothingNamed("column", name, columns_);
    return std::size_t(at - columns_.begin());
  }
  const Json& At(std::size_t row, std::size_t column) const {
    static const Json null;
    const Json& whole = *rows_[row];
    if (lists_) return whole[column];
    if (!whole.is_object()) return columns_[column] == "value" ? whole : null;
    const Json* member = GetMember(whole, columns_[column]);
    return member == nullptr ? null : *member;
  }

 private:
  static absl::StatusOr<const Json*> ListAt(const Json& value, const std::string& name,
                                            const std::string* pointer) {
    const Json* list = &value;
    if (pointer != nullptr) {
      try {
        list = &value.at(Json::json_pointer(*pointer));
      } catch (const Json::exception&) {
        return absl::InvalidArgumentError(absl::StrCat("list: \"", std::string(CutUtf8(*pointer, 100)),
                                                       "\" leads to nothing in ", name,
                                                       "; give a JSON pointer like /items"));
      }
    }
    if (list->is_array()) return list;
    return absl::InvalidArgumentError(
        absl::StrCat(name, pointer == nullptr ? "" : *pointer,
                     " is no list; say in \"list\" where one is, as a JSON pointer like /items"));
  }

  bool lists_ = false;
  std::vector<std::string> columns_;
  std::vector<const Json*> rows_;
};

// What a model wrote in quotes may be meant as a number.
Json MeantAs(const Json& cell, const Json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || !cell.is_number()) return value;
  double number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  return error == std::errc() && stop == end ? Json(number) : value;
}

bool Holds(const Json& cell, const std::string& op, const Json& given) {
  if (op == "contains") {
    const auto *text = cell.get_ptr<const std::string*>(), *part = given.get_ptr<const std::string*>();
    return text != nullptr && part != nullptr &&
           absl::StrContains(absl::AsciiStrToLower(*text), absl::AsciiStrToLower(*part));
  }
  const Json value = MeantAs(cell, given);
  if (op == "=") return cell == value;
  if (op == "!=") return cell != value;
  const bool comparable = (cell.is_number() && value.is_number()) || (cell.is_string() && value.is_string());
  if (!comparable) return false;
  if (op == "<") return cell < value;
  if (op == "<=") return !(value < cell);
  return op == ">" ? value < cell : !(cell < value);
}

absl::StatusOr<std::vector<std::size_t>> Matching(const DataRows& rows, const Json* where) {
  std::vector<std::size_t> matching(rows.size());
  for (std::size_t i = 0; i < matching.size(); ++i) matching[i] = i;
  if (where == nullptr) return matching;
  for (const Json& condition : *where) {
    TRY(const std::size_t column, rows.ColumnNamed(condition["column"].get<std::string>()));
    const std::string op = condition["op"].get<std::string>();
    std::erase_if(matching,
                  [&](std::size_t row) { return !Holds(rows.At(row, column), op, condition["value"]); });
  }
  return matching;
}

absl::StatusOr<Json> SumOf(const DataRows& rows, const std::vector<std::size_t>& of, std::size_t column,
                           bool mean) {
  std::int64_t whole = 0, count = 0;
  bool exact = true;
  double sum = 0;
  for (const std::size_t row : of) {
    const Json& cell = rows.At(row, column);
    if (cell.is_null()) continue;
    if (!cell.is_number()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "column \"", rows.columns()[column], "\" holds more than numbers, such as ",
          std::string(CutUtf8(DumpJson(cell), 80)), "; choose the rows with \"where\", or use count"));
    }
    ++count;
    sum += cell.get<double>();
    const bool small = cell.is_number_integer() && (!cell.is_number_unsigned() || cell <= INT64_MAX);
    exact = exact && small && !__builtin_add_overflow(whole, cell.get<std::int64_t>(), &whole);
  }
  if (mean) return count == 0 ? Json(nullptr) : Json(sum / double(count));
  return exact ? Json(whole) : Json(sum);
}

absl::StatusOr<Json> Aggregated(const DataRows& rows, const std::vector<std::size_t>& of,
                                const std::string& function, std::optional<std::size_t> column) {
  if (!column) {
    if (function == "count") return Json(of.size());
    return absl::InvalidArgumentError(absl::StrCat(function, " needs a column"));
  }
  if (function == "sum" || function == "mean") return SumOf(rows, of, *column, function == "mean");
  std::int64_t count = 0;
  const Json *least = nullptr, *greatest = nullptr;
  std::set<Json> distinct;
  for (const std::size_t row : of) {
    const Json& cell = rows.At(row, *column);
    if (cell.is_null()) continue;
    ++count;
    if (least == nullptr || cell < *least) least = &cell;
    if (greatest == nullptr || *greatest < cell) greatest = &cell;
    if (function == "distinct") distinct.insert(cell);
  }
  if (function == "count") return Json(count);
  if (function == "distinct") return Json(distinct.size());
  const Json* found = function == "min" ? least : greatest;
  return found == nullptr ? Json(nullptr) : *found;
}

struct QueryResult {
  std::vector<std::string> columns;
  std::vector<Json> rows;  // lists
};

std::vector<std::string> TextsAt(const Json& arguments, std::string_view key) {
  const Json* list = GetMember(arguments, key);
  return list == nullptr ? std::vector<std::string>() : list->get<std::vector<std::string>>();
}

absl::StatusOr<QueryResult> Groups(const DataRows& rows, const std::vector<std::size_t>& matching,
                                   const Json& arguments) {
  QueryResult result;
  std::vector<std::size_t> by;
  for (const std::string& name : TextsAt(arguments, "group_by")) {
    TRY(by.emplace_back(), rows.ColumnNamed(name));
    result.columns.push_back(name);
  }
  std::map<Json, std::vector<std::size_t>> groups;
  if (by.empty()) groups[Json::array()] = {};
  for (const std::size_t row : matching) {
    Json key = Json::array();
    for (const std::size_t column : by) key.push_back(rows.At(row, column));
    groups[std::move(key)].push_back(row);
  }
  for (const auto& [key, of] : groups) result.rows.push_back(key);
  Json aggregates = Json::array({{{"function", "count"}}});
  if (const Json* given = GetMember(arguments, "aggregate"); given != nullptr) aggregates = *given;
  for (const Json& aggregate : aggregates) {
    const std::string function = aggregate["function"].get<std::string>();
    const std::string* name = GetString(aggregate, "column");
    std::optional<std::size_t> column;
    if (name != nullptr) {
      TRY(column, rows.ColumnNamed(*name));
    }
    result.columns.push_back(name == nullptr ? function : absl::StrCat(function, "(", *name, ")"));
    std::size_t i = 0;
    for (const auto& [key, of] : groups) {
      TRY(Json value, Aggregated(rows, of, function, column));
      result.rows[i++].push_back(std::move(value));
    }
  }
  return result;
}

// In order, then cut: only what is shown is copied.
absl::StatusOr<QueryResult> Chosen(const DataRows& rows, std::vector<std::size_t> matching,
                                   const Json& arguments, std::size_t limit) {
  QueryResult result;
  result.columns = TextsAt(arguments, "columns");
  if (result.columns.empty()) result.columns = rows.columns();
  std::vector<std::size_t> columns;
  for (const std::string& name : result.columns) {
    TRY(columns.emplace_back(), rows.ColumnNamed(name));
  }
  if (const std::string* order = GetString(arguments, "order_by"); order != nullptr) {
    TRY(const std::size_t by, rows.ColumnNamed(*order));
    const bool descending = GetBool(arguments, "descending").value_or(false);
    std::stable_sort(matching.begin(), matching.end(), [&](std::size_t a, std::size_t b) {
      return descending ? rows.At(b, by) < rows.At(a, by) : rows.At(a, by) < rows.At(b, by);
    });
  }
  for (std::size_t i = 0; i < matching.size() && i < limit; ++i) {
    Json row = Json::array();
    for (const std::size_t column : columns) row.push_back(rows.At(matching[i], column));
    result.rows.push_back(std::move(row));
  }
  return result;
}

absl::Status OrderGroups(QueryResult& result, const Json& arguments) {
  const std::string* order = GetString(arguments, "order_by");
  if (order == nullptr) return absl::OkStatus();
  const auto at = std::find(result.columns.begin(), result.columns.end(), *order);
  if (at == result.columns.end()) return NothingNamed("column of the result", *order, result.columns);
  const std::size_t by = std::size_t(at - result.columns.begin());
  const bool descending = GetBool(arguments, "descending").value_or(false);
  std::stable_sort(result.rows.begin(), result.rows.end(),
                   [&](const Json& a, const Json& b) { return descending ? b[by] < a[by] : a[by] < b[by]; });
  return absl::OkStatus();
}

absl::StatusOr<Json> Query(const std::vector<Data>& all, const Json& arguments) {
  std::vector<std::string> names;
  for (const Data& data : all) names.push_back(data.name);
  const std::string* name = GetString(arguments, "data");
  if (name == nullptr && all.size() != 1) {
    return absl::InvalidArgumentError(
        all.empty() ? std::string("no data was given")
                    : absl::StrCat("say in \"data\" which: ", absl::StrJoin(names, ", ")));
  }
  const auto at = name == nullptr ? names.begin() : std::find(names.begin(), names.end(), *name);
  if (at == names.end()) return NothingNamed("data", *name, names);
  const Data& data = all[std::size_t(at - names.begin())];
  TRY(const DataRows rows, DataRows::Of(data.value, data.name, GetString(arguments, "list")));
  TRY(std::vector<std::size_t> matching, Matching(rows, GetMember(arguments, "where")));
  Json answer = Json::object();
  answer["matching_rows"] = matching.size();
  const std::size_t limit = std::size_t(
      std::clamp<std::int64_t>(GetInt(arguments, "limit").value_or(kRowsShown), 1, kRowsShownMax));
  QueryResult result;
  if (GetMember(arguments, "group_by") != nullptr || GetMember(arguments, "aggregate") != nullptr) {
    TRY(result, Groups(rows, matching, arguments));
    CHECK_OK(OrderGroups(result, arguments));
    if (result.rows.size() > limit) {
      answer["groups_left_out"] = result.rows.size() - limit;
      result.rows.resize(limit);
    }
  } else {
    if (matching.size() > limit) answer["rows_left_out"] = matching.size() - limit;
    TRY(result, Chosen(rows, std::move(matching), arguments, limit));
  }
  answer["columns"] = std::move(result.columns);
  answer["rows"] = std::move(result.rows);
  return answer;
}

Json QueryParameters() {
  return Json::parse(R"json({
    "type": "object",
    "properties": {
      "data": {"type": "string", "description": "which data; may be left out when there is one"},
      "list": {"type": "string",
               "description": "in JSON: where the list of rows is, as a JSON pointer such as /items"},
      "columns": {"type": "array", "items": {"type": "string"}, "description": "only these; default: all"},
      "where": {"type": "array", "description": "conditions that all must hold", "items": {
        "type": "object",
        "properties": {
          "column": {"type": "string"},
          "op": {"enum": ["=", "!=", "<", "<=", ">", ">=", "contains"]},
          "value": {"type": ["string", "number", "boolean", "null"],
                    "description": "null is an empty cell; dates compare as texts"}
        },
        "required": ["column", "op", "value"], "additionalProperties": false}},
      "group_by": {"type": "array", "items": {"type": "string"}, "description": "one row for each value"},
      "aggregate": {"type": "array", "description": "of all rows that match, or of each group", "items": {
        "type": "object",
        "properties": {
          "function": {"enum": ["count", "sum", "mean", "min", "max", "distinct"]},
          "column": {"type": "string", "description": "empty cells do not count"}
        },
        "required": ["function"], "additionalProperties": false}},
      "order_by": {"type": "string", "description": "a column, or an aggregate as sum(price)"},
      "descending": {"type": "boolean"},
      "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 20}
    },
    "additionalProperties": false
  })json");
}

}  // namespace

absl::StatusOr<ToolPtr> DataQuery(std::vector<Data> data) {
  std::set<std::string> names;
  for (const Data& one : data) {
    if (one.name.empty())
      return absl::InvalidArgumentError("data to query has no name; give it the name it is called by");
    if (!names.insert(one.name).second)
      return absl::InvalidArgumentError(absl::StrCat("two data are named \"", one.name, "\"; rename one"));
  }
  ToolSpec spec;
  spec.name = "data.query";
  spec.description =
      "Query a table or a list of objects exactly: choose rows and columns, group, count, sum, sort. Use it "
      "rather than reckoning from a preview.";
  spec.parameters = QueryParameters();
  spec.effect = Effect::kRead;
  auto shared = std::make_shared<const std::vector<Data>>(std::move(data));
  return MakeBlockingTool(std::move(spec), [shared](const Json& arguments) -> absl::StatusOr<ToolOutput> {
    const absl::StatusOr<Json> answer = Query(*shared, arguments);
    return answer.ok() ? DataOutput(*answer) : ErrorOutput(Describe(answer.status()));
  });
}

}  // namespace ninefold
