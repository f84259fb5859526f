// What is graded anew, without asking again.
#include <atomic>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "matchers.h"
#include "ninefold/experiment.h"
#include "ninefold/models.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Items a and b; the model "m" says "answer: Four" and counts; "j" judges, or fails.
class RegradeTest : public ::testing::Test {
 protected:
  RegradeTest() {
    Expect("four");
    options.open_model = [this](std::string_view spec, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
      const bool judges = spec != "m";
      return ModelPtr(testing::Responding([this, judges](const ModelRequest& request) {
        ++(judges ? judged : asked);
        last = TextOf(request.conversation.back());
        if (judges && judge_fails) return testing::Fail(absl::InvalidArgumentError("no judge today"));
        return testing::Say(judges ? verdict : says);
      }));
    };
  }
  void Expect(const std::string& what) const {
    std::ofstream(folder / "data.jsonl", std::ios::binary)
        << absl::StrCat("{\"id\":\"a\",\"question\":\"2+2\",\"expected\":\"", what,
                        "\"}\n{\"id\":\"b\",\"question\":\"3+1\",\"expected\":\"four\"}\n");
  }
  std::vector<EvalTrial> Run(const std::string& more, const std::string& variants = "{one: {}}") {
    std::ofstream(folder / "e.yaml", std::ios::binary)
        << absl::StrCat("data: data.jsonl\nagent: {model: m}\nvariants: ", variants, "\n", more);
    const auto experiment = LoadExperiment(folder / "e.yaml", options);
    EXPECT_THAT(experiment, IsOk());
    if (!experiment.ok()) return {};
    notes.clear();
    ExperimentRun run = {.trials_path = folder / "trials.jsonl"};
    run.on_note = [this](const std::string& note) { notes.push_back(note); };
    const auto outcome = RunExperiment(*experiment, run);
    EXPECT_THAT(outcome, IsOk());
    reused = outcome.ok() ? outcome->reused : -1;
    return outcome.ok() ? outcome->trials : std::vector<EvalTrial>();
  }

  const testing::TempFolder folder;
  ExperimentOptions options;
  std::string says = "answer: Four", verdict = "verdict: right", last;
  std::atomic<int> asked = 0, judged = 0;
  std::atomic<bool> judge_fails = false;
  std::int64_t reused = 0;
  std::vector<std::string> notes;
};

TEST_F(RegradeTest, ByAnotherGraderOrWithAnotherGold) {
  EXPECT_FALSE(Run("grader: exact\n")[0].grade.right);
  EXPECT_EQ(asked, 2);
  const std::vector<EvalTrial> other = Run("grader: normalized\n");
  EXPECT_TRUE(other[0].grade.right && other[1].grade.right);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("2 trials in ")));
  EXPECT_THAT(notes[0], HasSubstr("are graded anew, without asking again"));
  Expect("five");
  EXPECT_FALSE(Run("grader: normalized\n")[0].grade.right);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("1 trials in ")));
  EXPECT_EQ(reused, 1);
  Run("grader: normalized\n");
  EXPECT_EQ(reused, 2);
  EXPECT_EQ(asked, 2) << "never again";
}

TEST_F(RegradeTest, KeepsWhatATrialCost) {
  const EvalTrial first = Run("grader: exact\n", "{v: {contemplate: {width: 3}}}")[0];
  const EvalTrial anew = Run("grader: normalized\n", "{v: {contemplate: {width: 3}}}")[0];
  EXPECT_EQ(anew.run_id, first.run_id);
  EXPECT_EQ(anew.latency, first.latency);
  EXPECT_EQ(anew.cost.model_calls, first.cost.model_calls);
  EXPECT_EQ(anew.reply->text, first.reply->text);
  ASSERT_TRUE(anew.report.has_value());
  EXPECT_EQ(anew.report->stop, first.report->stop);
  EXPECT_EQ(anew.attempts_right, anew.attempts_cast);
  EXPECT_GT(anew.attempts_cast, 0);
}

TEST_F(RegradeTest, AsksOnlyTheJudgeAgain) {
  EXPECT_TRUE(Run("grader: judge\njudge: j\n")[0].grade.right);
  EXPECT_EQ(judged, 4);
  const std::vector<EvalTrial> by_points =
      Run("grader: judge\njudge: j\nrubric: [says it, {criterion: says why, points: 2}]\npass: 0.3\n");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(judged, 8);
  EXPECT_THAT(last, HasSubstr("says why"));
  EXPECT_FALSE(by_points[0].grade.right);
  EXPECT_NE(by_points[0].judge_run_id, "");
  EXPECT_NE(by_points[0].judge_run_id, by_points[0].run_id);
  verdict = "points 1: 1\npoints 2: 1";
  const std::vector<EvalTrial> again =
      Run("judge: j\nrubric: [says it, {criterion: says why, points: 2}]\npass: 0.4\n");
  EXPECT_EQ(asked, 2);
  EXPECT_NEAR(again[0].grade.score, 2.0 / 3, 1e-12);
  EXPECT_TRUE(again[0].grade.right) << "a rubric is a judge's";
}

TEST_F(RegradeTest, ARubricTakesPointsOff) {
  verdict = "points 1: 1\npoints 2: 2\npoints 3: -1";
  const std::vector<EvalTrial> trials = Run(R"(
judge: openai/gpt-5.4
pass: 0.7
rubric:
  - Says which of the two pumps leaked
  - {criterion: Gives the place in the log, points: 2}
  - {criterion: Blames a person, points: -1}
)");
  // In the other order the same lines are 0, 2 and 0 points.
  EXPECT_THAT(last, HasSubstr("Blames a person"));
  EXPECT_EQ(judged, 4);
  EXPECT_NEAR(trials[0].grade.score, 2.0 / 3, 1e-12);
  EXPECT_EQ(trials[0].grade.judge_agreed, true) << "neither passes";
  EXPECT_FALSE(trials[0].grade.right) << trials[0].grade.why;
}

TEST_F(RegradeTest, AJudgeThatFailedIsAskedAgainButNotTheTeam) {
  judge_fails = true;
  EXPECT_THAT(Run("grader: judge\njudge: j\n")[0].error, HasSubstr("the judge: "));
  judge_fails = false;
  const std::vector<EvalTrial> again = Run("grader: judge\njudge: j\n");
  EXPECT_EQ(again[0].error, "");
  EXPECT_TRUE(again[0].grade.right);
  EXPECT_EQ(asked, 2);
}

TEST_F(RegradeTest, AReplyThatWasTooLongToKeepIsAskedFor) {
  says = std::string(70'000, 'x');
  Run("grader: exact\n");
  Run("grader: normalized\n");
  EXPECT_EQ(asked, 4);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("asked again")));
}

}  // namespace
}  // namespace ninefold
