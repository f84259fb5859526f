// What an experiment's figures rest on: what is asked, what it is graded by, and whose cost is whose.
#include <atomic>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/experiment.h"
#include "ninefold/models.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The bytes of a PNG of one pixel, as an address.
constexpr char kPixel[] =
    "data:image/"
    "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg==";

// A folder with one item, and a model that says "4" and notes what it was asked.
class FidelityTest : public ::testing::Test {
 protected:
  FidelityTest() {
    Write("data.jsonl", R"({"id": "a", "question": "2+2", "expected": "4"})");
    options.open_model = [this](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
      return MakeModel(card, [this](const ModelRequest& request) -> absl::StatusOr<ModelReply> {
        ++calls;
        asked = request.conversation.back();
        ModelReply reply;
        reply.message = AssistantMessage(says);
        reply.usage = {.input = input, .cached_input = {}, .output = output, .reasoning = {}};
        return reply;
      });
    };
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  absl::StatusOr<Experiment> Load(const std::string& more = "", const std::string& variants = "{one: {}}") {
    Write("e.yaml", absl::StrCat("data: data.jsonl\nagent: {model: m}\nvariants: ", variants, "\n", more));
    return LoadExperiment(folder / "e.yaml", options);
  }
  // How many trials had to be made.
  std::int64_t Made(const std::string& more = "") {
    const absl::StatusOr<ExperimentOutcome> outcome =
        RunExperiment(Load(more).value(), {.trials_path = folder / "trials.jsonl"});
    EXPECT_THAT(outcome, IsOk());
    return outcome.ok() ? std::int64_t(outcome->trials.size()) - outcome->reused : -1;
  }

  const testing::TempFolder folder;
  ExperimentOptions options;
  ModelCard card{.name = "m", .free = true};
  std::string says = "4";
  std::int64_t input = 100, output = 50;
  Message asked;
  std::atomic<int> calls = 0;
};

TEST_F(FidelityTest, AnotherGraderGradesWhatWasSaid) {
  EXPECT_EQ(Made("grader: number\n"), 1);
  EXPECT_EQ(Made("grader: number\n"), 0);
  EXPECT_EQ(Made("grader: exact\n"), 1);
  EXPECT_EQ(calls, 1) << "the model is not asked for it";
}

TEST_F(FidelityTest, AnotherContentOfAFileIsAnotherItem) {
  Write("note.txt", "two and two");
  Write("data.jsonl", R"({"id": "a", "question": "sum", "expected": "4", "files": ["note.txt"]})");
  EXPECT_EQ(Made(), 1);
  EXPECT_EQ(Made(), 0);
  Write("note.txt", "three and one");
  EXPECT_EQ(Made(), 1);
}

TEST_F(FidelityTest, AnotherIncludeIsAnotherTeam) {
  const auto team = [&](const std::string& instructions) {
    Write("team.yaml", "version: 1\nname: t\ninclude: agents.yaml\nsteps: [{id: s, agent: a}]\n");
    Write("agents.yaml", absl::StrCat("agents: {a: {model: m, instructions: ", instructions, "}}\n"));
    return Load("", "{one: {team: team.yaml}}");
  };
  Write("e.yaml", "");
  const auto hash = [&](const std::string& instructions) {
    const auto loaded = team(instructions);
    EXPECT_THAT(loaded, IsOk());
    return loaded.ok() ? loaded->variants[0].hash : 0;
  };
  const std::uint64_t first = hash("Think");
  EXPECT_EQ(hash("Think"), first);
  EXPECT_NE(hash("Hurry"), first);
}

TEST_F(FidelityTest, PicturesAreSentAsPictures) {
  Write("data.jsonl", absl::StrCat(R"({"id": "a", "question": "2+2", "expected": "4", "images": [")", kPixel,
                                   R"(", "https://example.org/a.png"]})"));
  EXPECT_EQ(Made(), 1);
  std::string images;
  for (const Part& part : asked.parts) {
    if (const auto* image = std::get_if<Image>(&part))
      absl::StrAppend(&images, image->media_type, " ", image->bytes.size(), " ", image->url, ";");
  }
  EXPECT_EQ(images, "image/png 70 ; 0 https://example.org/a.png;");
}

