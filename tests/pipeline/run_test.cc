// Pipelines that run, on models that say what the test wants, in virtual time.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/pipeline.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Responding;
using testing::Say;
using testing::Sim;

// Every agent answers "<" its question ">".
absl::StatusOr<Reply> RunEcho(std::string_view text, std::string question,
                              std::map<std::string, Json> inputs = {}) {
  PipelineOptions options;
  options.open_model = [](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding([](const ModelRequest& request) {
      const std::string asked = TextOf(request.conversation.back());
      if (asked.find("fail") != std::string::npos)
        return testing::Fail(absl::InvalidArgumentError("told to fail"));
      return Say(absl::StrCat("<", asked, ">"));
    }));
  };
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(text, "t.yaml", options);
  if (!pipeline.ok()) return pipeline.status();
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt(std::move(question), inputs, {});
  if (!prompt.ok()) return prompt.status();
  Sim sim;
  return sim.Run(pipeline->team, *std::move(prompt));
}

constexpr char kHead[] = "version: 1\nname: t\nagents: {a: {}, b: {}}\n";

TEST(Run, ResultsFlowAlongVariables) {
  const auto reply = RunEcho(absl::StrCat(kHead, R"(
input: {x: {default: dx}}
steps:
  - {id: one, agent: a, prompt: "1 {{ goal }} {{ input.x }}"}
  - {id: two, agent: b, prompt: "2 {{ one.text }}"}
output: "{{ two.text }} and {{ one.status }}"
)"),
                             "q {{ one.text }}");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<2 <1 q {{ one.text }} dx>> and done");  // a value is never read again
}

TEST(Run, TheOutputIsTheFirstOfSomeThatIsDone) {
  const std::string steps = R"(
input: {which: {default: two}}
steps:
  - {id: one, agent: a, when: input.which == 'one', on_error: skip}
  - {id: two, agent: b, when: input.which == 'two', on_error: skip}
  - {id: broken, agent: b, prompt: fail, on_error: skip}
output: [broken, one, two]
)";
  const auto two = RunEcho(absl::StrCat(kHead, steps), "q");
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->text, "<q>");
  EXPECT_FALSE(two->data);
  const auto none = RunEcho(absl::StrCat(kHead, steps), "q", {{"which", "three"}});
  EXPECT_THAT(none, Fails(absl::StatusCode::kFailedPrecondition,
                          HasSubstr("\"broken\" failed: broken/turn.1: told to fail")));
}

TEST(Run, StepsThatAskTheGoalSeeTheTalkSoFar) {
  std::map<std::string, std::size_t> heard;  // messages, by what was asked
  PipelineOptions options;
  options.open_model = [&](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding([&](const ModelRequest& request) {
      heard[TextOf(request.conversation.back())] = request.conversation.size();
      return Say("said");
    }));
  };
  const auto pipeline = ParsePipeline(absl::StrCat(kHead, R"(
input: {both: {type: list, default: ["1", "2"]}, one: {type: list, default: ["1"]}}
steps:
  - {id: plain, agent: a}
  - {id: of, agent: a, prompt: "of {{ goal }}"}
  - {id: not, agent: b, prompt: "not {{ plain.text }}"}
  - {id: items, agent: b, each: input.both, as: n, prompt: "{{ n }} of {{ goal }}"}
  - {id: others, agent: b, each: input.one, as: n, prompt: "other {{ n }}"}
  - {id: rounds, loop: {max: 1, steps: [{id: inner, agent: a, prompt: "round of {{ goal }}"}, {id: last, agent: a, prompt: "last {{ inner.text }}"}]}}
)"),
                                      "t.yaml", options);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  auto prompt = pipeline->MakePrompt("q", {}, {});
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  prompt->history = Conversation().With(UserMessage("before")).With(AssistantMessage("well"));
  Sim sim;
  const auto reply = sim.Run(pipeline->team, *prompt);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->conversation.size(), 4u);
  const std::map<std::string, std::size_t> expected = {{"q", 3},          {"of q", 3},     {"not said", 1},
                                                       {"1 of q", 3},     {"2 of q", 3},   {"other 1", 1},
                                                       {"round of q", 3}, {"last said", 1}};
  EXPECT_EQ(heard, expected);
}

