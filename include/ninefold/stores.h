// Stores that outlive the process.
//
//   absl::StatusOr<StorePtr> store = OpenStore("runs.db");
//   Runtime runtime({.store = *store});
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ninefold/journal.h"

namespace ninefold {

enum class Durability {
  kPower,    // a step shown as recorded survives a power cut (SQLite synchronous FULL)
  kProcess,  // survives kill -9; a power cut may lose the last commits (NORMAL)
};

// One SQLite file in WAL mode, for one process at a time; FILE.lock beside it says which. The file is made
// when it is not there. Errors:
//   kFailedPrecondition  another process has it, or a newer ninefold wrote it
//   kDataLoss            the file is damaged, or not ninefold's
//   kNotFound            its folder does not exist
//   kPermissionDenied    it may not be read or written
// A write that fails (disk full: kResourceExhausted; a disk that does not confirm: kDataLoss) ends the store:
// every later call gives the same error, nothing that was acknowledged is lost, and opening the store again
// goes on. A damaged run is listed with the state "damaged" and what is wrong as its message; Steps names the
// damaged or missing step.
absl::StatusOr<StorePtr> OpenSqliteStore(const std::string& path, Durability durability = Durability::kPower);

// The same for looking only, also while another process writes. Write gives kFailedPrecondition. kNotFound:
// there is no such file.
absl::StatusOr<StorePtr> OpenSqliteReader(const std::string& path);

// Who has the store at `path` open for writing: "process 4711 (ninefold)", or "".
std::string SqliteStoreUser(const std::string& path);

// "memory", "sqlite:FILE", or a file name that ends in .db.
absl::StatusOr<StorePtr> OpenStore(const std::string& spec);

}  // namespace ninefold
