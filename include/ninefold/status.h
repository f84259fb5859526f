// Errors are values: absl::Status and absl::StatusOr everywhere, no exception across this API.
//
// A message says where (file:line:column or step path), what, and what to do; it is lower case,
// has no full stop, and never holds a secret. The code says what a program may do about it:
//
//   kInvalidArgument     the input is wrong; the same call fails again
//   kNotFound            what was named is not there
//   kFailedPrecondition  something must be done first (a key set, a question answered)
//   kPermissionDenied    a key, a policy or a confinement refuses
//   kUnavailable         a server is down, busy or broke off; trying again may help
//   kResourceExhausted   a budget, limit or quota is used up
//   kDeadlineExceeded    the time is used up
//   kCancelled           somebody cancelled
//   kDataLoss            a reply, a journal or a file is damaged
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ninefold {

// Debian's Abseil has its own string_view; these compile with either.
inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToStd(absl::string_view s) { return {s.data(), s.size()}; }

// `status` with "where: " put before its message; code and payloads stay. OK stays OK.
absl::Status Annotate(const absl::Status& status, std::string_view where);

// One status from a code and a message, for messages held in a std::string_view.
inline absl::Status MakeStatus(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, ToAbsl(message));
}

// The words of a status for a person: its message, or the code's name where it has none.
std::string Describe(const absl::Status& status);

}  // namespace ninefold
