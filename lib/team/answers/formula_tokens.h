// What a formula is made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ninefold::answers {

enum class TokenKind { kNumber, kName, kFunction, kSign, kOpen, kClose, kBar, kComma, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  bool apart = false;  // a blank is before it
};

struct Tokens {
  std::vector<Token> all;  // the last is kEnd
  bool sure = false;       // a sign of mathematics: ^, √, ≤, a Greek letter
  bool loose = false;      // several letters in a row: mv², but also AC/DC
  bool title = false;      // some of them as a word begins: Fe
};

// Nullopt: there is something that no formula has.
std::optional<Tokens> ReadTokens(std::string_view plain);

}  // namespace ninefold::answers
