// Text in one form: Unicode, marks, blanks.
#include <utf8proc.h>

#include <cctype>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kTagMost = 24;

bool IsBlank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool IsHigh(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

// What the tag <name> is written as; nullopt: it is none of those that only say how a text looks.
std::optional<std::string_view> TagText(std::string_view name) {
  if (name.size() > 1 && name.front() == '|' && name.back() == '|') {  // <|im_end|>
    return name.find(' ') == name.npos ? std::optional<std::string_view>("") : std::nullopt;
  }
  const bool end = !name.empty() && name.front() == '/';
  if (end) name.remove_prefix(1);
  if (name == "sup") return end ? "}" : "^{";
  if (name == "sub") return end ? "}" : "_{";
  if (name == "br" || name == "br/" || name == "br /") return "\n";
  const bool look = IsOneOf(name, {"b", "i", "u", "em", "strong", "p", "span", "code", "s", "eos", "bos",
                                   "pad", "end_of_turn", "start_of_turn"});
  return look ? std::optional<std::string_view>("") : std::nullopt;
}

std::string WithoutTags(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') {
      const std::string_view near = text.substr(i + 1, kTagMost);
      const std::size_t end = near.find('>');
      const auto instead = end == near.npos ? std::nullopt : TagText(near.substr(0, end));
      if (instead) {
        out += *instead;
        i += end + 1;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// Whether each ** is between what can be multiplied: x**2. Else it is the mark of bold.
bool IsPower(std::string_view text) {
  if (text.size() > kStructuredMost) return false;
  const auto operand = [](char c) { return IsLetter(c) || IsDigit(c) || IsHigh(c); };
  for (std::size_t at = text.find("**"); at != text.npos; at = text.find("**", at + 2)) {
    const char before = at > 0 ? text[at - 1] : ' ', after = at + 2 < text.size() ? text[at + 2] : ' ';
    if (!operand(before) && before != ')' && before != ']') return false;
    if (!operand(after) && after != '(' && after != '-') return false;
  }
  return true;
}

// One blank, or one line's end, for each run of them, none at the ends; no ** and no `.
std::string WithoutMarks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const bool power = IsPower(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*') {
      if (power) out += '^';
      ++i;
    } else if (text[i] == '`') {
      continue;
    } else if (IsBlank(text[i])) {
      const bool line = text[i] == '\n';
      if (out.empty()) continue;
      if (out.back() != ' ' && out.back() != '\n') {
        out += line ? '\n' : ' ';
      } else if (line) {
        out.back() = '\n';
      }
    } else {
      out += text[i];
    }
  }
  if (!out.empty() && IsBlank(out.back())) out.pop_back();
  return out;
}

// Whether the first character's bracket or quote is closed by the last one, and by none before it.
bool Wrapped(std::string_view text) {
  if (text.size() < 2) return false;
  const char open = text.front(), close = text.back();
  if (open == close && (open == '"' || open == '\'' || open == '*')) {
    return text.substr(1, text.size() - 2).find(open) == text.npos;
  }
  if (open != '(' || close != ')') return false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1 == text.size();
    if ((text[i] == ',' || text[i] == ';') && depth == 1) return false;  // (1, 2) is a pair
  }
  return false;
}

// Whether dots behind `before` say that digits or items follow: 0.333..., 1, 2, 3, ...
bool GoesOn(std::string_view before) {
  if (before.size() > kStructuredMost) return false;
  before = TrimBlank(before);
  if (before.empty()) return false;
  if (before.back() == ',') return before.size() > 1;
  std::size_t digits = 0;
  while (digits < before.size() && IsDigit(before[before.size() - 1 - digits])) ++digits;
  return digits > 0 && digits < before.size() && before[before.size() - 1 - digits] == '.';
}

