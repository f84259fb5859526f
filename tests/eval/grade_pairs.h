// Graders under a table of what is expected, what was replied, and whether that is right.
#pragma once

#include <string>
#include <vector>

#include "matchers.h"
#include "ninefold/eval.h"

namespace ninefold {

inline Reply Said(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  return reply;
}

struct GradedPair {
  const char *expected, *reply;
  bool right;
};

template <class Pairs>
void ExpectGrades(const std::string& grader, const Pairs& pairs,
                  const std::vector<std::string>& choices = {}) {
  for (const GradedPair& pair : pairs) {
    const EvalItem item = {.id = "i", .choices = choices, .expected = pair.expected, .grader = grader};
    const auto grade = GradeReply(item, Said(pair.reply), {});
    ASSERT_THAT(grade, IsOk()) << grader << ": " << pair.reply;
    EXPECT_EQ(grade->right, pair.right)
        << grader << ": " << pair.expected << " | " << pair.reply << " | " << grade->why;
    EXPECT_EQ(grade->why.empty(), pair.right) << "a fault is explained, and nothing else: " << grade->why;
    EXPECT_EQ(grade->score, pair.right ? 1 : 0);
  }
}

}  // namespace ninefold
