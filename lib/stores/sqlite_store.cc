// Journals in one SQLite file. One process a file holds the lock beside it, and one connection both writes
// and checkpoints: SQLite before 3.51.3 can damage a WAL that two connections write
// (https://sqlite.org/releaselog/3_51_3.html). Others may read meanwhile; a connection opened for reading
// neither writes nor checkpoints.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "ninefold/stores.h"
#include "stores/file_lock.h"
#include "stores/sqlite.h"
#include "stores/sqlite_rows.h"
#include "stores/sqlite_schema.h"

namespace ninefold {
namespace {

constexpr char kPutRun[] =
    "INSERT INTO runs(id, name, goal, state, message, answer, setup, cost, started, finished, seal) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
    "ON CONFLICT(id) DO UPDATE SET name = ?2, goal = ?3, state = ?4, message = ?5, answer = ?6, setup = ?7, "
    "cost = ?8, started = ?9, "
    "finished = ?10, seal = ?11";
// Gives back the number of the row: an older one when the step was there.
constexpr char kPutStep[] =
    "INSERT INTO steps(run, path, n, kind, state, request_hash, request, result, cost, started, finished, "
    "seal) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
    "ON CONFLICT(run, path) DO UPDATE SET kind = ?4, state = ?5, request_hash = ?6, request = ?7, result = "
    "?8, cost = ?9, started = ?10, "
    "finished = ?11, seal = ?12 RETURNING n";

class SqliteStore : public Store {
 public:
  SqliteStore(SqliteDb db, FileLock lock, bool writes)
      : lock_(std::move(lock)), db_(std::move(db)), writes_(writes) {}

  // After `db` is known to be a store.
  absl::Status Prepare();

  absl::Status Write(const StoreBatch& batch) override;
  absl::StatusOr<std::vector<RunRecord>> Runs() override;
  absl::StatusOr<std::vector<StepRecord>> Steps(std::string_view run_id) override;

 private:
  absl::Status WriteRows(const StoreBatch& batch);
  absl::Status PutRun(const RunRecord& run);
  absl::Status PutStep(const StoreBatch::Step& step);
  absl::Status PutCounts(const StoreBatch& batch);
  absl::StatusOr<std::int64_t> CountOf(const std::string& run_id);
  absl::StatusOr<std::vector<StepRecord>> StepsOf(std::string_view run_id);
  // Runs a statement that gives no row.
  absl::Status Done(SqliteStatement& statement);

