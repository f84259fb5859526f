// JSON Schema 2020-12, the part of it that models, tools and our structs use: type, enum, const, the bounds
// of numbers, strings, arrays and objects, pattern, properties, patternProperties, additionalProperties,
// propertyNames, required, dependentRequired, items, prefixItems, contains, uniqueItems, allOf, anyOf, oneOf,
// not, if/then/else, and $ref within the document. `format` and unknown keywords are notes. Nothing is ever
// fetched. https://json-schema.org/draft/2020-12/json-schema-core.html and …-validation.html
//
// Schemas and values may be hostile: work, depth and the number of mistakes told are bounded, and patterns
// run in linear time (RE2, so no look-around and no back references).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ninefold/json.h"

namespace ninefold {

struct SchemaMistake {
  std::string at;    // JSON pointer into the value: "/days", "" for the whole
  std::string what;  // "20 is more than the maximum 10"
};
// "/days: 20 is more than the maximum 10"; the whole value is called "the value".
std::string Describe(const SchemaMistake& mistake);

struct SchemaLimits {
  std::size_t mistakes_max = 16;
  std::size_t steps_max = 2'000'000;  // schema keywords looked at, and elements compared
  int depth_max = 200;                // nested schemas, references included
};

// What is wrong with `value`, in the order of the document; empty: it conforms. A schema that cannot be used
// (CheckSchema says why) is a mistake at "".
std::vector<SchemaMistake> SchemaMistakes(const Json& schema, const Json& value,
                                          const SchemaLimits& limits = {});

// The same as one kInvalidArgument: the mistakes joined by "; ".
absl::Status ValidateJson(const Json& schema, const Json& value);
absl::Status StatusOf(const std::vector<SchemaMistake>& mistakes);

// Whether `schema` itself makes sense: types of its keywords, known type names, patterns that compile,
// references that lead somewhere in the document, depth and size. kInvalidArgument names the place in the
// schema:
// "/properties/days/maximum: must be a number".
absl::Status CheckSchema(const Json& schema);

// Takes out of `value` the members that are null where the schema neither requires them nor allows null:
// models send null for what they leave out.
void DropNulls(const Json& schema, Json& value);

// `value` in a message: JSON text of at most about 60 bytes.
std::string Shown(const Json& value);

// A key as a part of a JSON pointer (RFC 6901): ~ as ~0, / as ~1; cut when very long.
std::string PointerPart(const std::string& key);

}  // namespace ninefold
