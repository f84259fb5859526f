#include "base/try.h"
#include "executor_testing.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;

using SummaryTest = ExecutorTest;

TEST_F(SummaryTest, SaysHowParallelItWas) {
  for (int i = 0; i < 10; ++i) Add(absl::StrCat("t", i));
  EXPECT_THAT(Run({.width = 4}), IsOk());
  EXPECT_EQ(ended_graph.wall, absl::Seconds(3));
  EXPECT_EQ(ended_graph.work, absl::Seconds(10));
  EXPECT_EQ(ended_graph.width, 4);
  EXPECT_DOUBLE_EQ(ended_graph.parallelism, 10.0 / 3);
  EXPECT_DOUBLE_EQ(ended_graph.over_bound, 3 / 2.5);  // tasks of one second do not divide
  EXPECT_EQ(ended_graph.serial, "");
}

TEST_F(SummaryTest, ANeedWhoseResultIsNotUsedIsNoticed) {
  Add("a", {}, {.agent = Worker(absl::Seconds(4))});
  Add("b", {}, {.agent = Worker(absl::Seconds(4))});
  ASSERT_THAT(
      graph.Add(
          {.id = "c", .agent = Worker(absl::Seconds(4)), .prompt = "{{ a.text }}", .needs = {"a", "b"}}),
      IsOk());
  ASSERT_THAT(
      graph.Add({.id = "d", .agent = Worker(absl::Seconds(4)), .prompt = "{{ goal }}", .needs = {"c"}}),
      IsOk());
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial,
            "\"c\" waits for \"b\", \"d\" waits for \"c\" without using what comes of it: without such needs "
            "the longest chain would be 8s instead of 12s");
  EXPECT_THAT(warnings, ElementsAre(ended_graph.serial));
}

TEST_F(SummaryTest, ANeedThatCostsNothingIsNotWorthSaying) {
  Add("quick", {}, {.agent = Worker(absl::Milliseconds(1))});
  ASSERT_THAT(
      graph.Add(
          {.id = "slow", .agent = Worker(absl::Seconds(4)), .prompt = "{{ goal }}", .needs = {"quick"}}),
      IsOk());
  // A condition may look at any of them, and so may a function that does not say what it uses.
  ASSERT_THAT(graph.Add({.id = "judge",
                         .agent = Worker(absl::Seconds(4)),
                         .prompt = "{{ goal }}",
                         .needs = {"slow"},
                         .when = [](const TaskInputs&) { return absl::StatusOr<bool>(true); }}),
              IsOk());
  ASSERT_THAT(
      graph.Add({.id = "end",
                 .agent = Worker(absl::Seconds(4)),
                 .prompt = PromptTemplate::Fn([](const TaskInputs&) { return absl::StatusOr<Prompt>("x"); }),
                 .needs = {"judge"}}),
      IsOk());
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial, "");
  EXPECT_THAT(warnings, ElementsAre());
}

TEST_F(SummaryTest, WhatAQuorumDidNotWaitForIsNotOnTheCriticalPath) {
  Add("quick", {}, {.agent = Worker(absl::Seconds(1))});
  Add("late", {}, {.agent = Worker(absl::Seconds(9))});
  Add("end", {"quick", "late"}, {.agent = Worker(absl::Seconds(10)), .join = Join::Any()});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.critical, absl::Seconds(11));
  EXPECT_THAT(ended_graph.critical_path, ElementsAre("quick", "end"));
}

// Waits for its turn, then works.
AgentPtr Queueing(absl::Duration waits, absl::Duration works) {
  AgentFn fn = [waits, works](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    Context call(ctx, "turn.1");
    CO_CHECK_OK(co_await call.Sleep(waits));
    call.ChargeQueued(waits);
    CO_CHECK_OK(co_await call.Sleep(works));
    Reply reply;
    reply.text = TextOf(prompt);
    co_return reply;
  };
  return MakeFunctionAgent({"queueing", ""}, fn);
}

TEST_F(SummaryTest, WaitingForATurnIsNoWork) {
  Add("a", {}, {.agent = Queueing(absl::Seconds(1), absl::Seconds(2))});
  Add("b", {}, {.agent = Queueing(absl::Seconds(3), absl::Seconds(1))});
  Add("c", {"a", "b"}, {.agent = Queueing(absl::Seconds(2), absl::Seconds(4))});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.wall, absl::Seconds(10));
  EXPECT_EQ(ended_graph.work, absl::Seconds(7));
  EXPECT_EQ(ended_graph.critical, absl::Seconds(6));
  EXPECT_THAT(ended_graph.critical_path, ElementsAre("a", "c"));
  EXPECT_EQ(ended_graph.queued, absl::Seconds(5));
  EXPECT_DOUBLE_EQ(ended_graph.parallelism, 0.7);
  EXPECT_DOUBLE_EQ(ended_graph.over_bound, 10 / 6.0);
}

// A chain of five beside one that is free.
class PlannedTest : public SummaryTest {
 protected:
  void AddChain() {
    for (int i = 1; i <= 5; ++i) {
      Task task{.agent = Worker(absl::Seconds(10))};
      std::vector<std::string> needs;
      if (i > 1) needs.push_back(absl::StrCat("a", i - 1));
      if (i == 3) task.doubtful = needs;
      Add(absl::StrCat("a", i), needs, std::move(task));
    }
    Add("b", {}, {.agent = Worker(absl::Seconds(10))});
    graph.set_output("a5");
  }
};

TEST_F(PlannedTest, APlanThatRanOneAfterAnotherIsRemarkedOn) {
  AddChain();
  graph.set_planned(true);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial,
            "what was planned ran one after another: a1 → a2 → a3 → a4 → a5 took 50s of 1m of work; nothing "
            "says that \"a3\" waits for \"a2\" for something it uses");
  EXPECT_THAT(warnings, ElementsAre()) << "it may have to be so";
}

TEST_F(PlannedTest, AChainThatSomebodyWroteIsMeantSo) {
  AddChain();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial, "");
}

TEST_F(PlannedTest, WhatIsParallelOrShortOrForWantOfWidthIsNot) {
  graph.set_planned(true);
  for (int i = 0; i < 4; ++i) Add(absl::StrCat("t", i), {}, {.agent = Worker(absl::Seconds(10))});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial, "");
  EXPECT_THAT(Run({.width = 1}), IsOk());
  EXPECT_EQ(ended_graph.parallelism, 1);
  EXPECT_EQ(ended_graph.serial, "");
  graph = TaskGraph();
  graph.set_planned(true);
  Add("a");
  Add("b", {"a"});
  Add("c", {"b"});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(ended_graph.serial, "") << "three are soon told";
}

}  // namespace
}  // namespace ninefold
