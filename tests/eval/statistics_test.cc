// Against values that were computed elsewhere, or by hand.
#include "ninefold/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/draws.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

TEST(Statistics, Wilson) {
  const struct {
    int right, n;
    double low, high;
  } rows[] = {{0, 10, 0, .2775}, {5, 10, .2366, .7634}, {10, 10, .7225, 1},
              {0, 0, 0, 1},      {1, 1, .2065, 1},      {90, 100, .8256, .9448}};
  for (const auto& row : rows) {
    const Interval found = WilsonInterval(row.right, row.n);
    EXPECT_NEAR(found.low, row.low, 0.0001) << row.right << " of " << row.n;
    EXPECT_NEAR(found.high, row.high, 0.0001) << row.right << " of " << row.n;
  }
  EXPECT_EQ(WilsonInterval(0, 7).low, 0);
  EXPECT_EQ(WilsonInterval(7, 7).high, 1);
}

TEST(Statistics, McNemar) {
  // 2 (C(n,0) + … + C(n,k)) / 2^n
  EXPECT_DOUBLE_EQ(McNemarP(0, 0), 1);
  EXPECT_DOUBLE_EQ(McNemarP(4, 4), 1);
  EXPECT_NEAR(McNemarP(0, 5), 2.0 / 32, 1e-12);
  EXPECT_NEAR(McNemarP(0, 6), 2.0 / 64, 1e-12);
  EXPECT_NEAR(McNemarP(1, 9), 2.0 * 11 / 1024, 1e-12);
  EXPECT_NEAR(McNemarP(2, 8), 2.0 * 56 / 1024, 1e-12);
  EXPECT_DOUBLE_EQ(McNemarP(3, 11), McNemarP(11, 3));
  EXPECT_LT(McNemarP(400, 600), 1e-9) << "many items do not overflow";
}

// Of one trial an item it is McNemar's; {1, .5} has the sums 1.5, .5, -.5 and -1.5.
TEST(Statistics, ChangedSigns) {
  const struct {
    std::vector<double> differences;
    double p, worse;
  } rows[] = {{{}, 1, 1},
              {{0, 0, 0}, 1, 1},
              {{1, 1, 1, 1, 1}, 2.0 / 32, 1},
              {{-1, -1, -1, -1, -1, 0, 0}, 2.0 / 32, 1.0 / 32},
              {{.5, .5, -.5}, 1, 7.0 / 8},
              {{1, .5}, 0.5, 1},
              {{-1, -.5, -.5}, 0.25, 0.125},
              {{-1.0 / 3, -2.0 / 3, 1.0 / 3}, 0.75, 3.0 / 8},
              {{0.9137, 0.771, 0.613}, 0.25, 1},
              {{-0.9137, -0.771, -0.613, 0.1}, 0.25, 2.0 / 16}};
  for (const auto& row : rows) {
    EXPECT_NEAR(SignFlipP(row.differences, 1), row.p, 1e-12) << ::testing::PrintToString(row.differences);
    EXPECT_NEAR(SignFlipWorseP(row.differences, 1), row.worse, 1e-12);
  }
  for (const auto& [a, b] : {std::pair(1, 9), std::pair(30, 12), std::pair(120, 161)}) {
    std::vector<double> differences(std::size_t(a), -1.0);
    differences.resize(std::size_t(a + b + 50), 1.0);
    std::fill(differences.end() - 50, differences.end(), 0.0);
    EXPECT_NEAR(SignFlipP(differences, 1), McNemarP(a, b), 1e-9) << a << " " << b;
  }
}

