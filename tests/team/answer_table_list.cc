// Lists, sets and options.
#include "team/answer_table.h"

namespace ninefold {
namespace {

SameGroup MoreLists() {
  return {"more lists",
          {{"(5,120)", "(5, 120)", "(5;120)"},
           {"5120", "5,120"},
           {"(100,200)", "(100, 200)"},
           {"100200"},
           {"(0,100)", "(0, 100)"},
           {"(-3,100)", "(-3, 100)"},
           {"(1,000, 2,000)", "(1000, 2000)"},
           {"1, 2, 3", "- 1\n- 2\n- 3", "* 1\n* 2\n* 3", "1\n2\n3", "1, 2, & 3", "[1, 2, 3,]",
            "1. 1\n2. 2\n3. 3", "Answer:\n- 1\n- 2\n- 3"},
           {"1, 2, 3, ...", "1,2,3,\\ldots"},
           {"-1, -2, -3"},
           {"apple, banana", "apple & banana", "- apple\n- banana", "1. apple\n2. banana",
            "* apple\n* banana", "apple and banana"},
           {"banana, apple"},
           {"red, blue, green", "red and blue and green"},
           {"True, False", "true,false", "True\nFalse"},
           {"{1, 2, 3}"},
           {"{1, 2, 3, ...}"},
           {"{\"a\":1,\"b\":2}", "{'a': 1, 'b': 2}", "{\"b\": 2, \"a\": 1,}"},
           {"{\"K\":1,\"k\":2}"},
           {"{\"k\":2}"},
           {"{\"k\":1}"},
           {"[{'a': True}]", "[{\"a\": true}]"},
           {"5", "Answer:\n- 5", "Answer:\n* 5", "Final answer:\n• 5"},
           {"-5", "- 5", "Answer: -5"}}};
}

SameGroup Options() {
  return {"more options",
          {{"B",
            "B. mitochondria",
            "B. cell wall",
            "(B) (0,1)",
            "(B) +3",
            "(B)Paris",
            "{B}",
            "B. +5",
            "(B) [0,1]",
            "(B) {1,2}",
            "(B) .5",
            "(B) > 5",
            "B. (x+1)",
            "Option: B",
            "Letter B",
            "B (Paris)",
            "B is correct",
            "B is the correct answer.",
            "It is B.",
            "Answer: {B}",
            "B\n\nExplanation: because.",
            "B\n\nParis is the capital of France.",
            "**B**\n\nParis is the capital.",
            "The answer is B, not C.",
            "The answer is (B), not (C).",
            "The best answer is B.",
            "(B), because it is so",
            "I choose B.",
            "The answer is B because it is so.",
            "the answer is letter B",
            "B\nParis",
            "b. Paris"},
           {"A", "(A)", "A. a cat", "(A) - 5"},
           {"A: 42", "42"},
           {"A: 43"},
           {"(a) 5 (b) 6"},
           {"(a) 7 (b) 8"},
           {"A) 1 B) 2"},
           {"A) 2 B) 1"},
           {"Answer:\n(i) 5\n(ii) 6", "(i) 5 (ii) 6"},
           {"(i) 7 (ii) 9"},
           {"Answer: a) 5\nb) 6"},
           {"Answer: a) 5\nb) 7"},
           {"I. True II. False"},
           {"I. False II. True"},
           {"(A) and (B)", "A, B", "A and B", "Both A and B", "A & B", "Options A and B"},
           {"A, B, C", "A and B and C", "A & B & C", "A, B and C"},
           {"A, B, C, D"},
           {"(c) 2024"},
           {"(c) 2023"},
           {"C. elegans"},
           {"C. difficile"},
           {"A beats B"},
           {"beats B"},
           {"A is larger"},
           {"is larger"},
           {"A ⊂ B"},
           {"A: 1, B: 2"},
           {"A: 2, B: 1"},
           {"A: Paris", "Paris"},
           {"(A) increases; (B) decreases"},
           {"(A) decreases; (B) increases"}}};
}

SameGroup ExpectedOptions() {
  return {"an option was asked for",
          {{"B",
            "I think it is B",
            "A careful reading shows B",
            "A is wrong; B",
            "I'd go with B",
            "I would say B",
            "[B]",
            "{B}",
            "Option: B",
            "Correct option: B",
            "Letter: B",
            "It is B.",
            "Both A and C are wrong, so B",
            "B Paris",
            "B. Paris",
            "(b)",
            "b",
            "B is right, A is wrong",
            "not A but B",
            "A or B? The answer is B",
            "B\n\nBecause A is wrong.",
            "so the answer is B"},
           {"C", "A better choice is C", "I choose C", "(C) I", "C. Vitamin A"},
           {"A", "I think A", "A: Paris", "a)", "A. is it"},
           {"I", "(I)", "I."},
           {"A and C", "A, C", "A & C", "A/C", "A+C"},
           {"A and D"},
           {"A or C"},
           {"A-2, B-1"},
           {"A-1, B-2"},
           {"a dog"},
           {"I think so"}},
          AnswerKind::kChoice};
}

SameGroup ExpectedSets() {
  return {"a set was asked for",
          {{"{}", "∅", "empty set", "\\emptyset", "[]", "none"},
           {"{1, 2}", "1\n2", "- 2\n- 1", "2, 1", "x = 1 or x = 2", "1 or 2", "\\{2, 1\\}", "x = 1, 2"},
           {"{1}"},
           {"{12}"},
           {"apple\nbanana", "banana, apple"}},
          AnswerKind::kSet};
}

SameGroup ExpectedLists() {
  return {"a list was asked for",
          {{"[]", "{}", "none"},
           {"1, 2, 3", "[1, 2, 3]", "1 -> 2 -> 3", "1 → 2 → 3", "1 > 2 > 3", "1\n2\n3", "(1, 2, 3)",
            "1. 1\n2. 2\n3. 3"},
           {"3, 2, 1"},
           {"a, b", "1. a\n2. b", "- a\n- b", "a\nb"}},
          AnswerKind::kList};
}

}  // namespace

std::vector<SameGroup> ListGroups() {
  return {MoreLists(), Options(), ExpectedOptions(), ExpectedSets(), ExpectedLists()};
}

}  // namespace ninefold
