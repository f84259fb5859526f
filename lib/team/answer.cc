// The parts in their order: what an answer is tried as, and what it is when nothing fits.
#include "ninefold/answer.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "team/answer_list.h"
#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

constexpr int kNestMost = 8;    // lists in lists
constexpr int kRoundsMost = 8;  // until a form is its own form
constexpr std::size_t kItemMost = 80;
constexpr std::size_t kAbstentionMost = 400;

std::string FormOf(std::string_view text, AnswerKind kind, int depth);

std::string Joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

// Yes and true, no and false; also with a reason: "Yes, because …".
std::optional<std::string> AsYesNo(std::string_view bare) {
  for (const auto& [word, form] : {std::pair{"yes", "yes"}, {"true", "yes"}, {"no", "no"}, {"false", "no"}}) {
    if (!StartsWord(bare, word)) continue;
    std::string_view rest = bare.substr(std::string_view(word).size());
    if (rest.empty()) return form;
    const bool mark = std::string_view(",.;:!").find(rest.front()) != std::string_view::npos;
    if (!mark && !StartsWord(TrimBlank(rest), "because") && rest.substr(0, 3) != " - ") continue;
    const bool dot = rest[0] == '.';
    rest = TrimBlank(rest.substr(mark || rest[0] == ' ' ? 1 : 0));
    if (rest.substr(0, 2) == "- ") rest.remove_prefix(2);
    const bool list = StartsWord(rest, "yes") || StartsWord(rest, "no") || StartsWord(rest, "true") ||
                      StartsWord(rest, "false");
    // "No. 5" is a number, "Yes, Minister" a name.
    if (list || rest.empty() || (mark && dot && IsDigit(rest[0])) || rest.find(' ') == rest.npos) continue;
    return form;
  }
  return std::nullopt;
}

