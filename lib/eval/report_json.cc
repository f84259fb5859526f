// A report for programs.
#include "ninefold/eval.h"

namespace ninefold {
namespace {

Json IntervalJson(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Json CalibrationJson(const Calibration& calibration) {
  Json bins = Json::array();
  for (const Calibration::Bin& bin : calibration.bins)
    bins.push_back({{"confidence", bin.confidence}, {"accuracy", bin.accuracy}, {"n", bin.n}});
  return {{"bins", std::move(bins)}, {"brier", calibration.brier}, {"ece", calibration.ece}};
}

Json ShareJson(const EvalShare& share) {
  return {{"right", share.right},
          {"n", share.n},
          {"items", share.items},
          {"accuracy", share.accuracy},
          {"interval", IntervalJson(share.interval)}};
}

Json VotesJson(const std::vector<EvalVoteAt>& votes) {
  Json json = Json::array();
  for (const EvalVoteAt& at : votes)
    json.push_back({{"width", at.width}, {"accuracy", at.accuracy}, {"interval", IntervalJson(at.interval)}});
  return json;
}

void AddAttemptsJson(const EvalArm& arm, Json& json) {
  json["started"] = arm.started, json["cast"] = arm.cast, json["abstained"] = arm.abstained;
  json["failed"] = arm.failed, json["cancelled"] = arm.cancelled;
  json["stops"] = arm.stops;
  json["plain_votes"] = arm.plain_votes;
  if (arm.agreement >= 0) json["agreement"] = arm.agreement;
  if (arm.coverage >= 0) {
    json["coverage"] = arm.coverage, json["selection_gap"] = arm.selection_gap;
    json["coverage_is_least"] = arm.stopped_early;
  }
  if (arm.single >= 0) {
    json["single"] = arm.single, json["rho"] = arm.rho;
    json["single_is_rough"] = arm.single_is_rough;
  }
  if (!arm.if_wrong_agree.empty()) json["votes_if_wrong_agree"] = VotesJson(arm.if_wrong_agree);
  if (!arm.as_drawn.empty()) json["votes_as_drawn"] = VotesJson(arm.as_drawn);
}

Json ArmJson(const EvalArm& arm) {
  Json json = {{"variant", arm.variant},
               {"family", arm.family},
               {"n", arm.n},
               {"items", arm.items},
               {"right", arm.right},
               {"errors", arm.errors},
               {"first_error", arm.first_error},
               {"accuracy", arm.accuracy},
               {"interval", IntervalJson(arm.interval)},
               {"score", arm.score},
               {"latency_median_seconds", arm.latency_median},
               {"latency_p95_seconds", arm.latency_p95},
               {"queued_median_seconds", arm.queued_median},
               {"queued_p95_seconds", arm.queued_p95},
               {"tokens_total", arm.tokens_total},
               {"tokens_sequential", arm.tokens_sequential},
               {"usd", arm.usd_is_known ? Json(arm.usd) : Json(nullptr)}};
  for (const auto& [seed, accuracy] : arm.by_seed)
    json["by_seed"].push_back({{"seed", seed}, {"accuracy", accuracy}});
  if (arm.cached_share >= 0) json["cached_share"] = arm.cached_share;
  if (arm.calibrated > 0) {
    json["calibration"] = CalibrationJson(arm.calibration);
    json["calibrated"] = arm.calibrated;
  }
  if (arm.judged > 0) json["judged"] = arm.judged, json["judge_split"] = arm.judge_split;
  if (arm.by_rubric > 0)
    json["by_rubric"] = arm.by_rubric, json["agreement_of_points"] = arm.agreement_of_points;
  for (const auto& [tag, share] : arm.tags) json["tags"][tag] = ShareJson(share);
  AddAttemptsJson(arm, json);
  return json;
}

Json ComparisonJson(const EvalComparison& c) {
  return {{"a", c.a},
          {"b", c.b},
          {"n", c.n},
          {"only_a", c.only_a},
          {"only_b", c.only_b},
          {"p", c.p},
          {"p_holm", c.p_holm},
          {"difference", c.difference},
          {"interval", IntervalJson(c.interval)},
          {"tokens_ratio", c.tokens_ratio},
          {"least_seen", c.least_seen},
          {"items_needed", c.items_needed},
          {"verdict", std::string(VerdictName(c.verdict))}};
}

}  // namespace

Json ToJson(const EvalReport& report) {
  Json json = {{"name", report.name},
               {"baseline", report.baseline},
               {"margin", report.margin},
               {"warnings", report.warnings}};
  json["arms"] = Json::array();
  for (const EvalArm& arm : report.arms) json["arms"].push_back(ArmJson(arm));
  json["comparisons"] = Json::array();
  for (const EvalComparison& c : report.comparisons) json["comparisons"].push_back(ComparisonJson(c));
  for (const EvalTagComparison& of : report.by_tag) {
    Json one = ComparisonJson(of.comparison);
    one["tag"] = of.tag;
    json["comparisons_by_tag"].push_back(std::move(one));
  }
  for (const EvalMatch& match : report.matches) {
    Json of = ComparisonJson(match.comparison);
    of["family"] = match.family, of["ratio"] = match.ratio, of["near"] = match.near();
    of["by"] = match.sequential ? "sequential tokens" : "total tokens";
    json["matches"].push_back(std::move(of));
  }
  for (const EvalVoteCheck& check : report.vote_checks) {
    json["vote_checks"].push_back({{"of", check.of},
                                   {"measured_by", check.measured_by},
                                   {"width", check.width},
                                   {"predicted", check.predicted},
                                   {"measured", check.measured},
                                   {"difference", IntervalJson(check.difference)},
                                   {"inside", check.inside()}});
  }
  if (!report.note.empty()) json["note"] = report.note;
  return json;
}

}  // namespace ninefold
