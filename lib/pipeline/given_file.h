// Files that a user gives to a run, wherever they lie.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/message.h"

namespace ninefold::pipeline {

inline constexpr std::size_t kGivenBytesMax = 64u << 20;

// A regular file's bytes, at most `bytes_max`. Errors begin with `what` ("--file") and the path, and say what
// it is instead, and what to do.
absl::StatusOr<std::string> ReadRegular(const std::string& path, const std::string& what,
                                        std::size_t bytes_max);

// A text, picture or PDF by its content, under its base name. What nobody could read is refused.
absl::StatusOr<File> ReadGiven(const std::string& path, const std::string& what);

}  // namespace ninefold::pipeline
