// The one form of what is text: case, articles, the stops of abbreviations.
#include <string>
#include <vector>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kGenotypeMost = 8;

struct Letters {
  int all = 0, capitals = 0, digits = 0;
  bool others = false;
};

Letters LettersOf(std::string_view word) {
  Letters count;
  for (const char c : word) {
    count.all += IsLetter(c);
    count.capitals += IsCapital(c);
    count.digits += IsDigit(c);
    count.others =
        count.others || (!IsLetter(c) && !IsDigit(c) && c != '_' && !(c == '.' && count.digits > 0));
  }
  return count;
}

// AaBb
bool IsGenotype(std::string_view word) {
  if (word.size() % 2 != 0 || word.size() > kGenotypeMost) return false;
  for (std::size_t i = 0; i < word.size(); i += 2) {
    if (!IsLetter(word[i]) || Lower(word.substr(i, 1)) != Lower(word.substr(i + 1, 1))) return false;
  }
  return true;
}

// Whether a letter other than an article stands alone: A beats B.
bool HasLoneLetter(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = i == 0 || text[i - 1] == ' ' || text[i - 1] == '(';
    const bool ends = i + 1 == text.size() || std::string_view(" ,.;:)").find(text[i + 1]) != text.npos;
    if (begins && ends && IsLetter(text[i]) && text[i] != 'a' && text[i] != 'A' && text[i] != 'I')
      return true;
  }
  return false;
}

// Whether "a" before `rest` is an article, not the letter.
bool IsArticle(std::string_view rest) {
  if (rest.size() < 2 || (IsLetter(rest[0]) && !IsLetter(rest[1]))) return false;
  if (!IsLetter(rest[0]) && (static_cast<unsigned char>(rest[0]) & 0x80) == 0) return false;
  if (rest.substr(0, 2) == "\xe2\x8a") return false;  // the signs of sets: A ⊂ B
  if (StartsOneOf(rest, {"and", "or", "is", "are", "was", "has", "to", "then", "implies", "equals"})) {
    return false;
  }
  return rest.size() > kStructuredMost || !HasLoneLetter(rest);
}

std::string_view WithoutArticles(std::string_view text) {
  for (;;) {
    std::string_view rest = text;
    if (!(DropWord(&rest, "the ") || DropWord(&rest, "an ") || DropWord(&rest, "a ")) || rest.empty()) break;
    const bool letter = text[1] == ' ';
    if (letter && !IsArticle(rest)) break;
    text = rest;
  }
  return text;
}

// The letters of "J.R.R." or "D.C"; "": it is none, as is the product a.b. A lone initial keeps its stop:
// A. Smith is not a smith.
std::string InitialsOf(std::string_view word) {
  if (word.empty() || (word.back() != '.' && !IsCapital(word[0]))) return "";
  std::string letters;
  for (std::size_t i = 0; i < word.size(); i += 2) {
    if (!IsLetter(word[i]) || (i + 1 < word.size() && word[i + 1] != '.')) return "";
    letters += word[i];
  }
  // U.S. and u.s. are one, and not us.
  if (letters.size() > 1) {
    for (char& c : letters) c = IsCapital(c) ? c : static_cast<char>(c - 'a' + 'A');
  }
  return letters;
}

bool IsAbbreviation(std::string_view word) {
  if (word.size() < 3 || word.size() > 6 || word.back() != '.') return false;
  return IsOneOf(
      Lower(word.substr(0, word.size() - 1)),
      {"dr",  "mr",  "mrs", "ms",  "prof", "rev",  "hon",  "st",  "mt",   "ft",   "jr",     "sr",
       "no",  "vs",  "inc", "ltd", "co",   "corp", "gen",  "col", "maj",  "capt", "cpt",    "lt",
       "sgt", "gov", "sen", "rep", "pres", "dept", "univ", "ave", "blvd", "etc",  "approx", "esq"});
}

// Without the stops of abbreviations: Dr. Smith, J. R. R. Tolkien. Those of numbers and sentences stay.
std::string WithoutStops(std::string_view text) {
  std::string out;
  int initials = 0;  // words that are, at the end of `out`
  bool lone = false;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::string_view tail = word.substr(std::min(word.find_last_not_of(",;") + 1, word.size()));
    word.remove_suffix(tail.size());
    const std::string letters = word.find('.') == word.npos ? "" : InitialsOf(word);
    const bool joins = !letters.empty() && initials > 0;
    if (joins && lone) out.pop_back();  // the stop of the first one
    if (!out.empty() && !joins) out += ' ';
    lone = letters.size() == 1 && !joins;
    if (!letters.empty()) {
      out += letters;
      if (lone) out += '.';
    } else {
      out += IsAbbreviation(word) ? word.substr(0, word.size() - 1) : word;
    }
    out += tail;
    initials = letters.empty() || !tail.empty() ? 0 : initials + 1;
  }
  return out;
}

// "Washington, DC" and "King, Jr" are no lists; AT & T is AT&T.
std::string WithoutSuffixComma(const std::string& text) {
  const std::size_t comma = text.rfind(", ");
  const bool drop = comma != text.npos && comma > 0 && IsSuffix(std::string_view(text).substr(comma + 2));
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool beside =
        text[i] == ' ' && ((!out.empty() && out.back() == '&' && i >= 2 && text[i - 2] == ' ') ||
                           text.compare(i, 3, " & ") == 0);
    if (beside || (drop && i == comma)) continue;
    out += text[i];
  }
  return out;
}

}  // namespace

bool IsSuffix(std::string_view item) {
  const std::string low = Lower(item);
  return IsOneOf(
      low, {"jr", "sr", "jr.", "sr.", "dc", "d.c.", "d.c", "inc", "inc.", "ltd", "ltd.", "esq", "esq."});
}

// CO is not Co, aa not Aa. A word that only begins with a capital is the word.
bool KeepsCase(std::string_view word) {
  const bool code = word.size() > 2 && word[0] == '0' && !IsDigit(word[1]);  // 0x1F
  const Letters count = LettersOf(word);
  if (code) return false;
  if (count.others || count.all == 0 || count.capitals == 0) return false;
  if (count.digits > 0) return count.all <= 3;
  if (count.all == 1 || IsGenotype(word)) return true;
  const bool title = IsCapital(word[0]) && count.capitals == 1;
  return count.all == 2 ? !title : count.all == 3 && !title && count.capitals < 3;
}

std::string FoldText(std::string_view plain) {
  const std::string text = WithoutSuffixComma(WithoutStops(TrimBlank(WithoutArticles(Bare(plain)))));
  if (KeepsCase(text)) return text;
  std::string folded = FoldCase(text);
  return std::string(TrimBlank(folded));
}

}  // namespace ninefold::answers
