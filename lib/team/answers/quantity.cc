// A number and what it counts.
#include <string>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kSumMost = 4;  // "1 hour 30 minutes 5 seconds"

struct Amount {
  Rational value;
  std::string currency;        // "": none was before it
  std::string_view rest;       // what is behind the number
  bool open_fraction = false;  // written 1/2, so that 1/2π is ambiguous
};

// What makes of a number another one, or of a count none: "5 or 6", "less than 10".
bool ChangesNumber(std::string_view word) {
  return IsOneOf(word, {"or",    "and",   "to",    "pi",      "x",    "plus", "minus", "times",   "less",
                        "more",  "fewer", "than",  "out",     "of",   "not",  "least", "most",    "over",
                        "under", "above", "below", "between", "from", "is",   "half",  "squared", "cubed",
                        "mod",   "sin",   "cos",   "tan",     "log",  "ln",   "sqrt",  "exp"});
}

std::string WordIn(std::string_view text) { return Lower(text.substr(0, text.find(' '))); }

// " red apples": blanks and at most `most` words of letters, none of which changes the number. `each`: not
// only the first must not.
bool AreWords(std::string_view rest, int most, bool each) {
  if (rest.size() < 3 || rest.front() != ' ' || rest.find('\xe2') != rest.npos) return false;
  int words = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == ' ') {
      if (++words > most || ((words == 1 || each) && ChangesNumber(WordIn(rest.substr(i + 1))))) return false;
    } else if (!IsLetter(rest[i]) && rest[i] != '-' && rest[i] != '\'' && (rest[i] & 0x80) == 0) {
      return false;
    }
  }
  return true;
}

// "12 apples". The case of a short first word is kept where it may be that of a unit: 5 Mo, 2 M NaCl.
std::string Counted(const std::string& number, std::string_view unit) {
  const std::string_view first = unit.substr(0, unit.find(' '));
  const bool symbol = first.size() <= 2 || (first.size() == 3 && ParseUnit(Lower(first)));
  if (!symbol) return number + " " + FoldCase(unit);
  return number + " " + std::string(first) + FoldCase(unit.substr(first.size()));
}

// 2π/3 and its like, with a unit or without. `value`: what stands before π.
std::optional<std::string> PiText(Rational value, std::string_view rest) {
  rest = TrimBlank(rest);
  DropPrefix(&rest, "*");
  rest = TrimBlank(rest);
  if (StartsWord(rest, "pi") && rest.substr(0, 2) != "PI") {
    rest.remove_prefix(2);
  } else if (!DropPrefix(&rest, "π")) {
    return std::nullopt;
  }
  std::string_view divided = TrimBlank(rest);
  if (DropPrefix(&divided, "/")) {
    rest = TrimBlank(divided);
    const auto below = ReadNumber(&rest);
    const auto made = below ? Divide(value, *below) : std::nullopt;
    if (!made) return std::nullopt;
    value = *made;
  }
  std::string tail;
  if (!rest.empty() && rest[0] != ' ') return std::nullopt;  // πr
  rest = TrimBlank(rest);
  if (!rest.empty() && !IsOneOf(Lower(rest), {"rad", "radian", "radians"})) {
    const auto named = ParseUnit(rest);
    const auto scaled = named ? Multiply(value, named->scale) : std::nullopt;
    if (!scaled) return std::nullopt;
    value = *scaled;
    tail = " " + UnitText(*named);
  }
  if (value.num == 0) return "0" + tail;
  std::string text = RationalText({value.num, 1});
  if (text == "1") text = "";
  if (text == "-1") text = "-";
  return text + "π" + (value.den == 1 ? "" : "/" + RationalText({value.den, 1})) + tail;
}

// Where the next number of "5 ft 3 in" or "1h30m" begins: behind a blank, or behind the letter of a time.
std::size_t NextNumber(std::string_view rest) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (!IsDigit(rest[i])) continue;
    const bool time = (rest[i - 1] == 'h' || rest[i - 1] == 'm') && (i == 1 || rest[i - 2] == ' ');
    if (rest[i - 1] == ' ' || time) return i;
  }
  return rest.npos;
}

