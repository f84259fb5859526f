// Trials that are made up.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "ninefold/eval.h"

namespace ninefold {

inline EvalTrial TrialOf(const std::string& variant, int item, bool right) {
  EvalTrial trial;
  trial.variant = variant, trial.item = absl::StrCat("item-", item), trial.seed = 1;
  trial.grade.right = right, trial.grade.score = right, trial.answer = right ? "yes" : "no";
  trial.cost.tokens.input = 100, trial.cost.tokens.output = 50;
  trial.latency = absl::Seconds(2);
  return trial;
}

// Two variants on `n` items: one agent, and a vote of five over attempts of the same skill.
inline std::vector<EvalTrial> OneAndFive(int n, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<EvalTrial> trials;
  for (int i = 0; i < n; ++i) {
    const double skill = i % 2 == 0 ? 0.8 : 0.5;
    EvalTrial one = TrialOf("one", i, draws.Happens(skill));
    one.confidence = 0.6 + 0.35 * draws.Even();
    int right = 0;
    for (int k = 0; k < 5; ++k) right += draws.Happens(skill);
    EvalTrial five = TrialOf("five", i, right >= 3);
    five.attempts_right = right, five.attempts_cast = 5;
    five.confidence = std::max(right, 5 - right) / 5.0;
    five.cost.tokens.input = 500, five.cost.tokens.output = 250;
    five.latency = absl::Seconds(3 + draws.Even());
    Contemplation report;
    report.answer = five.answer, report.width = 5, report.started = 5, report.cast = 5;
    report.aggregate = "vote";
    report.stop = right % 5 == 0 ? "decided" : "all answered";
    report.confidence = five.confidence, report.tokens_total = 750, report.tokens_sequential = 60;
    five.report = report;
    for (EvalTrial* trial : {&one, &five}) {
      trial->tags = {i % 2 == 0 ? "easy" : "hard"};
      trial->run_id = absl::StrCat(trial->variant, "run", i);
      if (!trial->grade.right) trial->grade.why = "\"no\" is not \"yes\"";
    }
    trials.push_back(one), trials.push_back(five);
  }
  return trials;
}

}  // namespace ninefold
