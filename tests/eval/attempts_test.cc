// What is said of attempts: fair to those that abstained, failed or were cut off; and of votes of other
// widths.
#include "eval/attempts.h"

#include "eval/eval_trials.h"
#include "matchers.h"
#include "ninefold/vote_theory.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Answers = std::vector<std::string>;

EvalTrial VoteOf(int item, const Answers& answers) {
  const auto right = std::count(answers.begin(), answers.end(), "yes");
  EvalTrial trial = TrialOf("vote", item, 2 * std::size_t(right) > answers.size());
  FillVotes(trial, int(answers.size()), answers);
  return trial;
}

TEST(Attempts, ThoseThatFailedAreNotRight) {
  std::vector<EvalTrial> trials = {VoteOf(0, {"yes", "yes", "yes"}), VoteOf(1, {"yes", "", ""}),
                                   VoteOf(2, {"", "", ""}), VoteOf(3, {"no", "yes", ""})};
  trials.push_back(TrialOf("vote", 4, false));
  trials[4].error = "all attempts failed";
  const EvalArm arm = Summarize(trials, {}).arms.front();
  EXPECT_DOUBLE_EQ(arm.single, 5.0 / 15);
  EXPECT_DOUBLE_EQ(arm.coverage, 3.0 / 5);
  EXPECT_DOUBLE_EQ(arm.selection_gap, 2.0 / 5);
  EXPECT_FALSE(arm.stopped_early);
  EXPECT_DOUBLE_EQ(arm.failed, (2 + 3 + 1 + 1) / 5.0) << "and a trial that failed as a whole";
}

// Five attempts that end one after another, cut off when three agree: of those that were made the pairs agree
// too often; the first two do not.
TEST(Attempts, StopsDoNotBiasOneAlone) {
  const double p = 0.6, rho = 0.2;
  Draws draws(7);
  std::vector<EvalTrial> trials;
  double made = 0, right_of_made = 0, both_of_made = 0;
  for (int i = 0; i < 6000; ++i) {
    // Items of which the chance is 0.6 ± 0.219: a variance of rho p (1 - p).
    const double skill = p + (draws.Happens(0.5) ? 1 : -1) * std::sqrt(rho * p * (1 - p));
    Answers answers;
    for (int k = 0; k < 5; ++k) answers.push_back(draws.Happens(skill) ? "yes" : "no");
    EvalTrial trial = VoteOf(i, answers);
    int right = 0, wrong = 0, n = 0;
    while (right < 3 && wrong < 3) ++(answers[std::size_t(n++)] == "yes" ? right : wrong);
    for (std::size_t k = std::size_t(n); k < 5; ++k) trial.attempts[k] = {.outcome = "cancelled"};
    trial.report->stop = "decided", trial.report->cancelled = 5 - n, trial.report->cast = n;
    trials.push_back(trial);
    made += n, right_of_made += right;
    both_of_made += double(right) * (right - 1) / (double(n) * (n - 1));
  }
  const EvalArm arm = Summarize(trials, {}).arms.front();
  EXPECT_NEAR(arm.single, p, 0.015);
  EXPECT_NEAR(arm.rho, rho, 0.03);
  EXPECT_FALSE(arm.single_is_rough);
  EXPECT_TRUE(arm.stopped_early);
  EXPECT_GT(both_of_made / 6000, 0.44) << "0.408 in truth";
  EXPECT_THAT(arm.as_drawn, IsEmpty()) << "not all votes are there";
  EXPECT_THAT(ToText(Summarize(trials, {})), AllOf(HasSubstr("≥"), HasSubstr("stops cut attempts off")));
}

// Where one of the first two was cut off, those that ended first stand for them, and that is said.
TEST(Attempts, TheFirstToEndStandInForThoseCutOff) {
  EvalTrial trial = VoteOf(0, {"no", "yes", "yes", "no"});
  trial.attempts[0] = {.outcome = "cancelled"};
  trial.attempts[3].seconds = 0.1;
  trial.report->cancelled = 1, trial.report->stop = "quorum";
  const EvalReport report = Summarize({trial}, {});
  EXPECT_TRUE(report.arms[0].single_is_rough);
  EXPECT_DOUBLE_EQ(report.arms[0].single, 0.5) << "of the fourth and the second";
  EXPECT_THAT(ToText(report), HasSubstr("≈ 50.0 %"));
}

TEST(Attempts, OneAgentsSeedsAreAttempts) {
  std::vector<EvalTrial> trials;
  for (int i = 0; i < 4; ++i) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      trials.push_back(TrialOf("one", i, i < 2 || (i == 2 && seed == 1)));
      trials.back().seed = seed;
    }
  }
  const EvalArm arm = Summarize(trials, {}).arms.front();
  EXPECT_DOUBLE_EQ(arm.single, 5.0 / 8);
  const Difficulty expected = EstimateDifficulty({{2, 2}, {2, 2}, {1, 2}, {0, 2}});
  EXPECT_DOUBLE_EQ(arm.rho, expected.rho);
  ASSERT_EQ(arm.if_wrong_agree.size(), 5u);
  for (const EvalVoteAt& at : arm.if_wrong_agree)
    EXPECT_DOUBLE_EQ(at.accuracy, MajorityAccuracy(arm.single, arm.rho, at.width));
}

