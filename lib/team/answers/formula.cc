// Formulas with no more brackets and blanks than they need. Nothing is computed but fractions of two numbers,
// and no order is changed: x+1 is not 1+x. What is ambiguous, 1/2x, stays as it is written.
#include <string>
#include <utility>

#include "team/answers/formula_tokens.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kFormulaDepth = 40;

enum Level { kRelation, kSum, kQuotient, kProduct, kPower, kAtom };

struct Piece {
  std::string text;
  Level level = kAtom;
  bool bracketed = false;  // it stood in brackets, which `text` does not have
  bool minus = false;      // `text` is - and a term, of the level `term`
  Level term = kAtom;
  std::optional<Rational> value = {};  // of a number, or of a fraction of two
};
using MaybePiece = std::optional<Piece>;

std::string InBracketsBelow(const Piece& piece, Level least) {
  return piece.level < least ? "(" + piece.text + ")" : piece.text;
}

// One beside the other, so that they are read apart again: x*2 is not x2, n log(n) not nlog.
std::string Beside(const std::string& left, const std::string& right) {
  const bool power_of_ten =
      IsDigit(left.back()) && (right[0] == 'e' || right[0] == 'E') && right.size() > 1 && IsDigit(right[1]);
  if (IsDigit(right[0]) || right[0] == '.' || power_of_ten) return left + "*" + right;
  const bool word = IsLetter(left.back()) && right.size() > 1 && IsLetter(right[0]) && IsLetter(right[1]);
  return left + (word ? " " : "") + right;
}

// A fraction of two numbers is one number: (1/2)x is 0.5x.
void Settle(Piece* piece) {
  if (!piece->value || (piece->minus ? piece->term : piece->level) != kQuotient) return;
  piece->text = RationalText(*piece->value);
  const Level level = piece->text.find('/') == piece->text.npos ? kAtom : kQuotient;
  (piece->minus ? piece->term : piece->level) = level;
}

// Whether it is a number or one letter, with or without a minus.
bool IsShort(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.") == text.npos) return true;
  std::size_t end = 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  return end == text.size();
}

bool IsRelation(std::string_view sign) {
  return IsOneOf(sign, {"=", "<", ">", "≤", "≥", "≠", "≈", "≡", "∼", "≅", "∝", "∈", "∉",  "⊂",
                        "⊆", "⊃", "⊇", "→", "⇒", "↔", "⇔", "↦", "∧", "∨", "⊥", "∥", "mod"});
}

bool IsSumSign(std::string_view sign) { return IsOneOf(sign, {"+", "-", "±", "∓", "∪", "∩", "∖", "⊕", "⊗"}); }

class FormulaReader {
 public:
  explicit FormulaReader(const Tokens& tokens) : tokens_(tokens) {}

  // Nullopt: it is no formula.
  std::optional<std::string> Read() {
    const MaybePiece piece = Relations();
    if (!piece || Now().kind != TokenKind::kEnd) return std::nullopt;
    const auto& all = tokens_.all;
    if (tokens_.loose && !tokens_.sure && !called_) {
      if (tokens_.title || !signs_ || HasWords()) return std::nullopt;
    }
    const bool multiple = all.size() == 3 && all[0].kind == TokenKind::kNumber && all[1].text.size() == 1 &&
                          all[1].text[0] >= 'a' && all[1].text[0] <= 'z';  // 2 x
    if (!tokens_.sure && !signs_ && !called_ && !multiple) return std::nullopt;
    return piece->text;
  }

 private:
  // Whether it may be words: x-ray, big 5 + 3. ab/c and mx - b are none.
  bool HasWords() const {
    for (std::size_t i = 1; i < tokens_.all.size(); ++i) {
      const Token &token = tokens_.all[i], &before = tokens_.all[i - 1];
      if (token.kind == TokenKind::kSign &&
          (token.text == "-" ? !token.apart : !IsOneOf(token.text, {"+", "/", "*"}))) {
        return true;
      }
      if (token.apart && Begins(token) && Begins(before)) return true;
    }
    return false;
  }

  const Token& Now() const { return tokens_.all[at_]; }
  const Token& After(std::size_t steps) const {
    return tokens_.all[std::min(at_ + steps, tokens_.all.size() - 1)];
  }
  bool IsSign(std::string_view sign) const { return Now().kind == TokenKind::kSign && Now().text == sign; }
  bool Take(std::string_view sign) {
    if (!IsSign(sign)) return false;
    ++at_;
    return signs_ = true;
  }
  static bool Begins(const Token& token) {
    return token.kind == TokenKind::kNumber || token.kind == TokenKind::kName ||
           token.kind == TokenKind::kFunction || token.kind == TokenKind::kOpen;
  }

