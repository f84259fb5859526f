// The fields of a data set's record, whatever their type.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/eval.h"
#include "ninefold/json.h"

namespace ninefold {

bool HasAll(const Json& record, std::initializer_list<const char*> keys);

// A text as it is, other values as JSON writes them; null: "".
std::string PlainText(const Json& value);

// The first of these fields that is there, and not empty.
std::string FieldOf(const Json& record, std::initializer_list<const char*> keys);

std::string StrippedField(std::string_view text);

// A list of texts, or one text with the members between `delimiter`. A data: address is one, although it has
// a semicolon.
std::vector<std::string> ListField(const Json& record, const char* key, char delimiter);

void AddTag(EvalItem& item, const std::string& tag);

// 'A' for 0.
std::string LetterAt(std::size_t index);

}  // namespace ninefold
