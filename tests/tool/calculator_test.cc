#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tool/harness.h"

namespace ninefold {
namespace {

std::string Calculate(const std::string& expression) {
  Json arguments = Json::object();
  arguments["expression"] = expression;
  return Harness().Say(*Calculator(), arguments);
}

TEST(Calculator, ComputesAsAPersonWould) {
  const struct {
    std::string expression, want;
  } cases[] = {
      {"1+2*3", "7"},
      {"(1+2)*3", "9"},
      {"0.1+0.2", "0.3"},
      {"1/3", "0.333333333333"},
      {"-2^2", "-4"},
      {"2^3^2", "512"},
      {"2^-1", "0.5"},
      {"--3", "3"},
      {"7 % 4", "3"},
      {"9007199254740991 + 1", "9007199254740992"},
      {"1e3", "1000"},
      {"2^80", "1.20892581961e+24"},
      {"sqrt(16) + abs(-2)", "6"},
      {"min(3, 1, 2)", "1"},
      {"max(3,1)", "3"},
      {"round(2.5)", "3"},
      {"floor(-1.5)", "-2"},
      {"ceil(1.2)", "2"},
      {"ln(e)", "1"},
      {"log10(1000)", "3"},
      {"exp(0)", "1"},
      {"sin(0)", "0"},
      {"cos(pi)", "-1"},
      {"tan(0)", "0"},
      {"-0", "0"},
      {" 1\n+\t1 ", "2"},
      {".5*2", "1"},
      {"100*1.1", "110"},
      {"3-1-1", "1"},
      {std::string(2'000, '-') + "1", "1"},
  };
  for (const auto& c : cases) EXPECT_EQ(Calculate(c.expression), c.want) << c.expression;
}

TEST(Calculator, SaysWhereAMistakeIs) {
  const struct {
    std::string expression, want;
  } cases[] = {
      {"", "column 1: expected a number, not the end"},
      {"1+", "column 3: expected a number, not the end"},
      {"1 2", "column 3: expected an operator, not \"2\""},
      {"(1", "column 3: expected \")\", not the end"},
      {"1)", "column 2: expected an operator, not \")\""},
      {"1/0", "column 3: division by zero"},
      {"5 % (1-1)", "column 4: division by zero"},
      {"sqrt(-1)", "column 1: the result is not a real number"},
      {"10^400", "column 3: the result is too large"},
      {"1e400", "column 1: a number too large or too small"},
      {"1.2.3", "column 4: a number with two points"},
      {"squrt(4)", "column 1: unknown name \"squrt\"; did you mean \"sqrt\"?"},
      {"sqrt 4", "column 6: expected \"(\" after sqrt, not \"4\""},
      {"sqrt(1,2)", "column 1: sqrt takes one number, not 2"},
      {"min()", "column 5: expected a number, not \")\""},
      {"2 \xC3\x97 3", "column 3: expected an operator, not \"\u00d7\""},
      {"system(1)", "column 1: unknown name \"system\""},
      {"nan", "column 1: unknown name \"nan\"; did you mean \"tan\"?"},
      {"1,000", "column 2: expected an operator, not \",\""},
  };
  for (const auto& c : cases)
    EXPECT_EQ(Calculate(c.expression), "error: tool \"calculator\" failed: " + c.want);
}

TEST(Calculator, IsBounded) {
  EXPECT_THAT(Calculate(std::string(4'000, '(')), ::testing::HasSubstr("nested deeper than 64"));
  std::string tower = "1";
  for (int i = 0; i < 1'000; ++i) tower += "^1";
  EXPECT_THAT(Calculate(tower), ::testing::HasSubstr("nested deeper than 64"));
  EXPECT_THAT(Calculate(std::string(1'000'000, '1')), ::testing::HasSubstr("at most 4096"));
}

}  // namespace
}  // namespace ninefold
