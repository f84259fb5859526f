#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Say;
using testing::Scripted;
using testing::Sim;

struct PlannedTeam {
  std::shared_ptr<const testing::ScriptedModel> planner;
  std::shared_ptr<const testing::ScriptedModel> worker = testing::Responding([](const ModelRequest& request) {
    const std::string text = TextOf(request.conversation.back());
    return After(absl::Seconds(1), Say("did " + text.substr(0, text.find('\n'))));
  });
  AgentPtr team;

  explicit PlannedTeam(std::vector<testing::ScriptStep> script, int replans = 0)
      : planner(Scripted(std::move(script))) {
    team = MakeTeam({.name = "planned",
                     .planner = ModelPlanner({.model = planner, .replans = replans}),
                     .members = {MakeAgent({.name = "reader", .description = "Reads", .model = worker}),
                                 MakeAgent({.name = "counter", .description = "Counts", .model = worker})}});
  }
};

const char kPlan[] =
    R"({"tasks":[{"id":"read","agent":"reader","brief":"Read it"},{"id":"count","agent":"counter","brief":"Count it"},
                         {"id":"check","agent":"reader","brief":"Check it","needs":["count","read"]}]})";

TEST(ModelPlanner, PlansRunsAndMerges) {
  PlannedTeam planned({Say(kPlan), Say("merged")});
  Sim sim;
  ASSERT_THAT(sim.Run(planned.team, "How many?"), Says("merged"));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2)) << "read and count at once, then check";
  const auto requests = planned.planner->requests();
  EXPECT_THAT(TextOf(requests[0].conversation.back()),
              AllOf(HasSubstr("Goal: How many?"), HasSubstr("- counter: Counts")));
  EXPECT_EQ(requests[0].output->schema["properties"]["tasks"]["items"]["properties"]["agent"]["enum"],
            (Json{"reader", "counter"}));
  EXPECT_THAT(TextOf(requests[1].conversation.back()),
              AllOf(HasSubstr("## read\ndid Read it"), HasSubstr("## check\ndid Check it")));
}

TEST(ModelPlanner, ARowOfTasksIsWarnedOf) {
  const auto warnings = [](const char* plan) {
    PlannedTeam planned({Say(plan), Say("merged")});
    Sim sim;
    EXPECT_THAT(sim.Run(planned.team, "?"), Says("merged"));
    std::vector<std::string> texts;
    for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events())) texts.push_back(warning.text);
    return texts;
  };
  EXPECT_THAT(
      warnings(R"({"tasks":[{"id":"c","agent":"reader","brief":"x","needs":["b"]},
                                    {"id":"a","agent":"reader","brief":"x"},
                                    {"id":"b","agent":"reader","brief":"x","needs":["a"]}]})"),
      ::testing::ElementsAre(
          "the model planned 3 tasks that each wait for the one before (a … c): nothing runs in parallel; "
          "one agent may do as well"));
  EXPECT_THAT(warnings(kPlan), ::testing::IsEmpty());
  EXPECT_THAT(warnings(R"({"tasks":[{"id":"a","agent":"reader","brief":"x"},
                                    {"id":"b","agent":"reader","brief":"x","needs":["a"]}]})"),
              ::testing::IsEmpty())
      << "two are no row";
}

TEST(ModelPlanner, WhatRanOneAfterAnotherIsRemarkedOn) {
  PlannedTeam planned({Say(R"({"tasks":[{"id":"years","agent":"reader","brief":"Find years"},
                        {"id":"loads","agent":"reader","brief":"List weights","needs":["years"]},
                        {"id":"names","agent":"reader","brief":"Name owners of the weights","needs":["loads"]},
                        {"id":"places","agent":"reader","brief":"Find towns","needs":["names"]}]})"),
                       Say("merged")});
  Sim sim;
  ASSERT_THAT(sim.Run(planned.team, "?"), Says("merged"));
  const auto ended = EventsOf<event::GraphEnded>(sim.events());
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_THAT(ended[0].second.serial,
              AllOf(HasSubstr("what was planned ran one after another: years → loads → names → places"),
                    HasSubstr("\"loads\" waits for \"years\""), HasSubstr("\"places\" waits for \"names\""),
                    Not(HasSubstr("\"names\" waits for"))));
}

