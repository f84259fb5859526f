#include "team/answer_list.h"

#include <algorithm>

#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

bool Opens(char c) { return c == '(' || c == '[' || c == '{'; }
bool Closes(char c) { return c == ')' || c == ']' || c == '}'; }

// Whether the comma at `at` is that of 1,000.
bool GroupsDigits(std::string_view text, std::size_t at) {
  std::size_t before = 0, after = 0;
  while (before < at && IsDigit(text[at - 1 - before])) ++before;
  while (at + 1 + after < text.size() && IsDigit(text[at + 1 + after])) ++after;
  return before >= 1 && before <= 3 && after == 3;
}

int WordsIn(std::string_view text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' ')); }

}  // namespace

bool InBrackets(std::string_view text) {
  if (text.size() < 2 || !Opens(text.front()) || !Closes(text.back())) return false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Opens(text[i])) ++depth;
    if (Closes(text[i]) && --depth == 0) return i + 1 == text.size();
  }
  return false;
}

bool IsBalanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (Opens(c)) ++depth;
    if (Closes(c) && --depth < 0) return false;
  }
  return depth == 0;
}

std::vector<std::string_view> SplitItems(std::string_view text) {
  const bool spaced = text.find(", ") != text.npos || text.find(';') != text.npos;
  std::vector<std::string_view> items;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Opens(text[i])) ++depth;
    if (Closes(text[i]) && depth > 0) --depth;
    if (depth > 0 || (text[i] != ',' && text[i] != ';')) continue;
    if (text[i] == ',' && spaced && GroupsDigits(text, i)) continue;
    items.push_back(TrimBlank(text.substr(start, i - start)));
    start = i + 1;
  }
  std::string_view last = TrimBlank(text.substr(start));
  if (!items.empty() && StartsWord(last, "and ")) last = TrimBlank(last.substr(4));
  const std::size_t joined = items.empty() ? last.npos : last.find(" and ");
  if (joined != last.npos && joined > 0) {  // 1, 2 and 3
    items.push_back(TrimBlank(last.substr(0, joined)));
    last = TrimBlank(last.substr(joined + 5));
  }
  items.push_back(last);
  return items;
}

std::vector<std::string_view> SplitPhrase(std::string_view text) {
  auto items = SplitItems(text);
  if (items.size() > 1) return items;
  const std::size_t joined = text.find(" and ");
  if (joined == text.npos || text.find(" and ", joined + 5) != text.npos) return items;
  const std::string_view a = TrimBlank(text.substr(0, joined)), b = TrimBlank(text.substr(joined + 5));
  if (a.empty() || b.empty() || WordsIn(a) > 4 || WordsIn(b) > 4) return items;
  return {a, b};
}

}  // namespace ninefold::answers
