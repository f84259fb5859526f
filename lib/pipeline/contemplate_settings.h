// The settings of a contemplation that are no agents.
#pragma once

#include "ninefold/contemplate.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {

// The values have passed CheckShape; what is out of range leaves the default and has been said.
void ContemplateNumbers(const YamlNode& node, ContemplateOptions& options);

}  // namespace ninefold::pipeline
