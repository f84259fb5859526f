#include "eval/eval_trials.h"
#include "matchers.h"
#include "ninefold/vote_theory.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Items 0 to n - 1; `right` says which.
void AddTrials(std::vector<EvalTrial>& trials, const std::string& variant, int n,
               const std::function<bool(int)>& right) {
  for (int i = 0; i < n; ++i) trials.push_back(TrialOf(variant, i, right(i)));
}

TEST(Summary, CountsAnArm) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "a", 10, [](int i) { return i < 6; });
  trials[9].error = "UNAVAILABLE: busy";
  trials[0].tags = {"x", "y"}, trials[9].tags = {"x"};
  for (int i = 0; i < 10; ++i)
    trials[std::size_t(i)].latency = absl::Seconds(i + 1), trials[std::size_t(i)].cost.usd = 0.01;
  const EvalReport report = Summarize(trials, {.name = "n"});
  ASSERT_EQ(report.arms.size(), 1u);
  const EvalArm& arm = report.arms[0];
  EXPECT_EQ(arm.n, 10);
  EXPECT_EQ(arm.right, 6);
  EXPECT_EQ(arm.errors, 1);
  EXPECT_DOUBLE_EQ(arm.accuracy, 0.6);
  EXPECT_DOUBLE_EQ(arm.interval.low, WilsonInterval(6, 10).low);
  EXPECT_DOUBLE_EQ(arm.latency_median, 5.5);
  EXPECT_DOUBLE_EQ(arm.latency_p95, 9.55);
  EXPECT_DOUBLE_EQ(arm.tokens_total, 150);
  EXPECT_DOUBLE_EQ(arm.tokens_sequential, 50);
  EXPECT_NEAR(arm.usd, 0.1, 1e-12);
  EXPECT_TRUE(arm.usd_is_known);
  EXPECT_EQ(arm.tags.at("x").right, 1);
  EXPECT_EQ(arm.tags.at("x").n, 2);
  EXPECT_LT(arm.coverage, 0) << "no attempts are known";
  EXPECT_LT(arm.single, 0);
  EXPECT_EQ(arm.calibrated, 0);
  EXPECT_THAT(
      report.warnings,
      Contains(HasSubstr("1 of 10 trials failed, and count as not right; the first: UNAVAILABLE: busy")));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("10 items are too few to know an accuracy")));
}

TEST(Summary, ComparesItemByItem) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "a", 50, [](int i) { return i < 20; });
  AddTrials(trials, "b", 40, [](int i) { return i >= 5 && i < 35; });
  const EvalReport report = Summarize(trials, {});
  ASSERT_EQ(report.comparisons.size(), 1u);
  const EvalComparison& c = report.comparisons[0];
  EXPECT_EQ(c.a, "a");
  EXPECT_EQ(c.b, "b");
  EXPECT_EQ(c.n, 40);
  EXPECT_EQ(c.only_a, 5);
  EXPECT_EQ(c.only_b, 15);
  EXPECT_NEAR(c.p, McNemarP(5, 15), 1e-12);
  EXPECT_DOUBLE_EQ(c.p_holm, c.p) << "the only one";
  EXPECT_DOUBLE_EQ(c.difference, 0.25);
  EXPECT_GT(c.interval.low, 0);
  EXPECT_EQ(c.verdict, EvalComparison::kBetter);
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("no gain"))));
  EXPECT_EQ(Summarize(trials, {.baseline = "b"}).comparisons[0].a, "b");
  EXPECT_EQ(Summarize(trials, {.baseline = "nobody"}).baseline, "a");
}

// 24 items that agree show nothing of a gain of 3 points, nor do arms that are never right.
TEST(Summary, DoesNotSayAsGoodForLackOfItems) {
  for (const bool right : {true, false}) {
    std::vector<EvalTrial> trials;
    AddTrials(trials, "one", 24, [&](int) { return right; });
    AddTrials(trials, "many", 24, [&](int) { return right; });
    const EvalReport report = Summarize(trials, {});
    EXPECT_EQ(report.comparisons[0].verdict, EvalComparison::kNoTelling);
    EXPECT_GT(report.comparisons[0].interval.high, 0.03);
    EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("as good"))));
    EXPECT_THAT(report.warnings,
                Contains(AllOf(HasSubstr("no gain measured: many takes 1.0 times the tokens of one; 24 items "
                                         "cannot tell one of less than"),
                               HasSubstr("would see one of 3 points"))));
  }
}

