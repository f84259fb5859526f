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

AgentPtr ChatTeam(GroupChatOptions options, Roster roster = {Counting("a"), Counting("b"), Counting("c")}) {
  return MakeTeam(
      {.name = "table", .planner = GroupChatPlanner(std::move(options)), .members = std::move(roster)});
}

TEST(GroupChat, GoesRoundUntilTheTurnsAreUsedUp) {
  Sim sim;
  const auto reply = sim.Run(ChatTeam({.turns = 5}), "?");
  ASSERT_THAT(reply, Says("b saw 4"));
  EXPECT_EQ(Report(reply, "stop"), "turns");
  EXPECT_EQ(reply->cost.model_calls, 5);
}

TEST(GroupChat, EndsWhenItIsOver) {
  {
    Sim sim;
    const auto reply = sim.Run(ChatTeam({.until = "saw 2"}), "?");
    EXPECT_THAT(reply, Says("c"));
    EXPECT_EQ(Report(reply, "stop"), "until");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.ended = [](const std::vector<ChatTurn>& talk) { return talk.size() == 2; };
    options.closing = Speaker("closing", [](const std::string& text) {
      return absl::StrContains(text, "## b\nb saw 1") ? std::string("All in all.") : text;
    });
    const auto reply = sim.Run(ChatTeam(options), "?");
    EXPECT_THAT(reply, Says("All in all."));
    EXPECT_EQ(Report(reply, "stop"), "ended");
  }
}

// "We are not DONE yet" ended the talk, and a last turn "DONE" was its answer.
TEST(GroupChat, TheWordsThatEndItStandAloneAndAreNoAnswer) {
  const struct {
    std::vector<std::string> turns;
    std::string says, stop;
  } cases[] = {
      {{"24 tonnes", "DONE"}, "24 tonnes", "until"},
      {{"24 tonnes", "**DONE**"}, "24 tonnes", "until"},
      {{"It is 24 tonnes.\n\nDONE", "-"}, "It is 24 tonnes.", "until"},
      {{"It is 24 tonnes. DONE.", "-"}, "It is 24 tonnes.", "until"},
      {{"It is so:\nDONE\n24 tonnes", "-"}, "It is so:\n24 tonnes", "until"},
      {{"We are not DONE yet: the weight is missing", "24"}, "24", "turns"},
      {{"It is UNDONE", "24"}, "24", "turns"},
      {{"DONE", "-"}, "DONE", "until"},
      {{"fail: x", "DONE"}, "DONE", "until"},
  };
  for (const auto& c : cases) {
    Sim sim;
    const auto reply = sim.Run(
        ChatTeam({.until = "DONE", .turns = 2}, {Liner("a", {c.turns[0]}), Liner("b", {c.turns[1]})}), "?");
    EXPECT_THAT(reply, Says(c.says)) << c.turns[0];
    EXPECT_EQ(Report(reply, "stop"), c.stop) << c.turns[0];
  }
}

TEST(GroupChat, WhoMayFollowWhomIsSaid) {
  const auto turns = [](GroupChatOptions options) {
    Sim sim;
    const auto reply = sim.Run(ChatTeam(std::move(options)), "?");
    EXPECT_THAT(reply, IsOk());
    std::string who;
    if (reply.ok()) {
      for (const Json& turn : (*reply->report)["turns"]) who += turn["who"].get<std::string>();
      who += " " + Report(reply, "stop");
    }
    return who;
  };
  EXPECT_EQ(turns({.may = {{"a", {"c"}}, {"c", {"a", "b"}}}, .turns = 5}), "acaca turns");
  EXPECT_EQ(turns({.may = {{"b", {}}}, .turns = 5}), "ab nobody may speak");
  GroupChatOptions chaired{.moderator = Liner("chair", {Next("c"), Next("c"), Next("a"), Next("nobody")}),
                           .no_repeat = true};
  EXPECT_EQ(turns(chaired), "ca moderator") << "a name that may not be is sent back";
  GroupChatOptions own{.may = {{"a", {"b"}}}};
  own.next = [](const std::vector<ChatTurn>& talk) { return talk.empty() ? "a" : "c"; };
  Sim sim;
  EXPECT_THAT(sim.Run(ChatTeam(own), "?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("\"c\" may not speak after \"a\"; b may")));
  const struct {
    GroupChatOptions options;
    Roster roster;
    std::string why;
  } wrong[] = {
      {{.may = {{"aa", {"b"}}}}, {Counting("a"), Counting("b")}, "no agent \"aa\"; did you mean \"a\"?"},
      {{.may = {{"a", {"x"}}}}, {Counting("a"), Counting("b")}, "may: there is no agent \"x\""},
      {{.no_repeat = true}, {Counting("a")}, "nobody could answer a single agent"},
      {{}, {Counting("a"), Counting("nobody")}, "an agent is called \"nobody\""},
  };
  for (const auto& c : wrong) {
    Sim refused;
    EXPECT_THAT(refused.Run(ChatTeam(c.options, c.roster), "?"),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.why)));
  }
}

