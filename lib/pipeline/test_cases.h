// Reads a pipeline's `tests`.
#pragma once

#include "ninefold/pipeline.h"
#include "pipeline/book.h"

namespace ninefold::pipeline {

void ReadTests(const YamlNode* list, Load& load, Pipeline& pipeline);

}  // namespace ninefold::pipeline
