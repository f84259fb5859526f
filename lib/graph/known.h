// Places that a task's answer may cite.
#pragma once

#include "ninefold/task_graph.h"

namespace ninefold {

// Adds to prompt.known what `task` is to know of its needs and of the goal, each place with each quote once.
void AddKnown(const Task& task, const TaskInputs& inputs, Prompt& prompt);

}  // namespace ninefold
