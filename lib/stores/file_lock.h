// One process a store: an advisory lock (flock) on a file beside it. The kernel drops the lock when its
// holder dies, however it dies.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace ninefold {

class FileLock {
 public:
  FileLock() = default;
  ~FileLock();
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;

  // Takes the lock at `path` (made when it is not there) and writes this process's id into it. kUnavailable:
  // held, with the words "process 4711 (name)" for who holds it.
  static absl::StatusOr<FileLock> Take(const std::string& path);
  // Who holds the lock at `path`: "process 4711 (name)", or "" when nobody does.
  static std::string Holder(const std::string& path);

 private:
  int fd_ = -1;
};

}  // namespace ninefold
