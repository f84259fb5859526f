#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Say;
using testing::Scripted;
using testing::Sim;

AgentPtr Member(std::string name, testing::ScriptStep step) {
  return MakeAgent({.name = std::move(name), .model = Scripted({std::move(step)})});
}

TEST(FanOut, AsksAllAtOnceAndAggregates) {
  auto writer = Scripted({Say("The merged answer.\nDissent: critic: it is not")});
  AgentPtr team = FanOut({Member("analyst", After(absl::Seconds(3), Say("it is"))),
                          Member("critic", After(absl::Seconds(2), Say("it is not")))},
                         MakeAgent({.name = "writer", .model = writer}));
  Sim sim;
  const auto reply = sim.Run(team, "Is it?");
  ASSERT_THAT(reply, Says(HasSubstr("The merged answer.")));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3));
  EXPECT_THAT(TextOf(writer->requests()[0].conversation.back()),
              AllOf(HasSubstr("Question: Is it?"), HasSubstr("## analyst\nit is\n"),
                    HasSubstr("## critic\nit is not")));
  ASSERT_EQ(reply->dissent.size(), 1u);
  EXPECT_EQ(reply->dissent[0].who, "critic");
  EXPECT_EQ(reply->cost.model_calls, 3);
}

TEST(FanOut, OneFailureIsToleratedAndNamed) {
  auto writer = Scripted({Say("partial")});
  AgentPtr team =
      FanOut({Member("good", Say("yes")), Member("bad", Fail(absl::UnavailableError("server down")))},
             MakeAgent({.name = "writer", .model = writer}));
  Sim sim;
  EXPECT_THAT(sim.Run(team, "?"), Says("partial"));
  EXPECT_THAT(TextOf(writer->requests()[0].conversation.back()), HasSubstr("(no report: "));
}

