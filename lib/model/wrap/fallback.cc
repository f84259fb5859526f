// The next model when one fails.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/attempt.h"
#include "model/wrap/several.h"
#include "ninefold/resilience.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// What was tried so far.
struct Trail {
  std::string errors;  // "a: busy; b: refused the key"
  int failed = 0;
  absl::Status last;
  std::size_t last_model = 0;
  bool shown = false;
};

class FallbackModel : public Model {
 public:
  FallbackModel(std::vector<ModelPtr> models, FallbackPolicy policy)
      : models_(std::move(models)),
        policy_(std::move(policy)),
        card_(CardOfSeveral("fallback", models_)),
        cards_(CardsOf(models_)) {}
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    Trail trail;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (i > 0 && !MayHelp(i, trail, request)) continue;
      if (trail.failed > 0) {
        absl::StatusOr<ExtraCall> extra = ExtraCall::Reserve(ctx, request, *cards_[trail.last_model]);
        if (!extra.ok()) co_return AllFailed(trail, Describe(extra.status()));
        extra->Settle(trail.last);
        ctx.Emit(event::Warning{absl::StrCat("model ", cards_[trail.last_model]->name, " failed (",
                                             ToAbsl(ModelErrorName(ModelErrorOf(trail.last))), ": ",
                                             Describe(trail.last), "); going on with ", cards_[i]->name)});
      }
      absl::StatusOr<ModelReply> reply = co_await AskWatched(*models_[i], request, ctx, trail.shown);
      if (reply.ok() && reply->answered_by == nullptr) reply->answered_by = cards_[i];
      if (reply.ok() || ctx.cancelled()) co_return reply;
      Note(trail, i, reply.status());
      const std::string stop = WhyStop(trail);
      if (!stop.empty()) co_return AllFailed(trail, trail.shown ? stop : "");
    }
    co_return AllFailed(trail, "");
  }

 private:
  void Note(Trail& trail, std::size_t i, const absl::Status& failure) const {
    absl::StrAppend(&trail.errors, trail.failed > 0 ? "; " : "", cards_[i]->name, ": ", Describe(failure));
    ++trail.failed;
    trail.last = failure;
    trail.last_model = i;
  }

  std::string WhyStop(const Trail& trail) const {
    if (trail.shown && !policy_.after_output) return "a part of the reply was already shown";
    const ModelError error = ModelErrorOf(trail.last);
    const bool elsewhere = std::find(policy_.on.begin(), policy_.on.end(), error) != policy_.on.end();
    return elsewhere ? "" : "the error is the request's own";
  }

  bool MayHelp(std::size_t i, const Trail& trail, const ModelRequest& request) const {
    if (ModelErrorOf(trail.last) != ModelError::kContextLength) return true;
    const std::int64_t had = cards_[trail.last_model]->context_tokens;
    const std::int64_t needed =
        had > 0 ? had + 1 : EstimateInputTokens(request) + EstimateOutputTokens(request, *cards_[i]);
    return cards_[i]->context_tokens >= needed;
  }

  absl::Status AllFailed(const Trail& trail, std::string_view why_not) const {
    std::string message = Describe(trail.last);
    if (trail.failed > 1) {
      message = absl::StrCat("none of ", trail.failed, " models answered: ", trail.errors);
    }
    if (!why_not.empty()) absl::StrAppend(&message, "; no other model asked: ", ToAbsl(why_not));
    return Reworded(trail.last, message);
  }

  const std::vector<ModelPtr> models_;
  const FallbackPolicy policy_;
  const ModelCard card_;
  const std::vector<std::shared_ptr<const ModelCard>> cards_;
};

}  // namespace

ModelPtr WithFallback(std::vector<ModelPtr> models, FallbackPolicy policy) {
  return std::make_shared<FallbackModel>(std::move(models), std::move(policy));
}

}  // namespace ninefold
