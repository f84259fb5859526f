// Where lists are separated.
#pragma once

#include <string_view>
#include <vector>

namespace ninefold::answers {

// The items between commas or semicolons that are in no bracket; a comma of 1,000 is none. "and" before the
// last is dropped. One item: it is no list.
std::vector<std::string_view> SplitItems(std::string_view text);
// Also "a and b", without a comma.
std::vector<std::string_view> SplitPhrase(std::string_view text);
// Whether the first character is a bracket that the last one closes.
bool InBrackets(std::string_view text);
// Whether every bracket is closed, whatever its shape.
bool IsBalanced(std::string_view text);

}  // namespace ninefold::answers
