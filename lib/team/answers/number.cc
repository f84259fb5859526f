// Numbers as exact fractions: no double, so that 1/3 is not 0.333…3 and long decimals stay apart.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kPowerMost = 38;  // 10^38 is the largest power of ten in 127 bits

Int Gcd(Int a, Int b) {
  while (b != 0) std::swap(a %= b, b);
  return a < 0 ? -a : a;
}

std::optional<Int> PowerOfTen(int power) {
  if (power < 0 || power > kPowerMost) return std::nullopt;
  Int value = 1;
  for (int i = 0; i < power; ++i) value *= 10;
  return value;
}

std::string IntText(Int value) {
  if (value == 0) return "0";
  std::string digits;
  for (Int rest = value; rest != 0; rest /= 10) {
    const int digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (value < 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<Int> IntOf(std::string_view digits) {
  Int value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, Int{10}, &value) ||
        __builtin_add_overflow(value, Int{c - '0'}, &value)) {
      return std::nullopt;
    }
  }
  return value;
}

std::optional<Rational> DecimalOf(std::string_view whole, std::string_view part) {
  while (!part.empty() && part.back() == '0') part.remove_suffix(1);
  const auto value = IntOf(std::string(whole) + std::string(part));
  const auto below = PowerOfTen(static_cast<int>(std::min<std::size_t>(part.size(), kPowerMost + 1)));
  if (!value || !below) return std::nullopt;
  return MakeRational(*value, *below);
}

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// Digits in groups, "1,000,000", from the start: their end, the digits in `digits`; 0 when they are none.
// Groups are of three; with commas also as in India, 12,34,567.
std::size_t GroupedEnd(std::string_view text, char mark, std::string* digits) {
  const std::size_t first = DigitsAt(text, 0);
  if (first == 0 || first > 3 || text[0] == '0') return 0;
  std::size_t end = first, last = first;
  int groups = 0;
  bool three = true;
  digits->assign(text.substr(0, first));
  while (end < text.size() && text[end] == mark) {
    const std::size_t length = DigitsAt(text, end + 1);
    if (length != 3 && !(mark == ',' && length == 2)) break;
    three = three && length == 3;
    digits->append(text.substr(end + 1, length));
    end += 1 + length;
    last = length;
    ++groups;
  }
  if (groups == 0 || last != 3 || (!three && first > 2)) return 0;
  return end;
}

// "0,5": no group of thousands begins with 0.
std::optional<Rational> ReadDecimalComma(std::string_view* text) {
  const std::string_view s = *text;
  if (s.substr(0, 2) != "0,") return std::nullopt;
  const std::size_t part = DigitsAt(s, 2), end = 2 + part;
  if (part == 0 || (end < s.size() && (s[end] == ',' || s[end] == '.'))) return std::nullopt;
  const auto value = DecimalOf("0", s.substr(2, part));
  if (value) text->remove_prefix(end);
  return value;
}

// "0.1(6)": the digits in brackets repeat.
std::optional<Rational> ReadRepeating(std::string_view* text) {
  const std::string_view s = *text;
  const std::size_t whole = DigitsAt(s, 0);
  if (whole == 0 || whole >= s.size() || s[whole] != '.') return std::nullopt;
  const std::size_t part = DigitsAt(s, whole + 1), open = whole + 1 + part;
  if (open >= s.size() || s[open] != '(') return std::nullopt;
  const std::size_t count = DigitsAt(s, open + 1), close = open + 1 + count;
  if (count == 0 || count + part > 18 || close >= s.size() || s[close] != ')') return std::nullopt;
  const auto value = DecimalOf(s.substr(0, whole), s.substr(whole + 1, part));
  const auto digits = IntOf(s.substr(open + 1, count));
  const auto nines = PowerOfTen(static_cast<int>(count)), place = PowerOfTen(static_cast<int>(part));
  const auto repeated = value && digits ? MakeRational(*digits, (*nines - 1) * *place) : std::nullopt;
  const auto sum = repeated ? Add(*value, *repeated) : std::nullopt;
  if (sum) text->remove_prefix(close + 1);
  return sum;
}

