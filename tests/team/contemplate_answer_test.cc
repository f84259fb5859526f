// How one answer is made of many: answers that are the same, judges, merges.
#include <set>

#include "absl/strings/str_replace.h"
#include "ninefold/context.h"
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Responding;
using testing::Say;
using testing::Sim;

// --- The same, written differently -------------------------------------------------------------------------

// Red is fruit, green is fruit; the comparisons end in an order of their own.
TEST(ContemplateSame, TheOrderInWhichComparisonsEndMakesNoDifference) {
  std::set<std::string> results;
  for (const int red_takes : {1, 9}) {
    const AgentPtr same = Saying("same", [red_takes](const ModelRequest& request) {
      const bool of_fruit = absl::StrContains(Asked(request), "fruit");
      const bool of_red = absl::StrContains(Asked(request), "red");
      return After(absl::Seconds(of_red ? red_takes : 5), Say(of_fruit ? "answer: yes" : "answer: no"));
    });
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(
        Contemplate(
            {.solver = SolverOf(
                 {{1, "red pear"}, {1, "green pear"}, {1, "green pear"}, {1, "red pear"}, {1, "fruit"}}),
             .width = 5,
             .stops = kNever,
             .same = same}),
        "?");
    const Contemplation report = ReportOf(reply);
    ASSERT_EQ(report.votes.size(), 1u) << "what is the same as one is the same as all";
    EXPECT_EQ(report.votes[0].count, 5);
    results.insert(report.answer);
  }
  EXPECT_EQ(results.size(), 1u);
}

TEST(ContemplateSame, NothingIsDecidedWhileAnswersMayTurnOutToBeOne) {
  const AgentPtr same = Saying("same", [](const ModelRequest& request) {
    return Say(absl::StrContains(Asked(request), "boston") ? "answer: no" : "answer: yes");
  });
  std::vector<Turn> turns;
  for (int i = 0; i < 6; ++i) turns.push_back({1, "Boston"});
  for (int i = 0; i < 5; ++i)
    turns.push_back({2, absl::StrCat("New York, way ", std::string(1, char('p' + i)))});
  for (int i = 0; i < 3; ++i) turns.push_back({60, "New York, way p"});
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(Contemplate({.solver = SolverOf(turns),
                                                             .width = 14,
                                                             .pace = Pace::kLatency,
                                                             .stops = {.settled = 1, .quorum = 1},
                                                             .same = same}),
                                                "?"));
  EXPECT_THAT(report.answer, HasSubstr("new york"));
  EXPECT_EQ(report.votes[0].count, 8);
}

TEST(ContemplateSame, IsNotAskedWhereItChangesNothing) {
  auto same = Responding([](const ModelRequest&) { return Say("answer: no"); });
  const AgentPtr asks = MakeAgent({.name = "same", .model = same});
  const ContemplateOptions won{.solver = SolverOf({{1, "a"}, {1, "a"}, {1, "a"}, {1, "b"}, {1, "c"}}),
                               .width = 5,
                               .stops = kNever,
                               .same = asks};
  Sim sim({.shuffle = false});
  EXPECT_EQ(ReportOf(sim.Run(Contemplate(won), "?")).answer, "a");
  ContemplateOptions verified = won;
  verified.solver = SolverOf({{1, "b"}, {1, "c"}});
  verified.check = [](const Prompt&, const Reply& reply) {
    return absl::StrContains(reply.text, "answer: c");
  };
  Sim again({.shuffle = false});
  EXPECT_EQ(ReportOf(again.Run(Contemplate(verified), "?")).stop, "verified");
  EXPECT_THAT(same->requests(), IsEmpty());
}

