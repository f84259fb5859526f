#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

std::string Give(std::vector<std::pair<std::string, std::string>> briefs) {
  Json tasks = Json::array();
  for (const auto& [agent, brief] : briefs) tasks.push_back({{"agent", agent}, {"brief", brief}});
  return DumpJson(Json{{"tasks", tasks}, {"answer", ""}});
}
std::string Answer(std::string text) { return DumpJson(Json{{"tasks", Json::array()}, {"answer", text}}); }

AgentPtr Echoing(std::string name) {
  return Speaker(std::move(name),
                 [](const std::string& text) { return "did " + text.substr(0, text.find('\n')); });
}

AgentPtr Team(SupervisorOptions options, Roster roster = {Echoing("reader"), Echoing("counter")}) {
  return MakeTeam(
      {.name = "led", .planner = SupervisorPlanner(std::move(options)), .members = std::move(roster)});
}

TEST(Supervisor, GivesBriefsRoundByRound) {
  auto model =
      testing::Scripted({testing::Say(Give({{"reader", "Read it"}, {"counter", "Count it"}})),
                         testing::Say(Give({{"reader", "Read the rest"}})), testing::Say(Answer("Seven."))});
  Sim sim;
  const auto reply = sim.Run(Team({.lead = MakeAgent({.name = "lead", .model = model})}), "How many?");
  ASSERT_THAT(reply, Says("Seven."));
  EXPECT_EQ(Report(reply, "stop"), "answered");
  EXPECT_EQ(Report(reply, "rounds"), "2");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2)) << "briefs of a round at once";
  const auto requests = model->requests();
  EXPECT_THAT(
      TextOf(requests[1].conversation.back()),
      AllOf(HasSubstr("## reader, brief.1.1\nBrief: Read it\ndid Read it"), HasSubstr("did Count it")));
  EXPECT_THAT(TextOf(requests[2].conversation.back()),
              AllOf(HasSubstr("did Read it"), HasSubstr("did Read the rest")));
}

TEST(Supervisor, AWrongBriefIsSentBackOnce) {
  const struct {
    std::string wrong, why;
  } cases[] = {
      {Give({{"raeder", "Read"}}), "/tasks/0/agent: there is no agent \"raeder\"; did you mean \"reader\"?"},
      {Give({{"reader", ""}}), "/tasks/0/brief: it is empty"},
      {Give({}), "/answer: it is empty"},
      {Give({{"reader", "1"}, {"reader", "2"}, {"reader", "3"}}), "/tasks: at most 2 more can be given"},
  };
  for (const auto& c : cases) {
    auto model = testing::Scripted({testing::Say(c.wrong), testing::Say(Answer("ok"))});
    Sim sim;
    EXPECT_THAT(sim.Run(Team({.lead = MakeAgent({.name = "lead", .model = model}), .tasks_max = 2}), "?"),
                Says("ok"));
    EXPECT_THAT(TextOf(model->requests()[1].conversation.back()), HasSubstr(c.why));
    Sim hopeless;
    EXPECT_THAT(hopeless.Run(Team({.lead = Liner("lead", {c.wrong, c.wrong}), .tasks_max = 2}), "?"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("in two tries")));
  }
}

TEST(Supervisor, LimitsMakeTheLeadAnswer) {
  const auto lead = [] {
    return Speaker("lead", [](const std::string& text) {
      return absl::StrContains(text, "No more tasks can be given") ? Answer("enough")
                                                                   : Give({{"reader", "More"}});
    });
  };
  Sim rounds, tasks;
  const auto after_rounds = rounds.Run(Team({.lead = lead(), .rounds = 3}), "?");
  EXPECT_THAT(after_rounds, Says("enough"));
  EXPECT_EQ(Report(after_rounds, "stop"), "rounds");
  EXPECT_EQ(Report(after_rounds, "rounds"), "3");
  const auto after_tasks = tasks.Run(Team({.lead = lead(), .rounds = 9, .tasks_max = 2}), "?");
  EXPECT_THAT(after_tasks, Says("enough"));
  EXPECT_EQ(Report(after_tasks, "stop"), "tasks");
}

TEST(Supervisor, FailuresAreToldAndWhatIsDoneIsKept) {
  std::string read;
  const auto lead = Speaker("lead", [&](const std::string& text) {
    read = text;
    return absl::StrContains(text, "Reports") ? Answer("half of it")
                                              : Give({{"reader", "Read"}, {"bad", "Fail"}});
  });
  Sim sim;
  EXPECT_THAT(sim.Run(Team({.lead = lead}, {Echoing("reader"), Liner("bad", {"fail: no hands"})}), "?"),
              Says("half of it"));
  EXPECT_THAT(read, AllOf(HasSubstr("did Read"), HasSubstr("(failed: "), HasSubstr("no hands")));
  // A lead that is gone leaves what its members found.
  Sim gone;
  const auto reply = gone.Run(Team({.lead = Liner("lead", {Give({{"reader", "Read"}}), "fail: gone"})}), "?");
  EXPECT_THAT(reply, Says("## reader\ndid Read"));
  EXPECT_THAT(Report(reply, "stop"), HasSubstr("the lead failed: "));
}

TEST(Supervisor, ResultsAreCutForTheLead) {
  std::size_t longest = 0;
  const auto lead = Speaker("lead", [&](const std::string& text) {
    longest = std::max(longest, text.size());
    return absl::StrContains(text, "Reports") ? Answer("x")
                                              : Give({{"talker", "1"}, {"talker", std::string(50'000, 'b')}});
  });
  const auto talker = Speaker("talker", [](const std::string&) { return std::string(100'000, 'x'); });
  Sim sim;
  EXPECT_THAT(sim.Run(Team({.lead = lead, .result_tokens = 300}, {talker}), "?"), Says("x"));
  EXPECT_LT(longest, 3u * 900 + 800) << "the long brief too";
}

// The run failed with it, and nobody was told: it is no part of anything, and is tried again.
TEST(Supervisor, ALeadThatFailsAtFirstIsResumed) {
  StorePtr store = MemoryStore();
  const auto run = [&](std::string says, RunMode mode) {
    Sim sim({.store = store});
    return sim.Run(Team({.lead = Liner("lead", {says})}), "?", {.mode = mode, .run_id = "r"});
  };
  EXPECT_THAT(run("fail: no head", RunMode::kFresh),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no head")));
  EXPECT_THAT(run(Answer("Seven."), RunMode::kResume), Says("Seven."));
  EXPECT_THAT(run("fail: not asked", RunMode::kReplay), Says("Seven."));
}

TEST(Supervisor, ResumesAndReplays) {
  const auto team = [] {
    const auto lead = Speaker("lead", [](const std::string& text) {
      if (absl::StrContains(text, "brief.2.1")) return Answer(absl::StrCat("done after ", text.size()));
      if (absl::StrContains(text, "brief.1.1")) return Give({{"reader", "Read the rest"}});
      return Give({{"reader", "Read"}, {"bad", "Fail"}});
    });
    return Team({.lead = lead}, {Echoing("reader"), Speaker("bad", [](const std::string&) {
                                   return std::string("fail: no hands");
                                 })});
  };
  ExpectResumable(team, "?");
}

}  // namespace
}  // namespace ninefold
