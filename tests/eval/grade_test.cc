#include <unistd.h>

#include "eval/python_child.h"
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

// --- Code --------------------------------------------------------------------------------------------------

class Code : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/bin/python3", X_OK) != 0 && access("/usr/local/bin/python3", X_OK) != 0) {
      const auto end = RunPython("", absl::Seconds(1));
      EXPECT_THAT(end, Fails(absl::StatusCode::kNotFound, HasSubstr("python3")));
      GTEST_SKIP() << "no python3";
    }
  }
  static Grade Of(const std::string& reply, absl::Duration time = absl::Seconds(20)) {
    const EvalItem item = {.expected = "assert double(4) == 8, 'four'\nassert double(0) == 0",
                           .grader = "code"};
    const auto grade = GradeReply(item, Said(reply), {.allow_code = true, .code_time = time});
    EXPECT_THAT(grade, IsOk());
    return grade.value_or(Grade{});
  }
};

TEST_F(Code, PassesOrSaysWhy) {
  EXPECT_TRUE(
      Of("Here it is:\n```python\ndef double(x: Unheard) -> List[int]:\n  return 2 * x\n```\nDone.").right);
  EXPECT_TRUE(Of("def double(x):\n  return 2 * x").right);
  EXPECT_EQ(Of("```\ndef double(x):\n  return x\n```").why, "AssertionError: four");
  EXPECT_THAT(Of("```\nnothing = 1\n```").why, HasSubstr("NameError"));
  EXPECT_THAT(Of("no code at all").why, HasSubstr("SyntaxError"));
}

TEST_F(Code, CannotLeaveBeforeItsTests) {
  EXPECT_EQ(Of("```\nimport sys\nsys.exit(0)\n```").why, "it ended before its tests");
}

TEST_F(Code, HasLimits) {
  const Grade endless = Of("```\nwhile True: pass\n```", absl::Milliseconds(400));
  EXPECT_FALSE(endless.right);
  EXPECT_EQ(endless.why, "not done after 400ms");
  EXPECT_THAT(Of("```\nx = bytearray(3 << 30)\n```").why, HasSubstr("MemoryError"));
  EXPECT_FALSE(Of("```\nwith open('big', 'wb') as f:\n  f.write(b'x' * (64 << 20))\n```").right);
  // What it leaves running does not keep the grader waiting.
  EXPECT_TRUE(
      Of("```\nimport subprocess\nsubprocess.Popen(['sleep', '100'])\ndef double(x): return 2 * x\n```")
          .right);
}

// Where the system permits a space of processes it permits one of networks too. Connecting a datagram's
// socket sends nothing, but needs a route.
TEST_F(Code, HasNoNetworkWhereThatIsPermitted) {
  EXPECT_TRUE(
      Of("```python\nimport os, socket\nalone = os.getpid() <= 2\ntry:\n"
         "  socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n  routed = True\n"
         "except OSError:\n  routed = False\n"
         "assert not (alone and routed)\ndef double(x): return 2 * x\n```")
          .right);
}

TEST_F(Code, SeesNoEnvironmentAndWritesIntoItsOwnFolder) {
  ASSERT_EQ(setenv("NINEFOLD_TEST_SECRET", "hidden", 1), 0);
  EXPECT_TRUE(
      Of("```\nimport os\nassert 'NINEFOLD_TEST_SECRET' not in os.environ\nopen('here', 'w').write('x')\n"
         "assert 'ninefold-eval-' in os.getcwd()\ndef double(x): return 2 * x\n```")
          .right);
  EXPECT_NE(access("here", F_OK), 0);
}

TEST(Blocks, TheLastWholeOneCounts) {
  EXPECT_EQ(LastBlock("no"), "");
  EXPECT_EQ(LastBlock("```\na\n```\nand\n```py\nb\n```"), "b\n");
  EXPECT_EQ(LastBlock("```\na\n```\nand\n```py\nb"), "a\n");
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
