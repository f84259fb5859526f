#include "ninefold/contemplate.h"

#include <functional>
#include <set>

#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Say;
using testing::ScriptStep;
using testing::Sim;

// Solver i takes i + 1 seconds and says answers[i].
AgentPtr Solver(std::vector<std::string> answers) {
  auto next = std::make_shared<std::size_t>(0);
  return MakeAgent(
      {.name = "solver", .model = testing::Responding([answers, next](const ModelRequest&) -> ScriptStep {
                           const std::size_t i = (*next)++ % answers.size();
                           if (answers[i].empty()) return Fail(absl::UnavailableError("no idea"));
                           return After(absl::Seconds(int(i) + 1), Say("thinking\nanswer: " + answers[i]));
                         })});
}

absl::StatusOr<Reply> Vote(Sim& sim, std::vector<std::string> answers, ContemplateStops stops = kNever) {
  const int width = int(answers.size());
  return sim.Run(Contemplate({.solver = Solver(std::move(answers)), .width = width, .stops = stops}), "?");
}

TEST(Contemplate, TheMajorityWinsAndTheRestIsDissent) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"41", "42", " 42.0 ", "**42**", "7"});
  ASSERT_THAT(reply, Says(HasSubstr("42")));
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, NormalizeAnswer("42"));
  ASSERT_EQ(report.votes.size(), 3u);
  EXPECT_EQ(report.votes[0].count, 3);
  EXPECT_THAT(report.votes[0].whose, ElementsAre("solve.2", "solve.3", "solve.4"));
  EXPECT_DOUBLE_EQ(report.confidence, 0.6);
  EXPECT_EQ(report.stop, "all answered");
  EXPECT_EQ(report.started, 5);
  EXPECT_EQ(report.latency, absl::Seconds(5));
  EXPECT_EQ(reply->dissent.size(), 2u);
  EXPECT_EQ(reply->cost.model_calls, 5);
}

TEST(Contemplate, StopsWhenItIsDecided) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"a", "a", "a", "b", "b"}, {.settled = 1, .quorum = 1});
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.stop, "decided");
  EXPECT_EQ(report.started, 3) << "half of them, and these were enough";
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3));
}

TEST(Contemplate, ATieGoesToTheFirstAndSaysSo) {
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(Vote(sim, {"b", "a", "a", "b"}));
  EXPECT_EQ(report.answer, "b");
  EXPECT_TRUE(report.tie);
}

TEST(Contemplate, FailuresAreNoVotes) {
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(Vote(sim, {"", "a", ""}));
  EXPECT_EQ(report.cast, 1);
  EXPECT_EQ(report.failed, 2);
  EXPECT_EQ(report.answer, "a");
  Sim all;
  EXPECT_THAT(Vote(all, {"", ""}),
              Fails(absl::StatusCode::kUnavailable, HasSubstr("every attempt has failed")));
}

TEST(Contemplate, OneAttemptIsTheSolverAlone) {
  Sim sim, alone;
  const AgentPtr solver = Solver({"a"});
  const auto reply = sim.Run(Contemplate({.solver = solver, .width = 1}), "?");
  const auto plain = alone.Run(solver, "?");
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(DumpJson(ToJson(*reply)), DumpJson(ToJson(*plain)));
}

TEST(Contemplate, SettlesWhenTheOddsSuffice) {
  // Four of one answer and none other: 0.96875.
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, std::vector<std::string>(16, "a"), {.decided = false, .quorum = 1});
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.stop, "settled");
  EXPECT_EQ(report.cast, 4);
  EXPECT_EQ(report.cancelled, 4) << "of the first wave of eight";
}

TEST(Contemplate, TheCheapPaceStartsOnlyWhatCouldSettleIt) {
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"a", "b", "a", "a", "a", "a", "a", "b", "b"}),
                                      .width = 16,
                                      .pace = Pace::kCost,
                                      .stops = {.decided = false, .quorum = 1}});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.stop, "settled");
  EXPECT_EQ(report.started, 7) << "four, then three more as one differs: 6 to 1";
  EXPECT_EQ(report.cancelled, 0);
}

