#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

std::string State(std::string answer, std::string argument = "Because.") {
  return DumpJson(Json{{"answer", answer}, {"argument", argument}});
}
std::string Judge(std::string winner) { return DumpJson(Json{{"winner", winner}, {"why", "It holds."}}); }

AgentPtr DebateTeam(DebateOptions options) {
  return MakeTeam({.name = "court", .planner = DebatePlanner(std::move(options))});
}

DebateOptions Two(std::vector<std::string> pro, std::vector<std::string> con,
                  std::vector<std::string> judge) {
  DebateOptions options;
  options.sides = {{.agent = Liner("pro", std::move(pro)), .stance = "It is so."},
                   {.agent = Liner("con", std::move(con)), .stance = "It is not."}};
  options.judge = Liner("judge", std::move(judge));
  return options;
}

TEST(Debate, TheJudgeDecidesInBothOrdersAndTheLoserIsDissent) {
  std::vector<std::string> asked, judged;
  DebateOptions options;
  const auto side = [&](std::string answer) {
    return [&asked, answer](const std::string& text) {
      asked.push_back(text);
      return State(answer, "The reason for " + answer);
    };
  };
  options.sides = {{.agent = Speaker("pro", side("yes")), .stance = "It is so."},
                   {.agent = Speaker("con", side("no")), .stance = "It is not."}};
  options.judge = Speaker("judge", [&](const std::string& text) {
    judged.push_back(text);
    return Judge(absl::StrContains(text, "## A\nAnswer: no") ? "A" : "B");
  });
  Sim sim;
  const auto reply = sim.Run(DebateTeam(options), "Is it so?");
  ASSERT_THAT(reply, Says("no\n\nThe reason for no"));
  EXPECT_EQ(Report(reply, "winner"), "con");
  EXPECT_EQ(Report(reply, "stop"), "judged");
  EXPECT_EQ(Report(reply, "judged"), "both orders");
  EXPECT_EQ(DissentOf(reply), "pro: Answer: yes\nThe reason for yes\n");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3)) << "two rounds and a judgement, each at once";
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_THAT(asked[2],
              AllOf(HasSubstr("## con"), HasSubstr("Answer: no\nThe reason for no"), HasSubstr("(you)")));
  ASSERT_EQ(judged.size(), 2u);
  for (const std::string& text : judged)
    EXPECT_THAT(text, AllOf(Not(HasSubstr("pro")), Not(HasSubstr("con\n"))));
}

TEST(Debate, EndsWhenTheyAgree) {
  Sim sim;
  const auto reply =
      sim.Run(DebateTeam(Two({State("42"), State("forty-two")}, {State("41"), State("42.0")}, {})), "?");
  ASSERT_THAT(reply, Says(HasSubstr("forty-two")));
  EXPECT_EQ(Report(reply, "stop"), "agreed");
  EXPECT_TRUE(reply->dissent.empty());
  Sim first;
  EXPECT_EQ(Report(first.Run(DebateTeam(Two({State("42")}, {State("42")}, {})), "?"), "rounds"), "1");
}

