// The number that an answer gives, as it is written: of "5 km" 5, of "$15K" 15000, of "3 + 4 = 7" 7.
#pragma once

#include <optional>
#include <string_view>

namespace ninefold {

struct GivenNumber {
  double value = 0;
  bool percent = false;  // "25%"; its value is 25
  bool dashed = false;   // "- 5", which may be a list's item
};

// `text` is one number and nothing else but a currency or percent sign: "1,200", "$ 18", "50%", "3/4",
// "\frac{3}{4}", "2\sqrt{3}".
std::optional<GivenNumber> ReadNumberAlone(std::string_view text);

// The number of a reply's final answer. Of an equation, what is right of the last "=". There a number with
// nothing but units or words behind it, or a closed form ("2\sqrt{3}", "5!"); else of a sentence the number
// it begins with, where it is an answer, or the last. Nullopt: there is none, or several ("1, 2", "5 or 6"),
// or a formula ("x^2").
std::optional<GivenNumber> ReadNumberAnswer(std::string_view reply);

}  // namespace ninefold
