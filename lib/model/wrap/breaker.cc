// A circuit breaker: closed, open, half-open with one call at a time.
#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/wrap/attempt.h"
#include "ninefold/resilience.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class Breaker {
 public:
  enum class Outcome { kGood, kBad, kUnknown };
  explicit Breaker(BreakerPolicy policy) : policy_(policy), counts_(policy.window), open_for_(policy.open) {}

  // Whether a call may be made; if not, why. `probe`: it is the one that finds out.
  absl::Status Enter(absl::Time now, bool& probe) {
    std::lock_guard lock(mutex_);
    if (!open_) return absl::OkStatus();
    if (now >= until_ && !probing_) {
      probe = probing_ = true;
      return absl::OkStatus();
    }
    const std::string again =
        probing_ ? "one call is trying it now" : absl::StrCat("tried again in ", Brief(until_ - now));
    const absl::Status why = absl::UnavailableError(
        absl::StrCat("not asked: its calls fail since ", Clock(since_), ", the last: ", last_, "; ", again));
    return WithModelError(why, last_error_, probing_ ? policy_.open : until_ - now, false);
  }

  // Returns what is worth a warning.
  std::string Leave(absl::Time now, bool probe, Outcome outcome, const absl::Status& status) {
    std::lock_guard lock(mutex_);
    if (probe) probing_ = false;
    if (outcome == Outcome::kUnknown || (open_ && !probe)) return "";
    const bool good = outcome == Outcome::kGood;
    if (good && probe) return Close();
    counts_.Add(now, 1, good ? 0 : 1);
    if (good) return "";
    last_ = Describe(status);
    last_error_ = ModelErrorOf(status);
    if (probe) {
      open_for_ = std::min(2 * open_for_, policy_.open_longest);
      until_ = now + open_for_;
      return "";
    }
    return MayOpen(now);
  }

 private:
  std::string Close() {
    open_ = false;
    counts_.Clear();
    open_for_ = policy_.open;
    return "it answers again";
  }

  std::string MayOpen(absl::Time now) {
    const double calls = counts_.first(now), failures = counts_.second(now);
    if (calls < policy_.calls_least || failures < policy_.failures * calls) return "";
    open_ = true;
    since_ = now;
    until_ = now + open_for_;
    return absl::StrCat(failures, " of ", calls, " calls failed, the last: ", last_,
                        "; it is left alone for ", Brief(open_for_));
  }

  std::mutex mutex_;
  const BreakerPolicy policy_;
  WindowCount counts_;  // calls, failures
  bool open_ = false, probing_ = false;
  absl::Time since_, until_;
  absl::Duration open_for_;
  std::string last_;
  ModelError last_error_ = ModelError::kServer;
};

// A server that refuses a request is there.
Breaker::Outcome OutcomeOf(const absl::StatusOr<ModelReply>& reply, bool cancelled) {
  if (reply.ok()) return Breaker::Outcome::kGood;
  if (cancelled) return Breaker::Outcome::kUnknown;
  switch (ModelErrorOf(reply.status())) {
    case ModelError::kOverloaded:
    case ModelError::kServer:
    case ModelError::kConnection:
    case ModelError::kTimeout:
      return Breaker::Outcome::kBad;
    case ModelError::kNone:
    case ModelError::kBroken:
      return Breaker::Outcome::kUnknown;
    default:
      return Breaker::Outcome::kGood;
  }
}

class BreakerModel : public Model {
 public:
  BreakerModel(ModelPtr model, BreakerPolicy policy)
      : model_(std::move(model)), breaker_(std::make_unique<Breaker>(policy)) {}
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    bool probe = false;
    const absl::Status may = breaker_->Enter(ctx.Now(), probe);
    if (!may.ok()) co_return Annotate(may, card().name);
    Inside inside{*breaker_, probe};
    absl::StatusOr<ModelReply> reply = co_await model_->Generate(request, ctx);
    inside.left = true;
    const std::string news =
        breaker_->Leave(ctx.Now(), probe, OutcomeOf(reply, ctx.cancelled()), reply.status());
    if (!news.empty()) ctx.Emit(event::Warning{absl::StrCat("model ", card().name, ": ", news)});
    co_return reply;
  }

 private:
  // A call that throws, or whose frame goes, does not keep its place.
  struct Inside {
    Breaker& breaker;
    bool probe;
    bool left = false;
    ~Inside() {
      if (!left) breaker.Leave(absl::UnixEpoch(), probe, Breaker::Outcome::kUnknown, absl::OkStatus());
    }
  };

  const ModelPtr model_;
  const std::unique_ptr<Breaker> breaker_;
};

}  // namespace

ModelPtr WithBreaker(ModelPtr model, BreakerPolicy policy) {
  return std::make_shared<BreakerModel>(std::move(model), policy);
}

}  // namespace ninefold
