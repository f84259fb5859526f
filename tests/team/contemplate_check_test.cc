// What is found of answers, by code or by a verifier, and who is told.
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Responding;
using testing::Say;
using testing::Sim;

// Finds what says "answer: WRONG" wrong, and says why.
AgentPtr Verifier(std::string wrong, std::vector<std::string>* prompts = nullptr) {
  return Saying("verifier", [=](const ModelRequest& request) {
    if (prompts != nullptr) prompts->push_back(Asked(request));
    const bool is_wrong = absl::StrContains(Asked(request), "answer: " + wrong);
    return Say(is_wrong ? "Seven times six is not that.\nanswer: incorrect" : "I cannot tell.");
  });
}

TEST(ContemplateCheck, WhatIsFoundWrongIsMarkedAndWithoutConfidence) {
  ContemplateOptions options{.solver = SolverOf({{1, "a"}}), .width = 3, .stops = kNever};
  options.check = [](const Prompt&, const Reply&) { return false; };
  Sim sim;
  const auto reply = sim.Run(Contemplate(options), "?");
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, "a") << "there is no other";
  EXPECT_TRUE(report.votes[0].refuted);
  EXPECT_EQ(report.confidence, 0);
  ASSERT_EQ(reply->dissent.size(), 1u);
  EXPECT_THAT(reply->dissent[0].text, HasSubstr("found this answer wrong"));
}

TEST(ContemplateCheck, TheVerifiersReasonIsTheDissent) {
  Sim sim;
  const auto reply = sim.Run(
      Contemplate({.solver = SolverOf({{1, "41"}}), .width = 2, .stops = kNever, .verifier = Verifier("41")}),
      "?");
  ASSERT_THAT(reply, IsOk());
  ASSERT_EQ(reply->dissent.size(), 1u);
  EXPECT_EQ(reply->dissent[0].who, "check");
  EXPECT_EQ(reply->dissent[0].text, "Seven times six is not that.");
}

TEST(ContemplateCheck, AJudgeChoosesAmongWhatIsNotRefuted) {
  for (const Aggregate aggregate : {Aggregate::kKnockout, Aggregate::kSynthesize}) {
    auto judge = Responding([](const ModelRequest& request) {
      const bool second =
          absl::StrContains(Asked(request).substr(Asked(request).find("Attempt B") + 1), "answer: a");
      return Say(second ? "answer: B" : "answer: A");
    });
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(Contemplate({.solver = SolverOf({{1, "a"}, {1, "a"}, {1, "b"}, {1, "c"}}),
                                            .width = 4,
                                            .stops = kNever,
                                            .verifier = Verifier("a"),
                                            .aggregate = aggregate,
                                            .judge = MakeAgent({.name = "judge", .model = judge})}),
                               "?");
    ASSERT_THAT(reply, IsOk());
    ASSERT_THAT(judge->requests(), Not(IsEmpty()));
    for (const ModelRequest& request : judge->requests())
      EXPECT_THAT(Asked(request), Not(HasSubstr("answer: a\n")));
    if (aggregate == Aggregate::kKnockout) {
      EXPECT_EQ(ReportOf(reply).answer, "b");
    }
  }
}

TEST(ContemplateCheck, ThoseWhoRefineAreToldWhatIsWrongAndWhy) {
  std::vector<std::string> prompts;
  auto next = std::make_shared<int>(0);
  const AgentPtr solver = Saying("solver", [&prompts, next](const ModelRequest& request) {
    const bool refines = absl::StrContains(Asked(request), "## Attempt A");
    if (refines) prompts.push_back(Asked(request));
    return Say(refines ? "answer: 42" : (*next)++ % 2 == 0 ? "answer: 41" : "answer: 40");
  });
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = solver,
                                          .width = 4,
                                          .pace = Pace::kLatency,
                                          .stops = kNever,
                                          .rounds = 1,
                                          .verifier = Verifier("41")}),
                             "?");
  EXPECT_EQ(ReportOf(reply).answer, "42");
  ASSERT_EQ(prompts.size(), 4u);
  for (const std::string& prompt : prompts) {
    EXPECT_THAT(prompt,
                HasSubstr("answer: 41\n(A check found this answer wrong:\nSeven times six is not that.)"));
    EXPECT_THAT(prompt, Not(HasSubstr("answer: 40\n(A check")));
  }
}

TEST(ContemplateCheck, CodeHasTheLastWord) {
  std::vector<std::string> prompts;
  ContemplateOptions options{.solver = SolverOf({{1, "a"}, {1, "b"}}),
                             .width = 2,
                             .stops = kNever,
                             .verifier = Verifier("b", &prompts)};
  options.check = [](const Prompt&, const Reply& reply) -> absl::StatusOr<bool> {
    if (absl::StrContains(reply.text, "answer: a")) return false;
    return absl::UnavailableError("cannot tell");
  };
  Sim sim({.shuffle = false});
  ReportOf(sim.Run(Contemplate(options), "?"));
  ASSERT_EQ(prompts.size(), 1u) << "what code has found, the verifier is not asked about";
  EXPECT_THAT(prompts[0], HasSubstr("answer: b"));
}

