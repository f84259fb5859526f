// Many independent attempts at one question, refined and aggregated into one answer.
//
//   AgentPtr careful = Contemplate({.solver = solver, .width = 8, .rounds = 1, .aggregate =
//   Aggregate::kVote});
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/planner.h"

namespace ninefold {

enum class Aggregate {
  kVote,        // the answer most solvers agree on, after NormalizeAnswer
  kSynthesize,  // `judge` (or the first solver) writes one answer from all
};

struct ContemplateOptions {
  std::string name = "contemplate";
  std::string description = "";
  AgentPtr solver = nullptr;  // or several, taken in turn:
  std::vector<AgentPtr> solvers = {};
  int width = 5;   // 1 to 1024
  int rounds = 0;  // of refinement: each solver sees a digest of the others
  Aggregate aggregate = Aggregate::kVote;
  AgentPtr judge = nullptr;
  std::vector<std::string> strategies =
      {};                         // one a solver, in turn, put before the question; {}: the built-in ones
  bool stop_when_decided = true;  // of a vote: stop when the leader cannot be overtaken
  double agreement = 1.0;         // of a vote: stop when this share of `width` agrees
  std::function<std::string(const Reply&)> normalize = nullptr;  // null: NormalizeAnswer
};

// An agent whose reply has the distribution of answers in data: {"answer", "votes": [{"answer", "count"}],
// "confidence", "stop"}; what lost the vote is its dissent.
AgentPtr Contemplate(ContemplateOptions options);

// The final answer in a reply, in a form that compares: last "answer: …" line or \boxed{…} or the whole;
// case, blanks, punctuation and number forms folded.
std::string NormalizeAnswer(std::string_view text);

}  // namespace ninefold