  // What relates two sums here; "": nothing does.
  std::string RelationHere() const {
    if (Now().kind == TokenKind::kBar && bars_ == 0) return "|";
    if (Now().kind != TokenKind::kSign) return "";
    if (Now().text == ":" && braces_ > 0) return "|";
    if (Now().text == "mod") return " mod ";
    return IsRelation(Now().text) ? Now().text : "";
  }

  MaybePiece Relations() {
    Piece whole;
    const bool open = Now().kind == TokenKind::kSign && !RelationHere().empty();  // ≥ 5
    if (!open) {
      const MaybePiece first = Sum();
      if (!first) return std::nullopt;
      whole = *first;
      if (at_ + 1 < tokens_.all.size() || depth_ > 0) Settle(&whole);
    }
    for (std::string sign = RelationHere(); !sign.empty(); sign = RelationHere()) {
      signs_ = true;
      ++at_;
      MaybePiece next = Sum();
      if (!next) return std::nullopt;
      Settle(&*next);
      whole = {
          InBracketsBelow(whole, whole.bracketed ? kSum : kRelation) + sign + InBracketsBelow(*next, kSum),
          kRelation};
    }
    return whole;
  }

  MaybePiece Sum() {
    std::string sign;
    if (Now().kind == TokenKind::kSign &&
        (Now().text == "-" || Now().text == "+" || Now().text == "±" || Now().text == "∓" ||
         Now().text == "¬" || Now().text == "∀" || Now().text == "∃")) {
      sign = Now().text == "+" ? "" : Now().text;
      ++at_;
      signs_ = true;
    }
    MaybePiece first = Product();
    if (!first) return std::nullopt;
    Piece whole = *first;
    if (Now().kind == TokenKind::kSign && IsSumSign(Now().text)) Settle(&whole);
    if (!sign.empty()) {
      const bool minus = sign == "-";
      if (whole.level < kQuotient) whole.text = "(" + whole.text + ")", whole.level = kAtom;
      if (whole.value && minus) whole.value->num = -whole.value->num;
      whole.minus = minus;
      whole.term = whole.level;
      whole.text = sign + whole.text;
      whole.level = kSum;
    }
    bool alone = true;
    while (Now().kind == TokenKind::kSign && IsSumSign(Now().text)) {
      const std::string next_sign = Now().text;
      ++at_;
      signs_ = true;
      MaybePiece next = Product();
      if (!next) return std::nullopt;
      Settle(&*next);
      const bool keeps = whole.bracketed && !whole.minus && alone;
      whole = {(keeps ? InBracketsBelow(whole, kQuotient) : InBracketsBelow(whole, kSum)) + next_sign +
                   InBracketsBelow(*next, kQuotient),
               kSum};
      alone = false;
    }
    return whole;
  }

  // Whether the next token is multiplied with what is before it, and how it is written.
  bool Multiplied(bool* apart) {
    *apart = Now().apart;
    const bool times = Now().kind == TokenKind::kName && Now().text == "x" && Now().apart && After(1).apart &&
                       tokens_.all[at_ - 1].kind == TokenKind::kNumber && After(1).kind == TokenKind::kNumber;
    if (times) ++at_, signs_ = true;  // 3 x 4
    if (times || Take("*")) return *apart = true;
    return Begins(Now()) || (Now().kind == TokenKind::kBar && bars_ == 0 && BarCloses());
  }

  // Whether | begins an absolute value: another follows.
  bool BarCloses() const {
    for (std::size_t i = at_ + 1; i < tokens_.all.size(); ++i) {
      if (tokens_.all[i].kind == TokenKind::kBar) return i > at_ + 1;
    }
    return false;
  }