// What an output of several steps hands on rests on the places of the one it took, each once.
TEST(Run, EvidenceIsOfTheStepThatWasTaken) {
  PipelineOptions options;
  options.open_model = [&](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding([&](const ModelRequest& request) {
      const bool second = TextOf(request.conversation.back()).find("second") != std::string::npos;
      return Say(second ? "\"two\" [a.txt:2]" : "\"one\" [a.txt:1]");
    }));
  };
  const auto pipeline = ParsePipeline(absl::StrCat(kHead, R"(
steps:
  - {id: first, agent: a}
  - {id: second, agent: b, prompt: "second {{ goal }}"}
output: [first, second]
)"),
                                      "t.yaml", options);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  const auto prompt = pipeline->MakePrompt("q", {}, {File{"a.txt", "text/plain", "one\ntwo\n"}});
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  Sim sim;
  const auto reply = sim.Run(pipeline->team, *prompt);
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(Place(reply->evidence[0]), "a.txt:1");
}

TEST(Run, ParallelJoinsUnderNames) {
  const auto reply = RunEcho(absl::StrCat(kHead, "steps: [{id: v, parallel: [a, b]}]\n"), "q");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "## a\n<q>\n\n## b\n<q>");
  EXPECT_EQ((*reply->data)["b"]["text"], "<q>");
}

// Steps that wait for another without asking what came of it, joins and conditions aside.
TEST(Run, AnIdleNeedIsWarnedOf) {
  PipelineOptions options;
  options.open_model = [](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(
        Responding([](const ModelRequest&) { return testing::After(absl::Seconds(2), Say("x")); }));
  };
  const auto warnings = [&](std::string_view steps) {
    const absl::StatusOr<Pipeline> pipeline =
        ParsePipeline(absl::StrCat(kHead, ToAbsl(steps)), "t.yaml", options);
    EXPECT_THAT(pipeline, IsOk());
    Sim sim;
    EXPECT_THAT(sim.Run(pipeline->team, Prompt("q")), IsOk());
    std::vector<std::string> all;
    for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events())) all.push_back(warning.text);
    return all;
  };
  EXPECT_THAT(warnings("steps: [{id: one, agent: a}, {id: two, agent: b, needs: one}]\n"),
              ElementsAre("\"two\" waits for \"one\" without using what comes of it: without such needs the "
                          "longest chain would be 2s instead of 4s"));
  EXPECT_THAT(warnings(R"(steps: [{id: one, agent: a}, {id: two, agent: b, prompt: "{{ one.text }}"}]
)"),
              ElementsAre());
  EXPECT_THAT(
      warnings(R"(steps: [{id: one, agent: a}, {id: two, agent: b, needs: one, when: "one.status == 'done'"}]
)"),
      ElementsAre());
  EXPECT_THAT(
      warnings("steps: [{id: v, parallel: [a, b]}, {id: end, agent: a, prompt: \"{{ v.a.text }}\"}]\n"),
      ElementsAre());
}

TEST(Run, EachAsksForEveryItem) {
  const auto reply = RunEcho(absl::StrCat(kHead, R"(
input: {rows: {type: list}}
steps: [{id: e, agent: a, each: input.rows, as: row, prompt: "{{ row.n }}"}]
output: "{{ e.data[1] }} of {{ e.text }}"
)"),
                             "q", {{"rows", Json::parse(R"([{"n":1},{"n":2}])")}});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<2> of <1>\n\n<2>");
}

TEST(Run, LoopGoesOnUntilItIsGood) {
  const std::string loop = R"(steps: [{id: w, agent: a, prompt: "{{ round }}{{ previous.text }}", )"
                           R"(loop: {max: 9, until: "size(w.text) > 6"}}])";
  const auto reply = RunEcho(absl::StrCat(kHead, loop, "\n"), "q");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<3<2<1>>>");
}

TEST(Run, LoopWithStepsStopsAtItsMaximum) {
  const auto reply = RunEcho(absl::StrCat(kHead, R"(
steps:
  - {id: first, agent: a}
  - id: l
    loop:
      max: 2
      steps:
        - {id: draft, agent: a, prompt: "d{{ round }} {{ first.text }} {{ previous.check.text }}"}
        - {id: check, agent: b, prompt: "c {{ draft.text }}"}
)"),
                             "q");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<c <d2 <q> <c <d1 <q> >>>>");
}

