// What a run decided by who came first, and by who came too late, it decides again when it is resumed.
#include <random>

#include "ninefold/make_tool.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Responding;
using testing::Say;
using testing::Sim;

// Says `line` after a time; `calls` counts how often it was asked.
AgentPtr Slow(std::string name, absl::Duration takes, std::string line, int* calls = nullptr) {
  auto model = Responding([=](const ModelRequest&) {
    if (calls != nullptr) ++*calls;
    return After(takes, StepOf(line));
  });
  return MakeAgent({.name = std::move(name), .model = model});
}

// Says what it was asked.
AgentPtr Echoing(std::string name, absl::Duration takes = absl::Seconds(1)) {
  auto model = Responding([takes](const ModelRequest& request) {
    return After(takes, Say(absl::StrCat("[", TextOf(request.conversation.back()), "]")));
  });
  return MakeAgent({.name = std::move(name), .model = model});
}

AgentPtr TeamOf(std::vector<Task> tasks) {
  TaskGraph graph;
  for (Task& task : tasks) EXPECT_THAT(graph.Add(std::move(task)), IsOk());
  return MakeTeam({.name = "t", .planner = FixedPlan(std::move(graph))});
}

std::string Words(const absl::StatusOr<Reply>& reply) {
  return reply.ok() ? reply->text : absl::StrCat("error: ", Describe(reply.status()));
}

// The first life ends by its budget or with `outage`, the second has all it needs.
struct Lives {
  absl::StatusOr<Reply> Run(const AgentPtr& team, RunMode mode, BudgetLimits budget = {}) {
    Sim sim({.store = store});
    auto reply = sim.Run(team, "?", {.budget = budget, .policy = AllowAll(), .mode = mode, .run_id = "r"});
    events = sim.events();
    return reply;
  }
  StorePtr store = MemoryStore();
  std::vector<Event> events;
};

TEST(JoinResume, AQuorumOfAFanOut) {
  for (const bool merged : {false, true}) {
    const auto team = [merged] {
      FanOutOptions options{.quorum = 2};
      if (merged) options.aggregator = Echoing("writer");
      return MakeTeam({.name = "t",
                       .planner = FanOutPlanner(options),
                       .members = {Slow("a", absl::Seconds(1), "one"), Slow("b", absl::Hours(1), "two"),
                                   Slow("c", absl::Seconds(2), "three")}});
    };
    ExpectResumable(team, "?");
    ExpectResumable([&] { return FanOut({team(), Slow("d", absl::Seconds(1), "four")}, Echoing("w")); }, "?");
  }
}

TEST(JoinResume, TheFirstOfTwo) {
  for (const bool cancels : {false, true}) {
    Join any = Join::Any();
    any.cancel_rest = cancels;
    const auto team = [any] {
      return TeamOf({{.id = "slow", .agent = Slow("slow", absl::Seconds(50), "S")},
                     {.id = "fast", .agent = Slow("fast", absl::Seconds(1), "F")},
                     {.id = "end",
                      .agent = Echoing("end", absl::Seconds(100)),
                      .prompt = "{{ fast.text }} and {{ slow.text }}, {{ slow.error }}",
                      .needs = {"slow", "fast"},
                      .join = any}});
    };
    Sim sim;
    EXPECT_THAT(sim.Run(team(), "?"), Says("[F and (skipped), not waited for]"))
        << "the same whether it still runs or was cancelled";
    ExpectResumable(team, "?");
  }
}

// The budget ends the run after the joining step; the members' places in the race are others the next time.
TEST(JoinResume, GoesOnAfterABudget) {
  Lives lives;
  Join first = Join::Quorum(1);
  first.cancel_rest = true;
  int calls = 0;
  const auto team = [&](absl::Duration a, absl::Duration b) {
    return TeamOf({{.id = "a", .agent = Slow("a", a, "A")},
                   {.id = "b", .agent = Slow("b", b, "B", &calls)},
                   {.id = "w",
                    .agent = Echoing("w"),
                    .prompt = "{{ a.text }}{{ b.text }}",
                    .needs = {"a", "b"},
                    .join = first},
                   {.id = "x", .agent = Echoing("x"), .prompt = "{{ w.text }}", .needs = {"w"}}});
  };
  EXPECT_THAT(lives.Run(team(absl::Seconds(1), absl::Seconds(9)), RunMode::kFresh, {.model_calls = 3}),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("3 model calls")));
  calls = 0;
  EXPECT_THAT(lives.Run(team(absl::Seconds(9), absl::Milliseconds(1)), RunMode::kResume),
              Says("[[A(skipped)]]"));
  EXPECT_EQ(calls, 0) << "what was not waited for is not begun again";
  EXPECT_THAT(lives.Run(team(absl::Seconds(9), absl::Milliseconds(1)), RunMode::kReplay),
              Says("[[A(skipped)]]"));
}

