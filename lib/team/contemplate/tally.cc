#include "team/contemplate/tally.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace ninefold {
namespace {

constexpr double kRounding = 1e-9;

int Rank(Finding finding) { return finding == Finding::kRight ? 2 : finding == Finding::kNone ? 1 : 0; }

// Sums of weights depend on the order of adding, so compare them with room for that.
bool Above(double a, double b) { return a > b + kRounding; }

struct BetterFirst {
  bool weighted;
  // Without the declared order: neither is better in a tie.
  bool Beats(const Cluster& a, const Cluster& b) const {
    if (Rank(a.finding) != Rank(b.finding)) return Rank(a.finding) > Rank(b.finding);
    const double first[] = {weighted ? a.weight : a.count, weighted ? b.weight : b.count};
    if (Above(first[0], first[1]) || Above(first[1], first[0])) return first[0] > first[1];
    const double second[] = {weighted ? a.count : a.weight, weighted ? b.count : b.weight};
    return Above(second[0], second[1]);
  }
  bool operator()(const Cluster& a, const Cluster& b) const {
    if (Beats(a, b) || Beats(b, a)) return Beats(a, b);
    return a.attempts.front() < b.attempts.front();
  }
};

}  // namespace

Tally CountVotes(std::vector<Ballot> ballots, bool weighted) {
  std::sort(ballots.begin(), ballots.end(),
            [](const Ballot& a, const Ballot& b) { return a.attempt < b.attempt; });
  Tally tally;
  tally.cast = int(ballots.size());
  tally.weighted = weighted;
  std::map<std::string_view, std::size_t> at;
  for (const Ballot& ballot : ballots) {
    const auto [found, is_new] = at.try_emplace(ballot.answer, tally.clusters.size());
    if (is_new) tally.clusters.emplace_back().answer = std::string(ballot.answer);
    Cluster& cluster = tally.clusters[found->second];
    const bool better = is_new || Rank(ballot.finding) > Rank(cluster.finding);
    if (better) cluster.finding = ballot.finding;
    ++cluster.count;
    cluster.weight += ballot.weight;
    cluster.attempts.push_back(ballot.attempt);
  }
  const BetterFirst better{weighted};
  std::sort(tally.clusters.begin(), tally.clusters.end(), better);
  tally.tie = tally.clusters.size() > 1 && !better.Beats(tally.clusters[0], tally.clusters[1]);
  return tally;
}

double Tally::Others() const {
  double sum = 0;
  for (std::size_t i = 1; i < clusters.size(); ++i) sum += Score(i);
  return sum;
}

// P(Beta(a+1, b+1) > 1/2) = P(Bin(a+b+1, 1/2) <= a) = 1 - P(Bin(a+b+1, 1/2) <= b). The terms of the last
// sum fall from the one at b on, so that some tens of them are all of it, however many voted.
double OddsOfLead(int a, int b) {
  if (a < b) return 1 - OddsOfLead(b, a);
  const int n = a + b + 1;
  int sign = 0;
  const auto log_factorial = [&sign](int k) { return lgamma_r(k + 1.0, &sign); };
  double term = std::exp(log_factorial(n) - log_factorial(b) - log_factorial(n - b) - n * std::log(2.0));
  double sum = 0;
  for (int k = b; k >= 0 && term > sum * 1e-17; --k) {
    sum += term;
    term *= double(k) / double(n - k + 1);
  }
  return 1 - sum;
}

bool IsSettled(int leader, int runner_up, int cast, const ContemplateStops& stops) {
  if (stops.settled >= 1 || cast < stops.settled_least || leader <= runner_up) return false;
  return OddsOfLead(leader, runner_up) >= stops.settled - kRounding;
}

int VotesToEnd(const Tally& tally, int left, bool by_vote, const ContemplateStops& stops, bool may_merge) {
  // What was found wrong may lead, but ends nothing.
  if (!tally.clusters.empty() && tally.clusters[0].finding == Finding::kWrong) return left;
  const int leader = tally.clusters.empty() ? 0 : tally.clusters[0].count;
  int runner_up = 0;
  for (std::size_t i = 1; i < tally.clusters.size(); ++i)
    runner_up =
        may_merge ? runner_up + tally.clusters[i].count : std::max(runner_up, tally.clusters[i].count);
  const double behind = may_merge ? tally.Others() : tally.RunnerUp();
  const auto ends = [&](int more) {
    if (IsSettled(leader + more, runner_up, tally.cast + more, stops)) return true;
    return by_vote && stops.decided && Above(tally.Lead() + more, behind + (left - more));
  };
  // More votes never hinder the end: search for the least.
  int low = 0, high = left;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (ends(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace ninefold
