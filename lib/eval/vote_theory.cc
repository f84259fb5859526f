#include "ninefold/vote_theory.h"

#include <algorithm>
#include <cmath>

namespace ninefold {
namespace {

// The logarithm of Euler's beta function.
double LogBeta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }
double LogChoose(int n, int k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

// The chance of k right ones of n, for a fixed p or a drawn one.
double Binomial(double p, int n, int k) {
  if (p <= 0 || p >= 1) return (p <= 0 ? k == 0 : k == n) ? 1 : 0;
  return std::exp(LogChoose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
}
double BetaBinomial(double p, double rho, int n, int k) {
  if (rho <= 0 || p <= 0 || p >= 1) return Binomial(p, n, k);
  if (rho >= 1) return k == n ? p : k == 0 ? 1 - p : 0;
  const double a = p * (1 - rho) / rho, b = (1 - p) * (1 - rho) / rho;
  return std::exp(LogChoose(n, k) + LogBeta(k + a, n - k + b) - LogBeta(a, b));
}

// In how many ways, over all, `votes` fall on `cells` so that none gets more than `most`: as a chance.
// `terms` holds, for each number of votes so far, the sum of 1/(k1! k2! …): generating functions.
std::vector<double> AtMost(int cells, int votes, int most) {
  std::vector<double> terms(std::size_t(votes) + 1, 0.0);
  terms[0] = 1;
  for (int cell = 0; cell < cells; ++cell) {
    std::vector<double> next(terms.size(), 0.0);
    for (int have = 0; have <= votes; ++have) {
      for (int k = 0; k <= std::min(most, votes - have); ++k)
        next[std::size_t(have + k)] += terms[std::size_t(have)] / std::tgamma(k + 1);
    }
    terms = std::move(next);
  }
  return terms;
}

// The chance that the right answer, with `right` votes, wins against `wrong` votes scattered over `answers`;
// with t wrong answers of as many votes it wins one time in t + 1.
double WinsAgainst(int right, int wrong, int answers) {
  if (wrong == 0) return 1;
  if (right == 0) return 0;
  const double all = std::lgamma(wrong + 1) - wrong * std::log(answers);
  double wins = 0;
  for (int tied = 0; tied <= std::min(answers, wrong / right); ++tied) {
    const int rest = wrong - tied * right;
    const double others = AtMost(answers - tied, rest, right - 1)[std::size_t(rest)];
    if (others <= 0) continue;
    const double ways = LogChoose(answers, tied) - tied * std::lgamma(right + 1) + std::log(others) + all;
    wins += std::exp(ways) / (tied + 1);
  }
  return wins;
}

}  // namespace

double MajorityAccuracy(double p, int n) { return MajorityAccuracy(p, 0, n); }

double MajorityAccuracy(double p, double rho, int n) {
  double sum = 0;
  for (int k = (n + 1) / 2; k <= n; ++k) sum += BetaBinomial(p, rho, n, k) * (2 * k == n ? 0.5 : 1);
  return sum;
}

double PluralityAccuracy(double p, int wrong_answers, int n) {
  double sum = 0;
  for (int right = 1; right <= n; ++right)
    sum += Binomial(p, n, right) * WinsAgainst(right, n - right, wrong_answers);
  return sum;
}

double Coverage(double p, int n) { return 1 - std::pow(1 - p, n); }
double Coverage(double p, double rho, int n) { return 1 - BetaBinomial(p, rho, n, 0); }
double EffectiveAttempts(int n, double rho) { return n / (1 + (n - 1) * rho); }

// Dynamic programming over how many were right and wrong so far.
StopLaw AdaptiveStop(double p, int most, double settled) {
  StopLaw law;
  std::vector<double> chance = {1};  // of i right ones after n attempts without a stop
  for (int n = 0;; ++n) {
    std::vector<double> next(chance.size() + 1, 0.0);
    for (int right = 0; right <= n; ++right) {
      const double here = chance[std::size_t(right)];
      const int wrong = n - right, lead = std::max(right, wrong), behind = std::min(right, wrong);
      double odds = 0;  // P(Bin(n+1, 1/2) <= lead)
      for (int k = 0; k <= lead; ++k) odds += Binomial(0.5, n + 1, k);
      if (n == most || (lead > behind && odds >= settled - 1e-12)) {
        law.attempts += here * n;
        law.accuracy += here * (right > wrong ? 1 : right == wrong ? 0.5 : 0);
        continue;
      }
      next[std::size_t(right) + 1] += here * p;
      next[std::size_t(right)] += here * (1 - p);
    }
    if (n == most) return law;
    chance = std::move(next);
  }
}

double ExpectedWait(int k, int n) {
  double sum = 0;
  for (int i = n - k + 1; i <= n; ++i) sum += 1.0 / i;
  return sum;
}

double SlowShare(double slow, int n) { return 1 - std::pow(1 - slow, n); }

double GrahamBound(double work, double critical_path, int width) {
  return work / width + critical_path * (1 - 1.0 / width);
}

// The estimator of moments: the share of pairs that are both right against the square of the mean.
Difficulty EstimateDifficulty(const std::vector<std::pair<int, int>>& right_of) {
  double mean = 0, both = 0;
  int questions = 0;
  for (const auto& [right, n] : right_of) {
    if (n < 2) continue;
    ++questions;
    mean += double(right) / n;
    both += double(right) * (right - 1) / (double(n) * (n - 1));
  }
  Difficulty difficulty;
  if (questions == 0) return difficulty;
  mean /= questions, both /= questions;
  difficulty.p = mean;
  const double variance = mean * (1 - mean);
  if (variance > 0) difficulty.rho = std::clamp((both - mean * mean) / variance, 0.0, 1.0);
  return difficulty;
}

}  // namespace ninefold
