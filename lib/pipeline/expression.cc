#include "pipeline/expression.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '[' || c == ']';
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string TypeName(const Json& value) {
  if (value.is_string()) return "a text";
  if (value.is_number()) return "a number";
  if (value.is_boolean()) return "true or false";
  if (value.is_array()) return "a list";
  if (value.is_null()) return "nothing";
  return "a map";
}

bool Alike(const Json& a, const Json& b) { return a.type() == b.type() || (a.is_number() && b.is_number()); }

std::size_t CountCharacters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

class ExpressionParser {
 public:
  using Kind = Expression::Kind;
  explicit ExpressionParser(std::string_view text) : text_(text) { result_.text_ = text; }

  absl::StatusOr<Expression> Run() {
    if (text_.size() > kExpressionBytesMax)
      return Wrong("an expression of more than 4,096 bytes; compute it in a step instead");
    TRY(result_.root_, Or());
    Blanks();
    if (at_ < text_.size()) return Unexpected("the expression should end here");
    return std::move(result_);
  }
  std::size_t at() const { return std::min(at_, text_.size()); }

 private:
  void Blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  std::string_view PeekWord() {
    Blanks();
    std::size_t end = at_;
    while (end < text_.size() && IsWord(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool TakeWord(std::string_view word) {
    if (PeekWord() != word) return false;
    at_ += word.size();
    return true;
  }
  bool Take(std::string_view token) {
    Blanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  absl::Status Wrong(std::string_view what) const { return absl::InvalidArgumentError(ToAbsl(what)); }
  absl::Status Unexpected(std::string_view what) {
    Blanks();
    if (at_ >= text_.size()) return Wrong("the expression ends too early");
    std::size_t bytes = 1;
    while (at_ + bytes < text_.size() && (static_cast<unsigned char>(text_[at_ + bytes]) & 0xC0) == 0x80)
      ++bytes;
    const std::string found(text_.substr(at_, bytes));
    if (found == "=") return Wrong("\"=\" is no comparison; write ==");
    if (found == "&" || found == "|" || found == "!")
      return Wrong(absl::StrCat("\"", found, "\": write and, or, not"));
    if (found == "+" || found == "*" || found == "/" || found == "%") {
      return Wrong(
          absl::StrCat("\"", found, "\": there is no arithmetic here; use the calculator tool in a step"));
    }
    return Wrong(absl::StrCat("\"", found, "\" is not expected: ", std::string(what)));
  }
  std::size_t AddNode(Kind kind, std::vector<std::size_t> of) {
    Expression::Node node;
    node.kind = kind;
    node.of = std::move(of);
    result_.nodes_.push_back(std::move(node));
    return result_.nodes_.size() - 1;
  }

  absl::StatusOr<std::size_t> Or() {
    if (++depth_ > kExpressionDepthMax) return Wrong("parentheses deeper than 32");
    std::vector<std::size_t> terms;
    do {
      TRY(const std::size_t term, And());
      terms.push_back(term);
    } while (TakeWord("or"));
    --depth_;
    return terms.size() == 1 ? terms[0] : AddNode(Expression::kOr, std::move(terms));
  }
  absl::StatusOr<std::size_t> And() {
    std::vector<std::size_t> terms;
    do {
      TRY(const std::size_t term, Not());
      terms.push_back(term);
    } while (TakeWord("and"));
    return terms.size() == 1 ? terms[0] : AddNode(Expression::kAnd, std::move(terms));
  }
  absl::StatusOr<std::size_t> Not() {
    bool negated = false, any = false;
    while (TakeWord("not")) {
      negated = !negated;
      any = true;
    }
    TRY(std::size_t node, Comparison());
    if (!any) return node;
    node = AddNode(Expression::kNot, {node});
    return negated ? node : AddNode(Expression::kNot, {node});
  }
  absl::StatusOr<std::size_t> Comparison() {
    TRY(const std::size_t left, Value());
    const std::optional<Kind> kind = TakeComparison();
    if (!kind) return left;
    TRY(const std::size_t right, Value());
    if (TakeComparison()) return Wrong("comparisons do not chain; join them with \"and\"");
    return AddNode(*kind, {left, right});
  }
  std::optional<Kind> TakeComparison() {
    constexpr std::pair<std::string_view, Kind> kTokens[] = {
        {"==", Expression::kEqual}, {"!=", Expression::kUnequal},      {"<=", Expression::kLessEqual},
        {"<", Expression::kLess},   {">=", Expression::kGreaterEqual}, {">", Expression::kGreater}};
    for (const auto& [token, kind] : kTokens) {
      if (Take(token)) return kind;
    }
    return std::nullopt;
  }

  absl::StatusOr<std::size_t> Value() {
    Blanks();
    if (Take("(")) {
      TRY(const std::size_t inner, Or());
      if (!Take(")")) return Unexpected("a \")\" is missing");
      return inner;
    }
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return TextLiteral();
    if (at_ < text_.size() &&
        (IsDigit(text_[at_]) || (text_[at_] == '-' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1])))) {
      return Number();
    }
    const std::string_view word = PeekWord();
    if (word.empty()) return Unexpected("a value is due: a path, a text in quotes, a number, true, false");
    if (word == "true" || word == "false" || word == "null") {
      at_ += word.size();
      return Literal(word == "null" ? Json(nullptr) : Json(word == "true"));
    }
    if (word == "and" || word == "or" || word == "not")
      return Wrong(absl::StrCat("a value is missing before \"", std::string(word), "\""));
    const std::size_t behind = text_.find_first_not_of(" \t\n", at_ + word.size());
    if (behind != std::string_view::npos && text_[behind] == '(') return Function(word);
    return PathNode(word);
  }
  std::size_t Literal(Json value) {
    const std::size_t node = AddNode(Expression::kLiteral, {});
    result_.nodes_[node].literal = std::move(value);
    return node;
  }
  absl::StatusOr<std::size_t> TextLiteral() {
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return Wrong("this quote is never closed");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return Literal(std::move(value));
  }
  absl::StatusOr<std::size_t> Number() {
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           (IsDigit(text_[end]) || text_[end] == '.' || text_[end] == 'e' || text_[end] == 'E'))
      ++end;
    const absl::StatusOr<Json> value = ParseJson(text_.substr(at_, end - at_));
    const bool clean = end >= text_.size() || !IsWord(text_[end]);
    const bool finite = value.ok() && value->is_number() && std::isfinite(value->get<double>());
    if (!clean || !finite)
      return Wrong(absl::StrCat("\"", std::string(PeekWord().substr(0, 40)), "\" is no number"));
    at_ = end;
    return Literal(*value);
  }
  absl::StatusOr<std::size_t> Function(std::string_view word) {
    const bool size = word == "size";
    if (!size && word != "contains") {
      return Wrong(absl::StrCat("there is no function \"", std::string(word.substr(0, 40)),
                                "\"; there are size(x) and contains(whole, part)"));
    }
    at_ += word.size();
    Take("(");
    std::vector<std::size_t> of;
    TRY(const std::size_t first, Or());
    of.push_back(first);
    if (!size) {
      if (!Take(",")) return Unexpected("contains() takes two values: contains(whole, part)");
      TRY(const std::size_t second, Or());
      of.push_back(second);
    }
    if (!Take(")")) return Unexpected("a \")\" is missing");
    return AddNode(size ? Expression::kSize : Expression::kContains, std::move(of));
  }
  absl::StatusOr<std::size_t> PathNode(std::string_view word) {
    Expression::Path path;
    path.offset = at_;
    path.text = word;
    TRY(path.segments, ParsePath(word));
    at_ += word.size();
    const std::size_t node = AddNode(Expression::kPath, {});
    result_.nodes_[node].path = result_.paths_.size();
    result_.paths_.push_back(std::move(path));
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Expression result_;
};

absl::StatusOr<Expression> Expression::Parse(std::string_view text, std::size_t* error_offset) {
  ExpressionParser parser(text);
  absl::StatusOr<Expression> parsed = parser.Run();
  if (!parsed.ok() && error_offset != nullptr) *error_offset = parser.at();
  return parsed;
}

absl::Status Expression::TypeError(std::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat("expression \"", text_, "\": ", ToAbsl(what)));
}

absl::StatusOr<Json> Expression::Evaluate(const Json& values) const { return Value(root_, values); }

absl::StatusOr<bool> Expression::Test(const Json& values) const {
  TRY(const Json value, Evaluate(values));
  if (!value.is_boolean()) return TypeError(absl::StrCat("true or false is due, it gives ", TypeName(value)));
  return value.get<bool>();
}

absl::StatusOr<Json> Expression::Value(std::size_t index, const Json& values) const {
  const Node& node = nodes_[index];
  switch (node.kind) {
    case kPath: {
      const Json* found = Walk(values, paths_[node.path].segments, 0);
      return found == nullptr ? Json(nullptr) : *found;
    }
    case kLiteral:
      return node.literal;
    case kOr:
    case kAnd:
    case kNot:
      return Logic(node, values);
    case kSize:
    case kContains:
      return Call(node, values);
    default:
      return Compare(node, values);
  }
}

absl::StatusOr<Json> Expression::Logic(const Node& node, const Json& values) const {
  for (const std::size_t term : node.of) {
    TRY(const Json value, Value(term, values));
    if (!value.is_boolean()) {
      return TypeError(absl::StrCat("and, or, not take true or false, not ", TypeName(value)));
    }
    if (node.kind == kNot) return Json(!value.get<bool>());
    if (value.get<bool>() == (node.kind == kOr)) return value;
  }
  return Json(node.kind == kAnd);
}

absl::StatusOr<Json> Expression::Compare(const Node& node, const Json& values) const {
  TRY(const Json left, Value(node.of[0], values));
  TRY(const Json right, Value(node.of[1], values));
  const bool equality = node.kind == kEqual || node.kind == kUnequal;
  const bool comparable = equality ? Alike(left, right) || left.is_null() || right.is_null()
                                   : Alike(left, right) && (left.is_number() || left.is_string());
  if (!comparable)
    return TypeError(absl::StrCat("cannot compare ", TypeName(left), " with ", TypeName(right)));
  switch (node.kind) {
    case kEqual:
      return Json(left == right);
    case kUnequal:
      return Json(left != right);
    case kLess:
      return Json(left < right);
    case kLessEqual:
      return Json(left <= right);
    case kGreater:
      return Json(left > right);
    default:
      return Json(left >= right);
  }
}

absl::StatusOr<Json> Expression::Call(const Node& node, const Json& values) const {
  TRY(const Json whole, Value(node.of[0], values));
  if (node.kind == kSize) {
    if (whole.is_null()) return Json(0);
    if (whole.is_string()) return Json(CountCharacters(whole.get_ref<const std::string&>()));
    if (whole.is_array() || whole.is_object()) return Json(whole.size());
    return TypeError(absl::StrCat("size() takes a text, a list or a map, not ", TypeName(whole)));
  }
  TRY(const Json part, Value(node.of[1], values));
  if (whole.is_null()) return Json(false);
  if (whole.is_string() && part.is_string()) {
    return Json(whole.get_ref<const std::string&>().find(part.get_ref<const std::string&>()) !=
                std::string::npos);
  }
  if (whole.is_array()) return Json(std::find(whole.begin(), whole.end(), part) != whole.end());
  if (whole.is_object() && part.is_string()) return Json(whole.contains(part.get_ref<const std::string&>()));
  return TypeError(absl::StrCat("contains() cannot look for ", TypeName(part), " in ", TypeName(whole)));
}

}  // namespace ninefold::pipeline
