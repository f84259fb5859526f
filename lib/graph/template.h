// Text with variables: "Compare {{ facts.text }} with {{ risks.data.items[0] }}". A template is parsed once,
// and what is put in is never read again, so a value that looks like a variable stays as it is. There is no
// code in it.
//
// A literal pair of braces is written {{ "{{" }}; closing braces alone mean nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ninefold/json.h"

namespace ninefold {

// One step of a path: ".name" or "[index]".
struct PathSegment {
  std::string name;
  std::optional<std::size_t> index;  // set: an index, and `name` is empty
};

struct TemplatePiece {
  enum Kind { kText, kVariable } kind = kText;
  std::string text;                   // the text itself, or the path as written ("facts.data.items[0]")
  std::vector<PathSegment> segments;  // of a variable
  std::size_t offset = 0;             // bytes before the path in the template, for messages
};

struct Template {
  std::vector<TemplatePiece> pieces;
};

// "name(.name|[index])*", a name being [A-Za-z0-9_-]+. kInvalidArgument says what is wrong.
absl::StatusOr<std::vector<PathSegment>> ParsePath(std::string_view path);

// kInvalidArgument says what is wrong with which variable; `error_offset`: bytes before it.
absl::StatusOr<Template> ParseTemplate(std::string_view text, std::size_t* error_offset = nullptr);

inline constexpr std::size_t kRenderedBytesMax = 8u << 20;

// The text with every variable replaced by what `lookup` says of it; its first error ends it.
// kResourceExhausted: more than kRenderedBytesMax.
absl::StatusOr<std::string> Render(
    const Template& source, absl::FunctionRef<absl::StatusOr<std::string>(const TemplatePiece&)> lookup);

// The value under `segments[from…]` of `value`; nullptr when there is none.
const Json* Walk(const Json& value, const std::vector<PathSegment>& segments, std::size_t from);

// A value as text: a string as it is, null as nothing, all else as JSON.
std::string JsonAsText(const Json& value);

}  // namespace ninefold
