// Against figures that were computed elsewhere, to four places.
#include "ninefold/vote_theory.h"

#include "gtest/gtest.h"

namespace ninefold {
namespace {

constexpr double kPlaces = 0.00006;

TEST(VoteTheory, Majority) {
  const struct {
    double p, rho;
    double of[6];
  } rows[] = {{0.4, 0, {.4000, .3520, .3174, .2898, .2666, .2131}},
              {0.6, 0, {.6000, .6480, .6826, .7102, .7334, .7869}},
              {0.7, 0, {.7000, .7840, .8369, .8740, .9012, .9500}},
              {0.8, 0, {.8000, .8960, .9421, .9667, .9804, .9958}},
              {0.7, 0.05, {.7000, .7722, .8132, .8401, .8590, .8927}},
              {0.7, 0.2, {.7000, .7448, .7649, .7763, .7837, .7955}},
              {0.7, 0.5, {.7000, .7140, .7186, .7209, .7223, .7243}}};
  const int widths[] = {1, 3, 5, 7, 9, 15};
  for (const auto& row : rows) {
    for (int i = 0; i < 6; ++i)
      EXPECT_NEAR(MajorityAccuracy(row.p, row.rho, widths[i]), row.of[i], kPlaces)
          << row.p << " " << widths[i];
  }
  EXPECT_DOUBLE_EQ(MajorityAccuracy(0.7, 2), 0.7) << "a tie counts half";
  EXPECT_NEAR(MajorityAccuracy(0.7, 1, 9), 0.7, 1e-12);
  EXPECT_NEAR(MajorityAccuracy(1, 5), 1, 1e-12);
  EXPECT_NEAR(MajorityAccuracy(0, 5), 0, 1e-12);
}

TEST(VoteTheory, Plurality) {
  const struct {
    double p;
    int wrong;
    double of[5];
  } rows[] = {{0.3, 4, {.3000, .3262, .3724, .4339, .5066}},
              {0.3, 10, {.3000, .3483, .4633, .6046, .7548}},
              {0.4, 4, {.4000, .4600, .5491, .6647, .7796}},
              {0.6, 4, {.6000, .7200, .8352, .9402, .9866}}};
  const int widths[] = {1, 3, 5, 9, 15};
  for (const auto& row : rows) {
    for (int i = 0; i < 5; ++i)
      EXPECT_NEAR(PluralityAccuracy(row.p, row.wrong, widths[i]), row.of[i], kPlaces)
          << row.p << " " << row.wrong;
  }
  for (const int n : {1, 4, 9, 64}) EXPECT_NEAR(PluralityAccuracy(0.6, 1, n), MajorityAccuracy(0.6, n), 1e-9);
}

TEST(VoteTheory, CoverageAndEffectiveAttempts) {
  EXPECT_NEAR(Coverage(0.3, 2), 0.51, 1e-12);
  EXPECT_NEAR(Coverage(0.3, 4), 0.7599, kPlaces);
  EXPECT_NEAR(Coverage(0.3, 16), 0.9967, kPlaces);
  EXPECT_NEAR(Coverage(0.3, 0.0, 4), 0.7599, kPlaces);
  EXPECT_NEAR(Coverage(0.3, 0.2, 8), 0.7963, kPlaces);
  EXPECT_NEAR(Coverage(0.3, 1.0, 8), 0.3, 1e-12);
  EXPECT_DOUBLE_EQ(EffectiveAttempts(9, 0), 9);
  EXPECT_DOUBLE_EQ(EffectiveAttempts(9, 1), 1);
}

TEST(VoteTheory, AdaptiveStops) {
  const struct {
    double p, attempts15, accuracy15, attempts31, accuracy31;
  } rows[] = {{0.6, 12.17, .7827, 20.51, .8550},
              {0.7, 10.37, .9461, 14.16, .9810},
              {0.8, 7.91, .9944, 8.67, .9981},
              {0.9, 5.59, .9999, 5.62, .9999}};
  for (const auto& row : rows) {
    EXPECT_NEAR(AdaptiveStop(row.p, 15, 0.95).attempts, row.attempts15, 0.006) << row.p;
    EXPECT_NEAR(AdaptiveStop(row.p, 15, 0.95).accuracy, row.accuracy15, kPlaces) << row.p;
    EXPECT_NEAR(AdaptiveStop(row.p, 31, 0.95).attempts, row.attempts31, 0.006) << row.p;
    EXPECT_NEAR(AdaptiveStop(row.p, 31, 0.95).accuracy, row.accuracy31, kPlaces) << row.p;
  }
  EXPECT_NEAR(AdaptiveStop(0.5, 15, 0.95).attempts, 12.82, 0.006);
}

TEST(VoteTheory, Waiting) {
  EXPECT_NEAR(ExpectedWait(8, 8), 2.718, 0.0006);
  EXPECT_NEAR(ExpectedWait(6, 8), 1.218, 0.0006);
  EXPECT_NEAR(ExpectedWait(12, 16), 1.297, 0.0006);
  EXPECT_NEAR(SlowShare(0.01, 8), 0.077, 0.0006);
  EXPECT_NEAR(SlowShare(0.01, 100), 0.634, 0.0006);
  EXPECT_DOUBLE_EQ(GrahamBound(100, 10, 5), 28);
}

TEST(VoteTheory, DifficultyIsFoundAgain) {
  // Half of the questions always right, half never: one attempt says all.
  const Difficulty two = EstimateDifficulty({{4, 4}, {0, 4}});
  EXPECT_DOUBLE_EQ(two.p, 0.5);
  EXPECT_DOUBLE_EQ(two.rho, 1);
  // All pairs of two fair coins.
  const Difficulty none = EstimateDifficulty({{0, 2}, {1, 2}, {1, 2}, {2, 2}});
  EXPECT_DOUBLE_EQ(none.p, 0.5);
  EXPECT_DOUBLE_EQ(none.rho, 0);
  EXPECT_DOUBLE_EQ(EstimateDifficulty({{1, 1}}).p, 0) << "one attempt at a question says nothing of pairs";
}

}  // namespace
}  // namespace ninefold
