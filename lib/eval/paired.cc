// Two variants on the same items: tests by changing signs, and intervals of their difference.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/draws.h"
#include "ninefold/statistics.h"

namespace ninefold {
namespace {

constexpr double kEnds95 = 1.959963984540054;
constexpr double kRounding = 1e-9;
constexpr int kFlipsDrawn = 20'000;
constexpr std::size_t kEnumerated = 20;  // items that differ: a million ways
constexpr int kPartsMost = 60;           // of a whole: 60 has 1 to 6, 10, 12, 15, 20 and 30 as factors
constexpr double kStepsMost = 5e7;
constexpr std::size_t kFewDiffer = 10;

std::vector<double> ThatDiffer(const std::vector<double>& differences) {
  std::vector<double> found;
  for (const double d : differences) {
    if (std::abs(d) > kRounding) found.push_back(d);
  }
  return found;
}

// As WilsonInterval, of any part of n.
Interval WilsonOf(double share, double n) {
  const double z2 = kEnds95 * kEnds95 / n, middle = (share + z2 / 2) / (1 + z2);
  const double half = kEnds95 / (1 + z2) * std::sqrt(share * (1 - share) / n + z2 / (4 * n));
  return {share <= 0 ? 0 : std::max(0.0, middle - half), share >= 1 ? 1 : std::min(1.0, middle + half)};
}

// How often a sum with drawn signs is at least, and at most, the one that was measured.
struct Tails {
  double above = 1, below = 1;
};

// Of how many equal parts of a whole all differences are; 0: of none.
int PartsOf(const std::vector<double>& differences) {
  for (int parts = 1; parts <= kPartsMost; ++parts) {
    const bool fits = std::all_of(differences.begin(), differences.end(), [&](double d) {
      return std::abs(d * parts - std::round(d * parts)) < 1e-6;
    });
    if (fits) return parts;
  }
  return 0;
}

// Exact: the chance of each sum, one item after another.
Tails CountedTails(const std::vector<int>& steps) {
  int most = 0, measured = 0;
  for (const int step : steps) most += std::abs(step), measured += step;
  std::vector<double> chance(std::size_t(2 * most) + 1, 0.0), next(chance.size());
  chance[std::size_t(most)] = 1;
  int reach = 0;
  for (const int step : steps) {
    std::fill(next.begin(), next.end(), 0.0);
    for (int at = most - reach; at <= most + reach; ++at) {
      const double half = chance[std::size_t(at)] / 2;
      if (half == 0) continue;
      next[std::size_t(at + step)] += half;
      next[std::size_t(at - step)] += half;
    }
    reach += std::abs(step);
    chance.swap(next);
  }
  const auto middle = chance.begin() + most + measured;
  return {std::accumulate(middle, chance.end(), 0.0), std::accumulate(chance.begin(), middle + 1, 0.0)};
}

Tails EnumeratedTails(const std::vector<double>& differences) {
  const double measured = std::accumulate(differences.begin(), differences.end(), 0.0);
  const std::size_t ways = std::size_t(1) << differences.size();
  double above = 0, below = 0;
  for (std::size_t way = 0; way < ways; ++way) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i)
      sum += (way >> i & 1) != 0 ? differences[i] : -differences[i];
    above += sum >= measured - kRounding, below += sum <= measured + kRounding;
  }
  return {above / double(ways), below / double(ways)};
}

// The measured signs are one of the ways.
Tails DrawnTails(const std::vector<double>& differences, std::uint64_t seed) {
  const double measured = std::accumulate(differences.begin(), differences.end(), 0.0);
  Draws draws(seed);
  double above = 1, below = 1;
  for (int way = 0; way < kFlipsDrawn; ++way) {
    double sum = 0;
    for (const double d : differences) sum += draws.Below(2) == 0 ? d : -d;
    above += sum >= measured - kRounding, below += sum <= measured + kRounding;
  }
  return {above / (kFlipsDrawn + 1), below / (kFlipsDrawn + 1)};
}

Tails TailsOf(const std::vector<double>& all, std::uint64_t seed) {
  const std::vector<double> differences = ThatDiffer(all);
  if (differences.empty()) return {};
  const int parts = PartsOf(differences);
  double steps_in_all = 0;
  for (const double d : differences) steps_in_all += std::abs(d) * parts;
  if (parts > 0 && steps_in_all * double(differences.size()) <= kStepsMost) {
    std::vector<int> steps;
    for (const double d : differences) steps.push_back(int(std::lround(d * parts)));
    return CountedTails(steps);
  }
  if (differences.size() <= kEnumerated) return EnumeratedTails(differences);
  return DrawnTails(differences, seed);
}

}  // namespace

double SignFlipP(const std::vector<double>& differences, std::uint64_t seed) {
  const Tails tails = TailsOf(differences, seed);
  return std::min(1.0, 2 * std::min(tails.above, tails.below));
}

double SignFlipWorseP(const std::vector<double>& differences, std::uint64_t seed) {
  return std::min(1.0, TailsOf(differences, seed).below);
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

Interval PairedInterval(const std::vector<std::pair<double, double>>& a_and_b, std::uint64_t seed) {
  if (a_and_b.empty()) return {-1, 1};
  double won = 0, lost = 0;
  std::size_t differ = 0;
  for (const auto& [a, b] : a_and_b) {
    won += std::max(0.0, b - a), lost += std::max(0.0, a - b);
    differ += std::abs(b - a) > kRounding;
  }
  if (differ >= kFewDiffer) return PairedBootstrap(a_and_b, seed);
  const auto n = double(a_and_b.size());
  const Interval of_won = WilsonOf(won / n, n), of_lost = WilsonOf(lost / n, n);
  const double difference = (won - lost) / n;
  return {difference - std::hypot(won / n - of_won.low, of_lost.high - lost / n),
          difference + std::hypot(of_won.high - won / n, lost / n - of_lost.low)};
}

std::vector<double> HolmAdjusted(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double highest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    highest = std::max(highest, std::min(1.0, double(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = highest;
  }
  return adjusted;
}

}  // namespace ninefold
