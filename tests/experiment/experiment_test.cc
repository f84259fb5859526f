// Experiments through their public header, on models that say what the test wants.
#include "ninefold/experiment.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/testing/scripted.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A folder with an experiment; the model says "4" to "2+2" and "wrong" to all else.
class ExperimentTest : public ::testing::Test {
 protected:
  ExperimentTest() {
    Write("data.jsonl", R"({"id":"a","question":"2+2","expected":"4","tags":["easy"]}
{"id":"b","question":"hard one","expected":"7"}
{"id":"c","question":"2+2 again","expected":"4"}
)");
    options.open_model = [this](std::string_view spec, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
      opened.push_back(std::string(spec));
      return ModelPtr(testing::Responding([this](const ModelRequest& request) {
        ++calls;
        const std::string asked = TextOf(request.conversation.back());
        if (fails && asked.find("hard") != std::string::npos) return testing::Fail(failure);
        return testing::Say(asked.find("2+2") != std::string::npos ? "4" : "wrong");
      }));
    };
  }

  std::string Path(const std::string& name) const { return folder / name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  absl::StatusOr<Experiment> Load(const std::string& text) {
    Write("e.yaml", text);
    return LoadExperiment(Path("e.yaml"), options, &diagnostics);
  }
  // The words of the mistakes, without the folder.
  std::string Mistakes(const std::string& text) {
    (void)Load(text);
    std::vector<std::string> lines;
    for (const Diagnostic& of : diagnostics) lines.push_back(Format(of));
    return absl::StrReplaceAll(absl::StrJoin(lines, "\n"), {{Path(""), ""}});
  }
  absl::StatusOr<ExperimentOutcome> Run(const Experiment& experiment) {
    run.trials_path = Path("trials.jsonl");
    run.on_note = [this](const std::string& note) {
      notes.push_back(absl::StrReplaceAll(note, {{Path(""), ""}}));
    };
    return RunExperiment(experiment, run);
  }

  const testing::TempFolder folder;
  ExperimentOptions options;
  ExperimentRun run;
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> opened, notes;
  std::atomic<int> calls = 0;
  bool fails = false;
  absl::Status failure = absl::InvalidArgumentError("told to fail");
};

constexpr char kOne[] = R"(name: t
data: data.jsonl
agent: {model: m}
variants: {one: {}}
)";

TEST_F(ExperimentTest, AnswersAreGraded) {
  const absl::StatusOr<Experiment> experiment = Load(kOne);
  ASSERT_THAT(experiment, IsOk());
  EXPECT_EQ(experiment->trials(), 3);
  const auto outcome = Run(*experiment);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_THAT(outcome->partial, IsOk());
  ASSERT_EQ(outcome->trials.size(), 3u);
  EXPECT_TRUE(outcome->trials[0].grade.right);
  EXPECT_FALSE(outcome->trials[1].grade.right);
  EXPECT_THAT(outcome->trials[0].tags, ElementsAre("easy"));
  EXPECT_NE(outcome->trials[0].run_id, "");
  EXPECT_EQ(outcome->cost.model_calls, 3);
  const EvalReport report = Summarize(outcome->trials, SummaryOptionsOf(*experiment));
  EXPECT_DOUBLE_EQ(report.arms[0].accuracy, 2.0 / 3);
}

TEST_F(ExperimentTest, ListsAreMultipliedOut) {
  const auto experiment = Load(R"(data: data.jsonl
agent: {}
baseline: vote width 5 rounds 0
margin: 0.01
variants:
  one: {model: [x, y]}
  vote: {contemplate: {width: [3, 5], rounds: [0, 1], pace: latency}}
)");
  ASSERT_THAT(experiment, IsOk());
  std::vector<std::string> names;
  for (const ExperimentVariant& variant : experiment->variants) names.push_back(variant.name);
  EXPECT_THAT(names, ElementsAre("one x", "one y", "vote width 3 rounds 0", "vote width 3 rounds 1",
                                 "vote width 5 rounds 0", "vote width 5 rounds 1"));
  EXPECT_EQ(experiment->variants[3].family, "vote");
  EXPECT_EQ(experiment->baseline, "vote width 5 rounds 0");
  EXPECT_EQ(SummaryOptionsOf(*experiment).margin, 0.01);
  EXPECT_EQ(experiment->variants[3].team, experiment->variants[4].team) << "what goes round is not the team";
  EXPECT_NE(experiment->variants[0].team, experiment->variants[1].team) << "another model is another team";
  const std::set<std::uint64_t> hashes = {experiment->variants[2].hash, experiment->variants[3].hash,
                                          experiment->variants[4].hash, experiment->variants[5].hash};
  EXPECT_EQ(hashes.size(), 4u);
}

