#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Say;
using testing::Scripted;
using testing::Sim;

AgentPtr RoutedTeam(RouteOptions options) {
  return MakeTeam({.name = "desk",
                   .planner = RoutePlanner(std::move(options)),
                   .members = {Liner("law", {"By law."}, "Knows contracts"),
                               Liner("numbers", {"By numbers."}, "Knows prices and weights")}});
}

TEST(Route, TheReportSaysWhoWasChosenAndWhy) {
  const struct {
    std::vector<testing::ScriptStep> model;  // none: there is no model
    std::string question, fallback, by, agent, why;
  } cases[] = {
      {{Say(R"({"agent":"numbers","why":"a sum is asked"})")}, "?", "", "model", "numbers", "a sum is asked"},
      {{Say(R"({"agent":"none","why":"none knows"})")}, "?", "law", "fallback", "law", "none knows"},
      {{testing::Fail(absl::InvalidArgumentError("away"))},
       "?",
       "law",
       "fallback",
       "law",
       "the model failed: "},
      {{}, "What do the weights say?", "", "likeness", "numbers", "most words"},
      {{}, "Hm?", "numbers", "fallback", "numbers", "no description"},
      {{}, "Hm?", "", "first", "law", "no description"},
  };
  for (const auto& c : cases) {
    RouteOptions options{.fallback = c.fallback};
    if (!c.model.empty()) options.model = Scripted(c.model);
    Sim sim;
    const auto reply = sim.Run(RoutedTeam(std::move(options)), c.question);
    ASSERT_THAT(reply, Says(c.agent == "law" ? "By law." : "By numbers."));
    EXPECT_EQ(Report(reply, "agent"), c.agent);
    EXPECT_EQ(Report(reply, "by"), c.by);
    EXPECT_THAT(Report(reply, "why"), HasSubstr(c.why));
    EXPECT_EQ(Report(reply, "members"), R"(["law","numbers"])");
  }
}

TEST(Route, TheModelSeesPicturesAndKnowsOfFiles) {
  auto model = Scripted({Say(R"({"agent":"law","why":""})")});
  std::vector<Part> parts{Text{"Which is it?"}, File{"contract.txt", "text/plain", "a\nb\n"},
                          Image{"image/png", "x", "", "p.png"}};
  Prompt prompt(std::move(parts));
  prompt.history = prompt.history.With(UserMessage("Hello")).With(AssistantMessage("Hi."));
  Sim sim;
  EXPECT_THAT(sim.Run(RoutedTeam({.model = model}), prompt), Says("By law."));
  const Conversation asked = model->requests()[0].conversation;
  EXPECT_EQ(asked.messages().size(), 3u);
  EXPECT_EQ(asked.back().parts.size(), 2u);
  EXPECT_THAT(TextOf(asked.back()), HasSubstr("\nFiles: contract.txt, 2 lines; p.png, an image.\n"));
}

TEST(Route, ATeamsOwnReportIsKept) {
  const AgentPtr critic = Liner("critic", {R"({"accepted":true,"problems":[]})"});
  const AgentPtr careful = MakeTeam(
      {.name = "careful", .planner = CritiquePlanner({.author = Liner("author", {"x"}), .critic = critic})});
  Sim sim;
  const auto reply = sim.Run(MakeTeam({.name = "t", .planner = RoutePlanner({}), .members = {careful}}), "?");
  ASSERT_THAT(reply, Says("x"));
  EXPECT_THAT(Report(reply, "report"), HasSubstr(R"("stop":"accepted")"));
}

TEST(Route, NoneIsNoName) {
  RouteOptions options{.model = Scripted({})};
  Sim sim;
  EXPECT_THAT(
      sim.Run(MakeTeam({.name = "t", .planner = RoutePlanner(options), .members = {Liner("none", {})}}), "?"),
      Fails(absl::StatusCode::kInvalidArgument,
            AllOf(HasSubstr("an agent is called \"none\""), HasSubstr("rename it"))));
}

}  // namespace
}  // namespace ninefold
