#include "pipeline/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

namespace fs = std::filesystem;

// Closes the descriptor when it goes.
struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

absl::Status Refuse(std::string_view name, std::string_view why) {
  return absl::PermissionDeniedError(
      absl::StrCat("\"", std::string(name.substr(0, 120)), "\" ", std::string(why)));
}

bool IsBelow(const fs::path& inner, const fs::path& outer) {
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::string FolderOf(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

absl::StatusOr<std::string> Confine(const std::string& folder, std::string_view name) {
  if (name.empty()) return Refuse(name, "names no file");
  if (name.find("://") != std::string_view::npos)
    return Refuse(name, "is an address; only files below the pipeline's folder can be named");
  const fs::path given{std::string(name)};
  if (given.is_absolute()) return Refuse(name, "is an absolute path; name it from the pipeline's folder");
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) return absl::NotFoundError(absl::StrCat("\"", folder, "\": ", error.message()));
  if (!IsBelow((root / given).lexically_normal(), root))
    return Refuse(name, "leaves the pipeline's folder; put the file into it");
  const fs::path real = fs::canonical(root / given, error);
  if (error)
    return absl::NotFoundError(absl::StrCat("\"", std::string(name.substr(0, 120)), "\": no such file"));
  if (!IsBelow(real, root))
    return Refuse(name, "leaves the pipeline's folder by a symbolic link; put the file into it");
  return real.string();
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t bytes_max) {
  // Not blocking: opening a FIFO must not wait for its writer.
  Descriptor file{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (file.fd < 0) {
    const std::string why = absl::StrCat("\"", path, "\": ", std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(why) : absl::PermissionDeniedError(why);
  }
  struct stat status = {};
  if (fstat(file.fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", path, "\" is no regular file"));
  }
  const auto too_long = [&] {
    return absl::ResourceExhaustedError(absl::StrCat("\"", path, "\" is longer than ", bytes_max, " bytes"));
  };
  if (static_cast<std::size_t>(status.st_size) > bytes_max) return too_long();
  std::string bytes;
  char block[1 << 16];
  while (true) {
    const ssize_t n = read(file.fd, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::UnavailableError(absl::StrCat("\"", path, "\": ", std::strerror(errno)));
    if (n == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(n));
    if (bytes.size() > bytes_max) return too_long();
  }
}

}  // namespace ninefold::pipeline
