#include "ninefold/model_error.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ninefold/budget.h"
#include "ninefold/json.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr char kErrorUrl[] = "ninefold/model-error";
constexpr char kRetryAfterUrl[] = "ninefold/retry-after-ms";
constexpr char kShouldRetryUrl[] = "ninefold/should-retry";
constexpr char kUsageUrl[] = "ninefold/usage";

struct Name {
  ModelError error;
  std::string_view name;
};
constexpr Name kNames[] = {{ModelError::kNone, "none"},
                           {ModelError::kInvalidRequest, "invalid_request"},
                           {ModelError::kAuthentication, "authentication"},
                           {ModelError::kNotFound, "not_found"},
                           {ModelError::kQuota, "quota"},
                           {ModelError::kRateLimit, "rate_limit"},
                           {ModelError::kOverloaded, "overloaded"},
                           {ModelError::kServer, "server"},
                           {ModelError::kConnection, "connection"},
                           {ModelError::kBroken, "broken"},
                           {ModelError::kTimeout, "timeout"},
                           {ModelError::kContextLength, "context_length"},
                           {ModelError::kContentPolicy, "content_policy"},
                           {ModelError::kEmpty, "empty"}};

ModelError OfCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return ModelError::kServer;
    case absl::StatusCode::kDeadlineExceeded:
      return ModelError::kTimeout;
    case absl::StatusCode::kPermissionDenied:
      return ModelError::kAuthentication;
    case absl::StatusCode::kNotFound:
      return ModelError::kNotFound;
    case absl::StatusCode::kResourceExhausted:
      return ModelError::kRateLimit;
    case absl::StatusCode::kInvalidArgument:
      return ModelError::kInvalidRequest;
    default:
      return ModelError::kNone;
  }
}

// From a view: clang 18 and later mangle the constructor from a moved string otherwise than the g++ that
// Debian's Abseil was built with.
void Set(absl::Status& status, const char* url, std::string_view value) {
  status.SetPayload(url, absl::Cord(ToAbsl(value)));
}

std::optional<std::string> Get(const absl::Status& status, const char* url) {
  const absl::optional<absl::Cord> value = status.GetPayload(url);
  if (!value) return std::nullopt;
  return std::string(*value);
}

}  // namespace

std::string_view ModelErrorName(ModelError error) {
  for (const Name& name : kNames) {
    if (name.error == error) return name.name;
  }
  return "none";
}

ModelError ModelErrorOf(const absl::Status& status) {
  if (status.ok() || IsLimit(status)) return ModelError::kNone;
  const auto said = Get(status, kErrorUrl);
  if (!said) return OfCode(status.code());
  for (const Name& name : kNames) {
    if (name.name == *said) return name.error;
  }
  return ModelError::kNone;
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto said = Get(status, kRetryAfterUrl);
  std::int64_t milliseconds = 0;
  if (!said || !absl::SimpleAtoi(*said, &milliseconds)) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

std::optional<bool> ShouldRetryOf(const absl::Status& status) {
  const auto said = Get(status, kShouldRetryUrl);
  if (!said) return std::nullopt;
  return *said == "true";
}

absl::Status WithModelError(absl::Status status, ModelError error, std::optional<absl::Duration> retry_after,
                            std::optional<bool> should_retry) {
  if (status.ok()) return status;
  Set(status, kErrorUrl, ModelErrorName(error));
  if (retry_after) Set(status, kRetryAfterUrl, absl::StrCat(absl::ToInt64Milliseconds(*retry_after)));
  if (should_retry) Set(status, kShouldRetryUrl, *should_retry ? "true" : "false");
  return status;
}

std::optional<Usage> UsageOf(const absl::Status& status) {
  const auto said = Get(status, kUsageUrl);
  if (!said) return std::nullopt;
  const absl::StatusOr<Json> json = ParseJson(*said);
  if (!json.ok()) return std::nullopt;
  return UsageFromJson(*json);
}

absl::Status WithUsage(absl::Status status, const Usage& usage) {
  if (!status.ok()) Set(status, kUsageUrl, DumpJson(ToJson(usage)));
  return status;
}

}  // namespace ninefold
