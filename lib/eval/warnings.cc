// What a person must know before the figures: what costs more and brings nothing, and what cannot be told.
// "As good" is said only of what was shown, never for lack of items.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "eval/arms.h"
#include "eval/figures.h"

namespace ninefold::eval {
namespace {

constexpr double kCheaper = 0.95;      // of the tokens: below it, the saving is what matters
constexpr std::size_t kSaidApart = 3;  // comparisons of one kind
constexpr std::size_t kSeedsAdvised = 3;
constexpr double kDifference = 0.05;  // to which an accuracy should be known

std::string Points(double share) { return absl::StrFormat("%+.1f", 100 * share); }
std::string Margin(double margin) { return absl::StrFormat("%g points", 100 * margin); }

std::string CostOf(const EvalComparison& of) {
  return of.tokens_ratio > 0 ? absl::StrFormat("%.1f times the tokens", of.tokens_ratio) : "unknown tokens";
}

std::string Evidence(const EvalComparison& of) {
  return absl::StrFormat("%s points, 95 %% of %s to %s, p = %.2g", Points(of.difference),
                         Points(of.interval.low), Points(of.interval.high), of.p_holm);
}

// "40 items cannot tell one of less than 12 points; about 900 would see one of 3 points"
std::string Blindness(const EvalComparison& of, double margin) {
  return absl::StrFormat("%d items cannot tell one of less than %.0f points; about %d would see one of %s",
                         of.n, std::max(1.0, 100 * of.least_seen), of.items_needed, Margin(margin));
}

enum class Kind { kNone, kNothing, kDear, kUnknown, kCheap, kCheapUnknown, kWorse };

// Items that would do are not said to be too few where there are enough: the difference lies at the margin.
Kind KindOf(const EvalComparison& of, double margin) {
  if (of.n == 0) return Kind::kNothing;
  const bool cheap = of.tokens_ratio > 0 && of.tokens_ratio < kCheaper;
  if (of.verdict == EvalComparison::kWorse) return Kind::kWorse;
  if (of.verdict == EvalComparison::kBetter) return Kind::kNone;
  if (cheap) return of.interval.low > -margin ? Kind::kCheap : Kind::kCheapUnknown;
  return of.verdict == EvalComparison::kAsGood ? Kind::kDear : Kind::kUnknown;
}

std::string OneWarning(Kind kind, const EvalComparison& of, bool one_agent, double margin) {
  const std::string as_good = one_agent ? "one agent is as good: " : "";
  switch (kind) {
    case Kind::kNothing:
      return absl::StrCat(of.a, " and ", of.b, " share no item: nothing can be said of their difference");
    case Kind::kDear:
      return absl::StrCat(as_good, of.b, " takes ", CostOf(of), " of ", of.a, ", and a gain of ",
                          Margin(margin), " is ruled out on ", of.n, " items (", Evidence(of), ")");
    case Kind::kUnknown:
      return absl::StrCat("no gain measured: ", of.b, " takes ", CostOf(of), " of ", of.a, "; ",
                          Blindness(of, margin), " (", Evidence(of), ")");
    case Kind::kCheap:
      return absl::StrCat(of.b, " is no worse than ", of.a, " by ", Margin(margin), " on ", of.n,
                          " items, at ", CostOf(of), " (", Evidence(of), ")");
    case Kind::kCheapUnknown:
      return absl::StrCat("no loss measured: ", of.b, " takes ", CostOf(of), " of ", of.a, "; ",
                          Blindness(of, margin), " (", Evidence(of), ")");
    case Kind::kWorse:
      return absl::StrCat(of.b, " is worse than ", of.a, ", at ", CostOf(of), " (", Evidence(of), ")");
    case Kind::kNone:
      break;
  }
  return "";
}

// Of a sweep: one sentence, not one for each.
std::string ManyWarning(Kind kind, const std::vector<const EvalComparison*>& all, bool one_agent,
                        double margin) {
  std::vector<std::string> names;
  double least = all.front()->tokens_ratio, most = 0;
  const EvalComparison* blindest = all.front();
  for (const EvalComparison* of : all) {
    names.push_back(of->b);
    least = std::min(least, of->tokens_ratio), most = std::max(most, of->tokens_ratio);
    if (of->least_seen > blindest->least_seen) blindest = of;
  }
  const std::string& a = all.front()->a;
  const std::string who = absl::StrJoin(names, ", "),
                    cost = absl::StrFormat(", at %.1f to %.1f times its tokens", least, most);
  switch (kind) {
    case Kind::kDear:
      return absl::StrCat(one_agent ? "one agent is as good: " : "", "a gain of ", Margin(margin), " over ",
                          a, " is ruled out of ", who, cost);
    case Kind::kUnknown:
      return absl::StrCat("no gain over ", a, " was measured of ", who, cost, "; ",
                          Blindness(*blindest, margin));
    case Kind::kWorse:
      return absl::StrCat("worse than ", a, ": ", who, cost);
    case Kind::kCheap:
      return absl::StrCat("no worse than ", a, " by ", Margin(margin), ": ", who, cost);
    case Kind::kCheapUnknown:
      return absl::StrCat("no loss against ", a, " was measured of ", who, cost, "; ",
                          Blindness(*blindest, margin));
    default:
      return absl::StrCat("no item in common with ", a, ": ", who);
  }
}

void WarnOfComparisons(const EvalReport& report, bool one_agent, std::vector<std::string>& warnings) {
  for (const Kind kind :
       {Kind::kDear, Kind::kWorse, Kind::kUnknown, Kind::kCheap, Kind::kCheapUnknown, Kind::kNothing}) {
    std::vector<const EvalComparison*> all;
    for (const EvalComparison& of : report.comparisons) {
      if (KindOf(of, report.margin) == kind) all.push_back(&of);
    }
    if (all.size() > kSaidApart) {
      warnings.push_back(ManyWarning(kind, all, one_agent, report.margin));
      continue;
    }
    for (const EvalComparison* of : all) warnings.push_back(OneWarning(kind, *of, one_agent, report.margin));
  }
}

void WarnOfArm(const EvalArm& arm, std::vector<std::string>& warnings) {
  if (arm.errors > 0) {
    warnings.push_back(absl::StrCat(arm.variant, ": ", arm.errors, " of ", arm.n,
                                    " trials failed, and count as not right; the first: ", arm.first_error));
  }
  if (arm.judge_split * 10 > arm.judged) {
    warnings.push_back(absl::StrCat(arm.variant, ": the judge contradicted itself in ", arm.judge_split,
                                    " of ", arm.judged,
                                    " grades when the order was changed; they count as not right"));
  }
}

void WarnOfVotes(const EvalReport& report, std::vector<std::string>& warnings) {
  std::vector<std::string> outside;
  for (const EvalVoteCheck& check : report.vote_checks)
    if (!check.inside()) outside.push_back(check.measured_by);
  // One in twenty is outside by chance.
  if (outside.size() * 10 <= report.vote_checks.size()) return;
  warnings.push_back(absl::StrCat("not where the votes of ", report.vote_checks.front().of, " predict them: ",
                                  absl::StrJoin(outside, ", "), "; were they asked alike?"));
}

void WarnOfPrecision(const EvalReport& report, std::vector<std::string>& warnings) {
  const EvalArm& first = report.arms.front();
  const double half = (first.interval.high - first.interval.low) / 2;
  if (report.arms.size() == 1 && half > kDifference) {
    warnings.push_back(
        absl::StrFormat("%d items are too few to know an accuracy to 5 points: it is known to %.0f",
                        first.items, 100 * half));
  }
  const std::size_t seeds = first.by_seed.size();
  if (seeds < kSeedsAdvised && report.arms.size() > 1) {
    warnings.push_back(
        absl::StrCat("measured with ", seeds, seeds == 1 ? " seed" : " seeds",
                     ": how much a repetition would differ takes 3 to know (seeds: [1, 2, 3])"));
  }
}

}  // namespace

std::vector<std::string> WarningsOf(const EvalReport& report, const ByVariant& groups) {
  std::vector<std::string> warnings;
  if (report.arms.empty()) return {"no trials: nothing was measured"};
  WarnOfComparisons(report, IsOneAgent(groups.trials.at(report.baseline)), warnings);
  WarnOfVotes(report, warnings);
  for (const EvalArm& arm : report.arms) WarnOfArm(arm, warnings);
  WarnOfPrecision(report, warnings);
  return warnings;
}

}  // namespace ninefold::eval