// Whether the ! behind `before` is that of a factorial: 5!, n!!, (n+1)!
bool IsFactorial(std::string_view before) {
  if (before.empty()) return false;
  if (IsDigit(before.back()) || before.back() == ')') return true;
  const char second = before.size() > 1 ? before[before.size() - 2] : '+';
  return IsLetter(before.back()) && !IsLetter(second) && !IsHigh(second) && second != '\'' && second != ' ';
}

// The punctuation at the end, but for what belongs to the answer.
std::string_view WithoutEnd(std::string_view text) {
  while (!text.empty()) {
    const std::string_view before = text.substr(0, text.find_last_not_of(text.back()) + 1);
    const std::size_t count = text.size() - before.size();
    if (text.back() == '.' && count >= 3 && GoesOn(before)) return text.substr(0, before.size() + 3);
    if (text.back() == '!' ? IsFactorial(before)
                           : std::string_view(".,;:? \n").find(text.back()) == text.npos)
      break;
    text = before;
  }
  return text;
}

// ✅ 42, 42 ✓
std::string_view WithoutTicks(std::string_view text) {
  for (const std::string_view tick : {"✓", "✔", "✅", "☑"}) {
    if (text.size() <= tick.size()) continue;
    if (text.substr(0, tick.size()) == tick) text.remove_prefix(tick.size());
    if (text.size() > tick.size() && text.substr(text.size() - tick.size()) == tick) {
      text.remove_suffix(tick.size());
    }
  }
  return text;
}

}  // namespace

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (IsCapital(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool StartsWord(std::string_view text, std::string_view word) {
  if (text.size() < word.size() || Lower(text.substr(0, word.size())) != word) return false;
  return text.size() == word.size() || !IsLetter(word.back()) || !IsLetter(text[word.size()]);
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> all) {
  for (const std::string_view one : all) {
    if (word == one) return true;
  }
  return false;
}

bool StartsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (StartsWord(text, word)) return true;
  }
  return false;
}

bool DropWord(std::string_view* text, std::string_view word) {
  if (!StartsWord(*text, word)) return false;
  text->remove_prefix(word.size());
  text->remove_prefix(std::min(text->find_first_not_of(' '), text->size()));
  return true;
}

bool DropPrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

std::string_view TrimBlank(std::string_view text) {
  const std::string_view blank = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string Mapped(std::string_view text, int options) {
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                               static_cast<utf8proc_ssize_t>(text.size()), &made,
                                               static_cast<utf8proc_option_t>(options));
  if (length < 0) return std::string(text);  // out of memory
  std::string out(reinterpret_cast<const char*>(made), static_cast<std::size_t>(length));
  std::free(made);
  return out;
}

std::string Plain(std::string_view text) {
  std::string mended = FindInvalidUtf8(text) == std::string_view::npos ? std::string(text) : MendUtf8(text);
  const int nfkc = UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_IGNORE;
  std::string plain = Mapped(WrittenOut(mended), nfkc);
  if (plain.find('<') != plain.npos) plain = WithoutTags(plain);
  if (plain.size() <= kStructuredMost) plain = WithoutLatex(plain);
  return WithoutMarks(plain);
}

std::string FoldCase(std::string_view text) {
  return Mapped(text,
                UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_IGNORE | UTF8PROC_CASEFOLD);
}

std::string_view Bare(std::string_view plain) {
  std::string_view before;
  do {
    before = plain;
    plain = WithoutTicks(WithoutEnd(TrimBlank(plain)));
    for (const std::string_view bullet : {"* ", "• "}) DropPrefix(&plain, bullet);
    if (Wrapped(plain)) plain = plain.substr(1, plain.size() - 2);
    // __bold__, but not __init__
    const bool low = plain.size() > 2 && plain.front() == '_' && plain.back() == '_';
    if (low && plain.find(' ') != plain.npos) plain = plain.substr(1, plain.size() - 2);
    // Each round of brackets is read whole: a long text is no bracketed answer.
    if (plain.size() > kStructuredMost) break;
  } while (plain.size() != before.size());
  return plain;
}

}  // namespace ninefold::answers
