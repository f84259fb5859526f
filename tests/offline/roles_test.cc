// The offline model in each role of a pattern: teams that run without a key, and say something sensible.
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/models.h"
#include "ninefold/patterns.h"
#include "ninefold/team.h"
#include "offline/offline_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Sim;

AgentPtr Offline(std::string name, std::string description = "") {
  return MakeAgent({.name = std::move(name), .description = std::move(description), .model = OfflineModel()});
}

Prompt About(std::string question) {
  std::vector<Part> parts{Text{std::move(question)}, File{"lease.txt", "text/plain", kContract}};
  return Prompt(std::move(parts));
}

absl::StatusOr<Reply> RunPlan(PlannerPtr planner, Prompt prompt, Roster members = {}) {
  Sim sim;
  return sim.Run(MakeTeam({.name = "t", .planner = std::move(planner), .members = std::move(members)}),
                 std::move(prompt));
}

constexpr char kQuestion[] = "Who is the landlord?";

TEST(OfflineRoles, ACriticAcceptsWhatQuotesAndSendsBackWhatDoesNot) {
  const auto reply =
      RunPlan(CritiquePlanner({.author = Offline("writer"), .critic = Offline("critic")}), About(kQuestion));
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["stop"], "accepted");
  EXPECT_EQ((*reply->report)["rounds"], 1);
  const AgentPtr vague =
      MakeFunctionAgent({"vague", ""}, [](Prompt, Context&) -> Async<absl::StatusOr<Reply>> {
        Reply said;
        said.text = "Somebody owns it.";
        co_return said;
      });
  const auto refused =
      RunPlan(CritiquePlanner({.author = vague, .critic = Offline("critic"), .rounds = 1}), About(kQuestion));
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ((*refused->report)["accepted"], false);
  ASSERT_EQ(refused->dissent.size(), 1u);
  EXPECT_THAT(refused->dissent[0].text, HasSubstr("nothing with a quote"));
}

TEST(OfflineRoles, WhatAnAnswerMustBeLikeIsNotAskedOfTheText) {
  const auto reply = RunPlan(CritiquePlanner({.author = Offline("writer"),
                                              .critic = Offline("critic"),
                                              .criteria = "every statement has a quote with its place"}),
                             About(kQuestion));
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["stop"], "accepted");
  EXPECT_EQ((*reply->report)["rounds"], 1);
}

TEST(OfflineRoles, SidesThatFindNothingSaySoInEachRound) {
  DebateOptions options;
  options.sides = {{.agent = Offline("pro")}, {.agent = Offline("con")}};
  options.judge = Offline("judge");
  EXPECT_THAT(RunPlan(DebatePlanner(options), About("How many zebras swim in Patagonia?")),
              Says(HasSubstr("not found in the given text")));
}

TEST(OfflineRoles, ReportsThatFoundNothingAreMergedToThat) {
  const Prompt nowhere = About("How many zebras swim in Patagonia?");
  const Roster members = {Offline("reader"), Offline("historian")};
  EXPECT_THAT(RunPlan(ModelPlanner({.model = OfflineModel()}), nowhere, members),
              Says("not found in the given text"));
  MapReduceOptions halves = {.mapper = Offline("mapper"), .reducer = Offline("reducer")};
  halves.ask = "How many zebras swim in Patagonia?", halves.over = MapOver::kLines;
  EXPECT_THAT(RunPlan(MapReducePlanner(halves), nowhere), Says("not found in the given text"));
}

TEST(OfflineRoles, LinesAfterAQuestionAreNotAsked) {
  Sim sim;
  EXPECT_THAT(sim.Run(Offline("writer"), About(std::string(kQuestion) +
                                               "\nThe text says (a.txt):\n- \"Other words.\" [a.txt:1-1]\n")),
              Says(HasSubstr("[lease.txt:")));
}

TEST(OfflineRoles, AQuestionIsNoTextThatAnswersIt) {
  EXPECT_THAT(RunPlan(GroupChatPlanner({.turns = 3}), About("How many zebras swim in Patagonia?"),
                      {Offline("a"), Offline("b")}),
              Says("not found in the given text"));
}

TEST(OfflineRoles, SidesArgueFromTheTextAndAJudgeTakesTheirQuotes) {
  DebateOptions options;
  options.sides = {{.agent = Offline("pro"), .stance = "It is one person."}, {.agent = Offline("con")}};
  options.judge = Offline("judge");
  const auto reply = RunPlan(DebatePlanner(options), About(kQuestion));
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["stop"], "agreed");
}

TEST(OfflineRoles, ALeadGivesEachABriefAndAnswersFromTheReports) {
  const auto reply = RunPlan(SupervisorPlanner({.lead = Offline("lead")}), About(kQuestion),
                             {Offline("people", "Names of persons"), Offline("money", "Rents and amounts")});
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["rounds"], 1);
  EXPECT_EQ((*reply->report)["tasks"].size(), 2u);
}

TEST(OfflineRoles, WhatADeskCannotAnswerIsHandedOn) {
  const AgentPtr lawyer = MakeAgent({.name = "lawyer",
                                     .description = "Contracts, landlords and tenants",
                                     .model = OfflineModel(),
                                     .tools = {*TextSearch({{"lease.txt", kContract}})}});
  const auto reply = RunPlan(HandOffPlanner(), kQuestion, {Offline("desk", "Greets"), lawyer});
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ((*reply->report)["agent"], "lawyer") << reply->text;
}

TEST(OfflineRoles, WhatIsDoneIsNotPlannedAgain) {
  const auto reply = RunPlan(ModelPlanner({.model = OfflineModel(), .replans = 2}), About(kQuestion),
                             {Offline("people", "Names of persons"), Offline("money", "Rents and amounts")});
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["plans"], 2) << "it was asked again, and added nothing";
  EXPECT_LE((*reply->report)["tasks"].size(), 2u);
}

TEST(OfflineRoles, AModeratorLetsEveryoneSpeakOnce) {
  const auto reply = RunPlan(GroupChatPlanner({.moderator = Offline("chair")}), About(kQuestion),
                             {Offline("a"), Offline("b")});
  ASSERT_THAT(reply, Says(HasSubstr("[lease.txt:")));
  EXPECT_EQ((*reply->report)["turns"].size(), 2u);
  EXPECT_EQ((*reply->report)["stop"], "moderator");
}

}  // namespace
}  // namespace ninefold