TEST(Run, WhenSkipsAndFailuresAreValues) {
  const auto reply = RunEcho(absl::StrCat(kHead, R"yaml(
steps:
  - {id: no, agent: a, when: "contains(goal, 'zzz')"}
  - {id: bad, agent: a, prompt: fail, on_error: skip}
  - {id: good, agent: a}
  - {id: saved, agent: a, prompt: "{{ good.status }} {{ no.status }}", when: "bad.status == 'failed'"}
)yaml"),
                             "q");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<done skipped>");
}

TEST(Run, AFailedStepFailsTheRun) {
  const auto reply = RunEcho(absl::StrCat(kHead, "steps: [{id: s, agent: a, prompt: fail}]\n"), "q");
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("told to fail"));
}

TEST(Run, DissentReachesTheReply) {
  const std::string asks = "  - {id: s, parallel: [a, b], prompt: \"{{ goal }}\"}\n";
  for (const char* output :
       {"output: s\n", "output: \"{{ s.text }}\"\n", "output: \"{{ s.a.text }} {{ s.b.text }}\"\n"}) {
    const auto reply = RunEcho(absl::StrCat(kHead, "steps:\n", asks, output), "yes\nDissent: no");
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_EQ(reply->dissent.size(), 2u) << output;
    EXPECT_THAT(reply->dissent[0].text, HasSubstr("no"));
  }
  const auto each = RunEcho(absl::StrCat(kHead, R"(
input: {rows: {type: list, default: [x]}}
steps:
  - {id: e, agent: a, each: input.rows, prompt: "{{ item }}\nDissent: perhaps"}
)"),
                            "q");
  ASSERT_TRUE(each.ok()) << each.status();
  EXPECT_EQ(each->dissent.size(), 1u);
}

// Models named for how they behave.
absl::StatusOr<Reply> RunModels(std::string_view models) {
  PipelineOptions options;
  options.open_model = [](std::string_view spec, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding([spec = std::string(spec)](const ModelRequest&) {
      if (spec == "x/refuses") return testing::Fail(absl::InvalidArgumentError("a request of its own"));
      if (spec == "x/down") return testing::Fail(absl::UnavailableError("down"));
      if (spec == "x/late") return testing::After(absl::Seconds(60), Say(spec));
      return Say(spec);
    }));
  };
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(
      absl::StrCat("version: 1\nname: t\nagents: {a: {model: first}}\nsteps: [{id: s, agent: a}]\n",
                   std::string(models)),
      "t.yaml", options);
  if (!pipeline.ok()) return pipeline.status();
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt("q", {}, {});
  if (!prompt.ok()) return prompt.status();
  Sim sim;
  return sim.Run(pipeline->team, *std::move(prompt));
}

TEST(Run, AFallbackAnswersForAModelThatFails) {
  const auto reply = RunModels(R"(
models:
  first: {model: x/down, fallback: [second, x/third]}
  second: {model: x/down, fallback: x/down}
)");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "x/third");
  EXPECT_EQ(RunModels("models: {first: {model: x/refuses, fallback: x/second}}").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Run, AHedgeAnswersForAModelThatIsLate) {
  const auto reply =
      RunModels("models: {first: {model: x/late, hedge: {model: x/second, after: 2s, share: 1}}}");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "x/second");
}

// Models named for what they take: "x/small" 8,000 tokens, "x/sees" images too, "x/large" all; each says its
// name.
absl::StatusOr<Reply> RunRoute(std::string_view models, std::string question, bool image) {
  PipelineOptions options;
  options.open_model = [](std::string_view spec, const ModelOptions& given) -> absl::StatusOr<ModelPtr> {
    ModelCard card{.name = std::string(spec), .price = given.price, .free = false};
    card.context_tokens = spec == "x/large" ? 1'000'000 : 8'000;
    card.images = spec != "x/small";
    return MakeModel(card, [name = card.name](const ModelRequest&) -> absl::StatusOr<ModelReply> {
      if (name == "x/down") return absl::UnavailableError("down");
      return ModelReply{.message = AssistantMessage(name)};
    });
  };
  absl::StatusOr<Pipeline> pipeline = ParsePipeline(
      absl::StrCat("version: 1\nname: t\nagents: {a: {model: main}}\nsteps: [{id: s, agent: a}]\n",
                   std::string(models)),
      "t.yaml", options);
  if (!pipeline.ok()) return pipeline.status();
  std::vector<File> files;
  if (image) files.push_back({"p.png", "image/png", "png"});
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt(std::move(question), {}, std::move(files));
  if (!prompt.ok()) return prompt.status();
  Sim sim;
  return sim.Run(pipeline->team, *std::move(prompt));
}

