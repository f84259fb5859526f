// What templates and expressions read while a pipeline runs.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "graph/template.h"
#include "ninefold/agent.h"
#include "ninefold/json.h"
#include "ninefold/task_graph.h"

namespace ninefold::pipeline {

// {"text", "data", "evidence", "dissent", "status", "error"} of a result.
Json ResultValue(const TaskResult& result);

// Adds what a result holds besides its answer to `list`, as {"who", "text"}.
void AddDissent(const TaskResult& result, Json& list);

// Whether the part is one of the run's files: a text, an image, a table.
bool IsFilePart(const Part& part);

// The value of the Data part called `name`; nullptr: there is none.
const Json* FindData(const Prompt& prompt, std::string_view name);

// `source` with its variables taken from `values`.
absl::StatusOr<std::string> RenderWith(const Template& source, const Json& values);

}  // namespace ninefold::pipeline
