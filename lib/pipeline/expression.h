// The expressions of `when`, `each` and `until`: paths, literals, comparisons, and, or, not, size(),
// contains(), parentheses.
//
//   size(facts.data.items) > 3 and not contains(critique.text, "approved")
//
// Total: an expression has no loops and no output, its size and depth are bounded, and it always ends. Values
// of unlike types are never compared in silence: that is an error. What a path does not find is null, and
// null equals only null.
//
//   or      = and { "or" and }            compare = value [ ("==" | "!=" | "<" | "<=" | ">" | ">=") value ]
//   and     = not { "and" not }           value   = "(" or ")" | text | number | true | false | null
//   not     = { "not" } compare                   | "size" "(" or ")" | "contains" "(" or "," or ")" | path
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "graph/template.h"
#include "ninefold/json.h"

namespace ninefold::pipeline {

inline constexpr std::size_t kExpressionBytesMax = 4096;
inline constexpr int kExpressionDepthMax = 32;

class Expression {
 public:
  struct Path {
    std::string text;
    std::vector<PathSegment> segments;
    std::size_t offset = 0;  // in the text of the expression
  };

  // kInvalidArgument says what is wrong; `error_offset`: bytes before it.
  static absl::StatusOr<Expression> Parse(std::string_view text, std::size_t* error_offset = nullptr);

  // `values`: an object with what the paths name.
  absl::StatusOr<Json> Evaluate(const Json& values) const;
  absl::StatusOr<bool> Test(const Json& values) const;  // a result that is no boolean is an error

  const std::vector<Path>& paths() const { return paths_; }
  const std::string& text() const { return text_; }
  bool is_path() const { return nodes_.size() == 1 && nodes_[0].kind == kPath; }
  bool is_constant() const { return paths_.empty(); }

 private:
  friend class ExpressionParser;
  enum Kind {
    kPath,
    kLiteral,
    kOr,
    kAnd,
    kNot,
    kEqual,
    kUnequal,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kSize,
    kContains
  };
  struct Node {
    Kind kind = kLiteral;
    Json literal;
    std::size_t path = 0;
    std::vector<std::size_t> of;  // indices of nodes
  };
  absl::StatusOr<Json> Value(std::size_t node, const Json& values) const;
  absl::StatusOr<Json> Logic(const Node& node, const Json& values) const;
  absl::StatusOr<Json> Compare(const Node& node, const Json& values) const;
  absl::StatusOr<Json> Call(const Node& node, const Json& values) const;
  absl::Status TypeError(std::string_view what) const;

  std::string text_;
  std::vector<Node> nodes_;
  std::vector<Path> paths_;
  std::size_t root_ = 0;
};

}  // namespace ninefold::pipeline
