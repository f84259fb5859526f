#include "ninefold/pipeline.h"
#include "pipeline/format.h"

namespace ninefold {
namespace pipeline {
namespace {

class SchemaWriter {
 public:
  Json Run(const Shape& root, std::string_view title) {
    Json schema = Body(root);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = title;
    schema["$defs"] = defs_;
    return schema;
  }

 private:
  Json Body(const Shape& shape) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Field& field : shape.fields) {
      Json property = Of(field.type);
      property["description"] = field.doc;
      properties[field.name] = std::move(property);
      if (field.required) required.push_back(field.name);
    }
    Json schema = {{"type", "object"}, {"additionalProperties", false}};
    schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    for (const std::string& name : shape.one_of)
      schema["oneOf"].push_back({{"required", Json::array({name})}});
    return schema;
  }

  Json Of(const Type& type) {
    switch (type.kind) {
      case Type::kText:
      case Type::kPlain:
      case Type::kTemplate:
      case Type::kExpression:
        return {{"type", "string"}};
      case Type::kName:
        return {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]{1,64}$"}};
      case Type::kBool:
        return {{"type", "boolean"}};
      case Type::kInteger:
        return {{"type", "integer"},
                {"minimum", static_cast<std::int64_t>(type.min)},
                {"maximum", static_cast<std::int64_t>(type.max)}};
      case Type::kNumber:
        return {{"type", "number"}, {"minimum", type.min}, {"maximum", type.max}};
      case Type::kDuration:
        return {{"type", "string"}, {"pattern", "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"}};
      case Type::kChoice:
        return {{"enum", type.choices}};
      case Type::kJson:
        return Json::object();
      case Type::kList:
        return List(type);
      case Type::kMap:
        if (type.any_key) return {{"type", "object"}, {"additionalProperties", Of(type.of[0])}};
        return {{"type", "object"},
                {"propertyNames", {{"pattern", "^[A-Za-z0-9_-]{1,64}$"}}},
                {"additionalProperties", Of(type.of[0])}};
      case Type::kObject:
        return Reference(type.shape());
      case Type::kEither: {
        Json choices = Json::array();
        for (const Type& choice : type.of) choices.push_back(Of(choice));
        return {{"anyOf", std::move(choices)}};
      }
    }
    return Json::object();
  }

  Json List(const Type& type) {
    Json schema = {{"type", "array"}};
    schema["items"] = Of(type.of[0]);
    if (type.items_min > 0) schema["minItems"] = type.items_min;
    return schema;
  }

  Json Reference(const Shape& shape) {
    if (!defs_.contains(shape.name)) {
      defs_[shape.name] = true;  // a shape may hold itself
      Json body = Body(shape);
      defs_[shape.name] = std::move(body);
    }
    return {{"$ref", "#/$defs/" + shape.name}};
  }

  Json defs_ = Json::object();
};

}  // namespace

Json SchemaOf(const Shape& root, std::string_view title) { return SchemaWriter().Run(root, title); }

}  // namespace pipeline

Json PipelineSchema() { return pipeline::SchemaOf(pipeline::PipelineShape(), "ninefold pipeline"); }

}  // namespace ninefold
