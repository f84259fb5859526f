// How votes of other widths would do, from what was measured, and whether measured ones agree.
//
// Of two attempts an item the mean and the correlation are known, and from these the curve of a majority if
// all wrong answers agree: a floor, for where they scatter a plurality does better. Of N votes an item the
// plurality of w of them is known as it is: the mean over all ways to draw w of the N without replacement.
#include <algorithm>
#include <iterator>

#include "base/draws.h"
#include "base/hash.h"
#include "eval/arms.h"
#include "ninefold/vote_theory.h"

namespace ninefold::eval {
namespace {

constexpr int kFloorWidths[] = {1, 3, 5, 9, 15};
constexpr int kFloorSamples = 300;
constexpr int kCurveSamples = 1000;

// Orders in which a trial's attempts are counted, so that all take about a second.
int OrdersFor(std::size_t trials, std::size_t attempts) {
  return int(std::clamp<std::size_t>(4'000'000 / std::max<std::size_t>(1, trials * attempts), 16, 400));
}

// The attempts of a trial as votes: which answer, by number; below 0: none.
struct Ballots {
  std::vector<int> answer_of;
  std::vector<bool> right;  // of answers
};

Ballots BallotsOf(const EvalTrial& trial) {
  Ballots ballots;
  std::map<std::string_view, int> numbers;
  for (const EvalAttempt& attempt : trial.attempts) {
    if (attempt.outcome != "cast") {
      ballots.answer_of.push_back(-1);
      continue;
    }
    const auto [found, is_new] = numbers.try_emplace(attempt.answer, int(numbers.size()));
    if (is_new) ballots.right.push_back(attempt.right);
    ballots.answer_of.push_back(found->second);
  }
  return ballots;
}

// Of equals one is drawn.
double RightShareOfLeaders(const std::vector<int>& counts, const std::vector<bool>& right) {
  const int most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  int leaders = 0, right_ones = 0;
  for (std::size_t i = 0; i < counts.size() && most > 0; ++i) {
    if (counts[i] != most) continue;
    ++leaders, right_ones += right[i];
  }
  return leaders == 0 ? 0 : double(right_ones) / leaders;
}

void AddDrawn(Ballots ballots, const std::vector<int>& widths, int orders, Draws& draws,
              std::vector<double>& sums) {
  for (int order = 0; order < orders; ++order) {
    draws.Shuffle(ballots.answer_of);
    std::vector<int> counts(ballots.right.size(), 0);
    std::size_t made = 0;
    for (std::size_t w = 0; w < widths.size(); ++w) {
      for (; made < std::min(ballots.answer_of.size(), std::size_t(widths[w])); ++made) {
        if (ballots.answer_of[made] >= 0) ++counts[std::size_t(ballots.answer_of[made])];
      }
      sums[w] += RightShareOfLeaders(counts, ballots.right) / orders;
    }
  }
}

Interval MiddleOf(std::vector<double>& drawn) { return {Quantile(drawn, 0.025), Quantile(drawn, 0.975)}; }

std::string TeamOf(const EvalArm& arm, const SummaryOptions& options) {
  const auto found = options.teams.find(arm.variant);
  return found == options.teams.end() ? arm.family : found->second;
}

int WidthOfVotes(const TrialList& trials) {
  int width = 0;
  for (const EvalTrial* trial : trials)
    if (trial->report) width = std::max(width, trial->report->width);
  return std::max(1, width);
}

bool HasAllVotes(const EvalArm& arm) { return arm.plain_votes && arm.all_made; }

EvalVoteCheck CheckOne(const EvalArm& wide, const TrialList& of_wide, const EvalArm& arm,
                       const TrialList& of_arm, std::uint64_t seed) {
  EvalVoteCheck check{.of = wide.variant, .measured_by = arm.variant, .width = WidthOfVotes(of_arm)};
  const auto predicted = DrawnVotes(of_wide, {check.width}, seed);
  std::vector<std::pair<double, double>> pairs;
  for (const auto& [item, share] : SharesOf(of_arm)) {
    const auto found = predicted.find(item);
    if (found == predicted.end()) continue;
    pairs.emplace_back(found->second[0], share);
    check.predicted += found->second[0], check.measured += share;
  }
  check.predicted /= std::max<double>(1, double(pairs.size()));
  check.measured /= std::max<double>(1, double(pairs.size()));
  check.difference = PairedInterval(pairs, seed);
  return check;
}

}  // namespace

std::vector<EvalVoteAt> IfWrongAgree(const std::vector<std::pair<int, int>>& right_of, std::uint64_t seed) {
  const Difficulty measured = EstimateDifficulty(right_of);
  std::vector<std::vector<double>> drawn(std::size(kFloorWidths));
  Draws draws(seed);
  std::vector<std::pair<int, int>> sample(right_of.size());
  for (int i = 0; i < kFloorSamples; ++i) {
    for (auto& one : sample) one = right_of[draws.Below(right_of.size())];
    const Difficulty other = EstimateDifficulty(sample);
    for (std::size_t w = 0; w < std::size(kFloorWidths); ++w)
      drawn[w].push_back(MajorityAccuracy(other.p, other.rho, kFloorWidths[w]));
  }
  std::vector<EvalVoteAt> curve;
  for (std::size_t w = 0; w < std::size(kFloorWidths); ++w) {
    curve.push_back(
        {kFloorWidths[w], MajorityAccuracy(measured.p, measured.rho, kFloorWidths[w]), MiddleOf(drawn[w])});
  }
  return curve;
}

std::map<std::string, std::vector<double>> DrawnVotes(const TrialList& trials, const std::vector<int>& widths,
                                                      std::uint64_t seed) {
  std::size_t most = 1;
  for (const EvalTrial* trial : trials) most = std::max(most, trial->attempts.size());
  const int orders = OrdersFor(trials.size(), most);
  std::map<std::string, std::pair<std::vector<double>, int>> sums;
  for (const EvalTrial* trial : trials) {
    auto& [sum, n] = sums[trial->item];
    sum.resize(widths.size(), 0.0);
    ++n;
    // By the trial's own seed: other trials, and their order, change nothing.
    Draws draws(Mix(seed, HashBytes(trial->item, trial->seed)));
    if (!trial->attempts.empty()) AddDrawn(BallotsOf(*trial), widths, orders, draws, sum);
  }
  std::map<std::string, std::vector<double>> means;
  for (auto& [item, of_item] : sums) {
    for (double& sum : of_item.first) sum /= of_item.second;
    means[item] = std::move(of_item.first);
  }
  return means;
}

std::vector<EvalVoteAt> AsDrawn(const TrialList& trials, const std::vector<int>& widths, std::uint64_t seed) {
  std::vector<std::vector<double>> items;
  for (auto& [item, shares] : DrawnVotes(trials, widths, seed)) items.push_back(shares);
  std::vector<std::vector<double>> drawn(widths.size());
  Draws draws(seed);
  const auto n = double(items.size());
  for (int sample = 0; sample < kCurveSamples; ++sample) {
    std::vector<double> sum(widths.size(), 0.0);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::vector<double>& one = items[draws.Below(items.size())];
      for (std::size_t w = 0; w < widths.size(); ++w) sum[w] += one[w] / n;
    }
    for (std::size_t w = 0; w < widths.size(); ++w) drawn[w].push_back(sum[w]);
  }
  std::vector<EvalVoteAt> curve;
  for (std::size_t w = 0; w < widths.size(); ++w) {
    double mean = 0;
    for (const std::vector<double>& one : items) mean += one[w] / n;
    curve.push_back({widths[w], mean, MiddleOf(drawn[w])});
  }
  return curve;
}

std::vector<EvalVoteCheck> CheckVotes(const EvalReport& report, const ByVariant& groups,
                                      const SummaryOptions& options) {
  std::map<std::string, const EvalArm*> widest;  // by team
  const auto width = [&](const EvalArm& arm) { return WidthOfVotes(groups.trials.at(arm.variant)); };
  for (const EvalArm& arm : report.arms) {
    if (!HasAllVotes(arm)) continue;
    const EvalArm*& best = widest[TeamOf(arm, options)];
    if (best == nullptr || width(arm) > width(*best)) best = &arm;
  }
  std::vector<EvalVoteCheck> checks;
  for (const EvalArm& arm : report.arms) {
    const auto found = widest.find(TeamOf(arm, options));
    if (found == widest.end() || found->second == &arm) continue;
    if (!(HasAllVotes(arm) || arm.stops.empty()) || width(arm) > width(*found->second)) continue;
    const EvalArm& wide = *found->second;
    checks.push_back(
        CheckOne(wide, groups.trials.at(wide.variant), arm, groups.trials.at(arm.variant), options.seed));
  }
  return checks;
}

}  // namespace ninefold::eval