  MaybePiece Product() {
    MaybePiece first = Power();
    if (!first) return std::nullopt;
    Piece whole = *first;
    bool flat = false, minus = false;  // flat: a division just written, so that 1/2x is ambiguous
    const auto hoist = [&] {
      if (!whole.minus || !whole.bracketed) return;
      minus = !minus;
      const auto value =
          whole.value ? std::optional(Rational{-whole.value->num, whole.value->den}) : std::nullopt;
      whole = {whole.text.substr(1), whole.term, false, false, kAtom, value};
    };
    for (bool apart = false;;) {
      if (Take("/")) {
        hoist();
        MaybePiece below = Power();
        if (!below) return std::nullopt;
        Settle(&*below);
        const bool numbers =
            whole.value && below->value && whole.level == kAtom && below->level == kAtom && !flat;
        auto value = numbers ? Divide(*whole.value, *below->value) : std::nullopt;
        whole = {InBracketsBelow(whole, kQuotient) + "/" + InBracketsBelow(*below, kPower), kQuotient};
        whole.value = value;
        flat = true;
      } else if (Multiplied(&apart)) {
        hoist();
        MaybePiece next = Power();
        if (!next) return std::nullopt;
        if (flat && !apart) {
          whole = {Beside(whole.text, InBracketsBelow(*next, kPower)), kQuotient};
          continue;
        }
        Settle(&whole);
        Settle(&*next);
        whole = {Beside(InBracketsBelow(whole, kProduct), InBracketsBelow(*next, kPower)), kProduct};
        flat = false;
      } else {
        break;
      }
      whole.bracketed = false;
    }
    if (minus) {
      whole.term = whole.level;
      whole = {"-" + whole.text, kSum, false, true, whole.term, {}};
    }
    return whole;
  }

  MaybePiece Power() {
    MaybePiece base = Base();
    if (!base) return std::nullopt;
    for (;;) {
      if (Take("^")) {
        const auto high = Exponent();
        if (!high) return std::nullopt;
        Settle(&*base);
        *base = {InBracketsBelow(*base, kAtom) + "^" + *high, kPower};
      } else if ((IsSign("!") || IsSign("°")) && !Now().apart) {
        Settle(&*base);
        *base = {InBracketsBelow(*base, kAtom) + Now().text, kAtom};
        signs_ = true;
        ++at_;
      } else {
        return base;
      }
    }
  }

  // The sign of a charge stands behind it: Fe^2+.
  bool IsCharge() const {
    if (!IsSign("+") && !IsSign("-")) return false;
    const TokenKind next = After(1).kind;
    return next == TokenKind::kEnd || next == TokenKind::kClose;
  }

  std::optional<std::string> Exponent() {
    const bool open = Now().kind == TokenKind::kOpen && Now().text == "(";
    const std::size_t start = at_;
    at_ += open;
    std::string charge;
    if (Now().kind == TokenKind::kNumber) charge = Now().text, ++at_;
    if (IsCharge() && (!open || After(1).kind == TokenKind::kClose)) {
      charge += Now().text;
      at_ += open ? 2 : 1;
      return "(" + charge + ")";
    }
    at_ = start;
    const bool minus = IsSign("-");
    if (minus || IsSign("+")) ++at_;
    MaybePiece high = Base();
    if (!high) return std::nullopt;
    if (Take("^")) {
      if (++depth_ > kFormulaDepth) return std::nullopt;
      const auto higher = Exponent();
      if (!higher) return std::nullopt;
      --depth_;
      *high = {InBracketsBelow(*high, kAtom) + "^" + *higher, kPower};
    }
    Settle(&*high);
    if (minus) return "-" + InBracketsBelow(*high, kAtom);
    return high->minus && high->term == kAtom ? high->text : InBracketsBelow(*high, kAtom);
  }

  MaybePiece Base() {
    const Token token = Now();
    switch (token.kind) {
      case TokenKind::kNumber: {
        ++at_;
        std::string_view rest = token.text;
        Piece piece{token.text, token.text.find('/') == std::string::npos ? kAtom : kQuotient};
        piece.value = ReadNumber(&rest);
        if (!rest.empty()) piece.value.reset();
        return piece;
      }
      case TokenKind::kName: {
        ++at_;
        if (Now().kind != TokenKind::kOpen || Now().apart || Now().text == "{") return Piece{token.text};
        const auto inside = Inside();
        if (!inside) return std::nullopt;
        return Piece{token.text + *inside};
      }
      case TokenKind::kFunction:
        ++at_;
        return Called(token.text);
      case TokenKind::kOpen:
        return Bracketed();
      case TokenKind::kBar: {
        ++at_;
        if (++depth_ > kFormulaDepth) return std::nullopt;
        ++bars_;
        const MaybePiece inside = Relations();
        --bars_;
        --depth_;
        if (!inside || Now().kind != TokenKind::kBar) return std::nullopt;
        ++at_;
        signs_ = true;
        return Piece{"|" + inside->text + "|"};
      }
      default:
        return std::nullopt;
    }
  }

