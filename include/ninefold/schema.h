// C++ structs as JSON Schema 2020-12 and back: arguments of tools, structured outputs.
//
//   enum class Unit { kCelsius, kFahrenheit };
//   NINEFOLD_DESCRIBE_ENUM(Unit, (kCelsius, "celsius"), (kFahrenheit, "fahrenheit"))
//
//   struct Query {
//     std::string city;
//     std::optional<int> days;
//     Unit unit = Unit::kFahrenheit;       // a member with a value in Query{} is not required
//     std::vector<std::string> tags;
//     std::map<std::string, double> weights;
//   };
//   NINEFOLD_DESCRIBE(Query, (city, "City, in English"), (days, "Days ahead", Min(1), Max(10)), (unit,
//   "Scale"),
//                     (tags, "Labels"), (weights, "Weight by label", MayBeAbsent()))
//
//   Json schema = SchemaOf<Query>();
//   absl::StatusOr<Query> q = FromJson<Query>(*ParseJson(R"({"city":"Bonn","days":20,"tags":[]})"));
//   // /days: 20 is more than the maximum 10
//
// The macros stand at namespace scope, in the type's own namespace, after the type. Members may be:
// std::string, bool, every integer and floating type, described enums (as strings) and structs,
// std::optional, std::vector, std::map<std::string, T>, and Json (anything). A member is required unless it
// is an optional, its value in Type{} is another than that of an empty member (false, 0, "", the enum's value
// 0), or it says MayBeAbsent(); its value in Type{} is the default in the schema.
//
// MakeTool (below) makes a tool of a function over such a struct.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/json.h"
#include "ninefold/schema_macros.h"
#include "ninefold/tool.h"

