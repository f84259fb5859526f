#include "graph/decision.h"

#include <utility>

#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class DecisionValue : public StepValue {
 public:
  explicit DecisionValue(Json json) : json_(std::move(json)) {}
  std::string Encode() const override { return DumpJson(json_); }
  const Json& json() const { return json_; }

 private:
  Json json_;
};

}  // namespace

absl::StatusOr<std::optional<Json>> RecallDecision(std::uint64_t hash, Context& ctx) {
  absl::StatusOr<std::optional<StepRecord>> record = ctx.Recall("plan", hash, "");
  // Replayed from a run that ended before it decided this: what is recorded decides it anew.
  if (absl::IsNotFound(record.status())) return std::nullopt;
  CHECK_OK(record.status());
  if (!*record) return std::nullopt;
  ctx.Emit(event::StepReused{"plan"});
  if (const auto* value = dynamic_cast<const DecisionValue*>((*record)->value.get())) return value->json();
  absl::StatusOr<Json> json = ParseJson((*record)->result);
  if (!json.ok()) return Annotate(absl::DataLossError(Describe(json.status())), ctx.path());
  return *std::move(json);
}

Async<absl::Status> RecordDecision(Json decision, std::uint64_t hash, Context& ctx) {
  StepRecord record;
  record.path = ctx.path();
  record.kind = "plan";
  record.request_hash = hash;
  record.value = std::make_shared<DecisionValue>(std::move(decision));
  record.started = record.finished = ctx.Now();
  co_return co_await ctx.Record(std::move(record));
}

}  // namespace ninefold