TEST(ContemplateSame, DataCompareAsAnswersDo) {
  auto form = std::make_shared<const OutputSchema>(OutputSchema{"sum", {{"type", "object"}}});
  auto next = std::make_shared<int>(0);
  auto model = Responding([next](const ModelRequest&) {
    const char* const said[] = {R"({"answer":"0.50"})", R"({"answer":"1/2"})", R"({"answer":0.7})"};
    return Say(said[(*next)++]);
  });
  const AgentPtr solver = MakeAgent({.name = "solver", .model = model, .output = form});
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate({.solver = solver, .width = 3, .stops = kNever}), "?");
  EXPECT_EQ(ReportOf(reply).votes[0].count, 2);
  EXPECT_EQ(DumpJson(*reply->data), R"({"answer":"0.50"})");
  for (const ModelRequest& request : model->requests())
    EXPECT_THAT(Asked(request), Not(HasSubstr("answer: <answer>")));
}

// --- Judges ------------------------------------------------------------------------------------------------

TEST(ContemplateJudge, IsReadAsJudgesWrite) {
  for (const std::string says : {"answer: @ is better", "Because of this,\nanswer: @, since it shows more",
                                 "**answer: @**", "answer: Attempt @", "answer: attempt @ is right"}) {
    // The second attempt, in whichever order it stands.
    const AgentPtr judge = Saying("judge", [&says](const ModelRequest& request) {
      const bool swapped = Asked(request).find("answer: plum") < Asked(request).find("answer: pear");
      return Say(absl::StrReplaceAll(says, {{"@", swapped ? "A" : "B"}}));
    });
    Sim sim({.shuffle = false});
    const Contemplation report = ReportOf(sim.Run(Contemplate({.solver = SolverOf({{1, "pear"}, {1, "plum"}}),
                                                               .width = 2,
                                                               .stops = kNever,
                                                               .aggregate = Aggregate::kKnockout,
                                                               .judge = judge}),
                                                  "?"));
    EXPECT_EQ(report.answer, "plum") << says;
    EXPECT_THAT(report.fallbacks, IsEmpty()) << says;
  }
}

TEST(ContemplateJudge, ItsVotesAreDrawnApartAndOneIsCold) {
  for (const int votes : {1, 3}) {
    auto judge = Responding([](const ModelRequest&) { return Say("answer: A"); });
    const AgentPtr agent =
        MakeAgent({.name = "judge", .model = judge, .settings = {.temperature = 0.7, .seed = 5}});
    Sim sim({.shuffle = false});
    ReportOf(sim.Run(Contemplate({.solver = SolverOf({{1, "a"}, {1, "b"}}),
                                  .width = 2,
                                  .stops = kNever,
                                  .aggregate = Aggregate::kKnockout,
                                  .judge = agent,
                                  .judge_votes = votes}),
                     "?"));
    std::set<std::int64_t> seeds;
    for (const ModelRequest& request : judge->requests()) {
      seeds.insert(*request.settings.seed);
      EXPECT_EQ(*request.settings.temperature, votes == 1 ? 0 : 0.7);
    }
    EXPECT_EQ(seeds.size(), std::size_t(votes)) << "each vote is asked in both orders";
  }
}

TEST(ContemplateJudge, ReadsDigestsWhereSomebodyWritesThem) {
  auto judge = Responding([](const ModelRequest&) { return Say("answer: A"); });
  const AgentPtr digester =
      Saying("digester", [](const ModelRequest&) { return Say("In short: so it is."); });
  Sim sim({.shuffle = false});
  ReportOf(sim.Run(Contemplate({.solver = SolverOf({{1, std::string(600, 'x')}, {1, std::string(600, 'y')}}),
                                .width = 2,
                                .stops = kNever,
                                .digest_bytes = 200,
                                .digester = digester,
                                .aggregate = Aggregate::kKnockout,
                                .judge = MakeAgent({.name = "judge", .model = judge})}),
                   "?"));
  ASSERT_EQ(judge->requests().size(), 2u);
  for (const ModelRequest& request : judge->requests()) EXPECT_THAT(Asked(request), HasSubstr("In short"));
}

// --- Merges ------------------------------------------------------------------------------------------------

