// Runs as their records tell them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/report.h"
#include "cli/store_choice.h"
#include "ninefold/agent.h"

namespace ninefold::cli {

// The reply of a run that is done. kDataLoss when the record does not hold one.
absl::StatusOr<Reply> RecordedReply(const RunRecord& record);
// Prints a run that is done as if it had just ended.
int ReportRecorded(const RunRecord& record, const ChosenStore& store, const ReportOptions& options);

// What is shown for a run's state: a run that nobody carries on is "interrupted".
std::string StateWord(const RunRecord& record, bool store_is_used);

std::string ModelsDifference(const std::vector<std::string>& before, const std::vector<std::string>& now);

}  // namespace ninefold::cli
