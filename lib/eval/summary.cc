// From trials to what can be said of each variant. What is said of two of them: compare.cc; of their
// attempts: attempts.cc and vote_curve.cc.
#include <algorithm>
#include <cmath>

#include "eval/arms.h"

namespace ninefold {
namespace eval {
namespace {

ByVariant GroupTrials(const std::vector<EvalTrial>& trials) {
  ByVariant groups;
  for (const EvalTrial& trial : trials) {
    TrialList& list = groups.trials[trial.variant];
    if (list.empty()) groups.order.push_back(trial.variant);
    list.push_back(&trial);
  }
  return groups;
}

double TokensOf(const EvalTrial& trial) {
  const Usage& tokens = trial.cost.tokens;
  if (tokens.input || tokens.output) return double(tokens.input.value_or(0) + tokens.output.value_or(0));
  return trial.report && trial.report->tokens_total ? double(*trial.report->tokens_total) : 0;
}

// Of a file that knows no chains: one agent's calls wait for each other, so all its output is one.
double SequentialTokensOf(const EvalTrial& trial) {
  if (trial.cost.tokens_sequential) return double(*trial.cost.tokens_sequential);
  if (trial.report && trial.report->tokens_sequential) return double(*trial.report->tokens_sequential);
  return double(trial.cost.tokens.output.value_or(0));
}

void AddCosts(const TrialList& trials, EvalArm& arm) {
  std::vector<double> seconds, queued;
  double input = 0, cached = 0;
  for (const EvalTrial* trial : trials) {
    const absl::Duration own = std::max(absl::ZeroDuration(), trial->latency - trial->queued);
    seconds.push_back(absl::ToDoubleSeconds(own));
    queued.push_back(absl::ToDoubleSeconds(trial->queued));
    arm.tokens_total += TokensOf(*trial);
    arm.tokens_sequential += SequentialTokensOf(*trial);
    arm.usd += trial->cost.usd;
    arm.usd_is_known = arm.usd_is_known && trial->cost.usd_is_known;
    const Usage& tokens = trial->cost.tokens;
    if (tokens.input && tokens.cached_input)
      input += double(*tokens.input), cached += double(*tokens.cached_input);
  }
  const auto n = double(trials.size());
  arm.tokens_total /= n, arm.tokens_sequential /= n;
  if (input > 0) arm.cached_share = cached / input;
  arm.latency_median = Quantile(seconds, 0.5), arm.latency_p95 = Quantile(seconds, 0.95);
  arm.queued_median = Quantile(queued, 0.5), arm.queued_p95 = Quantile(queued, 0.95);
}

EvalShare ShareOf(const TrialList& trials) {
  EvalShare share;
  share.n = std::int64_t(trials.size());
  for (const EvalTrial* trial : trials) share.right += trial->grade.right;
  share.items = std::int64_t(SharesOf(trials).size());
  share.accuracy = double(share.right) / double(share.n);
  share.interval = WilsonInterval(std::llround(share.accuracy * double(share.items)), share.items);
  return share;
}

void AddGrades(const TrialList& trials, EvalArm& arm) {
  std::vector<std::pair<double, bool>> stated;
  std::map<std::string, TrialList> by_tag;
  std::map<std::uint64_t, TrialList> by_seed;
  for (const EvalTrial* trial : trials) {
    arm.errors += !trial->error.empty();
    if (arm.first_error.empty()) arm.first_error = trial->error;
    arm.score += trial->grade.score / double(trials.size());
    if (trial->confidence >= 0) stated.emplace_back(trial->confidence, trial->grade.right);
    if (trial->grade.judge_agreed) ++arm.judged, arm.judge_split += !*trial->grade.judge_agreed;
    if (trial->grade.agreement) ++arm.by_rubric, arm.agreement_of_points += *trial->grade.agreement;
    for (const std::string& tag : trial->tags) by_tag[tag].push_back(trial);
    by_seed[trial->seed].push_back(trial);
  }
  if (arm.by_rubric > 0) arm.agreement_of_points /= double(arm.by_rubric);
  for (const auto& [tag, of_tag] : by_tag) arm.tags[tag] = ShareOf(of_tag);
  for (const auto& [seed, of_seed] : by_seed) arm.by_seed[seed] = ShareOf(of_seed).accuracy;
  arm.calibration = MeasureCalibration(stated);
  arm.calibrated = std::int64_t(stated.size());
}

EvalArm SummarizeArm(const std::string& variant, const TrialList& trials, std::uint64_t seed) {
  EvalArm arm;
  arm.variant = variant;
  const EvalShare whole = ShareOf(trials);
  arm.n = whole.n, arm.items = whole.items, arm.right = whole.right;
  arm.accuracy = whole.accuracy, arm.interval = whole.interval;
  AddGrades(trials, arm);
  AddCosts(trials, arm);
  AddAttempts(trials, seed, arm);
  return arm;
}

void Compare(const ByVariant& groups, const SummaryOptions& options, EvalReport& report) {
  report.baseline = groups.trials.count(options.baseline) > 0 ? options.baseline : groups.order.front();
  const TrialList& base = groups.trials.at(report.baseline);
  for (const EvalArm& arm : report.arms) {
    if (arm.variant == report.baseline) continue;
    report.comparisons.push_back(
        CompareArms(base, groups.trials.at(arm.variant), ArmOf(report, report.baseline), arm, options.seed));
  }
  std::vector<EvalComparison*> all;
  for (EvalComparison& comparison : report.comparisons) all.push_back(&comparison);
  JudgeTogether(all, report.margin);
  report.by_tag = CompareByTag(report, groups, options);
  if (!options.families.empty()) report.matches = MatchArms(report, groups, options);
  report.vote_checks = CheckVotes(report, groups, options);
}

}  // namespace

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

bool IsOneAgent(const TrialList& trials) {
  return std::none_of(trials.begin(), trials.end(),
                      [](const EvalTrial* t) { return t->report && t->report->width > 1; });
}

}  // namespace eval

EvalReport Summarize(const std::vector<EvalTrial>& trials, const SummaryOptions& options) {
  EvalReport report;
  report.name = options.name, report.note = options.note, report.margin = options.margin;
  const eval::ByVariant groups = eval::GroupTrials(trials);
  for (const std::string& variant : groups.order) {
    report.arms.push_back(eval::SummarizeArm(variant, groups.trials.at(variant), options.seed));
    const auto family = options.families.find(variant);
    report.arms.back().family = family == options.families.end() ? variant : family->second;
  }
  if (!report.arms.empty()) eval::Compare(groups, options, report);
  report.warnings = eval::WarningsOf(report, groups);
  return report;
}

}  // namespace ninefold
