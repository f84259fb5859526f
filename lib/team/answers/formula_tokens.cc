#include "team/answers/formula_tokens.h"

#include <string>

#include "team/answers/latex.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

bool IsGreekAt(std::string_view text) { return text.size() >= 2 && (text[0] == '\xce' || text[0] == '\xcf'); }

struct SignRow {
  std::string_view written, sign;
};
// The longest first.
constexpr SignRow kSigns[] = {{"-->", "→"}, {"+/-", "±"}, {"<=>", "⇔"}, {"->", "→"}, {"=>", "⇒"},
                              {">=", "≥"},  {"<=", "≤"},  {"!=", "≠"},  {"==", "="}, {"+-", "±"}};

constexpr std::string_view kSymbols[] = {"±", "∓", "≤", "≥", "≠", "∈", "∉", "⊂", "⊆", "⊃", "⊇",
                                         "∪", "∩", "∖", "≈", "≡", "∼", "≅", "∝", "→", "⇒", "↔",
                                         "⇔", "↦", "∧", "∨", "¬", "∀", "∃", "⊕", "⊗", "⊥", "∥"};
// What stands for something, as a letter does.
constexpr std::string_view kNames[] = {"∞", "∅", "∇", "∂", "∫", "∮", "∑", "∏", "∠", "△", "ħ", "ℏ", "Å"};

bool IsWord(std::string_view low) {
  return IsOneOf(low, {"is", "or", "and", "if", "for", "to",  "the", "of",  "at",  "by",  "in",
                       "on", "as", "an",  "it", "be",  "no",  "not", "yes", "are", "was", "we",
                       "he", "so", "do",  "up", "has", "all", "any", "out", "per"});
}

