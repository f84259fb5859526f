// A model call as a step: budget, events, journal round one Generate.
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/cancel.h"
#include "base/one_shot.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/estimate.h"
#include "ninefold/model.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kRequestBytesKept = 4096;

class ReplyValue : public StepValue {
 public:
  explicit ReplyValue(const ModelReply& reply) : reply_(reply) {}
  std::string Encode() const override { return DumpJson(ToJson(reply_)); }
  const ModelReply& reply() const { return reply_; }

 private:
  ModelReply reply_;
};

// What was asked, for a person who reads the journal: the last message.
std::string DescribeRequest(const ModelRequest& request) {
  if (request.conversation.empty()) return "";
  Message asked = request.conversation.back();
  for (Part& part : asked.parts) {
    auto* data = std::get_if<Data>(&part);
    if (data != nullptr && !data->preview.empty()) *data = {nullptr, data->name, "", data->preview};
  }
  return std::string(CutUtf8(DumpJson(ToJson(asked)), kRequestBytesKept));
}

absl::StatusOr<ModelReply> ReplyOf(const StepRecord& record) {
  if (const auto* live = dynamic_cast<const ReplyValue*>(record.value.get())) return live->reply();
  TRY(Json json, ParseJson(record.result));
  absl::StatusOr<ModelReply> reply = ModelReplyFromJson(json);
  if (reply.ok()) return reply;
  return absl::DataLossError(absl::StrCat("journal, step ", record.path, ": ", Describe(reply.status())));
}

// Calls in flight reserve their worst case and use less, so what they are in the way of may be there when one
// of them has ended. A call within another one, such as a summary, would wait for itself.
Async<absl::StatusOr<Budget::Reservation>> ReserveInTurn(const ModelRequest& request, const ModelCard& card,
                                                         Context& ctx) {
  absl::StatusOr<Budget::Reservation> reserved = ReserveFor(request, card, ctx);
  while (IsHeldUp(reserved.status()) && !ctx.in_call()) {
    OneShot<absl::Status> freed(ctx.executor());
    const Budget::Watch watch(ctx.budget(), [&freed] { freed.Set(absl::OkStatus()); });
    const CancelHook hook(ctx.cancel_node(), [&freed](const absl::Status& why) { freed.Set(why); });
    CO_CHECK_OK(co_await freed.Wait());
    reserved = ReserveFor(request, card, ctx);
  }
  co_return reserved;
}

Async<absl::StatusOr<ModelReply>> Ask(const Model& model, const ModelRequest& request, Context& ctx) {
  const ModelCard& card = model.card();
  const std::optional<Price> price = PriceOf(card);
  CO_TRY(const Budget::Reservation reserved, co_await ReserveInTurn(request, card, ctx));
  const absl::Time started = ctx.Now();
  ctx.Emit(event::ModelStarted{card.name});
  absl::StatusOr<ModelReply> reply = absl::InternalError("the model threw");
  const bool was_in_call = ctx.in_call();
  ctx.SetInCall(true);
  try {
    reply = co_await model.Generate(request, ctx);
  } catch (const std::exception& error) {
    reply = absl::InternalError(absl::StrCat("model ", card.name, " threw: ", error.what()));
  }
  ctx.SetInCall(was_in_call);
  if (reply.ok()) {
    const std::optional<Price> paid = reply->answered_by ? PriceOf(*reply->answered_by) : price;
    ctx.Charge(ctx.budget().Settle(reserved, reply->usage, paid));
  } else {
    // What is broken off in the midst of the server's work is billed; what it refused is not.
    Usage used{.input = 0, .cached_input = {}, .output = 0, .reasoning = {}};
    const std::optional<Usage> said = UsageOf(reply.status());
    if (said) used = WithInput(*said, request);
    ctx.Charge(ctx.budget().Settle(reserved, used, price, /*estimated=*/said.has_value()));
  }
  event::ModelEnded ended{card.name, reply.status(), {}, "", ctx.Now() - started};
  if (reply.ok()) {
    ended.usage = reply->usage;
    ended.stop_reason = std::string(StopReasonName(reply->stop_reason));
  }
  ctx.Emit(std::move(ended));
  co_return reply;
}

}  // namespace

Async<absl::StatusOr<ModelReply>> CallModel(const Model& model, const ModelRequest& request, Context& ctx) {
  absl::Status alive = ctx.status();
  if (!alive.ok()) co_return alive;
  const std::uint64_t hash = HashOf(request);
  const std::string described = ctx.durable() || ctx.replaying() ? DescribeRequest(request) : std::string();
  CO_TRY(std::optional<StepRecord> earlier, ctx.Recall("model", hash, described));
  if (earlier) {
    CO_TRY(ModelReply again, ReplyOf(*earlier));
    ctx.Emit(event::StepReused{"model"});
    const Cost cost = earlier->cost.value_or(Cost());
    ctx.Charge(cost);
    ctx.budget().Restore(cost);
    co_return again;
  }
  StepRecord record;
  record.kind = "model";
  record.request_hash = hash;
  record.request = described;
  record.started = ctx.Now();
  absl::StatusOr<ModelReply> reply = co_await Ask(model, request, ctx);
  if (!reply.ok()) co_return Annotate(reply.status(), ctx.path());
  record.finished = ctx.Now();
  record.value = std::make_shared<ReplyValue>(*reply);
  record.cost = ctx.cost();
  CO_CHECK_OK(co_await ctx.Record(std::move(record)));
  co_return reply;
}

}  // namespace ninefold
