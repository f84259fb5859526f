#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

const char kGood[] = R"({"accepted":true,"problems":[]})";
const char kTwo[] = R"({"accepted":false,"problems":["no date","no place"]})";
const char kThree[] = R"({"accepted":false,"problems":["no date","no place","worse"]})";

AgentPtr CritiqueTeam(AgentPtr author, AgentPtr critic, int rounds = 3) {
  CritiqueOptions options{.author = std::move(author), .critic = std::move(critic), .rounds = rounds};
  return MakeTeam({.name = "careful", .planner = CritiquePlanner(std::move(options))});
}

TEST(Critique, RevisesUntilItIsAccepted) {
  std::vector<std::string> asked;
  auto author = Speaker("author", [&](const std::string& text) {
    asked.push_back(text);
    return absl::StrCat("draft ", asked.size());
  });
  Sim sim;
  const auto reply = sim.Run(CritiqueTeam(author, Liner("critic", {kTwo, kGood})), "When and where?");
  ASSERT_THAT(reply, Says("draft 2"));
  EXPECT_EQ(Report(reply, "stop"), "accepted");
  EXPECT_EQ(Report(reply, "rounds"), "2");
  EXPECT_TRUE(reply->dissent.empty());
  EXPECT_EQ(reply->cost.model_calls, 4);
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_THAT(asked[1], AllOf(HasSubstr("When and where?"), HasSubstr("Draft: draft 1"),
                              HasSubstr("- no date\n- no place")));
}

TEST(Critique, TheBestDraftIsKeptAndWhatIsHeldAgainstItIsDissent) {
  Sim sim;
  const auto reply =
      sim.Run(CritiqueTeam(Liner("author", {"first", "second"}), Liner("critic", {kTwo, kThree}), 2), "?");
  ASSERT_THAT(reply, Says("first"));
  EXPECT_EQ(Report(reply, "stop"), "rounds");
  EXPECT_EQ(Report(reply, "best"), "1");
  EXPECT_EQ(DissentOf(reply), "critic: no date\ncritic: no place\n");
}

