#include "pipeline/given_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/image.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

// By the content: a name may lie.
std::string MediaTypeOf(const std::string& bytes) {
  const std::string_view sniffed = SniffMediaType(bytes);
  if (!sniffed.empty()) return std::string(sniffed);
  const bool text = FindInvalidUtf8(bytes) == std::string::npos && bytes.find('\0') == std::string::npos;
  return text ? "text/plain" : "application/octet-stream";
}

// What nobody could read is refused: an agent would answer "not found" and mean "not readable".
absl::Status CheckReadable(const std::string& path, const std::string& what, const File& file) {
  if (file.bytes.empty())
    return absl::InvalidArgumentError(absl::StrCat(what, " \"", path, "\": is empty; leave it out"));
  if (file.media_type.starts_with("image/") && file.media_type != "image/heic" &&
      file.media_type != "image/avif") {
    const absl::Status status = ReadImageInfo(file.bytes).status();
    return Annotate(status, absl::StrCat(what, " \"", path, "\""));
  }
  if (file.media_type != "application/octet-stream") return absl::OkStatus();
  const std::size_t invalid = FindInvalidUtf8(file.bytes);
  const std::size_t at = std::min(invalid, file.bytes.find('\0'));
  return absl::InvalidArgumentError(
      absl::StrCat(what, " \"", path, "\": neither UTF-8 text (byte ", at + 1,
                   ") nor a picture or PDF by its content; convert it, for example with iconv"));
}

}  // namespace

absl::StatusOr<std::string> ReadRegular(const std::string& path, const std::string& what,
                                        std::size_t bytes_max) {
  const auto failed = [&](int error) {
    return absl::ErrnoToStatus(error, absl::StrCat(what, " \"", path, "\": cannot read it"));
  };
  // Not blocking: a pipe that nobody writes to must not hang the program before it has begun.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    if (error == ENOENT)
      return absl::NotFoundError(absl::StrCat(what, " \"", path, "\": there is no such file"));
    return failed(error);
  }
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{fd};
  struct stat info;
  if (::fstat(fd, &info) != 0) return failed(errno);
  if (S_ISDIR(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(what, " \"", path, "\": is a folder; name a file in it"));
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " \"", path, "\": not a regular file; copy its content into one"));
  }
  std::string text;
  char buffer[1 << 16];
  while (true) {
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed(errno);
    if (size == 0) return text;
    text.append(buffer, std::size_t(size));
    if (text.size() > bytes_max) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " \"", path, "\": larger than ", bytes_max >> 20, " MiB; give a part of it"));
    }
  }
}

absl::StatusOr<File> ReadGiven(const std::string& path, const std::string& what) {
  File file;
  TRY(file.bytes, ReadRegular(path, what, kGivenBytesMax));
  file.name = std::filesystem::path(path).filename().string();
  file.media_type = MediaTypeOf(file.bytes);
  CHECK_OK(CheckReadable(path, what, file));
  return file;
}

}  // namespace ninefold::pipeline
