// When a contemplation ends, and what it does not wait for.
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::HasSubstr;
using testing::Say;
using testing::Sim;

constexpr double kHour = 3600;

TEST(ContemplateTime, OneThatIsLateInTheFirstWaveIsNotWaitedFor) {
  for (const Pace pace : {Pace::kLatency, Pace::kBalanced, Pace::kCost}) {
    SCOPED_TRACE(int(pace));
    const AgentPtr solver = SolverOf({{5, "a"}, {5, "a"}, {kHour, "a"}, {5, "a"}, {5, "a"}});
    Sim sim({.shuffle = false});
    const Contemplation report =
        ReportOf(sim.Run(Contemplate({.solver = solver, .width = 5, .pace = pace}), "?"));
    EXPECT_EQ(report.answer, "a");
    EXPECT_GE(report.cast, 3);
    EXPECT_GE(report.cancelled, 1);
    EXPECT_LE(sim.elapsed(), absl::Seconds(12)) << "late a quarter after the others, then two more";
  }
}

TEST(ContemplateTime, WhoComesLateStillVotes) {
  const AgentPtr solver = SolverOf({{4, "a"}, {4, "b"}, {8, "a"}, {4, "b"}, {4, "c"}});
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver, .width = 5, .stops = {.settled = 1}}), "?"));
  EXPECT_EQ(report.answer, "a") << "two of five each: the first of them";
  EXPECT_EQ(report.cast, 5);
}

TEST(ContemplateTime, FailuresCountAsEnded) {
  const AgentPtr solver =
      SolverOf({{1, ""}, {1, ""}, {1, ""}, {5, "a"}, {5, "b"}, {5, "c"}, {5, "d"}, {kHour, "e"}});
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver, .width = 8, .pace = Pace::kLatency}), "?"));
  EXPECT_EQ(report.stop, "quorum");
  EXPECT_EQ(report.failed, 3);
  EXPECT_EQ(sim.elapsed(), absl::Seconds(6.25));
}

TEST(ContemplateTime, FailuresDoNotHurryTheOthers) {
  const AgentPtr solver = SolverOf({{0.1, ""}, {0.1, ""}, {0.1, ""}, {5, "a"}});
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver, .width = 4, .pace = Pace::kLatency}), "?"));
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.stop, "all answered");
}

TEST(ContemplateTime, AQuorumOfAbstentionsDoesNotEndIt) {
  const AgentPtr solver = SolverOf({{2, "I don't know"}, {2, "I don't know"}, {2, "I don't know"}, {5, "a"}});
  Sim sim({.shuffle = false});
  const Contemplation report =
      ReportOf(sim.Run(Contemplate({.solver = solver, .width = 4, .pace = Pace::kLatency}), "?"));
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.abstained, 3);
}

// --- Deadlines
// -----------------------------------------------------------------------------------------------

TEST(ContemplateTime, ATriageThatTakesTooLongIsNotWaitedFor) {
  const AgentPtr triage =
      Saying("triage", [](const ModelRequest&) { return After(absl::Hours(1), Say("one")); });
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = SolverOf({{5, "a"}}), .width = 3, .triage = triage}), "?",
                             {.deadline = absl::Seconds(100)});
  EXPECT_EQ(ReportOf(reply).answer, "a");
  EXPECT_LE(sim.elapsed(), absl::Seconds(30));
}

TEST(ContemplateTime, AJudgeThatTakesTooLongLeavesTheVote) {
  for (const Aggregate aggregate : {Aggregate::kKnockout, Aggregate::kSynthesize}) {
    const AgentPtr judge =
        Saying("judge", [](const ModelRequest&) { return After(absl::Hours(1), Say("A")); });
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(Contemplate({.solver = SolverOf({{5, "a"}, {5, "b"}, {5, "b"}}),
                                            .width = 3,
                                            .stops = {.decided = false, .settled = 1, .quorum = 1},
                                            .aggregate = aggregate,
                                            .judge = judge}),
                               "?", {.deadline = absl::Seconds(100)});
    const Contemplation report = ReportOf(reply);
    EXPECT_EQ(report.answer, "b");
    EXPECT_EQ(report.aggregate, "vote");
    ASSERT_EQ(report.fallbacks.size(), 1u);
    EXPECT_THAT(report.fallbacks[0], HasSubstr("no time was left for the judge"));
    EXPECT_LT(sim.elapsed(), absl::Seconds(100));
  }
}

