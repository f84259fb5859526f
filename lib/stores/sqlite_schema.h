// What a store's file looks like, and whether a file is one.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "stores/sqlite.h"

namespace ninefold {

// What the file at `path` is, before SQLite sees it. kNotFound: nothing there; kDataLoss: something that is
// no SQLite file.
enum class FileKind { kMissing, kEmpty, kSqlite };
absl::StatusOr<FileKind> LookAtFile(const std::string& path, const std::string& name);

// Whether `db` is a store that this version can use; kDataLoss: it is not ninefold's; kFailedPrecondition: a
// newer one's.
absl::Status CheckSchema(SqliteDb& db);
absl::Status CreateSchema(SqliteDb& db);

}  // namespace ninefold
