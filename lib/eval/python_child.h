// Code that a model wrote, run with tests in a child process. Limited isolation: less time, memory, file size
// and open files, an empty environment, a folder of its own, and, where the system permits it, no network and
// no other processes to see. It reads what this user may read; who must not trust the code at all runs the
// whole measurement in a container.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ninefold {

// The inside of the last ``` block; "" when there is none.
std::string LastBlock(std::string_view text);

// `code`, then `tests`, in one file; annotations are not evaluated, so what only they name may be missing.
std::string ProgramOf(std::string_view code, std::string_view tests);

struct PythonEnd {
  bool passed = false;  // it ended with 0, after the last test
  std::string why;      // the last line of what it wrote to stderr, or what ended it
};
// Blocks. kNotFound: no python3 in /usr/local/bin, /usr/bin or /bin. kUnavailable: no folder or process for
// it.
absl::StatusOr<PythonEnd> RunPython(const std::string& program, absl::Duration time);

}  // namespace ninefold
