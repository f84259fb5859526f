// What the parts of a summary share: trials by variant, and the figures that each part fills in.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ninefold/eval.h"

namespace ninefold::eval {

using TrialList = std::vector<const EvalTrial*>;

struct ByVariant {
  std::vector<std::string> order;
  std::map<std::string, TrialList> trials;
};

// Items' shares of right trials, by their ids.
std::map<std::string, double> SharesOf(const TrialList& trials);

bool IsOneAgent(const TrialList& trials);

// attempts.cc: how many there were, what became of them, and how good one is alone.
void AddAttempts(const TrialList& trials, std::uint64_t seed, EvalArm& arm);

// vote_curve.cc: how votes of other widths would do. By item: {right, attempts}.
std::vector<EvalVoteAt> IfWrongAgree(const std::vector<std::pair<int, int>>& right_of, std::uint64_t seed);
// For each item, at each of `widths`: the chance that `width` of its attempts, drawn, have a right plurality.
std::map<std::string, std::vector<double>> DrawnVotes(const TrialList& trials, const std::vector<int>& widths,
                                                      std::uint64_t seed);
std::vector<EvalVoteAt> AsDrawn(const TrialList& trials, const std::vector<int>& widths, std::uint64_t seed);
std::vector<EvalVoteCheck> CheckVotes(const EvalReport& report, const ByVariant& groups,
                                      const SummaryOptions& options);

// compare.cc: of two variants, item by item.
EvalComparison CompareArms(const TrialList& of_a, const TrialList& of_b, const EvalArm& a, const EvalArm& b,
                           std::uint64_t seed);
// p_holm and verdicts of comparisons that stand together.
void JudgeTogether(const std::vector<EvalComparison*>& all, double margin);
std::vector<EvalTagComparison> CompareByTag(const EvalReport& report, const ByVariant& groups,
                                            const SummaryOptions& options);
std::vector<EvalMatch> MatchArms(const EvalReport& report, const ByVariant& groups,
                                 const SummaryOptions& options);
const EvalArm& ArmOf(const EvalReport& report, const std::string& variant);

// warnings.cc
std::vector<std::string> WarningsOf(const EvalReport& report, const ByVariant& groups);

}  // namespace ninefold::eval
