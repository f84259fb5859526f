// A model that does what a function says, call by call, in virtual time: late, in pieces, broken off.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "matchers.h"
#include "ninefold/concurrency.h"
#include "ninefold/model.h"
#include "ninefold/model_error.h"

namespace ninefold {

struct Act {
  absl::Duration delay;             // before anything
  std::vector<std::string> pieces;  // then shown
  absl::Duration rest;              // before the end
  absl::Status status;              // how it ends
  std::string text = "ok";
  Usage usage = {.input = 100, .cached_input = {}, .output = 10, .reasoning = {}};
  StopReason stop_reason = StopReason::kStop;
  std::shared_ptr<const RateLimits> rate_limits = nullptr;
};

class ActingModel : public Model {
 public:
  using Play = std::function<Act(int call, Context& ctx)>;
  ActingModel(ModelCard card, Play play) : card_(std::move(card)), play_(std::move(play)) {}
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    requests.push_back(request);
    started.push_back(ctx.Now());
    peak = std::max(peak, ++running);
    const Act act = play_(int(started.size()), ctx);
    absl::Status slept = co_await ctx.Sleep(act.delay);
    for (const std::string& piece : act.pieces) {
      if (slept.ok()) ctx.Emit(event::TextDelta{piece});
    }
    if (slept.ok()) slept = co_await ctx.Sleep(act.rest);
    --running;
    if (!slept.ok()) ++cancelled;
    if (!slept.ok()) co_return slept;
    if (!act.status.ok()) co_return act.status;
    ModelReply reply;
    reply.message = AssistantMessage(act.text);
    reply.model = card_.name;
    reply.usage = act.usage;
    reply.stop_reason = act.stop_reason;
    reply.rate_limits = act.rate_limits;
    co_return reply;
  }

  int calls() const { return int(started.size()); }

  mutable std::vector<ModelRequest> requests;
  mutable std::vector<absl::Time> started;
  mutable int running = 0, peak = 0, cancelled = 0;

 private:
  ModelCard card_;
  Play play_;
};

using ActingPtr = std::shared_ptr<const ActingModel>;

inline ActingPtr Acting(ActingModel::Play play, std::string name = "test/model") {
  ModelCard card{.name = std::move(name), .price = {}, .free = true};
  return std::make_shared<const ActingModel>(std::move(card), std::move(play));
}

// Acts in order; the last for ever.
inline ActingPtr ActingInTurn(std::vector<Act> acts, std::string name = "test/model") {
  auto play = [acts = std::move(acts)](int call, Context&) {
    return acts[std::min(std::size_t(call), acts.size()) - 1];
  };
  return Acting(std::move(play), std::move(name));
}

inline absl::Status Failure(ModelError error, std::string message = "it failed",
                            std::optional<absl::Duration> retry_after = std::nullopt,
                            std::optional<bool> should_retry = std::nullopt) {
  return WithModelError(absl::UnavailableError(message), error, retry_after, should_retry);
}
inline Act Failing(ModelError error, std::optional<absl::Duration> retry_after = std::nullopt) {
  return {.status = Failure(error, "it failed", retry_after)};
}
inline Act Taking(absl::Duration delay) { return {.delay = delay}; }

inline ModelRequest RequestSaying(std::string text) {
  ModelRequest request;
  request.conversation = Conversation().With(UserMessage(std::move(text)));
  return request;
}

// One call, as an agent makes it.
inline absl::StatusOr<ModelReply> AskIn(testing::Sim& sim, const ModelPtr& model,
                                        const ModelRequest& request = RequestSaying("hello"),
                                        RunOptions options = {}) {
  absl::StatusOr<ModelReply> reply = absl::InternalError("never asked");
  auto body = [&](Context& ctx) -> Async<void> {
    Context step(ctx, "model");
    reply = co_await CallModel(*model, request, step);
  };
  const absl::Status ran = sim.Run(body, std::move(options));
  if (!ran.ok() && reply.ok()) return ran;
  return reply;
}

// `n` calls at once, each with a question of its own.
inline std::vector<absl::StatusOr<ModelReply>> AskManyIn(testing::Sim& sim, const ModelPtr& model,
                                                         std::size_t n, RunOptions options = {}) {
  std::vector<absl::StatusOr<ModelReply>> replies;
  auto body = [&](Context& ctx) -> Async<void> {
    auto ask = [&](std::size_t i, Context& child) -> Async<absl::StatusOr<ModelReply>> {
      const ModelRequest request = RequestSaying(absl::StrCat("question ", i));
      absl::StatusOr<ModelReply> reply = co_await CallModel(*model, request, child);
      co_return reply;
    };
    replies = co_await Settle<ModelReply>(ctx, "call", n, ask);
  };
  EXPECT_THAT(sim.Run(body, std::move(options)), IsOk());
  return replies;
}

}  // namespace ninefold