TEST(ContemplateCheck, AVerdictHoldsForLaterRounds) {
  std::vector<std::string> prompts;
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = SolverOf({{1, "41"}}),
                                          .width = 3,
                                          .stops = kNever,
                                          .rounds = 2,
                                          .verifier = Verifier("41", &prompts)}),
                             "?");
  EXPECT_TRUE(ReportOf(reply).votes[0].refuted);
  EXPECT_EQ(prompts.size(), 1u);
}

// The first round ends while the verifier looks at "b".
TEST(ContemplateCheck, ACheckThatWasCancelledIsMadeAgain) {
  auto asked = std::make_shared<int>(0);
  const AgentPtr verifier = Saying("verifier", [asked](const ModelRequest& request) {
    if (!absl::StrContains(Asked(request), "answer: b")) return Say("I cannot tell.");
    const bool is_first = ++*asked == 1;
    return testing::After(is_first ? absl::Hours(1) : absl::Seconds(1), Say("answer: correct"));
  });
  const AgentPtr solver =
      SolverOf({{1, "a"}, {1, "a"}, {1, "a"}, {1, "b"}, {1, "b"}, {1, "b"}, {1, "b"}, {1, "b"}});
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver,
                                    .width = 4,
                                    .pace = Pace::kLatency,
                                    .stops = {.decided = false, .settled = 1, .quorum = 0.75, .tail_cut = 1},
                                    .rounds = 1,
                                    .verifier = verifier}),
                       "?"));
  EXPECT_EQ(report.stop, "verified");
  EXPECT_EQ(report.answer, "b");
}

TEST(ContemplateCheck, TheVerifierSeesTheDocumentsAndTheTalk) {
  auto verifier = Responding([](const ModelRequest&) { return Say("answer: correct"); });
  Prompt prompt("Is it so?");
  prompt.parts.emplace_back(File{"rules.txt", "text/plain", "No dogs."});
  prompt.history = Conversation().With(UserMessage("Dogs?")).With(AssistantMessage("No."));
  Sim sim;
  ReportOf(sim.Run(Contemplate({.solver = SolverOf({{1, std::string(20'000, 'x')}}),
                                .width = 2,
                                .stops = kNever,
                                .verifier = MakeAgent({.name = "verifier", .model = verifier})}),
                   prompt));
  ASSERT_EQ(verifier->requests().size(), 1u);
  const Conversation talk = verifier->requests()[0].conversation;
  EXPECT_EQ(talk.size(), 3u);
  const auto& parts = talk.back().parts;
  EXPECT_TRUE(
      std::any_of(parts.begin(), parts.end(), [](const Part& p) { return std::holds_alternative<File>(p); }));
  EXPECT_THAT(TextOf(talk.back()), HasSubstr(std::string(20'000, 'x'))) << "the whole attempt";
}

TEST(ContemplateCheck, TheCheapPaceStartsOneWhereOneMayEndIt) {
  ContemplateOptions options{
      .solver = SolverOf({{1, "a"}, {1, "b"}, {1, "b"}}), .width = 5, .pace = Pace::kCost};
  options.check = [](const Prompt&, const Reply& reply) {
    return absl::StrContains(reply.text, "answer: b");
  };
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(Contemplate(options), "?"));
  EXPECT_EQ(report.stop, "verified");
  EXPECT_EQ(report.started, 2);
}

TEST(ContemplateCheck, ARefusalIsAnAbstention) {
  auto next = std::make_shared<int>(0);
  const AgentPtr solver = Saying("solver", [next](const ModelRequest&) {
    testing::ScriptStep step = Say((*next)++ == 1 ? "answer: a" : "I won't.");
    if (*next != 2) step.reply.stop_reason = StopReason::kRefusal;
    return step;
  });
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver, .width = 3, .stops = kNever}), "?"));
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.abstained, 2);
  EXPECT_EQ(report.failed, 0);
}

TEST(ContemplateCheck, AttemptsAreTold) {
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(
      Contemplate({.solver = SolverOf({{1, "a"}, {2, ""}, {3, "unknown"}}), .width = 3, .stops = kNever}),
      "?"));
  ASSERT_EQ(report.attempts.size(), 3u);
  EXPECT_EQ(report.attempts[0].id, "solve.1");
  EXPECT_EQ(report.attempts[0].answer, "a");
  EXPECT_EQ(report.attempts[1].outcome, "failed");
  EXPECT_EQ(report.attempts[2].outcome, "abstained");
  EXPECT_DOUBLE_EQ(report.attempts[2].seconds, 3);
}

}  // namespace
}  // namespace ninefold
