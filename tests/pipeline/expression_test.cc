#include "pipeline/expression.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold::pipeline {
namespace {

using ::testing::HasSubstr;

const Json& Values() {
  static const Json values = {
      {"input", {{"n", 3}, {"name", "ann"}, {"list", {1, 2, 3}}, {"yes", true}}},
      {"facts",
       {{"text", "Größe approved"}, {"data", {{"rows", {{{"x", 1.5}}, {{"x", 2}}}}, {"none", nullptr}}}}}};
  return values;
}

TEST(Expression, Evaluates) {
  struct {
    std::string_view text;
    Json value;
  } const cases[] = {
      {"true", true},
      {"not true", false},
      {"not not true", true},
      {"input.n == 3", true},
      {"input.n == 3.0", true},
      {"input.n != 3", false},
      {"input.n > 2 and input.n < 4", true},
      {"input.n>=3 or 1 < 0", true},
      {"-1 < 0", true},
      {"input.name == 'ann'", true},
      {"input.name < \"bob\"", true},
      {"contains(facts.text, \"approved\")", true},
      {"contains(facts.text, 'x')", false},
      {"contains(input.list, 2)", true},
      {"contains(facts.data, 'rows')", true},
      {"size(input.list)", 3},
      {"size('Größe')", 5},
      {"size(facts.data.gone)", 0},
      {"size(facts.data)", 2},
      {"facts.data.rows[1].x", 2},
      {"facts.data.rows[7]", nullptr},
      {"facts.data.none == null", true},
      {"facts.data.gone == null", true},
      {"facts.text != null", true},
      {"(input.n == 1 or input.yes) and not false", true},
      {"input.n == 1 or input.n == 2 or input.n == 3", true},
      {"false and facts.text", false},  // what is not needed is not looked at
  };
  for (const auto& c : cases) {
    const auto parsed = Expression::Parse(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status();
    const auto value = parsed->Evaluate(Values());
    ASSERT_TRUE(value.ok()) << c.text << ": " << value.status();
    EXPECT_EQ(*value, c.value) << c.text;
  }
}

TEST(Expression, NeverComparesUnlikeTypesInSilence) {
  struct {
    std::string_view text, why;
  } const cases[] = {
      {"input.n == 'three'", "cannot compare a number with a text"},
      {"input.name > 3", "cannot compare a text with a number"},
      {"input.yes == 1", "cannot compare true or false with a number"},
      {"facts.data.none < 1", "cannot compare nothing with a number"},
      {"input.list < input.list", "cannot compare a list with a list"},
      {"not input.n", "and, or, not take true or false, not a number"},
      {"input.name or true", "not a text"},
      {"size(input.n)", "size() takes a text"},
      {"contains(input.n, 1)", "cannot look for"},
  };
  for (const auto& c : cases) {
    const auto parsed = Expression::Parse(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status();
    EXPECT_THAT(std::string(parsed->Evaluate(Values()).status().message()), HasSubstr(c.why)) << c.text;
  }
  EXPECT_FALSE(Expression::Parse("input.n")->Test(Values()).ok());
}

TEST(Expression, RefusesWithAColumn) {
  std::string deep(4'000, '('), wide = "a";
  for (int i = 0; i < 100'000; ++i) wide += " and a";
  struct {
    std::string text;
    std::size_t at;
    std::string_view why;
  } const cases[] = {
      {"", 0, "ends too early"},
      {"a.b =", 4, "write =="},
      {"a && b", 2, "write and, or, not"},
      {"a + 1", 2, "no arithmetic"},
      {"a == ", 5, "ends too early"},
      {"(a == 1", 7, "ends too early"},
      {"a == 1)", 6, "should end here"},
      {"lower(a)", 0, "no function"},
      {"'abc", 0, "never closed"},
      {"1 < 2 < 3", 7, "do not chain"},
      {"a[x]", 0, "an index is a number"},
      {"1e999 > 1", 0, "no number"},
      {"contains(a)", 10, "takes two values"},
      {"and a", 0, "a value is missing"},
      {"a ≤ 3", 2, "not expected"},
      {"12ab", 0, "no number"},
      {deep, 32, "deeper than 32"},
      {wide, 0, "4,096 bytes"},
  };
  for (const auto& c : cases) {
    std::size_t at = 999;
    const auto parsed = Expression::Parse(c.text, &at);
    ASSERT_FALSE(parsed.ok()) << c.text.substr(0, 40);
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.why)) << c.text.substr(0, 40);
    EXPECT_EQ(at, c.at) << c.text.substr(0, 40);
  }
}

}  // namespace
}  // namespace ninefold::pipeline
