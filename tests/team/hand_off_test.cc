#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

std::string Answer(std::string text) {
  return DumpJson(Json{{"answer", text}, {"hand_to", "nobody"}, {"why", ""}});
}
std::string Hand(std::string to, std::string why, std::string so_far = "") {
  return DumpJson(Json{{"answer", so_far}, {"hand_to", to}, {"why", why}});
}

AgentPtr DeskTeam(Roster roster, HandOffOptions options = {}) {
  return MakeTeam(
      {.name = "desk", .planner = HandOffPlanner(std::move(options)), .members = std::move(roster)});
}

TEST(HandOff, TheTalkGoesAlongValidForAnyVendor) {
  auto model = testing::Scripted({testing::Say(Answer("Yes, within 14 days."))});
  const AgentPtr law = MakeAgent({.name = "law", .description = "Knows the law", .model = model});
  // The first uses a tool, whose call must not reach an agent that does not have it.
  const ToolPtr clock = MakeDynamicTool(
      {.name = "clock", .description = "The time"},
      [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> { co_return TextOutput("noon"); });
  const AgentPtr desk =
      MakeAgent({.name = "desk",
                 .model = testing::Scripted(
                     {testing::Ask("clock"), testing::Say(Hand("law", "a question of law", "It is noon."))}),
                 .tools = {clock}});
  Sim sim;
  std::vector<Part> parts{Text{"May I return it?"}, File{"terms.txt", "text/plain", "14 days.\n"}};
  const auto reply = sim.Run(DeskTeam({desk, law}), Prompt(std::move(parts)));
  ASSERT_THAT(reply, Says("Yes, within 14 days."));
  EXPECT_EQ(Report(reply, "agent"), "law");
  EXPECT_EQ(Report(reply, "hand_offs"), "1");
  const auto messages = model->requests()[0].conversation.messages();
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0]->role, Role::kUser);
  EXPECT_EQ(TextOf(*messages[0]), "May I return it?");
  EXPECT_EQ(messages[1]->role, Role::kAssistant);
  EXPECT_EQ(TextOf(*messages[1]), "It is noon.");
  EXPECT_THAT(TextOf(*messages[2]), HasSubstr("desk hands the talk over to you, law: a question of law"));
  EXPECT_EQ(messages[2]->parts.size(), 2u) << "the file is there once";
  for (const Message* message : messages) EXPECT_TRUE(ToolCallsOf(*message).empty());
}

