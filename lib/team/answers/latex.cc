// LaTeX in plain letters. What belongs together stays together: \frac{1}{2\pi} is 1/(2π), e^{2x} is e^(2x).
#include "team/answers/latex.h"

#include <algorithm>
#include <string>
#include <vector>

#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kLatexDepth = 20;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

bool AllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// Whether it needs no brackets beside others: a number, one letter, either with a minus; what has brackets.
bool IsSingle(std::string_view text) {
  if (!text.empty() && text[0] == '(' && InBrackets(text)) return true;
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  if (text.empty()) return true;
  if (text.size() == 2 && text[0] == 'd' && IsLetter(text[1])) return true;  // dy/dx
  std::size_t end = 1;
  while (end < text.size() && IsContinuation(text[end])) ++end;
  return end == text.size() || text.find_first_not_of("0123456789.,") == text.npos;
}

std::string Grouped(std::string_view text) {
  text = TrimBlank(text);
  return IsSingle(text) ? std::string(text) : "(" + std::string(text) + ")";
}

// Whether the number at the end of `text` is a whole one that a fraction may follow: 2 1/2, but not x^2 1/2.
bool EndsWhole(std::string_view text) {
  if (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::size_t before = text.find_last_not_of("0123456789");
  if (before == text.npos) return !text.empty();
  if (before + 1 == text.size()) return false;
  return std::string_view(" (=-+$[{<>").find(text[before]) != text.npos;
}

// Where `mark`, a command or a sign, is outside of braces, or npos.
std::size_t FindOutside(std::string_view text, std::string_view mark) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth == 0 && text.substr(i, mark.size()) == mark) {
      const std::size_t end = i + mark.size();
      if (!IsLetter(mark.back()) || end >= text.size() || !IsLetter(text[end])) return i;
    }
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}') {
      --depth;
    }
  }
  return text.npos;
}

std::vector<std::string_view> SplitOutside(std::string_view text, std::string_view mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = FindOutside(text, mark);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + mark.size());
  }
}

// Whether a comma separates items: {1, 2}, but not {1{,}000}.
bool HasItems(std::string_view inside) {
  for (std::size_t at = inside.find(','); at != inside.npos; at = inside.find(',', at + 1)) {
    const bool thousands = at > 0 && inside[at - 1] == '{' && at + 1 < inside.size() && inside[at + 1] == '}';
    if (!thousands) return true;
  }
  return false;
}

