// The letter of an option, and yes or no.
#include "team/answers/choice.h"

#include <string>
#include <vector>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kVerbWithin = 40;  // bytes between a letter and what is said of it

bool EndsWithOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.size() < word.size() || text.substr(text.size() - word.size()) != word) continue;
    if (text.size() == word.size() || !IsLetter(text[text.size() - word.size() - 1])) return true;
  }
  return false;
}

std::string LowerOf(char letter) { return Lower(std::string_view(&letter, 1)); }

// A letter in the way options are written: (B), B), B., B:, or bare.
struct Label {
  char letter = 0;
  char style = ' ';  // '(', ')', '.', ':', '{', '[' or a blank
  std::string_view rest;
};

std::optional<Label> LabelOf(std::string_view text) {
  Label label;
  const char open = text.empty() ? ' ' : text[0];
  if (open == '(' || open == '{' || open == '[' || open == '<') {
    const char close = open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : '>';
    if (text.size() < 3 || text[2] != close) return std::nullopt;
    label = {text[1], open == '<' ? '[' : open, text.substr(3)};
  } else {
    if (text.empty()) return std::nullopt;
    label = {text[0], ' ', text.substr(1)};
    if (text.size() > 1 && std::string_view(").:").find(text[1]) != text.npos) {
      label.style = text[1];
      label.rest = text.substr(2);
    }
  }
  if (!IsLetter(label.letter)) return std::nullopt;
  return label;
}

// Whether a label of the same style follows: (a) 5 (b) 6; I. True II. False.
bool HasSecond(const Label& label) {
  const std::string_view text = label.rest;
  const bool capital = IsCapital(label.letter);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool begins =
        i == 0 ? label.style != ' ' : std::string_view(" ,;\n").find(text[i - 1]) != text.npos;
    if (!begins) continue;
    std::string_view at = text.substr(i);
    if (label.style == '(' && !DropPrefix(&at, "(")) continue;
    std::size_t letters = 0;
    while (letters < at.size() && IsLetter(at[letters])) ++letters;
    if (letters == 0 || letters > 3 || letters >= at.size() || IsCapital(at[0]) != capital) continue;
    const char close = label.style == '(' ? ')' : label.style;
    const std::string low = Lower(at.substr(0, letters));
    const bool roman =
        low.find_first_not_of("iv") == low.npos && (label.letter == 'I' || label.letter == 'i');
    const bool single = letters == 1 && low[0] <= 'j' && at[0] != label.letter;
    if ((single || roman) && at[letters] == close) return true;
  }
  return false;
}

// Genera are cut to a letter, as options are: E. coli.
bool IsEpithet(std::string_view text) {
  const std::string low = Lower(text.substr(0, text.find_first_of(" ,;.")));
  for (const std::string_view one :
       {"coli",        "elegans",    "subtilis", "melanogaster", "thaliana",    "difficile",   "pylori",
        "sapiens",     "aureus",     "cereus",   "anthracis",    "albicans",    "botulinum",   "niger",
        "rerio",       "influenzae", "lamblia",  "jejuni",       "fumigatus",   "baumannii",   "tetani",
        "faecalis",    "pertussis",  "fragilis", "trachomatis",  "diphtheriae", "discoideum",  "gallus",
        "burgdorferi", "aegypti",    "gambiae",  "mellifera",    "familiaris",  "histolytica", "perfringens",
        "neoformans",  "cerevisiae", "erectus",  "habilis",      "afarensis",   "gondii",      "henselae"}) {
    if (low == one) return true;
  }
  return false;
}

bool IsYearAt(std::string_view text) {
  return text.size() >= 4 && (text.substr(0, 2) == "19" || text.substr(0, 2) == "20") && IsDigit(text[2]) &&
         IsDigit(text[3]) && (text.size() == 4 || !IsDigit(text[4]));
}

// Whether another initial follows: "A. Smith and B. Jones" are two names.
bool HasInitial(std::string_view text) {
  for (std::size_t at = text.find(". "); at != text.npos; at = text.find(". ", at + 1)) {
    const bool single = at == 1 || (at > 1 && text[at - 2] == ' ');
    if (single && IsCapital(text[at - 1])) return true;
  }
  return false;
}

