// What hedging and a graph's width do to waiting, measured in virtual time.
#pragma once

#include "ninefold/event.h"
#include "ninefold/resilience.h"
#include "sim/oracle_runs.h"

namespace ninefold {

// An agent on an oracle that is hedged by another with the same answers, `after` so long without a sign.
AgentPtr HedgedSolver(OracleOptions oracle, absl::Duration after);
// Expected time of a hedged call with exponential times of mean 1, and the share of calls that are hedged.
double HedgedWait(double after);

// A random graph of `tasks` tasks with exponential times, run with so many at once (0: all).
event::GraphEnded RunRandomGraph(std::uint64_t seed, int tasks, int width);
absl::Duration GrahamOf(const event::GraphEnded& graph);

}  // namespace ninefold
