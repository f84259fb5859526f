// A number and what it counts.
#include <string>

#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

constexpr int kSumMost = 4;  // "1 hour 30 minutes 5 seconds"

bool DropPrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// A currency before the number. Dollars are dropped: $ is also the mark of mathematics, and questions of
// money say which. Others become a unit.
std::string TakeCurrency(std::string_view* text) {
  for (const std::string_view dollar : {"US$", "US $", "USD ", "USD", "$"}) {
    if (DropPrefix(text, dollar)) return "$";
  }
  for (const auto& [mark, name] : {std::pair<std::string_view, const char*>{"€", "EUR"},
                                   {"£", "GBP"},
                                   {"¥", "JPY"},
                                   {"₹", "INR"},
                                   {"EUR ", "EUR"},
                                   {"GBP ", "GBP"},
                                   {"CHF ", "CHF"}}) {
    if (DropPrefix(text, mark)) return name;
  }
  return "";
}

// The power of ten of "million" and its like, moved behind; 0: none.
Int TakeMagnitude(std::string_view* text) {
  const std::string_view s = TrimBlank(*text);
  Int value = 1;
  for (const std::string_view word : {"thousand", "million", "billion", "trillion"}) {
    value *= 1000;
    if (!StartsWord(s, word)) continue;
    *text = s.substr(word.size());
    return value;
  }
  return 0;
}

bool IsDollars(std::string_view unit) {
  const std::string low = Lower(unit);
  return low == "dollars" || low == "dollar" || low == "usd" || low == "us dollars" || low == "$" ||
         low == "u.s. dollars";
}

// Words that are counted, "red apples": at most three, of letters.
bool IsCounted(std::string_view rest) {
  if (rest.empty() || rest.front() != ' ') return false;
  int words = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == ' ') {
      ++words;
    } else if (!IsLetter(c) && c != '-' && (static_cast<unsigned char>(c) & 0x80) == 0) {
      return false;
    }
  }
  if (rest.size() < 3) return false;
  const std::string first = Lower(rest.substr(1, rest.find(' ', 1) - 1));
  // "5 or 6", "5 pi"
  for (const std::string_view one : {"or", "and", "to", "pi", "x", "plus", "minus", "times", "π"}) {
    if (first == one) return false;
  }
  return words <= 3;
}

// 2π/3 and its like. `value`: what stands before π.
std::optional<std::string> PiText(Rational value, std::string_view rest) {
  rest = TrimBlank(rest);
  DropPrefix(&rest, "*");
  rest = TrimBlank(rest);
  if (StartsWord(rest, "pi")) {
    rest.remove_prefix(2);
  } else if (!DropPrefix(&rest, "π")) {
    return std::nullopt;
  }
  rest = TrimBlank(rest);
  if (DropPrefix(&rest, "/")) {
    rest = TrimBlank(rest);
    const auto below = ReadNumber(&rest);
    const auto made = below ? Divide(value, *below) : std::nullopt;
    if (!made) return std::nullopt;
    value = *made;
  }
  if (!TrimBlank(rest).empty()) return std::nullopt;
  if (value.num == 0) return "0";
  std::string text = RationalText({value.num, 1});
  if (text == "1") text = "";
  if (text == "-1") text = "-";
  return text + "π" + (value.den == 1 ? "" : "/" + RationalText({value.den, 1}));
}

// The number with the unit `rest` in its base, and a smaller one of the same kind after it: 5 ft 3 in.
std::optional<std::string> InUnits(Rational value, std::string_view rest) {
  std::optional<Unit> sum;
  const bool minus = value.num < 0;
  Rational total{0, 1};
  for (int i = 0; i < kSumMost; ++i) {
    const std::size_t next =
        sum || rest.find_first_of('^') == rest.npos ? rest.find_first_of("0123456789") : rest.npos;
    std::string_view name = TrimBlank(rest.substr(0, std::min(next, rest.size())));
    if (next != rest.npos && name.size() > 4 && name.substr(name.size() - 4) == " and") name.remove_suffix(4);
    const auto unit = ParseUnit(name);
    if (!unit || (sum && (sum->base != unit->base || minus))) return std::nullopt;
    if (sum) {
      const auto ratio = Divide(unit->scale, sum->scale);
      if (!ratio || ratio->num >= ratio->den) return std::nullopt;
    }
    const auto part = Multiply(value, unit->scale);
    const auto added = part ? Add(total, *part) : std::nullopt;
    if (!added) return std::nullopt;
    total = *added;
    sum = unit;
    if (next == rest.npos) return RationalText(total) + " " + UnitText(*unit);
    rest.remove_prefix(next);
    const auto following = ReadNumber(&rest);
    if (!following) return std::nullopt;
    value = *following;
  }
  return std::nullopt;
}

