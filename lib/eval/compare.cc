// Two variants, item by item; what a comparison shows, and what it rules out.
#include <algorithm>
#include <cmath>

#include "eval/arms.h"

namespace ninefold {
namespace eval {
namespace {

constexpr double kSure = 0.05;

TrialList OfTag(const TrialList& trials, const std::string& tag) {
  TrialList found;
  for (const EvalTrial* trial : trials) {
    if (std::find(trial->tags.begin(), trial->tags.end(), tag) != trial->tags.end()) found.push_back(trial);
  }
  return found;
}

void Judge(double margin, EvalComparison& of) {
  if (of.n == 0) return;
  of.least_seen = LeastDifference(of.discordant, of.n);
  of.items_needed = ItemsNeeded(of.discordant, margin);
  if (of.p_holm < kSure) {
    of.verdict = of.difference > 0 ? EvalComparison::kBetter : EvalComparison::kWorse;
  } else if (of.interval.high < margin) {
    of.verdict = EvalComparison::kAsGood;
  }
}

}  // namespace

const EvalArm& ArmOf(const EvalReport& report, const std::string& variant) {
  return *std::find_if(report.arms.begin(), report.arms.end(),
                       [&](const EvalArm& arm) { return arm.variant == variant; });
}

EvalComparison CompareArms(const TrialList& of_a, const TrialList& of_b, const EvalArm& a, const EvalArm& b,
                           std::uint64_t seed) {
  EvalComparison found;
  found.a = a.variant, found.b = b.variant;
  const std::map<std::string, double> in_a = SharesOf(of_a), in_b = SharesOf(of_b);
  std::vector<std::pair<double, double>> pairs;
  std::vector<double> differences;
  for (const auto& [item, share] : in_a) {
    const auto other = in_b.find(item);
    if (other == in_b.end()) continue;
    pairs.emplace_back(share, other->second);
    differences.push_back(other->second - share);
    found.only_a += share > other->second;
    found.only_b += share < other->second;
    found.difference += other->second - share;
  }
  found.n = std::int64_t(pairs.size());
  if (a.tokens_total > 0 && b.tokens_total > 0) found.tokens_ratio = b.tokens_total / a.tokens_total;
  if (found.n == 0) return found;
  found.difference /= double(found.n);
  found.discordant = 1;
  for (const double difference : differences) found.discordant += difference * difference;
  found.discordant /= double(found.n + 1);
  found.p = found.p_holm = SignFlipP(differences, seed);
  found.interval = PairedInterval(pairs, seed);
  return found;
}

void JudgeTogether(const std::vector<EvalComparison*>& all, double margin) {
  std::vector<EvalComparison*> made;
  std::vector<double> p;
  for (EvalComparison* of : all) {
    if (of->n > 0) made.push_back(of), p.push_back(of->p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i]->p_holm = adjusted[i];
    Judge(margin, *made[i]);
  }
}

std::vector<EvalTagComparison> CompareByTag(const EvalReport& report, const ByVariant& groups,
                                            const SummaryOptions& options) {
  const EvalArm& base = ArmOf(report, report.baseline);
  std::vector<EvalTagComparison> all;
  for (const auto& [tag, share] : base.tags) {
    for (const EvalArm& arm : report.arms) {
      if (arm.variant == base.variant || arm.tags.count(tag) == 0) continue;
      EvalTagComparison of{tag,
                           CompareArms(OfTag(groups.trials.at(base.variant), tag),
                                       OfTag(groups.trials.at(arm.variant), tag), base, arm, options.seed)};
      of.comparison.tokens_ratio = 0;  // known of the whole
      if (of.comparison.n > 0) all.push_back(std::move(of));
    }
  }
  std::vector<EvalComparison*> together;
  for (EvalTagComparison& of : all) together.push_back(&of.comparison);
  JudgeTogether(together, report.margin);
  return all;
}

// Of each family the arm whose tokens are nearest to the reference's, by their ratio.
std::vector<EvalMatch> MatchArms(const EvalReport& report, const ByVariant& groups,
                                 const SummaryOptions& options) {
  const std::string& name = groups.trials.count(options.match) > 0 ? options.match : report.baseline;
  const EvalArm& reference = ArmOf(report, name);
  std::vector<EvalMatch> matches;
  for (const bool sequential : {false, true}) {
    const auto tokens = [&](const EvalArm& arm) {
      return sequential ? arm.tokens_sequential : arm.tokens_total;
    };
    const auto far = [&](const EvalArm& a) { return std::abs(std::log(tokens(a) / tokens(reference))); };
    std::map<std::string, const EvalArm*> nearest;
    std::vector<std::string> order;
    for (const EvalArm& arm : report.arms) {
      if (arm.family == reference.family || tokens(arm) <= 0 || tokens(reference) <= 0) continue;
      const EvalArm*& best = nearest[arm.family];
      if (best == nullptr) order.push_back(arm.family);
      if (best == nullptr || far(arm) < far(*best)) best = &arm;
    }
    for (const std::string& family : order) {
      const EvalArm& arm = *nearest[family];
      matches.push_back(
          {family, sequential, tokens(arm) / tokens(reference),
           CompareArms(groups.trials.at(name), groups.trials.at(arm.variant), reference, arm, options.seed)});
    }
  }
  for (const bool sequential : {false, true}) {
    std::vector<EvalComparison*> together;
    for (EvalMatch& match : matches) {
      if (match.sequential == sequential && match.near()) together.push_back(&match.comparison);
    }
    JudgeTogether(together, report.margin);
  }
  return matches;
}

}  // namespace eval

std::string_view VerdictName(EvalComparison::Verdict verdict) {
  constexpr std::string_view kNames[] = {"no telling", "better", "worse", "as good"};
  return kNames[std::size_t(verdict)];
}

}  // namespace ninefold