TEST(Run, ARouteAsksTheModelThatSuits) {
  constexpr char kInOrder[] = "models: {main: {route: [x/small, sees, x/large]}, sees: x/sees}\n";
  constexpr char kCheapest[] = R"(
models:
  main: {route: [dear, cheap, x/large], cheapest: true, fallback: x/sees}
  dear: {model: x/small, price: {input: 9, output: 9}}
  cheap: {model: x/other, price: {input: 1, output: 1}}
)";
  constexpr char kDown[] = "models: {main: {route: [x/down, x/large], fallback: x/sees}}\n";
  const std::string longer(30'000, 'x');
  const struct {
    const char* models;
    std::string question;
    bool image;
    const char* answer;
  } cases[] = {
      {kInOrder, "q", false, "x/small"},    {kInOrder, "q", true, "x/sees"},
      {kInOrder, longer, false, "x/large"}, {kInOrder, longer, true, "x/large"},
      {kCheapest, "q", false, "x/other"},   {kCheapest, longer, false, "x/large"},
      {kDown, "q", false, "x/sees"},  // a route asks one; a fallback is for when it fails
  };
  for (const auto& one : cases) {
    const auto reply = RunRoute(one.models, one.question, one.image);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->text, one.answer) << one.models;
  }
  EXPECT_THAT(std::string(RunRoute("models: {main: {route: [x/small]}}\n", "q", true).status().message()),
              HasSubstr("no model suits this request: x/small sees no images"));
}

TEST(Run, ScaleImagesReachesTheModel) {
  for (const auto& [yaml, scales] : {std::pair{"x/y", true}, std::pair{"{model: x/y}", true},
                                     std::pair{"{model: x/y, scale_images: true}", true},
                                     std::pair{"{model: x/y, scale_images: false}", false}}) {
    std::vector<bool> opened;
    PipelineOptions options;
    options.open_model = [&](std::string_view, const ModelOptions& given) -> absl::StatusOr<ModelPtr> {
      opened.push_back(given.scale_images);
      return ModelPtr(Responding([](const ModelRequest&) { return Say("s"); }));
    };
    EXPECT_TRUE(ParsePipeline(absl::StrCat("version: 1\nname: t\nagents: {a: {model: m}}\n",
                                           "steps: [{id: s, agent: a}]\nmodels: {m: ", yaml, "}\n"),
                              "t.yaml", options)
                    .ok());
    EXPECT_EQ(opened, std::vector<bool>{scales}) << yaml;
  }
}

TEST(Run, NoModelStandsBehindItself) {
  const auto reply = RunModels(R"(
models:
  first: {model: x/down, fallback: second}
  second: {model: x/down, hedge: {model: first}}
)");
  EXPECT_THAT(std::string(reply.status().message()),
              HasSubstr("t.yaml:7:10: this model stands behind itself"));
}

TEST(Run, NeedsABranchOfAParallelStep) {
  const auto reply = RunEcho(absl::StrCat(kHead, R"(
steps:
  - {id: views, parallel: [a, b]}
  - {id: after, agent: a, needs: views.b, prompt: "x"}
)"),
                             "q");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text, "<x>");
}