// 200 items at all thirds, of 3 seeds: drawn ways agree with counted ones; odd parts of a whole are drawn.
TEST(Statistics, ChangedSignsAreDrawnWhereTheyCannotBeCounted) {
  Draws draws(3);
  std::vector<double> thirds, odd;
  for (int i = 0; i < 200; ++i) {
    thirds.push_back((double(draws.Below(4)) - 1.5) / 3);
    thirds.back() = std::round(thirds.back() * 3) / 3;
    odd.push_back(thirds.back() + 1e-4 * draws.Even());
  }
  const double counted = SignFlipWorseP(thirds, 1), drawn = SignFlipWorseP(odd, 1);
  EXPECT_NEAR(counted, drawn, 0.01);
  EXPECT_EQ(drawn, SignFlipWorseP(odd, 1)) << "by its seed";
}

TEST(Statistics, Holm) {
  // p.adjust(c(.01, .04, .03, .005), "holm")
  const std::vector<double> found = HolmAdjusted({.01, .04, .03, .005}), expected = {.03, .06, .06, .02};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-12);
  EXPECT_EQ(HolmAdjusted({}), std::vector<double>());
  EXPECT_EQ(HolmAdjusted({0.4}), std::vector<double>({0.4}));
  EXPECT_EQ(HolmAdjusted({0.6, 0.7}), std::vector<double>({1, 1}));
}

TEST(Statistics, DifferencesOfTwoShares) {
  // Newcombe's first example: 56 of 70 and 48 of 80.
  const Interval found = DifferenceInterval(56, 70, 48, 80);
  EXPECT_NEAR(found.low, 0.0524, 0.0001);
  EXPECT_NEAR(found.high, 0.3339, 0.0001);
  const Interval all = DifferenceInterval(10, 10, 0, 10);
  EXPECT_NEAR(all.low, 0.6075, 0.0001);
  EXPECT_NEAR(all.high, 1, 1e-12);
}

// None of 24: z²/(24 + z²), about as the exact 1 - 0.025^(1/24) = 0.142.
TEST(Statistics, FewThatDifferHaveAWideInterval) {
  const auto pairs = [](int same, int lost, int won) {
    std::vector<std::pair<double, double>> all;
    for (int i = 0; i < same; ++i) all.emplace_back(1, 1);
    for (int i = 0; i < lost; ++i) all.emplace_back(1, 0);
    for (int i = 0; i < won; ++i) all.emplace_back(0, 1);
    return all;
  };
  const Interval none = PairedInterval(pairs(24, 0, 0), 1), some = PairedInterval(pairs(40, 3, 5), 1);
  EXPECT_NEAR(none.high, 3.841459 / (24 + 3.841459), 1e-6);
  EXPECT_NEAR(none.low, -none.high, 1e-12);
  const Interval won = WilsonInterval(5, 48), lost = WilsonInterval(3, 48);
  EXPECT_NEAR(some.low, 2.0 / 48 - std::hypot(5.0 / 48 - won.low, lost.high - 3.0 / 48), 1e-9);
  EXPECT_NEAR(some.high, 2.0 / 48 + std::hypot(won.high - 5.0 / 48, 3.0 / 48 - lost.low), 1e-9);
  const auto many = pairs(40, 10, 20);
  EXPECT_EQ(PairedInterval(many, 1).low, PairedBootstrap(many, 1).low);
  EXPECT_EQ(PairedInterval({}, 1).low, -1);
}

// Also where few differ: of 400 measurements with a true difference of 2 points, about 95 % hold it.
TEST(Statistics, PairedIntervalsCoverWhereFewDiffer) {
  Draws draws(19);
  int covers = 0;
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<std::pair<double, double>> pairs;
    for (int i = 0; i < 100; ++i) {
      const double at = draws.Even();
      pairs.emplace_back(at < 0.01 || at >= 0.04 ? 1 : 0, at < 0.01 ? 0 : 1);
    }
    const Interval found = PairedInterval(pairs, draws.Next());
    covers += found.low <= 0.02 && 0.02 <= found.high;
  }
  EXPECT_GE(covers, 368);
}

