#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
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

AgentPtr LedTeam(SupervisorOptions options, Roster roster = {Echoing("reader"), Echoing("counter")}) {
  return MakeTeam(
      {.name = "led", .planner = SupervisorPlanner(std::move(options)), .members = std::move(roster)});
}

TEST(Supervisor, GivesBriefsRoundByRound) {
  auto model =
      testing::Scripted({testing::Say(Give({{"reader", "Read it"}, {"counter", "Count it"}})),
                         testing::Say(Give({{"reader", "Read the rest"}})), testing::Say(Answer("Seven."))});
  Sim sim;
  const auto reply = sim.Run(LedTeam({.lead = MakeAgent({.name = "lead", .model = model})}), "How many?");
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
      {Give({{"reader", "1"}, {"reader", "1"}}), "/tasks/1/brief: reader has it already, as tasks/0"},
      {R"({"tasks":[{"agent":"reader","brief":"1","needs":["brief.1.1"]}],"answer":""})",
       "/tasks/0/needs: there is no earlier brief \"brief.1.1\" with a result"},
      {R"({"tasks":[{"agent":"reader","brief":"1","fields":[{"name":"a b","type":"string","about":""}]}],"answer":""})",
       "/tasks/0/fields: the field \"a b\": a name has letters"},
      {Give({{"reader", "1"}, {"reader", "2"}, {"reader", "3"}}), "/tasks: at most 2 more can be given"},
  };
  for (const auto& c : cases) {
    auto model = testing::Scripted({testing::Say(c.wrong), testing::Say(Answer("ok"))});
    Sim sim;
    EXPECT_THAT(sim.Run(LedTeam({.lead = MakeAgent({.name = "lead", .model = model}), .tasks_max = 2}), "?"),
                Says("ok"));
    EXPECT_THAT(TextOf(model->requests()[1].conversation.back()), HasSubstr(c.why));
    Sim hopeless;
    EXPECT_THAT(hopeless.Run(LedTeam({.lead = Liner("lead", {c.wrong, c.wrong}), .tasks_max = 2}), "?"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("in two tries")));
  }
}

TEST(Supervisor, LimitsMakeTheLeadAnswer) {
  const auto lead = [] {
    return Speaker("lead", [given = 0](const std::string& text) mutable {
      return absl::StrContains(text, "No more tasks can be given")
                 ? Answer("enough")
                 : Give({{"reader", absl::StrCat("More ", ++given)}});
    });
  };
  Sim rounds, tasks;
  const auto after_rounds = rounds.Run(LedTeam({.lead = lead(), .rounds = 3}), "?");
  EXPECT_THAT(after_rounds, Says("enough"));
  EXPECT_EQ(Report(after_rounds, "stop"), "rounds");
  EXPECT_EQ(Report(after_rounds, "rounds"), "3");
  const auto after_tasks = tasks.Run(LedTeam({.lead = lead(), .rounds = 9, .tasks_max = 2}), "?");
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
  EXPECT_THAT(sim.Run(LedTeam({.lead = lead}, {Echoing("reader"), Liner("bad", {"fail: no hands"})}), "?"),
              Says("half of it"));
  EXPECT_THAT(read, AllOf(HasSubstr("did Read"), HasSubstr("(failed: "), HasSubstr("no hands")));
  // A lead that is gone leaves what its members found.
  Sim gone;
  const auto reply =
      gone.Run(LedTeam({.lead = Liner("lead", {Give({{"reader", "Read"}}), "fail: gone"})}), "?");
  EXPECT_THAT(reply, Says(AllOf(HasSubstr("## reader\ndid Read\n\nNot concluded: the lead failed: "),
                                HasSubstr("gone"))));
  EXPECT_THAT(Report(reply, "stop"), HasSubstr("the lead failed: "));
  EXPECT_THAT(WarningsOf(gone), ElementsAre(HasSubstr("the lead failed: ")));
}

// Briefs had no need of the lead that gave them: the picture had many roots, and the run seemed to take twice
// as long as it had to.
TEST(Supervisor, BriefsNeedTheLeadThatGaveThem) {
  Sim sim;
  const auto lead =
      Liner("lead", {Give({{"reader", "Read it"}}), Give({{"counter", "Count it"}}), Answer("Seven.")});
  ASSERT_THAT(sim.Run(LedTeam({.lead = lead}), "?"), Says("Seven."));
  const auto ended = EventsOf<event::GraphEnded>(sim.events());
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_DOUBLE_EQ(ended[0].second.over_bound, 1);
  EXPECT_THAT(ended[0].second.critical_path,
              ElementsAre("lead.1", "brief.1.1", "lead.2", "brief.2.1", "lead.3"));
}