TEST(FanOut, LongRepliesAreCutForTheAggregator) {
  auto writer = Scripted({Say("short")});
  TeamOptions team{.name = "t",
                   .planner = FanOutPlanner(
                       {.aggregator = MakeAgent({.name = "writer", .model = writer}), .result_tokens = 300}),
                   .members = {Member("a", Say(std::string(40'000, 'x'))), Member("b", Say("brief"))}};
  Sim sim;
  EXPECT_THAT(sim.Run(MakeTeam(team), "?"), Says("short"));
  const std::string asked = TextOf(writer->requests()[0].conversation.back());
  EXPECT_LT(asked.size(), 900u + 600);
  EXPECT_THAT(asked, AllOf(HasSubstr("tokens left out …]"), HasSubstr("## b\nbrief")));
}

TEST(FanOut, ResumesAndReplaysAlsoWhatFailed) {
  const auto team = [] {
    return FanOut({Speaker("a", [](const std::string&) { return std::string("yes"); }),
                   Speaker("b", [](const std::string&) { return std::string("fail: no idea"); })},
                  Speaker("writer", [](const std::string& text) { return absl::StrCat("of ", text); }));
  };
  ExpectResumable(team, "?");
}

TEST(FanOut, ReplaysAlsoWhatFailedForWantOfQuota) {
  StorePtr store = MemoryStore();
  const auto run = [&](RunMode mode, absl::Status of_b) {
    Sim sim({.store = store});
    const auto reply =
        sim.Run(FanOut({Speaker("a", [](const std::string&) { return std::string("yes"); }),
                        Member("b", of_b.ok() ? After(absl::Seconds(1), Say("now I can")) : Fail(of_b))},
                       Speaker("writer", [](const std::string& text) { return absl::StrCat("of ", text); })),
                "?", {.mode = mode, .run_id = "r"});
    return reply.ok() ? reply->text : Describe(reply.status());
  };
  const std::string first = run(RunMode::kFresh, absl::ResourceExhaustedError("the quota is used up"));
  EXPECT_THAT(first, HasSubstr("the quota is used up"));
  EXPECT_EQ(run(RunMode::kReplay, absl::OkStatus()), first);
  // A resumed run tries it again, and then that is what is replayed.
  const auto steps = store->Steps("r");
  ASSERT_THAT(steps, IsOk());
  const StorePtr before_merge = MemoryStore();
  for (const StepRecord& step : *steps) {
    if (step.path.rfind("answer", 0) == 0) continue;
    ASSERT_THAT(before_merge->Write({.runs = {}, .steps = {{"r", step}}}), IsOk());
  }
  store = before_merge;
  const std::string resumed = run(RunMode::kResume, absl::OkStatus());
  EXPECT_THAT(resumed, HasSubstr("now I can"));
  EXPECT_EQ(run(RunMode::kReplay, absl::ResourceExhaustedError("again")), resumed);
}

// As after an outage: nobody was told of any failure, so all are asked again.
TEST(FanOut, ARunThatFailedAsAWholeIsResumed) {
  StorePtr store = MemoryStore();
  const auto run = [&](testing::ScriptStep second, RunMode mode) {
    const auto member = [&](const char* name) {
      const ToolPtr look = MakeDynamicTool(
          {.name = "look"},
          [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> { co_return TextOutput("seen"); });
      return MakeAgent(
          {.name = name,
           .model = Scripted(mode == RunMode::kResume
                                 ? std::vector<testing::ScriptStep>{second}
                                 : std::vector<testing::ScriptStep>{testing::Ask("look"), second}),
           .tools = {look}});
    };
    Sim sim({.store = store});
    return sim.Run(FanOut({member("a"), member("b")}, nullptr), "?", {.mode = mode, .run_id = "r"});
  };
  const auto outage = After(absl::Minutes(1), Fail(absl::UnavailableError("no network")));
  EXPECT_FALSE(run(outage, RunMode::kFresh).ok());
  EXPECT_FALSE(run(Say("well"), RunMode::kReplay).ok()) << "a replay says what was";
  EXPECT_FALSE(run(outage, RunMode::kResume).ok());
  EXPECT_THAT(run(Say("well"), RunMode::kResume), Says("## a\nwell\n\n## b\nwell"));
}

TEST(FanOut, WhoReadTheFailuresAndFailedTooIsAskedAnew) {
  StorePtr store = MemoryStore();
  const auto run = [&](bool outage, RunMode mode) {
    const auto says = [outage](const char* name) {
      const auto words = [outage, name](const std::string& asked) {
        const bool fails = outage && std::string_view(name) != "b";
        return fails ? "fail: no network" : absl::StrCat(name, " of ", asked.size());
      };
      return Speaker(name, words);
    };
    Sim sim({.store = store});
    return sim.Run(FanOut({says("b"), says("a")}, says("writer")), "?", {.mode = mode, .run_id = "r"});
  };
  EXPECT_THAT(run(true, RunMode::kFresh), Says(HasSubstr("Not merged: ")));
  const auto resumed = run(false, RunMode::kResume);
  ASSERT_THAT(resumed, Says(HasSubstr("writer of ")));
  EXPECT_THAT(run(true, RunMode::kReplay), Says(resumed->text));
}

// A step with `retry` runs its team again at the same place.
TEST(FanOut, WhatWentWellInALaterAttemptIsResumedAsThat) {
  StorePtr store = MemoryStore();
  const auto run = [&](RunMode mode) {
    const auto first_then_well = [](const char* name, testing::ScriptStep first) {
      return MakeAgent({.name = name, .model = Scripted({std::move(first), Say("well")})});
    };
    Task task{.id = "step"};
    task.agent = FanOut({first_then_well("a", Fail(absl::UnavailableError("busy"))),
                         first_then_well("b", After(absl::Hours(1), Say("late")))},
                        nullptr);
    task.attempts = 2;
    task.timeout = absl::Minutes(1);
    TaskGraph graph;
    EXPECT_THAT(graph.Add(std::move(task)), IsOk());
    Sim sim({.store = store});
    const auto reply = sim.Run(MakeTeam({.name = "team", .planner = FixedPlan(std::move(graph))}), "?",
                               {.mode = mode, .run_id = "r"});
    return reply.ok() ? reply->text : Describe(reply.status());
  };
  const std::string well = "## a\nwell\n\n## b\nwell";
  EXPECT_EQ(run(RunMode::kFresh), well);
  EXPECT_EQ(run(RunMode::kReplay), well);
  EXPECT_EQ(run(RunMode::kResume), well);
}

TEST(FanOut, AllFailuresAreAnErrorThatSaysWhy) {
  AgentPtr team = FanOut({Member("a", Fail(absl::UnavailableError("server down"))),
                          Member("b", Fail(absl::UnavailableError("server down")))},
                         nullptr);
  Sim sim;
  const auto reply = sim.Run(team, "?");
  ASSERT_FALSE(reply.ok());
  EXPECT_THAT(Describe(reply.status()), HasSubstr("server down"));
}

TEST(FanOut, AMergeThatFailsLeavesTheRepliesSideBySide) {
  const auto team = [](FanOutOptions options) {
    options.aggregator = Speaker("writer", [](const std::string&) { return std::string("fail: no ink"); });
    return MakeTeam({.name = "t",
                     .planner = FanOutPlanner(options),
                     .members = {Speaker("a", [](const std::string&) { return std::string("yes"); }),
                                 Speaker("b", [](const std::string&) { return std::string("fail: mute"); }),
                                 Speaker("c", [](const std::string&) { return std::string("no"); })}});
  };
  {
    Sim sim;
    EXPECT_THAT(
        sim.Run(team({}), "?"),
        Says(AllOf(::testing::StartsWith("## a\nyes\n\n## c\nno\n\nNot merged: "), HasSubstr("no ink"))));
  }
  ExpectResumable([&] { return team({}); }, "?");
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({.tolerate_failures = false}), "?"), Not(IsOk()));
  }
  {
    // Without its quorum there is nothing to merge.
    Sim sim;
    EXPECT_THAT(sim.Run(team({.quorum = 3}), "?"),
                Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("2 of the 3 needed results")));
  }
  // The budget is used up by the members.
  Sim sim;
  const auto reply =
      sim.Run(FanOut({Speaker("a", [](const std::string&) { return std::string("yes"); })},
                     Speaker("writer", [](const std::string&) { return std::string("merged"); })),
              "?", {.budget = {.model_calls = 1}});
  EXPECT_THAT(reply, Says(AllOf(HasSubstr("## a\nyes"), HasSubstr("Not merged: "))));
}

TEST(FanOut, WithoutAnAggregatorTheRepliesStandSideBySide) {
  Sim sim;
  EXPECT_THAT(sim.Run(FanOut({Member("a", Say("one")), Member("a", Say("two"))}, nullptr), "?"),
              Says("## a\none\n\n## a.2\ntwo"));
}

TEST(FanOut, AQuorumCutsTheTail) {
  TeamOptions team{.name = "t",
                   .planner = FanOutPlanner({.quorum = 2}),
                   .members = {Member("a", After(absl::Seconds(1), Say("one"))),
                               Member("b", After(absl::Hours(1), Say("two"))),
                               Member("c", After(absl::Seconds(2), Say("three")))}};
  Sim sim;
  EXPECT_THAT(sim.Run(MakeTeam(team), "?"), Says("## a\none\n\n## c\nthree"));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2));
}

