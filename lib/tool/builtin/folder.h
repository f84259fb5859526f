// A folder that no path leaves. Each name is resolved by the kernel in one openat2 call (Linux 5.6) that
// refuses "..", absolute paths and symbolic links that lead out, so there is no moment between a check and
// its use. https://man7.org/linux/man-pages/man2/openat2.2.html
//
// A hard link in the folder is a file of the folder, whatever other names it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace ninefold {

struct FolderEntry {
  enum Kind { kFile, kFolder, kLink, kOther } kind = kOther;
  std::string name;
  std::uint64_t size = 0;  // of a file
};

// All functions block. Errors are for the model: they name the path as it was given.
class Folder {
 public:
  // kNotFound: no directory; kFailedPrecondition: the kernel cannot confine.
  static absl::StatusOr<std::shared_ptr<const Folder>> Open(const std::string& root);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // UTF-8 text of a regular file, without a byte order mark.
  absl::StatusOr<std::string> ReadText(const std::string& path, std::size_t bytes_max) const;
  // Sorted by name; at most `entries_max`, which is marked in `cut`.
  absl::StatusOr<std::vector<FolderEntry>> List(const std::string& path, std::size_t entries_max,
                                                bool& cut) const;
  // What a path is.
  absl::StatusOr<FolderEntry::Kind> KindOf(const std::string& path) const;

 private:
  explicit Folder(int fd) : fd_(fd) {}
  absl::StatusOr<int> OpenBelow(const std::string& path, int flags) const;
  std::string Nearest(const std::string& path) const;
  int fd_;
};

// "a/b" from "a" and "b"; "b" from "." and "b".
std::string JoinPath(const std::string& folder, const std::string& name);

}  // namespace ninefold
