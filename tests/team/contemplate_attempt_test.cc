// What one attempt of a contemplation may use, how it differs from the others, and what refining ones see of
// it.
#include <set>

#include "ninefold/team.h"
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using testing::Ask;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Responding;
using testing::Say;
using testing::ScriptStep;
using testing::Sim;
using ::testing::UnorderedElementsAre;

ToolPtr Nothing() {
  return MakeDynamicTool({.name = "look"}, [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
    co_return TextOutput("nothing");
  });
}

// The third of those that ask for the first time never stops calling its tool.
AgentPtr OneRunsAway(AgentLimits limits = {}) {
  auto seen = std::make_shared<int>(0);
  const auto respond = [seen](const ModelRequest& request) -> ScriptStep {
    const bool is_first = request.conversation.size() == 1;
    if ((is_first && ++*seen == 3) || !is_first) return After(absl::Seconds(1), Ask("look"));
    return After(absl::Seconds(1), Say("answer: 42"));
  };
  return MakeAgent({.name = "solver", .model = Responding(respond), .tools = {Nothing()}, .limits = limits});
}

TEST(ContemplateAttempt, OneThatUsesUpItsPartHasFailedAndTheOthersGoOn) {
  const struct {
    BudgetLimits each;
    std::string why;
  } cases[] = {
      {{.model_calls = 4}, "each attempt: the budget of 4 model calls is used up"},
      {{.tool_calls = 2}, "each attempt: the budget of 2 tool calls is used up"},
      {{.tokens = 5'000}, "each attempt: the budget of 5000 tokens cannot pay for this call"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(Contemplate({.solver = OneRunsAway({.turns = 1000}),
                                            .width = 5,
                                            .pace = Pace::kCost,
                                            .stops = kNever,
                                            .each = c.each}),
                               "?", {.budget = {.tokens = 1'000'000, .model_calls = 400}});
    const Contemplation report = ReportOf(reply);
    EXPECT_EQ(report.stop, "all answered") << "the run's own budget has room";
    EXPECT_EQ(report.started, 5);
    EXPECT_EQ(report.failed, 1);
    EXPECT_EQ(report.cast, 4);
    std::string failure;
    for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events()))
      if (!ended.status.ok()) failure = Describe(ended.status);
    EXPECT_THAT(failure, AllOf(HasSubstr("solve.3"), HasSubstr(c.why)));
  }
}

TEST(ContemplateAttempt, APartIsNoMoreThanTheWholeHas) {
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = OneRunsAway({.turns = 1000}),
                                          .width = 5,
                                          .pace = Pace::kLatency,
                                          .stops = kNever,
                                          .each = {.model_calls = 100}}),
                             "?", {.budget = {.model_calls = 10}});
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.answer, "42");
  EXPECT_EQ(reply->cost.model_calls, 10);
}

// Its limits are the solver's own: the next attempts are started all the same.
TEST(ContemplateAttempt, OneThatTakesTooManyTurnsIsNoLimitOfTheRun) {
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(
      Contemplate({.solver = OneRunsAway({.turns = 3}), .width = 5, .pace = Pace::kCost, .stops = kNever}),
      "?"));
  EXPECT_EQ(report.stop, "all answered");
  EXPECT_EQ(report.started, 5);
  EXPECT_EQ(report.failed, 1);
}

TEST(ContemplateAttempt, AreDrawnEachInItsWay) {
  std::vector<ModelSettings> settings;
  const ModelPtr model = Responding([&](const ModelRequest& request) {
    settings.push_back(request.settings);
    return Say("answer: 1");
  });
  const AgentPtr inner = MakeAgent({.name = "solver",
                                    .model = model,
                                    .settings = {.temperature = 0.3, .seed = 100, .reasoning_effort = ""}});
  // Also through a team.
  const AgentPtr solver = MakeTeam({.name = "team", .planner = FanOutPlanner({}), .members = {inner}});
  Sim sim({.shuffle = false});
  ReportOf(sim.Run(Contemplate({.solver = solver,
                                .width = 4,
                                .pace = Pace::kLatency,
                                .stops = kNever,
                                .temperatures = {0.2, 1.1},
                                .rounds = 1}),
                   "?"));
  std::vector<std::string> drawn;
  for (const ModelSettings& one : settings) drawn.push_back(absl::StrCat(*one.temperature, " ", *one.seed));
  EXPECT_THAT(drawn, ElementsAre("0.2 100", "1.1 101", "0.2 102", "1.1 103", "0.2 104", "1.1 105", "0.2 106",
                                 "1.1 107"));

  settings.clear();
  Sim plain({.shuffle = false});
  const AgentPtr unseeded = MakeAgent({.name = "solver", .model = model});
  ReportOf(plain.Run(Contemplate({.solver = unseeded, .width = 3, .stops = kNever}), "?"));
  ASSERT_EQ(settings.size(), 3u);
  for (const ModelSettings& one : settings) {
    EXPECT_EQ(one.seed, std::nullopt) << "a server that takes none is not sent one";
    EXPECT_EQ(one.temperature, std::nullopt);
  }
}

TEST(ContemplateAttempt, AttemptsOfAttemptsHaveSeedsOfTheirOwn) {
  std::multiset<std::uint64_t> seeds;
  const ModelPtr model = Responding([&](const ModelRequest& request) {
    seeds.insert(*request.settings.seed);
    return Say("answer: 1");
  });
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = model, .settings = {.seed = 7, .reasoning_effort = ""}});
  const AgentPtr inner = Contemplate({.name = "inner", .solver = solver, .width = 4, .stops = kNever});
  Sim sim;
  ReportOf(sim.Run(Contemplate({.solver = inner, .width = 3, .stops = kNever}), "?"));
  ASSERT_EQ(seeds.size(), 12u);
  for (const std::uint64_t seed : seeds) EXPECT_EQ(seeds.count(seed), 1u) << seed;
}