bool BeginsText(char c) {
  return IsLetter(c) || IsDigit(c) || c == '$' || c == '"' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Whether what is behind a letter makes it the letter of an option, where none was asked for.
bool FollowsOption(const Label& label) {
  const std::string_view text = TrimBlank(label.rest);
  const bool capital = IsCapital(label.letter);
  const bool blank = !label.rest.empty() && label.rest[0] == ' ';
  if (text.empty()) return label.style != '[';
  if (HasSecond(label)) return false;
  switch (label.style) {
    case '(':
      if (label.letter == 'c' && IsYearAt(text)) return false;  // a copyright
      if (label.rest[0] == ':' || label.rest[0] == '.' || IsCapital(label.rest[0])) return true;
      if (!blank) return (text[0] & 0x80) != 0;
      if (text[0] == '&' || (text[0] == '-' && text.find_first_of("0123456789$") > 2)) return false;
      return (capital || BeginsText(text[0])) && !StartsOneOf(text, {"and ", "or "});
    case ')':
      return blank || IsCapital(text[0]) || IsDigit(text[0]) || (text[0] & 0x80) != 0;
    case ':':
      // "A: 42" is said, or the value of A.
      return blank && LowerOf(label.letter) != "a";
    case '.':
      if (IsEpithet(text) || HasInitial(text)) return false;
      if (!capital) return blank && IsCapital(text[0]);
      return blank || (IsCapital(text[0]) && text.size() > 1 && text[1] >= 'a' && text[1] <= 'z');
    case ' ':
      if (text[0] == '(' && blank && text.back() == ')')
        return capital && text.size() > 3 && (IsLetter(text[1]) ? text.size() > 4 : IsDigit(text[1]));
      return label.rest.substr(0, 3) == " - " && capital && label.rest.size() > 4 &&
             IsLetter(label.rest[3]) && IsLetter(label.rest[4]);
    default:
      return false;
  }
}

// The words that may stand before a letter. `named`: one says that it is of an option.
std::string_view WithoutLead(std::string_view bare, bool* named) {
  for (const std::string_view word :
       {"the ", "selected ", "correct ", "best ", "option", "choice", "answer", "letter"}) {
    std::string_view rest = bare;
    if (!DropWord(&rest, word) || rest.empty()) continue;
    if (IsLetter(word.back())) {
      DropPrefix(&rest, ":");
      rest = TrimBlank(rest);
      DropWord(&rest, "is ");
      *named = *named || word != "answer";
    }
    bare = Bare(rest);
  }
  return bare;
}

// "A, C", "(A) and (C)", "A & C": as a list. `expected`: A/C and A+C are no formulas.
std::optional<std::string> AsLetters(std::string_view text, bool expected) {
  DropWord(&text, "both ") || DropWord(&text, "options ") || DropWord(&text, "choices ");
  std::string list;
  int count = 0;
  while (!text.empty()) {
    const bool bracket = DropPrefix(&text, "(");
    if (text.empty() || !IsLetter(text[0]) || Lower(text.substr(0, 1)) > "j") return std::nullopt;
    list += (count++ > 0 ? ", " : "") + LowerOf(text[0]);
    text.remove_prefix(1);
    if (bracket && !DropPrefix(&text, ")")) return std::nullopt;
    if (text.empty()) break;
    bool joined = false;
    for (const std::string_view mark : {", and ", " and ", " & ", ", ", "; ", ",", "/", "+"}) {
      if (mark == "/" && !expected) break;
      if (!joined && DropPrefix(&text, mark)) joined = true;
    }
    if (!joined || text.empty()) return std::nullopt;
  }
  return count > 1 ? std::optional(list) : std::nullopt;
}

struct LetterAt {
  char letter;
  std::size_t at;
  bool denied, affirmed, decided;
};

// Whether the letter at `at` stands for itself, not for a word: I think, a dog.
bool StandsAlone(std::string_view text, std::size_t at) {
  const char before = at > 0 ? text[at - 1] : ' ', after = at + 1 < text.size() ? text[at + 1] : ' ';
  if (IsLetter(after) || IsDigit(after) || after == '\'' || (after & 0x80) != 0) return false;
  if (before == '(') return after == ')';
  // B-Paris, but not A-2 or A-C
  if (after == '-' && (at + 3 >= text.size() || !IsLetter(text[at + 2]) || !IsLetter(text[at + 3])))
    return false;
  if (std::string_view(" ,;:/\"+*&[{<").find(before) == text.npos || !IsCapital(text[at])) return false;
  const std::string_view next = text.substr(std::min(at + 2, text.size()));
  const bool lower = after == ' ' && !next.empty() && next[0] >= 'a' && next[0] <= 'z';
  if (text[at] == 'I') return !lower;
  return text[at] != 'A' || !lower ||
         StartsOneOf(next, {"is", "was", "are", "and", "or", "seems", "because", "since", "as", "but"});
}

LetterAt Judged(std::string_view text, std::size_t at) {
  LetterAt found{text[at], at, false, false, false};
  std::string before = Lower(text.substr(at > kVerbWithin ? at - kVerbWithin : 0, std::min(at, kVerbWithin)));
  while (!before.empty() && (before.back() == '(' || before.back() == ' ' || before.back() == '"'))
    before.pop_back();
  for (const std::string_view word : {"option", "choice", "letter", "the"}) {
    if (!EndsWithOneOf(before, {word})) continue;
    before.resize(before.size() - word.size());
    while (!before.empty() && before.back() == ' ') before.pop_back();
  }
  found.denied = EndsWithOneOf(before, {"not", "isn't", "neither", "nor", "than", "instead of", "except",
                                        "rule out", "eliminate", "exclude", "ruled out", "eliminated"});
  found.decided = EndsWithOneOf(
      before, {"answer is", "answer:",   "answer", "choose",  "pick",      "select",     "go with",
               "so",        "therefore", "thus",   "hence",   "so,",       "therefore,", "thus,",
               "hence,",    "it is",     "it's",   "must be", "choice is", "leaves",     "leaving"});
  const std::string after = Lower(text.substr(at + 1, kVerbWithin));
  std::size_t verb = after.npos;
  for (const std::string_view one : {" is ", " are ", " was ", " isn't ", " aren't "}) {
    verb = std::min(verb, after.find(one));
  }
  if (verb == after.npos || after.find_first_of(".;") < verb) return found;
  std::string_view said = std::string_view(after).substr(verb + 1);
  found.denied = found.denied || StartsOneOf(said, {"isn't", "aren't"});
  said = said.substr(std::min(said.find(' ') + 1, said.size()));
  found.denied = found.denied || StartsOneOf(said, {"wrong", "incorrect", "not", "false", "out", "ruled",
                                                    "eliminated", "excluded", "never"});
  found.affirmed = StartsOneOf(said, {"correct", "right", "the", "true", "best", "my"});
  return found;
}

// Of the letters in a text, the one that is chosen.
std::optional<std::string> Chosen(std::string_view text) {
  std::vector<LetterAt> left;
  bool several = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!IsLetter(text[at]) || !StandsAlone(text, at)) continue;
    const LetterAt found = Judged(text, at);
    if (found.denied) continue;
    several = several || (!left.empty() && LowerOf(left[0].letter) != LowerOf(found.letter));
    left.push_back(found);
  }
  if (left.empty()) return std::nullopt;
  if (!several) return LowerOf(left[0].letter);
  for (auto it = left.rbegin(); it != left.rend(); ++it) {
    if (it->decided) return LowerOf(it->letter);
  }
  const LetterAt* affirmed = nullptr;
  for (const LetterAt& one : left) {
    if (!one.affirmed) continue;
    if (affirmed != nullptr && affirmed->letter != one.letter) return std::nullopt;
    affirmed = &one;
  }
  return affirmed == nullptr ? std::nullopt : std::optional(LowerOf(affirmed->letter));
}

}  // namespace

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
    const bool list = StartsOneOf(rest, {"yes", "no", "true", "false"});
    // "No. 5" is a number, "Yes, Minister" a name.
    if (list || rest.empty() || (mark && dot && IsDigit(rest[0])) || rest.find(' ') == rest.npos) continue;
    return form;
  }
  return std::nullopt;
}

