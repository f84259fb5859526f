// Output tokens one after another: the longest chain of calls that waited for each other.
#include "absl/strings/str_split.h"
#include "base/try.h"
#include "graph/executor.h"
#include "matchers.h"
#include "ninefold/concurrency.h"
#include "ninefold/team.h"

namespace ninefold {
namespace {

using testing::Sim;

// Says something in `tokens`, after `took`.
AgentPtr Speaker(std::int64_t tokens, absl::Duration took = absl::Seconds(1)) {
  return MakeFunctionAgent({"speaker", ""},
                           [tokens, took](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
                             const absl::Status slept = co_await ctx.Sleep(took);
                             if (!slept.ok()) co_return slept;
                             Cost cost;
                             cost.tokens.output = tokens;
                             ctx.Charge(cost);
                             co_return Reply{};
                           });
}

// Of a graph written as "a:50 b:20 c:30>a,b": tasks with their tokens and needs.
TaskGraph GraphOf(std::string_view text) {
  TaskGraph graph;
  for (const auto& word : absl::StrSplit(std::string(text), ' ')) {
    const std::vector<std::string> sides = absl::StrSplit(word, '>');
    const std::vector<std::string> task = absl::StrSplit(sides[0], ':');
    std::vector<std::string> needs;
    if (sides.size() > 1) needs = absl::StrSplit(sides[1], ',');
    EXPECT_THAT(graph.Add({.id = task[0], .agent = Speaker(std::stoi(task[1])), .prompt = "x", .needs = needs}),
                IsOk());
  }
  return graph;
}

std::int64_t ChainOf(TaskGraph graph, const GraphOptions& options = {}) {
  Sim sim;
  std::int64_t chain = -1;
  const Roster roster;
  EXPECT_THAT(sim.Run([&](Context& ctx) -> Async<void> {
    Goal goal("goal");
    const auto reply = co_await RunGraph(std::move(graph), std::move(goal), roster, options, ctx);
    EXPECT_THAT(reply, IsOk());
    chain = ctx.cost().tokens_sequential.value_or(-1);
  }),
              IsOk());
  return chain;
}

TEST(Chain, IsTheLongestOfNeeds) {
  const struct {
    const char* graph;
    std::int64_t chain;
  } rows[] = {
      {"a:50", 50},
      {"a:50 b:20>a", 70},
      {"a:50 b:50 c:50 d:50 end:50>a,b,c,d", 100},  // four in parallel and one that joins them
      {"a:10 b:80 c:5>a end:1>b,c", 81},
      {"a:10 b:80 c:75>a end:1>b,c", 86},
      {"a:10 b:20>a c:30>b alone:59 end:1>alone", 60},
      {"a:0 b:0>a", 0},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ChainOf(GraphOf(row.graph)), row.chain) << row.graph;
    EXPECT_EQ(ChainOf(GraphOf(row.graph), {.width = 1}), row.chain) << "of needs, not of turns: " << row.graph;
  }
}

TEST(Chain, AQuorumDoesNotWaitForTheRest) {
  TaskGraph graph;
  EXPECT_THAT(graph.Add({.id = "quick", .agent = Speaker(10), .prompt = "x"}), IsOk());
  EXPECT_THAT(graph.Add({.id = "late", .agent = Speaker(500, absl::Hours(1)), .prompt = "x"}), IsOk());
  Task end{.id = "end", .agent = Speaker(5), .prompt = "x", .needs = {"quick", "late"}, .join = Join::Any()};
  end.join.cancel_rest = true;
  EXPECT_THAT(graph.Add(std::move(end)), IsOk());
  EXPECT_EQ(ChainOf(std::move(graph)), 15);
}

// What a planner adds, it adds because of what it saw.
TEST(Chain, WhatIsAddedComesAfterWhatWasSeen) {
  GraphOptions options;
  bool added = false;
  options.extend = [&added](const Progress& progress, Context&) -> Async<absl::StatusOr<Extension>> {
    Extension extension;
    if (!added && progress.running() == 0) {
      added = true;
      extension.tasks.push_back({.id = "more", .agent = Speaker(7), .prompt = "x"});
    }
    co_return extension;
  };
  EXPECT_EQ(ChainOf(GraphOf("a:50 b:20"), options), 57);
}

TEST(Chain, GoesThroughTeamsWithinTeams) {
  const AgentPtr inner = FanOut({Speaker(30), Speaker(40)}, Speaker(2), "inner");
  TaskGraph graph;
  EXPECT_THAT(graph.Add({.id = "first", .agent = inner, .prompt = "x"}), IsOk());
  EXPECT_THAT(graph.Add({.id = "beside", .agent = Speaker(41), .prompt = "x"}), IsOk());
  EXPECT_THAT(graph.Add({.id = "end", .agent = Speaker(5), .prompt = "x", .needs = {"first", "beside"}}), IsOk());
  EXPECT_EQ(ChainOf(std::move(graph)), 47);
}

TEST(Chain, OfAReplyIsThatOfItsTeam) {
  Sim sim;
  const auto reply = sim.Run(FanOut({Speaker(30), Speaker(40), Speaker(20)}, Speaker(2)), "x");
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->cost.tokens.output, 92);
  EXPECT_EQ(reply->cost.tokens_sequential, 42);
}

TEST(Chain, ChildrenThatRunAtOnceAreNoChain) {
  const std::int64_t tokens[] = {10, 20, 30, 40};
  for (const auto& [width, chain] : {std::pair<std::size_t, std::int64_t>(0, 45), {1, 105}, {2, 65}}) {
    Sim sim;
    std::int64_t found = -1;
    EXPECT_THAT(sim.Run([&](Context& ctx) -> Async<void> {
      auto body = [&](std::size_t i, Context& child) -> Async<absl::StatusOr<int>> {
        Cost cost;
        cost.tokens.output = tokens[i];
        CO_CHECK_OK(co_await child.Sleep(absl::Seconds(1)));
        child.Charge(cost);
        co_return 1;
      };
      Cost before;
      before.tokens.output = 5;
      ctx.Charge(before);
      co_await Settle<int>(ctx, "child", 4, body, width);
      found = ctx.cost().tokens_sequential.value_or(-1);
    }),
                IsOk());
    // In turns of two, 10 and 30 run beside 20 and 40.
    EXPECT_EQ(found, chain) << width;
  }
}

TEST(Chain, IsUnknownWhereNothingIsCounted) {
  Sim sim;
  EXPECT_THAT(sim.Run([&](Context& ctx) -> Async<void> {
    Cost cost;
    cost.model_calls = 1;
    ctx.Charge(cost);
    EXPECT_FALSE(ctx.cost().tokens_sequential.has_value());
    co_return;
  }),
              IsOk());
}

}  // namespace
}  // namespace ninefold
