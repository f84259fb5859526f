// What a run, an agent or an attempt may use, as a map says it.
#pragma once

#include "ninefold/budget.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {

// The values have passed CheckShape; what is out of range is no limit and has been said. Null: no limits.
BudgetLimits BudgetFrom(const YamlNode* map);

}  // namespace ninefold::pipeline
