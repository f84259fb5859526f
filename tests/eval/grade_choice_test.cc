#include "grade_pairs.h"

namespace ninefold {
namespace {

TEST(ChoiceGrades, OfLettersHoweverTheyAreSaid) {
  ExpectGrades("choice",
               std::vector<GradedPair>{
                   {"B", "answer: B", true},
                   {"B", "answer: (b)", true},
                   {"B", "answer: B) dog", true},
                   {"B", "answer: dog", true},
                   {"dog", "answer: B", true},
                   {"(b)", "answer: B", true},
                   {"B) dog", "answer: B", true},
                   {"B", "answer: A", false},
                   {"B", "answer: E", false},
                   {"B", "a dog is a pet", false},
                   {"B", "Reasoning about A and C…\n\nB", true},
                   {"B", "Reasoning about A and C.\n\n(B)", true},
                   {"B", "Reasoning about A and C.\n\n**B**", true},
                   {"B", "Reasoning about A and C.\n\n**B) dog**", true},
                   {"B", "Reasoning.\n\nB.\n\nConfidence: 80%", true},
                   {"C", "It must be (C).", true},
                   {"B", "Therefore, B.", true},
                   {"B", "I choose B", true},
                   {"B", "I think it is B", true},
                   {"B", "A good answer is B", true},
                   {"A", "A good answer is B", false},
                   {"A", "A good question. It says so.", false},
                   {"B", "A is wrong, so B", true},
                   {"A", "A is wrong, so B", false},
                   {"B", "The answer is B because of A.", true},
                   {"B", "B is correct.", true},
                   {"B", "Option B is correct", true},
                   {"B", "The correct option is B", true},
                   {"B", "Correct answer: B", true},
                   {"B", "So I would go with option (B), dog.", true},
                   {"B", "The correct answer is B. A is wrong.", true},
                   {"B", "B\n\nBecause.", true},
                   {"B", "\\boxed{B}", true},
                   {"B", "\\boxed{\\text{(B)}}", true},
                   {"B", "$\\boxed{\\textbf{(B)}\\ dog}$", true},
                   {"A", "A and C", false},
                   {"A", "answer: A, C", false},
                   {"A", "answer: A or B", false},
                   {"A", "A", true},
                   {"A", "answer: A, because it purrs", true},
                   {"A", "A cat", true},
                   {"B", "I rule out (A) and (C); what remains is **B**, of course, as said.", true},
               },
               {"cat", "dog", "hen", "fish"});
}

TEST(ChoiceGrades, ALetterIsALetterAlsoWhereATextIsOne) {
  const std::vector<std::string> types = {"A", "AB", "B", "O"};
  ExpectGrades("choice",
               std::vector<GradedPair>{{"B", "answer: B", true},
                                       {"B", "answer: AB", true},
                                       {"C", "answer: C", true},
                                       {"C", "answer: B", false},
                                       {"D", "answer: O", true},
                                       {"O", "answer: D", true},
                                       {"A", "answer: A", true}},
               types);
  ExpectGrades("choice", std::vector<GradedPair>{{"A", "answer: A", true}, {"A", "answer: C", false}},
               {"C", "A", "B", "D"});
  // Texts that are the same but for their case, or begin with a letter.
  ExpectGrades("choice", std::vector<GradedPair>{{"B", "answer: 5 m", true}, {"B", "answer: B", true}},
               {"5 M", "5 m", "x", "y"});
  ExpectGrades(
      "choice",
      std::vector<GradedPair>{{"A", "answer: E. coli", true}, {"E", "answer: E. none of them", true}},
      {"E. coli", "b", "c", "d", "none of them"});
}

TEST(ChoiceGrades, WithoutChoicesAnyLetterWillDo) {
  ExpectGrades("choice", std::vector<GradedPair>{{"H", "answer: H", true},
                                                 {"B", "I think it is B", true},
                                                 {"B", "Why so.\n\n(B)", true},
                                                 {"I", "I think it is B", false}});
}

}  // namespace
}  // namespace ninefold