TEST_F(ExperimentTest, GoesOnWhereItWasStopped) {
  const auto experiment = Load(kOne);
  ASSERT_THAT(experiment, IsOk());
  ASSERT_THAT(Run(*experiment), IsOk());
  EXPECT_EQ(calls, 3);
  // The last trial is torn, as by a kill.
  const std::string whole = Read("trials.jsonl");
  Write("trials.jsonl", whole.substr(0, whole.size() - 20));
  const auto again = Run(*experiment);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(again->reused, 2);
  EXPECT_EQ(again->trials.size(), 3u);
  EXPECT_THAT(notes,
              ElementsAre("trials.jsonl: its last line was torn and is cut off; that trial is asked again"));
  EXPECT_THAT(Run(*experiment), IsOk());
  EXPECT_EQ(calls, 4) << "nothing is missing";
}

TEST_F(ExperimentTest, WhatHasChangedIsAskedAgain) {
  ASSERT_THAT(Run(*Load(kOne)), IsOk());
  Write("data.jsonl", R"({"id":"a","question":"2+2","expected":"4"}
{"id":"b","question":"hard one, said anew","expected":"7"}
{"id":"c","question":"2+2 again","expected":"4"}
)");
  ASSERT_THAT(Run(*Load(kOne)), IsOk());
  EXPECT_EQ(calls, 4);
  const std::string other = absl::StrReplaceAll(kOne, {{"{model: m}", "{model: m, instructions: Think.}"}});
  ASSERT_THAT(Run(*Load(other)), IsOk());
  EXPECT_EQ(calls, 7);
  EXPECT_THAT(notes,
              ElementsAre(HasSubstr("1 trials in trials.jsonl are of a team or an item that has changed"),
                          HasSubstr("3 trials in trials.jsonl are of a team or an item that has changed")));
}

TEST_F(ExperimentTest, AFailureIsATrialAndIsAskedAgain) {
  fails = true;
  const auto first = Run(*Load(kOne));
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->trials[1].error, HasSubstr("told to fail"));
  EXPECT_FALSE(first->trials[1].grade.right);
  fails = false;
  const auto again = Run(*Load(kOne));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->trials[1].error, "");
  EXPECT_EQ(calls, 4);
}

TEST_F(ExperimentTest, WhatNoTrialGetsRoundEndsIt) {
  fails = true, failure = absl::UnauthenticatedError("no such key");
  run.parallel = 1;
  EXPECT_THAT(Run(*Load(kOne)), Fails(absl::StatusCode::kUnauthenticated,
                                      AllOf(HasSubstr("variant \"one\""), HasSubstr("data.jsonl:2"))));
  EXPECT_EQ(calls, 2) << "the first stays done";
  fails = false;
  ASSERT_THAT(Run(*Load(kOne)), IsOk());
  EXPECT_EQ(calls, 4);
}

TEST_F(ExperimentTest, StaysUnderItsBudget) {
  const auto experiment = Load(absl::StrCat(kOne, "budget: {tokens: 1}\n"));
  ASSERT_THAT(experiment, IsOk());
  const auto outcome = Run(*experiment);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_THAT(outcome->partial,
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("the next trial of \"one\" may need 2 tokens, and 1 are left")));
  EXPECT_THAT(outcome->trials, IsEmpty());
  EXPECT_EQ(calls, 0);
}

TEST_F(ExperimentTest, StopsWhenToldTo) {
  run.parallel = 1;
  run.stop = [this] { return calls > 0; };
  std::string items;
  for (int i = 0; i < 3000; ++i)
    absl::StrAppend(&items, "{\"id\":\"", i, "\",\"question\":\"2+2\",\"expected\":\"4\"}\n");
  Write("data.jsonl", items);
  const auto outcome = Run(*Load(kOne));
  ASSERT_THAT(outcome, IsOk());
  if (outcome->trials.size() == 3000) GTEST_SKIP() << "all were answered before anybody looked";
  EXPECT_THAT(outcome->partial, Fails(absl::StatusCode::kCancelled, HasSubstr("stopped")));
}

TEST_F(ExperimentTest, FilesAndImagesReachTheTeam) {
  Write("note.txt", "2+2 is what it says");
  Write("data.jsonl", R"({"id":"a","question":"read it","expected":"4","files":["note.txt"]})");
  std::string seen;
  options.open_model = [&seen](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(testing::Responding([&seen](const ModelRequest& request) {
      for (const Part& part : request.conversation.back().parts) {
        if (const auto* document = std::get_if<File>(&part))
          absl::StrAppend(&seen, document->name, ": ", document->bytes);
      }
      return testing::Say("4");
    }));
  };
  ASSERT_THAT(Run(*Load(kOne)), IsOk());
  EXPECT_EQ(seen, "note.txt: 2+2 is what it says");
  Write("data.jsonl", R"({"id":"a","question":"read it","expected":"4","files":["none.txt"]})");
  EXPECT_THAT(Load(kOne), Fails(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("data.jsonl:1"), HasSubstr("none.txt"))));
}

