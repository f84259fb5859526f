// Numbers that are written as words, and ordinals.
#include <string>
#include <unordered_map>

#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

const std::unordered_map<std::string_view, int>& SmallNumbers() {
  static const auto& small = *new std::unordered_map<std::string_view, int>{
      {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
      {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
      {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
      {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
      {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fifty", 50},    {"sixty", 60},
      {"seventy", 70}, {"eighty", 80},  {"ninety", 90}};
  return small;
}

// 100, 1000, …; 0: it is none.
Int MagnitudeOf(std::string_view word) {
  if (word == "hundred") return 100;
  if (word == "thousand") return 1000;
  if (word == "million") return 1000000;
  if (word == "billion") return 1000000000;
  if (word == "trillion") return Int{1000000000} * 1000;
  return 0;
}

const std::unordered_map<std::string_view, int>& OrdinalWords() {
  static const auto& words = *new std::unordered_map<std::string_view, int>{
      {"first", 1},      {"second", 2},       {"third", 3},       {"fourth", 4},      {"fifth", 5},
      {"sixth", 6},      {"seventh", 7},      {"eighth", 8},      {"ninth", 9},       {"tenth", 10},
      {"eleventh", 11},  {"twelfth", 12},     {"thirteenth", 13}, {"fourteenth", 14}, {"fifteenth", 15},
      {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
      {"thirtieth", 30}, {"fortieth", 40},    {"fiftieth", 50},   {"sixtieth", 60},   {"seventieth", 70},
      {"eightieth", 80}, {"ninetieth", 90},   {"hundredth", 100}};
  return words;
}

// What a part is called: 2 for half and halves, 3 for third, …; 0: it is none. `many`: it is a plural.
int PartOf(std::string_view word, bool* many) {
  *many = word == "halves";
  if (word == "half" || word == "halves") return 2;
  if (!word.empty() && word.back() == 's') *many = true, word.remove_suffix(1);
  if (word == "quarter") return 4;
  const auto it = OrdinalWords().find(word);
  return it == OrdinalWords().end() || it->second < 3 || it->second > 10 ? 0 : it->second;
}

// The letters that `text` begins with, in lower case.
std::string WordAt(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && IsLetter(text[end])) ++end;
  return Lower(text.substr(0, end));
}

// Behind a word and the blank or hyphen after it.
std::string_view NextWord(std::string_view text, std::size_t length) {
  text.remove_prefix(length);
  if (text.size() > 1 && (text.front() == ' ' || text.front() == '-') && IsLetter(text[1]))
    text.remove_prefix(1);
  return text;
}

}  // namespace

std::optional<Rational> ReadNumberWords(std::string_view* text) {
  Int total = 0, group = 0;
  bool any = false, may_add = true;
  std::string_view s = *text, end = s;
  if (StartsWord(s, "minus ") || StartsWord(s, "negative ")) s.remove_prefix(s.find(' ') + 1);
  const bool minus = s.size() != text->size();
  if (StartsWord(s, "half")) {
    text->remove_prefix(text->size() - s.size() + 4);
    return Rational{minus ? -1 : 1, 2};
  }
  for (;;) {
    const std::string word = WordAt(s);
    const auto small = SmallNumbers().find(word);
    const Int magnitude = MagnitudeOf(word);
    if (small != SmallNumbers().end()) {
      // After twenty comes one to nine, after hundred anything less.
      const int last = static_cast<int>(group % 100);
      if (!may_add && !(last >= 20 && last % 10 == 0 && small->second > 0 && small->second < 10)) break;
      group += small->second;
      may_add = false;
    } else if (magnitude == 100 && any && group > 0 && group < 100) {
      group *= 100;
      may_add = true;
    } else if (magnitude > 100 && any && group > 0) {
      total += group * magnitude;
      group = 0;
      may_add = true;
    } else if ((word == "a" || word == "an") && !any && MagnitudeOf(WordAt(NextWord(s, word.size()))) > 0) {
      group = 1;
      may_add = false;
    } else if (word == "and" && any && may_add && SmallNumbers().count(WordAt(NextWord(s, 3))) > 0) {
      s = NextWord(s, 3);
      continue;
    } else {
      break;
    }
    any = true;
    s.remove_prefix(word.size());
    end = s;
    s = NextWord(s, 0);
    if (total > Int{1000000000} * 1000000) return std::nullopt;
  }
  if (!any) return std::nullopt;
  Rational value{total + group, 1};
  bool many = false;
  const std::string word = WordAt(s);
  const int part = s.size() < end.size() ? PartOf(word, &many) : 0;
  if (part > 0 && many == (value.num > 1)) {
    value = *MakeRational(value.num, part);
    end = s.substr(word.size());
  }
  if (StartsWord(end, " and a half")) {
    value = *Add(value, {1, 2});
    end.remove_prefix(11);
  }
  if (!end.empty() && (IsLetter(end.front()) || IsDigit(end.front()))) return std::nullopt;
  *text = end;
  if (minus) value.num = -value.num;
  return value;
}

std::optional<int> ReadOrdinal(std::string_view* text) {
  std::string_view s = *text;
  std::size_t digits = 0;
  while (digits < s.size() && IsDigit(s[digits])) ++digits;
  int value = 0;
  if (digits > 0) {
    if (digits > 6) return std::nullopt;
    for (const char c : s.substr(0, digits)) value = value * 10 + (c - '0');
    const std::string ending = WordAt(s.substr(digits));
    if (ending != "st" && ending != "nd" && ending != "rd" && ending != "th") return std::nullopt;
    text->remove_prefix(digits + 2);
    return value;
  }
  std::string word = WordAt(s);
  const auto tens = SmallNumbers().find(word);
  if (tens != SmallNumbers().end() && tens->second >= 20) {
    s = NextWord(s, word.size());
    value = tens->second;
    word = WordAt(s);
  }
  const auto it = OrdinalWords().find(word);
  if (it == OrdinalWords().end() || (value > 0 && it->second > 9)) return std::nullopt;
  *text = s.substr(word.size());
  return value + it->second;
}

std::string OrdinalText(int value) {
  const int last = value % 10;
  const bool teen = value % 100 / 10 == 1;
  const char* ending = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return std::to_string(value) + ending;
}

}  // namespace ninefold::answers
