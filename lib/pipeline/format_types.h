// The types of the format's tables, in few words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/format.h"

namespace ninefold::pipeline {

const Shape& ModelShape();
const Shape& AgentShape();
const Shape& BudgetPartShape();  // of an agent or an attempt

namespace shapes {

inline Type Of(Type::Kind kind) {
  Type type;
  type.kind = kind;
  return type;
}
inline Type TextType() { return Of(Type::kText); }
inline Type PlainType() { return Of(Type::kPlain); }
inline Type NameType() { return Of(Type::kName); }
inline Type Duration() { return Of(Type::kDuration); }
inline Type Bool() { return Of(Type::kBool); }
inline Type AnyJson() { return Of(Type::kJson); }
inline Type TemplateType() { return Of(Type::kTemplate); }
inline Type ExpressionType() { return Of(Type::kExpression); }

inline Type Integer(double min, double max) {
  Type type = Of(Type::kInteger);
  type.min = min;
  type.max = max;
  return type;
}
inline Type Number(double min, double max) {
  Type type = Integer(min, max);
  type.kind = Type::kNumber;
  return type;
}
inline Type Choice(std::vector<std::string> choices) {
  Type type = Of(Type::kChoice);
  type.choices = std::move(choices);
  return type;
}
inline Type ListOf(Type of, int items_min = 0) {
  Type type = Of(Type::kList);
  type.of.push_back(std::move(of));
  type.items_min = items_min;
  return type;
}
inline Type MapOf(Type of) {
  Type type = Of(Type::kMap);
  type.of.push_back(std::move(of));
  return type;
}
inline Type MapOfAny(Type of) {
  Type type = MapOf(std::move(of));
  type.any_key = true;
  return type;
}
inline Type Object(const Shape& (*shape)()) {
  Type type = Of(Type::kObject);
  type.shape = shape;
  return type;
}
inline Type Either(Type a, Type b) {
  Type type = Of(Type::kEither);
  type.of.push_back(std::move(a));
  type.of.push_back(std::move(b));
  return type;
}
inline Type OneOrMore(Type of) { return Either(of, ListOf(of, 1)); }
inline Type ModelType() { return Either(TextType(), Object(ModelShape)); }

}  // namespace shapes
}  // namespace ninefold::pipeline
