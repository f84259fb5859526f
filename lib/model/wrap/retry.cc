// Trying again: exponential back-off with full jitter
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) under a retry budget
// (Finagle, https://twitter.github.io/finagle/guide/Clients.html#retries).
#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/attempt.h"
#include "ninefold/resilience.h"
#include "ninefold/status.h"

namespace ninefold {

struct RetryBudget::State {
  explicit State(RetryBudgetOptions options_in) : options(options_in), counts(options_in.window) {}
  std::mutex mutex;
  const RetryBudgetOptions options;
  WindowCount counts;  // requests, retries
  std::uint64_t tickets = 0;
};

RetryBudget::RetryBudget(RetryBudgetOptions options) : state_(std::make_unique<State>(options)) {}
RetryBudget::~RetryBudget() = default;

void RetryBudget::CountRequest(absl::Time now) {
  std::lock_guard lock(state_->mutex);
  state_->counts.Add(now, 1, 0);
}

bool RetryBudget::TakeRetry(absl::Time now) {
  std::lock_guard lock(state_->mutex);
  const double allowed = state_->options.share * state_->counts.first(now) + state_->options.floor;
  if (state_->counts.second(now) + 1 > allowed) return false;
  state_->counts.Add(now, 0, 1);
  return true;
}

std::uint64_t RetryBudget::NextTicket() {
  std::lock_guard lock(state_->mutex);
  return ++state_->tickets;
}

namespace {

bool WorthRetrying(ModelError error, bool empty_before) {
  switch (error) {
    case ModelError::kRateLimit:
    case ModelError::kOverloaded:
    case ModelError::kServer:
    case ModelError::kConnection:
    case ModelError::kTimeout:
    case ModelError::kBroken:
      return true;
    case ModelError::kEmpty:
      return !empty_before;
    default:
      return false;
  }
}

// How many attempts a call has made, and with what.
struct Tries {
  int attempt = 0;
  bool shown = false;
  bool empty_before = false;
};

// Whether to try again after which delay; `why_not` may be empty when it goes without saying.
struct RetryVerdict {
  bool again = false;
  absl::Duration delay;
  std::string why_not;
};

class RetryModel : public Model {
 public:
  RetryModel(ModelPtr model, RetryPolicy policy) : model_(std::move(model)), policy_(std::move(policy)) {
    if (policy_.budget == nullptr) policy_.budget = std::make_shared<RetryBudget>();
  }
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    policy_.budget->CountRequest(ctx.Now());
    Tries tries;
    while (true) {
      ++tries.attempt;
      absl::StatusOr<ModelReply> reply = co_await AskWatched(*model_, request, ctx, tries.shown);
      if (reply.ok() || ctx.cancelled()) co_return reply;
      const absl::Status failure = reply.status();
      const RetryVerdict verdict = Judge(failure, tries, ctx);
      if (!verdict.again) co_return LastError(failure, tries.attempt, verdict.why_not);
      absl::StatusOr<ExtraCall> extra = ExtraCall::Reserve(ctx, request, card());
      if (!extra.ok()) co_return LastError(failure, tries.attempt, Describe(extra.status()));
      tries.empty_before = tries.empty_before || ModelErrorOf(failure) == ModelError::kEmpty;
      ctx.Emit(event::Retried{tries.attempt, failure, verdict.delay});
      CO_CHECK_OK(co_await ctx.Sleep(verdict.delay));
      extra->Settle(failure);
    }
  }

 private:
  RetryVerdict Judge(const absl::Status& failure, const Tries& tries, const Context& ctx) const {
    const bool worth =
        ShouldRetryOf(failure).value_or(WorthRetrying(ModelErrorOf(failure), tries.empty_before));
    if (!worth || tries.attempt >= policy_.attempts) return {};
    if (tries.shown && !policy_.after_output) return {false, {}, "a part of the reply was already shown"};
    const std::optional<absl::Duration> told = RetryAfterOf(failure);
    if (told && *told > policy_.told_longest) {
      return {false,
              {},
              absl::StrCat("the server asks to wait ", Brief(*told), ", longer than ",
                           Brief(policy_.told_longest))};
    }
    const absl::Duration delay =
        told && *told > absl::ZeroDuration() ? *told : BackOff(failure, tries.attempt, ctx);
    const absl::Duration left = ctx.deadline() - ctx.Now();
    if (delay + policy_.attempt_least > left) {
      return {
          false, {}, absl::StrCat("a wait of ", Brief(delay), " goes beyond the deadline in ", Brief(left))};
    }
    if (!policy_.budget->TakeRetry(ctx.Now())) return {false, {}, "the retry budget is used up"};
    return {true, delay, ""};
  }

  absl::Duration BackOff(const absl::Status& failure, int attempt, const Context& ctx) const {
    const bool overloaded = ModelErrorOf(failure) == ModelError::kOverloaded;
    const absl::Duration base = overloaded ? policy_.overloaded_base : policy_.base;
    const absl::Duration longest = overloaded ? policy_.overloaded_longest : policy_.longest;
    const absl::Duration ceiling = std::min(longest, base * std::exp2(std::min(attempt - 1, 30)));
    return ceiling * Draw(ctx, absl::StrCat("retry.", attempt), policy_.budget->NextTicket());
  }

  static absl::Status LastError(const absl::Status& failure, int attempts, std::string_view why_not) {
    std::string message = Describe(failure);
    if (attempts > 1) absl::StrAppend(&message, "; tried ", attempts, " times");
    if (!why_not.empty()) absl::StrAppend(&message, "; not tried again: ", ToAbsl(why_not));
    return Reworded(failure, message);
  }

  const ModelPtr model_;
  RetryPolicy policy_;
};

}  // namespace

ModelPtr WithRetry(ModelPtr model, RetryPolicy policy) {
  return std::make_shared<RetryModel>(std::move(model), std::move(policy));
}

}  // namespace ninefold
