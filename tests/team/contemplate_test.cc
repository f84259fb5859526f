#include "ninefold/contemplate.h"

#include "matchers.h"

namespace ninefold {
namespace {

using testing::After;
using testing::Fail;
using ::testing::HasSubstr;
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

absl::StatusOr<Reply> Vote(Sim& sim, std::vector<std::string> answers, bool stop = false) {
  const int width = int(answers.size());
  return sim.Run(
      Contemplate({.solver = Solver(std::move(answers)), .width = width, .stop_when_decided = stop}), "?");
}

TEST(Contemplate, TheMajorityWinsAndTheRestIsDissent) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"41", "42", " 42.0 ", "**42**", "7"});
  ASSERT_THAT(reply, Says(HasSubstr("42")));
  EXPECT_EQ((*reply->data)["answer"], "42");
  EXPECT_EQ((*reply->data)["votes"], (Json{{{"answer", "42"}, {"count", 3}},
                                           {{"answer", "41"}, {"count", 1}},
                                           {{"answer", "7"}, {"count", 1}}}));
  EXPECT_DOUBLE_EQ((*reply->data)["confidence"], 0.6);
  EXPECT_EQ((*reply->data)["stop"], "all answered");
  EXPECT_EQ(reply->dissent.size(), 2u);
  EXPECT_EQ(reply->cost.model_calls, 5);
}

TEST(Contemplate, StopsWhenItIsDecided) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"a", "a", "a", "b", "b"}, true);
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ((*reply->data)["answer"], "a");
  EXPECT_EQ((*reply->data)["stop"], "decided");
  EXPECT_EQ(sim.elapsed(), absl::Seconds(3)) << "the two that were still out could not overtake it";
}

TEST(Contemplate, ATieGoesToTheFirstAndSaysSo) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"b", "a", "a", "b"});
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ((*reply->data)["answer"], "b");
  EXPECT_EQ((*reply->data)["stop"], "tie");
}

TEST(Contemplate, FailuresAreAbstentions) {
  Sim sim({.shuffle = false});
  const auto reply = Vote(sim, {"", "a", ""});
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ((*reply->data)["cast"], 1);
  Sim all;
  EXPECT_THAT(Vote(all, {"", ""}),
              Fails(absl::StatusCode::kUnavailable, HasSubstr("every solver has failed")));
}

TEST(Contemplate, RefinementSeesTheOthers) {
  std::vector<std::string> prompts;
  AgentPtr solver =
      MakeAgent({.name = "solver",
                 .model = testing::Responding([&](const ModelRequest& request) {
                   prompts.push_back(TextOf(request.conversation.back()));
                   return After(absl::Seconds(1),
                                Say(absl::StrCat("answer: ", prompts.size() > 3 ? 9 : prompts.size())));
                 })});
  Sim sim;
  const auto reply = sim.Run(Contemplate({.solver = solver, .width = 3, .rounds = 1}), "How many?");
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ((*reply->data)["answer"], "9");
  EXPECT_EQ((*reply->data)["confidence"], 1.0);
  ASSERT_EQ(prompts.size(), 6u);
  EXPECT_THAT(prompts[5],
              ::testing::AllOf(HasSubstr("How many?"), HasSubstr("## yours"), HasSubstr("## solve.")));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2));
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

TEST(Contemplate, TheSameSeedGivesTheSameResult) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const auto once = [&] {
      Sim sim({.seed = seed});
      return DumpJson(*Vote(sim, {"a", "b", "b", "c", "a", "b"}, true)->data);
    };
    EXPECT_EQ(once(), once());
  }
}

}  // namespace
}  // namespace ninefold