TEST(Votes, OfFewerAreDrawnWithoutReplacement) {
  // Three of five: yes yes no no (and another no) wins when two or three of three are "yes": 0.3.
  std::vector<EvalTrial> trials = {VoteOf(0, {"yes", "yes", "no", "no", "no"}),
                                   VoteOf(1, {"yes", "yes", "no", "other", "third"})};
  const EvalArm arm = Summarize(trials, {}).arms.front();
  ASSERT_EQ(arm.as_drawn.size(), 5u);
  EXPECT_NEAR(arm.as_drawn[0].accuracy, 0.4, 0.03);
  // The second: two yes of three in 3 of 10 ways, one in 6, where it ties with two others.
  EXPECT_NEAR(arm.as_drawn[2].accuracy, (0.3 + 0.3 + 0.6 / 3) / 2, 0.03);
  EXPECT_NEAR(arm.as_drawn[4].accuracy, 0.5, 1e-9);
}

// Four wrong answers, so that a plurality does far better than a majority; widths 4 and 8 are measured, and
// 16 says where they are.
TEST(Votes, MeasuredOnesLieWhereTheWidestPredicts) {
  Draws draws(5);
  std::vector<EvalTrial> trials;
  for (const int width : {4, 8, 16}) {
    for (int i = 0; i < 400; ++i) {
      Draws item(std::uint64_t(i) + 1);
      const double skill = 0.2 + 0.4 * item.Even();
      Answers answers;
      std::map<std::string, int> counts;
      for (int k = 0; k < width; ++k) {
        answers.push_back(draws.Happens(skill) ? "yes" : absl::StrCat("no", draws.Below(4)));
        ++counts[answers.back()];
      }
      EvalTrial trial = VoteOf(i, answers);
      trial.variant = absl::StrCat("vote ", width);
      int rivals = 0;
      for (const auto& [answer, n] : counts) rivals = answer == "yes" ? rivals : std::max(rivals, n);
      const int yes = counts["yes"];
      trial.grade.right = yes > rivals || (yes == rivals && draws.Happens(0.5));
      trials.push_back(trial);
    }
  }
  SummaryOptions options;
  for (const char* variant : {"vote 4", "vote 8", "vote 16"}) options.families[variant] = "vote";
  const EvalReport report = Summarize(trials, options);
  ASSERT_EQ(report.vote_checks.size(), 2u);
  for (const EvalVoteCheck& check : report.vote_checks) {
    EXPECT_EQ(check.of, "vote 16");
    EXPECT_TRUE(check.inside()) << check.width << ": " << check.predicted << " and " << check.measured;
    EXPECT_LT(check.difference.high - check.difference.low, 0.12);
  }
  EXPECT_LT(report.arms[2].if_wrong_agree[4].interval.high, report.arms[2].accuracy) << "a floor";
  // One that was asked otherwise lies outside, which is said.
  for (EvalTrial& trial : trials)
    if (trial.variant == "vote 8") trial.grade.right = false;
  const EvalReport other = Summarize(trials, options);
  EXPECT_FALSE(other.vote_checks[1].inside());
  EXPECT_THAT(other.warnings, Contains(HasSubstr("not where the votes of vote 16 predict them: vote 8")));
}

TEST(Attempts, ComeFromAReport) {
  Contemplation report;
  report.width = 4, report.started = 4, report.failed = 1, report.cancelled = 1, report.stop = "decided";
  report.votes = {{.answer = "4", .count = 2, .whose = {"solve.1", "solve.3"}}};
  const auto is_right = [](const std::string& answer) -> absl::StatusOr<bool> { return answer == "4"; };
  const auto said = [&](const Json& json) {
    std::string text;
    const auto attempts = AttemptsOf(report, json, is_right);
    for (const EvalAttempt& attempt : *attempts)
      absl::StrAppend(&text, attempt.outcome, ":", attempt.answer, attempt.right ? "! " : " ");
    return text;
  };
  EXPECT_EQ(said(Json::object()), "cast:4! failed: cast:4! cancelled: ") << "as far as it is known";
  const Json listed = *ParseJson(R"({"attempts": [
      {"id": "solve.1", "outcome": "cast", "answer": "4", "seconds": 2},
      {"id": "solve.2", "outcome": "cancelled"},
      {"id": "solve.3", "outcome": "cast", "answer": "5"},
      {"id": "solve.4", "outcome": "abstained"},
      {"id": "refine.1.1", "outcome": "cast", "answer": "4"}]})");
  EXPECT_EQ(said(listed), "cast:4! cancelled: cast:5 abstained: ") << "of the first round";
  report.rounds = 1;
  EXPECT_EQ(said(Json::object()), "") << "the votes are of refined attempts";
}

}  // namespace
}  // namespace ninefold
