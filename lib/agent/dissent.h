// Dissent in an answer: lines "Dissent: NAME: what it holds" (or "Disagreement:"), which the built-in
// aggregation prompts ask for.
#pragma once

#include <string_view>
#include <vector>

#include "ninefold/agent.h"

namespace ninefold {

std::vector<Dissent> DissentIn(std::string_view text);

}  // namespace ninefold
