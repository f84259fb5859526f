#include "ninefold/team.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/models.h"
#include "ninefold/testing/sim.h"
#include "offline/offline_testing.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

ToolPtr Search() { return *TextSearch({{"lease.txt", kContract}, {"bread.md", kRecipe}}); }

ToolOutput Call(const Json& arguments) {
  testing::Sim sim;
  ToolOutput output;
  const ToolPtr search = Search();
  const absl::Status ran = sim.Run([&](Context& ctx) -> Async<void> {
    absl::StatusOr<ToolOutput> called = co_await search->Call(arguments, ctx);
    if (called.ok()) output = *std::move(called);
  });
  EXPECT_TRUE(ran.ok()) << ran;
  return output;
}

TEST(TextSearch, GivesPassagesWithTheirPlaces) {
  const ToolOutput output = Call({{"query", "rye flour"}, {"document", "bread.md"}});
  ASSERT_FALSE(output.citations.empty());
  EXPECT_EQ(output.citations[0].source, "bread.md");
  EXPECT_EQ(output.citations[0].line_begin, 5);
  EXPECT_THAT(TextOf(output.parts), HasSubstr("[bread.md:5-5] Ingredients\n- 500 g rye flour"));
  EXPECT_EQ(Call({{"query", "the"}, {"limit", 1}}).citations.size(), 0u);
  EXPECT_EQ(Call({{"query", "landlord tenant"}, {"limit", 1}}).citations.size(), 1u);
}

TEST(TextSearch, NamesTheDocumentsWhenOneIsUnknown) {
  const ToolOutput output = Call({{"query", "rent"}, {"document", "leese.txt"}});
  EXPECT_TRUE(output.is_error);
  EXPECT_THAT(TextOf(output.parts), HasSubstr("lease.txt"));
}

TEST(TextSearch, RefusesDocumentsItCannotCite) {
  EXPECT_FALSE(TextSearch({{"a", "x"}, {"a", "y"}}).ok());
  EXPECT_FALSE(TextSearch({{"", "x"}}).ok());
  EXPECT_FALSE(TextSearch({{"a", "\xFF"}}).ok());
}

TEST(OfflineTeam, ThreeAgentsSearchAndOneMerges) {
  const ToolPtr search = Search();
  const auto agent = [&](const char* name, const char* instructions) {
    return MakeAgent(
        {.name = name, .instructions = instructions, .model = OfflineModel(), .tools = {search}});
  };
  const AgentPtr editor =
      MakeAgent({.name = "editor", .instructions = "Merge the answers.", .model = OfflineModel()});
  const AgentPtr team =
      FanOut({agent("a", ""), agent("b", "Find conditions."), agent("c", "Find amounts.")}, editor);
  testing::Sim sim;
  const absl::StatusOr<Reply> reply = sim.Run(team, "How high is the deposit?");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->text,
              HasSubstr("A deposit of 1,880 euros is due before the keys are handed over.\" [lease.txt:"));
  EXPECT_FALSE(reply->evidence.empty());
}

}  // namespace
}  // namespace ninefold