TEST(Team, IsAnAgentAmongAgents) {
  AgentPtr inner = FanOut({Member("x", Say("deep"))}, nullptr, "inner");
  Sim sim;
  EXPECT_THAT(sim.Run(FanOut({inner, Member("y", Say("flat"))}, nullptr, "outer"), "?"),
              Says("## inner\n## x\ndeep\n\n## y\nflat"));
  bool seen = false;
  for (const auto& [path, turn] : EventsOf<event::TurnStarted>(sim.events()))
    seen = seen || path == "inner/x/turn.1";
  EXPECT_TRUE(seen) << "events of nested agents carry the whole path";
}

TEST(Team, NoMembersIsAnError) {
  Sim sim;
  EXPECT_THAT(sim.Run(FanOut({}, nullptr), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("needs members")));
}

TEST(Route, ResumesAndReplays) {
  ExpectResumable(
      [] {
        auto model =
            testing::Responding([](const ModelRequest&) { return Say(R"({"agent":"b","why":"x"})"); });
        return MakeTeam({.name = "desk",
                         .planner = RoutePlanner({.model = model}),
                         .members = {Speaker("a", [](const std::string&) { return std::string("a"); }),
                                     Speaker("b", [](const std::string&) { return std::string("b"); })}});
      },
      "?");
}

