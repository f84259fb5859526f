#include "cli/trace_file.h"

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace ninefold::cli {

absl::StatusOr<TraceFile> TraceFile::Open(const std::string& path) {
  TraceFile trace;
  trace.path_ = path;
  trace.file_.reset(std::fopen(path.c_str(), "we"));
  const int error = errno;
  if (trace.file_ == nullptr)
    return absl::ErrnoToStatus(error, absl::StrCat("--trace \"", path, "\": cannot write the file"));
  return trace;
}

void TraceFile::Add(const Event& event) {
  if (file_ == nullptr || !failure_.ok()) return;
  const std::string line = DumpJson(ToJson(event)) + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size()) return;
  failure_ = absl::ErrnoToStatus(errno, absl::StrCat("--trace \"", path_, "\": the trace is not complete"));
}

void TraceFile::Flush() {
  if (file_ == nullptr || !failure_.ok() || std::fflush(file_.get()) == 0) return;
  failure_ = absl::ErrnoToStatus(errno, absl::StrCat("--trace \"", path_, "\": the trace is not complete"));
}

absl::Status TraceFile::Close() {
  Flush();
  file_.reset();
  return failure_;
}

}  // namespace ninefold::cli
