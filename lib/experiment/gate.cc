// Whether something is worse than it was.
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ninefold/experiment.h"

namespace ninefold {
namespace {

constexpr double kSure = 0.05;
constexpr std::size_t kNamed = 10;

using Shares = std::map<std::string, double>;  // by item: of its trials that are right

std::map<std::string, Shares> ByVariant(const std::vector<EvalTrial>& trials) {
  std::map<std::string, std::map<std::string, std::pair<int, int>>> counts;
  for (const EvalTrial& trial : trials) {
    auto& [right, n] = counts[trial.variant][trial.item];
    right += trial.grade.right, ++n;
  }
  std::map<std::string, Shares> all;
  for (const auto& [variant, items] : counts) {
    for (const auto& [item, count] : items) all[variant][item] = double(count.first) / count.second;
  }
  return all;
}

std::string Named(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(kNamed, names.size());
  const std::vector<std::string> first(names.begin(), names.begin() + std::ptrdiff_t(shown));
  return absl::StrCat(absl::StrJoin(first, ", "),
                      names.size() > shown ? absl::StrCat(" and ", names.size() - shown, " more") : "");
}

// One variant, then and now, on the items of both.
struct GatePair {
  std::string variant;
  std::size_t items_before = 0;
  std::vector<double> differences;  // now - before
  std::vector<std::string> lost;
  int gained = 0;
  double fell = 0, p = 1;
  std::size_t could_fall = 0;  // items that were right at least once