// Digits with a decimal point, in any of the forms; moves behind them.
std::optional<Rational> ReadDecimal(std::string_view* text) {
  const std::string_view s = *text;
  std::string digits;
  for (const char mark : {',', ' ', '\'', '_'}) {
    std::size_t end = GroupedEnd(s, mark, &digits);
    if (end == 0) continue;
    std::size_t part = end < s.size() && s[end] == '.' ? DigitsAt(s, end + 1) : 0;
    if (mark == ' ' && part == 0 && end < s.size() && s[end] == ',') part = DigitsAt(s, end + 1);  // 1 234,5
    const auto value = DecimalOf(digits, part > 0 ? s.substr(end + 1, part) : "");
    if (value) text->remove_prefix(part > 0 ? end + 1 + part : end);
    return value;
  }
  if (auto value = ReadDecimalComma(text)) return value;
  if (auto value = ReadRepeating(text)) return value;
  // One dot is a decimal point; two or more with groups of three are not, nor one before a decimal comma.
  if (const std::size_t end = GroupedEnd(s, '.', &digits); end > 0) {
    const std::size_t part = end < s.size() && s[end] == ',' ? DigitsAt(s, end + 1) : 0;
    if (std::count(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(end), '.') > 1 ||
        (part > 0 && part != 3)) {
      const auto value = DecimalOf(digits, part > 0 ? s.substr(end + 1, part) : "");
      if (value) text->remove_prefix(part > 0 ? end + 1 + part : end);
      return value;
    }
  }
  const std::size_t whole = DigitsAt(s, 0);
  const std::size_t part = whole < s.size() && s[whole] == '.' ? DigitsAt(s, whole + 1) : 0;
  if (whole == 0 && part == 0) return std::nullopt;
  const std::size_t end = part > 0 ? whole + 1 + part : whole;
  if (part > 0 && end < s.size() && s[end] == '.' && DigitsAt(s, end + 1) > 0) return std::nullopt;  // 1.2.3
  const auto value = DecimalOf(s.substr(0, whole), part > 0 ? s.substr(whole + 1, part) : "");
  if (value) text->remove_prefix(end);
  return value;
}

void SkipSpaces(std::string_view* text) {
  while (!text->empty() && text->front() == ' ') text->remove_prefix(1);
}

// "^8", "^{8}", "^(-8)" after a ten.
std::optional<int> ReadPower(std::string_view* text) {
  std::string_view s = *text;
  if (s.empty() || s.front() != '^') return std::nullopt;
  s.remove_prefix(1);
  const bool wrapped = !s.empty() && (s.front() == '(' || s.front() == '{');
  if (wrapped) s.remove_prefix(1);
  bool minus = false;
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) {
    minus = s.front() == '-';
    s.remove_prefix(1);
  }
  const std::size_t digits = DigitsAt(s, 0);
  if (digits == 0 || digits > 3) return std::nullopt;
  const int value = static_cast<int>(*IntOf(s.substr(0, digits)));
  s.remove_prefix(digits);
  if (wrapped) {
    if (s.empty() || (s.front() != ')' && s.front() != '}')) return std::nullopt;
    s.remove_prefix(1);
  }
  *text = s;
  return minus ? -value : value;
}

std::optional<Rational> Shifted(const Rational& value, int power) {
  const auto ten = PowerOfTen(power < 0 ? -power : power);
  if (!ten) return std::nullopt;
  return power < 0 ? Multiply(value, Rational{1, *ten}) : Multiply(value, Rational{*ten, 1});
}

