// What an experiment's file may hold.
#pragma once

#include "pipeline/format.h"

namespace ninefold::experiment {

const pipeline::Shape& ExperimentShape();

}  // namespace ninefold::experiment
