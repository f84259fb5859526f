// Values from the command line.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/budget.h"
#include "ninefold/pipeline.h"

namespace ninefold::cli {

// "30s", "2m", "1h30m"; more than nothing.
absl::StatusOr<absl::Duration> ParseDeadline(const std::string& text);

// "tokens=20000,usd=0.50,calls=40,tools=100,depth=8" set over `limits`.
absl::StatusOr<BudgetLimits> ParseBudget(const std::string& text, BudgetLimits limits);

// "k=v" for each input of a pipeline. What is declared as a string is taken as it is, everything else is
// JSON.
absl::StatusOr<std::map<std::string, Json>> ParseInputs(const std::vector<std::string>& settings,
                                                        const std::vector<PipelineInput>& declared);

// kInvalidArgument when `text`, called `what`, is not UTF-8.
absl::Status CheckUtf8(const std::string& text, const std::string& what);

}  // namespace ninefold::cli
