// Records as rows of a store and back. What comes back is checked: a damaged row is an error that names its
// run and step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ninefold/journal.h"
#include "stores/sqlite.h"

namespace ninefold {

// A record in the form that is stored.
struct RunRow {
  explicit RunRow(const RunRecord& record);
  std::string setup, cost;
  std::int64_t started, finished, seal;
};
struct StepRow {
  StepRow(std::string_view run_id, const StepRecord& record);
  std::string result, cost;
  std::int64_t started, finished, seal;
};

inline constexpr char kRunColumns[] =
    "id, name, goal, state, message, answer, setup, cost, started, finished, seal, steps";
inline constexpr char kStepColumns[] =
    "path, kind, state, request_hash, request, result, cost, started, finished, seal, n";

// From a row with the columns above. kDataLoss; "where" begins the message.
absl::StatusOr<RunRecord> ReadRun(const SqliteStatement& row, std::string_view where);
absl::StatusOr<StepRecord> ReadStep(const SqliteStatement& row, std::string_view where,
                                    std::string_view run_id);

}  // namespace ninefold
