// LaTeX in plain letters, and formulas without their blanks.
#include <cctype>
#include <string>
#include <unordered_map>

#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

constexpr int kLatexDepth = 20;

// \name: what it is in plain letters.
const std::unordered_map<std::string_view, std::string_view>& LatexNames() {
  static const auto& names = *new std::unordered_map<std::string_view, std::string_view>{
      {"left", ""},        {"right", ""},       {"displaystyle", ""}, {"big", ""},
      {"Big", ""},         {"bigl", ""},        {"bigr", ""},         {"limits", ""},
      {"quad", " "},       {"qquad", " "},      {"times", "*"},       {"cdot", "*"},
      {"ast", "*"},        {"div", "/"},        {"pm", "±"},          {"mp", "∓"},
      {"pi", "π"},         {"infty", "∞"},      {"circ", "°"},        {"degree", "°"},
      {"le", "≤"},         {"leq", "≤"},        {"leqslant", "≤"},    {"ge", "≥"},
      {"geq", "≥"},        {"geqslant", "≥"},   {"ne", "≠"},          {"neq", "≠"},
      {"in", "∈"},         {"cup", "∪"},        {"cap", "∩"},         {"setminus", "∖"},
      {"emptyset", "∅"},   {"varnothing", "∅"}, {"approx", "≈"},      {"to", "→"},
      {"rightarrow", "→"}, {"ldots", "..."},    {"dots", "..."},      {"cdots", "..."},
      {"alpha", "α"},      {"beta", "β"},       {"gamma", "γ"},       {"delta", "δ"},
      {"epsilon", "ε"},    {"varepsilon", "ε"}, {"theta", "θ"},       {"lambda", "λ"},
      {"mu", "μ"},         {"rho", "ρ"},        {"sigma", "σ"},       {"tau", "τ"},
      {"phi", "φ"},        {"varphi", "φ"},     {"omega", "ω"},       {"Delta", "Δ"},
      {"Omega", "Ω"},      {"Sigma", "Σ"},      {"euro", "€"},        {"pounds", "£"},
      {"lbrace", "{"},     {"rbrace", "}"},     {"lbrack", "["},      {"rbrack", "]"},
      {"langle", "<"},     {"rangle", ">"},     {"mid", "|"},         {"vert", "|"},
      {"mod", " mod "},    {"percent", "%"},    {"sin", "sin"},       {"cos", "cos"},
      {"tan", "tan"},      {"log", "log"},      {"ln", "ln"},         {"exp", "exp"},
      {"max", "max"},      {"min", "min"},      {"gcd", "gcd"},       {"backslash", "\\"}};
  return names;
}

// \name{…}: the inside alone.
bool IsWrapper(std::string_view name) {
  for (const std::string_view one :
       {"text",   "textbf", "textit",    "textrm", "textsf",     "texttt",       "emph",      "mathrm",
        "mathbf", "mathit", "mathsf",    "mathbb", "mathcal",    "operatorname", "mbox",      "hbox",
        "boxed",  "fbox",   "underline", "bm",     "boldsymbol", "unit",         "ensuremath"}) {
    if (name == one) return true;
  }
  return false;
}

class LatexReader {
 public:
  explicit LatexReader(std::string_view text, int depth) : text_(text), depth_(depth) {}

  std::string Read() {
    while (at_ < text_.size()) One();
    return std::move(out_);
  }