TEST_F(FidelityTest, FilesAreLookedAtBeforeAnythingIsAsked) {
  for (const char* files :
       {R"("files": ["none.txt"])", R"("images": ["none.png"])", R"("images": ["text.txt"])",
        R"("images": ["data:image/png;base64,!"])", R"("files": ["empty.txt"])"}) {
    Write("text.txt", "text");
    Write("empty.txt", "");
    Write("data.jsonl", absl::StrCat(R"({"id": "a", "question": "2+2", "expected": "4", )", files, "}"));
    EXPECT_THAT(Load(), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("data.jsonl:1"))) << files;
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(FidelityTest, TeamsThatAskForMoreAreRefused) {
  const auto with_input = [&](const char* input) {
    Write("team.yaml",
          absl::StrCat("version: 1\nname: t\nagents: {a: {model: m}}\ninput: {years: ", input,
                       "}\nsteps: [{id: s, agent: a, prompt: '{{ goal }} {{ input.years }}'}]\n"));
    return Load("", "{one: {team: team.yaml}}");
  };
  EXPECT_THAT(with_input("integer"),
              Fails(absl::StatusCode::kInvalidArgument,
                    AllOf(HasSubstr("e.yaml:3:24"), HasSubstr("years"), HasSubstr("variant \"one\""))));
  EXPECT_THAT(with_input("{type: integer, default: 3}"), IsOk());
}

// A judge is the experiment's cost: else the variants that report their own tokens would look cheaper.
TEST_F(FidelityTest, AJudgeIsNotTheVariantsCost) {
  says = "answer: yes";
  const auto experiment = Load("grader: judge\njudge: m\n");
  ASSERT_THAT(experiment, IsOk());
  const auto outcome = RunExperiment(*experiment, {});
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(calls, 3) << "the answer, and a verdict in both orders";
  EXPECT_EQ(outcome->trials.at(0).cost.model_calls, 1);
  EXPECT_EQ(outcome->trials[0].cost.tokens.output, 50);
  EXPECT_EQ(outcome->cost.model_calls, 3);
}

TEST_F(FidelityTest, AnotherJudgeGradesAnew) {
  says = "verdict: right";
  EXPECT_EQ(Made("grader: judge\njudge: m\n"), 1);
  EXPECT_EQ(Made("grader: judge\njudge: m\n"), 0);
  EXPECT_EQ(Made("grader: judge\njudge: other\n"), 1);
}

TEST_F(FidelityTest, AJudgeIsUnderTheBudget) {
  const auto judged = Load("grader: judge\njudge: acme/m\nbudget: {usd: 1}\n");
  ASSERT_THAT(judged, IsOk());
  EXPECT_THAT(CheckPrices(*judged, {}), IsOk()) << "it is free";
  card = {.name = "acme/m"};
  EXPECT_THAT(CheckPrices(*Load("grader: judge\njudge: acme/m\nbudget: {usd: 1}\n"), {}),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("price of acme/m is not known")));
  Experiment only_judge = *judged;
  only_judge.judge_unpriced = {"acme/judge"};
  EXPECT_THAT(RunExperiment(only_judge, {}),
              Fails(absl::StatusCode::kFailedPrecondition,
                    AllOf(HasSubstr("the judge"), HasSubstr("price of acme/judge is not known"))));
  EXPECT_EQ(calls, 0);
}

// The tokens are of all trials together, also those that another run made.
TEST_F(FidelityTest, TheBudgetCountsWhatWasSpentBefore) {
  std::string items;
  for (const char* id : {"a", "b", "c"})
    absl::StrAppend(&items, "{\"id\":\"", id, "\",\"question\":\"2+2\",\"expected\":\"4\"}\n");
  Write("data.jsonl", items);
  input = 60'000, output = 40'000;
  const auto left = [&](const char* tokens) {
    ExperimentRun run{.trials_path = folder / "trials.jsonl", .parallel = 1};
    const auto outcome = RunExperiment(Load(absl::StrCat("budget: {tokens: ", tokens, "}\n")).value(), run);
    EXPECT_THAT(outcome, IsOk());
    return 3 - std::int64_t(outcome->trials.size());
  };
  EXPECT_EQ(left("250000"), 1);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(left("250000"), 1) << "200,000 were spent before";
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(left("300000"), 0);
  EXPECT_EQ(calls, 3);
}

TEST_F(FidelityTest, ATagThatChangesIsThatOfTheItem) {
  EXPECT_EQ(Made(), 1);
  Write("data.jsonl", R"({"id": "a", "question": "2+2", "expected": "4", "tags": ["sum"]})");
  const auto outcome = RunExperiment(Load().value(), {.trials_path = folder / "trials.jsonl"});
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->reused, 1);
  EXPECT_THAT(outcome->trials.at(0).tags, ::testing::ElementsAre("sum"));
}

TEST_F(FidelityTest, TrialsAreGivenWithTheirEvents) {
  ExperimentRun run;
  std::vector<std::string> names;
  run.on_trial = [&](const EvalTrial& trial, const std::vector<Event>& events) {
    EXPECT_EQ(trial.item, "a");
    for (const Event& event : events) names.emplace_back(EventName(event));
    EXPECT_THAT(TraceToHtml(trial, nullptr, events), AllOf(HasSubstr("one on a"), HasSubstr("<b>m</b>")));
  };
  ASSERT_THAT(RunExperiment(Load().value(), run), IsOk());
  EXPECT_THAT(names, ::testing::Contains("model_ended"));
  EXPECT_THAT(names, ::testing::Contains("task_ended"));
}

