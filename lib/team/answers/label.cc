// Lines that say that they hold the answer.
#include <algorithm>
#include <string>

#include "team/answers/find.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kAsideMost = 30;     // "(integer)" behind the word
constexpr std::size_t kQuestionMost = 60;  // "to the question of …"
constexpr std::size_t kSaidMost = 96;      // what is short is shorter
constexpr std::size_t kLeadMost = 60;      // what stands before the word on its line

constexpr std::string_view kDeterminers[] = {"the", "my", "our", "your"};
constexpr std::string_view kAdjectives[] = {
    "final",   "correct",     "best", "exact",  "short",   "right",     "direct", "complete", "required",
    "overall", "appropriate", "most", "likely", "numeric", "numerical", "simple", "full",     "desired"};
constexpr std::string_view kLeads[] = {"so", "thus", "hence", "therefore", "then", "finally", "and", "but"};

template <typename Words>
bool IsIn(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string_view WithoutLineMarks(std::string_view text) {
  for (;;) {
    const std::size_t size = text.size();
    text.remove_prefix(std::min(text.find_first_not_of(" \t*#>-_`|\"'"), text.size()));
    for (const std::string_view mark : {"✅", "✓", "•", "👉"}) DropPrefix(&text, mark);
    if (text.size() == size) return text;
  }
}

// The words before the noun: what they say of the answer.
struct Before {
  bool determined = false, qualified = false, lead = false, denied = false, boundary = false;
};

Before ReadBefore(std::string_view low, std::size_t at) {
  Before before;
  for (int words = 0; words < 6; ++words) {
    while (at > 0 && (low[at - 1] == ' ' || low[at - 1] == '_')) --at;
    if (at == 0) return before.boundary = true, before;
    if (std::string_view(".!?,;:*)>#|-\"'`}").find(low[at - 1]) != std::string_view::npos ||
        (low[at - 1] & 0x80) != 0) {
      return before.boundary = true, before;
    }
    const std::size_t end = at;
    while (at > 0 && IsLetter(low[at - 1])) --at;
    const std::string_view word = low.substr(at, end - at);
    if (word.empty()) return before;
    if (IsIn(kDeterminers, word)) {
      before.determined = true;
    } else if (IsIn(kAdjectives, word)) {
      before.qualified = true;
    } else if (IsIn(kLeads, word)) {
      return before.lead = before.boundary = true, before;
    } else {
      before.denied =
          word == "no" || word == "wrong" || word == "incorrect" || word == "this" || word == "that";
      return before;
    }
  }
  return before;
}

// Behind what stands between the noun and the sign: (integer), 1, to the question of life.
std::string_view WithoutAside(std::string_view rest) {
  std::string_view aside = TrimBlank(rest);
  if (!aside.empty() && aside[0] == '(') {
    const std::size_t close = aside.find(')');
    if (close == aside.npos || close > kAsideMost) return rest;
    return aside.substr(close + 1);
  }
  for (const std::string_view word : {"to ", "for ", "of "}) {
    if (!StartsWord(aside, word)) continue;
    const std::string_view near = aside.substr(0, kQuestionMost);
    const std::size_t end = std::min(near.find(':'), near.find(" is "));
    if (end == near.npos || near.substr(0, end).find_first_of(".?!") != near.npos) return rest;
    return aside.substr(end);
  }
  if (!aside.empty() && IsDigit(aside[0]) && aside.size() < rest.size()) {
    const std::size_t digits = std::min(aside.find_first_not_of("0123456789"), aside.size());
    if (digits <= 2 && aside.substr(digits, 1) == ":") return aside.substr(digits);
  }
  return rest;
}

// The bold of a label ends, that of the answer may begin.
std::string_view WithoutBoldEnd(std::string_view rest) {
  if (rest.substr(0, 2) == "**" || rest.substr(0, 2) == "__") {
    rest.remove_prefix(2);
  } else if (rest.substr(0, 2) == "* " || rest.substr(0, 2) == "_ ") {
    rest.remove_prefix(1);
  }
  return rest;
}

// "answer is therefore 42": what is said of it.
LabelRest Said(std::string_view rest) {
  DropPrefix(&rest, ":");
  std::string_view said = TrimBlank(rest);
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (const std::string_view word : {"therefore", "thus", "hence", "then", "clearly", "indeed", "simply",
                                        "definitely", "actually", "simple", "obviously", "just", "exactly"}) {
      std::string_view after = said;
      if (!DropWord(&after, word) || after.empty()) continue;
      if (after[0] == ',' || after[0] == ':') after = TrimBlank(after.substr(1));
      said = after;
      dropped = true;
    }
  }
  if (said.empty()) return {LabelKind::kSaid, said};
  if (StartsWord(said, "not") || StartsWord(said, "that") || StartsWord(said, "wrong")) return {};
  return {LabelKind::kSaid, said};
}

