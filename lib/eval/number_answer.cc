// The answer's line is made plain first (no LaTeX, no Markdown, one kind of dash); then it is read from the
// strictest form to the loosest.
#include "eval/number_answer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "eval/closed_form.h"
#include "ninefold/answer.h"
#include "ninefold/status.h"
#include "re2/re2.h"
#include "team/answers/parts.h"

namespace ninefold {
namespace {

using answers::IsDigit;
using answers::IsLetter;
using answers::TrimBlank;

constexpr std::size_t kLineMost = 2048;  // of a longer one, its end
constexpr std::string_view kCurrencies[] = {"$", "€", "£", "¥", "₹"};

bool Drop(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void DropBlanks(std::string_view& text) {
  while (Drop(text, " ")) {
  }
}

bool DropCurrency(std::string_view& text) {
  return std::any_of(std::begin(kCurrencies), std::end(kCurrencies),
                     [&](std::string_view sign) { return Drop(text, sign); });
}

// "K", "million": what it multiplies by, moving behind it; 1: nothing. A letter counts when it touches its
// number, or stands for money: "300 K" are kelvins.
double DropMultiplier(std::string_view& text, bool money) {
  std::string_view rest = text;
  DropBlanks(rest);
  const bool touches = rest.size() == text.size();
  const struct {
    std::string_view name;
    double value;
    bool is_word;
  } multipliers[] = {{"thousand", 1e3, true},  {"million", 1e6, true}, {"billion", 1e9, true},
                     {"trillion", 1e12, true}, {"bn", 1e9, false},     {"mn", 1e6, false},
                     {"K", 1e3, false},        {"k", 1e3, false},      {"M", 1e6, false},
                     {"B", 1e9, false}};
  for (const auto& multiplier : multipliers) {
    if (!rest.starts_with(multiplier.name) || (!multiplier.is_word && !touches && !money)) continue;
    const std::string_view after = rest.substr(multiplier.name.size());
    if (!after.empty() && (IsLetter(after[0]) || after[0] == '^' || after[0] == '/')) continue;
    text = after;
    return multiplier.value;
  }
  if (!money || !(rest.starts_with("m") && (rest.size() == 1 || !IsLetter(rest[1])))) return 1;
  text = rest.substr(1);
  return 1e6;
}

// "0,125", a decimal comma: no group of thousands begins with 0.
std::optional<double> ReadDecimalComma(std::string_view& text) {
  if (!text.starts_with("0,")) return std::nullopt;
  std::size_t end = 2;
  while (end < text.size() && IsDigit(text[end])) ++end;
  const bool more = end + 1 < text.size() && (text[end] == ',' || text[end] == '.') && IsDigit(text[end + 1]);
  double value = 0;
  if (end == 2 || more || !absl::SimpleAtod(absl::StrCat("0.", ToAbsl(text.substr(2, end - 2))), &value))
    return std::nullopt;
  text.remove_prefix(end);
  return value;
}

std::optional<double> ReadDigits(std::string_view& text) {
  if (const std::optional<double> read = ReadDecimalComma(text)) return read;
  if (text.starts_with("0,")) return std::nullopt;
  std::string_view rest = text;
  if (const std::optional<answers::Rational> read = answers::ReadNumber(&rest)) {
    text = rest;
    return double(read->num) / double(read->den);
  }
  // More digits than an exact fraction has room for.
  std::size_t end = 0;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
  double value = 0;
  if (end == 0 || !absl::SimpleAtod(ToAbsl(text.substr(0, end)), &value) || !std::isfinite(value))
    return std::nullopt;
  text.remove_prefix(end);
  return value;
}

// A sign, a currency, digits, a multiplier, a percent sign; moves behind them.
std::optional<GivenNumber> ReadLiteral(std::string_view& text) {
  std::string_view rest = text;
  GivenNumber number;
  bool money = DropCurrency(rest);
  const bool minus = Drop(rest, "-");
  if (!minus) Drop(rest, "+");
  number.dashed = minus && rest.starts_with(' ');
  if (minus) DropBlanks(rest);
  money = DropCurrency(rest) || money;
  if (money) DropBlanks(rest);
  if (rest.empty() || !(IsDigit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && IsDigit(rest[1]))))
    return std::nullopt;
  const std::optional<double> digits = ReadDigits(rest);
  if (!digits) return std::nullopt;
  number.value = (minus ? -*digits : *digits) * DropMultiplier(rest, money);
  std::string_view sign = rest;
  DropBlanks(sign);
  for (const std::string_view percent : {"%", "percent", "per cent"}) {
    if (number.percent || !Drop(sign, percent)) continue;
    number.percent = true;
    rest = sign;
  }
  text = rest;
  return number;
}

// Whether nothing but units and words follow a number: " m^2", " apples a day", "."; not "x", "!", " + 2".
bool IsUnitOrWords(std::string_view rest) {
  const std::string_view marks = " .,;:!?*_`\"')]}";
  if (rest.find_first_not_of(marks) == rest.npos) return !rest.starts_with('!');
  if (answers::ParseUnit(TrimBlank(rest.substr(0, rest.find_last_not_of(marks) + 1)))) return true;
  if (rest.front() != ' ' && rest.front() != '-' && rest.front() != ',' && rest.front() != '.') return false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const bool is_sign = rest[i] == '+' || rest[i] == '*' || rest[i] == '^' || rest[i] == '=';
    // "CO2" is a word.
    if (is_sign || (IsDigit(rest[i]) && !IsLetter(rest[i - 1]) && !IsDigit(rest[i - 1]))) return false;
  }
  // "5 x" is a formula, "$2 a day" none.
  static const RE2 variable(R"(^[ -]*[b-zB-Z](?:[^A-Za-z'.]|$))");
  return !RE2::PartialMatch(re2::StringPiece(rest.data(), rest.size()), variable);
}

// A number in a sentence.
struct Token {
  GivenNumber number;
  std::size_t begin = 0, end = 0;
};

// Those that stand for themselves: not the 2 of "x^2", "CO2", "2x", "5-6", "5:30" or "2024-03-05".
std::vector<Token> TokensOf(std::string_view line) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < line.size();) {
    std::string_view rest = line.substr(at);
    const char before = at == 0 ? ' ' : line[at - 1];
    std::optional<GivenNumber> number = ReadLiteral(rest);
    if (!number) {
      ++at;
      continue;
    }
    const std::size_t end = line.size() - rest.size();
    const bool is_apart = before == ' ' || before == '(' || before == '[' || before == '"' ||
                          before == '\'' || before == '{' || before == ',' || before == ':' ||
                          before == ';' || before == '~' || before == '*';
    static const RE2 joined(R"(^(?:[\^_!/*=]|\\|π|√|-\d|:\d|\.\d|,\d|[A-Za-z]))");
    const re2::StringPiece after(rest.data(), rest.size());
    const std::string_view word = rest.substr(0, rest.find_first_of(" .,;:!?)"));
    const bool is_ended = !RE2::PartialMatch(after, joined) || answers::ParseUnit(word).has_value();
    // "16 - 3": the dash between two blanks subtracts.
    if (number->dashed && at > 1 && !tokens.empty() && before == ' ') number->value = -number->value;
    if (is_apart && is_ended) {
      tokens.push_back({*number, at, end});
      at = end;
      continue;
    }
    // All that hangs together is passed over.
    at = end;
    while (at < line.size() && line[at] != ' ') ++at;
  }
  return tokens;
}

