// The aggregation without a model: replies side by side under their names.
#pragma once

#include "ninefold/agent.h"
#include "ninefold/task_graph.h"

namespace ninefold {

absl::StatusOr<Prompt> GatherPrompt(const TaskInputs& inputs);
AgentPtr GatherAgent();  // replies with its prompt, the known citations as evidence

}  // namespace ninefold