// A decimal with what multiplies it: 3e8, 3*10^8, 10^8.
std::optional<Rational> ReadScientific(std::string_view* text) {
  std::string_view s = *text;
  auto value = ReadDecimal(&s);
  if (!value) return std::nullopt;
  std::string_view after = s;
  if (value->num == 10 && value->den == 1) {
    if (const auto power = ReadPower(&after)) {
      value = Shifted({1, 1}, *power);
      if (value) *text = after;
      return value;
    }
  }
  if (s.size() > 1 && (s[0] == 'e' || s[0] == 'E')) {
    std::string mark = "^" + std::string(s.substr(1));
    std::string_view rest = mark;
    if (s[1] != '(' && s[1] != '{') {
      if (const auto power = ReadPower(&rest)) {
        value = Shifted(*value, *power);
        if (value) *text = s.substr(s.size() - rest.size());
        return value;
      }
    }
  }
  SkipSpaces(&after);
  const bool times = !after.empty() && (after[0] == '*' || ((after[0] == 'x' || after[0] == 'X')));
  if (times) {
    after.remove_prefix(1);
    SkipSpaces(&after);
    if (after.substr(0, 3) == "10^") {
      after.remove_prefix(2);
      if (const auto power = ReadPower(&after)) {
        value = Shifted(*value, *power);
        if (value) *text = after;
        return value;
      }
    }
  }
  *text = s;
  return value;
}

bool ReadSign(std::string_view* text) {
  bool minus = false;
  if (!text->empty() && (text->front() == '-' || text->front() == '+')) {
    minus = text->front() == '-';
    text->remove_prefix(1);
    SkipSpaces(text);
  }
  return minus;
}

// "/ 4" after a number; `value` becomes the fraction.
bool ReadBelow(std::string_view* text, std::optional<Rational>* value) {
  std::string_view s = *text;
  SkipSpaces(&s);
  if (s.empty() || s.front() != '/') return false;
  s.remove_prefix(1);
  SkipSpaces(&s);
  const bool minus = ReadSign(&s);
  auto below = !s.empty() && s.front() == '(' ? ReadNumber(&s) : ReadScientific(&s);
  if (!below) return false;
  if (minus) below->num = -below->num;
  const auto made = Divide(**value, *below);
  if (!made) return false;
  *value = made;
  *text = s;
  return true;
}

}  // namespace

std::optional<std::string> AsLargePower(std::string_view text) {
  const bool minus = DropPrefix(&text, "-");
  std::size_t end = DigitsAt(text, 0);
  const std::string_view whole = text.substr(0, end);
  if (end + 1 < text.size() && text[end] == '.') end += 1 + DigitsAt(text, end + 1);
  std::string digits(whole);
  if (end > whole.size()) digits += text.substr(whole.size() + 1, end - whole.size() - 1);
  std::string_view rest = text.substr(end);
  long long power = 0;
  if (digits == "10" && DropPrefix(&rest, "^")) {
    digits = "1";
  } else if (!DropPrefix(&rest, "e") && !DropPrefix(&rest, "E")) {
    rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!DropPrefix(&rest, "*") && !DropPrefix(&rest, "x")) return std::nullopt;
    rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!DropPrefix(&rest, "10^")) return std::nullopt;
  }
  const bool wrapped = DropPrefix(&rest, "("), below = DropPrefix(&rest, "-");
  DropPrefix(&rest, "+");
  const std::size_t length = DigitsAt(rest, 0);
  if (whole.empty() || length == 0 || length > 9) return std::nullopt;
  power = static_cast<long long>(*IntOf(rest.substr(0, length))) * (below ? -1 : 1);
  rest.remove_prefix(length);
  if (wrapped && !DropPrefix(&rest, ")")) return std::nullopt;
  if (!rest.empty()) return std::nullopt;
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  if (zeros == digits.size()) return "0";
  power += static_cast<long long>(whole == "10" && digits == "1" ? 1 : whole.size()) - 1 -
           static_cast<long long>(zeros);
  digits = digits.substr(zeros, digits.find_last_not_of('0') + 1 - zeros);
  if (digits.size() > 1) digits.insert(1, ".");
  return (minus ? "-" : "") + digits + "e" + std::to_string(power);
}

