#include "matchers.h"
#include "ninefold/team.h"

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

}  // namespace
}  // namespace ninefold