bool IsFormulaFunction(std::string_view name) {
  if (IsOneOf(name, {"sqrt", "abs", "floor", "ceil", "binom", "bar", "vec", "hat", "tilde", "dot", "ddot"}))
    return true;
  return name != "inf" && name != "sup" && name != "Pr" && IsFunction(name);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::optional<Tokens> Read() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ' || text_[at_] == '\n') {
        apart_ = true;
        ++at_;
      } else if (!One()) {
        return std::nullopt;
      }
    }
    Put(TokenKind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  std::string_view Rest() const { return text_.substr(at_); }
  char At(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  TokenKind Before() const { return tokens_.all.empty() ? TokenKind::kEnd : tokens_.all.back().kind; }

  bool Put(TokenKind kind, std::string_view text) {
    tokens_.all.push_back({kind, std::string(text), apart_});
    apart_ = false;
    return true;
  }

  std::size_t DigitsFrom(std::size_t at) const {
    std::size_t end = at;
    while (IsDigit(At(end))) ++end;
    return end;
  }

  bool Number() {
    std::size_t end = DigitsFrom(at_);
    if (At(end) == '.' && IsDigit(At(end + 1))) end = DigitsFrom(end + 1);
    if (At(end) == '.' && At(end + 1) == '.') return false;  // 0.333...
    std::size_t power = end + 1;
    if (At(power) == '-' || At(power) == '+') ++power;
    if ((At(end) == 'e' || At(end) == 'E') && power > end + 1 && IsDigit(At(power))) end = DigitsFrom(power);
    const std::string_view digits = text_.substr(at_, end - at_);
    at_ = end;
    const std::size_t count = tokens_.all.size();
    const bool low = count > 1 && tokens_.all[count - 2].text == "_";  // log_2 3
    if (Before() == TokenKind::kNumber && !low) return false;          // 1.2.3, 1 2
    std::string_view rest = digits;
    const auto value = ReadNumber(&rest);
    const bool zeros = digits.size() > 1 && digits[0] == '0' && IsDigit(digits[1]);  // 555-0199
    return Put(TokenKind::kNumber, value && rest.empty() && !zeros ? RationalText(*value) : digits);
  }

  // "2 1/2": the number before is a whole one.
  bool Mixed() {
    if (Before() != TokenKind::kNumber || !apart_) return false;
    const std::size_t count = tokens_.all.size();
    const std::string before = count > 1 ? tokens_.all[count - 2].text : "";
    if (before == "^" || before == "_" || before == "/") return false;
    std::string both = tokens_.all.back().text + " ";
    const std::size_t slash = DigitsFrom(at_), end = At(slash) == '/' ? DigitsFrom(slash + 1) : slash;
    if (end <= slash + 1) return false;
    both += text_.substr(at_, end - at_);
    std::string_view rest = both;
    const auto value = ReadNumber(&rest);
    if (!value || !rest.empty()) return false;
    const std::string made = RationalText(*value);
    tokens_.all.back().text = made;
    apart_ = false;
    at_ = end;
    return true;
  }

  // What belongs to a letter: x2, x', x_n.
  void Name(std::string name) {
    const std::size_t end = DigitsFrom(at_);
    name += text_.substr(at_, end - at_);
    at_ = end;
    while (At(at_) == '\'') name += '\'', ++at_;
    if (At(at_) == '_') {
      const std::size_t low = at_ + 1;
      std::size_t last = low;
      if (At(low) == '(') {
        last = text_.find(')', low);
        last = last == text_.npos ? low : last + 1;
      } else if (IsDigit(At(low))) {
        last = DigitsFrom(low);
      } else if (At(low) != '\0' && At(low) != ' ') {
        last = low + 1;
        while (last < text_.size() && (static_cast<unsigned char>(text_[last]) & 0xc0) == 0x80) ++last;
      }
      name += text_.substr(at_, last - at_);
      at_ = last;
    }
    Put(TokenKind::kName, name);
  }

  bool Word() {
    std::size_t end = at_;
    while (IsLetter(At(end))) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    const std::string low = Lower(word);
    if (IsFormulaFunction(word) || (word.size() > 1 && IsFormulaFunction(low))) {
      at_ = end;
      return Put(TokenKind::kFunction, low);
    }
    if (low == "pi" && word != "PI") return at_ = end, tokens_.sure = true, Name("π"), true;
    if (low == "inf" || low == "infinity") return at_ = end, Name("∞"), true;
    if (low == "mod") return at_ = end, Put(TokenKind::kSign, "mod");
    const bool between = Before() == TokenKind::kClose && text_.find_first_of("([", end) != text_.npos;
    if (between && (word == "U" || low == "union")) return at_ = end, Put(TokenKind::kSign, "∪");
    if (word.size() == 1) return at_ = end, Name(std::string(word)), true;
    for (const std::string_view fused : {"sin", "cos", "tan", "ln", "log", "nlog"}) {  // sinx, nlogn
      if (word.size() != fused.size() + 1 || word.substr(0, fused.size()) != fused) continue;
      if (word.back() != 'x' && word.back() != 'n') continue;
      at_ = end - 1;
      if (fused == "nlog") Put(TokenKind::kName, "n");
      return Put(TokenKind::kFunction, fused == "nlog" ? "log" : fused);
    }
    const bool symbol = IsDigit(At(end)) || At(end) == '^' || At(end) == '_';  // SO4
    if (word.size() > 3 || (IsWord(low) && !symbol)) return false;
    tokens_.loose = true;
    tokens_.title = tokens_.title || (IsCapital(word[0]) && !IsCapital(word[1]));
    for (; at_ + 1 < end; ++at_) Put(TokenKind::kName, text_.substr(at_, 1));
    ++at_;
    Name(std::string(word.substr(word.size() - 1)));
    return true;
  }

  bool Symbol() {
    if (IsGreekAt(Rest())) {
      const std::string_view letter = Rest().substr(0, 2);
      // Two Greek letters are a Greek word.
      if (IsGreekAt(Rest().substr(2)) && letter != "π" && letter != "Δ" && Rest().substr(2, 2) != "π")
        return false;
      at_ += 2;
      tokens_.sure = true;
      Name(std::string(letter));
      return true;
    }
    for (const std::string_view one : kNames) {
      if (Rest().substr(0, one.size()) != one) continue;
      at_ += one.size();
      tokens_.sure = true;
      return Name(std::string(one)), true;
    }
    for (const std::string_view one : kSymbols) {
      if (Rest().substr(0, one.size()) != one) continue;
      at_ += one.size();
      tokens_.sure = true;
      return Put(TokenKind::kSign, one);
    }
    if (Rest().substr(0, 3) == "√") return at_ += 3, tokens_.sure = true, Put(TokenKind::kFunction, "√");
    if (Rest().substr(0, 2) == "°") return at_ += 2, tokens_.sure = true, Put(TokenKind::kSign, "°");
    for (const auto& [open, close] : {std::pair{"⌊", "⌋"}, {"⌈", "⌉"}}) {
      if (Rest().substr(0, 3) == open) return at_ += 3, Put(TokenKind::kOpen, open);
      if (Rest().substr(0, 3) == close) return at_ += 3, Put(TokenKind::kClose, close);
    }
    return false;
  }

  bool One() {
    const char c = text_[at_];
    if (IsDigit(c) || (c == '.' && IsDigit(At(at_ + 1)))) return Mixed() || Number();
    if (IsLetter(c)) return Word();
    if ((static_cast<unsigned char>(c) & 0x80) != 0) return Symbol();
    for (const SignRow& row : kSigns) {
      if (Rest().substr(0, row.written.size()) != row.written) continue;
      at_ += row.written.size();
      tokens_.sure = true;
      return Put(TokenKind::kSign, row.sign);
    }
    const std::string_view one = text_.substr(at_++, 1);
    if (c == '(' || c == '[' || c == '{') return Put(TokenKind::kOpen, one);
    if (c == ')' || c == ']' || c == '}') return Put(TokenKind::kClose, one);
    if (c == '|') return Put(TokenKind::kBar, one);
    if (c == ',' || c == ';') return Put(TokenKind::kComma, one);
    if (std::string_view("+-*/^=<>!_:").find(c) == std::string_view::npos) return false;
    tokens_.sure = tokens_.sure || c == '^' || c == '=';
    return Put(TokenKind::kSign, one);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool apart_ = false;
  Tokens tokens_;
};

}  // namespace

std::optional<Tokens> ReadTokens(std::string_view plain) { return Lexer(plain).Read(); }

}  // namespace ninefold::answers