TEST(Contemplate, TheTailIsCut) {
  auto next = std::make_shared<int>(0);
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = testing::Responding([next](const ModelRequest&) -> ScriptStep {
                                     const int i = (*next)++;
                                     return After(i < 6 ? absl::Seconds(8) : absl::Hours(1),
                                                  Say(absl::StrCat("answer: ", i)));
                                   })});
  Sim sim;
  const AgentPtr agent = Contemplate({.solver = solver, .width = 8, .pace = Pace::kLatency});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.stop, "quorum");
  EXPECT_EQ(report.cancelled, 2);
  EXPECT_EQ(report.latency, absl::Seconds(10)) << "a quarter of eight seconds more";
  EXPECT_EQ(sim.elapsed(), absl::Seconds(10)) << "nothing runs on";
}

TEST(Contemplate, LeavesTimeBeforeTheDeadline) {
  Sim sim;
  auto next = std::make_shared<int>(0);
  const AgentPtr solver = MakeAgent(
      {.name = "solver", .model = testing::Responding([next](const ModelRequest&) -> ScriptStep {
                           return After((*next)++ == 0 ? absl::Seconds(1) : absl::Hours(1), Say("answer: a"));
                         })});
  const auto reply =
      sim.Run(Contemplate({.solver = solver, .width = 4}), "?", {.deadline = absl::Minutes(2)});
  EXPECT_EQ(ReportOf(reply).stop, "limits");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(90));
}

TEST(Contemplate, AbstentionsDoNotVote) {
  const auto vote = [](Sim& sim, std::vector<std::string> answers) {
    ContemplateOptions options{.width = int(answers.size()), .stops = kNever};
    options.solver = Solver(std::move(answers));
    options.normalize = [](const Reply& reply) {
      const std::string answer = NormalizeAnswer(reply.text);
      return answer == "unknown" ? "" : answer;
    };
    return sim.Run(Contemplate(options), "?");
  };
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(vote(sim, {"unknown", "unknown", "a"}));
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.abstained, 2);
  Sim none;
  const auto reply = vote(none, {"unknown", "unknown"});
  EXPECT_THAT(reply, Says(HasSubstr("unknown"))) << "as one agent alone would say";
  EXPECT_EQ(ReportOf(reply).confidence, 0);
}

// Solver says its index; refining ones (which see attempts) say what `refined` makes of their prompt.
AgentPtr Refining(std::function<std::string(const std::string& prompt)> refined,
                  std::vector<std::string>* prompts = nullptr) {
  auto next = std::make_shared<int>(0);
  return MakeAgent({.name = "solver",
                    .model = testing::Responding([=](const ModelRequest& request) {
                      const std::string prompt = TextOf(request.conversation.back());
                      if (prompts != nullptr) prompts->push_back(prompt);
                      const bool refines = absl::StrContains(prompt, "## Attempt A");
                      return After(
                          absl::Seconds(1),
                          Say(absl::StrCat("answer: ", refines ? refined(prompt) : absl::StrCat(++*next))));
                    })});
}

TEST(Contemplate, RefinementSeesAFewOthersWithoutNames) {
  std::vector<std::string> prompts;
  const AgentPtr solver = Refining([](const std::string&) { return "9"; }, &prompts);
  Sim sim;
  const auto reply = sim.Run(
      Contemplate({.solver = solver, .width = 6, .stops = kNever, .rounds = 1, .digests = 3}), "How many?");
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, "9");
  EXPECT_EQ(report.rounds, 1);
  EXPECT_EQ(report.votes[0].count, 6);
  EXPECT_EQ(report.votes.size(), 2u) << "the best of the first round stays a candidate";
  ASSERT_EQ(prompts.size(), 12u);
  for (std::size_t i = 6; i < 12; ++i) {
    EXPECT_THAT(prompts[i], AllOf(HasSubstr("How many?"), HasSubstr("## Attempt C"),
                                  Not(HasSubstr("## Attempt D")), Not(HasSubstr("solve."))));
  }
  EXPECT_NE(prompts[6], prompts[7]) << "each sees its own";
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2));
}

TEST(Contemplate, WhatIsSettledIsNotRefined) {
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"a", "a", "a", "a", "a"}), .width = 5, .rounds = 2});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.stop, "settled");
  EXPECT_EQ(report.rounds, 0);
}

TEST(Contemplate, AConfidentMinorityCanOutweigh) {
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"a\nconfidence: 0.2", "a\nconfidence: 10 %",
                                                        "b\nconfidence: 0.9", "c\nconfidence: low"}),
                                      .width = 4,
                                      .stops = kNever,
                                      .aggregate = Aggregate::kWeightedVote});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.answer, "b");
  EXPECT_NEAR(report.confidence, 0.9 / 1.5, 1e-9);
}

