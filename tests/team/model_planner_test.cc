#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::HasSubstr;
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
  ASSERT_THAT(sim.Run(planned.team, "?"), Says("merged"));
  const auto added = EventsOf<event::TasksAdded>(sim.events());
  ASSERT_EQ(added.size(), 2u);
  EXPECT_THAT(added[0].second.edges, ::testing::ElementsAre("read -> r2.more"));
  EXPECT_THAT(added[1].second.edges, ::testing::ElementsAre("read -> answer", "r2.more -> answer"));
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
  EXPECT_THAT(asked[1], AllOf(HasSubstr("## read (reader)\ndid Read it"),
                              HasSubstr("## count (broken)\n(failed: "), HasSubstr("no hands"),
                              HasSubstr("put others in their place"), HasSubstr("the last time")));
  EXPECT_THAT(asked[2], AllOf(HasSubstr("did Read it"), HasSubstr("## r2.count\ndid Tally")));
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
