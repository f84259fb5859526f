// A model whose calls wait for their turn.
#include <map>
#include <utility>

#include "base/cancel.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/attempt.h"
#include "model/wrap/rate_limiter.h"
#include "ninefold/status.h"
#include "run/run_state.h"

namespace ninefold {
namespace {

// A call's place in the queue and then among those that run; given up with the frame.
class RatePlace {
 public:
  RatePlace(std::shared_ptr<RateLimiter::State> limiter, RateWaiterPtr waiter)
      : limiter_(std::move(limiter)), waiter_(std::move(waiter)) {}
  RatePlace(const RatePlace&) = delete;
  RatePlace& operator=(const RatePlace&) = delete;
  ~RatePlace() {
    waiter_->shot = nullptr;
    waiter_->timer.reset();
    limiter_->Leave(waiter_, now, outcome);
  }
  absl::Time now = absl::InfinitePast();
  RateOutcome outcome = RateOutcome::kUnknown;

 private:
  std::shared_ptr<RateLimiter::State> limiter_;
  RateWaiterPtr waiter_;
};

RateOutcome RateOutcomeOf(const absl::StatusOr<ModelReply>& reply) {
  if (reply.ok()) return RateOutcome::kGood;
  const ModelError error = ModelErrorOf(reply.status());
  const bool congested = error == ModelError::kRateLimit || error == ModelError::kOverloaded;
  return congested ? RateOutcome::kCongested : RateOutcome::kUnknown;
}

class RateLimitedModel : public Model {
 public:
  RateLimitedModel(ModelPtr model, std::shared_ptr<RateLimiter> limiter)
      : model_(std::move(model)), limiter_(std::move(limiter)) {}
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    const std::shared_ptr<RateLimiter::State>& limiter = limiter_->state();
    const double tokens =
        double(EstimateInputTokens(request)) + double(EstimateOutputTokens(request, card()));
    auto waiter = std::make_shared<RateWaiter>(ctx.loop(), ctx.run().id, tokens);
    const absl::Status refused = limiter->Enter(waiter, ctx.Now(), ctx.deadline());
    if (!refused.ok()) co_return Annotate(refused, card().name);
    RatePlace place(limiter, waiter);
    const bool at_once = limiter->Granted(waiter);
    const absl::Time came = ctx.Now();
    if (!at_once) co_await WaitForTurn(*waiter, ctx);
    place.now = ctx.Now();
    if (place.now > came) {
      ctx.ChargeQueued(place.now - came);
      ctx.Emit(event::Queued{place.now - came});
    }
    CO_CHECK_OK(ctx.status());
    absl::StatusOr<ModelReply> reply = co_await model_->Generate(request, ctx);
    place.now = ctx.Now();
    if (!ctx.cancelled()) place.outcome = RateOutcomeOf(reply);
    Learn(*limiter, reply, *waiter, ctx.Now());
    co_return reply;
  }

 private:
  static Async<void> WaitForTurn(RateWaiter& waiter, Context& ctx) {
    OneShot<std::monostate> turn(ctx.executor());
    const std::shared_ptr<void> alive = ctx.loop().KeepAlive();
    CancelHook hook(ctx.cancel_node(), [&turn](const absl::Status&) { turn.Set({}); });
    if (ctx.cancelled()) turn.Set({});
    waiter.shot = &turn;
    co_await turn.Wait();
    waiter.shot = nullptr;
  }

  static void Learn(RateLimiter::State& limiter, const absl::StatusOr<ModelReply>& reply,
                    const RateWaiter& waiter, absl::Time now) {
    if (reply.ok()) {
      limiter.Correct(waiter, reply->usage, now);
      if (reply->rate_limits != nullptr) limiter.Learn(*reply->rate_limits, now);
      return;
    }
    const ModelError error = ModelErrorOf(reply.status());
    const std::optional<absl::Duration> told = RetryAfterOf(reply.status());
    if (error == ModelError::kRateLimit || (error == ModelError::kOverloaded && told)) {
      limiter.Pause(now, told, waiter);
    }
  }

  const ModelPtr model_;
  const std::shared_ptr<RateLimiter> limiter_;
};

}  // namespace

ModelPtr WithRateLimit(ModelPtr model, std::shared_ptr<RateLimiter> limiter) {
  return std::make_shared<RateLimitedModel>(std::move(model), std::move(limiter));
}

ModelPtr WithRateLimit(ModelPtr model, RateLimitOptions options) {
  return WithRateLimit(std::move(model), std::make_shared<RateLimiter>(options));
}

// The one place where models of a process meet that were opened apart: a server's limits are the account's,
// not the model's. It holds nothing by itself.
std::shared_ptr<const Backend> BackendFor(std::string_view key, const RateLimitOptions& options) {
  static std::mutex mutex;
  static auto& known = *new std::map<std::string, std::weak_ptr<const Backend>, std::less<>>();
  std::lock_guard lock(mutex);
  std::weak_ptr<const Backend>& slot = known[std::string(key)];
  std::shared_ptr<const Backend> backend = slot.lock();
  if (backend != nullptr) return backend;
  backend = std::make_shared<const Backend>(
      Backend{std::make_shared<RetryBudget>(), std::make_shared<RateLimiter>(options)});
  slot = backend;
  return backend;
}

}  // namespace ninefold