TEST(Debate, EvidenceOutranksOpinion) {
  // The judge likes what stands first: that says nothing, and the side with the more evidence has it.
  std::vector<Part> parts{Text{"When?"}, File{"log.txt", "text/plain", "It broke on Monday. It rained.\n"}};
  DebateOptions options = Two({State("Sunday"), State("Sunday")},
                              {State("Monday"), State("Monday", R"("It broke on Monday." [log.txt:1])")},
                              {Judge("A"), Judge("A")});
  Sim sim;
  const auto reply = sim.Run(DebateTeam(options), Prompt(parts));
  ASSERT_THAT(reply, Says(HasSubstr("Monday")));
  EXPECT_EQ(Report(reply, "judged"), "split");
  ASSERT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(reply->evidence[0].quote, "It broke on Monday.") << "what it quotes, not all that stands there";
  // A check in code outranks the judge.
  options = Two({State("4"), State("4")}, {State("5"), State("5")}, {});
  options.check = [](const Prompt&, const Reply& answer) {
    return absl::StatusOr<bool>(answer.text[0] == '5');
  };
  Sim code;
  const auto checked = code.Run(DebateTeam(options), "2 + 3?");
  EXPECT_THAT(checked, Says(HasSubstr("5")));
  EXPECT_EQ(Report(checked, "stop"), "checked");
  // A verifier that finds one wrong: the judge is told, and cannot make it win.
  options = Two({State("4"), State("4")}, {State("5"), State("5")}, {Judge("A"), Judge("B")});
  options.verifier = Liner(
      "verifier", {R"({"finding":"incorrect","why":"I counted"})", R"({"finding":"unknown","why":"?"})"});
  Sim verified({.shuffle = false});
  EXPECT_EQ(Report(verified.Run(DebateTeam(options), "2 + 3?"), "winner"), "con");
}

TEST(Debate, FailuresLeaveWhatThereIs) {
  {
    Sim sim;
    const auto reply = sim.Run(DebateTeam(Two({State("a")}, {"fail: mute"}, {})), "?");
    EXPECT_THAT(reply, Says(HasSubstr("a")));
    EXPECT_EQ(Report(reply, "stop"), "one side");
    EXPECT_THAT(Report(reply, "sides"), HasSubstr("mute"));
  }
  {
    Sim sim;
    const auto reply = sim.Run(
        DebateTeam(Two({State("a"), State("a")}, {State("b"), State("b")}, {"fail: away", "fail: away"})),
        "?");
    EXPECT_EQ(Report(reply, "judged"), "not");
    EXPECT_THAT(Report(reply, "judge_failed"), HasSubstr("away"));
    EXPECT_EQ(Report(reply, "winner"), "pro") << "declared first";
  }
  {
    // Who never speaks is no reason to ask a judge between answers that are the same.
    DebateOptions options = Two({State("a"), State("a")}, {State("A."), State("A.")}, {});
    options.sides.push_back({.agent = Liner("third", {"fail: mute", "fail: mute"})});
    Sim sim;
    const auto reply = sim.Run(DebateTeam(options), "?");
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(Report(reply, "stop"), "agreed");
    EXPECT_EQ(Report(reply, "rounds"), "2") << "it might have spoken in the second";
    EXPECT_EQ(reply->cost.model_calls, 6) << "three sides, two rounds, and no judge";
    EXPECT_TRUE(reply->dissent.empty());
  }
  {
    // One that has nothing to add to its answer.
    Sim sim;
    EXPECT_THAT(sim.Run(DebateTeam(Two({State("a", "")}, {State("a", "a")}, {})), "?"), Says("a"));
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(DebateTeam(Two({"fail: mute"}, {"fail: mute"}, {})), "?"),
                Fails(absl::StatusCode::kFailedPrecondition,
                      AllOf(HasSubstr("no side has made its case"), HasSubstr("mute"))));
  }
}

TEST(Debate, WhoFailsAfterItHasSpokenIsNamed) {
  DebateOptions options = Two({State("a"), State("a")}, {State("b"), "fail: mute"}, {Judge("A"), Judge("B")});
  options.rounds = 2;
  Sim sim({.shuffle = false});
  const auto reply = sim.Run(DebateTeam(options), "?");
  ASSERT_THAT(reply, IsOk());
  const Json& sides = (*reply->report)["sides"];
  EXPECT_FALSE(sides[0].contains("failed"));
  EXPECT_EQ(sides[1]["answer"], "b") << "it stands by what it said before";
  EXPECT_THAT(sides[1].value("failed", ""), HasSubstr("mute"));
}

