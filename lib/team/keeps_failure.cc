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
    const absl::Status before = failed ? StatusOf(*failed) : absl::OkStatus();
    // A resumed run may have what this one wanted for, a replay has not.
    if (!before.ok() && (own.replaying() || !absl::IsResourceExhausted(before))) co_return before;
    absl::StatusOr<Reply> reply = co_await agent_->Run(std::move(prompt), ctx);
    if (!ctx.status().ok() || absl::IsCancelled(reply.status())) co_return reply;
    if (reply.ok() && before.ok()) co_return reply;
    // Also that it went well after all, where a failure is recorded.
    Json json;
    json["code"] = int(reply.status().code());
    json["message"] = std::string(reply.status().message());
    CO_CHECK_OK(co_await RecordDecision(std::move(json), hash, own));
    co_return reply;
  }

 private:
  static absl::Status StatusOf(const Json& json) {
    return {absl::StatusCode(GetInt(json, "code").value_or(int(absl::StatusCode::kUnknown))),
            json.value("message", std::string("it failed before"))};
  }

  AgentPtr agent_;
};

}  // namespace

AgentPtr KeepsFailure(AgentPtr agent) { return std::make_shared<FailureKeeper>(std::move(agent)); }

}  // namespace ninefold