  std::size_t items() const { return differences.size(); }
};

GatePair PairUp(const std::string& variant, const Shares& before, const Shares& now, std::uint64_t seed) {
  GatePair pair{.variant = variant, .items_before = before.size()};
  for (const auto& [item, was] : before) {
    const auto found = now.find(item);
    if (found == now.end()) continue;
    const double difference = found->second - was;
    pair.differences.push_back(difference);
    pair.fell -= difference;
    pair.could_fall += was > 0;
    if (difference < 0) pair.lost.push_back(item);
    pair.gained += difference > 0;
  }
  if (pair.items() == 0) return pair;
  pair.fell /= double(pair.items());
  pair.p = SignFlipWorseP(pair.differences, seed);
  return pair;
}

std::string TooFewInCommon(const std::string& variant, std::size_t now, std::size_t before, double least) {
  return absl::StrFormat(
      "\"%s\" has %d of the %d items of the baseline: too few to pass (at least %.0f %%); ask all of them, "
      "or "
      "allow less with --overlap",
      variant, now, before, 100 * least);
}

void Judge(const GatePair& pair, double adjusted, const GateOptions& options, GateOutcome& outcome) {
  if (double(pair.items()) < options.overlap * double(pair.items_before)) {
    outcome.failures.push_back(
        TooFewInCommon(pair.variant, pair.items(), pair.items_before, options.overlap));
  }
  const bool sure = adjusted < kSure, over = options.tolerance && pair.fell > *options.tolerance + 1e-9;
  if (pair.fell <= 0 || !(sure || over)) return;
  outcome.failures.push_back(absl::StrFormat(
      "\"%s\" is worse than it was: %.1f points lower on %d items (%d lost, %d gained, p %.2g); lost: %s",
      pair.variant, 100 * pair.fell, pair.items(), pair.lost.size(), pair.gained, adjusted,
      Named(pair.lost)));
}

// What a gate that was passed does not say.
void NoteLimits(const std::vector<GatePair>& pairs, const GateOptions& options, GateOutcome& outcome) {
  std::vector<std::string> blind;
  std::size_t fewest = 0;
  double unseen = 0;
  for (const GatePair& pair : pairs) {
    const double surest = std::exp2(-double(pair.could_fall)) * double(pairs.size());
    if (surest >= kSure && pair.could_fall > 0) blind.push_back(pair.variant);
    double squares = 1;  // one more disagreement than was seen
    for (const double difference : pair.differences) squares += difference * difference;
    const double least = LeastDifference(squares / double(pair.items() + 1), std::int64_t(pair.items()));
    if (least > unseen) unseen = least, fewest = pair.items();
  }
  if (!blind.empty() && !options.tolerance) {
    outcome.notes.push_back(
        absl::StrCat("so few items were right before of ", Named(blind),
                     " that losing all of them could be chance: measure more items, or give --tolerance"));
  } else if (unseen > 0) {
    outcome.notes.push_back(absl::StrFormat(
        "a fall of less than about %.1f points is not surely seen on %d items", 100 * unseen, fewest));
  }
}

void NoteNew(const std::vector<std::string>& names, GateOutcome& outcome) {
  if (!names.empty()) outcome.notes.push_back(absl::StrCat("not in the baseline: ", Named(names)));
}

std::string Missing(const std::string& variant) {
  return absl::StrCat("\"", variant,
                      "\" of the baseline was not measured now; measure it, or take a baseline ",
                      "without it");
}

}  // namespace

absl::StatusOr<GateOutcome> FindRegressions(const std::vector<EvalTrial>& before,
                                            const std::vector<EvalTrial>& now, const GateOptions& options) {
  const auto was = ByVariant(before), is = ByVariant(now);
  GateOutcome outcome;
  std::vector<GatePair> pairs;
  std::vector<std::string> fresh;
  for (const auto& [variant, items] : was) {
    const auto found = is.find(variant);
    if (found == is.end()) {
      outcome.failures.push_back(Missing(variant));
      continue;
    }
    GatePair pair = PairUp(variant, items, found->second, options.seed);
    if (pair.items() > 0) {
      pairs.push_back(std::move(pair));
    } else {
      outcome.failures.push_back(TooFewInCommon(variant, 0, items.size(), options.overlap));
    }
  }
  for (const auto& [variant, items] : is) {
    if (was.count(variant) == 0) fresh.push_back(variant);
  }
  if (pairs.empty()) {
    std::vector<std::string> names;
    for (const auto& [variant, items] : is) names.push_back(variant);
    return absl::InvalidArgumentError(
        absl::StrCat("the baseline has no variant and item in common with this: ", Named(names)));
  }
  std::vector<double> p;
  for (const GatePair& pair : pairs) p.push_back(pair.p);
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (std::size_t i = 0; i < pairs.size(); ++i) Judge(pairs[i], adjusted[i], options, outcome);
  NoteLimits(pairs, options, outcome);
  NoteNew(fresh, outcome);
  return outcome;
}

absl::StatusOr<GateOutcome> FindRegressions(const Json& before_report, const std::vector<EvalTrial>& now,
                                            const GateOptions& options) {
  const Json* arms = GetMember(before_report, "arms");
  if (arms == nullptr || !arms->is_array())
    return absl::InvalidArgumentError("no report: it has no list \"arms\"; give what --json printed");
  const auto is = ByVariant(now);
  GateOutcome outcome;
  std::size_t compared = 0;
  for (const Json& arm : *arms) {
    const std::string* variant = GetString(arm, "variant");
    const auto was = GetNumber(arm, "accuracy");
    const auto items = GetInt(arm, "items");
    if (variant == nullptr || !was || !items || *items <= 0) continue;
    const auto found = is.find(*variant);
    if (found == is.end()) {
      outcome.failures.push_back(Missing(*variant));
      continue;
    }
    ++compared;
    double right = 0;
    for (const auto& [item, share] : found->second) right += share;
    const auto n = std::int64_t(found->second.size());
    if (double(n) < options.overlap * double(*items))
      outcome.failures.push_back(
          TooFewInCommon(*variant, std::size_t(n), std::size_t(*items), options.overlap));
    const double accuracy = right / double(n), fell = *was - accuracy;
    const Interval change =
        DifferenceInterval(std::llround(right), n, std::llround(*was * double(*items)), *items);
    const bool over = options.tolerance && fell > *options.tolerance + 1e-9;
    if (fell <= 0 || !(change.high < 0 || over)) continue;
    outcome.failures.push_back(
        absl::StrFormat("\"%s\" is worse than it was: %.1f %% of %d items, was %.1f %% of %d; which were "
                        "lost a report does not say",
                        *variant, 100 * accuracy, n, 100 * *was, *items));
  }
  if (compared == 0) return absl::InvalidArgumentError("the baseline has no variant in common with this");
  outcome.notes.push_back("a report has no items: compare with trials.jsonl to see smaller changes");
  return outcome;
}

}  // namespace ninefold
