// The parts in their order: what an answer is tried as, and what it is when nothing fits.
#include "ninefold/answer.h"

#include <cstdint>
#include <cstdio>
#include <string>

#include "team/answers/choice.h"
#include "team/answers/form.h"
#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kRoundsMost = 8;  // until a form is its own form

// "1 : 2" as "1:2"
std::optional<std::string> AsRatio(std::string_view bare) {
  std::string out;
  bool number = false;
  for (std::size_t i = 0; i < bare.size(); ++i) {
    if (bare[i] == ' ' && (number ? bare.substr(i + 1, 1) == ":" : i > 0 && bare[i - 1] == ':')) continue;
    const bool mark = bare[i] == ':';
    if (mark ? !number : !IsDigit(bare[i]) && bare[i] != '.') return std::nullopt;
    number = !mark;
    out += bare[i];
  }
  return number && out.find(':') != out.npos ? std::optional(out) : std::nullopt;
}

std::string TextForm(std::string_view bare, const Reading& reading) {
  if (reading.kind == AnswerKind::kAny || reading.kind == AnswerKind::kNumber ||
      reading.kind == AnswerKind::kDate) {
    if (auto formula = AsFormula(bare)) return *formula;
    if (auto ratio = AsRatio(bare)) return *ratio;
  }
  std::string folded = FoldText(bare);
  if (reading.again || folded == bare) return folded;
  // A text stays one when it is read again: 1.5 M are no 1.5 m, though cases are folded.
  Reading again = reading;
  again.again = true;
  return FormOf(folded, again) == folded ? folded : std::string(bare);
}

// What a number is that stands in words, or behind =: "He has 12 apples", "48 + 24 = 72".
std::optional<std::string> AsCount(std::string_view bare) {
  const std::size_t equals = bare.rfind('=');
  const bool sign = equals != bare.npos && equals > 0 &&
                    std::string_view("<>!=").find(bare[equals - 1]) == std::string_view::npos;
  if (sign) return AsQuantity(TrimBlank(bare.substr(equals + 1)), true);
  return AsQuantityInWords(bare);
}

// "2√3 cm": what stands before the unit is computed no further.
std::optional<std::string> AsFormulaInUnits(std::string_view bare) {
  for (std::size_t at = bare.rfind(' '), words = 0; at != bare.npos && at > 0 && words < 3; ++words) {
    const std::string_view head = bare.substr(0, at);
    const auto unit = ParseUnit(bare.substr(at + 1));
    const bool irrational =
        head.find("sqrt") != head.npos || head.find("√") != head.npos || head.find("π") != head.npos;
    if (!irrational) return std::nullopt;
    if (unit && unit->base[0].first == "rad" && unit->scale.num == unit->scale.den) {
      if (auto angle = AsFormula(head)) return angle;
    }
    if (unit) {
      const std::string scale = RationalText(unit->scale);
      const std::string whole = "(" + std::string(head) + ")" + (scale == "1" ? "" : "*(" + scale + ")");
      if (auto value = AsFormula(whole)) return *value + " " + UnitText(*unit);
    }
    at = bare.rfind(' ', at - 1);
  }
  return std::nullopt;
}

std::optional<std::string> AsMeasure(std::string_view bare, const Reading& reading) {
  // 1545 hours are a time or a long while.
  if (const auto time = AsHours(bare)) {
    if (reading.kind == AnswerKind::kDate || bare[0] == '0') return time;
    if (reading.kind == AnswerKind::kAny && time->substr(3) != "00") return TextForm(bare, reading);
  }
  if (auto date = AsDate(bare)) return date;
  const bool alone = reading.kind == AnswerKind::kNumber;
  if (auto number = AsQuantity(bare, alone)) return number;
  return alone && reading.depth == 0 ? AsCount(bare) : std::nullopt;
}

// "A: 42", as in "Q: … A: 42"; not where B: follows.
std::string_view AfterSpeaker(std::string_view bare) {
  if (bare.substr(0, 3) != "A: " || bare.find(" B:") != bare.npos) return {};
  return TrimBlank(bare.substr(3));
}

