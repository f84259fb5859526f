// What members said, as one text for whoever reads it next.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/task_graph.h"

namespace ninefold {

// The goal, then a section "## NAME" a needed task with its reply, cut to `result_tokens`, or why there is
// none. The talk before the goal and its images go along; its documents do not, since the members have read
// them. `ask` is the last paragraph.
absl::StatusOr<Prompt> Digest(const TaskInputs& inputs, std::string_view ask, int result_tokens);
// Of `ids` alone, which are among the needed tasks.
absl::StatusOr<Prompt> Digest(const TaskInputs& inputs, const std::vector<std::string>& ids,
                              std::string_view ask, int result_tokens);

// What an aggregator is asked when nobody says otherwise.
extern const std::string_view kMergeRequest;

}  // namespace ninefold
