// From trials to what can be said of each variant, and of each against the baseline.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/draws.h"
#include "ninefold/eval.h"
#include "ninefold/vote_theory.h"

namespace ninefold {
namespace {

constexpr int kWidths[] = {1, 3, 5, 9, 15};
constexpr int kCurveSamples = 300;
constexpr double kCheaper = 0.95;      // of the tokens: below it, the saving is what matters
constexpr std::size_t kSaidApart = 3;  // comparisons without a gain
constexpr double kDifference = 0.05;   // what a measurement should be able to see

using TrialList = std::vector<const EvalTrial*>;

struct ByVariant {
  std::vector<std::string> order;
  std::map<std::string, TrialList> trials;
};

ByVariant GroupTrials(const std::vector<EvalTrial>& trials) {
  ByVariant groups;
  for (const EvalTrial& trial : trials) {
    TrialList& list = groups.trials[trial.variant];
    if (list.empty()) groups.order.push_back(trial.variant);
    list.push_back(&trial);
  }
  return groups;
}

// Items' shares of right trials, in the order of their ids.
std::map<std::string, double> SharesOf(const TrialList& trials) {
  std::map<std::string, std::pair<int, int>> counts;
  for (const EvalTrial* trial : trials) {
    counts[trial->item].first += trial->grade.right;
    ++counts[trial->item].second;
  }
  std::map<std::string, double> shares;
  for (const auto& [item, count] : counts) shares[item] = double(count.first) / count.second;
  return shares;
}

double TokensOf(const EvalTrial& trial) {
  if (trial.report && trial.report->tokens_total) return double(*trial.report->tokens_total);
  return double(trial.cost.tokens.input.value_or(0) + trial.cost.tokens.output.value_or(0));
}

// One agent's calls wait for each other, so all its output is one chain.
double SequentialTokensOf(const EvalTrial& trial) {
  if (trial.report && trial.report->tokens_sequential) return double(*trial.report->tokens_sequential);
  return double(trial.cost.tokens.output.value_or(0));
}

bool IsPlainVote(const Contemplation& report) {
  const bool verified = std::any_of(report.votes.begin(), report.votes.end(),
                                    [](const Contemplation::Vote& vote) { return vote.verified; });
  return report.rounds == 0 && !verified && absl::StrContains(report.aggregate, "vote");
}

void AddCosts(const TrialList& trials, EvalArm& arm) {
  arm.plain_votes = true;
  std::vector<double> seconds;
  for (const EvalTrial* trial : trials) {
    seconds.push_back(absl::ToDoubleSeconds(trial->latency));
    arm.tokens_total += TokensOf(*trial);
    arm.tokens_sequential += SequentialTokensOf(*trial);
    arm.usd += trial->cost.usd;
    arm.usd_is_known = arm.usd_is_known && trial->cost.usd_is_known;
    arm.started += trial->report ? trial->report->started : 1;
    arm.cancelled += trial->report ? trial->report->cancelled : 0;
    if (trial->report && !IsPlainVote(*trial->report)) arm.plain_votes = false;
    if (trial->report) ++arm.stops[trial->report->stop];
  }
  if (arm.stops.empty()) arm.plain_votes = false;  // one agent
  const auto n = double(trials.size());
  arm.tokens_total /= n, arm.tokens_sequential /= n, arm.started /= n, arm.cancelled /= n;
  arm.latency_median = Quantile(seconds, 0.5);
  arm.latency_p95 = Quantile(seconds, 0.95);
}

using RightOf = std::vector<std::pair<int, int>>;  // {right, attempts} of each trial

// The curve that these attempts predict, with what it would have been on other items like them.
std::vector<EvalArm::Predicted> PredictCurve(const RightOf& right_of, std::uint64_t seed) {
  const Difficulty measured = EstimateDifficulty(right_of);
  std::vector<std::vector<double>> drawn(std::size(kWidths));
  Draws draws(seed);
  RightOf sample(right_of.size());
  for (int i = 0; i < kCurveSamples; ++i) {
    for (auto& one : sample) one = right_of[draws.Below(right_of.size())];
    const Difficulty other = EstimateDifficulty(sample);
    for (std::size_t w = 0; w < std::size(kWidths); ++w)
      drawn[w].push_back(MajorityAccuracy(other.p, other.rho, kWidths[w]));
  }
  std::vector<EvalArm::Predicted> curve;
  for (std::size_t w = 0; w < std::size(kWidths); ++w) {
    curve.push_back({kWidths[w],
                     MajorityAccuracy(measured.p, measured.rho, kWidths[w]),
                     {Quantile(drawn[w], 0.025), Quantile(drawn[w], 0.975)}});
  }
  return curve;
}

void AddAttempts(const TrialList& trials, std::uint64_t seed, EvalArm& arm) {
  RightOf right_of;
  double known = 0, covered = 0, right = 0;
  for (const EvalTrial* trial : trials) {
    if (trial->attempts_cast <= 0) continue;
    ++known;
    covered += trial->attempts_right > 0;
    right += trial->grade.right;
    if (trial->attempts_cast >= 2) right_of.emplace_back(trial->attempts_right, trial->attempts_cast);
  }
  if (known > 0) {
    arm.coverage = covered / known;
    arm.selection_gap = (covered - right) / known;
  }
  if (right_of.empty()) return;
  const Difficulty difficulty = EstimateDifficulty(right_of);
  arm.single = difficulty.p, arm.rho = difficulty.rho;
  arm.predicted = PredictCurve(right_of, seed);
}

EvalArm SummarizeArm(const std::string& variant, const TrialList& trials, std::uint64_t seed) {
  EvalArm arm;
  arm.variant = variant;
  arm.n = std::int64_t(trials.size());
  arm.items = std::int64_t(SharesOf(trials).size());
  std::vector<std::pair<double, bool>> stated;
  for (const EvalTrial* trial : trials) {
    arm.right += trial->grade.right;
    arm.errors += !trial->error.empty();
    arm.score += trial->grade.score;
    if (trial->confidence >= 0) stated.emplace_back(trial->confidence, trial->grade.right);
    if (trial->grade.judge_agreed) ++arm.judged, arm.judge_split += !*trial->grade.judge_agreed;
    for (const std::string& tag : trial->tags) {
      arm.tags[tag].first += trial->grade.right;
      ++arm.tags[tag].second;
    }
  }
  arm.score /= double(arm.n);
  arm.accuracy = double(arm.right) / double(arm.n);
  // Trials of one item are much alike: more seeds make an item surer, not the data set larger.
  arm.interval = WilsonInterval(std::llround(arm.accuracy * double(arm.items)), arm.items);
  arm.calibration = MeasureCalibration(stated);
  arm.calibrated = std::int64_t(stated.size());
  AddCosts(trials, arm);
  AddAttempts(trials, seed, arm);
  return arm;
}

EvalComparison CompareArms(const TrialList& of_a, const TrialList& of_b, const EvalArm& a, const EvalArm& b,
                           std::uint64_t seed) {
  EvalComparison found;
  found.a = a.variant, found.b = b.variant;
  const std::map<std::string, double> in_a = SharesOf(of_a), in_b = SharesOf(of_b);
  std::vector<std::pair<double, double>> pairs;
  for (const auto& [item, share] : in_a) {
    const auto other = in_b.find(item);
    if (other == in_b.end()) continue;
    pairs.emplace_back(share, other->second);
    const bool right_a = share > 0.5, right_b = other->second > 0.5;
    found.only_a += right_a && !right_b;
    found.only_b += right_b && !right_a;
    found.difference += other->second - share;
  }
  found.n = std::int64_t(pairs.size());
  if (found.n == 0) return found;
  found.difference /= double(found.n);
  found.p = McNemarP(found.only_a, found.only_b);
  found.interval = PairedBootstrap(pairs, seed);
  if (a.tokens_total > 0 && b.tokens_total > 0) found.tokens_ratio = b.tokens_total / a.tokens_total;
  // One more disagreement than was seen: none among a few items does not mean that there are none.
  const double discordant = double(found.only_a + found.only_b + 1) / double(found.n + 1);
  found.items_needed = ItemsNeeded(discordant, kDifference);
  return found;
}

// --- Warnings ----------------------------------------------------------------------------------------------

std::string Points(double share) { return absl::StrFormat("%+.1f", 100 * share); }

std::string CostOf(const EvalComparison& of) {
  return of.tokens_ratio > 0 ? absl::StrFormat("%.1f times the tokens", of.tokens_ratio) : "unknown tokens";
}

bool IsOneAgent(const TrialList& trials) {
  return std::none_of(trials.begin(), trials.end(),
                      [](const EvalTrial* t) { return t->report && t->report->width > 1; });
}

std::string Evidence(const EvalComparison& of) {
  return absl::StrFormat("%s points, 95 %% of %s to %s, p = %.2g", Points(of.difference),
                         Points(of.interval.low), Points(of.interval.high), of.p);
}

void WarnOfComparison(const EvalComparison& of, bool one_agent, std::vector<std::string>& warnings) {
  if (of.n == 0) {
    warnings.push_back(
        absl::StrCat(of.a, " and ", of.b, " share no item: nothing can be said of their difference"));
    return;
  }
  if (of.no_gain() && of.tokens_ratio > 0 && of.tokens_ratio < kCheaper) {
    warnings.push_back(absl::StrCat(of.b, " was not measured to be worse than ", of.a, " on ", of.n,
                                    " items, at ", CostOf(of), " (", Evidence(of), ")"));
  } else if (of.no_gain()) {
    warnings.push_back(absl::StrCat(one_agent ? "one agent is as good: " : "", of.b, " takes ", CostOf(of),
                                    " of ", of.a, " for no measured gain on ", of.n, " items (", Evidence(of),
                                    ")"));
  } else if (of.difference < 0 && of.p < 0.05) {
    warnings.push_back(
        absl::StrCat(of.b, " is worse than ", of.a, ", at ", CostOf(of), " (", Evidence(of), ")"));
  }
}

std::vector<const EvalComparison*> DearWithoutGain(const EvalReport& report) {
  std::vector<const EvalComparison*> found;
  for (const EvalComparison& of : report.comparisons) {
    if (of.n > 0 && of.no_gain() && of.tokens_ratio >= kCheaper) found.push_back(&of);
  }
  return found;
}

// Of a sweep: one sentence, not one for each.
void WarnOfMany(const std::vector<const EvalComparison*>& all, const std::string& baseline, bool one_agent,
                std::vector<std::string>& warnings) {
  std::vector<std::string> names;
  double least = all.front()->tokens_ratio, most = 0;
  for (const EvalComparison* of : all) {
    names.push_back(of->b);
    least = std::min(least, of->tokens_ratio), most = std::max(most, of->tokens_ratio);
  }
  warnings.push_back(absl::StrCat(one_agent ? "one agent is as good: " : "", "no gain over ", baseline,
                                  " was measured of ", absl::StrJoin(names, ", "),
                                  absl::StrFormat(", at %.1f to %.1f times its tokens", least, most)));
}

// Said once, for the comparison that needs the most.
void WarnOfFewItems(const EvalReport& report, std::vector<std::string>& warnings) {
  const EvalComparison* most = nullptr;
  for (const EvalComparison& of : report.comparisons) {
    if (of.n > 0 && of.items_needed > of.n && (most == nullptr || of.items_needed > most->items_needed))
      most = &of;
  }
  if (most != nullptr) {
    warnings.push_back(absl::StrCat(most->n, " items are too few to see a difference of 5 points from ",
                                    most->a, ": about ", most->items_needed, " would do"));
  }
  const EvalArm& first = report.arms.front();
  const double half = (first.interval.high - first.interval.low) / 2;
  if (report.arms.size() == 1 && half > kDifference) {
    warnings.push_back(
        absl::StrFormat("%d items are too few to know an accuracy to 5 points: it is known to %.0f",
                        first.items, 100 * half));
  }
}

void WarnOfArm(const EvalArm& arm, std::vector<std::string>& warnings) {
  if (arm.errors > 0) {
    warnings.push_back(absl::StrCat(arm.variant, ": ", arm.errors, " of ", arm.n,
                                    " trials failed; they count as not right"));
  }
  if (arm.judge_split * 10 > arm.judged) {
    warnings.push_back(absl::StrCat(arm.variant, ": the judge contradicted itself in ", arm.judge_split,
                                    " of ", arm.judged,
                                    " grades when the order was changed; they count as not right"));
  }
}

std::vector<std::string> WarningsOf(const EvalReport& report, const ByVariant& groups) {
  std::vector<std::string> warnings;
  if (report.arms.empty()) return {"no trials: nothing was measured"};
  const bool one_agent = IsOneAgent(groups.trials.at(report.baseline));
  const std::vector<const EvalComparison*> dear = DearWithoutGain(report);
  if (dear.size() > kSaidApart) WarnOfMany(dear, report.baseline, one_agent, warnings);
  for (const EvalComparison& comparison : report.comparisons) {
    const bool said =
        dear.size() > kSaidApart && std::find(dear.begin(), dear.end(), &comparison) != dear.end();
    if (!said) WarnOfComparison(comparison, one_agent, warnings);
  }
  WarnOfFewItems(report, warnings);
  for (const EvalArm& arm : report.arms) WarnOfArm(arm, warnings);
  return warnings;
}

// --- Matched tokens ----------------------------------------------------------------------------------------

// Of each family the arm whose tokens are nearest to the reference's, by their ratio.
std::vector<EvalMatch> MatchArms(const EvalReport& report, const ByVariant& groups,
                                 const SummaryOptions& options) {
  const std::string& name = groups.trials.count(options.match) > 0 ? options.match : report.baseline;
  const auto reference = std::find_if(report.arms.begin(), report.arms.end(),
                                      [&](const EvalArm& arm) { return arm.variant == name; });
  std::vector<EvalMatch> matches;
  for (const bool sequential : {false, true}) {
    const auto tokens = [&](const EvalArm& arm) {
      return sequential ? arm.tokens_sequential : arm.tokens_total;
    };
    std::map<std::string, const EvalArm*> nearest;
    std::vector<std::string> order;
    for (const EvalArm& arm : report.arms) {
      const std::string& family = arm.family;
      if (family == reference->family || tokens(arm) <= 0 || tokens(*reference) <= 0) continue;
      const EvalArm*& best = nearest[family];
      const auto far = [&](const EvalArm& a) { return std::abs(std::log(tokens(a) / tokens(*reference))); };
      if (best == nullptr) order.push_back(family);
      if (best == nullptr || far(arm) < far(*best)) best = &arm;
    }
    for (const std::string& family : order) {
      const EvalArm& arm = *nearest[family];
      matches.push_back({family, sequential, tokens(arm) / tokens(*reference),
                         CompareArms(groups.trials.at(name), groups.trials.at(arm.variant), *reference, arm,
                                     options.seed)});
    }
  }
  return matches;
}

}  // namespace

EvalReport Summarize(const std::vector<EvalTrial>& trials, const SummaryOptions& options) {
  EvalReport report;
  report.name = options.name, report.note = options.note;
  const ByVariant groups = GroupTrials(trials);
  for (const std::string& variant : groups.order) {
    report.arms.push_back(SummarizeArm(variant, groups.trials.at(variant), options.seed));
    const auto family = options.families.find(variant);
    report.arms.back().family = family == options.families.end() ? variant : family->second;
  }
  if (!report.arms.empty()) {
    const bool known = groups.trials.count(options.baseline) > 0;
    report.baseline = known ? options.baseline : groups.order.front();
    const TrialList& base = groups.trials.at(report.baseline);
    const auto arm_of_base = std::find_if(report.arms.begin(), report.arms.end(),
                                          [&](const EvalArm& arm) { return arm.variant == report.baseline; });
    for (const EvalArm& arm : report.arms) {
      if (arm.variant == report.baseline) continue;
      report.comparisons.push_back(
          CompareArms(base, groups.trials.at(arm.variant), *arm_of_base, arm, options.seed));
    }
  }
  if (!report.arms.empty() && !options.families.empty()) report.matches = MatchArms(report, groups, options);
  report.warnings = WarningsOf(report, groups);
  return report;
}

}  // namespace ninefold
