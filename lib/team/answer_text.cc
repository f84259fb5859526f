// Text in one form: Unicode, Markdown, blanks, case.
#include <utf8proc.h>

#include <cctype>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

constexpr int kMarksMost = 30;  // combining marks on one letter, as UAX #15 allows; sorting more is quadratic

// What NFKC would merge with its neighbour: 10² is not 102, 1½ not 11/2. Dashes and quotes it leaves alone.
std::string_view Instead(utf8proc_int32_t c) {
  switch (c) {
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
    case 0xfe63:
      return "-";
    case 0x2018:
    case 0x2019:
    case 0x201a:
    case 0x201b:
    case 0x2032:
    case 0xb4:
      return "'";
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x201f:
    case 0x2033:
    case 0xab:
    case 0xbb:
      return "\"";
    case 0xd7:
    case 0x22c5:
    case 0x2217:
      return "*";
    case 0xf7:
    case 0x2044:
    case 0x2215:
      return "/";
    case 0xbd:
      return " 1/2";
    case 0xbc:
      return " 1/4";
    case 0xbe:
      return " 3/4";
    case 0x2153:
      return " 1/3";
    case 0x2154:
      return " 2/3";
    case 0x215b:
      return " 1/8";
    case 0xba:
      return "°";
    case 0x2126:
      return "Ω";
    case 0x3001:
      return ",";
    case 0x3002:
      return ".";
    default:
      return "";
  }
}

// The plain character of one that is written high (+1) or low (-1); 0 for others.
int HighOrLow(utf8proc_int32_t c, char* plain) {
  if (c == 0xb2 || c == 0xb3) return *plain = static_cast<char>('2' + (c - 0xb2)), 1;
  if (c == 0xb9) return *plain = '1', 1;
  if (c == 0x207f) return *plain = 'n', 1;
  const int side = c >= 0x2070 && c <= 0x207e ? 1 : c >= 0x2080 && c <= 0x208e ? -1 : 0;
  if (side == 0 || (c & 15) == 1 || (side == 1 && ((c & 15) == 2 || (c & 15) == 3))) return 0;
  *plain = "0123456789+-=()"[c & 15];
  return side;
}

// One pass over the characters: what NFKC must not see is written out, long runs of marks are cut.
std::string BeforeNfkc(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  int marks = 0, side = 0;
  while (left > 0) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(at, left, &c);
    if (length <= 0) break;  // not reached: the text has been mended
    const std::string_view whole(reinterpret_cast<const char*>(at), static_cast<std::size_t>(length));
    at += length;
    left -= length;
    marks = utf8proc_get_property(c)->combining_class > 0 ? marks + 1 : 0;
    if (marks > kMarksMost) continue;
    char plain = 0;
    const int now = HighOrLow(c, &plain);
    if (now != 0) {
      if (now != side && now > 0) out += '^';
      out += plain;
    } else if (const std::string_view instead = Instead(c); !instead.empty()) {
      out += instead;
    } else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
      out += ' ';
    } else {
      out += whole;
    }
    side = now;
  }
  return out;
}

std::string AnswerMap(std::string_view text, int options) {
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                               static_cast<utf8proc_ssize_t>(text.size()), &made,
                                               static_cast<utf8proc_option_t>(options));
  if (length < 0) return std::string(text);  // out of memory
  std::string out(reinterpret_cast<const char*>(made), static_cast<std::size_t>(length));
  std::free(made);
  return out;
}

// One blank for each run of them, none at the ends; no ** and no `.
std::string WithoutMarks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool bold = text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*';
    if (bold) {
      // x**2 is a power.
      const bool power = i > 0 && !std::isspace(static_cast<unsigned char>(text[i - 1])) &&
                         text[i - 1] != '*' && i + 2 < text.size() && IsDigit(text[i + 2]) &&
                         text.find("**", i + 2) == text.npos && out.find("**") == out.npos &&
                         text.size() <= kStructuredMost;
      if (power) out += '^';
      ++i;
    } else if (text[i] == '`') {
      continue;
    } else if (std::isspace(static_cast<unsigned char>(text[i]))) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += text[i];
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
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
    if (text[i] == ',' && depth == 1) return false;  // (1, 2) is a pair
  }
  return false;
}

// The punctuation at the end, but for what belongs to the answer: 5!, and a bracket's inside.
std::string_view WithoutEnd(std::string_view text) {
  while (!text.empty()) {
    const char last = text.back();
    const bool mark = last == '.' || last == ',' || last == ';' || last == ':' || last == '?' || last == ' ';
    const bool cry = last == '!' && (text.size() < 2 || (!IsDigit(text[text.size() - 2]) &&
                                                         text[text.size() - 2] != ')' && text.size() != 2));
    if (!mark && !cry) break;
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool StartsWord(std::string_view text, std::string_view word) {
  if (text.size() < word.size() || Lower(text.substr(0, word.size())) != word) return false;
  return text.size() == word.size() || !IsLetter(word.back()) || !IsLetter(text[word.size()]);
}

std::string_view TrimBlank(std::string_view text) {
  const std::string_view blank = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string Plain(std::string_view text) {
  std::string mended = FindInvalidUtf8(text) == std::string_view::npos ? std::string(text) : MendUtf8(text);
  const int nfkc = UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_IGNORE;
  std::string plain = AnswerMap(BeforeNfkc(mended), nfkc);
  if (plain.size() <= kStructuredMost) plain = WithoutLatex(plain);
  return WithoutMarks(plain);
}

std::string FoldCase(std::string_view text) {
  return AnswerMap(
      text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_IGNORE | UTF8PROC_CASEFOLD);
}

std::string_view Bare(std::string_view plain) {
  std::string_view before;
  do {
    before = plain;
    plain = WithoutEnd(TrimBlank(plain));
    if (Wrapped(plain)) plain = plain.substr(1, plain.size() - 2);
    // __bold__, but not __init__
    const bool low = plain.size() > 2 && plain.front() == '_' && plain.back() == '_';
    if (low && plain.find(' ') != plain.npos) plain = plain.substr(1, plain.size() - 2);
    // Each round of brackets is read whole: a long text is no bracketed answer.
    if (plain.size() > kStructuredMost) break;
  } while (plain.size() != before.size());
  return plain;
}

std::string FoldText(std::string_view plain) {
  std::string folded = FoldCase(Bare(plain));
  std::string_view rest = folded;
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (const std::string_view article : {"the ", "an ", "a "}) {
      if (rest.substr(0, article.size()) != article || rest.size() == article.size()) continue;
      if (article == "a " && rest.size() == 3) continue;  // two letters: a b
      rest.remove_prefix(article.size());
      dropped = true;
    }
  }
  return std::string(TrimBlank(rest));
}

}  // namespace ninefold::answers
