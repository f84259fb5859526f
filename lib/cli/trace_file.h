// Events as JSON lines (--trace).
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/event.h"
#include "ninefold/run_graph.h"

namespace ninefold::cli {

class TraceFile {
 public:
  // The file is made, or emptied.
  static absl::StatusOr<TraceFile> Open(const std::string& path);
  // A failure to write is kept for Close; the run goes on without.
  void Add(const Event& event);
  void Flush();
  absl::Status Close();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
  std::string path_;
  absl::Status failure_;
};

// The tasks of the run whose trace the file is. A last line that is torn is left out: the run may go on, or
// was killed. kInvalidArgument, with file:line: another line is no event, or nothing of the file is a task.
absl::StatusOr<RunGraph> ReadRunGraph(const std::string& path);

}  // namespace ninefold::cli
