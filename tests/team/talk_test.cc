// What reaches the members of a team with its goal: the talk so far, the form of the answer, the places that
// may be cited.
#include "ninefold/resilience.h"
#include "team/in_form.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Responding;
using testing::Say;
using testing::Sim;

// The talk that a request ends, "U: one|A: two|U: three".
std::string TalkOf(const Conversation& conversation) {
  std::string talk;
  for (const Message* message : conversation.messages()) {
    absl::StrAppend(&talk, talk.empty() ? "" : "|",
                    message->role == Role::kUser ? "U: " : "A: ", TextOf(*message));
  }
  return talk;
}

struct Heard {
  AgentPtr Agent(std::string name, std::function<std::string(const ModelRequest&)> says) {
    auto model = Responding([this, says](const ModelRequest& request) {
      requests.push_back(request);
      return After(absl::Seconds(1), StepOf(says(request)));
    });
    return MakeAgent({.name = std::move(name), .model = model});
  }
  std::vector<std::string> talks() const {
    std::vector<std::string> all;
    for (const ModelRequest& request : requests) all.push_back(TalkOf(request.conversation));
    return all;
  }
  std::vector<ModelRequest> requests;
};

TEST(Talk, ASessionOverATeamRemembers) {
  Heard heard;
  const auto says = [](const char* what) {
    return [what](const ModelRequest&) { return std::string(what); };
  };
  const AgentPtr team =
      FanOut({heard.Agent("a", says("Paris"))}, heard.Agent("writer", says("It is Paris.")));
  std::string before;
  Sim sim;
  (void)sim.Run([&](Context& ctx) -> Async<void> {
    Session session(team);
    Context first(ctx, "first"), second(ctx, "second");
    (void)co_await session.Ask("The capital of France?", first);
    heard.requests.clear();
    before = TalkOf(session.conversation());
    (void)co_await session.Ask("And who lives there?", second);
  });
  EXPECT_EQ(before, "U: The capital of France?|A: It is Paris.");
  EXPECT_THAT(heard.talks(), ElementsAre(before + "|U: And who lives there?",
                                         AllOf(HasSubstr(before + "|U: Question: And who lives there?"))));
}

TEST(Talk, OfAFailedQuestionTheTalkBeforeStays) {
  Heard heard;
  const AgentPtr team =
      FanOut({heard.Agent("a",
                          [](const ModelRequest& request) {
                            return TextOf(request.conversation.back()) == "bad" ? "fail: no" : "yes";
                          })},
             nullptr);
  Sim sim;
  (void)sim.Run([&](Context& ctx) -> Async<void> {
    Session session(team);
    for (const char* question : {"one", "bad", "two"}) {
      Context own(ctx, question);
      (void)co_await session.Ask(question, own);
    }
    EXPECT_EQ(TalkOf(session.conversation()), "U: one|A: ## a\nyes|U: two|A: ## a\nyes");
  });
}

TEST(Talk, WhoIsAskedTheGoalSeesTheTalkAndOthersDoNot) {
  Heard heard;
  const auto agent = [&](const char* name) {
    return heard.Agent(name, [](const ModelRequest&) { return std::string("said"); });
  };
  TaskGraph graph;
  ASSERT_THAT(graph.Add({.id = "goal", .agent = agent("goal")}), IsOk());
  ASSERT_THAT(graph.Add({.id = "in", .agent = agent("in"), .prompt = "Of {{ goal }}", .needs = {"goal"}}),
              IsOk());
  ASSERT_THAT(graph.Add({.id = "not", .agent = agent("not"), .prompt = "{{ in.text }}!", .needs = {"in"}}),
              IsOk());
  Prompt prompt("Where?");
  prompt.history = Conversation().With(UserMessage("Who?")).With(AssistantMessage("He."));
  Sim sim;
  const auto reply = sim.Run(MakeTeam({.name = "t", .planner = FixedPlan(std::move(graph))}), prompt);
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(heard.talks(),
              ElementsAre("U: Who?|A: He.|U: Where?", "U: Who?|A: He.|U: Of Where?", "U: said!"));
  EXPECT_EQ(TalkOf(reply->conversation), "U: Who?|A: He.|U: Where?|A: said");
}