// What follows the noun that ends at `rest`. `first`: it begins its line.
LabelRest AfterNoun(std::string_view rest, const Before& before, bool first) {
  rest = WithoutAside(rest);
  std::string_view sign = rest;
  sign.remove_prefix(std::min(sign.find_first_not_of(" *_\"`"), sign.size()));
  if (first && !before.determined && TrimBlank(sign).empty()) return {LabelKind::kHeading, sign};
  for (const std::string_view one : {":", "：", "=>", "=", "->", "→"}) {
    if (before.boundary && !before.denied && DropPrefix(&sign, one))
      return {LabelKind::kLabel, WithoutBoldEnd(sign)};
  }
  for (const std::string_view one : {" - ", " – ", " — "}) {
    if (first && rest.substr(0, one.size()) == one) return {LabelKind::kLabel, rest.substr(one.size())};
  }
  if (before.denied || !(before.determined || before.qualified || first)) return {};
  for (const std::string_view one : {"is", "would be", "should be", "must be", "will be", "was", "equals"}) {
    if (!StartsWord(sign, one)) continue;
    sign.remove_prefix(one.size());
    return sign.empty() || sign[0] == ' ' || sign[0] == ':' || sign[0] == '\n' ? Said(sign) : LabelRest();
  }
  return {};
}

// The noun at `at`: its length, 0: there is none. "result" only of a final one.
std::size_t NounAt(std::string_view low, std::size_t at) {
  for (const std::string_view noun : {"answer", "ans", "result", "solution", "value"}) {
    if (low.substr(at, noun.size()) != noun || (at > 0 && IsLetter(low[at - 1]))) continue;
    if (at + noun.size() < low.size() && IsLetter(low[at + noun.size()])) continue;
    if (noun == "answer" || noun == "ans") return noun.size();
    std::string_view before = low.substr(0, at);
    while (!before.empty() && (before.back() == ' ' || before.back() == '_')) before.remove_suffix(1);
    if (before.size() >= 5 && before.substr(before.size() - 5) == "final") return noun.size();
  }
  return 0;
}

// Where a noun may be, from `at`.
std::size_t NextNoun(std::string_view low, std::size_t at, bool final) {
  return final ? low.find_first_of("arsv", at) : low.find("ans", at);
}

struct ForeignNoun {
  std::string_view noun, other;  // in two cases, where Lower does not reach
  std::string_view copula;       // one or two, separated by |
};
constexpr ForeignNoun kForeign[] = {
    {"antwort", "", "ist|lautet"}, {"réponse", "", "est"}, {"respuesta", "", "es"},  {"resposta", "", "é"},
    {"risposta", "", "è"},         {"antwoord", "", "is"}, {"svar", "", "är"},       {"odpowiedź", "", "to"},
    {"ответ", "Ответ", "это"},     {"उत्तर", "", ""},       {"الجواب", "", ""},       {"الإجابة", "", ""},
    {"đáp án", "Đáp án", "là"},    {"cevap", "", ""},      {"jawaban", "", "adalah"}};
constexpr std::string_view kForeignLeads[] = {
    "die",        "la",       "a",      "el",    "le",       "het",      "o",       "l",
    "endgültige", "richtige", "finale", "final", "correcta", "correcte", "correta", "corretta"};
// Where words have no blanks between them: the longest first.
constexpr std::string_view kHan[] = {"答案是：", "答案是", "答案为：", "答案为", "答案：", "答案:", "答案為",
                                     "答え：",   "答えは", "答え:",    "正解は", "正解：", "正解:", "정답은",
                                     "정답:",    "정답：", "답:",      "답은",   "故选：", "故选",  "故選"};

LabelRest HanLabelIn(std::string_view line) {
  LabelRest best;
  std::size_t best_at = 0;
  for (const std::string_view label : kHan) {
    const std::size_t at = line.rfind(label);
    if (at == line.npos || (best.kind != LabelKind::kNone && at <= best_at)) continue;
    best = {LabelKind::kLabel, WithoutBoldEnd(line.substr(at + label.size()))};
    best_at = at;
  }
  std::string_view start = WithoutLineMarks(line);
  for (const std::string_view label : {"答：", "答:"}) {
    if (best.kind == LabelKind::kNone && DropPrefix(&start, label)) return {LabelKind::kLabel, start};
  }
  return best;
}

}  // namespace

