#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ninefold/stores.h"

namespace ninefold {

absl::StatusOr<StorePtr> OpenStore(const std::string& spec) {
  if (spec == "memory") return MemoryStore();
  if (absl::StartsWith(spec, "sqlite:")) return OpenSqliteStore(spec.substr(7));
  if (absl::EndsWith(spec, ".db")) return OpenSqliteStore(spec);
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", spec, "\" is no store; use \"memory\", \"sqlite:FILE\", or a file name that ends in .db"));
}

}  // namespace ninefold