// The model that fails chooses in no later life, where it would choose another.
TEST(Route, ResumesByTheFallbackThatItTook) {
  int lives = 0;  // the third has nothing but that failure, and tries again
  ExpectResumable(
      [&lives] {
        auto model = testing::Responding([fails = ++lives <= 3](const ModelRequest&) {
          return fails ? Fail(absl::UnavailableError("asleep")) : Say(R"({"agent":"b","why":"x"})");
        });
        return MakeTeam({.name = "desk",
                         .planner = RoutePlanner({.model = model, .fallback = "a"}),
                         .members = {Speaker("a", [](const std::string&) { return std::string("a"); }),
                                     Speaker("b", [](const std::string&) { return std::string("b"); })}});
      },
      "?");
  // Without one there was no choice, and it is asked again.
  StorePtr store = MemoryStore();
  const auto run = [&](testing::ScriptStep of_model, RunMode mode) {
    Sim sim({.store = store});
    return sim.Run(MakeTeam({.name = "desk",
                             .planner = RoutePlanner({.model = Scripted({std::move(of_model)})}),
                             .members = {Liner("a", {"a"}), Liner("b", {"b"})}}),
                   "?", {.mode = mode, .run_id = "r"});
  };
  EXPECT_THAT(run(Fail(absl::UnavailableError("asleep")), RunMode::kFresh),
              Fails(absl::StatusCode::kUnavailable, HasSubstr("asleep")));
  EXPECT_THAT(run(Say(R"({"agent":"b","why":"x"})"), RunMode::kResume), Says("b"));
}

TEST(Route, ByLikenessAndByModel) {
  const auto member = [](std::string name, std::string description) {
    return MakeAgent({.name = name, .description = description, .model = Scripted({Say(name)})});
  };
  const auto team = [&](RouteOptions options) {
    return MakeTeam({.name = "desk",
                     .planner = RoutePlanner(options),
                     .members = {member("law", "Contracts, licences and courts"),
                                 member("food", "Recipes and cooking")}});
  };
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({}), "Which recipe for bread cooking?"), Says("food"));
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({.fallback = "food"}), "xyzzy"), Says("food"));
  }
  {
    // Words of any script.
    for (const auto& [question, who] :
         {std::pair("Что говорит договор?", "russian"), std::pair("Wie lange gilt die KÜNDIGUNG?", "law")}) {
      Sim sim;
      EXPECT_THAT(sim.Run(MakeTeam({.name = "desk",
                                    .planner = RoutePlanner({}),
                                    .members = {member("first", "Everything else"),
                                                member("law", "Verträge und Kündigungen"),
                                                member("russian", "Договоры и суды")}}),
                          question),
                  Says(who));
    }
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({.model = Scripted({Say(R"({"agent":"law","why":"x"})")})}), "bread"),
                Says("law"));
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({.model = Scripted({Say("dunno"), Say("dunno")})}), "bread"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no usable route in two tries")));
  }
  {
    // A fallback gets what fits nobody, and everything when the model fails.
    for (const char* said : {R"({"agent":"none","why":"x"})", "dunno"}) {
      Sim sim;
      auto model = testing::Responding([said](const ModelRequest&) { return Say(said); });
      EXPECT_THAT(sim.Run(team({.model = model, .fallback = "food", .instructions = "Be quick."}), "law"),
                  Says("food"));
      EXPECT_THAT(*model->requests()[0].instructions, HasSubstr("Be quick."));
    }
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(team({.fallback = "fodo"}), "bread"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean \"food\"?")));
  }
}

}  // namespace
}  // namespace ninefold