std::optional<std::string> AsChoice(std::string_view bare) {
  bool named = false;
  bare = WithoutLead(bare, &named);
  if (auto letters = AsLetters(bare, false)) return letters;
  const auto label = LabelOf(bare);
  if (!label || LowerOf(label->letter) > "j") return std::nullopt;
  if (label->style == '{' && !IsCapital(label->letter)) return std::nullopt;
  if (named && label->style == ' ' && IsCapital(label->letter) && !label->rest.empty() &&
      !IsLetter(label->rest[0]) && !IsDigit(label->rest[0])) {
    return LowerOf(label->letter);
  }
  return FollowsOption(*label) ? std::optional(LowerOf(label->letter)) : std::nullopt;
}

std::optional<std::string> AsExpectedChoice(std::string_view bare) {
  bool named = false;
  const std::string_view text = WithoutLead(bare, &named);
  if (const auto label = LabelOf(text)) {
    const bool alone = TrimBlank(label->rest).empty();
    if (alone || (label->style != ' ' && !HasSecond(*label))) return LowerOf(label->letter);
    if (named && !IsLetter(label->rest[0]) && !IsDigit(label->rest[0])) return LowerOf(label->letter);
  }
  if (auto letters = AsLetters(text, true)) return letters;
  return Chosen(bare);
}

bool IsBareLetter(std::string_view text) {
  const auto label = LabelOf(text);
  return label && TrimBlank(label->rest).empty() && LowerOf(label->letter) <= "j" && label->style != '{' &&
         label->style != '[' && (IsCapital(label->letter) || label->style != ' ');
}

}  // namespace ninefold::answers