TEST(Contemplate, WhatACheckFindsRightWins) {
  Sim sim({.shuffle = false});
  ContemplateOptions options{.solver = Solver({"a", "a", "b", "a", "a"}), .width = 5, .stops = kNever};
  options.check = [](const Prompt&, const Reply& reply) {
    return absl::StrContains(reply.text, "answer: b");
  };
  const Contemplation report = ReportOf(sim.Run(Contemplate(options), "?"));
  EXPECT_EQ(report.answer, "b");
  EXPECT_EQ(report.stop, "verified");
  EXPECT_TRUE(report.votes[0].verified);
  EXPECT_LE(sim.elapsed(), absl::Seconds(3));
}

TEST(Contemplate, AVerifierIsAskedOnceForEachAnswer) {
  auto verifier = testing::Responding([](const ModelRequest& request) {
    const bool right = absl::StrContains(TextOf(request.conversation.back()), "answer: b");
    return Say(right ? "answer: correct" : "I tried.\nanswer: incorrect");
  });
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"a", "a", "a", "b"}),
                                      .width = 4,
                                      .verifier = MakeAgent({.name = "verifier", .model = verifier})});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.answer, "b") << "three that were found wrong neither settle nor decide it";
  EXPECT_EQ(report.stop, "verified");
  EXPECT_EQ(verifier->requests().size(), 2u);
}

TEST(Contemplate, AVerifierWithoutAVerdictHoldsNobodyUp) {
  for (const bool fails : {true, false}) {
    auto verifier = testing::Responding([fails](const ModelRequest&) {
      return fails ? Fail(absl::UnavailableError("asleep")) : Say("Hard to say.");
    });
    Sim sim({.shuffle = false});
    const AgentPtr agent = Contemplate({.solver = Solver({"a", "b", "a", "a"}),
                                        .width = 4,
                                        .stops = kNever,
                                        .verifier = MakeAgent({.name = "verifier", .model = verifier})});
    const Contemplation report = ReportOf(sim.Run(agent, "?"));
    EXPECT_EQ(report.answer, "a");
    EXPECT_EQ(report.cast, 4) << "also those that came after it was asked of their answer";
    EXPECT_EQ(verifier->requests().size(), 2u);
  }
}

// Prefers the attempt that says `best`; `biased`: the first, whatever it says.
AgentPtr Judge(std::string best, bool biased = false) {
  return MakeAgent({.name = "judge", .model = testing::Responding([=](const ModelRequest& request) {
                                       const std::string prompt = TextOf(request.conversation.back());
                                       const std::size_t at = prompt.find(best),
                                                         second = prompt.find("## Attempt B");
                                       return Say(biased || at < second ? "answer: A" : "answer: B");
                                     })});
}

TEST(Contemplate, AKnockOutFindsTheBestOfAll) {
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"red", "green", "blue", "pink", "best"}),
                                      .width = 5,
                                      .stops = kNever,
                                      .aggregate = Aggregate::kKnockout,
                                      .judge = Judge("answer: best")});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.answer, "best");
  EXPECT_EQ(report.aggregate, "knockout");
  EXPECT_FALSE(sim.events().empty());
}

TEST(Contemplate, AJudgeThatLikesTheFirstDecidesNothing) {
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"red", "green", "green", "blue"}),
                                      .width = 4,
                                      .stops = kNever,
                                      .aggregate = Aggregate::kKnockout,
                                      .judge = Judge("?", true)});
  EXPECT_EQ(ReportOf(sim.Run(agent, "?")).answer, "green") << "ties go to the larger cluster";
}

TEST(Contemplate, AJudgeThatFailsInTheEndLeavesTheFavourite) {
  auto asked = std::make_shared<int>(0);
  const AgentPtr judge =
      MakeAgent({.name = "judge", .model = testing::Responding([asked](const ModelRequest&) {
                                    return ++*asked > 4 ? Fail(absl::UnavailableError("asleep"))
                                                        : After(absl::Seconds(1), Say("answer: A"));
                                  })});
  Sim sim({.shuffle = false});
  const AgentPtr agent = Contemplate({.solver = Solver({"red", "green", "blue", "pink"}),
                                      .width = 4,
                                      .stops = kNever,
                                      .aggregate = Aggregate::kKnockout,
                                      .judge = judge});
  EXPECT_EQ(ReportOf(sim.Run(agent, "?")).answer, "red");
}

