// An agent at work on one of several attempts at the same: within limits of its own, drawn otherwise than the
// others.
#pragma once

#include "ninefold/agent.h"

namespace ninefold {

// `limits` {}: none but the run's.
AgentPtr Attempting(AgentPtr agent, const BudgetLimits& limits, const Sampling& sampling);

}  // namespace ninefold
