// What stands around an answer: the sentence it is said in, the reasons for it.
#include <algorithm>
#include <string>

#include "team/answers/choice.h"
#include "team/answers/find.h"
#include "team/answers/form.h"
#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kShortMost = 80;
constexpr std::size_t kParagraphMost = 200;
constexpr std::size_t kCutWithin = 400;  // bytes, in which a reason begins
constexpr int kLabelledWordsMost = 6;

// Where what follows a short form is none of it.
struct Cut {
  std::string_view mark;
  enum Kind { kAny, kReason, kNotYear } kind = kAny;  // what must follow
};
constexpr Cut kCuts[] = {
    {", because ", Cut::kAny},     {" because ", Cut::kAny},   {", since ", Cut::kNotYear},
    {" since ", Cut::kNotYear},    {", which ", Cut::kAny},    {", as ", Cut::kAny},
    {" as ", Cut::kReason},        {", so ", Cut::kAny},       {" so ", Cut::kReason},
    {", not ", Cut::kAny},         {", hence ", Cut::kAny},    {", where ", Cut::kAny},
    {" and ", Cut::kReason},       {"; ", Cut::kReason},       {": ", Cut::kReason},
    {" - ", Cut::kReason},         {" – ", Cut::kReason},      {" — ", Cut::kReason},
    {"—", Cut::kReason},           {". ", Cut::kReason},       {" is the ", Cut::kReason},
    {" is correct", Cut::kReason}, {" is right", Cut::kReason}};

// Whether words go on that are no part of a number, a letter or a date.
bool IsReason(std::string_view mark, std::string_view rest) {
  if (mark == " is correct" || mark == " is right") return rest.empty() || !IsLetter(rest[0]);
  if (mark == " is the ") {
    for (const std::string_view word : {"final ", "correct ", "right ", "best "}) DropWord(&rest, word);
    return StartsOneOf(rest, {"answer", "option", "choice", "one", "result"});
  }
  if (mark == " and ") return StartsOneOf(rest, {"we", "hence", "so", "this", "therefore", "thus"});
  if (mark == " as ")
    return StartsOneOf(rest, {"required", "shown", "expected", "desired", "stated", "we", "it", "the"});
  if (mark == " so ") return StartsOneOf(rest, {"we", "the", "it", "this", "that"});
  return StartsOneOf(rest, {"because", "since", "as",    "so",   "see",         "the",   "this",
                            "that",    "it",    "which", "we",   "i",           "hence", "therefore",
                            "thus",    "there", "here",  "note", "explanation", "reason"});
}

bool Follows(const Cut& cut, std::string_view rest) {
  switch (cut.kind) {
    case Cut::kAny:
      return !rest.empty();
    case Cut::kNotYear:
      return !rest.empty() && !(rest.size() >= 4 && rest.find_first_not_of("0123456789") >= 4);
    default:
      return IsReason(cut.mark, rest);
  }
}

// "42 (forty-two)", "42 (since 6 * 7 = 42)"
std::string_view WithoutParenthesis(std::string_view text) {
  std::string_view whole = TrimBlank(text);
  while (!whole.empty() && whole.back() == '.') whole.remove_suffix(1);
  const std::size_t open = whole.find(" (");
  if (whole.empty() || whole.back() != ')' || open == whole.npos || open > kShortMost) return text;
  const std::string_view head = whole.substr(0, open),
                         inside = whole.substr(open + 2, whole.size() - open - 3);
  if (inside.size() > kShortMost || !IsShortForm(head)) return text;
  if (StartsOneOf(inside, {"since", "because", "as", "i.e", "see", "which"})) return head;
  return FormOf(head, {}) == FormOf(inside, {}) ? head : text;
}

bool IsExplanation(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" *_#>-"), line.size()));
  return StartsOneOf(line, {"explanation", "because", "reason", "reasons", "reasoning", "justification",
                            "rationale", "note", "confidence", "why", "proof", "steps", "step"});
}

int WordsOf(std::string_view text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' ')); }

}  // namespace

bool IsShortForm(std::string_view text) {
  if (text.size() > kShortMost) return false;
  const std::string plain = Plain(text);
  const std::string_view bare = Bare(plain);
  if (bare.empty() || plain.find('\n') != plain.npos) return false;
  const std::string low = Lower(bare);
  return IsBareLetter(bare) || low == "yes" || low == "no" || low == "true" || low == "false" ||
         InBrackets(bare) || AsQuantity(bare, false) || AsDate(bare) || AsFormula(bare);
}

std::string_view WithoutReason(std::string_view text, bool labelled) {
  text = WithoutParenthesis(text);
  const std::string_view near = text.substr(0, kCutWithin);
  std::size_t end = text.size();
  for (const Cut& cut : kCuts) {
    const std::size_t at = near.find(cut.mark);
    if (at == near.npos || at == 0 || at >= end || !Follows(cut, text.substr(at + cut.mark.size()))) continue;
    const std::string_view head = text.substr(0, at);
    const bool sure = cut.mark == " because " || cut.mark == ", because " || cut.mark == ", which ";
    if (IsShortForm(head) || (labelled && sure && WordsOf(head) <= kLabelledWordsMost)) end = at;
  }
  return text.substr(0, end);
}

std::string_view FirstParagraph(std::string_view text) {
  const std::size_t line_end = text.find('\n');
  if (line_end == text.npos || line_end > kParagraphMost || text[0] == '#') return text;
  const std::string_view first = text.substr(0, line_end);
  const std::size_t next = text.find_first_not_of(" \t\r\n", line_end);
  if (next == text.npos) return first;
  const std::string_view following = text.substr(next, text.find('\n', next) - next);
  if (IsExplanation(following)) return first;
  const bool apart = text.substr(line_end, next - line_end).find('\n', 1) != text.npos;
  const std::string_view form = WithoutReason(first, false);
  if (IsShortForm(form) && !IsShortForm(following)) {
    // A list may have its second item below the first, but no option a second line.
    if (apart ? WordsOf(following) > 2 : IsBareLetter(Bare(Plain(form)))) return form;
  }
  return text;
}

std::string_view WithoutLeadIn(std::string_view text) {
  if (text.size() > kShortMost) return text;
  std::string_view rest = text;
  for (const std::string_view word : {"so", "thus", "therefore", "hence", "then", "finally"}) {
    std::string_view after = rest;
    if (!DropWord(&after, word) || after.empty()) continue;
    if (rest[word.size()] == ',') after = TrimBlank(after.substr(1));
    if (rest[word.size()] != ' ' && rest[word.size()] != ',') continue;
    if (IsShortForm(after)) return after;
    rest = after;
  }
  for (int words = 0; words < 5; ++words) {
    const std::size_t end = rest.find(' ');
    if (end == rest.npos) return text;
    const std::string word = Lower(rest.substr(0, end));
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz'") != word.npos || word == "not" || word == "no")
      return text;
    rest = TrimBlank(rest.substr(end));
    for (const std::string_view verb :
         {"is", "are", "it's", "has", "have", "equals", "get", "choose", "pick", "select"}) {
      if (word == verb) return words + (word == "it's") > 0 && IsShortForm(rest) ? rest : text;
    }
  }
  return text;
}

}  // namespace ninefold::answers
