// Against values that were computed elsewhere, or by hand.
#include "ninefold/statistics.h"

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
