// A recursive descent parser that computes as it goes. Depth and length are bounded; every error has its
// column.
//
//   sum     = product (("+" | "-") product)*
//   product = unary (("*" | "/" | "%") unary)*
//   unary   = ("+" | "-") unary | power
//   power   = atom ("^" unary)?              so -2^2 is -4, and 2^3^2 is 2^9
//   atom    = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/schema.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"

namespace ninefold {

struct CalculatorArguments {
  std::string expression;
};
NINEFOLD_DESCRIBE(CalculatorArguments, (expression, "For example (2 + 3) * sqrt(16) / 7", MaxLength(4096)))

namespace {

constexpr int kNestingMax = 64;
constexpr double kExactMax = 9007199254740992.0;  // 2^53: integers are exact up to here

using Values = std::vector<double>;
struct Function {
  std::string_view name;
  std::size_t arguments;  // 0: one or more
  double (*call)(const Values&);
};

constexpr Function kFunctions[] = {
    {"sqrt", 1, [](const Values& v) { return std::sqrt(v[0]); }},
    {"abs", 1, [](const Values& v) { return std::fabs(v[0]); }},
    {"min", 0, [](const Values& v) { return *std::min_element(v.begin(), v.end()); }},
    {"max", 0, [](const Values& v) { return *std::max_element(v.begin(), v.end()); }},
    {"round", 1, [](const Values& v) { return std::round(v[0]); }},
    {"floor", 1, [](const Values& v) { return std::floor(v[0]); }},
    {"ceil", 1, [](const Values& v) { return std::ceil(v[0]); }},
    {"ln", 1, [](const Values& v) { return std::log(v[0]); }},
    {"log10", 1, [](const Values& v) { return std::log10(v[0]); }},
    {"exp", 1, [](const Values& v) { return std::exp(v[0]); }},
    {"sin", 1, [](const Values& v) { return std::sin(v[0]); }},
    {"cos", 1, [](const Values& v) { return std::cos(v[0]); }},
    {"tan", 1, [](const Values& v) { return std::tan(v[0]); }},
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<double> Parse() {
    TRY(const double value, Sum());
    if (!AtEnd()) return Wrong(at_, absl::StrCat("expected an operator, not ", Here()));
    return Finite(value, 0);
  }

 private:
  bool AtEnd() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
    return at_ >= text_.size();
  }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string Here() {
    if (AtEnd()) return "the end";
    std::size_t length = 1;  // a whole character
    while (at_ + length < text_.size() && (static_cast<unsigned char>(text_[at_ + length]) & 0xC0) == 0x80)
      ++length;
    return Shown(Json(std::string(text_.substr(at_, length))));
  }
  static absl::Status Wrong(std::size_t at, std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("column ", at + 1, ": ", ToAbsl(what)));
  }
  static absl::StatusOr<double> Finite(double value, std::size_t at) {
    if (std::isnan(value)) return Wrong(at, "the result is not a real number");
    if (std::isinf(value)) return Wrong(at, "the result is too large");
    return value;
  }

  absl::StatusOr<double> Sum() {
    if (++depth_ > kNestingMax) return Wrong(at_, absl::StrCat("nested deeper than ", kNestingMax));
    TRY(double value, Product());
    while (true) {
      if (Take('+')) {
        TRY(const double right, Product());
        value += right;
      } else if (Take('-')) {
        TRY(const double right, Product());
        value -= right;
      } else {
        --depth_;
        return value;
      }
    }
  }

  absl::StatusOr<double> Product() {
    TRY(double value, Unary());
    while (true) {
      if (Take('*')) {
        TRY(const double right, Unary());
        value *= right;
        continue;
      }
      const bool divides = Take('/');
      if (!divides && !Take('%')) return value;
      const std::size_t at = at_;
      TRY(const double right, Unary());
      if (right == 0) return Wrong(at, "division by zero");
      value = divides ? value / right : std::fmod(value, right);
    }
  }

  absl::StatusOr<double> Unary() {
    int sign = 1;
    while (true) {
      if (Take('-')) {
        sign = -sign;
      } else if (!Take('+')) {
        break;
      }
    }
    TRY(const double value, Power());
    return sign * value;
  }

  absl::StatusOr<double> Power() {
    TRY(const double base, Atom());
    const std::size_t at = at_;
    if (!Take('^')) return base;
    if (++depth_ > kNestingMax) return Wrong(at_, absl::StrCat("nested deeper than ", kNestingMax));
    TRY(const double exponent, Unary());
    --depth_;
    return Finite(std::pow(base, exponent), at);
  }

  absl::StatusOr<double> Atom() {
    if (Take('(')) {
      TRY(const double value, Sum());
      if (!Take(')')) return Wrong(at_, absl::StrCat("expected \")\", not ", Here()));
      return value;
    }
    if (AtEnd()) return Wrong(at_, "expected a number, not the end");
    if (IsDigit(text_[at_]) || text_[at_] == '.') return Number();
    if (IsLetter(text_[at_])) return Name();
    return Wrong(at_, absl::StrCat("expected a number, not ", Here()));
  }

  absl::StatusOr<double> Number() {
    double value = 0;
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, value);
    if (error == std::errc::result_out_of_range) return Wrong(at_, "a number too large or too small");
    if (error != std::errc()) return Wrong(at_, absl::StrCat("expected a number, not ", Here()));
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (at_ < text_.size() && text_[at_] == '.') return Wrong(at_, "a number with two points");
    return value;
  }

  absl::StatusOr<double> Name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (IsLetter(text_[at_]) || IsDigit(text_[at_]))) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name == "pi") return std::numbers::pi;
    if (name == "e") return std::numbers::e;
    std::vector<std::string> names = {"pi", "e"};
    for (const Function& function : kFunctions) {
      if (function.name == name) return Call(function, begin);
      names.emplace_back(function.name);
    }
    return Wrong(begin,
                 absl::StrCat("unknown name ", Shown(Json(std::string(name))), DidYouMean(name, names)));
  }

  absl::StatusOr<double> Call(const Function& function, std::size_t begin) {
    if (!Take('('))
      return Wrong(at_, absl::StrCat("expected \"(\" after ", ToAbsl(function.name), ", not ", Here()));
    Values values;
    do {
      TRY(const double value, Sum());
      values.push_back(value);
    } while (Take(','));
    if (!Take(')')) return Wrong(at_, absl::StrCat("expected \")\", not ", Here()));
    if (function.arguments != 0 && values.size() != function.arguments) {
      return Wrong(begin, absl::StrCat(ToAbsl(function.name), " takes one number, not ", values.size()));
    }
    return Finite(function.call(values), begin);
  }

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  static bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

// 0.1 + 0.2 is 0.3: twelve digits hide what binary fractions add; whole numbers are shown to the last digit.
std::string Written(double value) {
  if (value == 0) return "0";
  char text[64];
  const bool whole = std::nearbyint(value) == value && std::fabs(value) <= kExactMax;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.12g", value);
  return text;
}

absl::StatusOr<std::string> Calculate(const CalculatorArguments& arguments) {
  Parser parser(arguments.expression);
  TRY(const double value, parser.Parse());
  return Written(value);
}

}  // namespace

ToolPtr Calculator() {
  ToolOptions options;
  options.effect = Effect::kPure;
  options.quick = true;
  return MakeTool("calculator",
                  "Computes an arithmetic expression: + - * / % ^ ( ), sqrt abs min max round floor ceil ln "
                  "log10 exp sin cos "
                  "tan, pi, e. Angles are in radians.",
                  Calculate, options);
}

}  // namespace ninefold
