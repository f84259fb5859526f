#include "ninefold/schema.h"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/model.h"

namespace weather {  // a user's namespace

enum class Unit { kCelsius, kFahrenheit };
NINEFOLD_DESCRIBE_ENUM(Unit, (kCelsius, "celsius"), (kFahrenheit, "fahrenheit"))

struct Spot {
  double latitude = 0;
  float longitude = 0;
};
NINEFOLD_DESCRIBE(Spot, (latitude, "Degrees north", Min(-90), Max(90)), (longitude, ""))

struct Query {
  std::string city;
  std::optional<int> days;
  Unit unit = Unit::kFahrenheit;
  std::vector<std::string> tags;
  std::map<std::string, double> weights;
  std::optional<Spot> spot;
  ninefold::Json extra;
  bool detailed = true;
};
NINEFOLD_DESCRIBE(Query, (city, "City, in English", MinLength(1), MaxLength(20), Pattern("^[A-Z]")),
                  (days, "Days ahead", Min(1), Max(10)), (unit, "Scale"),
                  (tags, "Labels", MinItems(1), MaxItems(3)), (weights, "Weight by label", MayBeAbsent()),
                  (spot, "Where"), (extra, "Anything", MayBeAbsent()), (detailed, "All of it"))

struct Tree {
  std::string name;
  std::vector<Tree> children;
};
NINEFOLD_DESCRIBE(Tree, (name, ""), (children, "", MayBeAbsent()))

struct Forest {
  Tree first;
  Tree second;
};
NINEFOLD_DESCRIBE(Forest, (first, ""), (second, ""))

struct Numbers {
  std::int8_t i8 = 0;
  std::uint8_t u8 = 0;
  std::int16_t i16 = 0;
  std::uint16_t u16 = 0;
  std::int32_t i32 = 0;
  std::uint32_t u32 = 0;
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  float f = 0;
  double d = 0;
};
NINEFOLD_DESCRIBE(Numbers, (i8, "", MayBeAbsent()), (u8, "", MayBeAbsent()), (i16, "", MayBeAbsent()),
                  (u16, "", MayBeAbsent()), (i32, "", MayBeAbsent()), (u32, "", MayBeAbsent()),
                  (i64, "", MayBeAbsent()), (u64, "", MayBeAbsent()), (f, "", MayBeAbsent()),
                  (d, "", MayBeAbsent()))

struct Nothing {};
NINEFOLD_DESCRIBE(Nothing)

}  // namespace weather

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using weather::Numbers;
using weather::Query;

Json J(const std::string& text) {
  absl::StatusOr<Json> json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << text << ": " << json.status();
  return json.ok() ? *json : Json();
}

template <class T>
std::string Told(const std::string& text) {
  return std::string(FromJson<T>(J(text)).status().message());
}

TEST(Schema, OfAStruct) {
  EXPECT_EQ(SchemaOf<Query>(),
            J(R"({"type":"object","additionalProperties":false,"required":["city","tags"],"properties":{
    "city":{"type":"string","description":"City, in English","minLength":1,"maxLength":20,"pattern":"^[A-Z]"},
    "days":{"type":"integer","description":"Days ahead","minimum":1,"maximum":10},
    "unit":{"type":"string","description":"Scale","enum":["celsius","fahrenheit"],"default":"fahrenheit"},
    "tags":{"type":"array","description":"Labels","items":{"type":"string"},"minItems":1,"maxItems":3},
    "weights":{"type":"object","description":"Weight by label","additionalProperties":{"type":"number"},"default":{}},
    "spot":{"type":"object","description":"Where","additionalProperties":false,"required":["latitude","longitude"],"properties":{
      "latitude":{"type":"number","description":"Degrees north","minimum":-90,"maximum":90},"longitude":{"type":"number"}}},
    "extra":{"description":"Anything","default":null},
    "detailed":{"type":"boolean","description":"All of it","default":true}}})"));
  EXPECT_EQ(SchemaOf<weather::Nothing>(),
            J(R"({"type":"object","properties":{},"additionalProperties":false})"));
}

