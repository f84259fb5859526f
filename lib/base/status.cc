#include "ninefold/status.h"

#include "absl/strings/str_cat.h"

namespace ninefold {

absl::Status Annotate(const absl::Status& status, std::string_view where) {
  if (status.ok() || where.empty()) return status;
  absl::Status annotated(status.code(), absl::StrCat(ToAbsl(where), ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

std::string Describe(const absl::Status& status) {
  if (!status.message().empty()) return std::string(status.message());
  return absl::StatusCodeToString(status.code());
}

}  // namespace ninefold
