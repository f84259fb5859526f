// Failures that others are told of.
#pragma once

#include "absl/status/statusor.h"
#include "ninefold/agent.h"
#include "ninefold/async.h"
#include "ninefold/context.h"

namespace ninefold {

// Runs `agent`; its failure is recorded as a result would be. Of steps only those that went well are
// recorded; where a failure becomes part of another agent's prompt, a resumed run must fail there again, with
// the same words, or that prompt would not be the recorded one. Not recorded: what ended because the run, or
// the task, was stopped; of ctx's own timeout it is recorded, with ctx's status. What failed for want of
// budget or quota, which a resumed run may have, is tried again by that, but not by a replay; so is what
// nobody was told of, since nothing but failures was recorded after it. Of the attempts of a task, which
// share a path, the last one is recorded; of one within another, at the same path, only the outer keeps.
Async<absl::StatusOr<Reply>> RunKeepingFailure(AgentPtr agent, Prompt prompt, Context& ctx);

// `agent`, run so.
AgentPtr KeepsFailure(AgentPtr agent);

}  // namespace ninefold