// Names in its text the attempts that its reports are from; fails where `fails` says so of what it is asked.
AgentPtr Merger(std::function<bool(const std::string& asked)> fails,
                std::vector<std::string>* asked = nullptr) {
  return Saying("judge", [=](const ModelRequest& request) {
    const std::string prompt = Asked(request);
    if (asked != nullptr) asked->push_back(prompt);
    if (fails(prompt)) return After(absl::Seconds(1), Fail(absl::UnavailableError("too long")));
    std::string text = "Merged";
    for (int i = 1; i <= 20; ++i) {
      const std::string id = absl::StrCat("solve.", i);
      for (const char* end : {",", "\n"}) {
        const bool named =
            absl::StrContains(prompt, "## " + id + end) || absl::StrContains(prompt, " " + id + end);
        if (named) absl::StrAppend(&text, " [", id, "]");
      }
    }
    return After(absl::Seconds(1), Say(text));
  });
}

ContemplateOptions Merging(int width, AgentPtr judge) {
  std::vector<Turn> turns;
  for (int i = 0; i < width; ++i) turns.push_back({1, absl::StrCat("view ", i)});
  return {.solver = SolverOf(turns),
          .width = width,
          .stops = kNever,
          .aggregate = Aggregate::kSynthesize,
          .judge = std::move(judge),
          .merge_most = 4};
}

TEST(ContemplateMerge, AttemptsKeepTheirNamesThroughTheLevels) {
  std::vector<std::string> asked;
  Sim sim({.shuffle = false});
  const auto reply =
      sim.Run(Contemplate(Merging(16, Merger([](const std::string&) { return false; }, &asked))), "?");
  const Contemplation report = ReportOf(reply);
  ASSERT_EQ(asked.size(), 5u);
  EXPECT_THAT(asked.back(), AllOf(HasSubstr("## merged from solve.1, solve.2"), Not(HasSubstr("merge.1"))));
  EXPECT_EQ(report.cited.size(), 16u);
  EXPECT_DOUBLE_EQ(report.confidence, 1);
  EXPECT_THAT(report.answer, HasSubstr("merged"));
}

TEST(ContemplateMerge, AMergeThatFailsIsTriedAgainInHalves) {
  std::vector<std::string> asked;
  const auto too_long = [](const std::string& prompt) {
    return absl::StrContains(prompt, "solve.5\n") && absl::StrContains(prompt, "solve.8\n");
  };
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(Contemplate(Merging(16, Merger(too_long, &asked))), "?"));
  EXPECT_EQ(report.cited.size(), 16u) << "nobody is left out";
  EXPECT_THAT(report.left_out, IsEmpty());
  EXPECT_EQ(report.aggregate, "synthesize");
}

TEST(ContemplateMerge, WhoIsLeftOutIsSaid) {
  const auto of_these = [](const std::string& prompt) {
    return absl::StrContains(prompt, "solve.7\n") || absl::StrContains(prompt, "solve.8\n");
  };
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(sim.Run(Contemplate(Merging(16, Merger(of_these))), "?"));
  EXPECT_EQ(report.aggregate, "synthesize");
  EXPECT_THAT(report.left_out, ElementsAre("solve.8"));
}

TEST(ContemplateMerge, WhatIsMergedStandsWhereTheLastMergeFails) {
  const auto the_last = [](const std::string& prompt) { return absl::StrContains(prompt, "merged from"); };
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(Contemplate(Merging(8, Merger(the_last))), "?");
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.aggregate, "synthesize");
  EXPECT_EQ(report.cited.size(), 8u);
  EXPECT_THAT(reply->text, AllOf(HasSubstr("Merged [solve.1]"), HasSubstr("Merged [solve.5]"),
                                 HasSubstr("Not merged: synthesize: "), HasSubstr("too long")));
}

TEST(ContemplateMerge, AJudgeThatIsDownIsNotAskedForEver) {
  std::vector<std::string> asked;
  Sim sim({.shuffle = false});
  const Contemplation report = ReportOf(
      sim.Run(Contemplate(Merging(16, Merger([](const std::string&) { return true; }, &asked))), "?"));
  EXPECT_EQ(report.aggregate, "vote");
  EXPECT_LE(asked.size(), 4u + 8u + 16u) << "two levels of merges, and one of matches";
}

