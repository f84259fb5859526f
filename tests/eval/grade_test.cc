#include "grade_pairs.h"
#include "ninefold/patterns.h"
#include "ninefold/team.h"

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
      {"exact", "", absl::StatusCode::kInvalidArgument, "no answer is expected"},
      {"judge", "", absl::StatusCode::kInvalidArgument, "no answer is expected"},
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

// A team's report is no data of its reply.
TEST(Grades, OfJsonAreOfTheAnswerOfATeamToo) {
  const auto form = std::make_shared<OutputSchema>();
  form->name = "sum";
  form->schema = {
      {"type", "object"}, {"properties", {{"total", {{"type", "integer"}}}}}, {"required", {"total"}}};
  const auto solver = [](const char* name, const char* says, std::shared_ptr<const OutputSchema> output) {
    return MakeAgent(
        {.name = name,
         .model = testing::Responding([says](const ModelRequest&) { return testing::Say(says); }),
         .output = std::move(output)});
  };
  const AgentPtr formed = solver("formed", R"({"total": 4})", form);
  const AgentPtr free = solver("free", "Sum:\n```json\n{\"total\": 4}\n```", nullptr);
  const AgentPtr critic = solver("critic", "accepted", nullptr);
  const EvalItem item = {.expected = R"({"total": 4})", .grader = "json"};
  for (const AgentPtr& team :
       {Contemplate({.solver = formed, .width = 3}), Contemplate({.solver = free, .width = 3}),
        Contemplate({.solver = formed, .width = 1}),
        MakeTeam({.name = "careful", .planner = CritiquePlanner({.author = free, .critic = critic})})}) {
    testing::Sim sim;
    const auto reply = sim.Run(team, "2 + 2?");
    ASSERT_THAT(reply, IsOk());
    const auto grade = GradeReply(item, *reply, {});
    ASSERT_THAT(grade, IsOk());
    EXPECT_TRUE(grade->right) << grade->why << ": " << reply->text;
  }
}

}  // namespace
}  // namespace ninefold
