// What a tool gives back, made fit to be kept and shown to a model.
#pragma once

#include <cstddef>

#include "ninefold/tool.h"

namespace ninefold {

// Text and data together take at most `bytes_max`; what is cut is said in the text. Images and files over 16
// MiB are left out, which is said too. Invalid UTF-8 becomes U+FFFD; citations beyond 1,000 are dropped.
void CapOutput(ToolOutput& output, std::size_t bytes_max);

}  // namespace ninefold
