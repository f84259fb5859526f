// What was decided from the order of arrival, recorded, so that a run that is resumed or replayed decides
// the same.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/json.h"

namespace ninefold {

// The decision recorded at ctx's path, if there is one. `hash` is of what it was made for.
absl::StatusOr<std::optional<Json>> RecallDecision(std::uint64_t hash, Context& ctx);
Async<absl::Status> RecordDecision(Json decision, std::uint64_t hash, Context& ctx);

}  // namespace ninefold
