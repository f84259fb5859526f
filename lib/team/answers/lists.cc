// Lists, sets, tuples and intervals, by the forms of their items.
#include <algorithm>
#include <string>
#include <vector>

#include "team/answers/choice.h"
#include "team/answers/form.h"
#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kItemMost = 80;

std::string Joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string SetText(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return "{" + Joined(items) + "}";
}

std::vector<std::string> FormsOf(const std::vector<std::string_view>& items, const Reading& reading) {
  std::vector<std::string> forms;
  for (const std::string_view item : items) {
    forms.push_back(FormOf(item, {AnswerKind::kAny, reading.depth + 1, reading.again}));
  }
  return forms;
}

bool IsNumeric(std::string_view form) {
  return !form.empty() && (IsDigit(form[0]) || form[0] == '-' || AsFormula(form));
}

// What solves an equation: a number or formula, or a point.
bool IsSolution(std::string_view form) {
  if (form.find_first_of("<>=") != form.npos || form.find("≤") != form.npos || form.find("≥") != form.npos)
    return false;
  return InBrackets(form) || (form.find(' ') == form.npos && IsNumeric(form));
}

bool IsExpected(AnswerKind kind) { return kind == AnswerKind::kSet || kind == AnswerKind::kList; }

// "1 → 2 → 3" as a list, "1 > 2 > 3" as well.
std::vector<std::string_view> SplitArrows(std::string_view bare) {
  for (const std::string_view mark : {"→", "->", ">"}) {
    auto items = SplitAtMark(bare, mark);
    if (items.size() > (mark == ">" ? 2u : 1u)) return items;
  }
  return {};
}

// "2, -2" and "2 or -2" one by one. `choice`: some were joined with "or".
std::vector<std::string_view> SplitSolutions(std::string_view bare, bool* choice) {
  std::vector<std::string_view> all;
  const auto sides = SplitAtMark(bare, " or ");
  *choice = sides.size() > 1;
  for (std::string_view side : sides) {
    if (!side.empty() && side.back() == ',') side.remove_suffix(1);
    const auto items = SplitPhrase(side);
    all.insert(all.end(), items.begin(), items.end());
  }
  return all;
}

// {-2, 2} of ±2; only of one term, that has no unit.
std::optional<std::string> BothSigns(std::string_view value, const Reading& reading) {
  if (!DropPrefix(&value, "±")) return std::nullopt;
  const std::string form = FormOf(TrimBlank(value), {AnswerKind::kAny, reading.depth + 1, reading.again});
  if (!IsSolution(form) || form.find_first_of("+-%") != form.npos || form.find("±") != form.npos)
    return std::nullopt;
  return SetText({form, "-" + form});
}

// "x=1, y=2" in the order of the names.
std::string ByName(std::vector<std::pair<std::string, std::string>> values) {
  std::sort(values.begin(), values.end());
  std::vector<std::string> items;
  for (const auto& [name, value] : values) items.push_back(name + "=" + value);
  return Joined(items);
}

bool IsShortLine(std::string_view line) {
  const std::string_view bare = Bare(line);
  const std::string low = Lower(bare);
  return IsBareLetter(bare) || low == "true" || low == "false" || low == "yes" || low == "no" ||
         InBrackets(bare) || AsQuantity(bare, false) || AsDate(bare);
}

}  // namespace

std::optional<std::string> AsBracketed(std::string_view bare, const Reading& reading) {
  if (!InBrackets(bare)) return std::nullopt;
  const char open = bare.front(), close = bare.back();
  const std::string_view inside = TrimBlank(bare.substr(1, bare.size() - 2));
  std::vector<std::string> items;
  if (open == '{' && reading.kind == AnswerKind::kAny && inside.find_first_of("|:") != inside.npos) {
    if (auto built = AsFormula(bare)) return built;  // {x | x > 5}
  }
  if (!inside.empty()) items = FormsOf(SplitItems(inside, open == '(' || close == ')'), reading);
  if (reading.kind == AnswerKind::kSet) return SetText(std::move(items));
  if (reading.kind == AnswerKind::kList) return items.empty() ? "[]" : Joined(items);
  if (open == '{' && close == '}') return SetText(std::move(items));
  const bool square = open == '[' && close == ']';
  const bool interval = items.size() == 2 && IsNumeric(items[0]) && IsNumeric(items[1]);
  if (square && reading.depth == 0 && !interval && !items.empty()) return Joined(items);
  if (!square && items.size() < 2) return std::nullopt;
  return open + Joined(items) + close;
}

