#include "eval/closed_form.h"

#include <cmath>
#include <numbers>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr int kDepthMost = 16;
constexpr std::string_view kPi = "π", kRoot = "√";

// Sums of products of powers. Each function reads as far as it can; nullopt where it cannot read at all.
class ClosedForm {
 public:
  explicit ClosedForm(std::string_view text) : rest_(text) {}

  std::optional<double> Sum() {
    if (++depth_ > kDepthMost) return std::nullopt;
    const bool minus = Take("-");
    if (!minus) Take("+");
    std::optional<double> sum = Product();
    if (sum && minus) *sum = -*sum;
    while (sum) {
      const std::string_view before = rest_;
      const bool plus = Take("+");
      if (!plus && !Take("-")) break;
      const std::optional<double> next = Product();
      if (!next) {
        rest_ = before;
        break;
      }
      *sum += plus ? *next : -*next;
    }
    --depth_;
    return sum;
  }

  std::string_view rest() const { return rest_; }
  bool is_form() const { return is_form_; }

 private:
  bool Take(std::string_view token) {
    std::string_view rest = rest_;
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (!rest.starts_with(token)) return false;
    rest_ = rest.substr(token.size());
    return true;
  }

  std::optional<double> Product() {
    std::optional<double> product = Power();
    while (product) {
      const std::string_view before = rest_;
      const bool over = Take("/"), times = !over && (Take("*") || Take("·"));
      // "2π", "3√(2)", "2(1+√(2))": what is written without a sign is multiplied.
      if (!over && !times && !BeginsFactor()) break;
      const std::optional<double> next = Power();
      if (!next || (over && *next == 0)) {
        rest_ = before;
        break;
      }
      *product = over ? *product / *next : *product * *next;
    }
    return product;
  }

  bool BeginsFactor() const {
    return rest_.starts_with(kPi) || rest_.starts_with(kRoot) || rest_.starts_with("sqrt") ||
           rest_.starts_with("(");
  }

  std::optional<double> Power() {
    std::optional<double> base = Atom();
    if (base && rest_.starts_with('!') && *base >= 0 && *base <= 170 && *base == std::floor(*base)) {
      Take("!");
      is_form_ = true;
      base = std::tgamma(*base + 1);
    }
    if (!base || !rest_.starts_with('^')) return base;
    Take("^");
    const bool minus = Take("-");
    const std::optional<double> exponent = Atom();
    if (!exponent) return std::nullopt;
    is_form_ = true;
    return std::pow(*base, minus ? -*exponent : *exponent);
  }

  std::optional<double> Atom() {
    if (Take(kPi)) {
      is_form_ = true;
      return std::numbers::pi;
    }
    if (Take(kRoot) || Take("sqrt")) return Root();
    const std::string_view before = rest_;
    if (Take("(")) {
      const std::optional<double> inside = Sum();
      if (inside && Take(")")) return inside;
      rest_ = before;
      return std::nullopt;
    }
    return Digits();
  }

  // "sqrt[3](8)" too.
  std::optional<double> Root() {
    std::optional<double> degree = 2;
    if (Take("[")) {
      degree = Digits();
      if (!degree || *degree == 0 || !Take("]")) return std::nullopt;
    }
    const std::optional<double> inside = Atom();
    if (!inside || *inside < 0) return std::nullopt;
    is_form_ = true;
    return std::pow(*inside, 1 / *degree);
  }

  std::optional<double> Digits() {
    std::string digits;
    std::string_view rest = rest_;
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
      const bool group = rest[end] == ',' && end > 0 && IsGroup(rest.substr(end + 1));
      if (!absl::ascii_isdigit(static_cast<unsigned char>(rest[end])) && rest[end] != '.' && !group) break;
      if (!group) digits += rest[end];
    }
    if (digits.ends_with('.')) digits.pop_back(), --end;
    double value = 0;
    if (digits.empty() || !absl::SimpleAtod(digits, &value)) return std::nullopt;
    rest_ = rest.substr(end);
    return value;
  }

  // Three digits and no fourth.
  static bool IsGroup(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[n]))) ++n;
    return n == 3;
  }

  std::string_view rest_;
  int depth_ = 0;
  bool is_form_ = false;
};

}  // namespace

std::optional<double> ReadClosedForm(std::string_view& text) {
  ClosedForm form(text);
  const std::optional<double> value = form.Sum();
  if (!value || !form.is_form() || !std::isfinite(*value)) return std::nullopt;
  text = form.rest();
  return value;
}

}  // namespace ninefold
