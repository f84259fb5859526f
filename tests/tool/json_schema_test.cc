#include "base/json_schema.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

Json J(const std::string& text) {
  absl::StatusOr<Json> json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << text << ": " << json.status();
  return json.ok() ? *json : Json();
}

std::string Told(const std::string& schema, const std::string& value) {
  return std::string(ValidateJson(J(schema), J(value)).message());
}

TEST(JsonSchema, SaysWhatIsWrongAndWhere) {
  const struct {
    const char *schema, *value, *want;
  } cases[] = {
      {R"({"type":"integer"})", "5", ""},
      {R"({"type":"integer"})", "5.0", ""},
      {R"({"type":"integer"})", "1.5", "the value: 1.5 is not an integer"},
      {R"({"type":"integer"})", "\"5\"", "the value: \"5\" is not an integer"},
      {R"({"type":"integer"})", "true", "the value: true is not an integer"},
      {R"({"type":"number"})", "null", "the value: null is not a number"},
      {R"({"type":["string","null"]})", "null", ""},
      {R"({"type":["string","null"]})", "3", "the value: 3 is neither a string nor null"},
      {R"({"enum":["celsius","fahrenheit"]})", "\"kelvin\"",
       "the value: \"kelvin\" is none of celsius, fahrenheit"},
      {R"({"enum":["celsius","fahrenheit"]})", "\"celcius\"",
       "the value: \"celcius\" is none of celsius, fahrenheit; did you mean \"celsius\"?"},
      {R"({"enum":[1,null]})", "1.0", ""},
      {R"({"const":"x"})", "\"y\"", "the value: \"y\" is not \"x\""},
      {R"({"minimum":1})", "0", "the value: 0 is less than the minimum 1"},
      {R"({"maximum":10})", "20", "the value: 20 is more than the maximum 10"},
      {R"({"maximum":9223372036854775806})", "9223372036854775807",
       "the value: 9223372036854775807 is more than the maximum 9223372036854775806"},
      {R"({"exclusiveMinimum":1})", "1", "the value: 1 is not more than 1"},
      {R"({"exclusiveMaximum":1})", "1", "the value: 1 is not less than 1"},
      {R"({"multipleOf":0.1})", "0.3", ""},
      {R"({"multipleOf":3})", "7", "the value: 7 is not a multiple of 3"},
      {R"({"minLength":2})", "\"\u00e9\"", "the value: has 1 character; at least 2"},
      {R"({"maxLength":1})", "\"\u00e9\"", ""},
      {R"({"pattern":"^[a-z]+$"})", "\"Abc\"", "the value: \"Abc\" does not match the pattern ^[a-z]+$"},
      {R"({"pattern":"b"})", "\"abc\"", ""},
      {R"({"properties":{"city":{"type":"string"}},"additionalProperties":false})", R"({"cyti":"Bonn"})",
       "/cyti: unknown; did you mean \"city\"?"},
      {R"({"properties":{"a":{}},"patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false})",
       R"({"a":1,"x-1":2,"x-2":"3"})", "/x-2: \"3\" is not an integer"},
      {R"({"additionalProperties":{"type":"integer"}})", R"({"a/b":"c"})", "/a~1b: \"c\" is not an integer"},
      {R"({"required":["a","b"]})", R"({"b":1})", "/a: missing"},
      {R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})", "/b: missing"},
      {R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})", "/ab: its name: has 2 characters; at most 1"},
      {R"({"items":{"type":"integer"}})", R"([1,"x"])", "/1: \"x\" is not an integer"},
      {R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a",1,"b"])",
       "/2: \"b\" is not an integer"},
      {R"({"prefixItems":[true],"items":false})", "[1,2]", "/1: nothing is allowed here"},
      {R"({"minItems":1})", "[]", "the value: has 0 items; at least 1"},
      {R"({"maxItems":1})", "[1,2]", "the value: has 2 items; at most 1"},
      {R"({"uniqueItems":true})", "[1,2,1.0]", "/2: the same as item 0; items must differ"},
      {R"({"contains":{"type":"integer"}})", R"(["a"])", "the value: has 0 fitting items; at least 1"},
      {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4", "the value: 4 is more than the maximum 3"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "4",
       "the value: fits none of 2 alternatives: 4 is not a string"},
      {R"({"anyOf":[{"type":"string"},{"properties":{"a":{"minimum":1}}}]})", R"({"a":0})",
       "/a: 0 is less than the minimum 1"},
      {R"({"oneOf":[{"minimum":1},{"maximum":3}]})", "2", "the value: fits more than one of 2 alternatives"},
      {R"({"not":{"type":"null"}})", "null", "the value: null is what the schema rules out"},
      {R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})", "/b: missing"},
      {R"({"if":{"required":["a"]},"else":{"required":["b"]}})", R"({})", "/b: missing"},
      {R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}})", "\"x\"",
       "the value: \"x\" is not an integer"},
      {R"({"$ref":"#n","$defs":{"x":{"$anchor":"n","type":"integer"}}})", "\"x\"",
       "the value: \"x\" is not an integer"},
      {R"({"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}})", R"({"next":{"next":{"v":"x"}}})",
       "/next/next/v: \"x\" is not an integer"},
      {R"({"format":"email","x-note":1})", "\"no\"", ""},
      {R"({"type":"object","required":["a"],"properties":{"b":{"type":"integer"}}})", R"({"b":"x"})",
       "/b: \"x\" is not an integer; /a: missing"},
      {"true", "1", ""},
      {"false", "1", "the value: nothing is allowed here"},
  };
  for (const auto& c : cases) EXPECT_EQ(Told(c.schema, c.value), c.want) << c.schema << " " << c.value;
}

