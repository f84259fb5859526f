// A model's answer as JSON that conforms to a schema.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ninefold/json.h"

namespace ninefold {

// Reads the whole text, the inside of a fenced block, or from the first { to the last }. The error says where
// and what, for the model.
absl::StatusOr<Json> ParseOutput(std::string_view text, const Json& schema);

// What the model is told when its answer missed the schema.
std::string RepairRequest(std::string_view what);

}  // namespace ninefold