// Checks ran after the last round alone, and an answer that code found wrong won as agreed.
TEST(Debate, WhatIsFoundWrongIsShownAndDebatedOn) {
  const auto check = [](const Prompt&, const Reply& answer) {
    return absl::StatusOr<bool>(answer.text.rfind("42", 0) == 0);
  };
  {
    std::vector<std::string> asked;
    const auto side = [&](std::string name, std::string later) {
      return Speaker(std::move(name), [&asked, later](const std::string& text) {
        asked.push_back(text);
        return State(absl::StrContains(text, "Statements so far") ? later : "41");
      });
    };
    DebateOptions options;
    options.sides = {{.agent = side("pro", "41")}, {.agent = side("con", "42")}};
    options.judge = Liner("judge", {});
    options.check = check;
    options.rounds = 4;
    Sim sim;
    const auto reply = sim.Run(DebateTeam(options), "6 * 7?");
    ASSERT_THAT(reply, Says("42\n\nBecause."));
    EXPECT_EQ(Report(reply, "stop"), "checked") << "code has the last word: no third round";
    EXPECT_EQ(Report(reply, "rounds"), "2");
    EXPECT_THAT(asked[2], HasSubstr("## con\nAnswer: 41\nBecause.\n(A check found this answer wrong)"));
  }
  {
    DebateOptions options = Two({State("41"), State("41")}, {State("41"), State("41")}, {});
    options.check = check;
    Sim sim;
    const auto reply = sim.Run(DebateTeam(options), "6 * 7?");
    ASSERT_THAT(reply, Says("41\n\nBecause.\n\nA check found this answer wrong"));
    EXPECT_EQ(Report(reply, "stop"), "agreed");
    EXPECT_EQ(Report(reply, "rounds"), "2");
    EXPECT_THAT(WarningsOf(sim), ElementsAre("debate: A check found this answer wrong"));
  }
}

TEST(Debate, TheVerifierIsAskedOnceOfEachAnswerAndItsReasonsAreRead) {
  std::vector<std::string> asked, verified;
  const auto side = [&](std::string name, std::string first, std::string later) {
    return Speaker(std::move(name), [&asked, first, later](const std::string& text) {
      asked.push_back(text);
      return State(absl::StrContains(text, "Statements so far") ? later : first);
    });
  };
  DebateOptions options;
  options.sides = {{.agent = side("pro", "Monday", "Sunday")}, {.agent = side("con", "Sunday", "Sunday")}};
  options.judge = Liner("judge", {});
  options.verifier = Speaker("verifier", [&](const std::string& text) {
    verified.push_back(text);
    return std::string(absl::StrContains(text, "Answer: Monday")
                           ? R"({"finding":"incorrect","why":"The log says Sunday."})"
                           : R"({"finding":"correct","why":"It is in the log."})");
  });
  Sim sim;
  const auto reply = sim.Run(DebateTeam(options), "When?");
  ASSERT_THAT(reply, Says(HasSubstr("Sunday")));
  EXPECT_EQ(Report(reply, "stop"), "agreed");
  EXPECT_EQ(verified.size(), 2u) << "Sunday was looked at in the first round";
  EXPECT_THAT(asked[2], AllOf(HasSubstr("(A check found this answer wrong: The log says Sunday.)"),
                              HasSubstr("(A check found this answer right: It is in the log.)")));
  EXPECT_THAT(Report(reply, "sides"), HasSubstr("It is in the log."));
}

TEST(Debate, AStatementStandsThoughItsSideFailsLater) {
  std::vector<std::string> asked;
  DebateOptions options;
  options.sides = {{.agent = Liner("pro", {State("a", "the key evidence"), "fail: busy", State("a")})},
                   {.agent = Speaker("con", [&](const std::string& text) {
                      asked.push_back(text);
                      return State("b");
                    })}};
  options.judge = Liner("judge", {Judge("A"), Judge("B")});
  options.rounds = 3;
  Sim sim({.shuffle = false});
  ASSERT_THAT(sim.Run(DebateTeam(options), "?"), IsOk());
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_THAT(asked[2], AllOf(HasSubstr("the key evidence"), HasSubstr("nothing since"),
                              Not(HasSubstr("said nothing"))));
}