TEST(JsonSchema, HostileSchemasEndInAnError) {
  const struct {
    const char *schema, *why;
  } cases[] = {
      {R"({"$ref":"http://evil.example/s.json"})", "nothing is fetched"},
      {R"({"$ref":"file:///etc/passwd"})", "nothing is fetched"},
      {R"({"$ref":"#/$defs/none"})", "leads nowhere"},
      {R"({"$ref":"#"})", "nests deeper than"},
      {R"x({"pattern":"(?=a)"})x", "look-around"},
      {R"x({"pattern":"(a)\\1"})x", "back references"},
      {R"({"pattern":"((a{1000}){1000}){1000}"})", "cannot be used"},
      {"[]", "damaged"},
  };
  for (const auto& c : cases) EXPECT_THAT(Told(c.schema, "\"a\""), HasSubstr(c.why)) << c.schema;
}

TEST(JsonSchema, WorkIsBounded) {
  // Regular expressions that back-tracking engines take years for.
  EXPECT_THAT(ValidateJson(J(R"({"pattern":"^(a+)+$"})"), Json(std::string(100'000, 'a') + "b")).message(),
              HasSubstr("does not match"));
  Json wide = Json::object();
  for (int i = 0; i < 1'000'000; ++i) wide["allOf"].push_back(true);
  EXPECT_TRUE(ValidateJson(wide, Json(1)).ok());
  Json twice = Json::object();  // doubles with each level of the value
  twice["anyOf"] = Json::array({Json::object(), Json::object()});
  twice["anyOf"][0]["items"] = Json::object({{"$ref", "#"}});
  twice["anyOf"][0]["minItems"] = 1;
  twice["anyOf"][1] = twice["anyOf"][0];
  Json deep = Json::array();
  for (int i = 0; i < 60; ++i) deep = Json::array({deep});
  EXPECT_THAT(ValidateJson(twice, deep).message(), HasSubstr("takes too long"));
  Json all_wrong = Json::array();
  for (int i = 0; i < 100'000; ++i) all_wrong.push_back("x");
  EXPECT_EQ(SchemaMistakes(J(R"({"items":{"type":"integer"}})"), all_wrong).size(),
            SchemaLimits().mistakes_max);
}

TEST(JsonSchema, LongValuesAreShownShort) {
  const std::string told(ValidateJson(J(R"({"type":"integer"})"), Json(std::string(1 << 20, 'x'))).message());
  EXPECT_LT(told.size(), 200u);
  Json object = Json::object();
  object[std::string(1 << 20, 'k')] = 1;
  EXPECT_LT(ValidateJson(J(R"({"additionalProperties":false})"), object).message().size(), 300u);
}

TEST(CheckSchema, NamesThePlace) {
  const struct {
    const char *schema, *want;
  } cases[] = {
      {R"({"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"]})", ""},
      {"3", "the schema: must be a schema, not 3"},
      {R"({"properties":{"days":{"maximum":"x"}}})", "/properties/days/maximum: must be a number"},
      {R"({"maxLength":-1})", "/maxLength: -1 must be a whole number, 0 or more"},
      {R"({"minItems":1.5})", "/minItems: 1.5 must be a whole number, 0 or more"},
      {R"({"multipleOf":0})", "/multipleOf: must be more than 0"},
      {R"({"type":"sting"})",
       "/type: \"sting\" is no type; there are null, boolean, integer, number, string, array, object; did "
       "you mean \"string\"?"},
      {R"({"type":[]})", "/type: must name at least one type"},
      {R"({"enum":[]})", "/enum: must be a list of at least one value"},
      {R"({"required":"a"})", "/required: must be a list of names"},
      {R"({"required":[1]})", "/required: 1 is no name"},
      {R"({"items":[{}]})", "/items: must be a schema, not [{}]"},
      {R"({"anyOf":{}})", "/anyOf: must be a list of at least one schema"},
      {R"({"properties":[]})", "/properties: must be an object of schemas"},
      {R"({"uniqueItems":1})", "/uniqueItems: must be true or false"},
      {R"({"$ref":"#"})", "/$ref: leads back to itself"},
      {R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
       "/$defs/a/$ref: leads back to itself"},
      {R"({"properties":{"a":{"$ref":"#"}}})", ""},
      {R"({"$ref":"#/type","type":"string"})", "/$ref: leads to what is no schema"},
      {R"({"items":{"$ref":"other.json"}})",
       "/items/$ref: $ref \"other.json\" leads out of the document; only \"#/…\" is followed, nothing is "
       "fetched"},
  };
  for (const auto& c : cases) EXPECT_EQ(std::string(CheckSchema(J(c.schema)).message()), c.want) << c.schema;
  EXPECT_THAT(CheckSchema(J(R"({"patternProperties":{"(":{}}})")).message(),
              HasSubstr("/patternProperties/(: pattern \"(\" cannot be used"));
  Json deep = Json::object();
  for (int i = 0; i < 100; ++i) {
    Json outer = Json::object();
    outer["items"] = deep;
    deep = outer;
  }
  EXPECT_THAT(CheckSchema(deep).message(), HasSubstr("nests deeper than 64"));
}

TEST(DropNulls, TakesOutWhatWasLeftOut) {
  const Json schema = J(R"({"required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"},
      "c":{"type":["string","null"]},"d":{},"e":{"type":"array","items":{"properties":{"f":{"type":"string"}}}}}})");
  Json value = J(R"({"a":null,"b":null,"c":null,"d":null,"e":[{"f":null}],"g":null})");
  DropNulls(schema, value);
  EXPECT_EQ(DumpJson(value), R"({"a":null,"c":null,"d":null,"e":[{}],"g":null})");
}

}  // namespace
}  // namespace ninefold
