// The budget of an experiment, shared out.
#include "experiment/purse.h"

#include "gtest/gtest.h"

namespace ninefold::experiment {
namespace {

Cost Usd(double usd) {
  Cost cost;
  cost.usd = usd;
  return cost;
}

TEST(Purse, TheFirstOfAVariantGetsAll) {
  Purse purse({.usd = 10.0});
  BudgetLimits first, second;
  ASSERT_EQ(purse.Take("a", 0, first), Purse::kTaken);
  EXPECT_DOUBLE_EQ(*first.usd, 10);
  EXPECT_EQ(purse.Take("a", 1, second), Purse::kWait) << "nothing is left while it runs";
  purse.Give("a", first, Usd(1));
  ASSERT_EQ(purse.Take("a", 0, first), Purse::kTaken);
  ASSERT_EQ(purse.Take("a", 1, second), Purse::kTaken);
  EXPECT_DOUBLE_EQ(*first.usd, 3) << "three times what one has cost";
  EXPECT_EQ(purse.Words(), "1 of 10 USD");
}

TEST(Purse, EndsWhenATrialCannotBePaid) {
  Purse purse({.usd = 10.0});
  BudgetLimits share;
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  purse.Give("a", share, Usd(6));
  EXPECT_EQ(purse.Take("a", 0, share), Purse::kEmpty) << "4 are left, one costs 6";
  EXPECT_EQ(purse.Take("b", 0, share), Purse::kTaken) << "another variant may cost less";
  EXPECT_DOUBLE_EQ(*share.usd, 4);
}

TEST(Purse, CountsWhatWasSpentBefore) {
  Purse purse({.usd = 10.0});
  purse.Spend("b", Usd(7));
  BudgetLimits share;
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  EXPECT_DOUBLE_EQ(*share.usd, 3);
  purse.Give("a", share, Usd(3));
  EXPECT_EQ(purse.Take("a", 0, share), Purse::kEmpty);
  EXPECT_EQ(purse.WhyEmpty("a"), "the experiment's budget is used up: 10 of 10 USD");
}

TEST(Purse, KnowsWhatATrialCostBefore) {
  Purse purse({.usd = 10.0});
  purse.Spend("a", Usd(6));
  BudgetLimits share;
  EXPECT_EQ(purse.Take("a", 0, share), Purse::kEmpty);
  EXPECT_EQ(
      purse.WhyEmpty("a"),
      "the next trial of \"a\" may need 6 USD, and 4 are left (6 of 10 USD are spent); raise the budget");
}

TEST(Purse, SaysWhatTheNextTrialNeeds) {
  Purse purse({.tokens = 5000});
  BudgetLimits share;
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  Cost cost;
  cost.tokens.input = 900;
  purse.Give("b", share, cost);
  purse.Enlarge("a", {.tokens = 4800});
  EXPECT_EQ(purse.Take("a", 0, share), Purse::kEmpty);
  EXPECT_EQ(
      purse.WhyEmpty("a"),
      "the next trial of \"a\" may need 4805 tokens, and 4100 are left (900 of 5000 tokens are spent); raise "
      "the budget");
}

TEST(Purse, AShareThatWasTooSmallGrowsOrEndsIt) {
  Purse purse({.usd = 10.0});
  BudgetLimits share;
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  purse.Give("a", share, Usd(1));
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  purse.Give("a", share, Usd(0));
  purse.Enlarge("a", share);
  ASSERT_EQ(purse.Take("a", 0, share), Purse::kTaken);
  EXPECT_NEAR(*share.usd, 9, 0.01);
  purse.Give("a", share, Usd(0));
  purse.Enlarge("a", share);
  EXPECT_EQ(purse.Take("a", 0, share), Purse::kEmpty) << "all of it was too little";
}

TEST(Purse, WithoutALimitThereIsNoShare) {
  Purse purse({});
  BudgetLimits share, own{.usd = 1.0};
  EXPECT_EQ(purse.Take("a", 5, share), Purse::kTaken);
  EXPECT_FALSE(Purse::Narrow(share, own));
  EXPECT_DOUBLE_EQ(*own.usd, 1);
  EXPECT_TRUE(Purse::Narrow({.usd = 0.5}, own));
  EXPECT_FALSE(Purse::Narrow({.usd = 2.0}, own));
  EXPECT_DOUBLE_EQ(*own.usd, 0.5);
}

// Whatever trials cost, all that was shared and spent never goes over the whole.
TEST(Purse, StaysWithinTheWhole) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    unsigned state = seed;
    const auto draw = [&](unsigned n) {
      state = state * 1664525u + 1013904223u;
      return (state >> 16u) % n;
    };
    Purse purse({.tokens = 1000});
    std::vector<std::pair<std::string, BudgetLimits>> running;
    std::int64_t spent = 0;
    for (int step = 0; step < 200; ++step) {
      const std::string variant(1, char('a' + draw(3)));
      BudgetLimits share;
      if (draw(2) == 0 && purse.Take(variant, int(running.size()), share) == Purse::kTaken) {
        running.emplace_back(variant, share);
      } else if (!running.empty()) {
        const auto [name, of] = running.back();
        running.pop_back();
        Cost cost;
        cost.tokens.input = std::int64_t(draw(unsigned(*of.tokens) + 1));
        spent += *cost.tokens.input;
        purse.Give(name, of, cost);
      }
      std::int64_t shared = 0;
      for (const auto& [name, of] : running) shared += *of.tokens;
      ASSERT_LE(spent + shared, 1000) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ninefold::experiment