// ---- the form of the answer

std::shared_ptr<const OutputSchema> Verdict() {
  return Form("verdict", ObjectSchema({{"accepted", FlagSchema("whether it holds")}}));
}

TEST(Form, ATeamHandsItToTheTaskWhoseAnswerIsItsOwn) {
  Heard heard;
  const AgentPtr writer = heard.Agent("writer", [](const ModelRequest& request) {
    return std::string(request.output ? R"({"accepted":true})" : "I think so");
  });
  const AgentPtr member = heard.Agent("m", [](const ModelRequest& request) {
    EXPECT_EQ(request.output, nullptr) << "its answer is not the team's";
    return std::string("opinion");
  });
  const auto forked = [&] {
    // Either of two may be the answer.
    TaskGraph graph;
    EXPECT_THAT(graph.Add({.id = "a", .agent = writer}), IsOk());
    EXPECT_THAT(graph.Add({.id = "b", .agent = writer, .on_failure = OnFailure::Skip()}), IsOk());
    const auto first = [](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      return Prompt(inputs.Find("a")->reply->text);
    };
    EXPECT_THAT(graph.Add({.id = "first",
                           .agent = heard.Agent("same",
                                                [](const ModelRequest& request) {
                                                  return TextOf(request.conversation.back());
                                                }),
                           .prompt = PromptTemplate(first),
                           .needs = {"a", "b"},
                           .hands_on = true}),
                IsOk());
    return MakeTeam({.name = "forked", .planner = FixedPlan(std::move(graph))});
  };
  for (const AgentPtr& team : {FanOut({member}, writer, "board"),
                               FanOut({member}, FanOut({member}, writer, "inner"), "outer"), forked()}) {
    heard.requests.clear();
    Sim sim;
    const auto reply = sim.Run(InForm(team, Verdict()), "Is it so?");
    ASSERT_THAT(reply, IsOk()) << team->card().name;
    EXPECT_EQ(DumpJson(*reply->data), R"({"accepted":true})");
    EXPECT_THAT(EventsOf<event::Repaired>(sim.events()), IsEmpty()) << team->card().name;
  }
}

TEST(Form, WhoIsAskedAgainIsAskedTheQuestionToo) {
  Heard heard;
  int asked = 0;
  // No model, and a team without one at its end: neither knows of forms.
  const AgentPtr plain =
      MakeFunctionAgent({"plain", ""}, [&](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
        Reply reply;
        reply.text = ++asked == 1 ? "I think so" : R"({"accepted":true})";
        EXPECT_THAT(TextOf(prompt), HasSubstr("Is it so?"));
        EXPECT_EQ(prompt.parts.size() > 1 && std::holds_alternative<File>(prompt.parts[1]), true);
        co_return reply;
      });
  Prompt prompt("Is it so?");
  prompt.parts.emplace_back(File{"a.txt", "text/plain", "text"});
  Sim sim;
  EXPECT_THAT(sim.Run(InForm(plain, Verdict()), prompt), IsOk());
  EXPECT_EQ(asked, 2);
  const AgentPtr member = heard.Agent("m", [](const ModelRequest&) { return std::string("opinion"); });
  EXPECT_FALSE(sim.Run(InForm(FanOut({member}, nullptr), Verdict()), prompt, {.run_id = "2"}).ok());
  ASSERT_EQ(heard.requests.size(), 2u);
  EXPECT_THAT(TextOf(heard.requests[1].conversation.back()),
              AllOf(HasSubstr("Is it so?"), HasSubstr("Your answer was:\n## m\nopinion"),
                    HasSubstr("does not have the form")));
}