// Prompts grew by the whole question at each turn.
TEST(HandOff, TheQuestionIsThereOnce) {
  std::vector<std::size_t> sizes;
  const std::string goal(30'000, 'g');
  Roster roster;
  for (const char* name : {"a", "b", "c", "d"}) {
    const bool last = name[0] == 'd';
    auto model =
        testing::Responding([&, last, next = std::string(1, char(name[0] + 1))](const ModelRequest& request) {
          std::size_t size = 0;
          for (const Message* message : request.conversation.messages()) size += TextOf(*message).size();
          sizes.push_back(size);
          return testing::Say(last ? Answer("x") : Hand(next, "on", "so far"));
        });
    roster.push_back(MakeAgent({.name = name, .model = model}));
  }
  Sim sim;
  ASSERT_THAT(sim.Run(DeskTeam(roster), goal), Says("x"));
  ASSERT_EQ(sizes.size(), 4u);
  for (const std::size_t size : sizes) EXPECT_LT(size, goal.size() + 1000);
}

// As docs/patterns.md shows it: the next question goes to who has the talk.
TEST(HandOff, TheNextQuestionStartsWhereTheTalkIs) {
  std::vector<std::string> asked;
  const AgentPtr desk = Liner("desk", {Hand("law", "a question of law")});
  auto model = testing::Responding([&](const ModelRequest& request) {
    std::string all;
    for (const Message* message : request.conversation.messages())
      absl::StrAppend(&all, TextOf(*message), "|");
    asked.push_back(all);
    return testing::Say(Answer(absl::StrCat("answer ", asked.size())));
  });
  const AgentPtr law = MakeAgent({.name = "law", .model = model});
  Sim sim;
  std::string first;  // the first of the roster
  Conversation talk;
  for (const char* question : {"May I return it?", "And after a year?"}) {
    std::vector<Part> parts{Text{question}};
    const auto reply = sim.Run(DeskTeam({desk, law}, {.first = first}), Prompt(std::move(parts), talk));
    ASSERT_THAT(reply, IsOk());
    first = (*reply->report)["agent"].get<std::string>();
    talk = talk.With(UserMessage(question)).With(AssistantMessage(reply->text));
  }
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_THAT(asked[1],
              AllOf(HasSubstr("May I return it?|answer 1|And after a year?"), Not(HasSubstr("desk hands"))));
}

TEST(HandOff, WhatGoesNowhereIsAnswered) {
  const struct {
    HandOffOptions options;
    std::string wrong, why;
  } cases[] = {
      {{}, Hand("a", "x"), "that is you; answer, or choose another"},
      {{.may = {{"a", {"c"}}}}, Hand("b", "x"), "you may not hand to \"b\"; you may hand to c"},
      {{.hand_offs = 0}, Hand("b", "x"), "answer yourself"},
      {{}, DumpJson(Json{{"answer", ""}, {"hand_to", "nobody"}, {"why", ""}}), "/answer: it is empty"},
  };
  for (const auto& c : cases) {
    auto model = testing::Scripted({testing::Say(c.wrong), testing::Say(Answer("mine"))});
    const AgentPtr a = MakeAgent({.name = "a", .model = model});
    Sim sim;
    EXPECT_THAT(sim.Run(DeskTeam({a, Liner("b", {}), Liner("c", {})}, c.options), "?"), Says("mine"));
    EXPECT_THAT(TextOf(model->requests()[1].conversation.back()), HasSubstr(c.why));
  }
  // In circles: a colleague who gave it back is not asked again by the same agent.
  auto model = testing::Scripted(
      {testing::Say(Hand("b", "x")), testing::Say(Hand("b", "again")), testing::Say(Answer("mine, then"))});
  const AgentPtr a = MakeAgent({.name = "a", .model = model});
  Sim sim;
  EXPECT_THAT(sim.Run(DeskTeam({a, Liner("b", {Hand("a", "not mine")})}), "?"), Says("mine, then"));
  EXPECT_THAT(TextOf(model->requests()[2].conversation.back()), HasSubstr("you have handed to \"b\" before"));
}

TEST(HandOff, TheLimitMakesTheLastOneAnswer) {
  std::vector<std::string> asked;
  Roster roster;
  for (const char* name : {"a", "b", "c", "d"}) {
    roster.push_back(Speaker(name, [&asked,
                                    next = std::string(1, char(name[0] + 1))](const std::string& text) {
      asked.push_back(text);
      return absl::StrContains(text, "there is nobody to hand over to") ? Answer("enough") : Hand(next, "on");
    }));
  }
  Sim sim;
  const auto reply = sim.Run(DeskTeam(roster, {.hand_offs = 2}), "?");
  EXPECT_THAT(reply, Says("enough"));
  EXPECT_EQ(Report(reply, "agent"), "c");
  EXPECT_EQ(asked.size(), 3u);
}

TEST(HandOff, WhatAnyoneHasCitedMayBeCited) {
  // Only the first has the tool; the third cites what it found, which is in the talk.
  const ToolPtr look = MakeDynamicTool({.name = "look", .description = "Looks it up"},
                                       [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
                                         ToolOutput output = TextOutput("[web:3-3]\nIt is blue. It is big.");
                                         output.citations.push_back({"web", 3, 3, "It is blue. It is big."});
                                         co_return output;
                                       });
  const AgentPtr a = MakeAgent(
      {.name = "a",
       .model = testing::Scripted({testing::Ask("look"), testing::Say(Hand("b", "x", "It is so [web:3]"))}),
       .tools = {look}});
  Sim sim;
  const auto reply = sim.Run(
      DeskTeam({a, Liner("b", {Hand("c", "y", "go on")}), Liner("c", {Answer("\"It is blue.\" [web:3]")})}),
      "?");
  ASSERT_THAT(reply, IsOk());
  ASSERT_EQ(reply->evidence.size(), 2u);
  EXPECT_EQ(reply->evidence[0].quote, "It is blue. It is big.");
  EXPECT_EQ(reply->evidence[1].quote, "It is blue.");
}

TEST(HandOff, TheAnswersDissentAndEachPlaceOnceAreKept) {
  std::vector<Part> parts{Text{"?"}, File{"a.txt", "text/plain", "It is blue.\n"}};
  const std::string said = "\"It is blue.\" [a.txt:1]";
  Sim sim;
  const auto reply = sim.Run(DeskTeam({Liner("a", {Hand("b", "x", said)}),
                                       Liner("b", {Answer(said + "\nDissent: c: it is green")})}),
                             Prompt(std::move(parts)));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(DissentOf(reply), "c: it is green\n");
}

TEST(HandOff, AnAnswerThatWasSentBackKeepsItsPlaces) {
  const ToolPtr look = MakeDynamicTool({.name = "look", .description = "Looks it up"},
                                       [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
                                         ToolOutput output = TextOutput("[web:3-3]\nIt is big.");
                                         output.citations.push_back({"web", 3, 3, "It is big."});
                                         co_return output;
                                       });
  const std::string said = "\"It is blue.\" [a.txt:1] \"It is big.\" [web:3]";
  const AgentPtr a =
      MakeAgent({.name = "a",
                 .model = testing::Scripted({testing::Ask("look"), testing::Say(Hand("a", "I know it", said)),
                                             testing::Say(Answer(said))}),
                 .tools = {look}});
  std::vector<Part> parts{Text{"?"}, File{"a.txt", "text/plain", "It is blue.\n"}};
  Sim sim;
  const auto reply = sim.Run(DeskTeam({a, Liner("b", {})}), Prompt(std::move(parts)));
  ASSERT_THAT(reply, Says(said));
  EXPECT_EQ(reply->evidence.size(), 2u);
}

TEST(HandOff, WhoFailsLaterLeavesWhatWasFound) {
  std::vector<Part> parts{Text{"?"}, File{"a.txt", "text/plain", "It is blue.\n"}};
  const Prompt prompt(std::move(parts));
  const auto team = [] {
    return DeskTeam(
        {Speaker("a", [](const std::string&) { return Hand("b", "ask b", "\"It is blue.\" [a.txt:1]"); }),
         Speaker("b", [](const std::string&) { return Hand("c", "and c"); }),
         Speaker("c", [](const std::string&) { return std::string("fail: no idea"); })});
  };
  Sim sim;
  const auto reply = sim.Run(team(), prompt);
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(reply->text,
              ::testing::StartsWith("\"It is blue.\" [a.txt:1]\n\nNot finished: c, to whom it was "
                                    "handed over, failed: "));
  EXPECT_THAT(reply->text, HasSubstr("no idea"));
  EXPECT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(Report(reply, "agent"), "a") << "whose words they are";
  EXPECT_EQ(Report(reply, "hand_offs"), "2");
  EXPECT_THAT(Report(reply, "failed"), HasSubstr("no idea"));
  EXPECT_THAT(Report(reply, "path"), HasSubstr("\"agent\":\"c\""));
  bool warned = false;
  for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events()))
    warned = warned || absl::StrContains(warning.text, "no idea");
  EXPECT_TRUE(warned);
  ExpectResumable(team, prompt);
}

