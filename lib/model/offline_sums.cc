#include <cmath>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "model/offline.h"

namespace ninefold::offline {
namespace {

// expression = term (("+" | "-") term)*, term = factor (("*" | "/" | "%") factor)*, factor = unary ("^"
// factor)?
class Sum {
 public:
  explicit Sum(std::string_view text) : text_(text) {}

  std::optional<double> Value() {
    const double value = Expression(0);
    Blanks();
    if (failed_ || at_ != text_.size() || !std::isfinite(value)) return std::nullopt;
    return value;
  }

 private:
  void Blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(char c) {
    Blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  double Expression(int depth) {
    double value = Term(depth);
    while (!failed_) {
      if (Take('+')) {
        value += Term(depth);
      } else if (Take('-')) {
        value -= Term(depth);
      } else {
        break;
      }
    }
    return value;
  }
  double Term(int depth) {
    double value = Factor(depth);
    while (!failed_) {
      if (Take('*')) {
        value *= Factor(depth);
      } else if (Take('/')) {
        value /= Factor(depth);
      } else if (Take('%')) {
        value = std::fmod(value, Factor(depth));
      } else {
        break;
      }
    }
    return value;
  }
  double Factor(int depth) {
    if (depth > 64) failed_ = true;
    if (failed_) return 0;
    if (Take('-')) return -Factor(depth + 1);
    double value = 0;
    if (Take('(')) {
      value = Expression(depth + 1);
      if (!Take(')')) failed_ = true;
    } else {
      value = Number();
    }
    return Take('^') ? std::pow(value, Factor(depth + 1)) : value;
  }
  double Number() {
    Blanks();
    std::string digits;
    while (at_ < text_.size() && digits.size() < 40 &&
           ((text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '.'))
      digits += text_[at_++];
    if (digits.find_first_of("0123456789") == std::string::npos) failed_ = true;
    return std::strtod(digits.c_str(), nullptr);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string WithSigns(std::string_view question) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {{" plus ", " + "},
                                                                             {" minus ", " - "},
                                                                             {" times ", " * "},
                                                                             {" multiplied by ", " * "},
                                                                             {" divided by ", " / "},
                                                                             {" x ", " * "},
                                                                             {" to the power of ", " ^ "},
                                                                             {"\xC3\x97", "*"},
                                                                             {"\xC3\xB7", "/"},
                                                                             {"\xE2\x88\x92", "-"},
                                                                             {"% of ", " / 100 * "},
                                                                             {" percent of ", " / 100 * "}};
  std::string text(question.substr(0, 500));
  for (const auto& [word, sign] : kWords) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + sign.size()))
      text.replace(at, word.size(), sign);
  }
  return text;
}

}  // namespace

std::string FindSum(std::string_view question) {
  if (question.find_first_of("0123456789") == std::string_view::npos) return "";
  const std::string text = WithSigns(question);
  std::string best;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = text.find_first_not_of("0123456789.,+-*/%^() ", i);
    if (end == std::string::npos) end = text.size();
    std::string run = text.substr(i, end - i);
    i = end + 1;
    std::string sum;
    for (std::size_t k = 0; k < run.size(); ++k) {
      const bool thousands = run[k] == ',' && k > 0 && std::isdigit(std::uint8_t(run[k - 1])) &&
                             k + 3 < run.size() && std::isdigit(std::uint8_t(run[k + 1]));
      if (!thousands) sum += run[k];
    }
    while (!sum.empty() && std::string_view(" .,").find(sum.back()) != std::string_view::npos) sum.pop_back();
    while (!sum.empty() && std::string_view(" .,").find(sum.front()) != std::string_view::npos)
      sum.erase(0, 1);
    const std::size_t sign = sum.find_first_of("+-*/%^", 1);
    // "2024-05-03", "3-5" and "and/or" are no sums: a minus or a slash needs blanks around it, or an operator
    // beside it.
    const bool plain = sum.find_first_of("+*^(") != std::string::npos ||
                       sum.find(" - ") != std::string::npos || sum.find(" / ") != std::string::npos ||
                       sum.find("% ") != std::string::npos ||
                       (sum.find('/') != std::string::npos && sum.find('/') == sum.rfind('/') &&
                        sum.find('-') == std::string::npos);
    if (sum.size() > best.size() && sign != std::string::npos && plain && Sum(sum).Value()) best = sum;
  }
  return best;
}

std::optional<std::string> Calculate(std::string_view sum) {
  const std::optional<double> value = Sum(sum).Value();
  if (!value) return std::nullopt;
  return absl::StrFormat("%.12g", *value);
}

}  // namespace ninefold::offline