// Solvers disagree; the verifier knows.
TEST(Run, AContemplationWithAllItsKeys) {
  PipelineOptions options;
  options.open_model = [](std::string_view name, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    const bool verifies = name == "checks";
    auto next = std::make_shared<int>(0);
    return ModelPtr(Responding([verifies, next](const ModelRequest& request) {
      const std::string asked = TextOf(request.conversation.back());
      if (verifies)
        return Say(
            absl::StrCat("answer: ", asked.find("answer: 7") < asked.size() ? "correct" : "incorrect"));
      return Say(absl::StrCat("answer: ", 5 + (*next)++));
    }));
  };
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(R"(version: 1
name: t
agents: {solver: {model: solves}, checker: {model: checks}}
steps:
  - id: solve
    contemplate:
      agent: solver
      mode: contemplating
      width: 6
      rounds: 0
      pace: latency
      stops: {decided: false, settled: 1, settled_least: 2, quorum: 1, tail_cut: 0.5, time_share: 0.9}
      verifier: checker
      aggregate: knockout
      judge: checker
      judge_votes: 2
      merge_most: 4
      digests: 2
      digest_bytes: 500
      answer_line: false
      shuffle_documents: false
      strategies: [one, two]
  - id: say
    agent: solver
    prompt: "{{ solve.report.stop }}"
)",
                                                          "t.yaml", options);
  ASSERT_THAT(pipeline, IsOk());
  Sim sim({.shuffle = false});
  ASSERT_THAT(sim.Run(pipeline->team, *pipeline->MakePrompt("?", {}, {})), IsOk());
  std::vector<std::string> answers;
  for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events())) {
    if (ended.id == "answer") answers.push_back(ended.summary);
  }
  EXPECT_THAT(answers, ::testing::ElementsAre("answer: 7"));
}

// Each attempt is drawn in its way and has its part of the budget; the second asks for a tool over and over.
TEST(Run, AttemptsWithPartsOfTheBudgetTemperaturesAndDigests) {
  std::vector<std::string> drawn;
  int digests = 0;
  PipelineOptions options;
  options.open_model = [&](std::string_view name, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    if (name == "shortens")
      return ModelPtr(Responding([&digests](const ModelRequest&) {
        ++digests;
        return Say("in short: 5");
      }));
    return ModelPtr(Responding([&drawn](const ModelRequest& request) {
      const ModelSettings& settings = request.settings;
      const bool loops = settings.temperature == 1.2;
      if (request.conversation.size() == 1)
        drawn.push_back(absl::StrCat(settings.temperature.value_or(-1), " ", settings.seed.value_or(0)));
      if (loops) return testing::Ask("calculator", {{"expression", "1 + 1"}});
      return Say(absl::StrCat(std::string(300, 'w'), "\nanswer: 5"));
    }));
  };
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(R"(version: 1
name: t
models: {drawn: {model: solves, seed: 40}}
agents:
  solver: {model: drawn, tools: [calculator], limits: {budget: {calls: 9}}}
  shortener: {model: shortens}
steps:
  - id: solve
    contemplate:
      agent: solver
      width: 3
      rounds: 1
      pace: latency
      stops: {decided: false, settled: 1, quorum: 1}
      each: {calls: 4}
      temperatures: [0.1, 1.2, 0.7]
      digester: shortener
      digest_bytes: 200
output: "{{ solve.report.stop }}, {{ solve.report.failed }} failed"
)",
                                                          "t.yaml", options);
  ASSERT_THAT(pipeline, IsOk());
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(pipeline->team, *pipeline->MakePrompt("?", {}, {}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->text, "all answered, 2 failed");
  EXPECT_THAT(drawn, ElementsAre("0.1 40", "1.2 41", "0.7 42", "0.1 43", "1.2 44", "0.7 45"));
  EXPECT_EQ(digests, 2);
  EXPECT_EQ(reply->cost.model_calls, 2 * (2 + 4) + 2);
}

TEST(Run, AnAgentHasABudgetOfItsOwn) {
  PipelineOptions options;
  options.open_model = [](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding(
        [](const ModelRequest&) { return testing::Ask("calculator", {{"expression", "1 + 1"}}); }));
  };
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(R"(version: 1
name: t
agents: {a: {tools: [calculator], limits: {budget: {tool_calls: 3}}}}
steps: [{id: s, agent: a}]
)",
                                                          "t.yaml", options);
  ASSERT_THAT(pipeline, IsOk());
  Sim sim;
  EXPECT_THAT(sim.Run(pipeline->team, *pipeline->MakePrompt("?", {}, {})),
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("agent \"a\": the budget of 3 tool calls is used up; raise it")));
}

}  // namespace
}  // namespace ninefold
