#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

// What leaves first is what was used longest ago.
class ReplyShelf {
 public:
  explicit ReplyShelf(const CachePolicy& policy) : policy_(policy) {}

  std::optional<ModelReply> Find(const std::string& key, absl::Time now) {
    std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    if (now - found->second->made >= policy_.keep) {
      Drop(found->second);
      return std::nullopt;
    }
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->reply;
  }

  void Keep(const std::string& key, const ModelReply& reply, absl::Time now) {
    const std::size_t bytes = 2 * key.size() + DumpJson(ToJson(reply)).size();
    if (bytes > policy_.bytes_max) return;
    std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) Drop(found->second);  // two asked at once
    kept_.push_front({key, reply, now, bytes});
    by_key_[key] = kept_.begin();
    bytes_ += bytes;
    while (bytes_ > policy_.bytes_max) Drop(std::prev(kept_.end()));
  }

 private:
  struct Kept {
    std::string key;
    ModelReply reply;
    absl::Time made;
    std::size_t bytes;
  };
  void Drop(std::list<Kept>::iterator at) {
    bytes_ -= at->bytes;
    by_key_.erase(at->key);
    kept_.erase(at);
  }

  const CachePolicy policy_;
  std::mutex mutex_;
  std::list<Kept> kept_;
  std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

class CachingModel : public Model {
 public:
  CachingModel(ModelPtr model, const CachePolicy& policy)
      : model_(std::move(model)), shelf_(policy), by_step_(policy.by_step) {}
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    CO_CHECK_OK(ctx.status());
    const std::string key = absl::StrCat(by_step_ ? ctx.path() : "", "\n", DumpJson(ToJson(request)));
    std::optional<ModelReply> kept = shelf_.Find(key, ctx.Now());
    if (kept) {
      const std::string text = TextOf(kept->message);
      if (!text.empty()) ctx.Emit(event::TextDelta{text});
      if (!text.empty()) CO_CHECK_OK(co_await ctx.Drain());
      kept->usage = {
          .input = 0, .cached_input = {}, .output = 0, .reasoning = {}};  // not unknown: nothing was used
      co_return *std::move(kept);
    }
    absl::StatusOr<ModelReply> reply = co_await model_->Generate(request, ctx);
    const bool whole = reply.ok() && (reply->stop_reason == StopReason::kStop ||
                                      reply->stop_reason == StopReason::kToolCalls);
    if (whole && !ctx.cancelled()) shelf_.Keep(key, *reply, ctx.Now());
    co_return reply;
  }

 private:
  const ModelPtr model_;
  mutable ReplyShelf shelf_;
  const bool by_step_;
};

}  // namespace

ModelPtr WithCache(ModelPtr model, CachePolicy policy) {
  return std::make_shared<CachingModel>(std::move(model), policy);
}

}  // namespace ninefold
