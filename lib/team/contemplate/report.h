// The report of a contemplation, as the reply's data.
#pragma once

#include "ninefold/contemplate.h"
#include "ninefold/json.h"

namespace ninefold {

Json ToJson(const Contemplation& report);
absl::StatusOr<Contemplation> ContemplationFromJson(const Json& json);

}  // namespace ninefold
