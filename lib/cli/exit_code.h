// How the program ends; docs/cli.md lists the same.
#pragma once

#include "absl/status/status.h"

namespace ninefold::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,     // the run failed, or what was asked for is not there
  kExitUsage = 2,      // the command line, a pipeline or an input is wrong; nothing was run
  kExitCancelled = 3,  // Ctrl-C, SIGTERM, SIGHUP
  kExitLimit = 4,      // a budget, a limit or the deadline is used up
  kExitStore = 5,      // the store of runs cannot be read or written
  kExitTests = 6,      // a test of a pipeline failed
  kExitWorse = 7,      // an evaluation is worse than its baseline
};

// Of a run that ended with `status`.
inline ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kCancelled:
      return kExitCancelled;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitLimit;
    default:
      return kExitFailed;
  }
}

}  // namespace ninefold::cli