TEST(Summary, SaysThatOneAgentIsAsGood) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "one", 600, [](int i) { return i % 3 != 0; });
  AddTrials(trials, "five", 600, [](int i) { return i % 3 != 0 || i == 30; });
  for (EvalTrial& trial : trials)
    if (trial.variant == "five") trial.cost.tokens.output = 650;
  const EvalReport report = Summarize(trials, {.baseline = "one"});
  EXPECT_EQ(report.comparisons[0].verdict, EvalComparison::kAsGood);
  EXPECT_DOUBLE_EQ(report.comparisons[0].tokens_ratio, 5);
  EXPECT_THAT(report.warnings,
              Contains(AllOf(HasSubstr("one agent is as good: five takes 5.0 times the tokens of one, and a "
                                       "gain of 3 points is ruled out on 600 items"),
                             HasSubstr("p = 1"))));
  EXPECT_THAT(Summarize(trials, {.baseline = "one", .margin = 0.001}).warnings,
              Not(Contains(HasSubstr("as good"))));
}

// Ten comparisons: the smallest p of 0.04 is no finding.
TEST(Summary, ManyComparisonsAreAdjustedTogether) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "base", 100, [](int i) { return i < 50; });
  for (int v = 0; v < 10; ++v)
    AddTrials(trials, absl::StrCat("v", v), 100, [v](int i) { return i < (v == 0 ? 57 : 50); });
  const EvalReport report = Summarize(trials, {});
  EXPECT_NEAR(report.comparisons[0].p, 2.0 / 128, 1e-12);
  EXPECT_NEAR(report.comparisons[0].p_holm, 20.0 / 128, 1e-12);
  EXPECT_EQ(report.comparisons[0].verdict, EvalComparison::kNoTelling);
}

TEST(Summary, SaysThatMoreIsWorse) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "one", 60, [](int) { return true; });
  AddTrials(trials, "many", 60, [](int i) { return i % 3 != 0; });
  EXPECT_THAT(Summarize(trials, {}).warnings, Contains(HasSubstr("many is worse than one")));
}

TEST(Summary, SaysWhatIsSaved) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "many", 600, [](int i) { return i != 3; });
  AddTrials(trials, "one", 600, [](int i) { return i != 4; });
  for (EvalTrial& trial : trials)
    if (trial.variant == "many") trial.cost.tokens.output = 500;
  EXPECT_THAT(
      Summarize(trials, {}).warnings,
      Contains(HasSubstr("one is no worse than many by 3 points on 600 items, at 0.2 times the tokens")));
}

TEST(Summary, ManyItemsAreEnough) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "one", 3000, [](int i) { return i % 10 < 6; });
  AddTrials(trials, "many", 3000, [](int i) { return i % 10 < 7; });
  EXPECT_THAT(Summarize(trials, {}).warnings, ElementsAre(HasSubstr("measured with 1 seed")));
}

TEST(Summary, SeedsMakeItemsSurerNotMore) {
  std::vector<EvalTrial> trials;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (int i = 0; i < 10; ++i) {
      trials.push_back(TrialOf("a", i, i < 5));
      trials.back().seed = seed;
      trials.push_back(TrialOf("b", i, i < 5 || (i == 9 && seed < 3)));
      trials.back().seed = seed;
    }
  }
  const EvalReport report = Summarize(trials, {});
  EXPECT_EQ(report.arms[0].n, 30);
  EXPECT_EQ(report.arms[0].items, 10);
  EXPECT_DOUBLE_EQ(report.arms[0].interval.low, WilsonInterval(5, 10).low);
  EXPECT_EQ(report.comparisons[0].n, 10);
  EXPECT_EQ(report.comparisons[0].only_b, 1);
  EXPECT_NEAR(report.comparisons[0].difference, 2.0 / 30, 1e-12);
  EXPECT_NEAR(report.arms[1].by_seed.at(1), 0.6, 1e-12);
  EXPECT_NEAR(report.arms[1].by_seed.at(3), 0.5, 1e-12);
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("measured with"))));
}

TEST(Summary, OfNothing) {
  const EvalReport report = Summarize({}, {});
  EXPECT_THAT(report.arms, IsEmpty());
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("no trials")));
  std::vector<EvalTrial> apart = {TrialOf("a", 1, true), TrialOf("b", 2, true)};
  EXPECT_THAT(Summarize(apart, {}).warnings, Contains(HasSubstr("share no item")));
}

