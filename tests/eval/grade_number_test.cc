#include "grade_pairs.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

TEST(NumberGrades, OfAnEquationItsRightSide) {
  ExpectGrades("number", std::vector<GradedPair>{
                             {"4004", "91*44=4004", true},
                             {"91", "91*44=4004", false},
                             {"72", "Answer: 48 + 24 = 72", true},
                             {"72", "#### 48 + 24 = 72", true},
                             {"72", "The answer is 48 + 24 = 72.", true},
                             {"72", "\\boxed{48+24=72}", true},
                             {"48", "Answer: 48 + 24 = 72", false},
                             {"72", "48 + 24 = 72 clips", true},
                             {"7", "2x + 1 = 15 so x = 7", true},
                             {"18", "9 x 2 = 18", true},
                             {"18", "16 - 3 - 4 = 9; 9 * 2 = $18", true},
                             {"18", "16 - 3 - 4 = 9; 9 * 2 = $18 for 2 days", true},
                             {"5", "Total: 20/4 = 5", true},
                             {"5", "3 + 2\n= 5", true},
                             {"13", "So 3*4 = 12, and one more.\n\n**13**", true},
                             {"3.14", "answer: π ≈ 3.14", true},
                             {"3", "answer: x = 2 or x = 3", false},
                             {"3", "answer: x >= 3 and y <= 5", false},
                         });
}

TEST(NumberGrades, OfANumberWithUnitsOrWordsItself) {
  ExpectGrades("number", std::vector<GradedPair>{
                             {"18", "$18 per day", true},
                             {"18", "She needs 18 apples", true},
                             {"64", "#### 64 glasses", true},
                             {"25", "answer: 25 m^2", true},
                             {"2", "answer: 25 m^2", false},
                             {"5", "answer: 5 km", true},
                             {"9.8", "answer: 9.8 m/s^2", true},
                             {"90", "answer: 90^\\circ", true},
                             {"1000000", "$1M", true},
                             {"1", "$1M", false},
                             {"1500000", "answer: $1.5 million", true},
                             {"15000", "15K", true},
                             {"15", "15K", false},
                             {"300", "answer: 300 K", true},
                             {"2.5", "Answer: 2\\frac{1}{2} hours", true},
                             {"2", "Answer: 2\\frac{1}{2} hours", false},
                             {"3", "answer: 3 CO2 molecules", true},
                             {"12", "answer: about 12 apples", true},
                             {"12", "answer: twelve", true},
                             {"-3", "answer: $-3$", true},
                             {"-7", "answer: −7", true},
                             {"1200.5", "answer: \\$1{,}200.50", true},
                             {"42", "**Final Answer**\n\n42", true},
                             {"300000000", "answer: 3 \\times 10^{8} m/s", true},
                             {"1500", "answer: 1.5e3", true},
                             {"5", "Answer:\n- 5", true},
                             {"-5", "answer: - 5", true},
                             {"0.125", "0,125", true},
                             {"125", "0,125", false},
                             {"017", "answer: 17", true},
                             {"12345678901234567890123456789012345678901234567890",
                              "answer: 12345678901234567890123456789012345678901234567890", true},
                         });
}

TEST(NumberGrades, OfASentenceTheOneItEndsWith) {
  ExpectGrades("number", std::vector<GradedPair>{
                             {"5", "3 apples and 2 pears, so 5", true},
                             {"5", "answer: 3 apples and 2 pears, so 5", true},
                             {"20", "answer: 20 minutes per day for 3 days", true},
                             {"18", "answer: 18, since 9 * 2 = 18", true},
                             {"5", "Work it out.\n\n5", true},
                             {"12", "Reasoning: 3*4\n\n**12**", true},
                             {"18", "So he pays 18.\nConfidence: 90%", true},
                             {"18", "So he pays 18. Confidence: 90%", true},
                             {"18", "answer: 18\n**confidence:** 0.9", true},
                             {"0.9", "So he pays 18.\nConfidence: 90%", false},
                             {"16", "the rest is 16 - 3 and more", false},
                         });
}

