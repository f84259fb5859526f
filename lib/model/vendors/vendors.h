// One function a vendor: from the model's name and the options to a model. Errors as OpenModel's.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ninefold/models.h"

namespace ninefold {

absl::StatusOr<ModelPtr> OpenOpenAi(std::string_view model, const ModelOptions& options);
VendorStatus OpenAiStatus();

// Any server that speaks Chat Completions.
absl::StatusOr<ModelPtr> OpenCompatible(std::string_view model, const ModelOptions& options);
VendorStatus CompatibleStatus();

// The variable's value, or "".
std::string Environment(const std::string& name);

}  // namespace ninefold