TEST(Summary, CountsAJudgeThatContradictsItself) {
  std::vector<EvalTrial> trials;
  AddTrials(trials, "a", 4, [](int) { return false; });
  for (EvalTrial& trial : trials) trial.grade.judge_agreed = true;
  trials[0].grade.judge_agreed = false;
  const EvalReport report = Summarize(trials, {});
  EXPECT_EQ(report.arms[0].judged, 4);
  EXPECT_EQ(report.arms[0].judge_split, 1);
  EXPECT_THAT(report.warnings, Contains(HasSubstr("contradicted itself in 1 of 4")));
}

// --- Trials ------------------------------------------------------------------------------------------------

TEST(Trials, ComeBackFromJson) {
  for (const EvalTrial& trial : OneAndFive(3, 1)) {
    EvalTrial other = trial;
    other.seed = ~std::uint64_t(0);
    other.error = "busy", other.grade.judge_agreed = false;
    for (const EvalTrial& each : {trial, other}) {
      const absl::StatusOr<Json> line = ParseJson(DumpJson(ToJson(each)));
      ASSERT_THAT(line, IsOk());
      const auto back = EvalTrialFromJson(*line);
      ASSERT_THAT(back, IsOk());
      EXPECT_EQ(ToJson(*back), *line);
      EXPECT_EQ(back->seed, each.seed);
      EXPECT_EQ(back->attempts_right, each.attempts_right);
      EXPECT_EQ(back->report.has_value(), each.report.has_value());
      EXPECT_EQ(back->latency, each.latency);
    }
  }
  EXPECT_THAT(EvalTrialFromJson(Json::array()),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no trial")));
  Json wrong = ToJson(TrialOf("a", 1, true));
  wrong["attempts_right"] = 3, wrong["attempts_cast"] = 2;
  EXPECT_THAT(EvalTrialFromJson(wrong),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("/attempts_right")));
}

TEST(Trials, AreFilledFromAReport) {
  const EvalItem item = {.id = "i", .expected = "4", .tags = {"sums"}};
  auto turn = std::make_shared<std::atomic<int>>(0);
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = testing::Responding([turn](const ModelRequest&) {
                                     return testing::Say((*turn)++ % 5 < 3 ? "answer: 4" : "answer: 5");
                                   })});
  const AgentPtr team =
      Contemplate({.solver = solver, .width = 5, .stops = {.decided = false, .settled = 1, .quorum = 1}});
  testing::Sim sim;
  const auto reply = sim.Run(team, "2 + 2?");
  ASSERT_THAT(reply, IsOk());
  EvalTrial trial;
  ASSERT_THAT(FillTrial(item, *reply, {.grader = "number"}, trial), IsOk());
  EXPECT_EQ(trial.item, "i");
  EXPECT_EQ(trial.answer, "4");
  EXPECT_EQ(trial.attempts_cast, 5);
  EXPECT_EQ(trial.attempts_right, 3);
  EXPECT_DOUBLE_EQ(trial.confidence, 0.6);
  EXPECT_THAT(trial.tags, ElementsAre("sums"));
  ASSERT_TRUE(trial.report.has_value());
  // Others read the words, not the form that is compared.
  for (const auto& [grader, expected, right] :
       {std::tuple("exact", "answer: 4", 3), std::tuple("regex", "^answer: 5$", 2),
        std::tuple("json", "4", 0), std::tuple("contains", "answer: ", 5)}) {
    EvalTrial other;
    ASSERT_THAT(FillTrial({.expected = expected}, *reply, {.grader = grader}, other), IsOk());
    EXPECT_EQ(other.attempts_cast, 5) << grader;
    EXPECT_EQ(other.attempts_right, right) << grader;
  }
  EvalTrial judged;
  ASSERT_THAT(FillTrial(item, *reply, {.grader = "judge"}, judged), IsOk());
  EXPECT_EQ(judged.attempts_cast, 0) << "its attempts would each need the judge";
}

