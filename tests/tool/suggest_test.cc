#include "base/suggest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace ninefold {
namespace {

TEST(Suggest, FindsTheNearest) {
  const struct {
    std::string word;
    std::vector<std::string> candidates;
    std::string want;
  } cases[] = {
      {"cyti", {"city", "days"}, "city"},
      {"serch", {"read", "search", "list"}, "search"},
      {"City", {"days", "city"}, "city"},
      {"CITY", {"days", "city"}, "city"},
      {"agnets", {"agents", "agent"}, "agents"},
      {"mdoel", {"model", "mode"}, "model"},
      {"dayz", {"day", "days"}, "day"},
      {"zzzz", {"city", "days"}, ""},
      {"a", {"b"}, ""},
      {"", {"a"}, ""},
      {"city", {}, ""},
      {"city", {""}, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(Suggest(c.word, c.candidates), c.want) << c.word;
}

TEST(Suggest, IgnoresWhatIsTooLong) {
  const std::string huge(1'000'000, 'a');
  EXPECT_EQ(Suggest(huge, {"aaa"}), "");
  EXPECT_EQ(Suggest("aaa", {huge}), "");
  EXPECT_EQ(Suggest(std::string(64, 'a'), {std::string(63, 'a') + "b"}), std::string(63, 'a') + "b");
}

TEST(Suggest, IsAClauseForAMessage) {
  EXPECT_EQ(DidYouMean("cyti", {"city"}), "; did you mean \"city\"?");
  EXPECT_EQ(DidYouMean("q", {"city"}), "");
}

}  // namespace
}  // namespace ninefold
