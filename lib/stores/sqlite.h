// As much of SQLite as a store needs: a connection, statements that reset themselves, and a status for each
// failure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sqlite3.h"

namespace ninefold {

class SqliteStatement {
 public:
  SqliteStatement() = default;
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters, from 1. Texts are bound by reference and must live until Reset.
  SqliteStatement& Bind(int index, std::string_view text);
  SqliteStatement& Bind(int index, std::int64_t value);

  // SQLITE_ROW, SQLITE_DONE, or what failed, binding included.
  int Step();
  void Reset();

  // Columns of the row, from 0. nullopt: of another type, as a damaged file may have it.
  std::optional<std::string> Text(int column) const;
  std::optional<std::int64_t> Int(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = SQLITE_OK;
};

class SqliteDb {
 public:
  // `flags`: of sqlite3_open_v2. `name` stands in messages.
  static absl::StatusOr<SqliteDb> Open(const std::string& path, int flags, std::string name);

  absl::Status Exec(const char* sql);
  absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);
  // The first column of the first row; kDataLoss when there is none.
  absl::StatusOr<std::int64_t> QueryInt(std::string_view sql);

  // What went wrong and what to do about it, for a result code of this connection.
  absl::Status Error(int code) const;
  const std::string& name() const { return name_; }
  sqlite3* get() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
  std::string name_;
};

}  // namespace ninefold