TEST(Critique, AFailureKeepsWhatThereIs) {
  const struct {
    std::vector<std::string> author, critic;
    std::string says, stop, told;
  } cases[] = {
      {{"one", "fail: no ink"}, {kTwo}, "one", "the author failed: ", "\n\nNot revised: the author failed: "},
      {{"one"}, {"fail: asleep"}, "one", "the critic failed: ", "\n\nNot reviewed: the critic failed: "},
      {{"one", "two"},
       {kTwo, "fail: asleep"},
       "one",
       "the critic failed: ",
       "\n\nNot revised: the critic failed: "},
      {{"one"}, {"fine", "I think", "really"}, "one", "does not fit its schema", "\n\nNot reviewed: "},
      {{"one"}, {R"({"accepted":false,"problems":[]})", kGood}, "one", "accepted", ""},
  };
  for (const auto& c : cases) {
    Sim sim;
    const auto reply = sim.Run(CritiqueTeam(Liner("author", c.author), Liner("critic", c.critic)), "?");
    EXPECT_THAT(reply, Says(::testing::StartsWith(c.says + c.told)));
    EXPECT_THAT(Report(reply, "stop"), HasSubstr(c.stop));
    EXPECT_EQ(WarningsOf(sim).size(), c.told.empty() ? 0u : 1u) << "whoever watches the run sees it";
  }
  Sim sim;
  EXPECT_THAT(sim.Run(CritiqueTeam(Liner("author", {"fail: no ink"}), Liner("critic", {})), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no ink")));
}

TEST(Critique, TheAuthorsDataIsTheReplys) {
  auto model = testing::Scripted({testing::Say(R"({"city":"Lisbon"})")});
  auto form = std::make_shared<const OutputSchema>(OutputSchema{"place", {{"type", "object"}}});
  const AgentPtr author = MakeAgent({.name = "author", .model = model, .output = form});
  Sim sim;
  const auto reply = sim.Run(CritiqueTeam(author, Liner("critic", {kGood})), "?");
  EXPECT_EQ(Report(reply, "stop"), "accepted");
  ASSERT_TRUE(reply->data.has_value());
  EXPECT_EQ(DumpJson(*reply->data), R"({"city":"Lisbon"})");
}

// The author was asked the very same again, and at temperature 0 answered the same.
TEST(Critique, AWorseRevisionIsShownWithWhatIsHeldAgainstIt) {
  std::vector<std::string> asked;
  auto author = Speaker("author", [&](const std::string& text) {
    asked.push_back(text);
    return absl::StrCat("draft ", asked.size());
  });
  const char* const other = R"({"accepted":false,"problems":["too long","a new mistake","worse"]})";
  Sim sim;
  const auto reply = sim.Run(CritiqueTeam(author, Liner("critic", {kTwo, kThree, other, kGood}), 4), "?");
  ASSERT_THAT(reply, Says("draft 4"));
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_THAT(asked[1], Not(HasSubstr("revision")));
  EXPECT_THAT(asked[2], AllOf(HasSubstr("Draft: draft 1\n"), HasSubstr("- no date\n- no place\n"),
                              HasSubstr("no better"), HasSubstr("draft 2"), HasSubstr("- worse")));
  EXPECT_THAT(asked[3], AllOf(HasSubstr("Draft: draft 1\n"), HasSubstr("draft 3"),
                              HasSubstr("- a new mistake"), Not(HasSubstr("draft 2"))))
      << "the latest that was no better";
}

TEST(Critique, AnAuthorThatRepeatsItselfIsNotAskedAgain) {
  Sim sim;
  const auto reply =
      sim.Run(CritiqueTeam(Liner("author", {"same", "same"}), Liner("critic", {kTwo, kTwo}), 5), "?");
  ASSERT_THAT(reply, Says("same"));
  EXPECT_EQ(Report(reply, "stop"), "no better: the author gave the same draft again");
  EXPECT_EQ(reply->cost.model_calls, 4);
}

TEST(Critique, ACheckInCodeComesBeforeTheCritic) {
  std::vector<std::string> asked;
  const auto author = [&] {
    return Speaker("author", [&](const std::string& text) {
      asked.push_back(text);
      return std::string(absl::StrContains(text, "line 3: no semicolon") ? "a;" : "a");
    });
  };
  const DraftCheckFn compiles = [](const Prompt& question, const Reply& draft) {
    EXPECT_EQ(TextOf(question), "Write it.");
    std::vector<std::string> problems;
    if (!absl::StrContains(draft.text, ";")) problems.push_back("line 3: no semicolon");
    return absl::StatusOr<std::vector<std::string>>(problems);
  };
  const auto team = [&](AgentPtr critic, DraftCheckFn check) {
    CritiqueOptions options{.author = author(), .critic = std::move(critic)};
    options.check = std::move(check);
    return MakeTeam({.name = "careful", .planner = CritiquePlanner(std::move(options))});
  };
  {
    Sim sim;
    const auto reply = sim.Run(team(Liner("critic", {kGood}), compiles), "Write it.");
    ASSERT_THAT(reply, Says("a;"));
    EXPECT_EQ(Report(reply, "stop"), "accepted");
    EXPECT_EQ(reply->cost.model_calls, 3) << "what a check finds wrong no critic needs to read";
  }
  {
    Sim sim;  // the code alone
    const auto reply = sim.Run(team(nullptr, compiles), "Write it.");
    ASSERT_THAT(reply, Says("a;"));
    EXPECT_EQ(Report(reply, "stop"), "accepted");
  }
  const DraftCheckFn cannot = [](const Prompt&, const Reply&) {
    return absl::StatusOr<std::vector<std::string>>(absl::UnavailableError("no compiler"));
  };
  {
    Sim sim;  // an error is no verdict
    EXPECT_THAT(sim.Run(team(Liner("critic", {kGood}), cannot), "Write it."), Says("a"));
  }
  {
    Sim sim;
    const auto reply = sim.Run(team(nullptr, cannot), "Write it.");
    ASSERT_THAT(reply,
                Says(AllOf(HasSubstr("a\n\nNot reviewed: the check failed: "), HasSubstr("no compiler"))));
    EXPECT_THAT(Report(reply, "stop"), HasSubstr("the check failed: "));
  }
  ExpectResumable(
      [&] {
        return team(Speaker("critic", [](const std::string&) { return std::string(kGood); }), compiles);
      },
      "Write it.");
}

TEST(Critique, TheTalkBeforeGoesAlong) {
  std::vector<std::size_t> messages;
  const auto counting = [&](std::string name, std::vector<std::string> lines) {
    auto at = std::make_shared<std::size_t>(0);
    auto model = testing::Responding([&messages, at, lines](const ModelRequest& request) {
      messages.push_back(request.conversation.messages().size());
      return testing::Say(lines[(*at)++]);
    });
    return MakeAgent({.name = std::move(name), .model = model});
  };
  Prompt prompt("And how many live there?");
  prompt.history =
      prompt.history.With(UserMessage("The capital of France?")).With(AssistantMessage("Paris."));
  Sim sim;
  EXPECT_THAT(
      sim.Run(CritiqueTeam(counting("author", {"one", "two"}), counting("critic", {kTwo, kGood})), prompt),
      Says("two"));
  EXPECT_THAT(messages, ::testing::ElementsAre(3, 3, 3, 3));
}

TEST(Critique, ALongDraftIsCutForTheCriticAlone) {
  std::string longest, text;
  for (int i = 0; i < 400; ++i) absl::StrAppend(&text, "Sentence number ", i, " is here. ");
  auto author = Speaker("author", [&](const std::string&) { return text; });
  auto critic = Speaker("critic", [&](const std::string& asked) {
    longest = asked;
    return std::string(kGood);
  });
  CritiqueOptions options{.author = author, .critic = critic, .draft_tokens = 500};
  Sim sim;
  EXPECT_THAT(sim.Run(MakeTeam({.name = "t", .planner = CritiquePlanner(options)}), "?"), Says(text));
  EXPECT_LT(longest.size(), 2200u);
  EXPECT_THAT(longest, AllOf(HasSubstr("Sentence number 0 is here."), HasSubstr("tokens left out …]"),
                             HasSubstr("Sentence number 399 is here.")));
  // Its author would lose what was cut by writing "the whole answer again".
  std::string revised;
  options.author = Speaker("author", [&](const std::string& asked) {
    revised = asked;
    return text;
  });
  options.critic = Liner("critic", {kTwo, kGood});
  Sim again;
  EXPECT_THAT(again.Run(MakeTeam({.name = "t", .planner = CritiquePlanner(options)}), "?"), IsOk());
  EXPECT_THAT(revised, AllOf(HasSubstr(text), Not(HasSubstr("left out"))));
  EXPECT_THAT(WarningsOf(again), ElementsAre(HasSubstr("critic sees only a part of draft 1, which"),
                                             HasSubstr("part of draft 2")));
}

TEST(Critique, WhatIsHeldAgainstADraftIsCutToo) {
  std::size_t longest = 0;
  auto author = Speaker("author", [&](const std::string& asked) {
    longest = std::max(longest, asked.size());
    return std::string("draft");
  });
  auto critic = Speaker("critic", [&](const std::string&) {
    return DumpJson(Json{{"accepted", false}, {"problems", {std::string(100'000, 'x')}}});
  });
  CritiqueOptions options{.author = author, .critic = critic, .rounds = 2, .draft_tokens = 500};
  Sim sim;
  const auto reply = sim.Run(MakeTeam({.name = "t", .planner = CritiquePlanner(options)}), "?");
  ASSERT_THAT(reply, Says("draft"));
  EXPECT_LT(longest, 2200u);
  EXPECT_EQ(reply->dissent[0].text.size(), 100'000u) << "it is whole where it is told";
}

TEST(Critique, ResumesAndReplays) {
  const auto team = [](bool fails) {
    return [fails] {
      auto author = Speaker("author", [](const std::string& asked) {
        return absl::StrContains(asked, "no place") ? "There, today." : "Today.";
      });
      auto critic = Speaker("critic", [fails](const std::string& asked) {
        if (absl::StrContains(asked, "There, today.")) return std::string(fails ? "fail: asleep" : kGood);
        return std::string(kTwo);
      });
      return CritiqueTeam(author, critic);
    };
  };
  ExpectResumable(team(false), "When and where?");
  ExpectResumable(team(true), "When and where?");
}

}  // namespace
}  // namespace ninefold