// What its tools have found stays in the talk of a model that is asked again.
TEST(Form, ATalkWithToolsGoesOn) {
  const ToolPtr look = MakeDynamicTool(
      {.name = "look"},
      [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> { co_return TextOutput("seen"); });
  auto model = testing::Scripted({testing::Ask("look"), Say("I think so"), Say(R"({"accepted":true})")});
  const AgentPtr agent = MakeAgent({.name = "a", .model = model, .tools = {look}, .limits = {.repairs = 0}});
  const auto odd = [](const Json&) { return absl::OkStatus(); };
  // Asked without the form by an agent between, which drops it.
  const AgentPtr between = MakeFunctionAgent(
      {"between", ""}, [agent](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
        prompt.output = nullptr;
        co_return co_await agent->Run(std::move(prompt), ctx);
      });
  Sim sim;
  EXPECT_THAT(sim.Run(InForm(between, Verdict(), odd), "Is it so?"), IsOk());
  const std::vector<ModelRequest> requests = model->requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].conversation.size(), 5u);
  EXPECT_THAT(TextOf(requests[2].conversation.back()), Not(HasSubstr("Is it so?")));
}

// ---- places

TEST(Known, WhatTheTeamWasToldMayBeCitedByAllAndOnce) {
  Heard heard;
  const AgentPtr cites =
      heard.Agent("cites", [](const ModelRequest&) { return std::string("\"24 tonnes\" [bridge.txt:3]."); });
  Prompt prompt("How heavy?");
  prompt.known = {{"bridge.txt", 3, 3, "24 tonnes"}, {"other.txt", 1, 1, "no"}};
  Sim sim;
  const auto merged = sim.Run(FanOut({cites, cites}, cites), prompt, {.run_id = "1"});
  ASSERT_THAT(merged, IsOk());
  ASSERT_EQ(merged->evidence.size(), 1u);
  EXPECT_EQ(Place(merged->evidence[0]), "bridge.txt:3");
  // Side by side they rest on what they cite, not on all that they might have cited.
  const auto gathered = sim.Run(FanOut({cites, cites}, nullptr), prompt, {.run_id = "2"});
  ASSERT_THAT(gathered, IsOk());
  EXPECT_EQ(gathered->evidence.size(), 1u);
  const auto routed = sim.Run(MakeTeam({.name = "t", .planner = RoutePlanner({}), .members = {cites}}),
                              prompt, {.run_id = "3"});
  ASSERT_THAT(routed, IsOk());
  EXPECT_EQ(routed->evidence.size(), 1u);
}

// ---- a limiter

TEST(Queue, WaitingForAModelIsNoWork) {
  const ModelPtr model = WithRateLimit(
      Responding([](const ModelRequest&) { return After(absl::Seconds(1), Say("x")); }), {.concurrency = 1});
  const auto team = [&] {
    Roster members;
    for (int i = 0; i < 10; ++i) members.push_back(MakeAgent({.name = absl::StrCat("m", i), .model = model}));
    return FanOut(std::move(members), nullptr, "inner");
  };
  Sim sim;
  ASSERT_THAT(sim.Run(FanOut({team()}, nullptr), "?"), IsOk());
  const auto graphs = EventsOf<event::GraphEnded>(sim.events());
  ASSERT_EQ(graphs.size(), 2u);
  for (const auto& [path, graph] : graphs) {
    EXPECT_EQ(graph.wall, absl::Seconds(10)) << path;
    EXPECT_EQ(graph.queued, absl::Seconds(9)) << path;
    EXPECT_EQ(graph.critical, absl::Seconds(1)) << path;
    EXPECT_DOUBLE_EQ(graph.over_bound, 10) << path;
  }
  EXPECT_EQ(graphs[0].second.work, absl::Seconds(10));
  EXPECT_DOUBLE_EQ(graphs[0].second.parallelism, 1);
  std::vector<absl::Duration> queued;
  for (const auto& [path, task] : EventsOf<event::TaskEnded>(sim.events())) queued.push_back(task.queued);
  EXPECT_THAT(queued, Contains(absl::Seconds(9)));
  EXPECT_THAT(queued, Contains(absl::ZeroDuration()));
  EXPECT_EQ(EventsOf<event::Queued>(sim.events()).size(), 9u);
}

}  // namespace
}  // namespace ninefold