TEST(Contemplate, AJudgeSynthesizes) {
  auto judge = testing::Scripted({Say("the whole truth")});
  Sim sim;
  EXPECT_THAT(sim.Run(Contemplate({.solver = Solver({"a", "b"}),
                                   .width = 2,
                                   .aggregate = Aggregate::kSynthesize,
                                   .judge = MakeAgent({.name = "judge", .model = judge})}),
                      "?"),
              Says("the whole truth"));
  EXPECT_THAT(TextOf(judge->requests()[0].conversation.back()), HasSubstr("## solve.2"));
}

TEST(Contemplate, ManyReportsAreMergedInLevels) {
  auto judge =
      testing::Responding([](const ModelRequest&) { return After(absl::Seconds(1), Say("merged")); });
  Sim sim;
  const auto reply = sim.Run(Contemplate({.solver = Solver(std::vector<std::string>(20, "a")),
                                          .width = 20,
                                          .aggregate = Aggregate::kSynthesize,
                                          .judge = MakeAgent({.name = "judge", .model = judge}),
                                          .merge_most = 4}),
                             "?");
  EXPECT_THAT(reply, Says("merged"));
  EXPECT_EQ(judge->requests().size(), 5u + 2u + 1u);
  EXPECT_EQ(ReportOf(reply).aggregate, "synthesize");
}

TEST(Contemplate, EachAggregateFallsBackToTheNext) {
  for (const Aggregate aggregate : {Aggregate::kKnockout, Aggregate::kSynthesize}) {
    auto judge =
        testing::Responding([](const ModelRequest&) { return Fail(absl::UnavailableError("asleep")); });
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(Contemplate({.solver = Solver({"a", "b", "b"}),
                                            .width = 3,
                                            .stops = kNever,
                                            .aggregate = aggregate,
                                            .judge = MakeAgent({.name = "judge", .model = judge})}),
                               "?");
    const Contemplation report = ReportOf(reply);
    EXPECT_EQ(report.answer, "b");
    EXPECT_EQ(report.aggregate, "vote");
    ASSERT_EQ(report.fallbacks.size(), aggregate == Aggregate::kSynthesize ? 2u : 1u);
    EXPECT_THAT(report.fallbacks.back(), AllOf(HasSubstr("knockout"), HasSubstr("asleep")));
  }
}

TEST(Contemplate, AnswersThatSayTheSameVoteTogether) {
  auto same = testing::Responding([](const ModelRequest& request) {
    const std::string prompt = TextOf(request.conversation.back());
    const bool both = absl::StrContains(prompt, "big apple") && absl::StrContains(prompt, "new york");
    return Say(both ? "answer: yes" : "answer: no");
  });
  Sim sim({.shuffle = false});
  const AgentPtr agent =
      Contemplate({.solver = Solver({"Boston", "Boston", "New York", "Big Apple", "New York"}),
                   .width = 5,
                   .stops = kNever,
                   .same = MakeAgent({.name = "same", .model = same})});
  const Contemplation report = ReportOf(sim.Run(agent, "?"));
  EXPECT_EQ(report.votes[0].count, 3);
  EXPECT_EQ(report.votes.size(), 2u);
  EXPECT_EQ(same->requests().size(), 3u);
}

TEST(Contemplate, TriageMaySendItToOneAlone) {
  for (const bool easy : {true, false}) {
    auto triage = testing::Scripted({Say(easy ? "answer: one" : "answer: many")});
    Sim sim({.shuffle = false});
    const AgentPtr agent = Contemplate({.solver = Solver({"a", "a", "a"}),
                                        .width = 3,
                                        .stops = kNever,
                                        .triage = MakeAgent({.name = "triage", .model = triage})});
    const Contemplation report = ReportOf(sim.Run(agent, "?"));
    EXPECT_EQ(report.stop, easy ? "one agent" : "all answered");
    EXPECT_EQ(report.started, easy ? 1 : 3);
  }
}

TEST(Contemplate, DocumentsStandInOrdersOfTheirOwn) {
  std::set<std::string> orders;
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = testing::Responding([&](const ModelRequest& request) {
                                     std::string order;
                                     for (const Part& part : request.conversation.back().parts) {
                                       if (const File* file = std::get_if<File>(&part)) order += file->name;
                                     }
                                     orders.insert(order);
                                     return Say("answer: a");
                                   })});
  Prompt prompt("?");
  for (const char* name : {"1", "2", "3", "4", "5"})
    prompt.parts.emplace_back(File{name, "text/plain", "text"});
  Sim sim;
  ASSERT_THAT(sim.Run(Contemplate({.solver = solver, .width = 6, .stops = kNever}), prompt), IsOk());
  EXPECT_TRUE(orders.contains("12345")) << "the first attempt sees them as they are";
  EXPECT_GE(orders.size(), 4u);
  for (const std::string& order : orders) EXPECT_EQ(order.size(), 5u);
}

