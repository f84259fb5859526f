// Trials that are made up.
#pragma once

#include <algorithm>
#include <map>
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

// What `n` attempts of which the first `right` are right make of a trial: a vote that waited for all.
inline void FillVotes(EvalTrial& trial, int n, const std::vector<std::string>& answers) {
  Contemplation report;
  report.width = n, report.started = n, report.aggregate = "vote", report.stop = "all answered";
  std::map<std::string, Contemplation::Vote> votes;
  trial.attempts.clear(), trial.attempts_cast = trial.attempts_right = 0;
  for (int i = 0; i < n; ++i) {
    const std::string& answer = answers[std::size_t(i)];
    trial.attempts.push_back({answer.empty() ? "failed" : "cast", answer, answer == "yes", 1.0 + i});
    if (answer.empty()) {
      ++report.failed;
      continue;
    }
    ++report.cast, ++trial.attempts_cast, trial.attempts_right += answer == "yes";
    votes[answer].answer = answer, ++votes[answer].count;
    votes[answer].whose.push_back(absl::StrCat("solve.", i + 1));
  }
  for (auto& [answer, vote] : votes) report.votes.push_back(vote);
  std::stable_sort(report.votes.begin(), report.votes.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  if (!report.votes.empty()) report.answer = report.votes.front().answer;
  trial.report = report;
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
    std::vector<std::string> answers;
    for (int k = 0; k < 5; ++k) {
      answers.push_back(draws.Happens(skill) ? "yes" : "no");
      right += answers.back() == "yes";
    }
    EvalTrial five = TrialOf("five", i, right >= 3);
    FillVotes(five, 5, answers);
    five.confidence = std::max(right, 5 - right) / 5.0;
    five.cost.tokens.input = 500, five.cost.tokens.output = 250;
    five.latency = absl::Seconds(3 + draws.Even());
    five.report->confidence = five.confidence;
    five.report->tokens_total = 750, five.report->tokens_sequential = 60;
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