std::optional<std::string> AsPhrase(std::string_view bare, const Reading& reading) {
  if (!IsBalanced(bare)) return std::nullopt;
  auto items = reading.kind == AnswerKind::kList ? SplitArrows(bare) : std::vector<std::string_view>();
  if (items.empty()) items = SplitPhrase(bare);
  const bool expected = IsExpected(reading.kind);
  if (items.size() < 2 && !expected) return std::nullopt;
  if (items.size() == 2 && IsSuffix(items[1])) return std::nullopt;
  const bool spaced = bare.find(", ") != bare.npos || bare.find(',') == bare.npos;
  for (const std::string_view item : items) {
    if (item.empty() || item.size() > kItemMost || item.find(". ") != item.npos) return std::nullopt;
  }
  std::vector<std::string> forms = FormsOf(items, reading);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const std::string& form = forms[i];
    if (form.empty()) return std::nullopt;
    // "(a) 5, (b) 6" are no options.
    if (form.size() == 1 && !IsDigit(form[0]) && items[i].size() > 4) return std::nullopt;
    // Without blanks, "1,2,3" is a list and "a1,b2" a name.
    const bool simple = form.size() == 1 || form == "yes" || form == "no" || form == "..." ||
                        IsNumeric(form) || InBrackets(form);
    if (!spaced && !expected && !simple) return std::nullopt;
  }
  return reading.kind == AnswerKind::kSet ? SetText(std::move(forms)) : Joined(forms);
}

std::optional<std::string> AsLines(std::string_view plain, const Reading& reading) {
  bool bullets = false;
  const auto lines = SplitLines(plain, &bullets);
  if (lines.size() < 2) return std::nullopt;
  const bool any_text = bullets || IsExpected(reading.kind);
  for (const std::string_view line : lines) {
    if (line.size() > kItemMost || (!any_text && !IsShortLine(line)) || SplitItems(line).size() > 1)
      return std::nullopt;
  }
  // "(B)" or "A:" and its text, apart.
  if (!bullets && (lines[0][0] == '(' || lines[0].back() == ':') && IsBareLetter(lines[0]) &&
      !IsBareLetter(lines[1]))
    return std::nullopt;
  std::vector<std::string> forms = FormsOf(lines, reading);
  for (const std::string& form : forms) {
    if (form.empty()) return std::nullopt;
  }
  return reading.kind == AnswerKind::kSet ? SetText(std::move(forms)) : Joined(forms);
}

std::optional<std::string> AsSolutions(std::string_view bare, const Reading& reading) {
  if (!IsBalanced(bare)) return std::nullopt;
  const std::size_t equals = EqualsIn(bare);
  const bool named = equals != bare.npos && !VariableOf(TrimBlank(bare.substr(0, equals))).empty();
  if (auto both = BothSigns(named ? TrimBlank(bare.substr(equals + 1)) : bare, reading)) return both;
  bool choice = false, all_named = true, same = true;
  const auto pieces = SplitSolutions(bare, &choice);
  if (pieces.size() < 2 || (!choice && bare.find('=') == bare.npos)) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> values;
  for (std::string_view piece : pieces) {
    const std::size_t at = EqualsIn(piece);
    const std::string_view name = TrimBlank(piece.substr(0, at == piece.npos ? 0 : at));
    if (at != piece.npos && VariableOf(name).empty()) return std::nullopt;
    if (at != piece.npos) piece.remove_prefix(at + 1);
    all_named = all_named && at != std::string_view::npos;
    if (values.empty() && !choice && at == std::string_view::npos) return std::nullopt;
    same = same && (at == std::string_view::npos || values.empty() ||
                    VariableOf(name) == VariableOf(values[0].first));
    std::string form = FormOf(TrimBlank(piece), {AnswerKind::kAny, reading.depth + 1, reading.again});
    if (!IsSolution(form)) return std::nullopt;
    values.emplace_back(name, std::move(form));
  }
  if (!same) return all_named && !choice ? std::optional(ByName(std::move(values))) : std::nullopt;
  std::vector<std::string> forms;
  for (auto& value : values) forms.push_back(std::move(value.second));
  return SetText(std::move(forms));
}

}  // namespace ninefold::answers
