// Code that a model wrote, run with tests in a child process: in a sandbox (sandbox.h) where the system
// permits one, always with less time, memory, file size, open files and processes, and an empty environment.
//
// Without a sandbox it still has a folder of its own, but reads and writes what this user may (of root: what
// "nobody" may), reaches the network, and can signal this user's processes; what it leaves running is killed
// as far as it is found. It cannot read this process, nor its environment. Who must not trust the code at all
// runs the whole measurement in a container or a virtual machine.
//
// The tests and the code share a process: code that is made to look into it can pretend that they passed.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ninefold {

struct PythonEnd {
  bool passed = false;  // it ended with 0, after the last line
  std::string why;      // the last line of what it wrote to stderr, or what ended it
};

enum class Isolation {
  kWherePermitted,
  kNone,
};

// Blocks. kNotFound: no python3 in /usr/local/bin, /usr/bin or /bin. kUnavailable, kAborted: no memory,
// folder, process or sandbox for it, this time.
absl::StatusOr<PythonEnd> RunPython(const std::string& program, absl::Duration time,
                                    Isolation isolation = Isolation::kWherePermitted);

}  // namespace ninefold