 private:
  // The argument that begins here: {…}, or one character. False: the braces do not match.
  bool Argument(std::string_view* inside) {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ >= text_.size()) return false;
    if (text_[at_] != '{') {
      std::size_t end = at_ + 1;
      if (text_[at_] == '\\') {
        while (end < text_.size() && IsLetter(text_[end])) ++end;
      } else {
        while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) ++end;
      }
      *inside = text_.substr(at_, end - at_);
      at_ = end;
      return true;
    }
    int depth = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        ++i;
      } else if (text_[i] == '{') {
        ++depth;
      } else if (text_[i] == '}' && --depth == 0) {
        *inside = text_.substr(at_ + 1, i - at_ - 1);
        at_ = i + 1;
        return true;
      }
    }
    return false;
  }

  std::string Inner(std::string_view text) const {
    return depth_ >= kLatexDepth ? std::string(text) : LatexReader(text, depth_ + 1).Read();
  }

  // In brackets, unless it is one term.
  static std::string Term(const std::string& text) {
    const std::string_view trimmed = TrimBlank(text);
    int depth = 0;
    for (std::size_t i = 0; i < trimmed.size(); ++i) {
      const char c = trimmed[i];
      if (c == '(') ++depth;
      if (c == ')') --depth;
      const bool part = IsDigit(c) || IsLetter(c) || c == '.' || c == '(' || c == ')' ||
                        (static_cast<unsigned char>(c) & 0x80) != 0 ||
                        (c == ',' && i > 0 && i + 3 < trimmed.size()) || (c == '-' && i == 0);
      if (!part && depth == 0) return "(" + std::string(trimmed) + ")";
    }
    return std::string(trimmed);
  }

  void Fraction() {
    const std::size_t start = at_;
    std::string_view above, below;
    if (!Argument(&above) || !Argument(&below)) {
      at_ = start;
      out_ += "frac";
      return;
    }
    const std::string whole = Term(Inner(above)) + "/" + Term(Inner(below));
    const bool after_number = !out_.empty() && IsDigit(out_.back());
    const bool after_letter = !out_.empty() && (IsLetter(out_.back()) || out_.back() == ')');
    const bool before = at_ < text_.size() && (IsLetter(text_[at_]) || IsDigit(text_[at_]) ||
                                               text_[at_] == '\\' || text_[at_] == '(');
    if (after_number) out_ += ' ';
    out_ += after_letter || before ? "(" + whole + ")" : whole;
  }

  void Root() {
    const std::size_t start = at_;
    std::string degree;
    if (at_ < text_.size() && text_[at_] == '[') {
      const std::size_t end = text_.find(']', at_);
      if (end != text_.npos) degree = text_.substr(at_, end + 1 - at_), at_ = end + 1;
    }
    std::string_view inside;
    if (!Argument(&inside)) {
      at_ = start;
      out_ += "sqrt";
      return;
    }
    out_ += "sqrt" + degree + "(" + std::string(TrimBlank(Inner(inside))) + ")";
  }

  void Command() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (name.empty()) {
      const char next = end < text_.size() ? text_[end] : ' ';
      at_ = std::min(end + 1, text_.size());
      // \( \) \[ \] are around mathematics, \, \; \: \! between its terms; \\ ends a line.
      if (std::string_view("%${}#&_").find(next) != std::string_view::npos) return void(out_ += next);
      if (std::string_view("()[]!").find(next) != std::string_view::npos) return;
      if (std::string_view(",;: \\").find(next) != std::string_view::npos) return void(out_ += ' ');
      out_ += '\\';
      out_ += next;
      return;
    }
    at_ = end;
    const auto known = LatexNames().find(name);
    if (known != LatexNames().end()) return void(out_ += known->second);
    if (name == "frac" || name == "dfrac" || name == "tfrac" || name == "cfrac") return Fraction();
    if (name == "sqrt") return Root();
    std::string_view inside;
    if (IsWrapper(name) && at_ < text_.size() && Argument(&inside)) {
      out_ += Inner(inside);
      return;
    }
    out_ += '\\';
    out_ += name;
  }

  // Whether `low` is a number below a letter or two: H_2O is H2O, but item_2 keeps its line.
  bool Indexed(std::string_view low) const {
    std::size_t letters = 0;
    while (letters < out_.size() && IsLetter(out_[out_.size() - 1 - letters])) ++letters;
    return !low.empty() && IsDigit(low[0]) && letters > 0 && letters <= 2;
  }

  void One() {
    const char c = text_[at_];
    if (c == '\\') return Command();
    if ((c == '^' || c == '_') && at_ + 1 < text_.size() && text_[at_ + 1] == '{') {
      const std::size_t start = at_++;
      std::string_view inside;
      if (Argument(&inside)) {
        const std::string term = Term(Inner(inside));
        if (term != "°" && !(c == '_' && Indexed(term))) out_ += c;
        out_ += term;
        return;
      }
      at_ = start;
    }
    if (c == '_' && Indexed(text_.substr(at_ + 1))) return void(++at_);
    if (c == '{' && text_.substr(at_, 3) == "{,}") {  // 1{,}000
      out_ += ',';
      at_ += 3;
      return;
    }
    if (c == '~' && at_ > 0) {
      out_ += ' ';
      ++at_;
      return;
    }
    if (c == '^' && text_.substr(at_ + 1, 5) == "\\circ") return void(++at_);
    out_ += c;
    ++at_;
  }

  std::string_view text_;
  int depth_;
  std::size_t at_ = 0;
  std::string out_;
};