// Two numbers and nothing but "or" and its like between them: "1, 2", "(3, 4)", "5 or 6 days".
bool AreAList(std::string_view line, const std::vector<Token>& tokens) {
  if (tokens.size() < 2) return false;
  static const RE2 between(R"(\s*(?:,|;|/|&|\bor\b|\band\b|,\s*or\b|,\s*and\b)?\s*)");
  const Token &last = tokens.back(), &other = tokens[tokens.size() - 2];
  const std::string_view text = line.substr(other.end, last.begin - other.end);
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), between);
}

// A sentence says so much in words; a formula does not.
bool HasWords(std::string_view line) {
  static const RE2 word(R"([A-Za-z]{3,})");
  std::string bare(line);
  RE2::GlobalReplace(&bare, R"(sqrt|sin|cos|tan|log|exp)", "");
  return RE2::PartialMatch(bare, word);
}

void DropHedges(std::string_view& line) {
  static const RE2 hedge(
      R"(^(?i)(?:\s|[~≈(\["'*]|(?:about|approximately|approx\.?|roughly|around|nearly|exactly|only|just|)"
      R"(it is|it's|is|a total of)\b)+)");
  re2::StringPiece rest(line.data(), line.size());
  RE2::Consume(&rest, hedge);
  line = std::string_view(rest.data(), rest.size());
}

