#include "grade_pairs.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

// --- By a rubric -------------------------------------------------------------------------------------------

// Each ask's points by the texts of the criteria, however they are ordered.
absl::StatusOr<Grade> JudgedBy(const EvalItem& item, const GradeOptions& base,
                               std::function<std::string(const std::string& asked)> respond) {
  GradeOptions options = base;
  options.judge =
      MakeAgent({.name = "judge", .model = testing::Responding([&](const ModelRequest& request) {
                                    return testing::Say(respond(TextOf(request.conversation.back())));
                                  })});
  const Reply reply = Said("Pump 2 leaked, says line 7.");
  absl::StatusOr<Grade> grade = absl::InternalError("not run");
  testing::Sim sim;
  const absl::Status ran =
      sim.Run([&](Context& ctx) -> Async<void> { grade = co_await GradeByJudge(item, reply, options, ctx); });
  EXPECT_THAT(ran, IsOk());
  return grade;
}

const EvalItem kOpen = {.question = "What happened?",
                        .rubric = {{"names the pump", 1}, {"gives the place", 2}, {"blames a person", -1}},
                        .grader = "judge"};

// Whether the criteria stand from the first to the last, as in one of the two asks.
bool InOrder(const std::string& asked) {
  return asked.find("names the pump") < asked.find("blames a person");
}

std::string Points(const std::string& asked, const char* pump, const char* place, const char* blame) {
  return absl::StrCat("It does.\npoints ", InOrder(asked) ? 1 : 3, ": ", pump, "\n**points 2:** ", place,
                      "\npoints ", InOrder(asked) ? 3 : 1, ": ", blame, "\n");
}

TEST(Rubrics, GivePointsInBothOrders) {
  int in_order = 0, asks = 0;
  const auto grade = JudgedBy(kOpen, {}, [&](const std::string& asked) {
    EXPECT_THAT(asked, AllOf(HasSubstr("<answer>\nPump 2 leaked, says line 7.\n</answer>"),
                             HasSubstr("(2 points) gives the place"), Not(HasSubstr("<right>"))));
    EXPECT_EQ(asked.find("<criteria>") > asked.find("<answer>"), InOrder(asked));
    ++asks, in_order += InOrder(asked);
    return Points(asked, "1", "1.5", "0");
  });
  ASSERT_THAT(grade, IsOk());
  EXPECT_EQ(asks, 2);
  EXPECT_EQ(in_order, 1);
  EXPECT_NEAR(grade->score, 2.5 / 3, 1e-12);
  EXPECT_TRUE(grade->right);
  EXPECT_EQ(grade->judge_agreed, true);
  EXPECT_EQ(grade->agreement, 1);
  EXPECT_EQ(grade->why, "");
}

TEST(Rubrics, TakePointsOffAndSayWhatIsMissing) {
  const auto grade = JudgedBy(kOpen, {.pass = 0.7}, [&](const std::string& asked) {
    return Points(asked, InOrder(asked) ? "1" : "0", "9", "-1");
  });
  ASSERT_THAT(grade, IsOk());
  EXPECT_NEAR(grade->score, 1.5 / 3, 1e-12) << "the mean of 2 and 1; no criterion gives more than it has";
  EXPECT_FALSE(grade->right);
  EXPECT_EQ(grade->judge_agreed, true) << "neither passes";
  EXPECT_NEAR(*grade->agreement, 2.0 / 3, 1e-12);
  EXPECT_EQ(grade->why, "1.5 of 3 points, least for: blames a person");
}

TEST(Rubrics, OfAJudgeWhoContradictsItselfAreNotPassed) {
  const auto split = JudgedBy(kOpen, {}, [&](const std::string& asked) {
    return Points(asked, "1", InOrder(asked) ? "2" : "0", "0");
  });
  ASSERT_THAT(split, IsOk());
  EXPECT_FALSE(split->right);
  EXPECT_EQ(split->judge_agreed, false);
  EXPECT_THAT(split->why, HasSubstr("contradicts itself"));
  const auto silent = JudgedBy(kOpen, {}, [&](const std::string&) { return "points 1: 1\npoints 2: 2"; });
  ASSERT_THAT(silent, IsOk());
  EXPECT_FALSE(silent->right);
  EXPECT_EQ(silent->score, 0);
  EXPECT_THAT(silent->why, HasSubstr("points for each criterion"));
}

TEST(Rubrics, OfTheOptionsAreForItemsWithoutOneAndShowWhatIsExpected) {
  const EvalItem item = {.question = "What happened?", .expected = "pump 2", .grader = "judge"};
  const auto grade = JudgedBy(item, {.rubric = {{"says it", 10}}}, [&](const std::string& asked) {
    EXPECT_THAT(asked, AllOf(HasSubstr("<right>\npump 2\n</right>"), HasSubstr("1. (10 points) says it")));
    return "points 1: 6/10";
  });
  ASSERT_THAT(grade, IsOk());
  EXPECT_NEAR(grade->score, 0.6, 1e-12);
  EXPECT_TRUE(grade->right);
}

TEST(Rubrics, AreReadFromItems) {
  const auto items = ParseEvalItems(
      R"({"question": "a", "rubric": "Is it clear?"}
{"question": "b", "rubric": ["says so", {"criterion": "says why", "points": 2}]}
{"question": "c", "rubric": [{"criterion": "says why", "points": 2, "tags": []}], "grader": "judge"})",
      "open.jsonl");
  ASSERT_THAT(items, IsOk());
  ASSERT_EQ((*items)[0].rubric.size(), 1u);
  EXPECT_EQ((*items)[0].rubric[0].points, 10);
  EXPECT_EQ((*items)[0].grader, "judge");
  ASSERT_EQ((*items)[1].rubric.size(), 2u);
  EXPECT_EQ((*items)[1].rubric[0].points, 1);
  EXPECT_EQ((*items)[1].rubric[1].text, "says why");
  for (const EvalItem& item : *items)
    EXPECT_THAT(CheckGrader(item, {}), Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("no judge")));
  for (const char* wrong : {R"([{"points": 2}])", R"([{"criterion": "x", "points": "two"}])", "7",
                            R"([{"criterion": "x", "points": -1}])"}) {
    EXPECT_THAT(ParseEvalItems(absl::StrCat(R"({"question": "a", "rubric": )", wrong, "}"), "x.jsonl"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("x.jsonl:1: ")))
        << wrong;
  }
}

}  // namespace
}  // namespace ninefold
