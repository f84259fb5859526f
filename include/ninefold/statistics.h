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

// The exact two-sided p-value that variants a and b are equally good, when `only_a` items were right under a
// alone and `only_b` under b alone (McNemar's test, binomial). 1 when there are none.
double McNemarP(std::int64_t only_a, std::int64_t only_b);

// Of the mean of b - a over items, at 95 %: percentiles of `samples` resamplings of the items, drawn from
// `seed`. Empty: {0, 0}.
Interval PairedBootstrap(const std::vector<std::pair<double, double>>& a_and_b, std::uint64_t seed,
                         int samples = 2000);

// The value below which a share q of them lies, between neighbours by distance; 0 when there are none.
double Quantile(std::vector<double> values, double q);

// About how many items a paired comparison needs to see a difference of `least` four times in five, when the
// two disagree on a share `discordant` of the items.
std::int64_t ItemsNeeded(double discordant, double least);

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