bool BeginsText(std::string_view text) {
  const char c = text.empty() ? ' ' : text.front();
  return IsLetter(c) || IsDigit(c) || c == '$' || c == '"' || c == '-' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Whether another initial follows: "A. Smith and B. Jones" are two names.
bool HasInitial(std::string_view text) {
  for (std::size_t at = text.find(". "); at != text.npos; at = text.find(". ", at + 1)) {
    const bool single = at == 1 || (at > 1 && text[at - 2] == ' ');
    if (single && text[at - 1] >= 'A' && text[at - 1] <= 'Z') return true;
  }
  return false;
}

// Whether the rest behind a letter makes it the letter of an option.
bool FollowsOption(char letter, std::string_view rest, bool any_text) {
  if (rest.empty()) return true;
  if (any_text) return !IsLetter(rest.front()) && !IsDigit(rest.front());
  const std::string_view text = TrimBlank(rest.substr(1));
  const bool blank = rest.size() > 1 && rest[1] == ' ';
  const bool capital = letter >= 'A' && letter <= 'Z';
  if (text.empty()) return rest[0] == ')' || rest[0] == '.' || rest[0] == ':';
  if (rest[0] == ')') return BeginsText(text);
  if (rest[0] == ':') return blank && BeginsText(text);
  // E. coli is none; D. Adams looks like one.
  if (rest[0] == '.') {
    return blank && capital && !(text[0] >= 'a' && text[0] <= 'z') && BeginsText(text) && !HasInitial(text);
  }
  if (rest.substr(0, 3) == " - ") {
    return capital && rest.size() > 4 && IsLetter(rest[3]) && IsLetter(rest[4]);
  }
  return false;
}

std::optional<std::string> AsChoice(std::string_view bare, bool expected) {
  bool named = false;
  for (const std::string_view word : {"the ", "correct ", "option ", "choice ", "answer "}) {
    if (!StartsWord(bare, word) || bare.size() == word.size()) continue;
    named = named || word == "option " || word == "choice ";
    bare = Bare(bare.substr(word.size()));
    if (named && StartsWord(bare, "is ")) bare = Bare(bare.substr(3));
  }
  if (expected && StartsWord(bare, "is ")) bare = Bare(bare.substr(3));
  const bool bracket = bare.size() > 2 && bare[0] == '(' && bare[2] == ')';
  const char letter = bracket ? bare[1] : bare.empty() ? ' ' : bare[0];
  if (!IsLetter(letter)) return std::nullopt;
  const char low = Lower(std::string_view(&letter, 1))[0];
  if (!expected && low > 'j') return std::nullopt;
  const std::string_view rest = bare.substr(bracket ? 3 : 1);
  if (bracket) {
    if (!rest.empty() && (rest[0] != ' ' && rest[0] != ':' && rest[0] != '.')) return std::nullopt;
    if (!rest.empty() && !BeginsText(TrimBlank(rest.substr(1)))) return std::nullopt;
    return std::string(1, low);
  }
  if (expected && letter == low && rest.substr(0, 1) == " ") return std::nullopt;  // "a dog"
  if (!FollowsOption(letter, rest, expected || (named && letter != low))) return std::nullopt;
  return std::string(1, low);
}

// What is assigned to a letter: "x = 5", "x ∈ {1, 2}". "": it is no such thing.
std::string_view Assigned(std::string_view bare) {
  const bool greek = bare.size() > 2 && (bare[0] == '\xce' || bare[0] == '\xcf');
  if (bare.empty() || (!greek && !IsLetter(bare[0]))) return {};
  std::string_view rest = TrimBlank(bare.substr(greek ? 2 : 1));
  const std::string_view in = "∈";
  if (rest.substr(0, in.size()) == in) {
    rest = TrimBlank(rest.substr(in.size()));
    return InBrackets(rest) ? rest : std::string_view();
  }
  if (rest.empty() || rest[0] != '=') return {};
  rest = TrimBlank(rest.substr(1));
  return rest.find_first_of("=<>") == rest.npos ? rest : std::string_view();
}

std::vector<std::string> FormsOf(const std::vector<std::string_view>& items, int depth) {
  std::vector<std::string> forms;
  for (const std::string_view item : items) forms.push_back(FormOf(item, AnswerKind::kAny, depth + 1));
  return forms;
}

std::string SetText(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return "{" + Joined(items) + "}";
}

bool IsNumeric(std::string_view form) {
  return !form.empty() && (IsDigit(form[0]) || form[0] == '-' || AsFormula(form));
}

// {…}: a set. [a, b] of numbers: an interval, as are (a, b] and its like. (a, b): a tuple. Else [a, b, c] is
// the list that a, b, c is.
std::optional<std::string> AsBracketed(std::string_view bare, AnswerKind kind, int depth) {
  if (!InBrackets(bare)) return std::nullopt;
  const char open = bare.front(), close = bare.back();
  const std::string_view inside = TrimBlank(bare.substr(1, bare.size() - 2));
  std::vector<std::string> items;
  if (!inside.empty()) items = FormsOf(SplitItems(inside), depth);
  if (kind == AnswerKind::kSet) return SetText(std::move(items));
  if (kind == AnswerKind::kList) return Joined(items);
  if (open == '{' && close == '}') return SetText(std::move(items));
  const bool square = open == '[' && close == ']';
  const bool interval = items.size() == 2 && IsNumeric(items[0]) && IsNumeric(items[1]);
  if (square && depth == 0 && !interval && !items.empty()) return Joined(items);
  if (!square && items.size() < 2) return std::nullopt;
  return open + Joined(items) + close;
}

// "1, 2 and 3", in its order.
std::optional<std::string> AsPhrase(std::string_view bare, AnswerKind kind, int depth) {
  if (!IsBalanced(bare)) return std::nullopt;
  const auto items = SplitPhrase(bare);
  const bool expected = kind == AnswerKind::kSet || kind == AnswerKind::kList;
  if (items.size() < 2 && !expected) return std::nullopt;
  const bool spaced = bare.find(", ") != bare.npos || bare.find(',') == bare.npos;
  for (const std::string_view item : items) {
    if (item.empty() || item.size() > kItemMost || item.find(". ") != item.npos) return std::nullopt;
  }
  std::vector<std::string> forms = FormsOf(items, depth);
  for (const std::string& form : forms) {
    if (form.empty()) return std::nullopt;
    // Without blanks, "1,2,3" is a list and "a1,b2" a name.
    const bool simple = form.size() == 1 || IsNumeric(form) || InBrackets(form);
    if (!spaced && !expected && !simple) return std::nullopt;
  }
  return kind == AnswerKind::kSet ? SetText(std::move(forms)) : Joined(forms);
}

std::string TextForm(std::string_view bare) {
  if (auto formula = AsFormula(bare)) return *formula;
  const std::string low = Lower(bare);
  if (low == "empty set" || low == "the empty set") return "{}";
  return FoldText(bare);
}

std::string AnyForm(std::string_view bare, AnswerKind kind, int depth) {
  if (auto word = AsYesNo(bare)) return *word;
  if (auto letter = AsChoice(bare, false)) return *letter;
  if (auto date = AsDate(bare)) return *date;
  const std::string_view noun = StartsWord(bare, "the ") && bare.size() > 4 ? bare.substr(4) : bare;
  if (auto number = AsQuantity(noun, kind == AnswerKind::kNumber)) return *number;
  if (const std::string_view value = Assigned(bare); !value.empty() && depth == 0) {
    return FormOf(value, kind, depth);
  }
  if (auto list = AsBracketed(bare, AnswerKind::kAny, depth)) return *list;
  if (bare == "∅") return "{}";
  if (depth == 0) {
    if (auto list = AsPhrase(bare, AnswerKind::kAny, depth)) return *list;
  }
  return TextForm(bare);
}

// Of an answer that has been found. `depth`: of the list it is in.
std::string FormOf(std::string_view text, AnswerKind kind, int depth) {
  text = TrimBlank(text);
  const char first = text.empty() ? ' ' : text.front();
  const bool array = first == '[' && text.find('{') != text.npos;
  if (kind == AnswerKind::kJson || (kind != AnswerKind::kText && depth == 0 && (first == '{' || array))) {
    if (auto json = AsJson(text); json && *json != "{}") return *json;
  }
  const std::string plain = Plain(text);
  if (plain.size() > kStructuredMost) return FoldText(plain);
  const std::string_view bare = Bare(plain);
  if (bare.empty() || depth > kNestMost) return FoldText(bare);
  switch (kind) {
    case AnswerKind::kText:
    case AnswerKind::kJson:
      return FoldText(bare);
    case AnswerKind::kChoice:
      if (auto letter = AsChoice(bare, true)) return *letter;
      return FoldText(bare);
    case AnswerKind::kSet:
    case AnswerKind::kList:
      if (auto list = AsBracketed(bare, kind, depth)) return *list;
      if (auto list = AsPhrase(bare, kind, depth)) return *list;
      return FoldText(bare);
    default:
      return AnyForm(bare, kind, depth);
  }
}

bool IsAbstention(std::string_view folded) {
  static constexpr std::string_view kWhole[] = {"",
                                                "i don't know",
                                                "i do not know",
                                                "don't know",
                                                "dont know",
                                                "i'm not sure",
                                                "i am not sure",
                                                "not sure",
                                                "idk",
                                                "unknown",
                                                "n/a",
                                                "null",
                                                "no answer",
                                                "no answer found",
                                                "not available",
                                                "not found",
                                                "not mentioned",
                                                "not stated",
                                                "not provided",
                                                "i don't know the answer",
                                                "i do not know the answer"};
  for (const std::string_view one : kWhole) {
    if (folded == one) return true;
  }
  if (folded.find_first_not_of("-_*.~?!,;:' \"") == folded.npos) return true;
  // "not found in the given text", with "it is", "the answer is" or nothing before it.
  std::string_view rest = folded;
  for (const std::string_view before : {"answer is ", "it is ", "this is "}) {
    if (rest.substr(0, before.size()) == before) rest.remove_prefix(before.size());
  }
  for (const std::string_view verb : {"not found in ", "not mentioned in ", "not stated in ", "not given in ",
                                      "not in ", "not provided in ", "not available in "}) {
    if (rest.substr(0, verb.size()) != verb) continue;
    const std::string_view place = rest.substr(verb.size());
    for (const std::string_view what :
         {"text", "document", "documents", "context", "passage", "source", "sources", "given text",
          "provided text", "provided context", "given context", "given document", "provided document",
          "given passage"}) {
      if (place == what || (place.substr(0, 4) == "the " && place.substr(4) == what)) return true;
    }
  }
  for (const std::string_view sorry : {"i'm sorry, but ", "i am sorry, but ", "sorry, but ", "i'm sorry, ",
                                       "sorry, ", "i'm sorry. ", "i am sorry. "}) {
    if (folded.substr(0, sorry.size()) == sorry) folded.remove_prefix(sorry.size());
  }
  for (const std::string_view cannot : {"i can't ", "i cannot ", "i can not ", "i'm unable to ",
                                        "i am unable to ", "i'm not able to ", "i am not able to "}) {
    if (folded.substr(0, cannot.size()) != cannot) continue;
    for (const std::string_view verb :
         {"help", "answer", "assist", "determine", "provide", "find", "comply"}) {
      if (StartsWord(folded.substr(cannot.size()), verb)) return true;
    }
  }
  return false;
}

bool NoneIn(std::string_view found) {
  // No abstention is long; its reasons may be.
  const std::string folded = FoldText(Plain(CutUtf8(found, kAbstentionMost)));
  if (folded.empty() && found.size() > kAbstentionMost) return FoldText(Plain(found)).empty();
  return IsAbstention(folded);
}

}  // namespace
}  // namespace ninefold::answers

namespace ninefold {

bool IsNoAnswer(std::string_view text) { return answers::NoneIn(FindAnswer(text)); }

std::string NormalizeAnswer(std::string_view text, AnswerKind kind) {
  std::string form(text);
  for (int i = 0; i < answers::kRoundsMost; ++i) {
    const std::string found = FindAnswer(form);
    if (answers::NoneIn(found)) return "";
    std::string next = answers::FormOf(found, kind, 0);
    if (next == form) return form;
    form = std::move(next);
  }
  // A form that keeps changing (labels within labels, hundreds deep) is one answer, like no other.
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : form) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  char name[40];
  std::snprintf(name, sizeof name, "unreadable q%016llxq", static_cast<unsigned long long>(hash));
  return kind == AnswerKind::kSet ? "{" + std::string(name) + "}" : name;
}

bool SameAnswer(std::string_view a, std::string_view b, AnswerKind kind) {
  const std::string form = NormalizeAnswer(a, kind);
  return !form.empty() && form == NormalizeAnswer(b, kind);
}

}  // namespace ninefold