TEST(ModelPlanner, ABadPlanIsSentBackOnce) {
  const struct {
    std::string plan, why;
  } cases[] = {
      {"I think we should read.", "not JSON"},
      {R"({"tasks":[]})", "/tasks"},
      {R"({"tasks":[{"id":"a","agent":"nobody","brief":"x"}]})", "nobody"},
      {R"({"tasks":[{"id":"a","agent":"reader","brief":"x","needs":["b"]}]})", "\"b\", which is no task"},
      {R"({"tasks":[{"id":"a","agent":"reader","brief":"x","needs":["b"]},{"id":"b","agent":"reader","brief":"x","needs":["a"]}]})",
       "cycle"},
      {R"({"tasks":[{"id":"a","agent":"reader","brief":"x"},{"id":"a","agent":"reader","brief":"x"}]})",
       "two tasks have the id \"a\""},
      {R"({"tasks":[{"id":"../x","agent":"reader","brief":"x"}]})", "letters, digits"},
      {R"({"tasks":[{"id":"answer","agent":"reader","brief":"x"}]})", "is taken"},
      {R"({"tasks":[{"id":"plan","agent":"reader","brief":"x"}]})", "is taken"},
      {R"({"tasks":[{"id":"r2.costs","agent":"reader","brief":"x"}]})", "only letters, digits, _ and -"},
      {R"({"tasks":[{"id":"a","agent":"reader","brief":"x"},{"id":"b","agent":"reader","brief":"x"}]})",
       "task \"b\" is \"a\" again: the same brief for the same agent"},
      {R"({"tasks":[{"id":"a","agent":"reader","brief":"x","fields":[{"name":"","type":"number","about":""}]}]})",
       "task \"a\": the field \"\": a name has letters"},
  };
  for (const auto& c : cases) {
    PlannedTeam mended({Say(c.plan), Say(kPlan), Say("merged")});
    Sim sim;
    EXPECT_THAT(sim.Run(mended.team, "?"), Says("merged")) << c.plan;
    EXPECT_THAT(TextOf(mended.planner->requests()[1].conversation.back()), HasSubstr(c.why));
    PlannedTeam hopeless({Say(c.plan), Say(c.plan)});
    Sim again;
    const auto reply = again.Run(hopeless.team, "?");
    ASSERT_FALSE(reply.ok());
    EXPECT_THAT(Describe(reply.status()),
                AllOf(HasSubstr("planning of \"planned\""), HasSubstr("in two tries"), HasSubstr(c.why)));
  }
}

TEST(ModelPlanner, NeedsMayComeBeforeWhatTheyName) {
  PlannedTeam planned(
      {Say(R"({"tasks":[{"id":"b","agent":"reader","brief":"B","needs":["a"]},{"id":"a","agent":"reader","brief":"A"}]})"),
       Say("merged")});
  Sim sim;
  EXPECT_THAT(sim.Run(planned.team, "?"), Says("merged"));
}

TEST(ModelPlanner, AddsTasksWhenResultsAreIn) {
  PlannedTeam planned(
      {Say(R"({"tasks":[{"id":"read","agent":"reader","brief":"Read it"}]})"),
       Say(R"({"tasks":[{"id":"more","agent":"counter","brief":"Count more","needs":["read"]}]})"),
       Say(R"({"tasks":[]})"), Say("merged")},
      3);
  Sim sim;
  const auto reply = sim.Run(planned.team, "?");
  ASSERT_THAT(reply, Says("merged"));
  std::vector<std::string> edges;
  for (const auto& [path, added] : EventsOf<event::TasksAdded>(sim.events()))
    edges.insert(edges.end(), added.edges.begin(), added.edges.end());
  EXPECT_THAT(edges, ::testing::IsSupersetOf({"read -> plan.2", "plan.2 -> r2.more", "read -> r2.more",
                                              "r2.more -> plan.3", "read -> merge", "r2.more -> merge",
                                              "plan.3 -> merge", "merge -> answer"}))
      << "planning is in the picture, and in the critical path";
  EXPECT_EQ(Report(reply, "plans"), "3");
  EXPECT_THAT(TextOf(planned.planner->requests()[1].conversation.back()), HasSubstr("did Read it"));
}

// Plans `first`, then `again`; the reader works, the broken agent does not.
AgentPtr Replanning(std::string first, std::string again, int replans,
                    std::vector<std::string>* asked = nullptr) {
  auto planner = testing::Responding([=](const ModelRequest& request) {
    const std::string text = TextOf(request.conversation.back());
    if (asked != nullptr) asked->push_back(text);
    if (absl::StrContains(text, "Merge these reports")) return Say("merged");
    return StepOf(absl::StrContains(text, "Done so far") ? again : first);
  });
  const AgentPtr reader =
      Speaker("reader", [](const std::string& text) { return "did " + text.substr(0, 7); });
  const AgentPtr broken = Speaker("broken", [](const std::string&) { return std::string("fail: no hands"); });
  return MakeTeam({.name = "planned",
                   .planner = ModelPlanner({.model = planner, .replans = replans}),
                   .members = {reader, broken}});
}

