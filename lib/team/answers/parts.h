// What NormalizeAnswer is made of: each part recognises one kind of answer and gives its one form.
//
// The parts take "plain" text, as Plain makes it. Each form is plain, and read again gives itself.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/answer.h"

namespace ninefold::answers {

// Longer text is compared as text alone: LaTeX and lists are matched in time that is not linear.
inline constexpr std::size_t kStructuredMost = 4096;

// ---- text.cc

std::string_view TrimBlank(std::string_view text);
bool IsDigit(char c);
bool IsLetter(char c);                                          // of ASCII
bool IsCapital(char c);                                         // of ASCII
std::string Lower(std::string_view text);                       // of ASCII
bool StartsWord(std::string_view text, std::string_view word);  // and no letter follows it
bool DropWord(std::string_view* text, std::string_view word);   // and the blanks behind it
bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> all);
bool StartsOneOf(std::string_view text, std::initializer_list<std::string_view> words);  // as StartsWord does
bool DropPrefix(std::string_view* text, std::string_view prefix);

// NFKC (of Unicode; what is written high becomes ^{…}), one kind of dash, quote and blank, no Markdown, no
// LaTeX. Case is kept: 5 MW are not 5 mW. Invalid UTF-8 becomes U+FFFD. Lines stay lines.
std::string Plain(std::string_view text);
// Without quotes, stars, brackets around the whole, punctuation at its end.
std::string_view Bare(std::string_view plain);
std::string FoldCase(std::string_view text);
std::string Mapped(std::string_view text, int options);  // by utf8proc

// ---- characters.cc

std::string WrittenOut(std::string_view text);

// ---- fold.cc

// Case folded (of Unicode), without articles and the stops of abbreviations.
std::string FoldText(std::string_view plain);
// Whether a word is another one in another case: CO and Co, AA and Aa.
bool KeepsCase(std::string_view word);
// Jr., D.C.: what follows a comma and is no item.
bool IsSuffix(std::string_view item);

// ---- abstain.cc

// Whether it is no answer: nothing, "I don't know". `found`: by FindAnswer.
bool IsAbstention(std::string_view found);

// ---- latex.cc, formula.cc

// LaTeX in plain letters: \frac{1}{2} as 1/2, \text{cm} as cm, \pi as π.
std::string WithoutLatex(std::string_view text);
// A formula without the blanks and brackets it does not need: "2 \pi r" as "2πr". Nullopt: it is none.
std::optional<std::string> AsFormula(std::string_view plain);

// ---- number.cc, words.cc, money.cc, quantity.cc

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

bool ReadPartWord(std::string_view* text, Rational* value);  // " thirds" behind 2
// A power of ten that no fraction holds: 10^100 as 1e100.
std::optional<std::string> AsLargePower(std::string_view text);

std::string TakeCurrency(std::string_view* text);  // before a number: "EUR", "$"; "": none
// What "million" and its like multiply with, moved behind; 0: none. `money`: also $5M.
Int TakeMagnitude(std::string_view* text, bool money);
bool TakeDollars(std::string_view* unit);
bool TakeCents(std::string_view* unit);

// 5 km, 50%, €3, 2π, ∞, 3rd. `number_alone`: words that are no unit are dropped.
std::optional<std::string> AsQuantity(std::string_view plain, bool number_alone);
// The same of the one number in a sentence: "He has 12 apples".
std::optional<std::string> AsQuantityInWords(std::string_view bare);

// ---- unit.cc

struct Unit {
  Rational scale;
  // Base units and their powers, sorted by name.
  std::vector<std::pair<std::string, int>> base;
};
std::optional<Unit> ParseUnit(std::string_view text);  // "km", "kilometres per hour", "m/s^2"
std::string UnitText(const Unit& unit);                // of its base

// ---- date.cc

std::optional<std::string> AsDate(std::string_view plain);
std::optional<std::string> AsHours(std::string_view plain);  // "1545 hours" as a time

// ---- json.cc

// JSON of what Python prints: 'quotes', True, None, a comma before the end.
std::string FromPython(std::string_view text);
// `inside`: also what stands in other text.
std::optional<std::string> AsJson(std::string_view text, bool inside);

}  // namespace ninefold::answers
