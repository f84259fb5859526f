// What can be said from few measurements: intervals, and tests of one variant against another on the same
// items.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace ninefold {

struct Interval {
  double low = 0, high = 0;
};

// Of a share: `right` of `n`, at 95 %. n = 0: 0 to 1. E. B. Wilson, 1927.
Interval WilsonInterval(std::int64_t right, std::int64_t n);

// Of a - b, shares of two measurements of their own items, at 95 %: R. G. Newcombe's hybrid of their Wilson
// intervals, 1998.
Interval DifferenceInterval(std::int64_t right_a, std::int64_t n_a, std::int64_t right_b, std::int64_t n_b);

// The exact two-sided p-value that variants a and b are equally good, when `only_a` items were right under a
// alone and `only_b` under b alone (McNemar's test, binomial). 1 when there are none.
double McNemarP(std::int64_t only_a, std::int64_t only_b);

// The p-value that two variants are equally good, from `differences` of their shares, one an item (b - a):
// how many of all ways to change their signs give a sum as far from 0 (R. A. Fisher, 1935). Of one trial an
// item this is McNemar's test; with several seeds it takes the shares as they are. Exact for up to 20 items
// that differ, and for any number of them when they are few parts of a whole; else of 20,000 ways drawn from
// `seed`.
double SignFlipP(const std::vector<double>& differences, std::uint64_t seed);
// The same, one-sided: that b is no worse than a. Small when the differences are below 0.
double SignFlipWorseP(const std::vector<double>& differences, std::uint64_t seed);

// Of the mean of b - a over items, at 95 %: percentiles of `samples` resamplings of the items, drawn from
// `seed`. Empty: {0, 0}.
Interval PairedBootstrap(const std::vector<std::pair<double, double>>& a_and_b, std::uint64_t seed,
                         int samples = 2000);
// The same, but where fewer than ten items differ, of which a resampling knows too little, Newcombe's hybrid
// of the Wilson intervals of what was won and what was lost. Never of width 0: of 24 items that agree it
// reaches to 14 points. Empty: {-1, 1}.
Interval PairedInterval(const std::vector<std::pair<double, double>>& a_and_b, std::uint64_t seed);

// p-values of several tests, each as it is when all of them are looked at: S. Holm, 1979. In their order.
std::vector<double> HolmAdjusted(const std::vector<double>& p);

// The value below which a share q of them lies, between neighbours by distance; 0 when there are none.
double Quantile(std::vector<double> values, double q);

// About how many items a paired comparison needs to see a difference of `least` four times in five, when the
// two disagree on a share `discordant` of the items.
std::int64_t ItemsNeeded(double discordant, double least);
// The other way round: the least difference that n items show four times in five.
double LeastDifference(double discordant, std::int64_t n);

// How well stated confidences (0 to 1) fit what was right.
struct Calibration {
  struct Bin {
    double confidence = 0, accuracy = 0;  // means
    std::int64_t n = 0;
  };
  std::vector<Bin> bins;  // ten of equal width; those that are empty too
  double brier = 0;       // mean squared error: 0 is best
  double ece = 0;         // expected calibration error: 0 is best
};
Calibration MeasureCalibration(const std::vector<std::pair<double, bool>>& confidence_and_right);

}  // namespace ninefold
