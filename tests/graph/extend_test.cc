#include "executor_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ExtendTest = ExecutorTest;

// Adds step.N+1 when step.N has ended, up to `steps`.
GraphOptions Counting(int steps, AgentPtr agent) {
  GraphOptions options;
  options.extend = [steps, agent](const Progress& progress, Context&) -> Async<absl::StatusOr<Extension>> {
    Extension extension;
    const int n = int(progress.graph().size());
    if (n < steps) {
      Task task{.id = absl::StrCat("step.", n + 1), .agent = agent, .needs = {progress.just_ended().back()}};
      task.prompt = PromptTemplate("x");
      extension.tasks.push_back(std::move(task));
    }
    co_return extension;
  };
  return options;
}

TEST_F(ExtendTest, HistoryIsAGrowingGraph) {
  Add("step.1");
  EXPECT_THAT(Run(Counting(1000, Worker(absl::Seconds(1)))), Says("x"));
  EXPECT_EQ(started.size(), 1000u);
  EXPECT_EQ(elapsed, absl::Seconds(1000));
}

TEST_F(ExtendTest, GrowthIsBounded) {
  Add("step.1");
  GraphOptions options = Counting(1000, Worker(absl::Seconds(1)));
  options.tasks_max = 10;
  EXPECT_THAT(Run(options), Fails(absl::StatusCode::kResourceExhausted, HasSubstr("at most 10 are allowed")));
}

TEST_F(ExtendTest, ABadExtensionFailsTheGraph) {
  const struct {
    std::function<void(Extension&, const AgentPtr&)> make;
    std::string why;
  } cases[] = {
      {[](Extension& e, const AgentPtr& a) { e.tasks.push_back({.id = "first", .agent = a}); },
       "two tasks have the id \"first\""},
      {[](Extension& e, const AgentPtr& a) {
         e.tasks.push_back({.id = "new", .agent = a, .needs = {"nothing"}});
       },
       "needs \"nothing\""},
      {[](Extension& e, const AgentPtr&) { e.output = "nothing"; }, "output \"nothing\" is no task"},
  };
  for (const auto& c : cases) {
    graph = TaskGraph();
    Add("first");
    const AgentPtr agent = Worker(absl::Seconds(1));
    GraphOptions options;
    options.extend = [&](const Progress&, Context&) -> Async<absl::StatusOr<Extension>> {
      Extension extension;
      c.make(extension, agent);
      co_return extension;
    };
    const auto reply = Run(options);
    ASSERT_FALSE(reply.ok());
    EXPECT_THAT(Describe(reply.status()), AllOf(HasSubstr("extending the plan"), HasSubstr(c.why)));
  }
}

TEST_F(ExtendTest, AnExtensionMayEndTheRun) {
  Add("quick");
  Add("slow", {}, {.agent = Worker(absl::Hours(1))});
  GraphOptions options;
  options.extend = [](const Progress&, Context&) -> Async<absl::StatusOr<Extension>> {
    Extension extension;
    extension.output = "quick";
    extension.done = true;
    co_return extension;
  };
  EXPECT_THAT(Run(options), Says("quick()"));
  EXPECT_EQ(elapsed, absl::Seconds(1));
}

// A planner that keeps a diary of when it was asked and what had ended, "2s a b", and answers by `turn`.
class AskAgainTest : public ExtendTest {
 protected:
  using Turn = std::function<Extension(int turn)>;
  GraphOptions Planner(Turn answer, absl::Duration thinks = absl::ZeroDuration()) {
    GraphOptions options;
    options.extend = [this, answer, thinks](const Progress& progress,
                                            Context& ctx) -> Async<absl::StatusOr<Extension>> {
      EXPECT_FALSE(asking) << "one call at a time";
      asking = true;
      std::string line = absl::FormatDuration(ctx.Now() - began);
      for (const std::string& id : progress.just_ended()) absl::StrAppend(&line, " ", id);
      diary.push_back(std::move(line));
      (void)co_await ctx.Sleep(thinks);
      asking = false;
      co_return answer(int(diary.size()));
    };
    return options;
  }
  absl::Time At(absl::Duration after) const { return began + after; }
  static Extension Again(absl::Time when) {
    Extension extension;
    extension.ask_again = when;
    return extension;
  }
  Extension Adding(std::string id) {
    Extension extension;
    extension.tasks.push_back({.id = std::move(id), .agent = Worker(absl::Seconds(1)), .prompt = "late"});
    return extension;
  }

  std::vector<std::string> diary;
  bool asking = false;
};

TEST_F(AskAgainTest, ThePlannerIsAskedAtATimeThoughNothingHasEnded) {
  Add("a", {}, {.agent = Worker(absl::Seconds(1))});
  Add("b", {}, {.agent = Worker(absl::Seconds(20))});
  const auto reply = Run(Planner([&](int turn) {
    return turn == 1 ? Again(At(absl::Seconds(5))) : turn == 2 ? Adding("c") : Extension();
  }));
  EXPECT_THAT(reply, Says("late"));
  EXPECT_THAT(diary, ElementsAre("1s a", "5s", "6s c", "20s b"));
  EXPECT_EQ(ended_graph.work, absl::Seconds(22)) << "waiting is no work";
}