TEST(Contemplate, TheSameSeedGivesTheSameResult) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const auto once = [&] {
      Sim sim({.seed = seed});
      return DumpJson(*Vote(sim, {"a", "b", "b", "c", "a", "b"}, {})->report);
    };
    EXPECT_EQ(once(), once());
  }
}

TEST(Contemplate, AReplaySaysTheSameAlsoOfWhatWasCancelled) {
  const StorePtr store = MemoryStore();
  const std::vector<std::string> answers = {"a", "b", "a", "a", "a", "a", "c", "a"};
  const auto run = [&](RunMode mode) {
    Sim sim({.shuffle = false, .store = store});
    return sim.Run(Contemplate({.solver = Solver(answers), .width = 8, .pace = Pace::kLatency}), "?",
                   {.mode = mode, .run_id = "r"});
  };
  const auto first = run(RunMode::kFresh), again = run(RunMode::kReplay);
  EXPECT_GT(ReportOf(first).cancelled, 0);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(DumpJson(*first->report), DumpJson(*again->report));
  EXPECT_EQ(first->text, again->text);
}

TEST(Contemplate, AReplayAlsoAfterTriage) {
  const StorePtr store = MemoryStore();
  const auto run = [&](RunMode mode) {
    const AgentPtr triage = MakeAgent({.name = "triage", .model = testing::Scripted({Say("answer: many")})});
    Sim sim({.shuffle = false, .store = store});
    return sim.Run(Contemplate({.solver = Solver({"a", "b", "a"}), .width = 3, .triage = triage}), "?",
                   {.mode = mode, .run_id = "r"});
  };
  const auto first = run(RunMode::kFresh), again = run(RunMode::kReplay);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(DumpJson(*first->report), DumpJson(*again->report));
}

// Replayed attempts come in their own order, not in that of the first life.
TEST(Contemplate, AReplayHasTheSameFindings) {
  const StorePtr store = MemoryStore();
  const auto run = [&](RunMode mode) {
    auto next = std::make_shared<int>(0);
    const AgentPtr solver = MakeAgent(
        {.name = "solver", .model = testing::Responding([next](const ModelRequest&) {
                             const int i = (*next)++;
                             return After(absl::Seconds(9 - i),
                                          Say(absl::StrCat("way ", i, "\nanswer: ", i == 1 ? "b" : "a")));
                           })});
    const AgentPtr verifier =
        MakeAgent({.name = "verifier", .model = testing::Responding([](const ModelRequest& request) {
                                         const bool of_a = absl::StrContains(
                                             TextOf(request.conversation.back()), "answer: a");
                                         return Say(of_a ? "answer: incorrect" : "Hard to say.");
                                       })});
    Sim sim({.shuffle = false, .store = store});
    return sim.Run(Contemplate({.solver = solver,
                                .width = 4,
                                .pace = Pace::kLatency,
                                .stops = kNever,
                                .rounds = 1,
                                .verifier = verifier}),
                   "?", {.mode = mode, .run_id = "r"});
  };
  const auto first = run(RunMode::kFresh), again = run(RunMode::kReplay), resumed = run(RunMode::kResume);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->text, again->text);
  EXPECT_EQ(DumpJson(ToJson(*first)["dissent"]), DumpJson(ToJson(*again)["dissent"]));
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(first->text, resumed->text);
}

TEST(Contemplate, WrongOptionsAreNamed) {
  const AgentPtr solver = Solver({"a"});
  EXPECT_THAT(CheckContemplate({}), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no solver")));
  EXPECT_THAT(CheckContemplate({.solver = solver, .width = 1025}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("width is 1025, and must be 1 to 1024")));
  EXPECT_THAT(CheckContemplate({.solver = solver, .stops = {.quorum = 2}}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("quorum is 2")));
}

TEST(Contemplate, ModesAreWidthsAndRounds) {
  EXPECT_EQ(WithMode(Mode::kInstant, {}).width, 1);
  EXPECT_EQ(WithMode(Mode::kThinking, {}).width, 5);
  EXPECT_EQ(WithMode(Mode::kContemplating, {}).rounds, 1);
}

}  // namespace
}  // namespace ninefold
