#include "stores/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

int OpenLock(const std::string& path, int flags) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// 0, or errno.
int TryFlock(int fd, int operation) {
  while (::flock(fd, operation | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

std::string HolderIn(int fd) {
  char text[32] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  int pid = 0;
  if (size <= 0 || !absl::SimpleAtoi(text, &pid) || pid <= 0) return "another process";
  std::string name;
  std::ifstream comm(absl::StrCat("/proc/", pid, "/comm"));
  std::getline(comm, name);
  return name.empty() ? absl::StrCat("process ", pid) : absl::StrCat("process ", pid, " (", name, ")");
}

}  // namespace

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock;
  lock.fd_ = OpenLock(path, O_RDWR | O_CREAT);
  if (lock.fd_ < 0) {
    const int error = errno;
    return absl::ErrnoToStatus(error, absl::StrCat("cannot make the lock file \"", path, "\""));
  }
  const int error = TryFlock(lock.fd_, LOCK_EX);
  if (error == EWOULDBLOCK) return absl::UnavailableError(HolderIn(lock.fd_));
  if (error != 0) return absl::ErrnoToStatus(error, absl::StrCat("cannot lock \"", path, "\""));
  // Who holds it is only a hint for people: failing to write it is no failure to hold it.
  const std::string pid = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(lock.fd_, 0) == 0) (void)!::pwrite(lock.fd_, pid.data(), pid.size(), 0);
  return lock;
}

std::string FileLock::Holder(const std::string& path) {
  FileLock lock;
  lock.fd_ = OpenLock(path, O_RDONLY);
  if (lock.fd_ < 0) return "";
  return TryFlock(lock.fd_, LOCK_SH) == EWOULDBLOCK ? HolderIn(lock.fd_) : "";
}

}  // namespace ninefold