std::optional<Rational> MakeRational(Int num, Int den) {
  const Int least = static_cast<Int>(1) << 126;  // so that signs can change
  if (den == 0 || num > least || num < -least || den > least || den < -least) return std::nullopt;
  const Int gcd = Gcd(num, den);
  num /= gcd;
  den /= gcd;
  return den < 0 ? Rational{-num, -den} : Rational{num, den};
}

std::optional<Rational> Multiply(const Rational& a, const Rational& b) {
  const Int across = std::max<Int>(Gcd(a.num, b.den), 1), over = std::max<Int>(Gcd(b.num, a.den), 1);
  Int num = 0, den = 0;
  if (__builtin_mul_overflow(a.num / across, b.num / over, &num)) return std::nullopt;
  if (__builtin_mul_overflow(a.den / over, b.den / across, &den)) return std::nullopt;
  return MakeRational(num, den);
}

std::optional<Rational> Divide(const Rational& a, const Rational& b) {
  if (b.num == 0) return std::nullopt;
  return Multiply(a, b.num < 0 ? Rational{-b.den, -b.num} : Rational{b.den, b.num});
}

std::optional<Rational> Add(const Rational& a, const Rational& b) {
  Int left = 0, right = 0, num = 0, den = 0;
  if (__builtin_mul_overflow(a.num, b.den, &left) || __builtin_mul_overflow(b.num, a.den, &right) ||
      __builtin_add_overflow(left, right, &num) || __builtin_mul_overflow(a.den, b.den, &den)) {
    return std::nullopt;
  }
  return MakeRational(num, den);
}

std::string RationalText(const Rational& value) {
  int twos = 0, fives = 0;
  Int rest = value.den;
  for (; rest % 2 == 0; rest /= 2) ++twos;
  for (; rest % 5 == 0; rest /= 5) ++fives;
  const int places = std::max(twos, fives);
  const auto scaled = rest == 1 ? Shifted(value, places) : std::nullopt;
  if (!scaled || scaled->den != 1) return IntText(value.num) + "/" + IntText(value.den);
  std::string digits = IntText(scaled->num < 0 ? -scaled->num : scaled->num);
  if (places > 0) {
    const auto least = static_cast<std::size_t>(places) + 1;
    if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
  }
  return (value.num < 0 ? "-" : "") + digits;
}

std::optional<Rational> ReadNumber(std::string_view* text) {
  std::string_view s = *text;
  const bool minus = ReadSign(&s);
  if (!s.empty() && s.front() == '(') {  // (1/2) cm
    s.remove_prefix(1);
    if (!s.empty() && s.front() == '(') return std::nullopt;
    // (5,120) is a pair.
    const std::size_t comma = s.substr(0, s.find(')')).find(',');
    if (comma != s.npos && (s[0] == '0' || s.substr(comma + 1, 1) != "0" || DigitsAt(s, comma + 1) != 3)) {
      return std::nullopt;
    }
    auto inside = ReadNumber(&s);
    if (!inside || s.empty() || s.front() != ')') return std::nullopt;
    s.remove_prefix(1);
    if (minus) inside->num = -inside->num;
    ReadBelow(&s, &inside);
    *text = s;
    return inside;
  }
  auto value = ReadScientific(&s);
  if (!value) return std::nullopt;
  if (!ReadBelow(&s, &value) && value->den == 1 && s.size() > 1 && s.front() == ' ' && IsDigit(s[1])) {
    std::string_view part = s.substr(1);  // 1 1/2
    const std::size_t above = DigitsAt(part, 0);
    auto fraction = DecimalOf(part.substr(0, above), "");
    part.remove_prefix(above);
    if (fraction && ReadBelow(&part, &fraction) && fraction->num > 0 && fraction->num < fraction->den) {
      if (const auto sum = Add(*value, *fraction)) value = sum, s = part;
    }
  }
  if (minus) value->num = -value->num;
  *text = s;
  return value;
}

}  // namespace ninefold::answers
