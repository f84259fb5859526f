// Whether a schema makes sense, and the one reading of a schema that changes a value: DropNulls.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "base/schema_tree.h"
#include "base/suggest.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kSchemasMax = 100'000;

constexpr std::array<std::string_view, 5> kNumbers = {"minimum", "maximum", "exclusiveMinimum",
                                                      "exclusiveMaximum", "multipleOf"};
constexpr std::array<std::string_view, 8> kCounts = {"minLength",     "maxLength",    "minItems",
                                                     "maxItems",      "minContains",  "maxContains",
                                                     "minProperties", "maxProperties"};
constexpr std::array<std::string_view, 8> kOne = {
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else"};
constexpr std::array<std::string_view, 4> kLists = {"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::array<std::string_view, 3> kMaps = {"properties", "patternProperties", "$defs"};

template <class Names>
bool Among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status Wrong(const std::string& at, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(at.empty() ? "the schema" : at, ": ", ToAbsl(what)));
}

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  absl::Status Check(const Json& schema, const std::string& at, int depth) {
    if (schema.is_boolean()) return absl::OkStatus();
    if (!schema.is_object()) return Wrong(at, absl::StrCat("must be a schema, not ", Shown(schema)));
    if (depth > kDepthMax) return Wrong("", absl::StrCat("nests deeper than ", kDepthMax));
    if (++schemas_ > kSchemasMax)
      return Wrong("", absl::StrCat("has more than ", kSchemasMax, " schemas in it"));
    for (auto it = schema.begin(); it != schema.end(); ++it) {
      CHECK_OK(CheckWord(it.key(), it.value(), absl::StrCat(at, "/", PointerPart(it.key())), depth));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckWord(const std::string& word, const Json& value, const std::string& at, int depth) {
    if (Among(kOne, word)) return Check(value, at, depth + 1);
    if (Among(kLists, word)) return CheckList(value, at, depth);
    if (Among(kMaps, word)) return CheckMap(word, value, at, depth);
    if (Among(kNumbers, word)) {
      if (!value.is_number()) return Wrong(at, "must be a number");
      if (word == "multipleOf" && Wide(value) <= 0) return Wrong(at, "must be more than 0");
    } else if (Among(kCounts, word)) {
      if (!HasType(value, "integer") || Wide(value) < 0) {
        return Wrong(at, absl::StrCat(Shown(value), " must be a whole number, 0 or more"));
      }
    } else if (word == "type") {
      return CheckType(value, at);
    } else if (word == "enum") {
      if (!value.is_array() || value.empty()) return Wrong(at, "must be a list of at least one value");
    } else if (word == "required") {
      return CheckNames(value, at);
    } else if (word == "pattern") {
      if (!value.is_string()) return Wrong(at, "must be a string");
      return Annotate(PatternOf(value.get_ref<const std::string&>()).status(), at);
    } else if (word == "uniqueItems") {
      if (!value.is_boolean()) return Wrong(at, "must be true or false");
    } else if (word == "$ref") {
      return CheckRef(value, at);
    }
    return absl::OkStatus();
  }

  absl::Status CheckList(const Json& value, const std::string& at, int depth) {
    if (!value.is_array() || value.empty()) return Wrong(at, "must be a list of at least one schema");
    for (std::size_t i = 0; i < value.size(); ++i)
      CHECK_OK(Check(value[i], absl::StrCat(at, "/", i), depth + 1));
    return absl::OkStatus();
  }

  absl::Status CheckMap(const std::string& word, const Json& value, const std::string& at, int depth) {
    if (!value.is_object()) return Wrong(at, "must be an object of schemas");
    for (auto it = value.begin(); it != value.end(); ++it) {
      const std::string below = absl::StrCat(at, "/", PointerPart(it.key()));
      if (word == "patternProperties") CHECK_OK(Annotate(PatternOf(it.key()).status(), below));
      CHECK_OK(Check(it.value(), below, depth + 1));
    }
    return absl::OkStatus();
  }

  static absl::Status CheckTypeName(const Json& value, const std::string& at) {
    const std::vector<std::string> names = {"null",   "boolean", "integer", "number",
                                            "string", "array",   "object"};
    const auto* name = value.get_ptr<const std::string*>();
    if (name != nullptr && IsTypeName(*name)) return absl::OkStatus();
    return Wrong(at,
                 absl::StrCat(Shown(value),
                              " is no type; there are null, boolean, integer, number, string, array, object",
                              name == nullptr ? "" : DidYouMean(*name, names)));
  }

  static absl::Status CheckType(const Json& value, const std::string& at) {
    if (!value.is_array()) return CheckTypeName(value, at);
    if (value.empty()) return Wrong(at, "must name at least one type");
    for (std::size_t i = 0; i < value.size(); ++i)
      CHECK_OK(CheckTypeName(value[i], absl::StrCat(at, "/", i)));
    return absl::OkStatus();
  }

  static absl::Status CheckNames(const Json& value, const std::string& at) {
    if (!value.is_array()) return Wrong(at, "must be a list of names");
    for (const Json& name : value) {
      if (!name.is_string()) return Wrong(at, absl::StrCat(Shown(name), " is no name"));
    }
    return absl::OkStatus();
  }

  // A chain of references that only ever lead to references never says anything.
  absl::Status CheckRef(const Json& value, const std::string& at) {
    const Json* ref = &value;
    for (int hops = 0; hops < kDepthMax; ++hops) {
      if (!ref->is_string()) return Wrong(at, "must be a string");
      absl::StatusOr<const Json*> target = FindRef(root_, ref->get_ref<const std::string&>());
      if (!target.ok()) return Annotate(target.status(), at);
      if (!(*target)->is_object() && !(*target)->is_boolean()) return Wrong(at, "leads to what is no schema");
      ref = GetMember(**target, "$ref");
      if (ref == nullptr) return absl::OkStatus();
    }
    return Wrong(at, "leads back to itself");
  }

  const Json& root_;
  std::size_t schemas_ = 0;
};

bool AllowsNull(const Json& schema) {
  const Json* type = GetMember(schema, "type");
  if (type == nullptr) return true;  // any type, or said in other words: left alone
  if (!type->is_array()) return *type == Json("null");
  return std::find(type->begin(), type->end(), Json("null")) != type->end();
}

bool Requires(const Json& schema, const std::string& name) {
  const Json* required = GetMember(schema, "required");
  if (required == nullptr || !required->is_array()) return false;
  return std::find(required->begin(), required->end(), Json(name)) != required->end();
}

void Drop(const Json& root, const Json& schema, Json& value, int depth) {
  if (depth > kDepthMax) return;
  if (const std::string* ref = GetString(schema, "$ref")) {
    const absl::StatusOr<const Json*> target = FindRef(root, *ref);
    if (target.ok()) Drop(root, **target, value, depth + 1);
    return;
  }
  const Json* items = GetMember(schema, "items");
  if (value.is_array() && items != nullptr) {
    for (Json& item : value) Drop(root, *items, item, depth + 1);
  }
  const Json* properties = GetMember(schema, "properties");
  if (!value.is_object() || properties == nullptr || !properties->is_object()) return;
  for (auto it = value.begin(); it != value.end();) {
    const Json* property = GetMember(*properties, it.key());
    if (property != nullptr && it->is_null() && !Requires(schema, it.key()) && !AllowsNull(*property)) {
      it = value.erase(it);
      continue;
    }
    if (property != nullptr) Drop(root, *property, *it, depth + 1);
    ++it;
  }
}

}  // namespace

absl::Status CheckSchema(const Json& schema) { return Checker(schema).Check(schema, "", 0); }

void DropNulls(const Json& schema, Json& value) { Drop(schema, schema, value, 0); }

}  // namespace ninefold
