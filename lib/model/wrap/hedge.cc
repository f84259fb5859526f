// A second request when the first is late: J. Dean, L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013.
#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/attempt.h"
#include "model/wrap/several.h"
#include "ninefold/concurrency.h"
#include "ninefold/resilience.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kSamplesKept = 256;
constexpr double kCreditMost = 10;  // hedges at once after a quiet time

// When a call is late, from the times of those before; and whether one more hedge is paid for.
class HedgeState {
 public:
  explicit HedgeState(const HedgePolicy& policy) : policy_(policy) {}

  // nullopt: too little was seen.
  std::optional<absl::Duration> CountCall(bool streams) {
    std::lock_guard lock(mutex_);
    credit_ = std::min(kCreditMost, credit_ + policy_.share);
    if (policy_.after) return policy_.after;
    const std::vector<absl::Duration>& seen = seen_[streams].times;
    if (seen.empty() || int(seen.size()) < policy_.samples_least) return std::nullopt;
    std::vector<absl::Duration> sorted = seen;
    const double rank = policy_.percentile * double(sorted.size());
    const std::size_t at = std::min(std::size_t(rank), sorted.size() - 1);
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(at), sorted.end());
    return sorted[at];
  }

  bool TakeHedge() {
    std::lock_guard lock(mutex_);
    if (credit_ < 1 - 1e-9) return false;
    credit_ -= 1;
    return true;
  }

  void CountTime(bool streams, absl::Duration time) {
    std::lock_guard lock(mutex_);
    Window& window = seen_[streams];
    if (window.times.size() < kSamplesKept) {
      window.times.push_back(time);
    } else {
      window.times[window.next++ % kSamplesKept] = time;
    }
  }

 private:
  struct Window {
    std::vector<absl::Duration> times;
    std::size_t next = 0;
  };
  const HedgePolicy policy_;
  std::mutex mutex_;
  double credit_ = 0;
  Window seen_[2];  // of whole replies; of first deltas
};

// One call and its hedge.
struct Race {
  Race(const ModelRequest& request_in, Context& ctx_in)
      : request(request_in), ctx(ctx_in), started(ctx_in.Now()) {}
  const ModelRequest& request;
  Context& ctx;
  const absl::Time started;
  std::optional<absl::Duration> late;
  absl::StatusOr<ModelReply> replies[2] = {absl::InternalError("the model threw"),
                                           absl::InternalError("the model threw")};
  Context* contexts[2] = {nullptr, nullptr};
  int leader = -1;                 // whose reply is shown, and will be the answer
  absl::Duration lead_at;          // when that was known
  std::optional<ExtraCall> extra;  // set when the hedge was sent
};

class HedgeModel : public Model {
 public:
  HedgeModel(std::vector<ModelPtr> models, HedgePolicy policy)
      : models_(std::move(models)),
        card_(CardOfSeveral("hedge", models_)),
        cards_(CardsOf(models_)),
        state_(std::make_unique<HedgeState>(policy)) {
    if (cards_[0]->name == cards_[1]->name) card_.name = cards_[0]->name;
  }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    Race race(request, ctx);
    const bool streams = ctx.wants_deltas();
    race.late = state_->CountCall(streams);
    auto start = [&](std::size_t i, Context& child) -> Async<void> {
      race.contexts[i] = &child;
      if (i == 0) {
        co_await AskFirst(race, child);
      } else {
        co_await AskSecond(race, child);
      }
      race.contexts[i] = nullptr;
    };
    auto decided = [&race](std::size_t i) {
      return race.leader == int(i) || (i == 0 && race.leader < 0 && !race.extra);
    };
    const std::size_t children = race.late ? 2 : 1;
    co_await internal::RunChildren(ctx, "", children, 0, start, decided);
    if (race.leader >= 0) state_->CountTime(streams, race.lead_at);
    co_return Outcome(race);
  }

 private:
  // The first to show something goes on; the other ends. What the other still shows is kept back.
  static void Lead(Race& race, int which) {
    if (race.leader >= 0) return;
    race.leader = which;
    race.lead_at = race.ctx.Now() - race.started;
    Context* other = race.contexts[1 - which];
    if (other != nullptr) other->Cancel(absl::CancelledError("the other request was faster"));
  }

  static void Watch(Race& race, int which, Context& child) {
    child.Tap([&race, which](const EventBody& body) {
      if (IsDelta(body)) Lead(race, which);
      return race.leader == 1 - which;
    });
  }

  Async<void> AskFirst(Race& race, Context& child) const {
    Watch(race, 0, child);
    race.replies[0] = co_await models_[0]->Generate(race.request, child);
    if (race.replies[0].ok()) Lead(race, 0);
  }

  // Waits until the first is late.
  Async<void> AskSecond(Race& race, Context& child) const {
    const absl::Status slept = co_await child.Sleep(*race.late);
    if (!slept.ok() || race.leader >= 0 || race.contexts[0] == nullptr) co_return;
    if (!state_->TakeHedge()) co_return;
    absl::StatusOr<ExtraCall> extra = ExtraCall::Reserve(race.ctx, race.request, card_);
    if (!extra.ok()) co_return;
    race.extra.emplace(*std::move(extra));
    Watch(race, 1, child);
    race.replies[1] = co_await models_[1]->Generate(race.request, child);
    if (race.replies[1].ok()) Lead(race, 1);
  }

  absl::StatusOr<ModelReply> Outcome(Race& race) const {
    const int winner = race.leader >= 0 ? race.leader : 0;
    const int loser = 1 - winner;
    if (race.extra) race.extra->Settle(race.replies[loser]);
    absl::StatusOr<ModelReply>& reply = race.replies[winner];
    if (reply.ok() && reply->answered_by == nullptr) reply->answered_by = cards_[std::size_t(winner)];
    if (!reply.ok() && race.extra && race.leader < 0) {
      return Reworded(reply.status(), absl::StrCat(Describe(reply.status()), "; asked a second time: ",
                                                   Describe(race.replies[1].status())));
    }
    return std::move(reply);
  }

  const std::vector<ModelPtr> models_;
  ModelCard card_;
  const std::vector<std::shared_ptr<const ModelCard>> cards_;
  const std::unique_ptr<HedgeState> state_;
};

}  // namespace

ModelPtr WithHedge(ModelPtr first, ModelPtr second, HedgePolicy policy) {
  return std::make_shared<HedgeModel>(std::vector<ModelPtr>{std::move(first), std::move(second)}, policy);
}

}  // namespace ninefold