// The unit of one part of a sum; m are minutes behind hours.
std::optional<Unit> PartUnit(std::string_view name, bool time) {
  name = TrimBlank(name);
  if (name.size() > 4 && name.substr(name.size() - 4) == " and") name.remove_suffix(4);
  if (!name.empty() && name.back() == ',') name.remove_suffix(1);
  return ParseUnit(time && name == "m" ? "min" : name);
}

// The number with the unit `rest` in its base, and smaller ones of the same kind after it: 5 ft 3 in.
std::optional<std::string> InUnits(Rational value, std::string_view rest) {
  if (const auto unit = ParseUnit(rest)) {
    const auto scaled = Multiply(value, unit->scale);
    if (!scaled) return std::nullopt;
    return RationalText(*scaled) + " " + UnitText(*unit);
  }
  std::optional<Unit> sum;
  Rational total{0, 1};
  if (value.num < 0) return std::nullopt;
  for (int i = 0; i < kSumMost; ++i) {
    const std::size_t next = NextNumber(rest);
    const auto unit = PartUnit(rest.substr(0, next), sum && sum->base[0].first == "s");
    if (!unit || (sum && sum->base != unit->base)) return std::nullopt;
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

// 5'3", as people are tall.
std::optional<std::string> FeetAndInches(const Amount& amount) {
  std::string_view rest = amount.rest;
  if (!amount.currency.empty() || !DropPrefix(&rest, "'")) return std::nullopt;
  rest = TrimBlank(rest);
  const auto inches = ReadNumber(&rest);
  if (!inches || inches->num < 0 || (rest != "\"" && rest != "''")) return std::nullopt;
  const auto feet = Multiply(amount.value, {12, 1});
  const auto sum = feet ? Add(*feet, *inches) : std::nullopt;
  return sum ? InUnits(*sum, "in") : std::nullopt;
}

std::optional<std::string> Endless(std::string_view text) {
  std::string_view rest = text;
  const bool minus = DropPrefix(&rest, "-") || DropWord(&rest, "negative ") || DropWord(&rest, "minus ");
  if (!minus) DropPrefix(&rest, "+");
  rest = TrimBlank(rest);
  const std::string low = Lower(rest);
  if (low != "∞" && low != "infinity" && rest != "inf" && rest != "Inf") return std::nullopt;
  return minus ? "-∞" : "∞";
}

// More digits than a fraction holds: without their commas and leading zeros.
std::optional<std::string> LongInteger(std::string_view text) {
  std::string out;
  const bool minus = DropPrefix(&text, "-");
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

// "/hour", " per day", " an hour" behind an amount of money.
std::optional<std::string> Rate(const Rational& value, const std::string& currency, std::string_view rest) {
  rest = TrimBlank(rest);
  std::string below(rest);
  if (DropWord(&rest, "an ") || DropWord(&rest, "a ")) below = "per " + std::string(rest);
  if (!StartsWord(below, "per ") && below.substr(0, 1) != "/") return std::nullopt;
  const auto time = ParseUnit(below);
  const auto scaled = time ? Multiply(value, time->scale) : std::nullopt;
  if (!scaled) return std::nullopt;
  return RationalText(*scaled) + " " + currency + UnitText(*time);
}

// "and 50 cents" behind dollars.
std::optional<std::string> WithCents(const Rational& dollars, std::string_view rest) {
  rest = TrimBlank(rest);
  DropWord(&rest, "and ");
  const auto cents = ReadNumber(&rest);
  rest = TrimBlank(rest);
  if (!cents || cents->num < 0 || cents->num >= 100 || !TakeCents(&rest) || !rest.empty())
    return std::nullopt;
  const auto part = Divide(*cents, {100, 1});
  const auto sum = part ? Add(dollars, *part) : std::nullopt;
  return sum ? std::optional(RationalText(*sum)) : std::nullopt;
}

std::optional<std::string> AsMoney(const Amount& amount, bool number_alone) {
  std::string_view unit = TrimBlank(amount.rest);
  const bool cents = amount.currency.empty() && !number_alone && TakeCents(&unit);
  if (cents) {
    const auto value = Divide(amount.value, {100, 1});
    return unit.empty() && value ? std::optional(RationalText(*value)) : std::nullopt;
  }
  const bool dollars = (amount.currency.empty() || amount.currency == "$") && TakeDollars(&unit);
  const std::string currency = dollars ? "$" : amount.currency;
  if (currency.empty()) return std::nullopt;
  const std::string number = RationalText(amount.value);
  if (unit.empty()) return currency == "$" ? number : number + " " + currency;
  if (currency != "$") return Rate(amount.value, currency, unit);
  if (number_alone && AreWords(" " + std::string(unit), 30, true)) return number;
  if (auto rate = Rate(amount.value, currency, unit)) return rate;
  return dollars ? WithCents(amount.value, unit) : std::nullopt;
}

// What follows a number, and the answer it makes with it.
std::optional<std::string> WithRest(const Amount& amount, bool number_alone) {
  const std::string number = RationalText(amount.value);
  const std::string_view rest = amount.rest, unit = TrimBlank(rest);
  if (auto money = AsMoney(amount, number_alone)) return money;
  if (!amount.currency.empty() && amount.currency != "$") return std::nullopt;
  if (unit.empty()) return number;
  if (unit == "Cent") return std::nullopt;
  const std::string low = Lower(unit);
  if (IsOneOf(low, {"%", "percent", "per cent", "pct"})) return number + "%";
  const bool tight = rest[0] != ' ' && rest[0] != '*';
  if (!(amount.open_fraction && tight)) {
    if (auto pi = PiText(amount.value, rest)) return pi;
  }
  if (auto feet = FeetAndInches(amount)) return feet;
  // 5G, 3D and 4K are names; 20s may be a decade.
  if (tight && IsCapital(unit[0]) && (unit.size() == 1 || !IsLetter(unit[1])) &&
      IsOneOf(unit.substr(0, 1), {"K", "M", "T", "H", "S", "F", "G", "D", "B"})) {
    return std::nullopt;
  }
  const bool tens = amount.value.den == 1 && amount.value.num % 10 == 0 && amount.value.num >= 20;
  if (tight && unit == "s" && tens && (amount.value.num < 100 || amount.value.num >= 1000))
    return std::nullopt;
  if (amount.currency.empty()) {
    if (auto units = InUnits(amount.value, rest)) return units;
  }
  if (number_alone) return AreWords(rest, 30, true) ? std::optional(number) : std::nullopt;
  return AreWords(rest, 3, false) ? std::optional(Counted(number, unit)) : std::nullopt;
}

// "1 and 1/2"
void TakeFraction(Amount* amount) {
  std::string_view rest = amount->rest;
  if (amount->value.den != 1 || !DropPrefix(&rest, " and ")) return;
  const std::string_view before = rest;
  const auto part = ReadNumber(&rest);
  if (!part || part->num <= 0 || part->num >= part->den) return;
  if (before.substr(0, before.size() - rest.size()).find('/') == before.npos) return;
  const Rational part_signed{amount->value.num < 0 ? -part->num : part->num, part->den};
  if (const auto sum = Add(amount->value, part_signed)) amount->value = *sum, amount->rest = rest;
}

std::optional<Amount> ReadAmount(std::string_view text) {
  Amount amount;
  std::string_view rest = text;
  bool minus = DropWord(&rest, "minus ") || DropWord(&rest, "negative ");
  if (!minus && rest.size() > 1 && rest[0] == '-' && !IsDigit(rest[1]) && rest[1] != '(' && rest[1] != '.') {
    minus = true;
    rest = TrimBlank(rest.substr(1));
  }
  amount.currency = TakeCurrency(&rest);
  if (!amount.currency.empty()) rest = TrimBlank(rest);
  const std::string_view before = rest;
  const auto value = ReadNumber(&rest);
  if (!value) return std::nullopt;
  amount.value = *value;
  amount.rest = rest;
  const std::string_view digits = before.substr(0, before.size() - rest.size());
  amount.open_fraction = digits.find('/') != digits.npos && digits.back() != ')';
  if (minus) amount.value.num = -amount.value.num;
  TakeFraction(&amount);
  return amount;
}

bool TakeMagnitudes(Amount* amount) {
  for (int i = 0; i < 2; ++i) {
    const Int magnitude = TakeMagnitude(&amount->rest, !amount->currency.empty());
    if (magnitude == 0) return true;
    const auto made = Multiply(amount->value, {magnitude, 1});
    if (!made) return false;
    amount->value = *made;
  }
  return true;
}

// A number that is said of one unit of time: "a minute".
std::optional<std::string> OneUnit(std::string_view text) {
  if (!DropWord(&text, "a ") && !DropWord(&text, "an ")) return std::nullopt;
  if (!IsOneOf(Lower(text),
               {"second", "minute", "hour", "day", "week", "month", "year", "decade", "century"})) {
    return std::nullopt;
  }
  return InUnits({1, 1}, text);
}

// The 1990s, or 20s: seconds are written apart.
std::optional<std::string> AsDecade(std::string_view text, bool named) {
  std::size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  const std::string_view tail = text.substr(digits);
  if ((digits != 4 && !(digits == 2 && named)) || text[digits - 1] != '0') return std::nullopt;
  if (tail != "s" && tail != "'s") return std::nullopt;
  return std::string(text.substr(0, digits)) + "s";
}

}  // namespace

std::optional<std::string> AsQuantity(std::string_view plain, bool number_alone) {
  std::string_view text = plain;
  if (number_alone) {
    for (const std::string_view about :
         {"about ", "approximately ", "approx. ", "approx ", "around ", "roughly ", "≈", "~"}) {
      if (Lower(text.substr(0, about.size())) == about) text = TrimBlank(text.substr(about.size()));
    }
    plain = text;
  }
  const bool named = DropWord(&text, "the ") && !text.empty();
  if (text.empty()) text = plain;
  if (auto decade = AsDecade(text, named)) return decade;
  if (auto endless = Endless(text)) return endless;
  if (auto digits = LongInteger(text)) return digits;
  const bool minus = text.substr(0, 1) == "-";
  if (auto pi = PiText({minus ? -1 : 1, 1}, text.substr(minus ? 1 : 0))) return pi;
  std::string_view rest = text;
  if (const auto ordinal = ReadOrdinal(&rest)) {
    if (rest.empty()) return OrdinalText(*ordinal);
    if (AreWords(rest, 3, false)) return OrdinalText(*ordinal) + FoldCase(rest);
    return std::nullopt;
  }
  if (auto unit = OneUnit(text)) return unit;
  rest = text;
  std::optional<Amount> amount;
  if (const auto words = ReadNumberWords(&rest)) {
    amount = Amount{*words, "", rest};
  } else {
    amount = ReadAmount(text);
    if (!amount) return AsLargePower(text);
    if (ReadPartWord(&amount->rest, &amount->value)) return WithRest(*amount, number_alone);
  }
  if (!TakeMagnitudes(&*amount)) return std::nullopt;
  return WithRest(*amount, number_alone);
}

std::optional<std::string> AsQuantityInWords(std::string_view bare) {
  std::size_t at = bare.find_first_of("0123456789");
  if (at == bare.npos) return std::nullopt;
  while (at > 0 && bare[at - 1] != ' ' && !IsLetter(bare[at - 1])) --at;
  if (at == 0 || bare[at - 1] != ' ') return std::nullopt;
  std::string_view before = TrimBlank(bare.substr(0, at));
  while (!before.empty()) {
    std::string word = WordIn(before);
    before = TrimBlank(before.substr(word.size()));
    if (!word.empty() && (word.back() == ',' || word.back() == ':')) word.pop_back();
    const bool fine = IsOneOf(word, {"is", "of", "from", "and"});
    if ((!fine && ChangesNumber(word)) || word == "no" ||
        word.find_first_not_of("'abcdefghijklmnopqrstuvwxyz") != word.npos) {
      return std::nullopt;
    }
  }
  return AsQuantity(bare.substr(at), true);
}

}  // namespace ninefold::answers
