#include "absl/strings/match.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

std::string Next(std::string who) { return DumpJson(Json{{"agent", who}, {"why", "It knows."}}); }

// Says its name and how many turns it has seen.
AgentPtr Counting(std::string name) {
  return Speaker(name, [name](const std::string& text) {
    int seen = 0;
    for (std::size_t at = text.find("\n## "); at != text.npos; at = text.find("\n## ", at + 1)) ++seen;
    return absl::StrCat(name, " saw ", seen);
  });
}

AgentPtr Team(GroupChatOptions options, Roster roster = {Counting("a"), Counting("b"), Counting("c")}) {
  return MakeTeam(
      {.name = "table", .planner = GroupChatPlanner(std::move(options)), .members = std::move(roster)});
}

TEST(GroupChat, GoesRoundUntilTheTurnsAreUsedUp) {
  Sim sim;
  const auto reply = sim.Run(Team({.turns = 5}), "?");
  ASSERT_THAT(reply, Says("b saw 4"));
  EXPECT_EQ(Report(reply, "stop"), "turns");
  EXPECT_EQ(reply->cost.model_calls, 5);
}

TEST(GroupChat, EndsWhenItIsOver) {
  {
    Sim sim;
    const auto reply = sim.Run(Team({.until = "saw 2"}), "?");
    EXPECT_THAT(reply, Says("c saw 2"));
    EXPECT_EQ(Report(reply, "stop"), "until");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.ended = [](const std::vector<ChatTurn>& talk) { return talk.size() == 2; };
    options.closing = Speaker("closing", [](const std::string& text) {
      return absl::StrContains(text, "## b\nb saw 1") ? std::string("All in all.") : text;
    });
    const auto reply = sim.Run(Team(options), "?");
    EXPECT_THAT(reply, Says("All in all."));
    EXPECT_EQ(Report(reply, "stop"), "ended");
  }
}

TEST(GroupChat, AModeratorOrAFunctionChooses) {
  {
    Sim sim;
    const auto reply =
        sim.Run(Team({.moderator = Liner("chair", {Next("c"), Next("a"), Next("nobody")})}), "?");
    EXPECT_THAT(reply, Says("a saw 1"));
    EXPECT_EQ(Report(reply, "stop"), "moderator");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.next = [](const std::vector<ChatTurn>& talk) { return talk.size() < 2 ? "b" : ""; };
    const auto reply = sim.Run(Team(options), "?");
    EXPECT_THAT(reply, Says("b saw 1"));
    EXPECT_EQ(Report(reply, "stop"), "ended");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.next = [](const std::vector<ChatTurn>&) { return "bb"; };
    EXPECT_THAT(sim.Run(Team(options), "?"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no agent \"bb\"; did you mean \"b\"?")));
  }
}

TEST(GroupChat, FailuresAreSaidInTheTalk) {
  std::string heard;
  const auto listener = Speaker("b", [&](const std::string& text) {
    heard = text;
    return std::string("I go on.");
  });
  {
    Sim sim;
    EXPECT_THAT(sim.Run(Team({.turns = 2}, {Liner("a", {"fail: hoarse"}), listener}), "?"), Says("I go on."));
    EXPECT_THAT(heard, AllOf(HasSubstr("## a\n(said nothing: "), HasSubstr("hoarse")));
  }
  {
    // The moderator goes: the talk ends with what was said.
    for (const bool closed : {false, true}) {
      GroupChatOptions options{.moderator = Liner("chair", {Next("a"), "fail: gone"})};
      if (closed) options.closing = Liner("closing", {"All in all."});
      Sim sim;
      const auto reply = sim.Run(Team(options), "?");
      EXPECT_THAT(reply, Says(closed ? "All in all." : "a saw 0"));
      EXPECT_THAT(Report(reply, "stop"), AllOf(HasSubstr("the moderator failed: "), HasSubstr("gone")));
    }
  }
  {
    // So does who closes it: the last turn is the answer, and the report says why.
    GroupChatOptions options;
    options.turns = 2;
    options.closing = Liner("closing", {"fail: no ink"});
    Sim sim;
    const auto reply = sim.Run(Team(options), "?");
    EXPECT_THAT(reply, Says("b saw 1"));
    EXPECT_EQ(Report(reply, "stop"), "turns");
    EXPECT_THAT(Report(reply, "closing_failed"), HasSubstr("no ink"));
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(Team({}, {Liner("a", {"fail: hoarse"}), Liner("b", {"fail: too"})}), "?"),
                Fails(absl::StatusCode::kFailedPrecondition,
                      AllOf(HasSubstr("nobody has spoken"), HasSubstr("hoarse"))));
  }
}

TEST(GroupChat, TheTalkThatEachSeesIsBounded) {
  std::size_t longest = 0;
  bool told = false;
  const auto talker = Speaker("a", [&](const std::string& text) {
    longest = std::max(longest, text.size());
    told = told || absl::StrContains(text, "earlier turns left out");
    return std::string(5000, 'x');
  });
  Sim sim;
  EXPECT_THAT(sim.Run(Team({.turns = 20, .talk_tokens = 1000}, {talker}), "?"), IsOk());
  EXPECT_LT(longest, 3000u + 400);
  EXPECT_TRUE(told);
}

TEST(GroupChat, ResumesAndReplays) {
  for (const bool moderated : {false, true}) {
    const auto team = [moderated] {
      GroupChatOptions options;
      options.turns = 4;
      if (moderated) {
        options.moderator = Speaker("chair", [](const std::string& text) {
          return Next(absl::StrContains(text, "## c") ? "b" : "c");
        });
      }
      options.closing = Speaker("closing", [](const std::string& text) { return absl::StrCat(text.size()); });
      return Team(options,
                  {Counting("a"), Speaker("b", [](const std::string&) { return std::string("fail: x"); }),
                   Counting("c")});
    };
    ExpectResumable(team, "?");
  }
}

}  // namespace
}  // namespace ninefold
