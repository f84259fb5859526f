// Currencies. Dollars are dropped: $ is also the mark of mathematics, and questions of money say which.
#include <string>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

struct CurrencyRow {
  std::string_view mark, name;
};
constexpr CurrencyRow kBefore[] = {{"US$", "$"},    {"US $", "$"},   {"USD ", "$"},   {"USD", "$"},
                                   {"$", "$"},      {"€", "EUR"},    {"£", "GBP"},    {"¥", "JPY"},
                                   {"₹", "INR"},    {"₩", "KRW"},    {"EUR ", "EUR"}, {"GBP ", "GBP"},
                                   {"CHF ", "CHF"}, {"JPY ", "JPY"}, {"INR ", "INR"}, {"CNY ", "CNY"},
                                   {"KRW ", "KRW"}, {"Rs. ", "INR"}, {"Rs.", "INR"},  {"Rs ", "INR"}};

// The letter of thousands, millions, … behind an amount of money; 0: it is none.
Int LetterMagnitude(std::string_view letters) {
  if (letters == "k" || letters == "K") return 1000;
  if (letters == "m" || letters == "M" || letters == "mn") return 1000000;
  if (letters == "b" || letters == "B" || letters == "bn") return 1000000000;
  if (letters == "t" || letters == "T" || letters == "tn") return Int{1000000000} * 1000;
  return 0;
}

std::string_view LettersAt(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && IsLetter(text[end])) ++end;
  return text.substr(0, end);
}

}  // namespace

std::string TakeCurrency(std::string_view* text) {
  for (const CurrencyRow& row : kBefore) {
    if (DropPrefix(text, row.mark)) return std::string(row.name);
  }
  return "";
}

Int TakeMagnitude(std::string_view* text, bool money) {
  const std::string_view s = TrimBlank(*text);
  struct Row {
    const char* word;
    Int value;
  };
  for (const auto& [word, value] :
       {Row{"hundred", 100}, Row{"thousand", 1000}, Row{"million", 1000000}, Row{"billion", 1000000000},
        Row{"bn", 1000000000}, Row{"trillion", Int{1000000000} * 1000}, Row{"dozen", 12}}) {
    if (!StartsWord(s, word)) continue;
    *text = s.substr(std::string_view(word).size());
    return value;
  }
  const std::string_view letters = LettersAt(money ? s : *text);
  const Int value = money || letters == "k" ? LetterMagnitude(letters) : 0;  // 10k, but 10K are kelvins
  if (value > 0) *text = (money ? s : *text).substr(letters.size());
  return value;
}

bool TakeDollars(std::string_view* unit) {
  for (const std::string_view one :
       {"dollars", "dollar", "us dollars", "u.s. dollars", "usd", "bucks", "$"}) {
    if (StartsWord(*unit, one)) return unit->remove_prefix(one.size()), true;
  }
  return false;
}

bool TakeCents(std::string_view* unit) {
  if (*unit == "Cent") return false;  // 50 Cent is a singer
  for (const std::string_view one : {"cents", "cent", "¢"}) {
    if (StartsWord(*unit, one)) return unit->remove_prefix(one.size()), true;
  }
  return false;
}

}  // namespace ninefold::answers
