// Files that a pipeline names: includes, documents, test files. None leaves the pipeline's folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ninefold::pipeline {

// The folder of a file: "agents" of "agents/team.yaml", "." of "team.yaml".
std::string FolderOf(const std::string& path);

// The real path of `name` below `folder`. kPermissionDenied: absolute, a URL, or outside (by .. or by a
// symbolic link); kNotFound.
absl::StatusOr<std::string> Confine(const std::string& folder, std::string_view name);

// A regular file's bytes. kInvalidArgument: no regular file; kResourceExhausted: longer than `bytes_max`.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t bytes_max);

}  // namespace ninefold::pipeline