bool IsBetterSaid(std::string_view now, std::string_view before) {
  now = now.substr(0, kSaidMost);
  return IsShortForm(Sentence(now)) || !IsShortForm(Sentence(before.substr(0, kSaidMost)));
}

// Where the sentence ends: a full stop, a blank, a capital; not after an initial or a title.
std::string_view Sentence(std::string_view line) {
  for (std::size_t at = line.find(". "); at != line.npos; at = line.find(". ", at + 1)) {
    if (at + 2 >= line.size() || !IsCapital(line[at + 2])) continue;
    std::size_t start = at;
    while (start > 0 && (IsLetter(line[start - 1]) || IsDigit(line[start - 1]))) --start;
    const std::string word = Lower(line.substr(start, at - start));
    const bool title = word == "dr" || word == "mr" || word == "mrs" || word == "ms" || word == "st" ||
                       word == "prof" || word == "mt" || word == "jr" || word == "no" || word == "vs";
    if (title || (word.size() == 1 && IsLetter(word[0]))) continue;
    return line.substr(0, at);
  }
  return line;
}

LabelRest LabelIn(std::string_view line) {
  const std::string low = Lower(line);
  std::string_view start = WithoutLineMarks(line);
  const std::size_t digits = start.find_first_not_of("0123456789");
  if (digits > 0 && digits <= 2 && start.size() > digits + 1 && start[digits] == '.') {  // 1. Answer: 42
    start = WithoutLineMarks(start.substr(digits + 1));
  }
  const std::size_t first = line.size() - start.size();
  LabelRest best;
  const bool final = low.find("final") != low.npos;
  for (std::size_t at = 0; (at = NextNoun(low, at, final)) != low.npos; ++at) {
    const std::size_t length = NounAt(low, at);
    if (length == 0) continue;
    // Long lines are prose: what is before the noun is read only near it.
    const std::size_t from = at > kLeadMost ? at - kLeadMost : 0;
    const Before before = ReadBefore(std::string_view(low).substr(from), at - from);
    const std::string_view lead = std::string_view(low).substr(std::min(first, at), at - std::min(first, at));
    // "answer" in quotes is a key of JSON, unless its line begins with it.
    const bool key = low.compare(at + length, 1, "\"") == 0;
    if (key && !TrimBlank(lead).empty()) continue;
    const bool begins =
        lead.size() <= kLeadMost && before.boundary && lead.find_first_of(".!?:") == lead.npos;
    const LabelRest found = AfterNoun(line.substr(at + length), before, begins);
    if (found.kind == LabelKind::kNone) continue;
    // "Final answer: The answer is 42" is labelled; so is what follows a label.
    if (found.kind == LabelKind::kSaid && best.kind != LabelKind::kNone) {
      if (best.kind != LabelKind::kSaid || !IsBetterSaid(found.rest, best.rest)) continue;
    }
    best = found;
    at += length - 1;
  }
  return best;
}

LabelRest ForeignLabelIn(std::string_view line) {
  // 答, 故, 正, 정 and 답 begin with these.
  if (line.find_first_of("\xe7\xe6\xec\xeb") != line.npos) {
    if (const LabelRest label = HanLabelIn(line); label.kind != LabelKind::kNone) return label;
  }
  line = WithoutLineMarks(line);
  std::string low = Lower(line.substr(0, kLeadMost));
  for (int words = 0; words < 3; ++words) {
    const std::size_t end = std::min(low.find_first_of(" '"), low.size());
    if (end == low.size() || !IsIn(kForeignLeads, std::string_view(low).substr(0, end))) break;
    low.erase(0, end + 1);
    line.remove_prefix(end + 1);
  }
  for (const ForeignNoun& row : kForeign) {
    const bool other = !row.other.empty() && StartsWord(line, row.other);
    if (!other && low.compare(0, row.noun.size(), row.noun) != 0) continue;
    std::string_view rest = line.substr(row.noun.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" *_"), rest.size()));
    if (DropPrefix(&rest, ":") || DropPrefix(&rest, "：")) return {LabelKind::kLabel, WithoutBoldEnd(rest)};
    for (std::string_view all = row.copula; !all.empty();) {
      const std::string_view copula = all.substr(0, all.find('|'));
      if (StartsWord(rest, copula) && rest.substr(copula.size(), 1) == " ") {
        return {LabelKind::kSaid, TrimBlank(rest.substr(copula.size()))};
      }
      all.remove_prefix(std::min(all.size(), copula.size() + 1));
    }
  }
  return {};
}

}  // namespace ninefold::answers
