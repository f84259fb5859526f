#include "stores/sqlite_schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/try.h"

namespace ninefold {
namespace {

constexpr std::int64_t kApplicationId = 0x6e696e65;  // "nine"
constexpr std::int64_t kVersion = 1;

// A step belongs to its run by the run's id; `n` counts a run's steps from 1 without a gap, so that a lost
// row is noticed, and `seal` is a hash over the row's other columns, so that a flipped bit is. `runs.steps`
// is how many steps the run has.
constexpr char kSchema[] = R"sql(
  BEGIN IMMEDIATE;
  CREATE TABLE runs(
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, goal TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL, answer TEXT NOT NULL,
    setup TEXT NOT NULL, cost TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    steps INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE steps(
    run TEXT NOT NULL, path TEXT NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL, state INTEGER NOT NULL,
    request_hash INTEGER NOT NULL, request TEXT NOT NULL, result TEXT NOT NULL, cost TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    UNIQUE(run, path));
  PRAGMA application_id = 1852403301;
  PRAGMA user_version = 1;
  COMMIT;
)sql";

absl::Status NotOurs(const std::string& name) {
  return absl::DataLossError(absl::StrCat(name, ": not a ninefold store; choose another file"));
}

}  // namespace

absl::StatusOr<FileKind> LookAtFile(const std::string& path, const std::string& name) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    const int error = errno;
    if (error == ENOENT) return FileKind::kMissing;
    return absl::ErrnoToStatus(error, absl::StrCat(name, ": cannot open the store"));
  }
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is a folder; name a file in it, like \"", name, "/runs.db\""));
  }
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(name, ": not a regular file; name another"));
  if (info.st_size == 0) return FileKind::kEmpty;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    return absl::ErrnoToStatus(error, absl::StrCat(name, ": cannot open the store"));
  }
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  char head[16] = {};
  const ssize_t size = ::pread(fd, head, sizeof head, 0);
  ::close(fd);
  if (size != sizeof head || std::string_view(head, sizeof head) != kMagic) return NotOurs(name);
  return FileKind::kSqlite;
}

absl::Status CheckSchema(SqliteDb& db) {
  TRY(const std::int64_t application, db.QueryInt("PRAGMA application_id"));
  if (application != kApplicationId) return NotOurs(db.name());
  TRY(const std::int64_t version, db.QueryInt("PRAGMA user_version"));
  if (version == kVersion) return absl::OkStatus();
  if (version > kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(db.name(), ": written by a newer ninefold (store version ", version, "; this one knows ",
                     kVersion, "); update ninefold, or choose another store"));
  }
  return absl::DataLossError(absl::StrCat(db.name(), ": store version ", version,
                                          " was never written by ninefold; choose another store"));
}

absl::Status CreateSchema(SqliteDb& db) { return db.Exec(kSchema); }

}  // namespace ninefold