namespace ninefold {

struct OutputSchema;  // model.h

// ---- constraints of a member -------------------------------------------------------------------
namespace schema {

template <class T>
struct Bound {
  const char* keyword;
  T value;
};
template <class T>
constexpr Bound<T> Min(T value) {
  return {"minimum", value};
}
template <class T>
constexpr Bound<T> Max(T value) {
  return {"maximum", value};
}
constexpr Bound<std::size_t> MinLength(std::size_t characters) { return {"minLength", characters}; }
constexpr Bound<std::size_t> MaxLength(std::size_t characters) { return {"maxLength", characters}; }
constexpr Bound<std::size_t> MinItems(std::size_t items) { return {"minItems", items}; }
constexpr Bound<std::size_t> MaxItems(std::size_t items) { return {"maxItems", items}; }
// RE2 syntax; it may match anywhere in the text unless it has ^ and $.
constexpr Bound<const char*> Pattern(const char* regex) { return {"pattern", regex}; }
// Not required, whatever its value in Type{}.
struct MayBeAbsent {};

}  // namespace schema

// ---- what the macros make ----------------------------------------------------------------------
namespace internal {

template <class T>
struct Tag {};

template <class E>
struct Enumerator {
  E value;
  const char* name;
};

struct AnyMember {
  template <class... A>
  void operator()(A&&...) {}
};

template <class T>
concept DescribedStruct = requires(AnyMember& visit) {
  NinefoldDescribe(Tag<T>(), visit);
};
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires {
  NinefoldEnumerators(Tag<T>());
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool kNever = false;

// ---- values to JSON ----------------------------------------------------------------------------

template <class T>
Json ValueToJson(const T& value);

template <class T>
struct MemberWriter {
  const T& object;
  Json& json;
  template <class M, class... Constraints>
  void operator()(const char* name, M T::*member, const char*, Constraints...) {
    if constexpr (kIsOptional<M>) {
      if (!(object.*member).has_value()) return;
    }
    json[name] = ValueToJson(object.*member);
  }
};

template <class T>
Json ValueToJson(const T& value) {
  if constexpr (std::is_same_v<T, Json> || std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return Json(value);
  } else if constexpr (DescribedEnum<T>) {
    for (const auto& one : NinefoldEnumerators(Tag<T>())) {
      if (one.value == value) return Json(one.name);
    }
    return Json(nullptr);
  } else if constexpr (kIsOptional<T>) {
    return value.has_value() ? ValueToJson(*value) : Json(nullptr);
  } else if constexpr (kIsVector<T>) {
    Json json = Json::array();
    for (auto&& one : value) json.push_back(ValueToJson<typename T::value_type>(one));
    return json;
  } else if constexpr (kIsMap<T>) {
    Json json = Json::object();
    for (const auto& [key, one] : value) json[key] = ValueToJson(one);
    return json;
  } else if constexpr (DescribedStruct<T>) {
    Json json = Json::object();
    MemberWriter<T> writer{value, json};
    NinefoldDescribe(Tag<T>(), writer);
    return json;
  } else {
    static_assert(kNever<T>, "describe this type with NINEFOLD_DESCRIBE or NINEFOLD_DESCRIBE_ENUM");
  }
}

// ---- types to schemas --------------------------------------------------------------------------

// The structs being described, outermost first: one that contains itself is referred to, not repeated.
struct SchemaScope {
  struct Open {
    const void* type;
    const char* name;
    bool referred = false;
  };
  std::vector<Open> open;
  Json defs = Json::object();
};

// The address tells types apart.
template <class T>
inline constexpr char kTypeKey = 0;

std::optional<Json> RefIfOpen(SchemaScope& scope, const void* type);
Json CloseStruct(SchemaScope& scope, Json schema);
Json IntegerSchema(std::size_t bytes, bool is_signed);

template <class T>
Json SchemaIn(SchemaScope& scope);

template <class T>
struct MemberDescriber {
  SchemaScope& scope;
  const T& defaults;
  Json properties = Json::object();
  Json required = Json::array();

  template <class M, class... Constraints>
  void operator()(const char* name, M T::*member, const char* description, Constraints... constraints) {
    Json schema = SchemaIn<M>(scope);
    if (*description != '\0') schema["description"] = description;
    (Constrain(schema, constraints), ...);
    constexpr bool may_be_absent = (std::is_same_v<Constraints, schema::MayBeAbsent> || ...);
    Json value = ValueToJson(defaults.*member);
    if constexpr (kIsOptional<M>) {
      if (!value.is_null()) schema["default"] = std::move(value);
    } else if (may_be_absent || value != ValueToJson(M{})) {
      schema["default"] = std::move(value);
    } else {
      required.push_back(name);
    }
    properties[name] = std::move(schema);
  }

  template <class B>
  static void Constrain(Json& schema, const schema::Bound<B>& bound) {
    schema[bound.keyword] = bound.value;
  }
  static void Constrain(Json&, schema::MayBeAbsent) {}
};

template <class T>
Json StructSchemaIn(SchemaScope& scope) {
  if (std::optional<Json> ref = RefIfOpen(scope, &kTypeKey<T>)) return *std::move(ref);
  scope.open.push_back({&kTypeKey<T>, NinefoldName(Tag<T>())});
  const T defaults{};
  MemberDescriber<T> describer{scope, defaults};
  NinefoldDescribe(Tag<T>(), describer);
  Json schema = Json::object();
  schema["type"] = "object";
  schema["properties"] = std::move(describer.properties);
  if (!describer.required.empty()) schema["required"] = std::move(describer.required);
  schema["additionalProperties"] = false;
  return CloseStruct(scope, std::move(schema));
}

template <class T>
Json SchemaIn(SchemaScope& scope) {
  Json schema = Json::object();
  if constexpr (std::is_same_v<T, Json>) {
    return schema;
  } else if constexpr (std::is_same_v<T, bool>) {
    schema["type"] = "boolean";
  } else if constexpr (std::is_integral_v<T>) {
    return IntegerSchema(sizeof(T), std::is_signed_v<T>);
  } else if constexpr (std::is_floating_point_v<T>) {
    schema["type"] = "number";
  } else if constexpr (std::is_same_v<T, std::string>) {
    schema["type"] = "string";
  } else if constexpr (DescribedEnum<T>) {
    schema["type"] = "string";
    for (const auto& one : NinefoldEnumerators(Tag<T>())) schema["enum"].push_back(one.name);
  } else if constexpr (kIsOptional<T>) {
    return SchemaIn<typename T::value_type>(scope);
  } else if constexpr (kIsVector<T>) {
    schema["type"] = "array";
    schema["items"] = SchemaIn<typename T::value_type>(scope);
  } else if constexpr (kIsMap<T>) {
    schema["type"] = "object";
    schema["additionalProperties"] = SchemaIn<typename T::mapped_type>(scope);
  } else if constexpr (DescribedStruct<T>) {
    return StructSchemaIn<T>(scope);
  } else {
    static_assert(kNever<T>, "describe this type with NINEFOLD_DESCRIBE or NINEFOLD_DESCRIBE_ENUM");
  }
  return schema;
}

// ---- JSON to values: the JSON conforms to the schema, but for what no schema says --------------

class Reader {
 public:
  // nullopt, and a mistake kept: the number is no integer from `low` to `high`.
  std::optional<std::int64_t> Signed(const Json& json, std::int64_t low, std::int64_t high);
  std::optional<std::uint64_t> Unsigned(const Json& json, std::uint64_t high);
  std::optional<double> Real(const Json& json, double high);
  void Enter(std::string_view key);
  void Leave();
  absl::Status status() const;

 private:
  void Refuse(const Json& json, const std::string& low, const std::string& high);
  std::vector<std::string> at_;
  std::vector<std::string> mistakes_;
};

// kInvalidArgument with every mistake, each with its JSON pointer. Takes nulls out of `json` where they stand
// for absence.
absl::Status Conform(const Json& schema, Json& json);

template <class T>
void ReadValue(const Json& json, T& value, Reader& reader);

template <class T>
struct MemberReader {
  const Json& json;
  T& object;
  Reader& reader;
  template <class M, class... Constraints>
  void operator()(const char* name, M T::*member, const char*, Constraints...) {
    const auto it = json.find(name);
    if (it == json.end()) return;
    reader.Enter(name);
    ReadValue(*it, object.*member, reader);
    reader.Leave();
  }
};

template <class T>
void ReadNumber(const Json& json, T& value, Reader& reader) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    constexpr double kHigh =
        sizeof(T) < sizeof(double) ? double(Limits::max()) : std::numeric_limits<double>::max();
    if (const auto number = reader.Real(json, kHigh)) value = static_cast<T>(*number);
  } else if constexpr (std::is_signed_v<T>) {
    if (const auto number = reader.Signed(json, Limits::min(), Limits::max()))
      value = static_cast<T>(*number);
  } else {
    if (const auto number = reader.Unsigned(json, Limits::max())) value = static_cast<T>(*number);
  }
}

template <class T>
void ReadVector(const Json& json, T& value, Reader& reader) {
  value.clear();
  value.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    typename T::value_type one{};
    reader.Enter(std::to_string(i));
    ReadValue(json[i], one, reader);
    reader.Leave();
    value.push_back(std::move(one));
  }
}