// --- Digests that an agent writes ---

struct Digesting {
  std::vector<std::string> refining, digested;
  AgentPtr agent;

  explicit Digesting(bool fails, ContemplateOptions options = {}) {
    auto next = std::make_shared<int>(0);
    options.solver = MakeAgent(
        {.name = "solver", .model = Responding([this, next](const ModelRequest& request) {
                             const std::string prompt = Asked(request);
                             const bool refines = absl::StrContains(prompt, "## Attempt A");
                             if (refines) refining.push_back(prompt);
                             if (refines) return After(absl::Seconds(1), Say("answer: 9"));
                             const int i = (*next)++;
                             // The first of them is short.
                             const std::string work = i == 0 ? "" : std::string(600, 'x');
                             return After(absl::Seconds(1), Say(absl::StrCat("W", i, work, "\nanswer: ", i)));
                           })});
    options.digester = MakeAgent(
        {.name = "digester", .model = Responding([this, fails](const ModelRequest& request) -> ScriptStep {
                               const std::string prompt = Asked(request);
                               digested.push_back(prompt);
                               if (fails) return testing::Fail(absl::UnavailableError("busy"));
                               const std::size_t at = prompt.find("\nW") + 1;
                               return After(absl::Seconds(1), Say("digest of " + prompt.substr(at, 2)));
                             })});
    options.width = 3, options.stops = kNever, options.pace = Pace::kLatency, options.digest_bytes = 300;
    if (options.rounds == 0) options.rounds = 1;
    agent = Contemplate(std::move(options));
  }
};

TEST(ContemplateAttempt, LongOnesAreSeenByTheirDigests) {
  Digesting of(false);
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(of.agent, "How many?");
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, "9");
  ASSERT_EQ(of.digested.size(), 2u) << "one for each, whoever sees it; the short one is seen as it is";
  EXPECT_THAT(of.digested[0], AllOf(HasSubstr("Question: How many?"), HasSubstr(std::string(600, 'x')),
                                    HasSubstr("at most 42 words")));
  ASSERT_EQ(of.refining.size(), 3u);
  for (const std::string& prompt : of.refining) {
    EXPECT_THAT(prompt, AllOf(HasSubstr("W0\nanswer: 0"), HasSubstr("digest of W1"),
                              HasSubstr("digest of W2"), Not(HasSubstr("xxx"))));
  }
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3));
  EXPECT_EQ(reply->cost.model_calls, 8);
  ASSERT_TRUE(report.tokens_sequential.has_value());
  std::int64_t of_one = 0;
  for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events()))
    if (path == "solve.3" || path == "digest.1.solve.3" || path == "refine.1.3")
      of_one += *ended.cost.tokens.output;
  EXPECT_EQ(*report.tokens_sequential, of_one) << "attempt, digest, refinement";
}

TEST(ContemplateAttempt, WithoutADigestItIsCut) {
  Digesting of(true);
  Sim sim({.shuffle = false});
  EXPECT_EQ(ReportOf(sim.Run(of.agent, "How many?")).answer, "9");
  EXPECT_EQ(of.digested.size(), 2u);
  ASSERT_EQ(of.refining.size(), 3u);
  for (const std::string& prompt : of.refining)
    EXPECT_THAT(prompt, AllOf(HasSubstr("W1xxx"), HasSubstr("[…]"), HasSubstr("answer: 1")));
}

TEST(ContemplateAttempt, ABlankDigestIsNone) {
  const AgentPtr digester =
      MakeAgent({.name = "digester", .model = Responding([](const ModelRequest&) { return Say(" \n"); })});
  std::vector<std::string> refining;
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = Responding([&](const ModelRequest& request) {
                                     if (absl::StrContains(Asked(request), "## Attempt A"))
                                       refining.push_back(Asked(request));
                                     return Say(absl::StrCat("W", std::string(600, 'x'), "\nanswer: 1"));
                                   })});
  Sim sim;
  ReportOf(sim.Run(Contemplate({.solver = solver,
                                .width = 2,
                                .stops = kNever,
                                .rounds = 1,
                                .digest_bytes = 300,
                                .digester = digester}),
                   "?"));
  ASSERT_FALSE(refining.empty());
  for (const std::string& prompt : refining) EXPECT_THAT(prompt, HasSubstr("Wxxx"));
}

TEST(ContemplateAttempt, AReplayHasTheSameDigests) {
  const StorePtr store = MemoryStore();
  Digesting of(false, {.rounds = 2});
  Sim sim({.store = store});
  const auto reply = sim.Run(of.agent, "How many?", {.run_id = "r1"});
  const std::size_t asked = of.refining.size() + of.digested.size();
  Sim again({.store = store});
  const auto replayed = again.Run(of.agent, "How many?", {.mode = RunMode::kReplay, .run_id = "r1"});
  ASSERT_THAT(replayed, IsOk());
  EXPECT_EQ(replayed->text, reply->text);
  EXPECT_EQ(DumpJson(*replayed->report), DumpJson(*reply->report));
  EXPECT_EQ(of.refining.size() + of.digested.size(), asked) << "nothing is asked again";
}

}  // namespace
}  // namespace ninefold