TEST(NumberGrades, OfClosedFormsTheirValue) {
  ExpectGrades("number:1e-6", std::vector<GradedPair>{
                                  {"2", "Answer: \\sqrt{4}", true},
                                  {"4", "Answer: \\sqrt{4}", false},
                                  {"3", "\\boxed{3\\pi}", false},
                                  {"9.424777961", "\\boxed{3\\pi}", true},
                                  {"9.424777961", "answer: 3π cm", true},
                                  {"3\\pi", "answer: 9.424777961", true},
                                  {"1.618033989", "answer: \\frac{1+\\sqrt{5}}{2}", true},
                                  {"2", "answer: \\sqrt[3]{8}", true},
                                  {"1024", "answer: 2^{10}", true},
                                  {"120", "answer: 5!", true},
                                  {"5", "answer: 5!", false},
                                  {"-0.75", "answer: -\\frac{3}{4}", true},
                                  {"2\\sqrt{3}", "answer: \\sqrt{12}", true},
                              });
}

TEST(NumberGrades, OfSeveralOrOfAFormulaNone) {
  const EvalItem item = {.expected = "2", .grader = "number"};
  for (const char* reply :
       {"\\boxed{x^2}", "answer: 1, 2", "answer: 1 and 2", "answer: 1 or 2", "answer: 1 or 2 days",
        "\\boxed{(1, 2)}", "answer: 2x", "answer: x + 2", "answer: 1 2 3", "answer: 1 + 1", "answer: \\pm 2",
        "answer: 2024-03-02", "answer: 1-2", "answer: 2 hours 30 minutes", "", "I do not know"}) {
    const auto grade = GradeReply(item, Said(reply), {});
    ASSERT_THAT(grade, IsOk());
    EXPECT_FALSE(grade->right) << reply;
    EXPECT_THAT(grade->why, HasSubstr("no single number in")) << reply;
  }
  ExpectGrades("number", std::vector<GradedPair>{{"12", "answer: 1, 2", false},
                                                 {"123", "answer: 1 2 3", false},
                                                 {"5300", "Answer:\n5\n300", false},
                                                 {"34", "\\boxed{(3, 4)}", false},
                                                 {"35", "answer: 3,5", false},
                                                 {"10000", "answer: 10 000", true},
                                                 {"1234567", "answer: 1,234,567", true}});
}

TEST(NumberGrades, TakeAPercentSignThatOneSideLacksEitherWay) {
  ExpectGrades("number", std::vector<GradedPair>{
                             {"25", "answer: 25%", true},
                             {"0.25", "answer: 25%", true},
                             {"25", "answer: 25 percent", true},
                             {"25", "answer: 25\\%", true},
                             {"2500", "answer: 25%", false},
                             {"25%", "answer: 25", true},
                             {"25%", "answer: 0.25", true},
                             {"25%", "answer: 25%", true},
                             {"25%", "answer: 0.25%", false},
                             {"0.5", "answer: 1/2", true},
                             {"0.5", "answer: \\frac{1}{2}", true},
                         });
}

TEST(NumberGrades, HaveATolerance) {
  ExpectGrades("number",
               std::vector<GradedPair>{{"18", "answer: 18.0", true}, {"18", "answer: 18.1", false}});
  ExpectGrades("number:0.01",
               std::vector<GradedPair>{{"100", "answer: 100.9", true}, {"100", "answer: 101.1", false}});
  ExpectGrades("number:abs:0.5",
               std::vector<GradedPair>{{"100", "answer: 100.4", true}, {"100", "answer: 100.6", false}});
}

TEST(NumberGrades, ReadAnyBytes) {
  const EvalItem item = {.expected = "2", .grader = "number"};
  for (const std::string& reply :
       {std::string(100'000, '('), std::string(100'000, '9'), std::string("answer: \xff\xfe 2"),
        "answer: " + std::string(3'000, '-') + "2", std::string(50'000, '='),
        std::string("answer: 2^2^2^2^2^2^2^9"), std::string("answer: ") + std::string(1'000, '(') + "2",
        std::string("1 2 ") + std::string(9'000, '1')}) {
    EXPECT_THAT(GradeReply(item, Said(reply), {}), IsOk());
  }
}

}  // namespace
}  // namespace ninefold
