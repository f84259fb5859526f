// A graph under test: agents that take a time and then say their id, or fail.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "graph/executor.h"
#include "matchers.h"

namespace ninefold {

class ExecutorTest : public ::testing::Test {
 protected:
  AgentPtr Worker(absl::Duration takes, absl::Status fails = absl::OkStatus(), int failures = 1 << 30) {
    auto left = std::make_shared<int>(failures);
    AgentFn fn = [this, takes, fails, left](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
      ++running;
      most = std::max(most, running);
      started.push_back(ctx.path());
      const absl::Status slept = co_await ctx.Sleep(takes);
      --running;
      if (!slept.ok()) co_return slept;
      if (!fails.ok() && (*left)-- > 0) co_return fails;
      Reply reply;
      reply.text = TextOf(prompt);
      co_return reply;
    };
    return MakeFunctionAgent({"worker", ""}, std::move(fn));
  }

  void Add(std::string id, std::vector<std::string> needs = {}, Task options = {}) {
    Task task = std::move(options);
    task.id = id;
    task.needs = std::move(needs);
    if (!task.agent) task.agent = Worker(absl::Seconds(1));
    std::string text = id + "(";
    for (const std::string& need : task.needs) absl::StrAppend(&text, "{{ ", need, ".text }}");
    task.prompt = text + ")";
    ASSERT_THAT(graph.Add(std::move(task)), IsOk());
  }

  absl::StatusOr<Reply> Run(GraphOptions options = {}, std::uint64_t seed = 1) {
    testing::Sim sim({.seed = seed});
    absl::StatusOr<Reply> reply = absl::UnknownError("");
    const Roster roster;
    const absl::Status ended = sim.Run([&](Context& ctx) -> Async<void> {
      Goal goal("goal");
      goal.known = known;
      Context own(ctx, "", stops_after);
      began = own.Now();
      graph.set_ask_again(began + plan_asks_again);
      reply = co_await RunGraph(graph, std::move(goal), roster, options, own);
      EXPECT_EQ(running, 0) << "children end before the graph";
    });
    EXPECT_THAT(ended, IsOk());
    elapsed = sim.elapsed();
    for (const auto& [path, task] : EventsOf<event::TaskEnded>(sim.events()))
      outcomes[task.id] = task.outcome;
    for (const auto& [path, summary] : EventsOf<event::GraphEnded>(sim.events())) ended_graph = summary;
    for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events()))
      warnings.push_back(warning.text);
    return reply;
  }

  TaskGraph graph;
  absl::Duration stops_after = absl::InfiniteDuration(), plan_asks_again = absl::InfiniteDuration();
  absl::Time began;
  std::vector<Citation> known;  // to the goal
  int running = 0, most = 0;
  std::vector<std::string> started;
  std::map<std::string, std::string> outcomes;
  event::GraphEnded ended_graph;
  std::vector<std::string> warnings;
  absl::Duration elapsed;
};

}  // namespace ninefold