TEST(Statistics, TheLeastDifferenceIsWhatItemsAreNeededFor) {
  for (const double discordant : {0.02, 0.1, 0.4}) {
    const double least = LeastDifference(discordant, 500);
    EXPECT_LE(ItemsNeeded(discordant, least), 500);
    EXPECT_GT(ItemsNeeded(discordant, least * 0.98), 500);
  }
}

TEST(Statistics, QuantilesLieBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(Quantile({}, 0.5), 0);
  EXPECT_DOUBLE_EQ(Quantile({3}, 0.95), 3);
  EXPECT_DOUBLE_EQ(Quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Quantile({0, 10}, 0.95), 9.5);
  EXPECT_DOUBLE_EQ(Quantile({1, 2, 3}, 1), 3);
}

TEST(Statistics, BootstrapsFollowTheirSeed) {
  std::vector<std::pair<double, double>> pairs;
  for (int i = 0; i < 40; ++i) pairs.emplace_back(i % 3 == 0, i % 2 == 0);
  const Interval once = PairedBootstrap(pairs, 7), again = PairedBootstrap(pairs, 7),
                 other = PairedBootstrap(pairs, 8);
  EXPECT_EQ(once.low, again.low);
  EXPECT_EQ(once.high, again.high);
  EXPECT_TRUE(once.low != other.low || once.high != other.high);
  const Interval none = PairedBootstrap({}, 7), same = PairedBootstrap({{1, 1}, {0, 0}}, 7);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 0);
  EXPECT_EQ(same.low, 0);
  EXPECT_EQ(same.high, 0);
}

// 300 measurements of variants whose true difference is 0.2: about 95 % of the intervals hold it.
TEST(Statistics, BootstrapsCover) {
  Draws draws(11);
  int covers = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<std::pair<double, double>> pairs;
    for (int i = 0; i < 100; ++i) pairs.emplace_back(draws.Happens(0.5), draws.Happens(0.7));
    const Interval found = PairedBootstrap(pairs, draws.Next(), 400);
    covers += found.low <= 0.2 && 0.2 <= found.high;
  }
  EXPECT_GE(covers, 273);
  EXPECT_LE(covers, 297);
}

// Draws pairs that differ by 5 points, as many as are said to be needed: four in five tests see it.
TEST(Statistics, AsManyItemsAsAreNeededAreEnough) {
  const double only_a = 0.05, only_b = 0.10;
  const std::int64_t n = ItemsNeeded(only_a + only_b, only_b - only_a);
  EXPECT_NEAR(double(n), 483, 2);
  Draws draws(5);
  int seen = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::int64_t a = 0, b = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double at = draws.Even();
      a += at < only_a;
      b += at >= only_a && at < only_a + only_b;
    }
    seen += McNemarP(a, b) < 0.05;
  }
  EXPECT_GE(seen, 1500);
  EXPECT_LE(seen, 1700);
}

TEST(Statistics, Calibration) {
  // Bins 0.9 (two, one right) and 0.2 (two, none right).
  const Calibration found = MeasureCalibration({{0.95, true}, {0.95, false}, {0.2, false}, {0.3, false}});
  ASSERT_EQ(found.bins.size(), 10u);
  EXPECT_EQ(found.bins[9].n, 2);
  EXPECT_NEAR(found.bins[9].confidence, 0.95, 1e-12);
  EXPECT_NEAR(found.bins[9].accuracy, 0.5, 1e-12);
  EXPECT_EQ(found.bins[2].n, 1);
  EXPECT_EQ(found.bins[3].n, 1);
  EXPECT_EQ(found.bins[0].n, 0);
  EXPECT_NEAR(found.brier, (0.0025 + 0.9025 + 0.04 + 0.09) / 4, 1e-12);
  EXPECT_NEAR(found.ece, (2 * 0.45 + 0.2 + 0.3) / 4, 1e-12);
  EXPECT_EQ(MeasureCalibration({{1, true}}).bins[9].n, 1);
  EXPECT_EQ(MeasureCalibration({}).brier, 0);
}

}  // namespace
}  // namespace ninefold
