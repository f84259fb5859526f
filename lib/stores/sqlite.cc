#include "stores/sqlite.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"

namespace ninefold {

SqliteStatement& SqliteStatement::Bind(int index, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) bound_ = code;
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), index, value);
  if (code != SQLITE_OK) bound_ = code;
  return *this;
}

int SqliteStatement::Step() { return bound_ != SQLITE_OK ? bound_ : sqlite3_step(statement_.get()); }

void SqliteStatement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = SQLITE_OK;
}

std::optional<std::string> SqliteStatement::Text(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::optional<std::int64_t> SqliteStatement::Int(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(statement_.get(), column);
}

absl::StatusOr<SqliteDb> SqliteDb::Open(const std::string& path, int flags, std::string name) {
  SqliteDb db;
  db.name_ = std::move(name);
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  db.db_.reset(raw);
  if (code != SQLITE_OK) return db.Error(code);
  sqlite3_busy_timeout(raw, 5000);
  // A store is a file from outside: its schema may call nothing.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return db;
}

absl::Status SqliteDb::Exec(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::StatusOr<SqliteStatement> SqliteDb::Prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return Error(code);
  return SqliteStatement(raw);
}

absl::StatusOr<std::int64_t> SqliteDb::QueryInt(std::string_view sql) {
  TRY(SqliteStatement statement, Prepare(sql));
  const int code = statement.Step();
  if (code != SQLITE_ROW) return Error(code == SQLITE_DONE ? SQLITE_CORRUPT : code);
  return statement.Int(0).value_or(0);
}

namespace {

std::string SystemWords(sqlite3* db) {
  const int error = db == nullptr ? 0 : sqlite3_system_errno(db);
  return error == 0 ? "" : absl::StrCat(" (", std::strerror(error), ")");
}

absl::Status IoError(int code, const std::string& where, const std::string& why) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return absl::DataLossError(
        absl::StrCat(where, ": the disk could not confirm a write", why,
                     "; what was written last may be lost; check the disk, then open the store again"));
  }
  return absl::DataLossError(absl::StrCat(where, ": the disk failed to read or write", why,
                                          "; check the disk, then open the store again"));
}

}  // namespace

absl::Status SqliteDb::Error(int code) const {
  const std::string why = SystemWords(db_.get());
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(name_, ": the disk is full; free some space, then open the store again"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::PermissionDeniedError(absl::StrCat(name_, ": the store may not be written", why,
                                                      "; check the rights of the file and its folder"));
    case SQLITE_IOERR:
      return IoError(code, name_, why);
    case SQLITE_CORRUPT:
      return absl::DataLossError(
          absl::StrCat(name_, ": the file is damaged; restore it from a copy, or choose another store"));
    case SQLITE_NOTADB:
      return absl::DataLossError(absl::StrCat(name_, ": not a ninefold store; choose another file"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::FailedPreconditionError(
          absl::StrCat(name_, ": another program is writing to the store; close it and try again"));
    case SQLITE_CANTOPEN:
      return absl::PermissionDeniedError(absl::StrCat(name_, ": the store cannot be opened", why,
                                                      "; check the rights of the file and its folder"));
    case SQLITE_TOOBIG:
      return absl::ResourceExhaustedError(absl::StrCat(
          name_,
          ": a record is larger than SQLite can hold; cap the output of the tool or model that made it"));
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError(absl::StrCat(name_, ": out of memory"));
    default:
      return absl::InternalError(
          absl::StrCat(name_, ": ", db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_.get())));
  }
}

}  // namespace ninefold