class LatexReader {
 public:
  // `groups`: braces only hold together. Else they are those of a set.
  LatexReader(std::string_view text, bool groups, int depth) : text_(text), groups_(groups), depth_(depth) {
    closing_.resize(text.size(), text.npos);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '{') {
        open.push_back(i);
      } else if (text[i] == '}' && !open.empty()) {
        closing_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  std::string Read() {
    while (at_ < text_.size()) One();
    return std::move(out_);
  }

 private:
  char Next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipSpace() {
    while (Next() == ' ') ++at_;
  }

  // The argument that begins here: {…}, a command, or one character. False: the braces do not match.
  bool Argument(std::string_view* inside) {
    SkipSpace();
    if (at_ >= text_.size()) return false;
    if (Next() != '{') {
      const bool command = Next() == '\\';
      std::size_t end = at_ + 1;
      while (end < text_.size() && (command ? IsLetter(text_[end]) : IsContinuation(text_[end]))) ++end;
      *inside = text_.substr(at_, end - at_);
      at_ = end;
      return true;
    }
    const std::size_t close = closing_[at_];
    if (close == text_.npos) return false;
    *inside = text_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    return true;
  }

  std::string Inner(std::string_view text) const {
    return depth_ >= kLatexDepth ? std::string(text) : LatexReader(text, groups_, depth_ + 1).Read();
  }

  // A name of letters begins: apart from letters before it.
  void Name(const std::string& name) {
    if (!out_.empty() && IsLetter(out_.back()) && IsLetter(name[0])) out_ += ' ';
    out_ += name;
  }

  void PutFraction(const std::string& above, const std::string& below) {
    const bool letters = above.size() <= 3 && std::all_of(above.begin(), above.end(), IsLetter);
    const std::string whole = (letters ? above : Grouped(above)) + "/" + Grouped(below);
    const bool proper = above.size() < below.size() || (above.size() == below.size() && above < below);
    if (proper && AllDigits(above) && AllDigits(below) && EndsWhole(out_)) {
      if (out_.back() != ' ') out_ += ' ';
      out_ += whole;
      if (at_ < text_.size() && Next() != ' ') out_ += ' ';
      return;
    }
    const bool first = out_.find_first_not_of("- ") == out_.npos;
    if (first && AllDigits(above) && AllDigits(below) &&
        (IsLetter(Next()) || Next() == '\\' || Next() == ' ')) {
      out_ += whole + (Next() == ' ' ? "" : " ");  // 1/2 of it
      return;
    }
    out_ += first && TrimBlank(text_.substr(at_)).empty() ? whole : "(" + whole + ")";
  }

  void Fraction() {
    const std::size_t start = at_;
    std::string_view above, below;
    if (Argument(&above) && Argument(&below)) return PutFraction(Inner(above), Inner(below));
    at_ = start;
    Name("frac");
  }

  void Root() {
    std::string degree;
    if (Next() == '[') {
      const std::size_t end = text_.find(']', at_);
      if (end != text_.npos) degree = Inner(text_.substr(at_, end + 1 - at_)), at_ = end + 1;
    }
    if (degree == "[2]") degree.clear();
    const std::size_t start = at_;
    std::string_view inside;
    if (Argument(&inside)) return Name("sqrt" + degree + "(" + std::string(TrimBlank(Inner(inside))) + ")");
    at_ = start;
    Name("sqrt" + degree);
  }

  void Function(std::string_view name) {
    Name(std::string(name));
    std::string_view inside;
    if (Next() == '{' && Argument(&inside)) out_ += "(" + Inner(inside) + ")";
  }

  // \overline{3} behind a decimal point: the digits repeat.
  void Accent(std::string_view accent) {
    const std::size_t start = at_;
    std::string_view inside;
    if (!Argument(&inside)) {
      at_ = start;
      return Name(std::string(accent));
    }
    const std::size_t point = out_.find_last_not_of("0123456789");
    const bool repeats = (accent == "bar" || accent == "dot") && AllDigits(inside) && point != out_.npos &&
                         out_[point] == '.' && point > 0 && IsDigit(out_[point - 1]);
    if (repeats) {
      out_ += "(" + std::string(inside) + ")";
    } else {
      Name(std::string(accent) + "(" + Inner(inside) + ")");
    }
  }

  // \begin{…} … \end{…}: a matrix as its rows, [[1, 2], [3, 4]]; other rows as lines.
  bool Environment() {
    std::string_view name, spare;
    const std::size_t start = at_;
    if (!Argument(&name)) return false;
    const std::string end = "\\end{" + std::string(name) + "}";
    const std::size_t close = text_.find(end, at_);
    if (close == text_.npos) return at_ = start, false;
    const bool array = name == "array" || name == "tabular", cases = name == "cases";
    if (array && Next() == '{') Argument(&spare);
    const std::string_view body = text_.substr(at_, close - at_);
    at_ = close + end.size();
    const bool matrix = array || cases || name.find("matrix") != name.npos;
    std::string rows;
    for (const std::string_view row : SplitOutside(body, "\\\\")) {
      if (TrimBlank(row).empty()) continue;
      std::string cells;
      for (const std::string_view cell : SplitOutside(row, "&")) {
        if (!cells.empty()) cells += matrix ? ", " : " ";
        cells += TrimBlank(Inner(cell));
      }
      if (!rows.empty()) rows += matrix ? ", " : "\n";
      rows += matrix ? "[" + cells + "]" : cells;
    }
    if (name == "vmatrix" || name == "Vmatrix") Name("det");
    if (cases) Name("cases");
    out_ += matrix ? "[" + rows + "]" : rows;
    if (matrix) DropAround(rows.size() + 2);
    return true;
  }

  // The brackets around a matrix, of which `size` bytes are written, say no more than its own.
  void DropAround(std::size_t size) {
    const std::size_t before = out_.size() - size;
    if (before == 0 || (out_[before - 1] != '(' && out_[before - 1] != '[')) return;
    std::string_view rest = text_.substr(std::min(text_.find_first_not_of(' ', at_), text_.size()));
    DropPrefix(&rest, "\\right");
    if (rest.empty() || rest[0] != (out_[before - 1] == '(' ? ')' : ']')) return;
    out_.erase(before - 1, 1);
    at_ = text_.size() - rest.size() + 1;
  }

  // \( \) \[ \] are around mathematics, \, \; \: between its terms; \! draws them together; \\ ends a line.
  void Sign(char sign) {
    if (std::string_view("%${}#&_").find(sign) != std::string_view::npos) return void(out_ += sign);
    if (sign == '!') return SkipSpace();
    if (std::string_view("()[]").find(sign) != std::string_view::npos) return;
    if (std::string_view(",;: ").find(sign) != std::string_view::npos) return void(out_ += ' ');
    if (sign == '\\') return void(out_ += '\n');
    out_ += '\\';
    out_ += sign;
  }

  void Command() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (name.empty()) {
      const char sign = end < text_.size() ? text_[end] : ' ';
      at_ = std::min(end + 1, text_.size());
      return Sign(sign);
    }
    at_ = end;
    if (name == "left" || name == "right") {
      if (Next() == '.') ++at_;
      return;
    }
    if (const auto symbol = LatexSymbol(name)) {
      out_ += *symbol;
      // Here the blank only ends the name: \mu m, 25^\circ C.
      if (name == "mu" || name == "circ" || name == "Delta") SkipSpace();
      return;
    }
    if (IsFraction(name)) return Fraction();
    if (name == "sqrt") return Root();
    if (IsFunction(name)) return Function(name);
    if (const std::string_view accent = AccentOf(name); !accent.empty()) return Accent(accent);
    if (name == "begin" && Environment()) return;
    Other(name);
  }

