// A model call as a step: budget, events, journal round one Generate.
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/model.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// The most output a call is reserved for when nobody has said.
constexpr std::int64_t kOutputTokensAssumed = 4096;
constexpr std::size_t kRequestBytesKept = 4096;

class ReplyValue : public StepValue {
 public:
  explicit ReplyValue(const ModelReply& reply) : reply_(reply) {}
  std::string Encode() const override { return DumpJson(ToJson(reply_)); }
  const ModelReply& reply() const { return reply_; }

 private:
  ModelReply reply_;
};

std::int64_t BytesOf(const std::vector<Part>& parts) {
  std::int64_t bytes = 0;
  for (const Part& part : parts) {
    if (const auto* text = std::get_if<Text>(&part)) bytes += std::int64_t(text->text.size());
    if (const auto* file = std::get_if<File>(&part)) bytes += std::int64_t(file->bytes.size());
    if (const auto* result = std::get_if<ToolResult>(&part)) bytes += BytesOf(result->content);
    if (std::holds_alternative<Image>(part)) bytes += 4 * 1500;
    if (const auto* call = std::get_if<ToolCall>(&part))
      bytes += 64 + std::int64_t(call->arguments.size()) * 32;
  }
  return bytes;
}

// About four bytes a token, from above for most languages.
std::int64_t InputTokens(const ModelRequest& request) {
  std::int64_t bytes = request.instructions ? std::int64_t(request.instructions->size()) : 0;
  for (const Message* message : request.conversation.messages()) bytes += 16 + BytesOf(message->parts);
  return bytes / 3 + 8;
}

// What was asked, for a person who reads the journal: the last message.
std::string DescribeRequest(const ModelRequest& request) {
  if (request.conversation.empty()) return "";
  return std::string(CutUtf8(DumpJson(ToJson(request.conversation.back())), kRequestBytesKept));
}

absl::StatusOr<ModelReply> ReplyOf(const StepRecord& record) {
  if (const auto* live = dynamic_cast<const ReplyValue*>(record.value.get())) return live->reply();
  TRY(Json json, ParseJson(record.result));
  absl::StatusOr<ModelReply> reply = ModelReplyFromJson(json);
  if (reply.ok()) return reply;
  return absl::DataLossError(absl::StrCat("journal, step ", record.path, ": ", Describe(reply.status())));
}

Async<absl::StatusOr<ModelReply>> Ask(const Model& model, const ModelRequest& request, Context& ctx) {
  const ModelCard& card = model.card();
  const bool limited = ctx.budget().limits().tokens || ctx.budget().limits().usd;
  std::optional<Price> price = card.price;
  if (!price && card.free) price = Price{};
  const std::int64_t output = request.settings.max_output_tokens.value_or(
      card.max_output_tokens > 0 ? std::min(card.max_output_tokens, kOutputTokensAssumed)
                                 : kOutputTokensAssumed);
  CO_TRY(const Budget::Reservation reserved,
         ctx.budget().Reserve(limited ? InputTokens(request) : 0, limited ? output : 0, price));
  const absl::Time started = ctx.Now();
  ctx.Emit(event::ModelStarted{card.name});
  absl::StatusOr<ModelReply> reply = absl::InternalError("the model threw");
  try {
    reply = co_await model.Generate(request, ctx);
  } catch (const std::exception& error) {
    reply = absl::InternalError(absl::StrCat("model ", card.name, " threw: ", error.what()));
  }
  // A call that failed may have been billed: without a count from the server the reservation stands only when
  // something came back.
  if (reply.ok()) {
    ctx.Charge(ctx.budget().Settle(reserved, reply->usage, price));
  } else {
    const Usage nothing{.input = 0, .cached_input = {}, .output = 0, .reasoning = {}};
    ctx.Charge(ctx.budget().Settle(reserved, nothing, price));
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
    const Cost cost = CostFromJson(earlier->cost);
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
  if (ctx.durable()) record.cost = ToJson(ctx.cost());
  CO_CHECK_OK(co_await ctx.Record(std::move(record)));
  co_return reply;
}

}  // namespace ninefold
