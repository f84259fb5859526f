// C++ structs as JSON Schema 2020-12 and back: arguments of tools, structured outputs.
//
//   enum class Unit { kCelsius, kFahrenheit };
//   NINEFOLD_DESCRIBE_ENUM(Unit, (kCelsius, "celsius"), (kFahrenheit, "fahrenheit"))
//
//   struct Query {
//     std::string city;
//     std::optional<int> days;
//     Unit unit = Unit::kCelsius;          // a member with a value in Query{} is not required
//     std::vector<std::string> tags;
//     std::map<std::string, double> weights;
//   };
//   NINEFOLD_DESCRIBE(Query, (city, "City, in English"), (days, "Days ahead", Min(1), Max(10)), (unit, "Scale"),
//                     (tags, "Labels"), (weights, "Weight by label"))
//
//   Json schema = SchemaOf<Query>();
//   absl::StatusOr<Query> q = FromJson<Query>(*ParseJson(R"({"city":"Bonn","days":20})"));
//   // /days: 20 is more than the maximum 10
#pragma once
