// What a plan is expected to ask, before anything is asked.
#pragma once

#include <cstdint>

#include "ninefold/experiment.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::experiment {

// Model calls of a pipeline's steps, at the most that its text tells: all attempts and rounds of
// contemplations, wherever they stand, and all rounds of loops. One for each step whose number of calls only
// a run tells.
std::int64_t CallsOfTeam(const pipeline::YamlNode& team);
// The same of a pipeline's file; 0: it cannot be read.
std::int64_t CallsOfFile(const std::string& path);
// Of what goes round a team: attempts and refinements.
std::int64_t AttemptsOf(const pipeline::YamlNode& contemplate, Mode mode);

}  // namespace ninefold::experiment