TEST(HandOff, WithNothingFoundTheFailureIsTheTeams) {
  Sim sim;
  EXPECT_THAT(sim.Run(DeskTeam({Liner("a", {Hand("b", "yours")}), Liner("b", {"fail: no idea"})}), "?"),
              Fails(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("talk.2"), HasSubstr("no idea"))));
  // Nobody was told, so it is tried again.
  StorePtr store = MemoryStore();
  const auto run = [&](std::string says, RunMode mode) {
    Sim life({.store = store});
    return life.Run(DeskTeam({Liner("a", {Hand("b", "yours")}), Liner("b", {says})}), "?",
                    {.mode = mode, .run_id = "r"});
  };
  EXPECT_FALSE(run("fail: busy", RunMode::kFresh).ok());
  EXPECT_THAT(run(Answer("mine"), RunMode::kResume), Says("mine"));
  Sim first;
  EXPECT_THAT(first.Run(DeskTeam({Liner("a", {"fail: no idea"}), Liner("b", {})}), "?"),
              Fails(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("talk.1"), HasSubstr("no idea"))));
}

TEST(HandOff, NamesAreChecked) {
  Sim sim;
  EXPECT_THAT(
      sim.Run(DeskTeam({Liner("law", {})}, {.first = "lwa"}), "?"),
      Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no agent \"lwa\"; did you mean \"law\"?")));
  Sim reserved;
  EXPECT_THAT(reserved.Run(DeskTeam({Liner("law", {}), Liner("nobody", {})}), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("an agent is called \"nobody\"")));
  Sim may;
  EXPECT_THAT(may.Run(DeskTeam({Liner("law", {})}, {.may = {{"law", {"x"}}}}), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("may: there is no agent \"x\"")));
}

TEST(HandOff, ResumesAndReplays) {
  const auto team = [] {
    return DeskTeam({Speaker("a", [](const std::string&) { return Hand("b", "yours", "so far"); }),
                     Speaker("b",
                             [](const std::string& text) {
                               return absl::StrContains(text, "does not have the form") ? Hand("c", "go")
                                                                                        : Hand("b", "me");
                             }),
                     Speaker("c", [](const std::string&) { return Answer("done"); })});
  };
  ExpectResumable(team, "?");
}

}  // namespace
}  // namespace ninefold