TEST_F(ExperimentTest, AnOracleAnswersInVirtualTime) {
  const auto experiment = Load(R"(oracle: {items: 400, right: 0.6, latency: {law: exponential, mean: 1h}}
agent: {}
match: vote
variants:
  one: {}
  vote: {contemplate: {width: [3, 9], aggregate: vote, stops: {decided: false, settled: 1, quorum: 1}}}
)");
  ASSERT_THAT(experiment, IsOk());
  EXPECT_TRUE(experiment->simulated);
  const auto outcome = RunExperiment(*experiment, {});
  ASSERT_THAT(outcome, IsOk());
  const EvalReport report = Summarize(outcome->trials, SummaryOptionsOf(*experiment));
  EXPECT_THAT(ToText(report), HasSubstr("checks the orchestrator, not the idea"));
  EXPECT_NEAR(report.arms[0].accuracy, 0.6, 0.1);
  EXPECT_GT(report.arms[2].accuracy, report.arms[0].accuracy);
  ASSERT_EQ(report.matches.size(), 2u) << "in all, and in sequence; a family is not matched to itself";
  EXPECT_EQ(report.matches[0].comparison.a, "vote width 3");
  EXPECT_EQ(report.matches[0].comparison.b, "one");
  EXPECT_NEAR(report.matches[0].ratio, 1.0 / 3, 0.05);
  const std::string html = ToHtml(report, {});
  std::size_t plots = 0, notes_on_plots = 0;
  for (std::size_t at = 0; (at = html.find("<svg", at)) != std::string::npos; ++at) ++plots;
  for (std::size_t at = 0; (at = html.find("not the idea.</text></svg>", at)) != std::string::npos; ++at)
    ++notes_on_plots;
  EXPECT_GT(plots, 3u);
  EXPECT_EQ(plots, notes_on_plots);
  const auto again = RunExperiment(*experiment, {});
  EXPECT_EQ(ToText(Summarize(again->trials, SummaryOptionsOf(*experiment))), ToText(report));
}

TEST_F(ExperimentTest, SaysAllMistakesBeforeAnythingIsAsked) {
  EXPECT_EQ(Mistakes(""),
            "e.yaml:1:1: error: the file holds no experiment; begin with name:, data: and variants:");
  EXPECT_THAT(Mistakes("variants: {one: {}}\ngrade: x\n"), HasSubstr("did you mean \"grader\"?"));
  EXPECT_THAT(Mistakes("agent: {}\nvariants: {one: {}}\n"), HasSubstr("needs \"data\" or an \"oracle\""));
  EXPECT_THAT(Mistakes("data: none.jsonl\nagent: {}\nvariants: {one: {}}\n"),
              AllOf(HasSubstr("e.yaml:1:7"), HasSubstr("none.jsonl")));
  EXPECT_THAT(Mistakes("data: data.jsonl\nvariants: {one: {}}\n"), HasSubstr("variant \"one\" has no team"));
  EXPECT_THAT(
      Mistakes("data: data.jsonl\nagent: {instrutions: x}\nvariants: {one: {}}\n"),
      HasSubstr(
          "e.yaml:2:9: error: unknown key \"instrutions\" in an agent; did you mean \"instructions\"?"));
  EXPECT_THAT(Mistakes("data: data.jsonl\nteam: none.yaml\nvariants: {one: {}}\n"), HasSubstr("none.yaml"));
  EXPECT_THAT(Mistakes(absl::StrCat(kOne, "baseline: on\n")),
              HasSubstr("there is no variant \"on\"; did you mean \"one\"?"));
  EXPECT_THAT(Mistakes(absl::StrCat(kOne, "seeds: [1, 2, 1]\n")), HasSubstr("seed 1 is there twice"));
  EXPECT_THAT(Mistakes(absl::StrCat(kOne, "grader: nunber\n")), HasSubstr("nunber"));
  EXPECT_THAT(Mistakes("data: data.jsonl\nagent: {}\nvariants: {v: {contemplate: {width: 0}}}\n"),
              HasSubstr("\"width\" must be a whole number, 1 to 1024"));
  EXPECT_THAT(
      Mistakes("data: data.jsonl\nagent: {}\nvariants: {v: {mode: thinking, contemplate: {width: 2}}}\n"),
      HasSubstr("keep one of them"));
  EXPECT_THAT(
      Mistakes("data: data.jsonl\nagent: {}\nvariants: {\"v width 3\": {}, v: {contemplate: {width: [3, 3, "
               "5]}}}\n"),
      AllOf(HasSubstr("e.yaml:3:29: error: there are two variants \"v width 3\""), HasSubstr("rename one")));
  EXPECT_THAT(Mistakes("data: data.jsonl\nagent: {}\nteam: x.yaml\nvariants: {v: {}}\n"),
              HasSubstr("a team and an agent"));
  EXPECT_EQ(calls, 0);
}

TEST_F(ExperimentTest, ABrokenFileOfTrialsIsSaid) {
  Write("trials.jsonl", "{\"variant\": 1}\n");
  EXPECT_THAT(Run(*Load(kOne)), Fails(absl::StatusCode::kInvalidArgument,
                                      AllOf(HasSubstr("trials.jsonl:1"), HasSubstr("remove the line"))));
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace ninefold
