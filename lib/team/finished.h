// A task that is done when it starts: how a planner hands on what it has made of other tasks' replies.
#pragma once

#include <string>
#include <vector>

#include "ninefold/task_graph.h"

namespace ninefold {

Task Finished(std::string id, std::vector<std::string> needs, Reply reply, AgentCard card);

}  // namespace ninefold