  FileLock lock_;  // first, so that it is given back last
  SqliteDb db_;
  const bool writes_;
  std::mutex mutex_;   // one run is resumed from a pool's thread while the writer's thread records others
  absl::Status dead_;  // of the first write that failed; nothing is tried after it
  SqliteStatement put_run_, put_step_, put_count_, count_, begin_, commit_;
  std::unordered_map<std::string, std::int64_t> counts_;  // steps of the runs that go on
};

absl::Status SqliteStore::Prepare() {
  TRY(count_, db_.Prepare("SELECT count(*), coalesce(max(n), 0) FROM steps WHERE run = ?1"));
  if (!writes_) return absl::OkStatus();
  TRY(put_run_, db_.Prepare(kPutRun));
  TRY(put_step_, db_.Prepare(kPutStep));
  TRY(put_count_, db_.Prepare("UPDATE runs SET steps = ?2 WHERE id = ?1"));
  TRY(begin_, db_.Prepare("BEGIN IMMEDIATE"));
  TRY(commit_, db_.Prepare("COMMIT"));
  return absl::OkStatus();
}

absl::Status SqliteStore::Done(SqliteStatement& statement) {
  const int code = statement.Step();
  const absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : db_.Error(code);
  statement.Reset();
  return status;
}

// A write that failed is never tried again here: after a failed fsync the kernel may have dropped what it
// could not write, and a second fsync that succeeds proves nothing
// (https://wiki.postgresql.org/wiki/Fsync_Errors). Opening the store again reads what is on the disk.
absl::Status SqliteStore::Write(const StoreBatch& batch) {
  std::lock_guard lock(mutex_);
  if (!dead_.ok()) return dead_;
  if (!writes_) {
    return absl::FailedPreconditionError(absl::StrCat(db_.name(), ": the store was opened for reading only"));
  }
  const absl::Status begun = Done(begin_);
  if (absl::IsFailedPrecondition(begun)) return begun;  // another program's lock: nothing was touched
  dead_ = begun.ok() ? WriteRows(batch) : begun;
  if (dead_.ok()) dead_ = Done(commit_);
  if (!dead_.ok()) {
    // The reason is dead_; a failing rollback adds nothing, the transaction is rolled back when the file is
    // next opened.
    db_.Exec("ROLLBACK").IgnoreError();
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  return dead_;
}

absl::Status SqliteStore::WriteRows(const StoreBatch& batch) {
  for (const RunRecord& run : batch.runs) CHECK_OK(PutRun(run));
  for (const StoreBatch::Step& step : batch.steps) CHECK_OK(PutStep(step));
  return PutCounts(batch);
}

absl::Status SqliteStore::PutRun(const RunRecord& run) {
  const RunRow row(run);
  put_run_.Bind(1, run.id)
      .Bind(2, run.name)
      .Bind(3, run.goal)
      .Bind(4, run.state)
      .Bind(5, run.message)
      .Bind(6, run.answer)
      .Bind(7, row.setup)
      .Bind(8, row.cost)
      .Bind(9, row.started)
      .Bind(10, row.finished)
      .Bind(11, row.seal);
  return Done(put_run_);
}

absl::Status SqliteStore::PutStep(const StoreBatch::Step& step) {
  const StepRecord& record = step.record;
  const StepRow row(step.run_id, record);
  TRY(const std::int64_t count, CountOf(step.run_id));
  put_step_.Bind(1, step.run_id)
      .Bind(2, record.path)
      .Bind(3, count + 1)
      .Bind(4, record.kind)
      .Bind(5, std::int64_t(record.state))
      .Bind(6, std::bit_cast<std::int64_t>(record.request_hash))
      .Bind(7, record.request)
      .Bind(8, row.result)
      .Bind(9, row.cost)
      .Bind(10, row.started)
      .Bind(11, row.finished)
      .Bind(12, row.seal);
  const int code = put_step_.Step();
  const std::int64_t n = code == SQLITE_ROW ? put_step_.Int(0).value_or(0) : 0;
  const int end = code == SQLITE_ROW ? put_step_.Step() : code;
  put_step_.Reset();
  if (end != SQLITE_DONE) return db_.Error(end);
  if (n == count + 1) counts_[step.run_id] = n;
  return absl::OkStatus();
}

// The numbers of steps of the runs in a batch, in its transaction: a row that vanishes later is missed.
absl::Status SqliteStore::PutCounts(const StoreBatch& batch) {
  const std::string* last = nullptr;
  for (const StoreBatch::Step& step : batch.steps) {
    if (last != nullptr && *last == step.run_id) continue;
    last = &step.run_id;
    TRY(const std::int64_t count, CountOf(step.run_id));
    CHECK_OK(Done(put_count_.Bind(1, step.run_id).Bind(2, count)));
  }
  for (const RunRecord& run : batch.runs) {
    TRY(const std::int64_t count, CountOf(run.id));
    CHECK_OK(Done(put_count_.Bind(1, run.id).Bind(2, count)));
    if (run.state != "running") counts_.erase(run.id);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> SqliteStore::CountOf(const std::string& run_id) {
  const auto it = counts_.find(run_id);
  if (it != counts_.end()) return it->second;
  count_.Bind(1, run_id);
  const int code = count_.Step();
  const std::int64_t rows = count_.Int(0).value_or(0), highest = count_.Int(1).value_or(-1);
  count_.Reset();
  if (code != SQLITE_ROW) return db_.Error(code);
  if (rows != highest) {
    return absl::DataLossError(absl::StrCat(db_.name(), " run ", run_id, ": ", highest,
                                            " steps were recorded and ", rows,
                                            " are there; restore the store from a copy, or start a new run"));
  }
  counts_[run_id] = rows;
  return rows;
}

absl::StatusOr<std::vector<RunRecord>> SqliteStore::Runs() {
  std::lock_guard lock(mutex_);
  CHECK_OK(dead_);
  TRY(SqliteStatement rows, db_.Prepare(absl::StrCat("SELECT ", kRunColumns, " FROM runs ORDER BY n DESC")));
  std::vector<RunRecord> all;
  int code = rows.Step();
  for (; code == SQLITE_ROW; code = rows.Step()) {
    absl::StatusOr<RunRecord> run = ReadRun(rows, db_.name());
    if (!run.ok()) {  // one damaged run must not hide the others
      RunRecord damaged;
      damaged.id = rows.Text(0).value_or("");
      damaged.state = "damaged";
      damaged.message = Describe(run.status());
      run = std::move(damaged);
    }
    all.push_back(*std::move(run));
  }
  if (code != SQLITE_DONE) return db_.Error(code);
  return all;
}

absl::StatusOr<std::vector<StepRecord>> SqliteStore::Steps(std::string_view run_id) {
  std::lock_guard lock(mutex_);
  CHECK_OK(dead_);
  CHECK_OK(db_.Exec("BEGIN"));  // the run and its steps as of one moment
  absl::StatusOr<std::vector<StepRecord>> steps = StepsOf(run_id);
  db_.Exec("COMMIT").IgnoreError();  // of a transaction that only read
  return steps;
}

absl::StatusOr<std::vector<StepRecord>> SqliteStore::StepsOf(std::string_view run_id) {
  TRY(SqliteStatement run_row, db_.Prepare(absl::StrCat("SELECT ", kRunColumns, " FROM runs WHERE id = ?1")));
  const int found = run_row.Bind(1, run_id).Step();
  if (found == SQLITE_DONE)
    return absl::NotFoundError(absl::StrCat(db_.name(), ": no run \"", ToAbsl(run_id), "\""));
  if (found != SQLITE_ROW) return db_.Error(found);
  TRY(const RunRecord run, ReadRun(run_row, db_.name()));
  TRY(SqliteStatement rows,
      db_.Prepare(absl::StrCat("SELECT ", kStepColumns, " FROM steps WHERE run = ?1 ORDER BY n")));
  rows.Bind(1, run_id);
  std::vector<StepRecord> all;
  int code = rows.Step();
  for (; code == SQLITE_ROW; code = rows.Step()) {
    TRY(StepRecord step, ReadStep(rows, db_.name(), run_id));
    all.push_back(std::move(step));
    if (rows.Int(10) != std::int64_t(all.size())) break;
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) return db_.Error(code);
  if (code == SQLITE_ROW || std::int64_t(all.size()) != run.steps) {
    const std::size_t gap = code == SQLITE_ROW ? all.size() : all.size() + 1;
    return absl::DataLossError(
        absl::StrCat(db_.name(), " run ", run.id, ": step ", gap, " of ", run.steps,
                     " is missing; restore the store from a copy, or start a new run"));
  }
  return all;
}

// ---- opening -----------------------------------------------------------------------------------

// One name for one file, whatever links lead to it: the lock stands beside the file itself.
absl::StatusOr<std::string> RealPath(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("the store's file has no name");
  if (path.find('\0') != std::string::npos)
    return absl::InvalidArgumentError("the store's file name has a zero byte");
  char buffer[PATH_MAX];
  if (::realpath(path.c_str(), buffer) != nullptr) return std::string(buffer);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
  if (errno == ENOENT && !file.empty() && ::realpath(folder.c_str(), buffer) != nullptr)
    return absl::StrCat(buffer, "/", file);
  const int error = errno;
  if (error == ENOENT)
    return absl::NotFoundError(absl::StrCat(path, ": there is no folder \"", folder, "\"; create it first"));
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": cannot open the store"));
}

// Prompts and answers are their owner's business: the file is readable by nobody else.
absl::Status MakeFile(const std::string& path, const std::string& name) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int error = errno;
  if (fd < 0) return absl::ErrnoToStatus(error, absl::StrCat(name, ": cannot make the store"));
  ::close(fd);
  return absl::OkStatus();
}

absl::StatusOr<FileLock> TakeLock(const std::string& real, const std::string& path) {
  absl::StatusOr<FileLock> lock = FileLock::Take(absl::StrCat(real, ".lock"));
  if (!absl::IsUnavailable(lock.status())) return lock.ok() ? std::move(lock) : Annotate(lock.status(), path);
  return absl::FailedPreconditionError(absl::StrCat(path, ": in use by ", Describe(lock.status()),
                                                    "; wait until it has ended, or choose another store"));
}

absl::Status Configure(SqliteDb& db, Durability durability) {
  TRY(SqliteStatement mode, db.Prepare("PRAGMA journal_mode = WAL"));
  const int code = mode.Step();
  if (code != SQLITE_ROW) return db.Error(code);
  if (mode.Text(0) != "wal") {
    return absl::FailedPreconditionError(absl::StrCat(
        db.name(),
        ": SQLite cannot share memory beside this file, as on some network drives; choose a local folder"));
  }
  CHECK_OK(db.Exec("PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON"));
  return db.Exec(durability == Durability::kPower ? "PRAGMA synchronous = FULL"
                                                  : "PRAGMA synchronous = NORMAL");
}

}  // namespace

absl::StatusOr<StorePtr> OpenSqliteStore(const std::string& path, Durability durability) {
  TRY(const std::string real, RealPath(path));
  TRY(const FileKind kind, LookAtFile(real, path));
  TRY(FileLock lock, TakeLock(real, path));
  if (kind == FileKind::kMissing) CHECK_OK(MakeFile(real, path));
  TRY(SqliteDb db, SqliteDb::Open(real, SQLITE_OPEN_READWRITE, path));
  TRY(const std::int64_t objects, db.QueryInt("SELECT count(*) FROM sqlite_master"));
  TRY(const std::int64_t application, db.QueryInt("PRAGMA application_id"));
  const bool fresh = objects == 0 && application == 0;
  if (!fresh) CHECK_OK(CheckSchema(db));
  CHECK_OK(Configure(db, durability));
  if (fresh) CHECK_OK(CreateSchema(db));
  auto store = std::make_shared<SqliteStore>(std::move(db), std::move(lock), true);
  CHECK_OK(store->Prepare());
  return store;
}

absl::StatusOr<StorePtr> OpenSqliteReader(const std::string& path) {
  TRY(const std::string real, RealPath(path));
  TRY(const FileKind kind, LookAtFile(real, path));
  if (kind == FileKind::kMissing) return absl::NotFoundError(absl::StrCat(path, ": there is no such store"));
  TRY(SqliteDb db, SqliteDb::Open(real, SQLITE_OPEN_READONLY, path));
  CHECK_OK(CheckSchema(db));
  CHECK_OK(db.Exec("PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON"));
  auto store = std::make_shared<SqliteStore>(std::move(db), FileLock(), false);
  CHECK_OK(store->Prepare());
  return store;
}

std::string SqliteStoreUser(const std::string& path) {
  const absl::StatusOr<std::string> real = RealPath(path);
  return real.ok() ? FileLock::Holder(absl::StrCat(*real, ".lock")) : "";
}

}  // namespace ninefold
