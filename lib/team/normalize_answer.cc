// Votes are lost where equal answers do not look equal.
#include <cctype>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ninefold/contemplate.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string_view Trim(std::string_view text) {
  const std::string_view unwanted = " \t\r\n.,;:!*_`\"'()[]$";
  const std::size_t first = text.find_first_not_of(unwanted);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

// The inside of the last \boxed{…}, braces balanced.
std::string_view Boxed(std::string_view text) {
  const std::string_view mark = "\\boxed{";
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  int depth = 1;
  for (std::size_t i = at + mark.size(); i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return text.substr(at + mark.size(), i - at - mark.size());
  }
  return {};
}

// What follows the last line label "answer:" ("final answer:", "the answer is").
std::string_view Labelled(std::string_view text) {
  std::string_view found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t*#>-_"), line.size()));
    for (const std::string_view label : {"final answer:", "answer:", "the answer is", "**answer**:"}) {
      if (absl::StartsWithIgnoreCase(ToAbsl(line), ToAbsl(label))) found = line.substr(label.size());
    }
  }
  return found;
}

// A decimal number with thousands commas, a sign, a percent or currency mark: in one form. "" when it is
// none.
std::string AsNumber(std::string_view text) {
  std::string digits;
  bool percent = false;
  for (const char c : text) {
    if (c == ',' || c == ' ' || c == '$' || c == '+') continue;
    if (c == '%') {
      percent = true;
    } else {
      digits += c;
    }
  }
  if (digits.empty() || digits.size() > 30) return "";
  for (const char c : digits) {
    const bool part = std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '-';
    if (!part) return "";
  }
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (end == nullptr || *end != '\0') return "";
  return absl::StrCat(value == 0 ? 0.0 : value, percent ? "%" : "");
}

}  // namespace

std::string NormalizeAnswer(std::string_view text) {
  std::string_view answer = Boxed(text);
  if (answer.empty()) answer = Labelled(text);
  if (answer.empty()) answer = text;
  answer = Trim(answer);
  std::string number = AsNumber(answer);
  if (!number.empty()) return number;
  std::string folded;
  for (const char c : answer) {
    const bool blank = std::isspace(static_cast<unsigned char>(c));
    if (!blank) {
      folded += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  return folded;
}

}  // namespace ninefold
