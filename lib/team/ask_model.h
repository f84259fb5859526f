// A planner's own question to a model: an answer in a given form, asked for again once when it does not fit.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/model.h"
#include "ninefold/planner.h"

namespace ninefold {

// `check` looks at what the schema cannot say; its message goes back to the model. Steps: ctx/turn.1,
// ctx/turn.2.
Async<absl::StatusOr<Json>> AskModel(const Model& model, std::string instructions, Prompt prompt,
                                     std::shared_ptr<const OutputSchema> schema,
                                     std::function<absl::Status(const Json&)> check, Context& ctx);

// "Agents:" and a line "- NAME: DESCRIPTION" a member.
std::string DescribeRoster(const Roster& roster);
// The members' names, for an enum.
Json RosterNames(const Roster& roster);
AgentPtr FindMember(const Roster& roster, std::string_view name);

}  // namespace ninefold