TEST(Trials, KnowNothingOfAttemptsWhoseWordsAreCut) {
  auto turn = std::make_shared<std::atomic<int>>(0);
  const AgentPtr solver = MakeAgent(
      {.name = "solver", .model = testing::Responding([turn](const ModelRequest&) {
                           const bool other = (*turn)++ % 3 == 1;
                           return testing::Say(other ? std::string(9'000, 'x') + "\nanswer: 5" : "answer: 4");
                         })});
  const AgentPtr team =
      Contemplate({.solver = solver, .width = 3, .stops = {.decided = false, .settled = 1, .quorum = 1}});
  testing::Sim sim;
  const auto reply = sim.Run(team, "2 + 2?");
  ASSERT_THAT(reply, IsOk());
  EvalTrial exact, number;
  ASSERT_THAT(FillTrial({.expected = "answer: 4"}, *reply, {.grader = "exact"}, exact), IsOk());
  EXPECT_EQ(exact.attempts_cast, 0);
  EXPECT_TRUE(exact.attempts.empty());
  ASSERT_THAT(FillTrial({.expected = "4"}, *reply, {.grader = "number"}, number), IsOk());
  EXPECT_EQ(number.attempts_cast, 3) << "of these the answer as it is compared will do";
  EXPECT_EQ(number.attempts_right, 2);
}

// A line of a file is enough to grade it anew.
TEST(Trials, KeepTheirReply) {
  Reply reply;
  reply.text = "It is {\"a\": 1}.", reply.data = Json{{"a", 1}}, reply.dissent = {{"solve.2", "no"}};
  EvalTrial trial;
  ASSERT_THAT(FillTrial({.expected = "4"}, reply, {}, trial), IsOk());
  trial.variant = "v", trial.judge_run_id = "j1", trial.grade.agreement = 0.5;
  const auto read = EvalTrialFromJson(ToJson(trial));
  ASSERT_THAT(read, IsOk());
  ASSERT_TRUE(read->reply.has_value());
  EXPECT_EQ(read->reply->text, reply.text);
  EXPECT_EQ(read->reply->data, reply.data);
  EXPECT_EQ(read->reply->dissent.at(0).text, "no");
  EXPECT_EQ(read->judge_run_id, "j1");
  EXPECT_EQ(read->grade.agreement, 0.5);
  reply.text = std::string(70'000, 'x');
  ASSERT_THAT(FillTrial({.expected = "4"}, reply, {}, trial), IsOk());
  EXPECT_FALSE(trial.reply.has_value());
}

TEST(Trials, ReadTheirConfidence) {
  const struct {
    const char* text;
    double confidence;
  } rows[] = {{"answer: 4\nconfidence: 0.8", 0.8},
              {"**Confidence:** 85 %\nanswer: 4", 0.85},
              {"confidence: 0.2\nconfidence: 0.3", 0.3},
              {"confidence: 0.9 (90%)", 0.9},
              {"answer: 4", -1},
              {"confidence: high", -1},
              {"confidence: 7", -1}};
  for (const auto& row : rows) {
    Reply reply;
    reply.text = row.text;
    EvalTrial trial;
    ASSERT_THAT(FillTrial({.expected = "4"}, reply, {}, trial), IsOk());
    EXPECT_DOUBLE_EQ(trial.confidence, row.confidence) << row.text;
  }
}

// A sweep that brings nothing is one sentence.
TEST(Summary, SaysOnceThatManyBringNothing) {
  std::vector<EvalTrial> trials;
  for (int i = 0; i < 40; ++i) {
    for (const char* variant : {"one", "two", "three", "four", "five"}) {
      trials.push_back(TrialOf(variant, i, i % 2 == 0));
      if (std::string_view(variant) != "one") trials.back().cost.tokens.input = 1450;
    }
  }
  const EvalReport report = Summarize(trials, {.baseline = "one"});
  EXPECT_EQ(
      report.warnings.at(0),
      "no gain over one was measured of two, three, four, five, at 10.0 to 10.0 times its tokens; 40 items "
      "cannot tell one of less than 18 points; about 288 would see one of 3 points");
  EXPECT_EQ(report.warnings.size(), 2u) << "and the seeds";
}

// A curve of votes is compared with votes.
TEST(Summary, KnowsPlainVotes) {
  std::vector<EvalTrial> trials = OneAndFive(20, 3);
  EXPECT_FALSE(Summarize(trials, {}).arms[0].plain_votes) << "one agent";
  EXPECT_TRUE(Summarize(trials, {}).arms[1].plain_votes);
  EvalTrial& five = trials[1];
  five.report->rounds = 1;
  EXPECT_FALSE(Summarize(trials, {}).arms[1].plain_votes) << "refined";
  five.report->rounds = 0, five.report->votes = {{.answer = "yes", .count = 1, .verified = true}};
  EXPECT_FALSE(Summarize(trials, {}).arms[1].plain_votes) << "verified";
  five.report->votes[0].verified = false, five.report->aggregate = "weighted_vote";
  EXPECT_FALSE(Summarize(trials, {}).arms[1].plain_votes) << "weighted";
  five.report->aggregate = "knockout";
  EXPECT_FALSE(Summarize(trials, {}).arms[1].plain_votes) << "judged";
}

}  // namespace
}  // namespace ninefold
