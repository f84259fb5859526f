// Why a model call failed, beyond its status code: what retry, fallback and an application's own handling go
// by. A model says it in the status it returns, and it stays there when the status is annotated.
//
//   if (ModelErrorOf(status) == ModelError::kContextLength) …
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ninefold/event.h"

namespace ninefold {

enum class ModelError {
  kNone,            // OK, or of no model
  kInvalidRequest,  // the server cannot do what it was asked; the same request fails again
  kAuthentication,  // the key is missing, wrong, or may not do this
  kNotFound,        // no such model
  kQuota,           // money or a long quota is used up
  kRateLimit,       // too many requests or tokens for now
  kOverloaded,      // the server has no room for anyone
  kServer,          // the server failed
  kConnection,      // it was not reached, or went away before anything came
  kBroken,          // it went away in the midst of its reply
  kTimeout,         // silent for too long
  kContextLength,   // the conversation does not fit
  kContentPolicy,   // refused for what it says
  kEmpty,           // a whole reply with nothing in it
};
std::string_view ModelErrorName(ModelError error);  // "rate_limit"

// From a model's status; where it says nothing, from the code: kUnavailable is kServer, kDeadlineExceeded
// kTimeout, kPermissionDenied kAuthentication, kNotFound kNotFound, kResourceExhausted kRateLimit,
// kInvalidArgument kInvalidRequest; kCancelled and the rest kNone.
ModelError ModelErrorOf(const absl::Status& status);
// What the server told a client to wait before it tries again.
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);
// What the server said of trying again (x-should-retry), if it said.
std::optional<bool> ShouldRetryOf(const absl::Status& status);

// `status` with that said; OK stays OK.
absl::Status WithModelError(absl::Status status, ModelError error,
                            std::optional<absl::Duration> retry_after = std::nullopt,
                            std::optional<bool> should_retry = std::nullopt);

// What a call used that failed or was cancelled while the server worked at it: what the server had said, and
// of the output at least what had come. Whoever charges the call estimates the input where it is not said.
// nullopt: nothing is known of it, as where it was never sent.
std::optional<Usage> UsageOf(const absl::Status& status);
absl::Status WithUsage(absl::Status status, const Usage& usage);  // OK stays OK

}  // namespace ninefold
