// The layouts of published data sets.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ninefold/eval.h"

namespace ninefold {

// An item from one record. Its id is "" when the record has none; a number of a published set has the set's
// name before it. Its place is set by the caller. Errors without the place: what, and what to do.
absl::StatusOr<EvalItem> ItemFromRecord(const Json& record, const std::string& set);

// A problem whose solution has the box for its answer, with nothing in it, as a few of MATH: it is left out.
bool HasEmptyBox(const Json& record);

}  // namespace ninefold
