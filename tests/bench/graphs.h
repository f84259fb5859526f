// Graphs in the shapes that are measured. The state that goes from task to task, a count and a text, is the
// replies' data and text.
#pragma once

#include "ninefold/ninefold.h"

namespace ninefold::bench {

// Asks the in-process model with the state's text, and adds one to its count.
AgentPtr AskingStep();
// Adds one to the count, without a model.
AgentPtr CountingStep();

AgentPtr ChainTeam(unsigned n,
                   const AgentPtr& agent);  // n tasks, each after the one before; the reply's data is n
AgentPtr FanTeam(unsigned n, const AgentPtr& worker);  // one, n at once, one that joins their texts
AgentPtr LoopTeam(unsigned n,
                  const AgentPtr& agent);  // the planner adds a step after each until the count is n

}  // namespace ninefold::bench