template <class T>
void ReadMap(const Json& json, T& value, Reader& reader) {
  value.clear();
  for (auto it = json.begin(); it != json.end(); ++it) {
    reader.Enter(it.key());
    ReadValue(it.value(), value[it.key()], reader);
    reader.Leave();
  }
}

template <class T>
void ReadValue(const Json& json, T& value, Reader& reader) {
  if constexpr (std::is_same_v<T, Json>) {
    value = json;
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    value = json.template get<T>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    ReadNumber(json, value, reader);
  } else if constexpr (DescribedEnum<T>) {
    for (const auto& one : NinefoldEnumerators(Tag<T>())) {
      if (json == one.name) value = one.value;
    }
  } else if constexpr (kIsOptional<T>) {
    if (json.is_null() && !std::is_same_v<typename T::value_type, Json>) return value.reset();
    ReadValue(json, value.emplace(), reader);
  } else if constexpr (kIsVector<T>) {
    ReadVector(json, value, reader);
  } else if constexpr (kIsMap<T>) {
    ReadMap(json, value, reader);
  } else {
    MemberReader<T> members{json, value, reader};
    NinefoldDescribe(Tag<T>(), members);
  }
}

template <class T>
const Json& CachedSchema() {
  static const Json schema = [] {
    SchemaScope scope;
    return SchemaIn<T>(scope);
  }();
  return schema;
}

}  // namespace internal

// ---- the face ----------------------------------------------------------------------------------

// JSON Schema 2020-12; additionalProperties is false for structs.
template <class T>
Json SchemaOf() {
  return internal::CachedSchema<T>();
}

// kInvalidArgument names every mistake (16 at most) by JSON pointer; numbers that do not fit are mistakes,
// never wrapped. Null for a member that is not required is the same as leaving it out.
template <class T>
absl::StatusOr<T> FromJson(const Json& json) {
  Json copy = json;
  absl::Status status = internal::Conform(internal::CachedSchema<T>(), copy);
  if (!status.ok()) return status;
  T value{};
  internal::Reader reader;
  internal::ReadValue(copy, value, reader);
  status = reader.status();
  if (!status.ok()) return status;
  return value;
}

// Optionals without a value are left out. Doubles that are not finite become null when dumped.
template <class T>
requires internal::DescribedStruct<T> || internal::DescribedEnum<T> Json ToJson(const T& value) {
  return internal::ValueToJson(value);
}

// For AgentOptions::output and ModelRequest::output. (The second parameter stands for OutputSchema of
// model.h, which this header only names.)
template <class T, class Schema = OutputSchema>
std::shared_ptr<const Schema> Output(std::string name = "answer") {
  auto output = std::make_shared<Schema>();
  output->name = std::move(name);
  output->schema = SchemaOf<T>();
  return output;
}

}  // namespace ninefold

#include "ninefold/make_tool.h"
