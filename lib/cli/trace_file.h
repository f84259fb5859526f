// Events as JSON lines (--trace).
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/event.h"

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

}  // namespace ninefold::cli
