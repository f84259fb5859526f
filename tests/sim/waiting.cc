#include "sim/waiting.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "ninefold/team.h"
#include "ninefold/vote_theory.h"

namespace ninefold {

AgentPtr HedgedSolver(OracleOptions oracle, absl::Duration after) {
  const ModelPtr first = testing::Oracle(oracle);
  oracle.seed += 1000;  // its times are its own
  // A hedge for every call that is late, so that the law is the one of the papers.
  const HedgePolicy policy{.after = after, .share = 1};
  return MakeAgent({.name = "solver", .model = WithHedge(first, testing::Oracle(oracle), policy)});
}

double HedgedWait(double after) { return 1 - std::exp(-after) / 2; }

absl::Duration GrahamOf(const event::GraphEnded& graph) {
  const int width = graph.width > 0 ? graph.width : int(graph.tasks);
  return absl::Seconds(
      GrahamBound(absl::ToDoubleSeconds(graph.work), absl::ToDoubleSeconds(graph.critical), width));
}

event::GraphEnded RunRandomGraph(std::uint64_t seed, int tasks, int width) {
  Draws draws(seed);
  TaskGraph graph;
  for (int i = 0; i < tasks; ++i) {
    const absl::Duration takes = absl::Seconds(-std::log(draws.Even()));
    Task task{.id = absl::StrCat("t", i)};
    task.agent =
        MakeFunctionAgent({"worker", ""}, [takes](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
          const absl::Status slept = co_await ctx.Sleep(takes);
          if (!slept.ok()) co_return slept;
          co_return Reply{};
        });
    for (int k = std::max(0, i - 12); k < i; ++k) {
      if (draws.Happens(0.15)) task.needs.push_back(absl::StrCat("t", k));
    }
    EXPECT_THAT(graph.Add(std::move(task)), IsOk());
  }
  Sim sim({.seed = seed});
  const AgentPtr team =
      MakeTeam({.name = "team", .planner = FixedPlan(std::move(graph)), .limits = {.width = width}});
  EXPECT_THAT(sim.Run(team, Prompt("go")), IsOk());
  const auto ended = EventsOf<event::GraphEnded>(sim.events());
  EXPECT_EQ(ended.size(), 1u);
  return ended.empty() ? event::GraphEnded() : ended.front().second;
}

}  // namespace ninefold
