#include "team/answers/list.h"

#include <algorithm>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

bool Opens(char c) { return c == '(' || c == '[' || c == '{'; }
bool Closes(char c) { return c == ')' || c == ']' || c == '}'; }

// Whether the comma at `at` is that of 1,000. `zero`: only where the group begins with one, as no item does.
bool GroupsDigits(std::string_view text, std::size_t at, bool zero) {
  std::size_t before = 0, after = 0;
  while (before < at && IsDigit(text[at - 1 - before])) ++before;
  while (at + 1 + after < text.size() && IsDigit(text[at + 1 + after])) ++after;
  return before >= 1 && before <= 3 && after == 3 && text[at - before] != '0' &&
         (!zero || text[at + 1] == '0');
}

int WordsIn(std::string_view text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' ')); }

// Two short capitals are a name, AT & T; letters and words are items.
bool JoinsItems(std::string_view left, std::string_view right) {
  const auto item = [](std::string_view side) {
    return side.size() >= 4 || (!side.empty() && IsDigit(side[0]));
  };
  return (left.size() == 1 && right.size() == 1) || (item(left) && item(right));
}

// The items between " and " or " & ".
std::vector<std::string_view> SplitAnd(std::string_view text) {
  std::vector<std::string_view> items;
  for (const std::string_view part : SplitAtMark(text, " and ")) {
    const auto sides = SplitAtMark(part, " & ");
    bool joins = sides.size() > 1;
    for (std::size_t i = 1; i < sides.size(); ++i) joins = joins && JoinsItems(sides[i - 1], sides[i]);
    if (joins) {
      items.insert(items.end(), sides.begin(), sides.end());
    } else {
      items.push_back(part);
    }
  }
  return items;
}

// Behind "- ", "* ", "• ", or "3. " and "3) " where `number` is 3; the line itself without those.
std::string_view WithoutBullet(std::string_view line, std::size_t number) {
  for (const std::string_view bullet : {"- ", "* ", "• "}) {
    if (line.substr(0, bullet.size()) == bullet) return TrimBlank(line.substr(bullet.size()));
  }
  const std::string digits = std::to_string(number);
  if (line.substr(0, digits.size()) != digits) return line;
  const std::string_view rest = line.substr(digits.size());
  if (rest.size() < 3 || (rest[0] != '.' && rest[0] != ')') || rest[1] != ' ') return line;
  return TrimBlank(rest.substr(1));
}

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

std::vector<std::string_view> SplitAtMark(std::string_view text, std::string_view mark) {
  const std::string low = Lower(text);
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Opens(text[i])) ++depth;
    if (Closes(text[i]) && depth > 0) --depth;
    if (depth > 0 || low.compare(i, mark.size(), mark) != 0) continue;
    parts.push_back(TrimBlank(text.substr(start, i - start)));
    start = i + mark.size();
    i = start - 1;
  }
  parts.push_back(TrimBlank(text.substr(start)));
  return parts;
}

std::vector<std::string_view> SplitItems(std::string_view text, bool round) {
  const bool semicolons = text.find(';') != text.npos;
  const bool spaced = semicolons || text.find(", ") != text.npos;
  std::vector<std::string_view> items;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Opens(text[i])) ++depth;
    if (Closes(text[i]) && depth > 0) --depth;
    if (depth > 0 || (text[i] != ',' && text[i] != ';')) continue;
    const bool between = i > 0 && IsDigit(text[i - 1]) && i + 1 < text.size() && IsDigit(text[i + 1]);
    if (text[i] == ',' && semicolons && between) continue;  // 0,5; 0,7
    if (text[i] == ',' && GroupsDigits(text, i, !spaced || round)) continue;
    items.push_back(TrimBlank(text.substr(start, i - start)));
    start = i + 1;
  }
  std::string_view last = TrimBlank(text.substr(start));
  if (items.empty()) return {last};
  if (last.empty()) return items;  // [1, 2,]
  DropWord(&last, "and ") || DropWord(&last, "& ");
  const auto joined = SplitAnd(last);  // 1, 2 and 3
  items.insert(items.end(), joined.begin(), joined.end());
  return items;
}

std::vector<std::string_view> SplitPhrase(std::string_view text) {
  auto items = SplitItems(text);
  if (items.size() > 1) return items;
  const auto joined = SplitAnd(text);
  if (joined.size() < 2) return items;
  for (const std::string_view item : joined) {
    if (item.empty() || WordsIn(item) > 4) return items;
  }
  return joined;
}

std::vector<std::string_view> SplitLines(std::string_view text, bool* bullets) {
  std::vector<std::string_view> lines;
  *bullets = true;
  while (!text.empty()) {
    const std::string_view line = TrimBlank(text.substr(0, text.find('\n')));
    text.remove_prefix(
        std::min(text.size(), text.find('\n') == text.npos ? text.size() : text.find('\n') + 1));
    if (line.empty()) continue;
    const std::string_view item = WithoutBullet(line, lines.size() + 1);
    *bullets = *bullets && item.size() < line.size();
    lines.push_back(item);
  }
  return lines;
}

}  // namespace ninefold::answers