TEST_F(FidelityTest, PricesAreNeededBeforeAnyVariantCosts) {
  card = {.name = "acme/m"};
  const auto experiment = Load("budget: {usd: 1}\n");
  ASSERT_THAT(experiment, IsOk());
  EXPECT_THAT(RunExperiment(*experiment, {}),
              Fails(absl::StatusCode::kFailedPrecondition,
                    AllOf(HasSubstr("variant \"one\""), HasSubstr("price of acme/m is not known"))));
  EXPECT_EQ(calls, 0);
}

TEST_F(FidelityTest, CallsAreCountedBeforehand) {
  card = {.name = "m", .price = Price{.input = 2, .output = 10}};
  const auto experiment =
      Load("", "{one: {}, thinks: {mode: thinking}, vote: {contemplate: {width: [3, 8], rounds: 1}}}");
  ASSERT_THAT(experiment, IsOk());
  std::vector<std::int64_t> each;
  for (const ExperimentVariant& variant : experiment->variants) each.push_back(variant.calls);
  EXPECT_THAT(each, ::testing::ElementsAre(1, 5, 6, 16));
  EXPECT_DOUBLE_EQ(experiment->variants[0].call_usd, 0.007);
  Write("team.yaml", R"(version: 1
name: t
agents: {a: {model: m}}
steps:
  - {id: many, contemplate: {agent: a, width: 4, rounds: 1}}
  - {id: both, parallel: [a, {id: b, agent: a}]}
  - {id: again, agent: a, loop: {until: "true", max: 3}}
)");
  const auto nested = Load("grader: judge\njudge: m\n", "{one: {team: team.yaml}}");
  ASSERT_THAT(nested, IsOk());
  EXPECT_EQ(nested->variants[0].calls, 8 + 2 + 3);
  EXPECT_EQ(CallsOfTrial(*nested, nested->variants[0], nested->items[0]), 13 + 2);
}

// Threads make no difference to an oracle's trials, and what was stopped has asked all variants alike.
TEST_F(FidelityTest, AnOraclesTrialsAreTheSameOnAnyNumberOfThreads) {
  const std::string oracle = "oracle: {items: 80, right: 0.6, latency: {law: exponential, mean: 2s}}\n";
  options.open_model = nullptr, options.simulate = true;
  const Experiment experiment = Load(oracle, "{one: {}, vote: {contemplate: {width: 5}}}").value();
  std::vector<std::string> each;
  for (const int parallel : {1, 2, 7}) {
    const ExperimentOutcome outcome =
        RunExperiment(experiment, {.trials_path = "", .parallel = parallel}).value();
    EXPECT_THAT(outcome.partial, IsOk());
    each.emplace_back();
    for (const EvalTrial& trial : outcome.trials)
      absl::StrAppend(&each.back(), DumpJson(ToJson(trial)), "\n");
  }
  EXPECT_EQ(each[0], each[1]);
  EXPECT_EQ(each[0], each[2]);

  ExperimentRun run{.trials_path = "", .parallel = 1};
  int looks = 0;
  run.stop = [&] { return ++looks > 41; };
  const ExperimentOutcome some = RunExperiment(experiment, run).value();
  EXPECT_THAT(some.partial, Fails(absl::StatusCode::kCancelled, HasSubstr("stopped")));
  EXPECT_EQ(some.trials.size(), 41u);
  const auto of_vote = std::count_if(some.trials.begin(), some.trials.end(),
                                     [](const EvalTrial& trial) { return trial.variant == "vote"; });
  EXPECT_EQ(of_vote, 20);
}

// Cut off anywhere, also within a line: what is missing is made, and what comes out is the same.
TEST_F(FidelityTest, GoesOnWhereverItWasCut) {
  std::string items;
  for (int i = 0; i < 12; ++i)
    absl::StrAppend(&items, "{\"id\":\"", i, "\",\"question\":\"2+", i, "\",\"expected\":\"4\"}\n");
  Write("data.jsonl", items);
  const Experiment experiment = Load("seeds: [1, 2]\n").value();
  const std::string log = folder / "trials.jsonl";
  ASSERT_THAT(RunExperiment(experiment, {.trials_path = log}), IsOk());
  std::ifstream in(log, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  Draws draws(5);
  for (int i = 0; i < 40; ++i) {
    const std::string left = whole.substr(0, draws.Below(whole.size() + 1));
    Write("trials.jsonl", left);
    std::vector<std::string> notes;
    ExperimentRun run{.trials_path = log};
    run.on_note = [&](const std::string& note) { notes.push_back(note); };
    const auto rest = RunExperiment(experiment, run);
    ASSERT_THAT(rest, IsOk());
    EXPECT_EQ(rest->reused, std::count(left.begin(), left.end(), '\n'));
    EXPECT_EQ(rest->trials.size(), 24u);
    EXPECT_EQ(notes.size(), left.empty() || left.back() == '\n' ? 0u : 1u);
    EXPECT_THAT(ReadTrials(log).value(), ::testing::SizeIs(24));
  }
}

}  // namespace
}  // namespace ninefold
