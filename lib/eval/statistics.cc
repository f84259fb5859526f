#include "ninefold/statistics.h"

#include <algorithm>
#include <cmath>

namespace ninefold {
namespace {

constexpr double kZ95 = 1.959963984540054;
// Of a test that is to be significant at 5 %, two-sided, with a chance of 80 %.
constexpr double kZPower = kZ95 + 0.8416212335729143;

double LogWays(std::int64_t n, std::int64_t k) {
  return std::lgamma(double(n) + 1) - std::lgamma(double(k) + 1) - std::lgamma(double(n - k) + 1);
}

}  // namespace

Interval WilsonInterval(std::int64_t right, std::int64_t n) {
  if (n <= 0) return {0, 1};
  const double share = double(right) / double(n), z2 = kZ95 * kZ95 / double(n);
  const double middle = (share + z2 / 2) / (1 + z2);
  const double half = kZ95 / (1 + z2) * std::sqrt(share * (1 - share) / double(n) + z2 / (4 * double(n)));
  // Exactly 0 and 1 at the ends, where rounding would leave a trace.
  return {right <= 0 ? 0 : std::max(0.0, middle - half), right >= n ? 1 : std::min(1.0, middle + half)};
}

Interval DifferenceInterval(std::int64_t right_a, std::int64_t n_a, std::int64_t right_b, std::int64_t n_b) {
  if (n_a <= 0 || n_b <= 0) return {-1, 1};
  const double a = double(right_a) / double(n_a), b = double(right_b) / double(n_b);
  const Interval of_a = WilsonInterval(right_a, n_a), of_b = WilsonInterval(right_b, n_b);
  return {a - b - std::hypot(a - of_a.low, of_b.high - b), a - b + std::hypot(of_a.high - a, b - of_b.low)};
}

double McNemarP(std::int64_t only_a, std::int64_t only_b) {
  const std::int64_t n = only_a + only_b, fewer = std::min(only_a, only_b);
  if (n <= 0) return 1;
  double tail = 0;
  for (std::int64_t k = 0; k <= fewer; ++k) tail += std::exp(LogWays(n, k) - double(n) * std::log(2.0));
  return std::min(1.0, 2 * tail);
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double at = std::clamp(q, 0.0, 1.0) * double(values.size() - 1);
  const auto below = std::size_t(at);
  if (below + 1 >= values.size()) return values.back();
  return values[below] + (at - double(below)) * (values[below + 1] - values[below]);
}

std::int64_t ItemsNeeded(double discordant, double least) {
  // Connor's formula for McNemar's test, with one z for both hypotheses: they differ little where `least` is
  // small.
  const double variance = std::max(discordant - least * least, least * (1 - least));
  // 1 / least more, since the exact test is a little less ready than the normal one.
  return std::int64_t(std::ceil(kZPower * kZPower * variance / (least * least) + 1 / least));
}

double LeastDifference(double discordant, std::int64_t n) {
  double low = 0, high = 1;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (ItemsNeeded(discordant, middle) > n ? low : high) = middle;
  }
  return high;
}

Calibration MeasureCalibration(const std::vector<std::pair<double, bool>>& confidence_and_right) {
  Calibration found;
  found.bins.resize(10);
  for (const auto& [stated, right] : confidence_and_right) {
    const double confidence = std::clamp(stated, 0.0, 1.0), truth = right ? 1 : 0;
    Calibration::Bin& bin = found.bins[std::min<std::size_t>(9, std::size_t(confidence * 10))];
    bin.confidence += confidence, bin.accuracy += truth, ++bin.n;
    found.brier += (confidence - truth) * (confidence - truth);
  }
  for (Calibration::Bin& bin : found.bins) {
    if (bin.n == 0) continue;
    bin.confidence /= double(bin.n), bin.accuracy /= double(bin.n);
    found.ece += double(bin.n) * std::abs(bin.confidence - bin.accuracy);
  }
  if (!confidence_and_right.empty()) {
    found.brier /= double(confidence_and_right.size());
    found.ece /= double(confidence_and_right.size());
  }
  return found;
}

}  // namespace ninefold