TEST_F(AskAgainTest, ALaterExtensionTakesThePlaceOfTheWish) {
  Add("a", {}, {.agent = Worker(absl::Seconds(1))});
  Add("b", {}, {.agent = Worker(absl::Seconds(2))});
  Add("c", {}, {.agent = Worker(absl::Seconds(9))});
  EXPECT_THAT(Run(Planner([&](int turn) {
                if (turn == 1) return Again(At(absl::Seconds(3)));
                return turn == 2 ? Again(At(absl::Seconds(7))) : Extension();
              })),
              Says("c()"));
  EXPECT_THAT(diary, ElementsAre("1s a", "2s b", "7s", "9s c"));
  diary.clear();
  EXPECT_THAT(Run(Planner([&](int turn) {
                return turn == 1 ? Again(At(absl::Seconds(3))) : Extension();  // from the second on: never
              })),
              Says("c()"));
  EXPECT_THAT(diary, ElementsAre("1s a", "2s b", "9s c"));
}

TEST_F(AskAgainTest, AGraphWithNothingLeftToDoWaitsForTheWish) {
  Add("a");
  EXPECT_THAT(Run(Planner([&](int turn) {
                if (turn < 4) return Again(At(absl::Minutes(turn)));
                return turn == 4 ? Adding("b") : Extension();
              })),
              Says("late"));
  EXPECT_THAT(diary, ElementsAre("1s a", "1m", "2m", "3m", "3m1s b"));
  EXPECT_EQ(elapsed, absl::Minutes(3) + absl::Seconds(1));
}

TEST_F(AskAgainTest, ThePlanMayWishToo) {
  Add("hangs", {}, {.agent = Worker(absl::Hours(1))});
  plan_asks_again = absl::Seconds(5);
  EXPECT_THAT(Run(Planner([&](int turn) {
                Extension extension = turn == 1 ? Adding("instead") : Extension();
                extension.output = turn == 1 ? "instead" : "";
                extension.done = turn == 2;
                return extension;
              })),
              Says("late"));
  EXPECT_THAT(diary, ElementsAre("5s", "6s instead"));
}

// Whatever stops the graph also ends its waiting.
TEST_F(AskAgainTest, AStoppedGraphDoesNotWait) {
  const auto wish = Planner([&](int) { return Again(At(absl::Hours(9))); });
  Add("a");
  stops_after = absl::Seconds(5);
  EXPECT_THAT(Run(wish), Fails(absl::StatusCode::kDeadlineExceeded, HasSubstr("no result within 5s")));
  EXPECT_EQ(elapsed, absl::Seconds(5));
  stops_after = absl::Seconds(1);  // at the time of the wish
  EXPECT_FALSE(Run(Planner([&](int) { return Again(At(absl::Seconds(1))); })).ok());
  stops_after = absl::InfiniteDuration();
  Add("bad", {}, {.agent = Worker(absl::Seconds(2), absl::InvalidArgumentError("broken"))});
  EXPECT_THAT(Run(wish), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("broken")));
  EXPECT_EQ(elapsed, absl::Seconds(2));
}

TEST_F(AskAgainTest, WhatEndsWhileThePlannerThinksIsToldAtOnce) {
  Add("a", {}, {.agent = Worker(absl::Seconds(1))});
  Add("b", {}, {.agent = Worker(absl::Seconds(3))});
  Add("c", {}, {.agent = Worker(absl::Seconds(30))});
  const auto slow = Planner([&](int turn) { return turn < 4 ? Again(At(absl::Seconds(2))) : Extension(); },
                            absl::Seconds(4));
  EXPECT_THAT(Run(slow), Fails(absl::StatusCode::kInternal, HasSubstr("at a time that has passed")));
  EXPECT_THAT(diary, ElementsAre("1s a", "5s b", "9s"));
}

TEST_F(AskAgainTest, AWishThatWouldNeverEndIsAnError) {
  Add("a");
  Add("b", {}, {.agent = Worker(absl::Seconds(30))});
  EXPECT_THAT(Run(Planner([&](int) { return Again(At(absl::Seconds(1))); })),
              Fails(absl::StatusCode::kInternal, HasSubstr("asked again at a time that has passed")));
  EXPECT_THAT(diary, ElementsAre("1s a", "1s"));
}

TEST_F(AskAgainTest, WidthDoesNotHoldThePlannerUp) {
  Add("a");
  Add("b", {}, {.agent = Worker(absl::Seconds(30))});
  GraphOptions options =
      Planner([&](int turn) { return turn == 1 ? Again(At(absl::Seconds(5))) : Extension(); });
  options.width = 1;
  EXPECT_THAT(Run(options), Says("b()"));
  EXPECT_THAT(diary, ElementsAre("1s a", "5s", "31s b"));
}

}  // namespace
}  // namespace ninefold
