// The layouts of published data sets.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ninefold/eval.h"

namespace ninefold {

// An item from one record. Its id is "" when the record has none; its place is set by the caller. Errors
// without the place: what, and what to do.
absl::StatusOr<EvalItem> ItemFromRecord(const Json& record);

}  // namespace ninefold