TEST(ContemplateTime, AVerifierThatTakesTooLongLeavesTheVote) {
  const AgentPtr verifier =
      Saying("verifier", [](const ModelRequest&) { return After(absl::Hours(1), Say("answer: correct")); });
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = SolverOf({{5, "a"}}), .width = 3, .verifier = verifier}),
                             "?", {.deadline = absl::Seconds(100)});
  EXPECT_EQ(ReportOf(reply).answer, "a");
  EXPECT_LT(sim.elapsed(), absl::Seconds(100));
}

TEST(ContemplateTime, ComparisonsThatTakeTooLongSayNothing) {
  const AgentPtr same = Saying("same", [](const ModelRequest&) { return After(absl::Hours(1), Say("yes")); });
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = SolverOf({{5, "red"}, {5, "green"}, {5, "blue"}}),
                                          .width = 3,
                                          .stops = {.decided = false, .settled = 1, .quorum = 1},
                                          .same = same}),
                             "?", {.deadline = absl::Seconds(100)});
  EXPECT_EQ(ReportOf(reply).votes.size(), 3u);
  EXPECT_LT(sim.elapsed(), absl::Seconds(100));
}

TEST(ContemplateTime, RefinementLeavesTimeForTheAnswer) {
  auto asked = std::make_shared<int>(0);
  const AgentPtr solver = Saying("solver", [asked](const ModelRequest&) {
    const int i = (*asked)++;
    return After(i < 3 ? absl::Seconds(5) : absl::Hours(1), Say(absl::StrCat("answer: ", i)));
  });
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = solver, .width = 3, .rounds = 1}), "?",
                             {.deadline = absl::Seconds(100)});
  EXPECT_EQ(ReportOf(reply).stop, "limits");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(75));
}

// --- Budgets
// -------------------------------------------------------------------------------------------------

// Each call reserves its worst case, some 4,100 tokens, and uses 12.
TEST(ContemplateTime, CallsWaitForWhatOthersHaveReserved) {
  auto turns = std::make_shared<int>(0);
  auto respond = [turns](const ModelRequest&) {
    testing::ScriptStep step = After(absl::Seconds(1), Say(absl::StrCat("answer: ", (*turns)++ % 4)));
    step.reply.usage = {.input = 10, .cached_input = {}, .output = 2, .reasoning = {}};
    return step;
  };
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = Saying("solver", respond), .width = 16, .stops = kNever}),
                             "?", {.budget = {.tokens = 20'000}});
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.cast, 16);
  EXPECT_EQ(report.stop, "all answered");
  EXPECT_EQ(report.tokens_total, 16 * 12);
  EXPECT_EQ(sim.elapsed(), absl::Seconds(4)) << "four at a time";
}

TEST(ContemplateTime, WhatIsReallyUsedUpEndsIt) {
  auto respond = [](const ModelRequest&) {
    testing::ScriptStep step = After(absl::Seconds(1), Say("answer: a"));
    step.reply.usage = {.input = 1'000, .cached_input = {}, .output = 4'000, .reasoning = {}};
    return step;
  };
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = Saying("solver", respond), .width = 16, .stops = kNever}),
                             "?", {.budget = {.tokens = 20'000}});
  EXPECT_EQ(ReportOf(reply).stop, "limits");
  EXPECT_EQ(ReportOf(reply).answer, "a");
}

}  // namespace
}  // namespace ninefold