// $…$ and $$…$$ are mathematics, a lone $ is money.
std::string WithoutDollars(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '$')
      ++count;
  }
  std::string out;
  bool paired = count % 2 == 0;
  // "$5 and $6": between the two there would be words and a blank before the second.
  if (paired && count > 0) {
    const std::size_t second = text.find('$', text.find('$') + 1);
    if (second != text.npos && second > 0 && text[second - 1] == ' ' && second + 1 < text.size() &&
        IsDigit(text[second + 1])) {
      paired = false;
    }
  }
  if (!paired) return std::string(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out += text[i++];
      out += text[i];
    } else if (text[i] != '$') {
      out += text[i];
    }
  }
  return out;
}

bool IsGreek(std::string_view text) { return text.size() >= 2 && (text[0] == '\xce' || text[0] == '\xcf'); }

// Of the symbol of mathematics that `text` begins with; 0: it does not. Greek letters are.
std::size_t SymbolLength(std::string_view text) {
  if (IsGreek(text)) return 2;
  for (const std::string_view one :
       {"±", "°", "∓", "∞", "≤", "≥", "≠", "∈", "∪", "∩", "∖", "∅", "≈", "→", "√"}) {
    if (text.substr(0, one.size()) == one) return one.size();
  }
  return 0;
}

bool IsFormulaWord(std::string_view word) {
  for (const std::string_view one :
       {"pi", "sqrt", "sin", "cos", "tan", "log", "ln", "exp", "mod", "max", "min"}) {
    if (word == one) return true;
  }
  return word.size() == 1;
}

}  // namespace

std::string WithoutLatex(std::string_view text) {
  if (text.find_first_of("\\$^_{~") == std::string_view::npos) return std::string(text);
  return LatexReader(WithoutDollars(text), 0).Read();
}

std::optional<std::string> AsFormula(std::string_view plain) {
  bool sign = false;
  std::string out;
  for (std::size_t i = 0; i < plain.size();) {
    const char c = plain[i];
    if (IsLetter(c)) {
      std::size_t end = i;
      while (end < plain.size() && IsLetter(plain[end])) ++end;
      const std::string word(plain.substr(i, end - i)), low = Lower(word);
      if (word.size() > 1 && !IsFormulaWord(low)) return std::nullopt;
      out += low == "pi" ? "π" : word.size() > 1 ? low : word;
      i = end;
      sign = sign || (word.size() > 1 && i < plain.size() && plain[i] == '(');
      continue;
    }
    if (plain.substr(i, 3) == "√") {
      out += "sqrt";
      i += 3;
      std::size_t end = i;
      while (end < plain.size() && (IsDigit(plain[end]) || plain[end] == '.')) ++end;
      if (end > i) out += "(" + std::string(plain.substr(i, end - i)) + ")";
      i = end;
      sign = true;
      continue;
    }
    if ((static_cast<unsigned char>(c) & 0x80) != 0) {
      const std::size_t length = SymbolLength(plain.substr(i));
      // Two Greek letters are a Greek word.
      const std::string_view at = plain.substr(i);
      const bool word = IsGreek(at) && IsGreek(at.substr(length)) && at.substr(0, 2) != "π";
      if (length == 0 || word) return std::nullopt;
      out += plain.substr(i, length);
      i += length;
      sign = true;
      continue;
    }
    const char next = i + 1 < plain.size() ? plain[i + 1] : '\0';
    if (c == ' ' || c == '*') {
      std::size_t after = plain.find_first_not_of(" *", i);
      const bool times =
          plain.substr(i, after == plain.npos ? plain.npos : after - i).find('*') != plain.npos;
      // Between digits it says where a number ends.
      const bool apart = !out.empty() && IsDigit(out.back()) && after != plain.npos && IsDigit(plain[after]);
      if (apart) out += times ? '*' : ' ';
      i = after == plain.npos ? plain.size() : after;
      sign = sign || times;
      continue;
    }
    sign = sign || (std::string_view("^=+/<>").find(c) != std::string_view::npos) ||
           (c == '-' && (next == ' ' || IsDigit(next) || IsLetter(next)));
    if (std::string_view("!?\"'@#$&;:").find(c) != std::string_view::npos) return std::nullopt;
    out += c;
    ++i;
  }
  // A formula ends in no sign of an operation: C++, the grade A*.
  const bool open_end = !plain.empty() && std::string_view("+-*/=^").find(plain.back()) != plain.npos;
  if (!sign || out.empty() || open_end) return std::nullopt;
  return out;
}

}  // namespace ninefold::answers
