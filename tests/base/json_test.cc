#include "ninefold/json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

std::string Nested(int depth) {
  return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
}

TEST(ParseJson, RefusesWithPositionAndReason) {
  const JsonLimits strict{.bytes_max = 1 << 20, .depth_max = 8, .refuse_duplicates = true};
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "1:1: not JSON: the text ends too early"},
      {"{\"a\":", "the text ends too early"},
      {"{\n  \"a\": nope}", "2:9: not JSON"},
      {"{'a':1}", "1:2: not JSON"},
      {"[1,]", "1:4: not JSON"},
      {"NaN", "1:1: not JSON"},
      {"1e400", "not JSON"},
      {Nested(9), "1:9: JSON nested deeper than 8"},
      {Nested(100000), "JSON nested deeper than 8"},
      {"{\"a\":1,\"a\":2}", "key \"a\" stands twice"},
      {"\"\xC3\x28\"", "not JSON"},
      {std::string((1 << 20) + 1, ' '), "at most 1048576 are read"},
      {"{} {}", "1:4: not JSON"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Json> parsed = ParseJson(c.text, strict);
    ASSERT_FALSE(parsed.ok()) << c.text.substr(0, 40);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(Describe(parsed.status()), HasSubstr(c.why)) << c.text.substr(0, 40);
  }
}

TEST(ParseJson, TakesWhatIsGood) {
  EXPECT_EQ(*ParseJson("  {\"a\":[1,2.5,true,null,\"\\u00e9\"]} "),
            (Json{{"a", {1, 2.5, true, nullptr, "é"}}}));
  EXPECT_TRUE(ParseJson(Nested(64)).ok());
  EXPECT_EQ(*ParseJson("\"[[[[\\\"{{{{\""), Json("[[[[\"{{{{")) << "brackets in strings do not nest";
  EXPECT_EQ((*ParseJson("{\"a\":1,\"a\":2}"))["a"], 2);
}

TEST(ParseJson, MendsLoneSurrogates) {
  EXPECT_EQ(*ParseJson(R"(["\ud83d"])"), Json({"\xEF\xBF\xBD"}));
  EXPECT_EQ(*ParseJson(R"(["a\udc00b"])"), Json({"a\xEF\xBF\xBD"
                                                 "b"}));
  EXPECT_EQ(*ParseJson(R"(["\ud83d\ude00"])"), Json({"😀"})) << "a pair is a character";
  EXPECT_EQ(*ParseJson(R"(["\\ud83d"])"), Json({"\\ud83d"})) << "an escaped backslash starts no escape";
}

TEST(DumpJson, NeverThrows) {
  EXPECT_EQ(DumpJson(Json("a\xFFz")), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(DumpJson(Json{{"b", 1}, {"a", 2}}), R"({"a":2,"b":1})");
}

TEST(GetInt, ChecksTheRange) {
  const Json json = *ParseJson(
      R"({"big":18446744073709551615,"ok":-5,"whole":20.0,"half":0.5,"text":"5","huge":1e300,"yes":true})");
  EXPECT_EQ(GetInt(json, "big"), std::nullopt);
  EXPECT_EQ(GetInt(json, "ok"), -5);
  EXPECT_EQ(GetInt(json, "whole"), 20);
  EXPECT_EQ(GetInt(json, "half"), std::nullopt);
  EXPECT_EQ(GetInt(json, "text"), std::nullopt);
  EXPECT_EQ(GetInt(json, "huge"), std::nullopt);
  EXPECT_EQ(GetInt(json, "yes"), std::nullopt);
  EXPECT_EQ(GetInt(json, "missing"), std::nullopt);
  EXPECT_EQ(GetInt(Json::array(), "ok"), std::nullopt);
}

}  // namespace
}  // namespace ninefold