TEST(Schema, OfAStructThatContainsItself) {
  EXPECT_EQ(SchemaOf<weather::Tree>()["properties"]["children"]["items"], J(R"({"$ref":"#"})"));
  const Json forest = SchemaOf<weather::Forest>();
  EXPECT_EQ(forest["properties"]["first"]["$ref"], "#/$defs/Tree");
  EXPECT_EQ(forest["$defs"]["Tree"]["properties"]["children"]["items"]["$ref"], "#/$defs/Tree");
  const char* text =
      R"({"first":{"name":"a","children":[{"name":"b","children":[{"name":"c"}]}]},"second":{"name":"d"}})";
  const auto read = FromJson<weather::Forest>(J(text));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->first.children[0].children[0].name, "c");
  EXPECT_EQ(Told<weather::Forest>(R"({"first":{"name":"a","children":[{"nam":"b"}]},"second":{"name":"d"}})"),
            "/first/children/0/nam: unknown; did you mean \"name\"?; /first/children/0/name: missing");
}

TEST(Schema, ReadsAndWritesBack) {
  const char* text = R"({"city":"Bonn","days":3,"unit":"celsius","tags":["a","b"],"weights":{"x":0.5},
    "spot":{"latitude":50.7,"longitude":7.25},"extra":{"any":[1]},"detailed":false})";
  const absl::StatusOr<Query> query = FromJson<Query>(J(text));
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->days, 3);
  EXPECT_EQ(query->unit, weather::Unit::kCelsius);
  EXPECT_EQ(query->spot->latitude, 50.7);
  EXPECT_EQ(ToJson(*query), J(text));
}

TEST(Schema, AbsentAndNullAreTheDefault) {
  for (
      const char* text :
      {R"({"city":"Bonn","tags":["a"]})",
       R"({"city":"Bonn","tags":["a"],"days":null,"unit":null,"spot":null,"detailed":null,"weights":null})"}) {
    const absl::StatusOr<Query> query = FromJson<Query>(J(text));
    ASSERT_TRUE(query.ok()) << query.status();
    EXPECT_FALSE(query->days.has_value());
    EXPECT_EQ(query->unit, weather::Unit::kFahrenheit);
    EXPECT_TRUE(query->detailed);
  }
}

TEST(Schema, NamesEveryMistake) {
  EXPECT_EQ(Told<Query>(R"({"city":"Bonn","tags":["a"],"days":20})"),
            "/days: 20 is more than the maximum 10");
  EXPECT_EQ(Told<Query>(R"({"city":"Bonn","tags":["a"],"unit":"kelvin"})"),
            "/unit: \"kelvin\" is none of celsius, fahrenheit");
  EXPECT_EQ(Told<Query>(R"({"cyti":"Bonn","tags":[1,"b"],"days":0,"spot":{"latitude":91,"longitude":"x"}})"),
            "/cyti: unknown; did you mean \"city\"?; /days: 0 is less than the minimum 1; "
            "/spot/latitude: 91 is more than the maximum 90; /spot/longitude: \"x\" is not a number; "
            "/tags/0: 1 is not a string; /city: missing");
  EXPECT_EQ(Told<Query>("[]"), "the value: [] is not an object");
}

TEST(Schema, NumbersNeverWrap) {
  const struct {
    const char *text, *want;
  } cases[] = {
      {R"({"i8":-128,"u8":255,"i16":-32768,"u16":65535,"i32":-2147483648,"u32":4294967295})", ""},
      {R"({"i64":-9223372036854775808,"u64":18446744073709551615})", ""},
      {R"({"i64":5.0,"u8":5.0,"f":1e10})", ""},
      {R"({"i8":128})", "/i8: 128 is more than the maximum 127"},
      {R"({"u8":-1})", "/u8: -1 is less than the minimum 0"},
      {R"({"i32":2147483648})", "/i32: 2147483648 does not fit: it must be from -2147483648 to 2147483647"},
      {R"({"i32":3e9})", "/i32: 3000000000.0 does not fit: it must be from -2147483648 to 2147483647"},
      {R"({"u32":4294967296})", "/u32: 4294967296 does not fit: it must be from 0 to 4294967295"},
      {R"({"i64":9223372036854775808})",
       "/i64: 9223372036854775808 does not fit: it must be from -9223372036854775808 to 9223372036854775807"},
      {R"({"i64":1.5})", "/i64: 1.5 is not an integer"},
      {R"({"i64":"5"})", "/i64: \"5\" is not an integer"},
      {R"({"i64":true})", "/i64: true is not an integer"},
      {R"({"i64":9223372036854775808.0})",
       "/i64: 9.223372036854776e+18 does not fit: it must be from -9223372036854775808 to "
       "9223372036854775807"},
  };
  for (const auto& c : cases) EXPECT_EQ(Told<Numbers>(c.text), c.want) << c.text;
  EXPECT_THAT(Told<Numbers>(R"({"u64":1e308,"f":1e39,"i64":-9223372036854775809})"),
              ::testing::AllOf(HasSubstr("/u64: 1e+308 does not fit"), HasSubstr("/f: 1e+39 does not fit"),
                               HasSubstr("/i64: ")));
  EXPECT_EQ(FromJson<Numbers>(J(R"({"u64":18446744073709551615})"))->u64,
            std::numeric_limits<std::uint64_t>::max());
}

TEST(Schema, IsAnOutput) {
  const std::shared_ptr<const OutputSchema> output = Output<Query>("query");
  EXPECT_EQ(output->name, "query");
  EXPECT_EQ(output->schema, SchemaOf<Query>());
}

}  // namespace
}  // namespace ninefold
