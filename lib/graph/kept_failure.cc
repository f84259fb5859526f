#include "graph/kept_failure.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "absl/strings/cord.h"
#include "base/hash.h"
#include "base/try.h"
#include "base/utf8.h"
#include "graph/decision.h"
#include "ninefold/journal.h"
#include "ninefold/status.h"
#include "run/run_state.h"

namespace ninefold {
namespace {

// With what programs read of it: whose limit it was, which error of the model.
Json JsonOf(const absl::Status& status) {
  Json json = {{"code", int(status.code())}, {"message", MendUtf8(ToStd(status.message()))}};
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    json["payloads"][std::string(url)] = MendUtf8(std::string(payload));
  });
  return json;
}

absl::Status StatusOf(const Json& json) {
  absl::Status status(absl::StatusCode(GetInt(json, "code").value_or(int(absl::StatusCode::kUnknown))),
                      json.value("message", std::string("it failed before")));
  const Json* payloads = GetMember(json, "payloads");
  if (payloads == nullptr || !payloads->is_object()) return status;
  for (const auto& [url, payload] : payloads->items()) {
    if (payload.is_string())
      status.SetPayload(url, absl::Cord(ToAbsl(payload.get_ref<const std::string&>())));
  }
  return status;
}

class FailureKeeper : public Agent {
 public:
  explicit FailureKeeper(AgentPtr agent) : agent_(std::move(agent)) {}
  const AgentCard& card() const override { return agent_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    co_return co_await RunKeepingFailure(agent_, std::move(prompt), ctx);
  }

 private:
  AgentPtr agent_;
};

// While it lives, failures at `path` are kept.
class KeptPath {
 public:
  KeptPath(std::unordered_set<std::string>& open, const std::string& path)
      : open_(open), path_(path), is_outermost_(open.insert(path).second) {}
  ~KeptPath() {
    if (is_outermost_) open_.erase(path_);
  }
  KeptPath(const KeptPath&) = delete;
  KeptPath& operator=(const KeptPath&) = delete;
  bool is_outermost() const { return is_outermost_; }

 private:
  std::unordered_set<std::string>& open_;
  const std::string& path_;
  const bool is_outermost_;
};

}  // namespace

Async<absl::StatusOr<Reply>> RunKeepingFailure(AgentPtr agent, Prompt prompt, Context& ctx) {
  Context own(ctx, kFailureSegment);
  const KeptPath kept(own.run().keeping, own.path());
  if (!kept.is_outermost()) co_return co_await agent->Run(std::move(prompt), ctx);
  const std::uint64_t hash = HashBytes(TextOf(prompt));
  const int attempt = ++own.run().attempts[own.path()];
  // Where nothing came after it, as where all failed, nobody was told of it, and it may be asked otherwise
  // now.
  const bool is_last = !own.replaying() && !own.run().journal.IsFollowed(own.path());
  std::optional<Json> failed;
  if (!is_last) {
    CO_TRY(failed, RecallDecision(hash, own));
  }
  const absl::Status before = failed ? StatusOf(*failed) : absl::OkStatus();
  const std::int64_t attempts_before = failed ? GetInt(*failed, "attempts").value_or(1) : 0;
  // A resumed run may have what this one wanted for, a replay has not.
  const bool stands = attempt <= attempts_before && !absl::IsResourceExhausted(before);
  if (!before.ok() && (own.replaying() || stands)) co_return before;
  absl::StatusOr<Reply> reply = co_await agent->Run(std::move(prompt), ctx);
  if (!reply.ok() && ctx.timed_out()) reply = ctx.status();
  const bool stopped = !ctx.status().ok() && !ctx.timed_out();
  if (stopped || absl::IsCancelled(reply.status()) || IsJournalMismatch(reply.status())) co_return reply;
  // Its own limit again. The figures may be others where calls were in flight; others were told of those.
  if (IsOwnLimit(before) && IsOwnLimit(reply.status())) co_return before;
  // Also that it went well after all, where a failure is recorded: before, or of an attempt in this life.
  if (reply.ok() && before.ok() && attempt == 1 && !is_last) co_return reply;
  Json json = JsonOf(reply.status());
  json["attempts"] = attempt;
  CO_CHECK_OK(co_await RecordDecision(std::move(json), hash, own));
  co_return reply;
}

AgentPtr KeepsFailure(AgentPtr agent) { return std::make_shared<FailureKeeper>(std::move(agent)); }

}  // namespace ninefold