  void Other(std::string_view name) {
    const std::size_t start = at_;
    std::string_view inside, second;
    if (IsLatexWrapper(name) && Argument(&inside)) return void(out_ += Inner(inside));
    if (HasSpareArgument(name) && Argument(&inside)) return;
    if (name == "pmod" && Argument(&inside)) return void(out_ += " mod " + Inner(inside));
    if ((name == "binom" || name == "dbinom" || name == "tbinom") && Argument(&inside) && Argument(&second)) {
      return Name("binom(" + Inner(inside) + "," + Inner(second) + ")");
    }
    at_ = start;
    out_ += '\\';
    out_ += name;
    if (Next() == '{' && Argument(&inside)) out_ += "{" + Inner(inside) + "}";
  }

  // Whether `low` is a number below a letter or two: H_2O is H2O, but item_2 keeps its line.
  bool Indexed(std::string_view low) const {
    std::size_t letters = 0;
    while (letters < out_.size() && IsLetter(out_[out_.size() - 1 - letters])) ++letters;
    return !low.empty() && IsDigit(low[0]) && letters > 0 && letters <= 2;
  }

  // What is high or low: {…} or a command; nullopt: neither is next.
  std::optional<std::string> ScriptTerm() {
    std::string_view inside;
    if (Next() == '{' && Argument(&inside)) return Grouped(Inner(inside));
    if (Next() != '\\') return std::nullopt;
    std::string before;
    before.swap(out_);
    Command();
    before.swap(out_);
    return Grouped(before);
  }

  // ^ and _ with what belongs to them; a digit that follows does not.
  void Script(char mark) {
    ++at_;
    if (const auto term = ScriptTerm()) {
      if (term->empty()) return;
      const bool bare = *term == "°" || *term == "'" || (mark == '_' && Indexed(*term));
      if (!bare) out_ += mark;
      out_ += *term;
      if (IsDigit(Next()) && IsDigit(term->back())) out_ += bare || mark == '^' ? '*' : ' ';
      return;
    }
    if (mark == '_' && Indexed(text_.substr(std::min(at_, text_.size())))) return;
    out_ += mark;
    if (Next() == '\0' || Next() == ' ' || at_ + 1 >= text_.size() || text_[at_ + 1] != '{') return;
    out_ += Next();
    ++at_;
    out_ += ' ';
  }

  void Group() {
    std::string_view inside;
    if (!Argument(&inside)) return void((out_ += '{', ++at_));
    if (inside == ",") return void(out_ += ',');  // 1{,}000
    if (!groups_ || HasItems(inside)) return void(out_ += "{" + Inner(inside) + "}");
    for (const std::string_view name : {"\\over", "\\choose"}) {
      const std::size_t at = FindOutside(inside, name);
      if (at == inside.npos) continue;
      const std::string above(TrimBlank(Inner(inside.substr(0, at))));
      const std::string below(TrimBlank(Inner(inside.substr(at + name.size()))));
      return name == "\\over" ? PutFraction(above, below) : Name("binom(" + above + "," + below + ")");
    }
    out_ += Inner(inside);
  }

  void One() {
    const char c = text_[at_];
    if (c == '\\') return Command();
    if (c == '^' || c == '_') return Script(c);
    if (c == '{') return Group();
    out_ += c == '~' && at_ > 0 ? ' ' : c;
    ++at_;
  }

  std::string_view text_;
  bool groups_;
  int depth_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::size_t> closing_;  // of each brace that opens
};

// $…$ and $$…$$ are mathematics, a lone $ is money.
bool HasDollarPairs(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '$')
      ++count;
  }
  if (count == 0 || count % 2 != 0) return false;
  // "$5 and $6": between the two there would be words and a blank before the second.
  const std::size_t second = text.find('$', text.find('$') + 1);
  return !(second != text.npos && second > 0 && text[second - 1] == ' ' && second + 1 < text.size() &&
           IsDigit(text[second + 1]));
}

std::string WithoutDollars(std::string_view text) {
  std::string out;
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

bool HasCommand(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at + 2)) {
    if (at + 1 < text.size() && IsLetter(text[at + 1])) return true;
  }
  return text.find("^{") != text.npos || text.find("_{") != text.npos;
}

}  // namespace

std::string WithoutLatex(std::string_view text) {
  if (text.find_first_of("\\$^_{~") == std::string_view::npos) return std::string(text);
  const bool dollars = HasDollarPairs(text);
  const bool groups = dollars || HasCommand(text);
  const std::string inside = dollars ? WithoutDollars(text) : std::string(text);
  return LatexReader(inside, groups, 0).Read();
}

}  // namespace ninefold::answers
