// The flags that all of a benchmark's workloads share.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace ninefold::bench {

struct Flags {
  std::string workload;         // "W1" … "W7"
  std::string base_url;         // of the model server, up to "/v1"
  std::string db;               // W7: a fresh file
  std::string sync = "normal";  // W7: "normal" or "full", SQLite's synchronous mode
  unsigned n = 1;
  unsigned concurrency = 1;  // W1, W2: in flight
  unsigned streams = 1;      // W4: at once
  unsigned gap = 0;          // W4: ms between chunks
  unsigned repeat = 1;
  unsigned warmup = 0;
};

// kInvalidArgument names the flag.
absl::StatusOr<Flags> ReadFlags(int argc, char** argv);

}  // namespace ninefold::bench
