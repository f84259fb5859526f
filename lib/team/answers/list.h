// Where lists are separated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ninefold::answers {

// The items between commas or semicolons that are in no bracket; a comma of 1,000 is none, but `round`
// brackets have no such: (5,120) is a pair. "and" before the last is dropped. One item: it is no list.
std::vector<std::string_view> SplitItems(std::string_view text, bool round = false);
// Also "a and b", without a comma.
std::vector<std::string_view> SplitPhrase(std::string_view text);
// Between `mark`s that are in no bracket.
std::vector<std::string_view> SplitAtMark(std::string_view text, std::string_view mark);
// The lines without the bullets or numbers of a list. `bullets`: all of them had one.
std::vector<std::string_view> SplitLines(std::string_view text, bool* bullets);
// Whether the first character is a bracket that the last one closes.
bool InBrackets(std::string_view text);
// Whether every bracket is closed, whatever its shape.
bool IsBalanced(std::string_view text);

}  // namespace ninefold::answers
