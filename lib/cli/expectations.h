// Whether a reply is what a pipeline's test expects.
#pragma once

#include <string>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/pipeline.h"

namespace ninefold::cli {

// What the reply misses, a line each; empty: the test has passed.
std::vector<std::string> Misses(const PipelineTest& test, const Reply& reply);

}  // namespace ninefold::cli