std::string AnyForm(std::string_view bare, const Reading& reading) {
  if (auto word = AsYesNo(bare)) return *word;
  if (auto letter = AsChoice(bare)) return *letter;
  if (const std::string_view said = AfterSpeaker(bare); !said.empty()) return FormOf(said, reading);
  if (auto measure = AsMeasure(bare, reading)) return *measure;
  const Reading any{AnswerKind::kAny, reading.depth, reading.again};
  if (reading.depth == 0) {
    if (auto solutions = AsSolutions(bare, any)) return *solutions;
    if (const std::string_view value = Assigned(bare); !value.empty()) return FormOf(value, reading);
  }
  if (auto value = AsFormulaInUnits(bare)) return *value;
  if (auto list = AsBracketed(bare, any)) return *list;
  if (bare == "∅" || Lower(bare) == "empty set" || Lower(bare) == "the empty set") return "{}";
  if (reading.depth == 0) {
    if (auto list = AsPhrase(bare, any)) return *list;
  }
  return TextForm(bare, reading);
}

std::string ListForm(std::string_view bare, const Reading& reading) {
  const std::string low = Lower(bare);
  for (const std::string_view none : {"∅", "empty set", "the empty set", "empty", "none"}) {
    if (low == none) return reading.kind == AnswerKind::kSet ? "{}" : "[]";
  }
  if (reading.kind == AnswerKind::kSet) {
    if (auto solutions = AsSolutions(bare, reading)) return *solutions;
  }
  if (const std::string_view value = Assigned(bare); InBrackets(value)) return FormOf(value, reading);
  if (auto list = AsBracketed(bare, reading)) return *list;
  if (auto list = AsPhrase(bare, reading)) return *list;
  return TextForm(bare, reading);
}

// Lines that are no list stand in a row; digits on two of them are no 5 300.
std::string InOneLine(std::string_view plain) {
  std::string out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != '\n') {
      out += plain[i];
      continue;
    }
    const bool digits = i > 0 && IsDigit(plain[i - 1]) && i + 1 < plain.size() && IsDigit(plain[i + 1]);
    out += digits ? "; " : " ";
  }
  return out;
}

}  // namespace

std::string FormOf(std::string_view text, const Reading& reading) {
  const AnswerKind kind = reading.kind;
  text = TrimBlank(text);
  const char first = text.empty() ? ' ' : text.front();
  const bool array = first == '[' && text.find('{') != text.npos;
  if (kind == AnswerKind::kJson ||
      (kind != AnswerKind::kText && reading.depth == 0 && (first == '{' || array))) {
    if (auto json = AsJson(text, kind == AnswerKind::kJson); json && *json != "{}") return *json;
  }
  std::string plain = Plain(text);
  if (plain.size() > kStructuredMost) return FoldText(plain);
  if (plain.find('\n') != plain.npos) {
    const bool lists = kind != AnswerKind::kText && kind != AnswerKind::kJson && kind != AnswerKind::kChoice;
    if (lists && reading.depth == 0) {
      if (auto list = AsLines(plain, reading)) return *list;
    }
    plain = InOneLine(plain);
  }
  if (reading.depth > 0 && plain == "...") return plain;
  const std::string_view bare = Bare(plain);
  if (bare.empty() || reading.depth > kNestMost) return FoldText(bare);
  switch (kind) {
    case AnswerKind::kText:
    case AnswerKind::kJson:
      return TextForm(bare, reading);
    case AnswerKind::kChoice:
      if (auto letter = AsExpectedChoice(bare)) return *letter;
      return TextForm(bare, reading);
    case AnswerKind::kSet:
    case AnswerKind::kList:
      return ListForm(bare, reading);
    default:
      return AnyForm(bare, reading);
  }
}

}  // namespace ninefold::answers

namespace ninefold {

bool IsNoAnswer(std::string_view text) { return answers::IsAbstention(FindAnswer(text)); }

std::string NormalizeAnswer(std::string_view text, AnswerKind kind) {
  std::string form(text);
  for (int i = 0; i < answers::kRoundsMost; ++i) {
    const std::string found = FindAnswer(form);
    if (answers::IsAbstention(found)) return "";
    std::string next = answers::FormOf(found, {kind});
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
