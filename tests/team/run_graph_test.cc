// Pictures of what runs did.
#include "ninefold/run_graph.h"

#include "matchers.h"
#include "ninefold/contemplate.h"
#include "ninefold/team.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::HasSubstr;
using testing::Say;
using testing::Sim;

RunGraph GraphOf(const AgentPtr& agent, absl::StatusCode code = absl::StatusCode::kOk) {
  Sim sim({.shuffle = false});
  EXPECT_EQ(sim.Run(agent, "?").status().code(), code);
  RunGraph made;
  for (const Event& event : sim.events()) made.Take(event);
  return made;
}

AgentPtr Thinks(std::string name, int seconds) {
  const auto respond = [seconds](const ModelRequest&) {
    return After(absl::Seconds(seconds), Say("answer: 4"));
  };
  return MakeAgent({.name = std::move(name), .model = testing::Responding(respond)});
}

TEST(RunGraph, AContemplationIsDrawnWithWhatBecameOfIt) {
  const AgentPtr agent = Contemplate({.solvers = {Thinks("quick", 1), Thinks("slow", 9)},
                                      .width = 3,
                                      .pace = Pace::kLatency,
                                      .stops = {.settled = 1, .quorum = 1}});
  EXPECT_EQ(ToText(GraphOf(agent).graph()),
            "* solve.1 (quick, done in 1s)\n"
            "* solve.2 (slow, cancelled in 1s)\n"
            "* solve.3 (quick, done in 1s)\n"
            "  + answer (vote, done)  <- solve.1, solve.3\n");
}

TEST(RunGraph, ATeamStandsBeforeTheTaskThatWasItsOwn) {
  const AgentPtr pair =
      MakeTeam({.name = "pair", .planner = FanOutPlanner({}), .members = {Thinks("a", 1), Thinks("b", 2)}});
  TaskGraph graph;
  ASSERT_THAT(graph.Add({.id = "first", .agent = Thinks("c", 1)}), IsOk());
  ASSERT_THAT(graph.Add({.id = "second", .agent = pair, .needs = {"first"}}), IsOk());
  ASSERT_THAT(graph.Add({.id = "last", .agent = Thinks("d", 1), .needs = {"second"}}), IsOk());
  const std::string text =
      ToText(GraphOf(MakeTeam({.name = "t", .planner = FixedPlan(std::move(graph))})).graph());
  EXPECT_THAT(text, HasSubstr("  + second.a (a, done in 1s)  <- first\n"));
  EXPECT_THAT(text, HasSubstr("  + second.b (b, done in 2s)  <- first\n"));
  EXPECT_THAT(text, HasSubstr("+ second (pair, done in 2s)  <- second.answer\n"));
  EXPECT_THAT(text, HasSubstr("+ last (d, done in 1s)  <- second\n"));
}

TEST(RunGraph, WhatIsNoTaskIsPassedOver) {
  RunGraph made;
  made.Take({.body = event::TaskEnded{.id = "x", .outcome = "done"},
             .path = std::make_shared<const std::string>("x")});
  made.Take({.body = event::PlanMade{.tasks = {"a", "a"}, .edges = {"no arrow", "b -> a", "a -> c"}},
             .path = std::make_shared<const std::string>("")});
  EXPECT_EQ(ToText(made.graph()), "* a (not ended)\n");
  EXPECT_TRUE(RunGraph().empty());
}

}  // namespace
}  // namespace ninefold
