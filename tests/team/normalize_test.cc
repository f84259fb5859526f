#include "gtest/gtest.h"
#include "ninefold/contemplate.h"

namespace ninefold {
namespace {

TEST(NormalizeAnswer, EqualAnswersLookEqual) {
  const struct {
    std::string a, b;
  } same[] = {
      {"42", "answer: 42"},
      {"The sum is as follows.\nFinal answer: 42.", "42.0"},
      {"so \\boxed{42}", "42"},
      {"\\boxed{\\frac{1}{2}}", "first \\boxed{3}, no: \\boxed{\\frac{1}{2}}"},
      {"1,000", "1000"},
      {"$5.50", "5.5"},
      {"50 %", "50%"},
      {"+7", "7"},
      {"-0", "0"},
      {"Paris", "answer: **paris**"},
      {"New   York", "new york."},
      {"(B)", "b"},
      {"\"yes\"", "Yes!"},
      {"The answer is Bonn.", "bonn"},
  };
  for (const auto& c : same) EXPECT_EQ(NormalizeAnswer(c.a), NormalizeAnswer(c.b)) << c.a << " | " << c.b;
}

TEST(NormalizeAnswer, DifferentAnswersStayDifferent) {
  const struct {
    std::string a, b;
  } different[] = {{"42", "-42"}, {"0.5", "0.05"},   {"50", "50%"}, {"yes", "no"},
                   {"1-2", "12"}, {"1.2.3", "1.23"}, {"", "0"}};
  for (const auto& c : different)
    EXPECT_NE(NormalizeAnswer(c.a), NormalizeAnswer(c.b)) << c.a << " | " << c.b;
}

}  // namespace
}  // namespace ninefold