TEST(JoinResume, WhatOthersNeedRunsAllTheSame) {
  const auto team = [] {
    Join any = Join::Any();
    any.cancel_rest = true;
    return TeamOf({{.id = "fast", .agent = Slow("fast", absl::Seconds(1), "F")},
                   {.id = "slow", .agent = Slow("slow", absl::Seconds(50), "S")},
                   {.id = "w",
                    .agent = Echoing("w"),
                    .prompt = "{{ fast.text }}{{ slow.text }}",
                    .needs = {"fast", "slow"},
                    .join = any},
                   {.id = "after",
                    .agent = Echoing("after"),
                    .prompt = "{{ w.text }}{{ slow.text }}",
                    .needs = {"w", "slow"}}});
  };
  Sim sim;
  EXPECT_THAT(sim.Run(team(), "?"), Says("[[F(skipped)]S]"));
  ExpectResumable(team, "?");
}

// Tasks that were told of a timeout, or of a failure, are asked what they were asked, also in a graph of
// one's own.
TEST(FailureResume, ATimeoutAndAFailureStand) {
  Lives lives;
  int calls = 0;
  const auto team = [&](bool later) {
    const absl::Duration takes = later ? absl::Seconds(1) : absl::Hours(1);
    return TeamOf({{.id = "late",
                    .agent = Slow("late", takes, "L", &calls),
                    .on_failure = OnFailure::Skip(),
                    .timeout = absl::Seconds(10)},
                   {.id = "bad",
                    .agent = Slow("bad", absl::Seconds(1), later ? "B" : "fail: no disk", &calls),
                    .on_failure = OnFailure::Skip()},
                   {.id = "helped",
                    .agent = Slow("helped", takes, "H", &calls),
                    .on_failure = OnFailure::Fallback(Slow("help", absl::Seconds(1), "of another")),
                    .timeout = absl::Seconds(10)},
                   {.id = "b",
                    .agent = Echoing("b"),
                    .prompt = "{{ late.error }}; {{ bad.error }}; {{ helped.text }}",
                    .needs = {"late", "bad", "helped"}},
                   {.id = "c",
                    .agent = later ? Echoing("c") : Slow("c", absl::Seconds(1), "fail: no network"),
                    .prompt = "{{ b.text }}",
                    .needs = {"b"}}});
  };
  EXPECT_FALSE(lives.Run(team(false), RunMode::kFresh).ok());
  EXPECT_EQ(calls, 3);
  const std::string answer = Words(lives.Run(team(true), RunMode::kResume));
  EXPECT_THAT(answer, AllOf(HasSubstr("[[no result within 10s; "), HasSubstr("no disk; of another]]")));
  EXPECT_EQ(calls, 3) << "nobody who failed is asked again";
  EXPECT_EQ(Words(lives.Run(team(true), RunMode::kReplay)), answer);
}

TEST(FailureResume, ATimeoutOfAllAroundIsNoFailureOfTheTask) {
  Lives lives;
  const auto team = [](absl::Duration takes, absl::Duration all) {
    AgentPtr inner =
        TeamOf({{.id = "late",
                 .agent = Slow("late", takes, "L"),
                 .on_failure = OnFailure::Skip(),
                 .timeout = absl::Minutes(9)},
                {.id = "b", .agent = Echoing("b"), .prompt = "{{ late.text }}", .needs = {"late"}}});
    return TeamOf({{.id = "whole", .agent = inner, .timeout = all}});
  };
  EXPECT_FALSE(lives.Run(team(absl::Hours(1), absl::Minutes(1)), RunMode::kFresh).ok());
  EXPECT_THAT(lives.Run(team(absl::Seconds(1), absl::Minutes(1)), RunMode::kResume), Says("[L]"));
}

