#include "grade_pairs.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

TEST(Grades, TablesOfPairs) {
  const struct {
    const char *grader, *expected, *reply;
    bool right;
  } rows[] = {
      {"exact", "Paris", " Paris\n", true},
      {"exact", "Paris", "paris", false},
      {"normalized", "Paris", "The capital.\nanswer: **paris**", true},
      {"normalized", "\\frac{1}{2}", "So \\boxed{\\frac12}", true},
      {"normalized", "Paris", "Lyon", false},
      {"normalized", "Paris", "answer: Paris\nConfidence: 90%", true},
      {"normalized", "Paris", "Paris\nConfidence: 90%", true},
      // Who has no answer agrees with nobody.
      {"normalized", "unknown", "I can't help with that", false},
      {"normalized", "unknown", "answer: Unknown", true},
      {"normalized", "N/A", "", false},
      {"normalized", "null", "...", false},
      {"contains", "24 tonnes", "At most 24 Tonnes.", true},
      {"contains", "24 tonnes", "At most 25 tonnes.", false},
      {"regex", "^v\\d+$", "v12", true},
      {"regex", "^v\\d+$", "v12a", false},
      {"json", R"({"a": 1, "b": [2]})", "Here:\n```json\n{\"b\": [2], \"a\": 1}\n```\n", true},
      {"json", R"({"a": 1})", R"({"a": 2})", false},
      {"json", R"({"a": 1})", "a is 1", false},
  };
  for (const auto& row : rows) {
    const EvalItem item = {.id = "i", .expected = row.expected, .grader = row.grader};
    const auto grade = GradeReply(item, Said(row.reply), {});
    ASSERT_THAT(grade, IsOk()) << row.grader << ": " << row.reply;
    EXPECT_EQ(grade->right, row.right)
        << row.grader << ": " << row.expected << " | " << row.reply << " | " << grade->why;
    EXPECT_EQ(grade->why.empty(), row.right) << "a fault is explained, and nothing else: " << grade->why;
    EXPECT_EQ(grade->score, row.right ? 1 : 0);
  }
}

TEST(Grades, WhatCannotBeGradedIsAFaultOfItsItem) {
  const struct {
    const char *grader, *expected;
    absl::StatusCode code;
    const char* says;
  } rows[] = {
      {"numbr", "1", absl::StatusCode::kInvalidArgument,
       "x:3: there is no grader \"numbr\"; did you mean \"number\""},
      {"exact:1", "1", absl::StatusCode::kInvalidArgument, "there is no grader"},
      {"number", "many", absl::StatusCode::kInvalidArgument, "x:3: \"many\" is no number"},
      {"number:wide", "1", absl::StatusCode::kInvalidArgument, "no tolerance"},
      {"number:-1", "1", absl::StatusCode::kInvalidArgument, "no tolerance"},
      {"choice", "F", absl::StatusCode::kInvalidArgument, "none of the 2 choices"},
      {"regex", "(", absl::StatusCode::kInvalidArgument, "the pattern is wrong"},
      {"json", "{", absl::StatusCode::kInvalidArgument, "no JSON"},
      {"exact", "", absl::StatusCode::kInvalidArgument, "empty"},
      {"code", "assert True", absl::StatusCode::kFailedPrecondition, "allow_code"},
      {"judge", "so", absl::StatusCode::kFailedPrecondition, "no judge"},
  };
  for (const auto& row : rows) {
    const EvalItem item = {
        .choices = {"cat", "dog"}, .expected = row.expected, .grader = row.grader, .where = "x:3"};
    EXPECT_THAT(GradeReply(item, Said("answer: 1"), {}), Fails(row.code, HasSubstr(row.says)));
    EXPECT_THAT(CheckGrader(item, {}), Fails(row.code, HasSubstr(row.says)));
  }
}

TEST(Grades, TheItemsGraderComesFirst) {
  const EvalItem plain = {.expected = "1"}, own = {.expected = "1", .grader = "exact"};
  EXPECT_EQ(GraderOf(plain, {.grader = "number"}), "number");
  EXPECT_EQ(GraderOf(own, {.grader = "number"}), "exact");
}

// --- A judge -----------------------------------------------------------------------------------------------

absl::StatusOr<Grade> Judged(testing::Responder respond) {
  const EvalItem item = {.question = "Why?", .expected = "because", .grader = "judge"};
  const GradeOptions options = {
      .judge = MakeAgent({.name = "judge", .model = testing::Responding(std::move(respond))})};
  const Reply reply = Said("for that reason");
  absl::StatusOr<Grade> grade = absl::InternalError("not run");
  testing::Sim sim;
  const absl::Status ran =
      sim.Run([&](Context& ctx) -> Async<void> { grade = co_await GradeByJudge(item, reply, options, ctx); });
  EXPECT_THAT(ran, IsOk());
  return grade;
}

bool ExpectedFirst(const ModelRequest& request) {
  const std::string text = TextOf(request.conversation.back());
  EXPECT_THAT(text, HasSubstr("<given>\nfor that reason\n</given>"));
  EXPECT_THAT(text, HasSubstr("<question>\nWhy?\n</question>"));
  return text.find("<expected>") < text.find("<given>");
}

TEST(Judges, AreAskedInBothOrders) {
  int first = 0, second = 0;
  const auto right = Judged([&](const ModelRequest& request) {
    ++(ExpectedFirst(request) ? first : second);
    return testing::Say("They agree.\n**Verdict:** right");
  });
  ASSERT_THAT(right, IsOk());
  EXPECT_TRUE(right->right);
  EXPECT_EQ(right->judge_agreed, true);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
  const auto wrong =
      Judged([](const ModelRequest&) { return testing::Say("It says another.\nverdict: wrong"); });
  ASSERT_THAT(wrong, IsOk());
  EXPECT_FALSE(wrong->right);
  EXPECT_EQ(wrong->judge_agreed, true);
  EXPECT_EQ(wrong->why, "It says another.");
}

TEST(Judges, ThatDisagreeWithThemselvesFindNothingRight) {
  const auto split = Judged([](const ModelRequest& request) {
    return testing::Say(ExpectedFirst(request) ? "verdict: right" : "verdict: wrong");
  });
  ASSERT_THAT(split, IsOk());
  EXPECT_FALSE(split->right);
  EXPECT_EQ(split->judge_agreed, false);
  EXPECT_THAT(split->why, HasSubstr("contradicts itself"));
  const auto silent = Judged([](const ModelRequest&) { return testing::Say("Hm."); });
  ASSERT_THAT(silent, IsOk());
  EXPECT_FALSE(silent->right);
  EXPECT_EQ(silent->judge_agreed, false);
}

TEST(Judges, ThatFailAreAnError) {
  EXPECT_THAT(
      Judged([](const ModelRequest&) { return testing::Fail(absl::PermissionDeniedError("no key")); }),
      Fails(absl::StatusCode::kPermissionDenied, HasSubstr("no key")));
}

}  // namespace
}  // namespace ninefold
