// What NormalizeAnswer is made of: each part recognises one kind of answer and gives its one form.
//
// The parts take "plain" text, as Plain makes it. Each form is plain, and read again gives itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/answer.h"

namespace ninefold::answers {

// Longer text is compared as text alone: LaTeX and lists are matched in time that is not linear.
inline constexpr std::size_t kStructuredMost = 4096;

// ---- answer_text.cc

std::string_view TrimBlank(std::string_view text);
bool IsDigit(char c);
bool IsLetter(char c);                                          // of ASCII
std::string Lower(std::string_view text);                       // of ASCII
bool StartsWord(std::string_view text, std::string_view word);  // and no letter follows it

// NFKC (of Unicode; powers written high become ^2), one kind of dash, quote and blank, no Markdown. Case is
// kept: 5 MW are not 5 mW. Invalid UTF-8 becomes U+FFFD.
std::string Plain(std::string_view text);
// Quotes, stars, brackets around the whole, punctuation at its end.
std::string_view Bare(std::string_view plain);
// Case folded (of Unicode), articles and blanks too.
std::string FoldText(std::string_view plain);
std::string FoldCase(std::string_view text);

// ---- answer_latex.cc

// LaTeX in plain letters: \frac{1}{2} as 1/2, \text{cm} as cm, \pi as π.
std::string WithoutLatex(std::string_view text);
// A formula without its blanks: "2 \pi r" as "2πr". Nullopt: it is none.
std::optional<std::string> AsFormula(std::string_view plain);

// ---- answer_number.cc, answer_quantity.cc

__extension__ typedef __int128 Int;

// Exact. Every operation is nullopt where it does not fit.
struct Rational {
  Int num = 0, den = 1;  // in lowest terms, den > 0
};
std::optional<Rational> MakeRational(Int num, Int den);
std::optional<Rational> Multiply(const Rational& a, const Rational& b);
std::optional<Rational> Divide(const Rational& a, const Rational& b);
std::optional<Rational> Add(const Rational& a, const Rational& b);
std::string RationalText(const Rational& value);  // "0.5", "1/3"

// Reading moves `text` behind what was read; nullopt leaves it.
std::optional<Rational> ReadNumber(std::string_view* text);       // 1,000 -5 1e3 1 1/2 3*10^8
std::optional<Rational> ReadNumberWords(std::string_view* text);  // twenty-one, two thirds
std::optional<int> ReadOrdinal(std::string_view* text);           // 3rd, twenty-first
std::string OrdinalText(int value);

// 5 km, 50%, €3, 2π, ∞, 3rd. `number_alone`: words that are no unit are dropped.
std::optional<std::string> AsQuantity(std::string_view plain, bool number_alone);

// ---- answer_unit.cc

struct Unit {
  Rational scale;
  // Base units and their powers, sorted by name.
  std::vector<std::pair<std::string, int>> base;
};
std::optional<Unit> ParseUnit(std::string_view text);  // "km", "kilometres per hour", "m/s^2"
std::string UnitText(const Unit& unit);                // of its base

// ---- answer_date.cc

std::optional<std::string> AsDate(std::string_view plain);

// ---- answer_json.cc

std::optional<std::string> AsJson(std::string_view text);

}  // namespace ninefold::answers