TEST(FailureResume, AFallbackHasTheTimeoutToo) {
  Sim sim;
  EXPECT_THAT(sim.Run(TeamOf({{.id = "a",
                               .agent = Slow("a", absl::Hours(1), "A"),
                               .on_failure = OnFailure::Fallback(Slow("f", absl::Hours(5), "F")),
                               .timeout = absl::Seconds(10)}}),
                      "?"),
              Fails(absl::StatusCode::kDeadlineExceeded, HasSubstr("no result within 10s")));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(20));
}

TEST(FailureResume, TheFallbacksAnswerIsSaidToBeThat) {
  Sim sim;
  EXPECT_THAT(sim.Run(TeamOf({{.id = "a",
                               .agent = Slow("a", absl::Seconds(1), "fail: no"),
                               .on_failure = OnFailure::Fallback(Slow("f", absl::Seconds(1), "F"))}}),
                      "?"),
              Says("F"));
  EXPECT_EQ(EventsOf<event::TaskEnded>(sim.events()).at(0).second.outcome, "fallback");
}

// A record that does not fit the run is no failure that somebody may do without.
TEST(JournalMismatch, EndsTheRunWhoeverWouldGoOn) {
  const auto member = [](const char* ask) {
    return Task{.id = "a", .agent = Echoing("a"), .prompt = ask, .on_failure = OnFailure::Skip()};
  };
  const auto end = [] {
    return Task{
        .id = "end", .agent = Slow("end", absl::Seconds(1), "without it"), .prompt = "x", .needs = {"a"}};
  };
  const struct {
    const char* what;
    std::function<AgentPtr(const char* ask)> team;
  } cases[] = {
      {"a task that may fail",
       [&](const char* ask) {
         Task other = member("other");
         other.id = "b";
         Task last = end();
         last.needs = {"a", "b"};
         return TeamOf({member(ask), other, last});
       }},
      {"a task with a fallback",
       [&](const char* ask) {
         Task task = member(ask);
         task.on_failure = OnFailure::Fallback(Slow("f", absl::Seconds(1), "F"));
         return TeamOf({task});
       }},
      {"a team within a team",
       [&](const char* ask) {
         return FanOut({TeamOf({member(ask)}), Slow("b", absl::Seconds(1), "B")}, nullptr);
       }},
      {"an agent that swallows everything",
       [&](const char* ask) {
         const AgentPtr inner = TeamOf({member(ask)});
         return MakeFunctionAgent({"calm", ""},
                                  [inner](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
                                    absl::StatusOr<Reply> reply = co_await inner->Run(std::move(prompt), ctx);
                                    Reply calm;
                                    calm.text = reply.ok() ? reply->text : "never mind";
                                    co_return calm;
                                  });
       }},
      {"an agent as a tool",
       [&](const char* ask) {
         const AgentPtr a = MakeFunctionAgent(
             {"a", ""}, [task = std::string(ask)](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
               const AgentPtr inner = Echoing("inner");
               co_return co_await inner->Run(Prompt(task), ctx);
             });
         return MakeAgent({.name = "outer",
                           .model = Responding([](const ModelRequest& request) {
                             return request.conversation.size() > 1 ? Say("done")
                                                                    : testing::Ask("a", {{"task", "same"}});
                           }),
                           .tools = {AsTool(a)}});
       }},
  };
  for (const auto& c : cases) {
    Lives lives;
    ASSERT_THAT(lives.Run(c.team("one"), RunMode::kFresh), IsOk()) << c.what;
    // As if it had died before the end of the call around the step that has changed.
    const auto steps = lives.store->Steps("r");
    const StorePtr part = MemoryStore();
    for (const StepRecord& step : *steps) {
      if (step.kind == "tool") continue;
      ASSERT_THAT(part->Write({.runs = {}, .steps = {{"r", step}}}), IsOk());
    }
    lives.store = part;
    const auto reply = lives.Run(c.team("two"), RunMode::kResume);
    EXPECT_THAT(reply,
                Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("recorded for another model request")))
        << c.what;
    EXPECT_TRUE(IsJournalMismatch(reply.status())) << c.what;
  }
}

