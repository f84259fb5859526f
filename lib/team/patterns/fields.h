// The form of an answer that a model asks another for: a list of named fields, since a schema within a schema
// is more than most models write without a mistake.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"

namespace ninefold::patterns {

// What the asking model fills in: [{"name", "type", "about"}], empty for an answer in free text.
Json FieldsSchema();
// The form of an answer with these fields, all of them required; null: there are none. kInvalidArgument: a
// name that is none, or twice.
absl::StatusOr<std::shared_ptr<const OutputSchema>> FormOfFields(const Json& fields, std::string name);

}  // namespace ninefold::patterns
