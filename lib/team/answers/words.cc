// Numbers that are written as words, and ordinals.
#include <string>
#include <unordered_map>

#include "team/answers/parts.h"

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
  if (word == "thousandth") return 1000;
  const auto it = OrdinalWords().find(word);
  if (it == OrdinalWords().end() || it->second < 3) return 0;
  return it->second <= 10 || it->second == 20 || it->second == 100 ? it->second : 0;
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

// The words of a whole number, one by one.
class WholeWords {
 public:
  // Nullopt: they are none, or say no number: one million one million.
  std::optional<Int> Read(std::string_view* text) {
    std::string_view s = *text;
    while (Word(&s)) *text = s;
    if (!any_ || broken_) return std::nullopt;
    return total_ + group_;
  }

 private:
  bool Word(std::string_view* s) {
    std::string_view at = *s;
    // "one thousand, two hundred"; "a hundred and five"
    if (any_ && magnitude_ > 0 && may_add_ && DropPrefix(&at, ",")) {
      const std::string word = at.empty() ? "" : WordAt(at.substr(1));
      if (SmallNumbers().count(word) == 0 || MagnitudeOf(WordAt(NextWord(at.substr(1), word.size()))) == 0) {
        return false;
      }
    }
    if (any_ && !at.empty() && (at[0] == ' ' || at[0] == '-')) at.remove_prefix(1);
    std::string word = WordAt(at);
    if (word == "and" && any_ && may_add_ && SmallNumbers().count(WordAt(NextWord(at, 3))) > 0) {
      at = NextWord(at, 3);
      word = WordAt(at);
      std::string_view after = at.substr(word.size());
      bool many = false;
      if (PartOf(WordAt(NextWord(after, 0)), &many) > 0) return false;  // two and three quarters
    }
    if (!Take(word, at)) return false;
    any_ = true;
    *s = at.substr(word.size());
    return total_ <= Int{1000000000} * 1000000;
  }

  bool Take(const std::string& word, std::string_view at) {
    const auto small = SmallNumbers().find(word);
    const Int magnitude = MagnitudeOf(word);
    if (small != SmallNumbers().end()) {
      // After twenty comes one to nine, after hundred anything less.
      const int last = static_cast<int>(group_ % 100);
      const bool after_tens = last >= 20 && last % 10 == 0 && small->second > 0 && small->second < 10;
      if (!may_add_ && !after_tens) return false;
      group_ += small->second;
      may_add_ = false;
    } else if (magnitude == 100 && any_ && group_ > 0 && group_ < 100) {
      group_ *= 100;
      may_add_ = true;
    } else if (magnitude > 100 && any_ && group_ > 0) {
      broken_ = broken_ || (magnitude_ > 0 && magnitude >= magnitude_);
      total_ += group_ * magnitude;
      group_ = 0;
      magnitude_ = magnitude;
      may_add_ = true;
    } else if ((word == "a" || word == "an") && !any_ && MagnitudeOf(WordAt(NextWord(at, word.size()))) > 0) {
      group_ = 1;
      may_add_ = false;
    } else {
      return false;
    }
    return true;
  }

  Int total_ = 0, group_ = 0, magnitude_ = 0;
  bool any_ = false, may_add_ = true, broken_ = false;
};

// "third" of "a third": moves behind it.
std::optional<Rational> ReadPart(std::string_view* text, Int count) {
  bool many = false;
  const std::string word = WordAt(*text);
  const int part = PartOf(word, &many);
  if (part == 0 || many != (count > 1)) return std::nullopt;
  text->remove_prefix(word.size());
  return MakeRational(count, part);
}

// "a half", "three quarters": less than one.
std::optional<Rational> ReadParts(std::string_view* text) {
  std::string_view s = *text;
  const std::string word = WordAt(s);
  const auto small = SmallNumbers().find(word);
  const Int count = word == "a" || word == "an" ? 1 : small == SmallNumbers().end() ? 0 : small->second;
  if (count == 0) return std::nullopt;
  std::string_view after = NextWord(s, word.size());
  const auto part = after.size() + word.size() < s.size() ? ReadPart(&after, count) : std::nullopt;
  if (!part || part->num >= part->den) return std::nullopt;
  *text = after;
  return part;
}

// " point one four" behind a whole number.
bool ReadPointWords(std::string_view* text, Rational* value) {
  std::string_view s = *text;
  if (!DropPrefix(&s, " point ")) return false;
  Int place = 1;
  for (int i = 0; i < 18; ++i) {
    const auto small = SmallNumbers().find(WordAt(s));
    if (small == SmallNumbers().end() || small->second > 9) break;
    place *= 10;
    const auto digit = MakeRational(small->second, place);
    *value = *Add(*value, *digit);
    *text = s.substr(small->first.size());
    s = NextWord(*text, 0);
  }
  return place > 1;
}

// "half a mile", "half an hour", "half": what follows is said of one.
std::optional<Rational> ReadHalf(std::string_view* text) {
  std::string_view s = *text;
  if (!DropPrefix(&s, "half") && !DropPrefix(&s, "Half")) return std::nullopt;
  if (DropPrefix(&s, " an") || DropPrefix(&s, " a")) {
    if (s.empty() || s[0] != ' ') return std::nullopt;
  } else if (!s.empty() && !StartsWord(s, " million") && !StartsWord(s, " billion")) {
    return std::nullopt;
  }
  *text = s;
  return Rational{1, 2};
}

std::optional<Rational> ReadUnsignedWords(std::string_view* text) {
  if (auto half = ReadHalf(text)) return half;
  std::string_view s = *text;
  if (StartsWord(s, "a ") || StartsWord(s, "an ")) {
    const auto part = ReadParts(&s);
    // A third party is the third one.
    if (part && (s.empty() || StartsOneOf(s, {" million", " billion"}) || ParseUnit(s)))
      return *text = s, part;
    s = *text;
    std::string_view dozen = s.substr(s.find(' ') + 1);
    if (DropPrefix(&dozen, "dozen")) return *text = dozen, Rational{12, 1};
  }
  const auto whole = WholeWords().Read(&s);
  if (!whole) return std::nullopt;
  Rational value{*whole, 1};
  std::string_view after = NextWord(s, 0);
  if (const auto part = after.size() < s.size() ? ReadPart(&after, *whole) : std::nullopt) {
    value = *part;
    s = after;
  } else if (!ReadPointWords(&s, &value) && StartsWord(s, " and ")) {
    after = s.substr(5);
    if (const auto parts = ReadParts(&after)) value = *Add(value, *parts), s = after;
  }
  *text = s;
  return value;
}

}  // namespace

std::optional<Rational> ReadNumberWords(std::string_view* text) {
  std::string_view s = *text;
  const bool minus = DropWord(&s, "minus ") || DropWord(&s, "negative ");
  auto value = ReadUnsignedWords(&s);
  if (!value || (!s.empty() && (IsLetter(s.front()) || IsDigit(s.front())))) return std::nullopt;
  if (minus) value->num = -value->num;
  *text = s;
  return value;
}

bool ReadPartWord(std::string_view* text, Rational* value) {
  std::string_view s = NextWord(*text, 0);
  if (s.size() == text->size() || value->den != 1) return false;
  if (StartsWord(s, "quarters") || StartsWord(s, "halves")) return false;  // of a game
  const auto part = ReadPart(&s, value->num);
  if (!part || (!s.empty() && IsLetter(s[0]))) return false;
  *value = *part;
  *text = s;
  return true;
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