// Right of the last "=" that has a number behind it; else the whole.
std::string_view AfterEquals(std::string_view line, bool& found) {
  std::size_t at = line.size();
  while (at > 0) {
    const std::size_t sign = line.rfind('=', at - 1), about = line.rfind("≈", at - 1);
    if (sign == line.npos && about == line.npos) break;
    const bool is_sign = about == line.npos || (sign != line.npos && sign > about);
    at = is_sign ? sign : about;
    const std::string_view right = line.substr(at + (is_sign ? 1 : std::string_view("≈").size()));
    const bool compares =
        is_sign && at > 0 && (line[at - 1] == '<' || line[at - 1] == '>' || line[at - 1] == '!');
    if (compares || right.find_first_of("0123456789") == right.npos) continue;
    found = true;
    return TrimBlank(right);
  }
  return line;
}

// "x = 2 or x = 3"
bool HasSeveralValues(std::string_view line) {
  static const RE2 several(R"(\b[A-Za-z]\s*=[^=]*(?:\bor\b|\band\b|,|;)\s*[A-Za-z]\s*=)");
  return line.find("±") != line.npos ||
         RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), several);
}

// Whether after the first number it is concluded: "3 apples and 2 pears, so 5".
bool Concludes(std::string_view rest) {
  static const RE2 words(
      R"((?i)\b(?:so|thus|therefore|hence|total|altogether|makes?|gives?|giving|that is)\b|→|⇒)");
  return RE2::PartialMatch(re2::StringPiece(rest.data(), rest.size()), words);
}

std::optional<GivenNumber> ReadLine(std::string_view line, bool marked) {
  bool found = false;
  if (marked && HasSeveralValues(line)) return std::nullopt;
  std::string_view answer = AfterEquals(line, found);
  std::string_view rest = answer;
  if (const std::optional<double> form = ReadClosedForm(rest); form && IsUnitOrWords(rest))
    return GivenNumber{.value = *form};
  DropHedges(answer);
  rest = answer;
  const std::optional<GivenNumber> first = ReadLiteral(rest);
  if (first && IsUnitOrWords(rest)) return first;
  if (!HasWords(answer)) return std::nullopt;
  const std::vector<Token> tokens = TokensOf(answer);
  if (tokens.empty() || AreAList(answer, tokens)) return std::nullopt;
  // One quantity of several numbers, "1 hour 30 minutes": in which unit is not said.
  if (tokens.size() > 1 && answers::AsQuantity(answer, false)) return std::nullopt;
  // "18, since 9 * 2 = 18": what comes behind it explains.
  const bool begins = (marked || found) && tokens.front().begin == 0;
  const bool first_counts = begins && !Concludes(answer.substr(tokens.front().end));
  return first_counts ? tokens.front().number : tokens.back().number;
}

// The last line that has a digit, else the last that has anything.
std::string_view LastLine(std::string_view text) {
  std::string_view last;
  bool has_digit = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = TrimBlank(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool digit = line.find_first_of("0123456789") != line.npos;
    if (!line.empty() && (digit || !has_digit)) last = line;
    has_digit = has_digit || digit;
  }
  return last.size() <= kLineMost ? last : last.substr(last.size() - kLineMost);
}

}  // namespace

std::optional<GivenNumber> ReadNumberAlone(std::string_view text) {
  const std::string plain = answers::Plain(text.substr(0, kLineMost));
  std::string_view rest = TrimBlank(plain);
  std::string_view form = rest;
  if (const std::optional<double> value = ReadClosedForm(form); value && TrimBlank(form).empty())
    return GivenNumber{.value = *value};
  std::optional<GivenNumber> number = ReadLiteral(rest);
  if (number) number->dashed = false;
  return number && TrimBlank(rest).empty() ? number : std::nullopt;
}

std::optional<GivenNumber> ReadNumberAnswer(std::string_view reply) {
  const std::string answer = FindAnswer(reply);
  const bool marked = answer != TrimBlank(reply);
  const std::string plain = answers::Plain(LastLine(answer));
  const std::string_view line = TrimBlank(plain);
  if (std::optional<GivenNumber> number = ReadLine(line, marked)) return number;
  if (line.find_first_of("0123456789") != line.npos) return std::nullopt;
  std::string_view words = line;
  DropHedges(words);
  const std::string low = answers::Lower(words);
  std::string_view rest = low;
  const std::optional<answers::Rational> number = answers::ReadNumberWords(&rest);
  if (!number || !IsUnitOrWords(rest)) return std::nullopt;
  return GivenNumber{.value = double(number->num) / double(number->den)};
}

}  // namespace ninefold