const char kBroken[] =
    R"({"tasks":[{"id":"read","agent":"reader","brief":"Read it"},{"id":"count","agent":"broken","brief":"Count"},
                 {"id":"check","agent":"reader","brief":"Check it","needs":["count"]}]})";

TEST(ModelPlanner, AFailedTaskIsToldAndReplaced) {
  std::vector<std::string> asked;
  Sim sim;
  const auto reply = sim.Run(
      Replanning(kBroken, R"({"tasks":[{"id":"count","agent":"reader","brief":"Tally","needs":["read"]}]})",
                 1, &asked),
      "How many?");
  ASSERT_THAT(reply, Says("merged"));
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_THAT(asked[1], AllOf(HasSubstr("## read (reader)\nBrief: Read it\ndid Read it"),
                              HasSubstr("## count (broken)\nBrief: Count\n(failed: "), HasSubstr("no hands"),
                              HasSubstr("put others in their place"), HasSubstr("the last time")));
  EXPECT_THAT(asked[2], AllOf(HasSubstr("did Read it"), HasSubstr("## r2.count\ndid Tally")));
}

// It was done half, by an agent that was not told, and counted as done.
TEST(ModelPlanner, ATaskWhoseNeedFailedIsToldOrNotDone) {
  const char* const plan =
      R"({"tasks":[{"id":"read","agent":"reader","brief":"Read it"},{"id":"count","agent":"broken","brief":"Count"},
                   {"id":"sum","agent":"reader","brief":"Add up","needs":["read","count"]}]})";
  std::vector<std::string> told;
  const auto team = [&](int replans) {
    auto planner = testing::Responding([plan](const ModelRequest& request) {
      const std::string text = TextOf(request.conversation.back());
      if (absl::StrContains(text, "Merge these reports")) return Say("merged");
      if (!absl::StrContains(text, "Done so far")) return Say(plan);
      return Say(
          R"({"tasks":[{"id":"count","agent":"reader","brief":"Tally"},
                       {"id":"sum","agent":"reader","brief":"Add up","needs":["read","count"]}]})");
    });
    const AgentPtr reader = Speaker("reader", [&](const std::string& text) {
      if (absl::StrContains(text, "Add up")) told.push_back(text);
      return std::string("done");
    });
    const AgentPtr broken =
        Speaker("broken", [](const std::string&) { return std::string("fail: no hands"); });
    return MakeTeam({.name = "planned",
                     .planner = ModelPlanner({.model = planner, .replans = replans}),
                     .members = {reader, broken}});
  };
  Sim once;
  EXPECT_THAT(once.Run(team(0), "?"), Says("merged"));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0],
              AllOf(HasSubstr("## read\ndone"), HasSubstr("## count\n(no result: "), HasSubstr("no hands")));
  told.clear();
  Sim again;
  const auto reply = again.Run(team(1), "?");
  EXPECT_THAT(reply, Says("merged"));
  ASSERT_EQ(told.size(), 1u) << "both are planned anew";
  EXPECT_THAT(told[0], AllOf(HasSubstr("## r2.count\ndone"), Not(HasSubstr("no result"))));
  EXPECT_EQ(Report(reply, "plans"), "2");
  EXPECT_THAT(Report(reply, "tasks"), HasSubstr(R"({"agent":"reader","done":true,"id":"r2.sum"})"));
}