TEST(GroupChat, AModeratorOrAFunctionChooses) {
  {
    Sim sim;
    const auto reply =
        sim.Run(ChatTeam({.moderator = Liner("chair", {Next("c"), Next("a"), Next("nobody")})}), "?");
    EXPECT_THAT(reply, Says("a saw 1"));
    EXPECT_EQ(Report(reply, "stop"), "moderator");
    EXPECT_EQ(Report(reply, "why"), "It knows.");
    EXPECT_EQ(Report(reply, "turns"), R"([{"who":"c","why":"It knows."},{"who":"a","why":"It knows."}])");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.next = [](const std::vector<ChatTurn>& talk) { return talk.size() < 2 ? "b" : ""; };
    const auto reply = sim.Run(ChatTeam(options), "?");
    EXPECT_THAT(reply, Says("b saw 1"));
    EXPECT_EQ(Report(reply, "stop"), "ended");
  }
  {
    Sim sim;
    GroupChatOptions options;
    options.next = [](const std::vector<ChatTurn>&) { return "bb"; };
    EXPECT_THAT(sim.Run(ChatTeam(options), "?"),
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
    EXPECT_THAT(sim.Run(ChatTeam({.turns = 2}, {Liner("a", {"fail: hoarse"}), listener}), "?"),
                Says("I go on."));
    EXPECT_THAT(heard, AllOf(HasSubstr("## a\n(said nothing: "), HasSubstr("hoarse")));
  }
  {
    // The moderator goes: the talk ends with what was said.
    for (const bool closed : {false, true}) {
      GroupChatOptions options{.moderator = Liner("chair", {Next("a"), "fail: gone"})};
      if (closed) options.closing = Liner("closing", {"All in all."});
      Sim sim;
      const auto reply = sim.Run(ChatTeam(options), "?");
      EXPECT_THAT(reply,
                  Says(::testing::StartsWith(closed ? "All in all.\n\nNot talked out: the moderator failed"
                                                    : "a saw 0\n\nNot talked out: the moderator failed")));
      EXPECT_EQ(WarningsOf(sim).size(), 1u);
      EXPECT_THAT(Report(reply, "stop"), AllOf(HasSubstr("the moderator failed: "), HasSubstr("gone")));
    }
  }
  {
    // So does who closes it: the last turn is the answer, and the report says why.
    GroupChatOptions options;
    options.turns = 2;
    options.closing = Liner("closing", {"fail: no ink"});
    Sim sim;
    const auto reply = sim.Run(ChatTeam(options), "?");
    EXPECT_THAT(reply, Says(::testing::StartsWith("b saw 1\n\nNot closed: closing failed: ")));
    EXPECT_EQ(Report(reply, "stop"), "turns");
    EXPECT_THAT(Report(reply, "closing_failed"), HasSubstr("no ink"));
  }
  {
    Sim sim;
    EXPECT_THAT(sim.Run(ChatTeam({}, {Liner("a", {"fail: hoarse"}), Liner("b", {"fail: too"})}), "?"),
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
  EXPECT_THAT(sim.Run(ChatTeam({.turns = 20, .talk_tokens = 1000}, {talker}), "?"), IsOk());
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
      return ChatTeam(options,
                      {Counting("a"), Speaker("b", [](const std::string&) { return std::string("fail: x"); }),
                       Counting("c")});
    };
    ExpectResumable(team, "?");
  }
}

}  // namespace
}  // namespace ninefold