  // The items of a bracket that begins here, with it: "(1,2)". `single`: the only one, if it is.
  std::optional<std::string> Inside(MaybePiece* single = nullptr) {
    if (++depth_ > kFormulaDepth) return std::nullopt;
    const std::string open = Now().text;
    const int bars = std::exchange(bars_, 0);
    braces_ += open == "{";
    ++at_;
    std::string items;
    int count = 0;
    while (Now().kind != TokenKind::kClose || count == 0) {
      MaybePiece item = Relations();
      if (!item) return std::nullopt;
      items += (count > 0 ? "," : "") + item->text;
      if (single != nullptr) *single = count == 0 ? item : std::nullopt;
      ++count;
      if (Now().kind == TokenKind::kComma) {
        ++at_;
      } else if (Now().kind != TokenKind::kClose) {
        return std::nullopt;
      }
    }
    const std::string close = Now().text;
    ++at_;
    bars_ = bars;
    braces_ -= open == "{";
    --depth_;
    if (single != nullptr && (open != "(" || close != ")")) single->reset();
    return open + items + close;
  }

  MaybePiece Bracketed() {
    MaybePiece single;
    const auto whole = Inside(&single);
    if (!whole) return std::nullopt;
    if (single) {
      single->bracketed = true;
      return single;
    }
    called_ = called_ || (whole->size() > 6 && (*whole)[0] == '\xe2');
    if (whole->substr(0, 3) == "⌊") return Piece{"floor(" + whole->substr(3, whole->size() - 6) + ")"};
    if (whole->substr(0, 3) == "⌈") return Piece{"ceil(" + whole->substr(3, whole->size() - 6) + ")"};
    return Piece{*whole};
  }

  // The argument without brackets: ln 2, sin 2x. A root has only what is next to it.
  std::optional<std::string> Argument(bool root) {
    if (!Begins(Now()) && Now().kind != TokenKind::kBar) return std::nullopt;
    bool number = Now().kind == TokenKind::kNumber;
    MaybePiece whole = root ? Base() : Power();
    if (!whole) return std::nullopt;
    Settle(&*whole);
    while (!root && Now().kind == TokenKind::kName && (number || !Now().apart)) {
      MaybePiece next = Power();
      if (!next) return std::nullopt;
      *whole = {Beside(InBracketsBelow(*whole, kProduct), InBracketsBelow(*next, kPower)), kProduct};
      number = false;
    }
    return whole->text;
  }

  MaybePiece Called(const std::string& function) {
    if (++depth_ > kFormulaDepth) return std::nullopt;
    const bool root = function == "√" || function == "sqrt";
    std::string name = root ? "sqrt" : function, low, high;
    if (root && Now().kind == TokenKind::kOpen && Now().text == "[" && After(1).kind == TokenKind::kNumber &&
        After(2).text == "]" && Begins(After(3))) {
      if (After(1).text != "2") low = "[" + After(1).text + "]";
      at_ += 3;
    }
    const bool based = function == "log" && Now().kind == TokenKind::kNumber && !Now().apart &&
                       After(1).kind == TokenKind::kOpen && !After(1).apart;  // log2(8)
    if (Take("_") || based) {
      MaybePiece base = Base();
      if (!base) return std::nullopt;
      low = "_" + InBracketsBelow(*base, kAtom);
    }
    if (Take("^")) {
      const auto power = Exponent();
      if (!power) return std::nullopt;
      high = *power;
    }
    std::optional<std::string> inside;
    if (Now().kind == TokenKind::kOpen && (Now().text == "(" || Now().text == "{")) {
      inside = Inside();
      if (inside) inside = inside->substr(1, inside->size() - 2);
    } else {
      inside = Argument(root);
    }
    if (!inside || inside->empty()) return std::nullopt;
    called_ = true;
    --depth_;
    return Written(name, low, high, *inside);
  }

  static Piece Written(std::string name, const std::string& low, std::string high,
                       const std::string& inside) {
    if (high == "-1" && (name == "sin" || name == "cos" || name == "tan")) name = "arc" + name, high.clear();
    if (name == "abs") return {"|" + inside + "|"};
    if (name == "exp" && high.empty())
      return {"e^" + (IsShort(inside) ? inside : "(" + inside + ")"), kPower};
    return {name + low + (high.empty() ? "" : "^" + high) + "(" + inside + ")"};
  }

  const Tokens& tokens_;
  std::size_t at_ = 0;
  int depth_ = 0, bars_ = 0, braces_ = 0;
  bool signs_ = false, called_ = false;
};

}  // namespace

std::optional<std::string> AsFormula(std::string_view plain) {
  const auto tokens = ReadTokens(plain);
  if (!tokens) return std::nullopt;
  return FormulaReader(*tokens).Read();
}

}  // namespace ninefold::answers
