// Answers that say what they are the value of.
#include <string>

#include "team/answers/form.h"
#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kNameWordsMost = 5;

// The letter a name begins with, its bytes.
std::size_t LetterLength(std::string_view name) {
  if (!name.empty() && IsLetter(name[0])) return 1;
  return name.size() >= 2 && (name[0] == '\xce' || name[0] == '\xcf') ? 2 : 0;
}

// f(2), P(A), |A|
bool IsCall(std::string_view name) {
  if (name.size() > 2 && name[0] == '|' && name.back() == '|') return name.find('|', 1) == name.size() - 1;
  const std::size_t open = name.find('(');
  if (open == name.npos || open > 4) return false;
  std::string_view function = name.substr(0, open);
  while (!function.empty() && (function.back() == '\'' || IsDigit(function.back())))
    function.remove_suffix(1);
  const std::size_t letter = LetterLength(function);
  return letter > 0 && letter == function.size() && InBrackets(name.substr(open));
}

// "area", "pH", "AB", "m∠A", "ΔH"
bool IsWords(std::string_view name) {
  int words = 1;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == ' ') {
      if (++words > kNameWordsMost) return false;
    } else if (!IsLetter(name[i]) && name[i] != '_' && name[i] != '\'' && (name[i] & 0x80) == 0) {
      return false;
    }
  }
  return !name.empty();
}

// "2 + 3", "5 * 2"
bool IsSum(std::string_view text) {
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == text.npos || text.find_first_of("+-*/^x", digit) == text.npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view("0123456789.,+-*/^()$% ").find(text[i]) != text.npos) continue;
    const bool times =
        text[i] == 'x' && i > 0 && text[i - 1] == ' ' && i + 1 < text.size() && text[i + 1] == ' ';
    if (!times) return false;
  }
  return true;
}

bool IsValue(std::string_view text) { return AsQuantity(text, false).has_value(); }

}  // namespace

std::string_view VariableOf(std::string_view name) {
  const std::size_t letter = LetterLength(name);
  if (letter == 0) return {};
  const std::string_view low = name.substr(letter);
  if (low.find_first_not_of("0123456789'") == low.npos) return name.substr(0, letter);
  const bool index =
      low[0] == '_' && (low.size() <= 3 || InBrackets(low.substr(1))) && low.find(' ') == low.npos;
  return index ? name.substr(0, letter) : std::string_view();
}

std::size_t EqualsIn(std::string_view text) {
  std::size_t found = text.npos;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' || text[i] == '[' || text[i] == '{';
    depth -= text[i] == ')' || text[i] == ']' || text[i] == '}';
    if (text[i] != '=' || depth != 0) continue;
    const char before = i > 0 ? text[i - 1] : ' ', after = i + 1 < text.size() ? text[i + 1] : ' ';
    if (found != text.npos || std::string_view("<>!=").find(before) != std::string_view::npos ||
        after == '=' || after == '>') {
      return text.npos;
    }
    found = i;
  }
  return found;
}

std::string_view Assigned(std::string_view bare) {
  if (const std::size_t in = bare.find("∈"); in != bare.npos) {
    const std::string_view set = TrimBlank(bare.substr(in + 3));
    const bool sets =
        InBrackets(set) || (!set.empty() && (set[0] == '(' || set[0] == '[') && set.find("∪") != set.npos);
    return sets && !VariableOf(TrimBlank(bare.substr(0, in))).empty() ? set : std::string_view();
  }
  // 5 * 2 + 1 = 10 + 1 = 11
  std::size_t last = bare.rfind('=');
  if (last == bare.npos) return {};
  const std::string_view value = TrimBlank(bare.substr(last + 1));
  if (value.empty() || value.find_first_of("<>") != value.npos) return {};
  std::string_view left = TrimBlank(bare.substr(0, last));
  if (left.empty()) return last == 0 && IsValue(value) ? value : std::string_view();
  if (std::string_view("<>!=").find(left.back()) != left.npos) return {};
  for (std::size_t at = left.rfind('='); at != left.npos; at = left.rfind('=')) {
    const std::string_view between = TrimBlank(left.substr(at + 1));
    if (!IsSum(between) && VariableOf(between).empty()) return {};
    left = TrimBlank(left.substr(0, at));
  }
  if (!VariableOf(left).empty() || IsCall(left)) return value;
  return (IsWords(left) || IsSum(left)) && IsValue(value) ? value : std::string_view();
}

}  // namespace ninefold::answers
