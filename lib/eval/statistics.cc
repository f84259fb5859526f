#include "ninefold/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/draws.h"

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

double McNemarP(std::int64_t only_a, std::int64_t only_b) {
  const std::int64_t n = only_a + only_b, fewer = std::min(only_a, only_b);
  if (n <= 0) return 1;
  double tail = 0;
  for (std::int64_t k = 0; k <= fewer; ++k) tail += std::exp(LogWays(n, k) - double(n) * std::log(2.0));
  return std::min(1.0, 2 * tail);
}

Interval PairedBootstrap(const std::vector<std::pair<double, double>>& a_and_b, std::uint64_t seed,
                         int samples) {
  if (a_and_b.empty() || samples <= 0) return {};
  Draws draws(seed);
  std::vector<double> means;
  means.reserve(std::size_t(samples));
  for (int sample = 0; sample < samples; ++sample) {
    double sum = 0;
    for (std::size_t i = 0; i < a_and_b.size(); ++i) {
      const auto& [a, b] = a_and_b[draws.Below(a_and_b.size())];
      sum += b - a;
    }
    means.push_back(sum / double(a_and_b.size()));
  }
  return {Quantile(means, 0.025), Quantile(means, 0.975)};
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
