// The format as tables: what each map may hold. The checker, the reader's messages and the JSON Schema are
// made from them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/json.h"
#include "pipeline/diagnostics.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {

struct Shape;

struct Type {
  enum Kind {
    kText,        // any text
    kPlain,       // text for a model, in which "{{" would stay as it is: warned of
    kName,        // [A-Za-z0-9_-]{1,64}
    kTemplate,    // text with {{ variables }}
    kExpression,  // expression.h
    kBool,
    kInteger,
    kNumber,
    kDuration,  // "500ms", "30s", "2m", "1h30m"
    kChoice,    // one of `choices`
    kJson,      // anything
    kList,      // of `of[0]`
    kMap,       // names to `of[0]`
    kObject,    // of `shape`
    kEither,    // one of `of`, told apart by scalar, list or map
  } kind = kText;
  double min = 0, max = 0;  // of kInteger, kNumber
  std::vector<std::string> choices = {};
  std::vector<Type> of = {};
  const Shape& (*shape)() = nullptr;
  int items_min = 0;     // of kList, kMap
  bool any_key = false;  // of kMap: its keys need not be names
};

struct Field {
  std::string name;
  Type type;
  std::string doc;
  bool required = false;
  std::vector<std::string> aliases = {};  // accepted with a warning
};

struct Shape {
  std::string name;  // of the definition in the JSON Schema
  std::string what;  // "a step"
  std::vector<Field> fields;
  const Field* Find(std::string_view name) const;
  std::string doc = "";
  std::vector<std::string> one_of = {};  // fields of which there must be one, and no more
};

const Shape& PipelineShape();
const Shape& AgentFileShape();  // what `include` reads
const Shape& CatalogueShape();  // configs/models.yaml

// Of a step: the blocks that make a team of several agents.
const std::vector<Field>& PatternFields();

// The JSON Schema of files of this shape.
Json SchemaOf(const Shape& root, std::string_view title);

// Says every unknown key, missing key and wrong type below `node`; members with an alias get the right name.
void CheckShape(YamlNode& node, const Shape& shape, Diagnostics& out);

// Scalars. nullopt: it is no such thing.
std::optional<std::int64_t> AsInteger(const YamlNode& node);
std::optional<double> AsNumber(const YamlNode& node);
std::optional<bool> AsBool(const YamlNode& node);
std::optional<absl::Duration> AsDuration(const YamlNode& node);
bool IsName(std::string_view text);
// Plain true, false, null and JSON numbers as such, all other scalars as texts.
Json AsJson(const YamlNode& node);

// "contains U+0430, which only looks like a Latin letter", or "".
std::string OddCharacter(std::string_view word);

}  // namespace ninefold::pipeline