// Re-planning waited for the slowest task, whatever it had to do with it.
TEST(ModelPlanner, AFailureThatBlocksOthersIsPlannedAnewAtOnce) {
  const char* const plan =
      R"({"tasks":[{"id":"slow","agent":"slow","brief":"Take your time"},{"id":"count","agent":"broken","brief":"Count"},
                   {"id":"sum","agent":"reader","brief":"Add up","needs":["count"]}]})";
  std::vector<std::string> reviews;
  const auto team = [&](int replans, bool records) {
    auto planner = testing::Responding([&reviews, plan, records](const ModelRequest& request) {
      const std::string text = TextOf(request.conversation.back());
      if (absl::StrContains(text, "Merge these reports")) return Say(absl::StrCat("merged ", text.size()));
      if (!absl::StrContains(text, "Done so far")) return Say(plan);
      if (records) reviews.push_back(text);
      if (absl::StrContains(text, "## r2.sum")) return Say(R"({"tasks":[]})");
      return Say(
          R"({"tasks":[{"id":"count","agent":"reader","brief":"Tally"},
                       {"id":"sum","agent":"reader","brief":"Add up","needs":["count"]},
                       {"id":"all","agent":"reader","brief":"With the slow one","needs":["sum","slow"]}]})");
    });
    auto hour =
        testing::Responding([](const ModelRequest&) { return After(absl::Hours(1), Say("at last")); });
    return MakeTeam(
        {.name = "planned",
         .planner = ModelPlanner({.model = planner, .replans = replans}),
         .members = {Speaker("reader", [](const std::string& text) { return text.substr(0, 5); }),
                     Speaker("broken", [](const std::string&) { return std::string("fail: no hands"); }),
                     MakeAgent({.name = "slow", .model = hour})}});
  };
  Sim sim;
  const auto reply = sim.Run(team(2, true), "?");
  ASSERT_THAT(reply, Says(HasSubstr("merged")));
  EXPECT_EQ(sim.elapsed(), absl::Hours(1) + absl::Seconds(1)) << "the rest was done meanwhile";
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_THAT(reviews[0],
              AllOf(HasSubstr("## slow (slow)\nBrief: Take your time\n(not done yet; it may be needed)"),
                    HasSubstr("## count (broken)\nBrief: Count\n(failed: ")));
  EXPECT_THAT(reviews[1], HasSubstr("at last"));
  for (const int replans : {1, 2}) ExpectResumable([&] { return team(replans, false); }, "?");
}

TEST(ModelPlanner, WhatIsDoneIsNotDoneTwice) {
  std::vector<std::string> asked;
  Sim sim;
  EXPECT_THAT(sim.Run(Replanning(kBroken, R"({"tasks":[{"id":"read","agent":"reader","brief":"Read it"}]})",
                                 1, &asked),
                      "?"),
              Says("merged"));
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_THAT(asked[2], HasSubstr("task \"read\" is \"read\" again"));
}

TEST(ModelPlanner, AFailedMergeLeavesTheResultsSideBySide) {
  const auto team = [] {
    auto planner = testing::Responding([](const ModelRequest& request) {
      const bool merges = absl::StrContains(TextOf(request.conversation.back()), "Merge these reports");
      return merges ? testing::Fail(absl::InvalidArgumentError("overloaded")) : Say(kPlan);
    });
    const AgentPtr reader =
        Speaker("reader", [](const std::string&) { return std::string("a dear finding"); });
    return MakeTeam({.name = "planned",
                     .planner = ModelPlanner({.model = planner}),
                     .members = {reader, Liner("counter", {"fail: no hands"})}});
  };
  Sim sim;
  const auto reply = sim.Run(team(), "?");
  ASSERT_THAT(reply,
              Says(AllOf(HasSubstr("## read (reader)\na dear finding\n\n## check (reader)\na dear finding\n\n"
                                   "Not merged: "),
                         HasSubstr("overloaded"))));
  EXPECT_THAT(Report(reply, "merge_failed"), HasSubstr("overloaded"));
  EXPECT_THAT(Report(reply, "tasks"), AllOf(HasSubstr(R"("done":false,"failed":)"), HasSubstr("no hands")));
  EXPECT_EQ(Report(reply, "members"), R"(["reader","counter"])");
  EXPECT_THAT(WarningsOf(sim), ::testing::ElementsAre(HasSubstr("plan: not merged: ")));
  ExpectResumable(team, "?");
}

TEST(ModelPlanner, FieldsFilesPicturesAndTheTalkGoAlong) {
  auto planner = Scripted(
      {Say(R"({"tasks":[{"id":"weigh","agent":"reader","brief":"Weigh it","fields":[{"name":"tonnes","type":"number","about":"t"}]},
                        {"id":"add","agent":"reader","brief":"Add","needs":["weigh"]}]})"),
       Say("merged")});
  auto worker = Scripted({Say(R"({"tonnes":24})"), Say("sum")});
  std::vector<Part> parts{Text{"And by weight?"}, File{"contract.txt", "text/plain", "a\n"},
                          Image{"image/png", "x", "", "p.png"}};
  Prompt prompt(std::move(parts));
  prompt.history = prompt.history.With(UserMessage("Compare by price.")).With(AssistantMessage("Done."));
  Sim sim;
  ASSERT_THAT(sim.Run(MakeTeam({.name = "planned",
                                .planner = ModelPlanner({.model = planner}),
                                .members = {MakeAgent({.name = "reader", .model = worker})}}),
                      prompt),
              Says("merged"));
  const Conversation planning = planner->requests()[0].conversation;
  EXPECT_EQ(planning.messages().size(), 3u);
  EXPECT_EQ(planning.back().parts.size(), 2u) << "the text and the picture";
  EXPECT_THAT(TextOf(planning.back()), HasSubstr("\nFiles: contract.txt, 1 line; p.png, an image.\n"));
  EXPECT_EQ(worker->requests()[0].output->schema["properties"]["tonnes"]["type"], "number");
  EXPECT_EQ(worker->requests()[0].conversation.messages().size(), 3u);
  EXPECT_THAT(TextOf(worker->requests()[1].conversation.back()), HasSubstr(R"(## weigh
{"tonnes":24})"));
  EXPECT_EQ(planner->requests()[1].conversation.messages().size(), 3u);
}

