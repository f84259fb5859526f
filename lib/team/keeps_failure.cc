#include "team/keeps_failure.h"

#include <string>
#include <utility>

#include "base/hash.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/decision.h"

namespace ninefold {
namespace {

class FailureKeeper : public Agent {
 public:
  explicit FailureKeeper(AgentPtr agent) : agent_(std::move(agent)) {}
  const AgentCard& card() const override { return agent_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    const std::uint64_t hash = HashBytes(TextOf(prompt));
    Context own(ctx, "failed");
    CO_TRY(std::optional<Json> failed, RecallDecision(hash, own));
    if (failed) co_return StatusOf(*failed);
    absl::StatusOr<Reply> reply = co_await agent_->Run(std::move(prompt), ctx);
    if (reply.ok() || !ctx.status().ok() || !IsFinal(reply.status())) co_return reply;
    Json json;
    json["code"] = int(reply.status().code());
    json["message"] = std::string(reply.status().message());
    CO_CHECK_OK(co_await RecordDecision(std::move(json), hash, own));
    co_return reply;
  }

 private:
  static bool IsFinal(const absl::Status& status) {
    return !absl::IsCancelled(status) && !absl::IsResourceExhausted(status);
  }

  static absl::Status StatusOf(const Json& json) {
    return {absl::StatusCode(GetInt(json, "code").value_or(int(absl::StatusCode::kUnknown))),
            json.value("message", std::string("it failed before"))};
  }

  AgentPtr agent_;
};

}  // namespace

AgentPtr KeepsFailure(AgentPtr agent) { return std::make_shared<FailureKeeper>(std::move(agent)); }

}  // namespace ninefold
