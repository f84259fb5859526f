#include "tool/builtin/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kPathBytesMax = 4'000;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int OpenAt2(int folder, const char* path, int flags) {
  open_how how = {};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  long fd = -1;
  int tries = 0;
  do {  // EAGAIN: something was renamed while ".." was resolved
    fd = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN) && ++tries < 100);
  return static_cast<int>(fd);
}

std::string Quoted(const std::string& path) {
  return absl::StrCat("\"", EscapeForTerminal(MendUtf8(CutUtf8(path, 200)), true),
                      path.size() > 200 ? "…" : "", "\"");
}

absl::Status WhyNot(int error, const std::string& path) {
  const std::string shown = Quoted(path);
  switch (error) {
    case EXDEV:
      return absl::PermissionDeniedError(absl::StrCat(shown, " is outside the folder"));
    case ELOOP:
      return absl::PermissionDeniedError(
          absl::StrCat(shown, " is or goes through a symbolic link, which is not followed"));
    case ENOENT:
      return absl::NotFoundError(absl::StrCat(shown, " does not exist"));
    case ENOTDIR:
      return absl::NotFoundError(absl::StrCat(shown, " is not a folder, or goes through what is none"));
    case ENAMETOOLONG:
      return absl::InvalidArgumentError(absl::StrCat(shown, " has a name that is too long"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(absl::StrCat(shown, " may not be read"));
    case ENXIO:
      return absl::InvalidArgumentError(absl::StrCat(shown, " is not a regular file"));
    default:
      return absl::UnavailableError(absl::StrCat(shown, ": ", std::strerror(error)));
  }
}

FolderEntry::Kind KindOfMode(mode_t mode) {
  if (S_ISREG(mode)) return FolderEntry::kFile;
  if (S_ISDIR(mode)) return FolderEntry::kFolder;
  return S_ISLNK(mode) ? FolderEntry::kLink : FolderEntry::kOther;
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path, std::size_t bytes_max) {
  std::string text;
  while (text.size() <= bytes_max) {
    char buffer[65'536];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return WhyNot(errno, path);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(Quoted(path), " is larger than ", bytes_max, " bytes, the most that is read"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Folder>> Folder::Open(const std::string& root) {
  if (root.find('\0') != std::string::npos)
    return absl::NotFoundError(absl::StrCat(Quoted(root), " is not a folder"));
  const int fd = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::NotFoundError(absl::StrCat("folder ", Quoted(root), ": ", std::strerror(errno)));
  std::shared_ptr<const Folder> folder(new Folder(fd));
  const Fd self(OpenAt2(fd, ".", O_PATH | O_DIRECTORY));
  if (self.get() < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("files cannot be confined to a folder here: openat2: ", std::strerror(errno),
                     "; Linux 5.6 or later is needed"));
  }
  return folder;
}

Folder::~Folder() { ::close(fd_); }

// The error's hint: a name beside it that is nearly the same.
std::string Folder::Nearest(const std::string& path) const {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  bool cut = false;
  const auto entries = List(folder, 1'000, cut);
  if (!entries.ok()) return "";
  std::vector<std::string> names;
  for (const FolderEntry& entry : *entries) names.push_back(entry.name);
  const std::string near = Suggest(slash == std::string::npos ? path : path.substr(slash + 1), names);
  return near.empty() ? "" : absl::StrCat("; did you mean ", Quoted(JoinPath(folder, near)), "?");
}

absl::StatusOr<int> Folder::OpenBelow(const std::string& path, int flags) const {
  if (path.empty()) return absl::InvalidArgumentError("the path is empty; \".\" is the folder itself");
  if (path.find('\0') != std::string::npos)
    return absl::InvalidArgumentError("the path has a NUL character in it");
  if (path.size() > kPathBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path is ", path.size(), " bytes long; at most ", kPathBytesMax));
  }
  // Non-blocking: opening a FIFO would wait for a writer. The kernel refuses these flags beside O_PATH.
  const int wait = (flags & O_PATH) != 0 ? 0 : O_NONBLOCK | O_NOCTTY;
  const int fd = OpenAt2(fd_, path.c_str(), flags | wait);
  if (fd < 0) return WhyNot(errno, path);
  return fd;
}

absl::StatusOr<FolderEntry::Kind> Folder::KindOf(const std::string& path) const {
  TRY(const int opened, OpenBelow(path, O_PATH));
  const Fd fd(opened);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return WhyNot(errno, path);
  return KindOfMode(status.st_mode);
}

absl::StatusOr<std::string> Folder::ReadText(const std::string& path, std::size_t bytes_max) const {
  // What it is is seen before it is opened for reading: opening a device can do things.
  absl::StatusOr<FolderEntry::Kind> kind = KindOf(path);
  if (absl::IsNotFound(kind.status())) {
    return absl::NotFoundError(absl::StrCat(Describe(kind.status()), Nearest(path)));
  }
  if (!kind.ok()) return kind.status();
  if (*kind == FolderEntry::kFolder) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(path), " is a folder; files.list shows what is in it"));
  }
  if (*kind != FolderEntry::kFile) return WhyNot(ENXIO, path);
  TRY(const int opened, OpenBelow(path, O_RDONLY));
  const Fd fd(opened);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return WhyNot(errno, path);
  if (!S_ISREG(status.st_mode)) return WhyNot(ENXIO, path);
  TRY(std::string text, ReadAll(fd.get(), path, bytes_max));
  const std::size_t nul = text.find('\0');
  if (nul != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(path), " is binary (a NUL byte at ", nul, "), not text"));
  }
  const std::size_t invalid = FindInvalidUtf8(text);
  if (invalid != std::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(path), " is not UTF-8 text (at byte ", invalid, ")"));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

absl::StatusOr<std::vector<FolderEntry>> Folder::List(const std::string& path, std::size_t entries_max,
                                                      bool& cut) const {
  TRY(const int opened, OpenBelow(path, O_RDONLY | O_DIRECTORY));
  Fd fd(opened);
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), &::closedir);
  if (stream == nullptr) return WhyNot(errno, path);
  const int folder = fd.Release();  // the stream closes it
  std::vector<FolderEntry> entries;
  while (const dirent* found = ::readdir(stream.get())) {
    const std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    if (entries.size() >= entries_max) {
      cut = true;
      break;
    }
    struct stat status = {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone in between
    entries.push_back({KindOfMode(status.st_mode), name, static_cast<std::uint64_t>(status.st_size)});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

std::string JoinPath(const std::string& folder, const std::string& name) {
  if (folder.empty() || folder == ".") return name;
  return absl::StrCat(folder, folder.back() == '/' ? "" : "/", name);
}

}  // namespace ninefold