TEST(JournalMismatch, AnEffectLeftOpenEndsTheRunToo) {
  Lives lives;
  const auto team = [](bool dies) {
    const ToolPtr pay = MakeDynamicTool({.name = "pay", .effect = Effect::kOnce},
                                        [dies](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
                                          if (dies) co_return absl::CancelledError("killed here");
                                          co_return TextOutput("paid");
                                        });
    const AgentPtr payer =
        MakeAgent({.name = "payer",
                   .model = Responding([](const ModelRequest& request) {
                     return request.conversation.size() > 1 ? Say("paid") : testing::Ask("pay");
                   }),
                   .tools = {pay}});
    return FanOut({payer, Slow("b", absl::Seconds(1), "B")}, nullptr);
  };
  // Not recorded to its end, as when the process dies.
  (void)lives.Run(team(true), RunMode::kFresh);
  EXPECT_THAT(lives.Run(team(false), RunMode::kResume),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("must not be repeated")));
}

// Random graphs with joins of some, failures and timeouts, whose agents take other times in each life.
// Whatever was recorded, a resumed run never contradicts it, and what it answers it also answers when it is
// replayed.
TEST(JoinResume, RandomGraphsInSeveralLives) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const auto team = [seed](std::uint64_t life) {
      std::mt19937_64 shape(seed), times(seed * 1000 + life);
      TaskGraph graph;
      const int n = 3 + int(shape() % 6);
      for (int i = 0; i < n; ++i) {
        Task task{.id = absl::StrCat("t", i)};
        const bool fails = shape() % 5 == 0;
        const absl::Duration takes = absl::Seconds(1 + int(times() % 9));
        const std::string id = task.id;
        auto model = Responding([=](const ModelRequest& request) {
          const std::string asked = TextOf(request.conversation.back());
          return After(takes, StepOf(fails ? "fail: no" : absl::StrCat(id, "(", asked, ")")));
        });
        task.agent = MakeAgent({.name = id, .model = model});
        std::string text;
        for (int k = 0; k < i; ++k) {
          if (i < n - 1 && shape() % 2) continue;
          task.needs.push_back(absl::StrCat("t", k));
          absl::StrAppend(&text, "{{ t", k, ".text }}{{ t", k, ".error }},");
        }
        task.prompt = text;
        const int needs = int(task.needs.size());
        if (needs > 0 && shape() % 3 == 0) task.join = Join::Any();
        if (needs > 0 && shape() % 3 == 0) task.join = Join::Quorum(1 + int(shape() % needs));
        task.join.cancel_rest = shape() % 2;
        task.on_failure = OnFailure::Skip();
        if (shape() % 4 == 0) task.timeout = absl::Seconds(5);
        EXPECT_THAT(graph.Add(std::move(task)), IsOk());
      }
      return MakeTeam({.name = "t", .planner = FixedPlan(std::move(graph))});
    };
    Lives lives;
    const std::string first = Words(lives.Run(team(1), RunMode::kFresh));
    EXPECT_EQ(Words(lives.Run(team(2), RunMode::kReplay)), first) << "seed " << seed;
    const auto steps = lives.store->Steps("r");
    ASSERT_THAT(steps, IsOk());
    for (std::size_t kept = 1; kept <= steps->size(); ++kept) {
      lives.store = MemoryStore();
      for (std::size_t i = 0; i < kept; ++i)
        ASSERT_THAT(lives.store->Write({.runs = {}, .steps = {{"r", (*steps)[i]}}}), IsOk());
      const auto resumed = lives.Run(team(2 + kept), RunMode::kResume);
      ASSERT_FALSE(IsJournalMismatch(resumed.status()))
          << "seed " << seed << " after " << kept << ": " << resumed.status();
      if (!resumed.ok()) continue;  // tried again where nobody had been told
      EXPECT_EQ(Words(lives.Run(team(99), RunMode::kReplay)), Words(resumed)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ninefold
