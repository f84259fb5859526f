#include "model/wrap/guard.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/wrap/image_limits.h"
#include "net/http.h"
#include "ninefold/resilience.h"

namespace ninefold {

namespace {

ModelPtr Retried(ModelPtr model, const WireOptions& options) {
  if (options.wire.attempts <= 1) return model;
  // The account is told apart by the key's hash, which leaves this process no more than the key does.
  const std::string account =
      absl::StrCat(OriginOf(options.base_url), "|", std::hash<std::string>()(options.key));
  const auto shared = BackendFor(account, {.requests_per_minute = options.wire.requests_per_minute,
                                           .tokens_per_minute = options.wire.tokens_per_minute,
                                           .concurrency = options.wire.concurrency});
  // The models hold the whole of what they share, so that the next one opened finds it.
  std::shared_ptr<RateLimiter> limiter(shared, shared->limiter.get());
  RetryPolicy retry{.attempts = options.wire.attempts, .after_output = options.wire.after_output};
  retry.budget = std::shared_ptr<RetryBudget>(shared, shared->retries.get());
  return WithRetry(WithRateLimit(WithBreaker(std::move(model)), std::move(limiter)), std::move(retry));
}

}  // namespace

ModelPtr Guard(ModelPtr model, const WireOptions& options) {
  return WithImageLimits(Retried(std::move(model), options), options.vendor,
                         ImageLimitsOf(options.vendor, options.card), options.wire.scale_images);
}

}  // namespace ninefold
