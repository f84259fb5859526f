// What the cells of a table are.
#pragma once

#include <string>
#include <string_view>

#include "ninefold/json.h"

namespace ninefold {

std::string_view TrimBlanks(std::string_view text);

// As JSON has them; no leading zeros. A number that a double would not give back digit for digit is none.
bool IsIntegerText(std::string_view text);
bool IsNumberText(std::string_view text);
bool IsBooleanText(std::string_view text);  // true, false, in any case
// 2026-11-23, also with a time: 2026-11-23T10:15, 2026-11-23 10:15:30.5Z. Such texts sort as the days do.
bool IsDateText(std::string_view text);

// The type of a column, one value after another.
class ColumnType {
 public:
  void Add(const Json& value);
  // "integer", "number", "boolean", "date", "string", "list", "object", "empty", "mixed"
  std::string_view name() const;

 private:
  std::string_view type_ = "empty";
};

}  // namespace ninefold