TEST(Supervisor, ABriefMayBuildOnEarlierOnes) {
  std::vector<Part> parts{Text{"What of it?"}, File{"a.txt", "text/plain", "It is blue. It is big.\n"}};
  std::string asked;
  const auto reader = Speaker("reader", [&](const std::string& text) {
    if (absl::StrContains(text, "What of it?") && absl::StrContains(text, "Check")) {
      asked = text;
      return std::string("It is so: \"It is blue.\" [web:3]");
    }
    return std::string("mine");
  });
  // Only this one has the tool.
  const ToolPtr look = MakeDynamicTool({.name = "look", .description = "Looks it up"},
                                       [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
                                         ToolOutput output = TextOutput("[web:3-3]\nIt is blue.");
                                         output.citations.push_back({"web", 3, 3, "It is blue."});
                                         co_return output;
                                       });
  const AgentPtr finder =
      MakeAgent({.name = "finder",
                 .model = testing::Scripted({testing::Ask("look"), testing::Say("\"It is blue.\" [web:3]")}),
                 .tools = {look}});
  const auto lead =
      Liner("lead", {Give({{"finder", "Find it"}, {"reader", "Read it"}}),
                     R"({"tasks":[{"agent":"reader","brief":"Check it","needs":["brief.1.1"]}],"answer":""})",
                     Answer("Blue.")});
  Sim sim;
  ASSERT_THAT(sim.Run(LedTeam({.lead = lead}, {finder, reader}), Prompt(std::move(parts))), Says("Blue."));
  EXPECT_THAT(asked, AllOf(HasSubstr("## brief.1.1\n\"It is blue.\" [web:3]"), Not(HasSubstr("mine"))));
  for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events())) {
    if (ended.id != "brief.2.1") continue;
    EXPECT_THAT(ended.summary, HasSubstr("[web:3]")) << "others' places may be cited";
  }
}

TEST(Supervisor, ABriefMayAskForFields) {
  std::string read;
  const auto lead = Speaker("lead", [&](const std::string& text) {
    read = text;
    return absl::StrContains(text, "Reports")
               ? Answer("24 t")
               : R"({"tasks":[{"agent":"reader","brief":"Weigh it","fields":[{"name":"tonnes","type":"number","about":"t"}]}],"answer":""})";
  });
  auto model = testing::Scripted({testing::Say("about 24"), testing::Say(R"({"tonnes":24})")});
  Sim sim;
  ASSERT_THAT(sim.Run(LedTeam({.lead = lead}, {MakeAgent({.name = "reader", .model = model})}), "?"),
              Says("24 t"));
  EXPECT_EQ(model->requests()[0].output->schema["properties"]["tonnes"]["type"], "number");
  EXPECT_THAT(read, HasSubstr(R"({"tonnes":24})"));
}

TEST(Supervisor, TheLeadKnowsWhichFilesThereAre) {
  std::string asked;
  const auto lead = Speaker("lead", [&](const std::string& text) {
    asked = text;
    return Answer("x");
  });
  std::vector<Part> parts{Text{"Compare."}, File{"contract.txt", "text/plain", "a\nb"},
                          Data{Json::parse("[1,2]"), "list.json", "[1,2]"},
                          Image{"image/png", "x", "", "p.png"}};
  Sim sim;
  EXPECT_THAT(sim.Run(LedTeam({.lead = lead}), Prompt(std::move(parts))), Says("x"));
  EXPECT_THAT(asked,
              HasSubstr("\nFiles: contract.txt, 2 lines; list.json, a list of 2 items; p.png, an image.\n"));
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
  EXPECT_THAT(sim.Run(LedTeam({.lead = lead, .result_tokens = 300}, {talker}), "?"), Says("x"));
  EXPECT_LT(longest, 3u * 900 + 800) << "the long brief too";
}

// The run failed with it, and nobody was told: it is no part of anything, and is tried again.
TEST(Supervisor, ALeadThatFailsAtFirstIsResumed) {
  StorePtr store = MemoryStore();
  const auto run = [&](std::string says, RunMode mode) {
    Sim sim({.store = store});
    return sim.Run(LedTeam({.lead = Liner("lead", {says})}), "?", {.mode = mode, .run_id = "r"});
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
    return LedTeam({.lead = lead}, {Echoing("reader"), Speaker("bad", [](const std::string&) {
                                      return std::string("fail: no hands");
                                    })});
  };
  ExpectResumable(team, "?");
}

}  // namespace
}  // namespace ninefold
