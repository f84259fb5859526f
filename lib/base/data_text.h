// What text must be before it is read as data.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "ninefold/data.h"

namespace ninefold {

// kInvalidArgument with "line:column: …": too long, no UTF-8, or a zero byte.
absl::Status CheckDataText(std::string_view text, const DataLimits& limits);

}  // namespace ninefold
