// Patterns of working together, as planners over the same TaskGraph (planner.h):
//
//   AgentPtr careful = MakeTeam({.name = "careful",
//                                .planner = CritiquePlanner({.author = writer, .critic = critic})});
//
// docs/patterns.md says when to use which, and what each costs. A pattern never loops: it adds tasks when
// those before have ended, and what it adds follows from recorded results, so runs resume and replay. The
// reply's `data` is the pattern's report; data of the agent that gave the answer is in its "output".
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"
#include "ninefold/planner.h"

namespace ninefold {

// An author writes, a critic accepts or says what is wrong, the author revises, until it is accepted.
// report: {accepted, stop: "accepted" | "rounds" | "the … failed: why", rounds, best, problems}. What the
// critic still holds against the answer is its dissent.
struct CritiqueOptions {
  AgentPtr author;
  AgentPtr critic;            // another agent, better another model: an author is blind to its own mistakes
  int rounds = 3;             // drafts at most, 1 to 100
  std::string criteria = "";  // what a good answer is like; both are told
  int draft_tokens = 8000;    // of a draft that is read again, by estimate
};
// Dies without author and critic.
PlannerPtr CritiquePlanner(CritiqueOptions options);

}  // namespace ninefold
