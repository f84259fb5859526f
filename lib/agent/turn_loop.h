// The one loop of models and tools, streaming or not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"

namespace ninefold {

// An agent's options in the form that requests share.
struct TurnSpec {
  std::shared_ptr<const std::string> instructions;  // null: none
  ModelPtr model;
  std::vector<ToolPtr> tools;
  std::shared_ptr<const ToolList> tool_list;  // null: none
  std::shared_ptr<const OutputSchema> output;
  ModelSettings settings;
  AgentLimits limits;
};
TurnSpec MakeTurnSpec(AgentOptions options);

// Asks the model, runs the tools it asks for, asks again; done when it asks for none. `ctx` is the agent's
// own.
Async<absl::StatusOr<Reply>> RunTurns(const TurnSpec& spec, Prompt prompt, Context& ctx);

}  // namespace ninefold
