#include "base/cell_type.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr int kDigitsKept = 15;  // a double gives back as many

bool IsDigitAt(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

// The end of the digits that begin at `i`.
std::size_t PastDigits(std::string_view text, std::size_t i) {
  while (IsDigitAt(text, i)) ++i;
  return i;
}

int TwoDigitsAt(std::string_view text, std::size_t i) {
  return IsDigitAt(text, i) && IsDigitAt(text, i + 1) ? (text[i] - '0') * 10 + (text[i + 1] - '0') : -1;
}

// "10:15", "10:15:30", "10:15:30.5", with Z or not.
bool IsTimeText(std::string_view text) {
  if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
  const auto below = [&](std::size_t i, int limit) {
    const int value = TwoDigitsAt(text, i);
    return value >= 0 && value < limit;
  };
  if (text.size() < 5 || !below(0, 24) || text[2] != ':' || !below(3, 60)) return false;
  if (text.size() == 5) return true;
  if (text.size() < 8 || text[5] != ':' || !below(6, 61)) return false;
  if (text.size() == 8) return true;
  return text[8] == '.' && text.size() > 9 && PastDigits(text, 9) == text.size();
}

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool IsIntegerText(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return false;
  const std::string_view digits = text[0] == '-' ? text.substr(1) : text;
  return digits.size() == 1 ? text != "-0" : digits[0] != '0';
}

bool IsNumberText(std::string_view text) {
  std::size_t i = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t whole = i;
  i = PastDigits(text, i);
  if (i == whole || (text[whole] == '0' && i - whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    const std::size_t fraction = ++i;
    i = PastDigits(text, i);
    if (i == fraction) return false;
  }
  const std::string_view mantissa = text.substr(whole, i - whole);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first != std::string_view::npos) {
    const std::string_view significant = mantissa.substr(first);
    const auto points = std::count(significant.begin(), significant.end(), '.');
    if (std::int64_t(significant.size()) - points > kDigitsKept) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const std::size_t exponent = i;
    i = PastDigits(text, i);
    if (i == exponent) return false;
  }
  if (i != text.size()) return false;
  double value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() &&
         std::isfinite(value);
}

bool IsBooleanText(std::string_view text) {
  return absl::EqualsIgnoreCase(ToAbsl(text), "true") || absl::EqualsIgnoreCase(ToAbsl(text), "false");
}

bool IsDateText(std::string_view text) {
  if (text.size() < 10 || PastDigits(text, 0) != 4 || text[4] != '-' || text[7] != '-') return false;
  const int century = TwoDigitsAt(text, 0), year = TwoDigitsAt(text, 2), month = TwoDigitsAt(text, 5),
            day = TwoDigitsAt(text, 8);
  if (month < 1 || day < 1) return false;
  const absl::CivilDay civil(century * 100 + year, month, day);  // what is no day becomes another
  if (civil.month() != month || civil.day() != day) return false;
  if (text.size() == 10) return true;
  return (text[10] == 'T' || text[10] == ' ') && IsTimeText(text.substr(11));
}

void ColumnType::Add(const Json& value) {
  if (value.is_null()) return;
  std::string_view type = "object";
  if (value.is_number()) type = value.is_number_integer() ? "integer" : "number";
  if (value.is_boolean()) type = "boolean";
  if (value.is_array()) type = "list";
  if (const auto* text = value.get_ptr<const std::string*>())
    type = type_ != "string" && IsDateText(*text) ? "date" : "string";
  if (type_ == "empty" || type_ == type) {
    type_ = type;
  } else if ((type_ == "integer" && type == "number") || (type_ == "number" && type == "integer")) {
    type_ = "number";
  } else {
    type_ = (type_ == "date" && type == "string") ? "string" : "mixed";
  }
}

std::string_view ColumnType::name() const { return type_; }

}  // namespace ninefold