TEST(ModelPlanner, ThePromptsOfManyTasksAreBounded) {
  std::size_t longest = 0;
  auto planner = testing::Responding([&](const ModelRequest& request) {
    const std::string text = TextOf(request.conversation.back());
    longest = std::max(longest, text.size());
    if (absl::StrContains(text, "Merge these reports")) return Say("merged");
    Json tasks = Json::array();
    for (int i = 0; i < 200 && !absl::StrContains(text, "Done so far"); ++i)
      tasks.push_back(
          {{"id", absl::StrCat("t", i)}, {"agent", "talker"}, {"brief", absl::StrCat("Talk of ", i)}});
    return Say(DumpJson(Json{{"tasks", tasks}}));
  });
  const AgentPtr talker = Speaker("talker", [](const std::string&) { return std::string(9'000, 'x'); });
  ModelPlannerOptions options{.model = planner, .tasks_max = 200, .replans = 1, .result_tokens = 1000};
  Sim sim;
  EXPECT_THAT(
      sim.Run(MakeTeam({.name = "t", .planner = ModelPlanner(std::move(options)), .members = {talker}}), "?"),
      Says("merged"));
  EXPECT_LT(longest, 32u * 3000 + 200 * 100) << "200 results of 3000 bytes would be 600 kB";
}

TEST(ModelPlanner, WhatFailedCannotBeNeeded) {
  std::vector<std::string> asked;
  Sim sim;
  EXPECT_THAT(
      sim.Run(Replanning(kBroken, R"({"tasks":[{"id":"x","agent":"reader","brief":"X","needs":["count"]}]})",
                         1, &asked),
              "?"),
      Says("merged"))
      << "what is done is kept";
  EXPECT_THAT(asked[2], HasSubstr("needs \"count\", which is no task that has a result"));
}

TEST(ModelPlanner, AModelThatFailsLeavesThePlanAsItIs) {
  Sim sim;
  EXPECT_THAT(sim.Run(Replanning(kBroken, "fail: no more ideas", 3), "?"), Says("merged"));
  // But with nothing done there is nothing to answer from.
  const char* const none = R"({"tasks":[{"id":"count","agent":"broken","brief":"Count"}]})";
  for (const std::string again : {"fail: no more ideas", none, R"({"tasks":[]})"}) {
    Sim empty;
    const auto reply = empty.Run(Replanning(none, again, 2), "?");
    ASSERT_FALSE(reply.ok()) << again;
    EXPECT_THAT(Describe(reply.status()), HasSubstr(again[0] == 'f' ? "no more ideas" : "no hands"));
  }
}

TEST(ModelPlanner, ResumesAndReplaysAlsoWhatFailed) {
  for (const std::string again :
       {R"({"tasks":[{"id":"count","agent":"reader","brief":"Tally","needs":["read"]}]})",
        R"({"tasks":[{"id":"count","agent":"broken","brief":"Tally"}]})", "fail: no more ideas",
        R"({"tasks":[]})"}) {
    ExpectResumable([again] { return Replanning(kBroken, again, 1); }, "How many?");
  }
}

TEST(ModelPlanner, ResultsAreCutForTheMerge) {
  std::size_t longest = 0;
  auto planner = testing::Responding([&](const ModelRequest& request) {
    const std::string text = TextOf(request.conversation.back());
    longest = std::max(longest, text.size());
    return Say(absl::StrContains(text, "Merge")
                   ? "merged"
                   : R"({"tasks":[{"id":"a","agent":"talker","brief":"Talk"}]})");
  });
  const AgentPtr talker = Speaker("talker", [](const std::string&) { return std::string(50'000, 'x'); });
  Sim sim;
  EXPECT_THAT(sim.Run(MakeTeam({.name = "t",
                                .planner = ModelPlanner({.model = planner, .result_tokens = 400}),
                                .members = {talker}}),
                      "?"),
              Says("merged"));
  EXPECT_LT(longest, 1200u + 500);
}

}  // namespace
}  // namespace ninefold
