// Stores that outlive the process.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ninefold/journal.h"

namespace ninefold {

enum class Durability {
  kPower,    // a step shown as recorded survives a power cut (SQLite synchronous FULL)
  kProcess,  // survives kill -9; a power cut may lose the last commits (NORMAL)
};

// One SQLite file in WAL mode, for one process at a time: a second opener gets kFailedPrecondition. kDataLoss: the file is damaged or not
// ninefold's.
absl::StatusOr<StorePtr> OpenSqliteStore(const std::string& path, Durability durability = Durability::kPower);

// "memory", "sqlite:FILE", or a file name that ends in .db.
absl::StatusOr<StorePtr> OpenStore(const std::string& spec);

}  // namespace ninefold
