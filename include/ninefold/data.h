// Tables and JSON as Data (message.h): read from text, and previewed for a model.
//
//   absl::StatusOr<Data> sales = ReadData("sales.csv", text);  // .csv, .tsv, .json, .jsonl
//   if (sales.ok()) prompt.parts.push_back(*std::move(sales));
//
// A model is shown the preview; tools (DataQuery in tool.h) get at every row. Text may come from anywhere:
// nothing here trusts it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ninefold/json.h"
#include "ninefold/message.h"

namespace ninefold {

struct DataLimits {
  std::size_t bytes_max = std::size_t(16) << 20;
  std::size_t values_max = 2'000'000;  // cells of a table, values of JSON
  std::size_t columns_max = 1'000;
  int depth_max = 64;  // of JSON
};

// A table as RFC 4180 has it, with LF, CRLF or CR, with or without a byte order mark; the first line holds
// the names of the columns. `delimiter` 0: comma, semicolon, tab or bar, whichever the first line has most.
//
//   {"columns": ["id", "name", …], "rows": [[1, "Ada", …], …]}
//
// A column of whole numbers, numbers or true and false becomes that; numbers that would lose digits (007,
// more than 15 of them) stay texts, and so does everything else. An empty cell is null. Columns without a
// name, or with one that was there before, get names of their own: "column 3", "name (2)". Empty lines are
// passed over. Errors: kInvalidArgument with "line:column: what; what to do".
absl::StatusOr<Json> ReadTable(std::string_view text, char delimiter = 0, const DataLimits& limits = {});
// The same, but each cell stays the text that it is: "1.50", "True", "".
absl::StatusOr<Json> ReadTextTable(std::string_view text, char delimiter = 0, const DataLimits& limits = {});

// A JSON value a line, as a list. Empty lines are passed over. Errors as above.
absl::StatusOr<Json> ReadJsonLines(std::string_view text, const DataLimits& limits = {});

// Whether `value` has the form that ReadTable gives.
bool IsTable(const Json& value);

constexpr std::size_t kPreviewBytes = std::size_t(16) << 10;
// What a model is shown of a value, in at most `bytes_max` bytes. Of a table: how many rows, each column's
// type, empty cells, least and greatest value or examples, then the first rows. Of JSON: its shape (keys,
// types, lengths) and its beginning. All of it when that fits.
std::string Preview(const Json& value, std::size_t bytes_max = kPreviewBytes);

// Whether a file of this name is read as data: .csv, .tsv, .json, .jsonl, .ndjson, in any case.
bool IsDataName(std::string_view name);

// The content of such a file with its preview. Errors: kInvalidArgument with "name:line:column: what; what to
// do".
absl::StatusOr<Data> ReadData(std::string name, std::string text, const DataLimits& limits = {});

}  // namespace ninefold
