#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

const char kGood[] = R"({"accepted":true,"problems":[]})";
const char kTwo[] = R"({"accepted":false,"problems":["no date","no place"]})";
const char kThree[] = R"({"accepted":false,"problems":["no date","no place","worse"]})";

AgentPtr Team(AgentPtr author, AgentPtr critic, int rounds = 3) {
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
  const auto reply = sim.Run(Team(author, Liner("critic", {kTwo, kGood})), "When and where?");
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
      sim.Run(Team(Liner("author", {"first", "second"}), Liner("critic", {kTwo, kThree}), 2), "?");
  ASSERT_THAT(reply, Says("first"));
  EXPECT_EQ(Report(reply, "stop"), "rounds");
  EXPECT_EQ(Report(reply, "best"), "1");
  EXPECT_EQ(DissentOf(reply), "critic: no date\ncritic: no place\n");
}

TEST(Critique, AFailureKeepsWhatThereIs) {
  const struct {
    std::vector<std::string> author, critic;
    std::string says, stop;
  } cases[] = {
      {{"one", "fail: no ink"}, {kTwo}, "one", "the author failed: "},
      {{"one"}, {"fail: asleep"}, "one", "the critic failed: "},
      {{"one", "two"}, {kTwo, "fail: asleep"}, "one", "the critic failed: "},
      {{"one"}, {"fine", "I think", "really"}, "one", "does not fit its schema"},
      {{"one"}, {R"({"accepted":false,"problems":[]})", kGood}, "one", "accepted"},
  };
  for (const auto& c : cases) {
    Sim sim;
    const auto reply = sim.Run(Team(Liner("author", c.author), Liner("critic", c.critic)), "?");
    EXPECT_THAT(reply, Says(c.says));
    EXPECT_THAT(Report(reply, "stop"), HasSubstr(c.stop));
  }
  Sim sim;
  EXPECT_THAT(sim.Run(Team(Liner("author", {"fail: no ink"}), Liner("critic", {})), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no ink")));
}

TEST(Critique, TheAuthorsDataIsTheReplys) {
  auto model = testing::Scripted({testing::Say(R"({"city":"Lisbon"})")});
  auto form = std::make_shared<const OutputSchema>(OutputSchema{"place", {{"type", "object"}}});
  const AgentPtr author = MakeAgent({.name = "author", .model = model, .output = form});
  Sim sim;
  const auto reply = sim.Run(Team(author, Liner("critic", {kGood})), "?");
  EXPECT_EQ(Report(reply, "stop"), "accepted");
  ASSERT_TRUE(reply->data.has_value());
  EXPECT_EQ(DumpJson(*reply->data), R"({"city":"Lisbon"})");
}

TEST(Critique, ALongDraftIsCutBeforeItIsReadAgain) {
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
      return Team(author, critic);
    };
  };
  ExpectResumable(team(false), "When and where?");
  ExpectResumable(team(true), "When and where?");
}

}  // namespace
}  // namespace ninefold