TEST(Debate, WhatTheJudgeSaysIsKept) {
  const auto says = [](std::string winner, std::string why) {
    return DumpJson(Json{{"winner", winner}, {"why", why}});
  };
  const auto run = [&](std::vector<std::string> judge, Sim& sim) {
    DebateOptions options = Two({State("a")}, {State("b")}, std::move(judge));
    options.sides.push_back({.agent = Liner("third", {State("a")})});
    options.rounds = 1;
    return sim.Run(DebateTeam(options), "?");
  };
  {
    // A first, then the last: two sides that give the same answer.
    Sim sim({.shuffle = false});
    const auto reply = run({says("A", "line 3"), says("A", "line 3 again")}, sim);
    ASSERT_THAT(reply, Says("a\n\nBecause."));
    EXPECT_EQ(Report(reply, "judged"), "both orders");
    EXPECT_EQ(Report(reply, "judgements"),
              R"([{"why":"line 3","winner":"pro"},{"why":"line 3 again","winner":"third"}])");
    EXPECT_TRUE(WarningsOf(sim).empty());
  }
  {
    Sim sim({.shuffle = false});
    const auto reply = run({says("none", "neither cites"), says("none", "no quotes")}, sim);
    ASSERT_THAT(reply, Says("a\n\nBecause.\n\nThe judge found that no case holds: neither cites"));
    EXPECT_EQ(Report(reply, "judged"), "none");
    EXPECT_EQ(Report(reply, "judge_failed"), "(no report)");
    EXPECT_EQ(WarningsOf(sim).size(), 1u);
  }
  {
    Sim sim({.shuffle = false});
    const auto reply = run({says("none", "neither"), says("B", "b it is")}, sim);
    EXPECT_EQ(Report(reply, "judged"), "split");
    EXPECT_EQ(Report(reply, "winner"), "con");
  }
  {
    Sim sim({.shuffle = false});
    EXPECT_THAT(run({"fail: away", "fail: away"}, sim),
                Says(HasSubstr("\n\nNot judged: the judge failed: ")));
  }
}

TEST(Debate, SidesOfOneAgentHaveNamesOfTheirOwn) {
  const AgentPtr agent = Speaker("judge", [](const std::string& text) {
    return State(absl::StrContains(text, "Your stance: yes") ? "yes" : "no");
  });
  DebateOptions options;
  options.sides = {{.agent = agent, .stance = "yes"}, {.agent = agent, .stance = "no"}};
  options.judge = Liner("j", {Judge("A"), Judge("B")});
  options.rounds = 1;
  Sim sim({.shuffle = false});
  EXPECT_EQ(Report(sim.Run(DebateTeam(options), "?"), "winner"), "judge_2");
}

TEST(Debate, ResumesAndReplays) {
  for (const bool fails : {false, true}) {
    const auto team = [fails] {
      DebateOptions options;
      options.sides = {{.agent = Speaker("pro", [](const std::string&) { return State("yes"); })},
                       {.agent = Speaker("con",
                                         [fails](const std::string& text) {
                                           const bool later = absl::StrContains(text, "Statements so far");
                                           return fails && later ? std::string("fail: mute") : State("no");
                                         })},
                       {.agent = Speaker("third", [](const std::string&) { return State("maybe"); })}};
      options.judge = Speaker("judge", [](const std::string&) { return Judge("B"); });
      options.verifier = Speaker("verifier", [](const std::string& text) {
        const bool no = absl::StrContains(text, "Answer: no");
        return std::string(no ? "fail: blind" : R"({"finding":"unknown","why":"Who knows."})");
      });
      return DebateTeam(options);
    };
    ExpectResumable(team, "Is it so?");
  }
}

}  // namespace
}  // namespace ninefold