std::optional<std::string> Endless(std::string_view text) {
  std::string_view rest = text;
  bool minus = false;
  if (DropPrefix(&rest, "-"))
    minus = true;
  else
    DropPrefix(&rest, "+");
  if (StartsWord(rest, "negative ")) minus = true, rest.remove_prefix(9);
  rest = TrimBlank(rest);
  const std::string low = Lower(rest);
  if (low != "∞" && low != "infinity" && low != "inf") return std::nullopt;
  return minus ? "-∞" : "∞";
}

// More digits than a fraction holds: without their commas and leading zeros.
std::optional<std::string> LongInteger(std::string_view text) {
  std::string out;
  const bool minus = !text.empty() && text.front() == '-';
  if (minus) text.remove_prefix(1);
  std::size_t group = 0;
  bool commas = false;
  for (const char c : text) {
    if (c == ',') {
      if ((commas && group != 3) || group == 0 || group > 3) return std::nullopt;
      commas = true;
      group = 0;
    } else if (IsDigit(c)) {
      ++group;
      if (c != '0' || !out.empty()) out += c;
    } else {
      return std::nullopt;
    }
  }
  if (out.size() <= 30 || (commas && group != 3)) return std::nullopt;
  return (minus ? "-" : "") + out;
}

// What follows a number, and the answer it makes with it.
std::optional<std::string> WithRest(Rational value, std::string_view rest, const std::string& currency,
                                    bool number_alone) {
  const std::string_view unit = TrimBlank(rest);
  if (currency.empty() || currency == "$") {
    if (unit.empty() || IsDollars(unit)) return RationalText(value);
  } else {
    return unit.empty() ? std::optional(RationalText(value) + " " + currency) : std::nullopt;
  }
  const std::string low = Lower(unit);
  if (low == "%" || low == "percent" || low == "per cent" || low == "pct") return RationalText(value) + "%";
  if (auto pi = PiText(value, rest)) return pi;
  if (auto units = InUnits(value, rest)) return units;
  if (number_alone) return RationalText(value);
  if (!IsCounted(rest)) return std::nullopt;
  return RationalText(value) + " " + FoldCase(unit);
}

}  // namespace

std::optional<std::string> AsQuantity(std::string_view plain, bool number_alone) {
  std::string_view text = plain;
  for (const std::string_view about : {"about ", "approximately ", "around ", "roughly ", "≈", "~"}) {
    if (number_alone && Lower(text.substr(0, about.size())) == about)
      text = TrimBlank(text.substr(about.size()));
  }
  if (auto endless = Endless(text)) return endless;
  if (auto digits = LongInteger(text)) return digits;
  if (auto pi =
          PiText({text.substr(0, 1) == "-" ? -1 : 1, 1}, text.substr(text.substr(0, 1) == "-" ? 1 : 0))) {
    return pi;
  }
  std::string_view rest = text;
  if (const auto ordinal = ReadOrdinal(&rest)) {
    if (rest.empty()) return OrdinalText(*ordinal);
    if (IsCounted(rest)) return OrdinalText(*ordinal) + FoldCase(rest);
    return std::nullopt;
  }
  rest = text;
  if (auto words = ReadNumberWords(&rest)) {
    if (TakeMagnitude(&rest) == 0) return WithRest(*words, rest, "", number_alone);
    return std::nullopt;
  }
  rest = text;
  const bool minus =
      rest.size() > 1 && rest[0] == '-' && !IsDigit(rest[1]) && rest[1] != '(' && rest[1] != '.';
  if (minus) rest = TrimBlank(rest.substr(1));
  const std::string currency = TakeCurrency(&rest);
  if (!currency.empty()) rest = TrimBlank(rest);
  auto value = ReadNumber(&rest);
  if (!value) return std::nullopt;
  if (minus) value->num = -value->num;
  if (const Int magnitude = TakeMagnitude(&rest); magnitude > 0) {
    value = Multiply(*value, {magnitude, 1});
    if (!value) return std::nullopt;
  }
  return WithRest(*value, rest, currency, number_alone);
}

}  // namespace ninefold::answers
