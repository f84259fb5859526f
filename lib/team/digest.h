// What members said, as one text for whoever reads it next.
#pragma once

#include <string>
#include <string_view>

#include "ninefold/task_graph.h"

namespace ninefold {

// The goal, then a section "## NAME" a needed task with its reply, cut to `result_tokens`, or why there is
// none. The goal's images go along; its documents do not, since the members have read them. `ask` is the last
// paragraph.
absl::StatusOr<Prompt> Digest(const TaskInputs& inputs, std::string_view ask, int result_tokens);

// What an aggregator is asked when nobody says otherwise.
extern const std::string_view kMergeRequest;

}  // namespace ninefold
