// What the validator and the checker of schemas share: references, patterns, type names, and how values are
// shown.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/json.h"

namespace re2 {
class RE2;
}

namespace ninefold {

// Where "#", "#/$defs/x" or "#anchor" leads. kInvalidArgument: nowhere, or outside the document.
absl::StatusOr<const Json*> FindRef(const Json& root, const std::string& ref);

// A pattern, compiled once; it may match anywhere in the text, as ECMA-262's do. Linear in the text.
class PatternOf {
 public:
  explicit PatternOf(const std::string& pattern);
  ~PatternOf();
  const absl::Status& status() const { return status_; }
  bool Matches(const std::string& text) const;

 private:
  std::unique_ptr<re2::RE2> compiled_;
  absl::Status status_;
};

bool IsTypeName(std::string_view name);
bool HasType(const Json& value, const std::string& name);
std::string Article(const Json& type_name);  // "an integer"
long double Wide(const Json& number);        // holds every 64-bit integer exactly
Json Normal(const Json& value);              // numbers that are equal look equal: 1.0 as 1
std::size_t CodePoints(std::string_view text);
std::vector<std::string> KeysOf(const Json* object);  // {} when it is none

}  // namespace ninefold