TEST(ContemplateMerge, ANameThatWasNotGivenIsWarnedOf) {
  Sim sim({.shuffle = false});
  const AgentPtr judge = Saying("judge", [](const ModelRequest&) { return Say("So [solve.2, solve.99]."); });
  const Contemplation report = ReportOf(sim.Run(Contemplate(Merging(3, judge)), "?"));
  EXPECT_THAT(report.cited, ElementsAre("solve.2"));
  EXPECT_NEAR(report.confidence, 1.0 / 3, 1e-9);
  bool warned = false;
  for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events()))
    warned = warned || absl::StrContains(warning.text, "[solve.99]");
  EXPECT_TRUE(warned);
}

// --- One agent ---------------------------------------------------------------------------------------------

TEST(ContemplateSingle, TriageTellsOfTheOneAttempt) {
  const AgentPtr triage = Saying("triage", [](const ModelRequest&) { return Say("answer: one"); });
  Sim sim({.shuffle = false});
  const auto reply =
      sim.Run(Contemplate({.solver = SolverOf({{3, "a"}}), .width = 5, .triage = triage}), "?");
  const Contemplation report = ReportOf(reply);
  EXPECT_EQ(report.answer, "a");
  EXPECT_EQ(report.cast, 1);
  EXPECT_GT(report.tokens_sequential.value_or(0), 0);
  ASSERT_EQ(report.attempts.size(), 1u);
  EXPECT_DOUBLE_EQ(report.attempts[0].seconds, 3);
}

TEST(ContemplateSingle, WhatIsKnownAndTheFormReachEachSolver) {
  for (const int width : {1, 3}) {
    auto model =
        Responding([](const ModelRequest&) { return Say(R"({"answer": "\"No dogs.\" [rules.txt:3]"})"); });
    Prompt prompt("?");
    prompt.known = {{.source = "rules.txt", .line_begin = 3, .line_end = 3, .quote = "No dogs."}};
    prompt.output = std::make_shared<const OutputSchema>(OutputSchema{"sum", {{"type", "object"}}});
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(
        Contemplate(
            {.solver = MakeAgent({.name = "solver", .model = model}), .width = width, .stops = kNever}),
        prompt);
    ASSERT_THAT(reply, IsOk());
    EXPECT_TRUE(reply->data.has_value());
    EXPECT_EQ(reply->evidence.size(), 1u) << "once, however many cite it";
  }
}

// The form is of the answer: who helps is asked otherwise.
TEST(ContemplateHelpers, AreNotAskedInTheFormOfTheAnswer) {
  int solvers = 0, helpers = 0;
  const auto model = Responding([&](const ModelRequest& request) {
    const std::string asked = TextOf(request.conversation.back());
    const bool triage = absl::StrContains(asked, "answer: one"),
               checks = absl::StrContains(asked, "answer: correct");
    EXPECT_EQ(request.output == nullptr, triage || checks) << asked;
    ++(triage || checks ? helpers : solvers);
    if (triage) return Say("answer: many");
    return Say(checks ? "answer: correct" : R"({"sum": 4})");
  });
  const auto named = [&](const char* name) { return MakeAgent({.name = name, .model = model}); };
  Prompt prompt("What is 2+2?");
  prompt.output = std::make_shared<const OutputSchema>(OutputSchema{"sum", {{"type", "object"}}});
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(
      Contemplate(
          {.solver = named("solver"), .width = 3, .triage = named("triage"), .verifier = named("verifier")}),
      prompt);
  ASSERT_THAT(reply, IsOk());
  EXPECT_TRUE(reply->data.has_value());
  EXPECT_GE(solvers, 1);
  EXPECT_EQ(helpers, 2);
}

}  // namespace
}  // namespace ninefold
