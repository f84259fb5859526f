#include "model/estimate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/model_error.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::int64_t kOutputTokensAssumed = 4096;
constexpr std::int64_t kImageTokens = 2000;
constexpr std::int64_t kBytesPerToken = 3;

std::int64_t BytesOf(const std::vector<Part>& parts) {
  std::int64_t bytes = 0;
  for (const Part& part : parts) {
    if (const auto* text = std::get_if<Text>(&part)) bytes += std::int64_t(text->text.size());
    if (const auto* data = std::get_if<Data>(&part))
      bytes += std::int64_t(data->preview.empty() ? DumpJson(data->value).size() : data->preview.size());
    if (const auto* file = std::get_if<File>(&part)) bytes += std::int64_t(file->bytes.size());
    if (const auto* result = std::get_if<ToolResult>(&part)) bytes += BytesOf(result->content);
    if (std::holds_alternative<Image>(part)) bytes += kBytesPerToken * kImageTokens;
    if (const auto* call = std::get_if<ToolCall>(&part)) {
      bytes += 64 + std::int64_t(call->arguments.size()) * 32;
    }
  }
  return bytes;
}

// Of a call that ended without a count: nothing when the server refused it, unknown when it went away in the
// midst of its work, which it may charge for.
Usage UsageUnsaid(const absl::Status& status) {
  const ModelError error = ModelErrorOf(status);
  const bool worked = error == ModelError::kBroken || error == ModelError::kTimeout ||
                      status.code() == absl::StatusCode::kCancelled;
  if (worked) return {};
  return {.input = 0, .cached_input = {}, .output = 0, .reasoning = {}};
}

}  // namespace

std::int64_t TokensOfOutput(std::size_t bytes) {
  constexpr std::int64_t kBytesPerOutputToken = 4;
  return (std::int64_t(bytes) + kBytesPerOutputToken - 1) / kBytesPerOutputToken;
}

Usage WithInput(Usage usage, const ModelRequest& request) {
  if (!usage.input) usage.input = EstimateInputTokens(request);
  return usage;
}

std::int64_t EstimateTokens(const Message& message) { return (16 + BytesOf(message.parts)) / kBytesPerToken; }

std::int64_t EstimateInputTokens(const ModelRequest& request) {
  std::int64_t bytes = request.instructions ? std::int64_t(request.instructions->size()) : 0;
  for (const Message* message : request.conversation.messages()) bytes += 16 + BytesOf(message->parts);
  return bytes / kBytesPerToken + 8;
}

std::int64_t EstimateOutputTokens(const ModelRequest& request, const ModelCard& card) {
  if (request.settings.max_output_tokens) return *request.settings.max_output_tokens;
  if (card.max_output_tokens <= 0) return kOutputTokensAssumed;
  return std::min(card.max_output_tokens, kOutputTokensAssumed);
}

std::optional<Price> PriceOf(const ModelCard& card) {
  if (!card.price && card.free) return Price{};
  return card.price;
}

absl::StatusOr<Budget::Reservation> ReserveFor(const ModelRequest& request, const ModelCard& card,
                                               Context& ctx) {
  const bool limited = ctx.budget().counts_tokens();
  absl::StatusOr<Budget::Reservation> reserved =
      ctx.budget().Reserve(limited ? EstimateInputTokens(request) : 0,
                           limited ? EstimateOutputTokens(request, card) : 0, PriceOf(card));
  // Of several models, the one whose price is missing.
  if (absl::IsFailedPrecondition(reserved.status()))
    return Annotate(reserved.status(), absl::StrCat("model \"", card.name, "\""));
  return reserved;
}

ExtraCall::ExtraCall(Context& ctx, const ModelRequest& request, Budget::Reservation reserved,
                     std::optional<Price> price)
    : ctx_(&ctx), request_(&request), reserved_(reserved), price_(price) {}

ExtraCall::ExtraCall(ExtraCall&& other) noexcept
    : ctx_(std::exchange(other.ctx_, nullptr)),
      request_(other.request_),
      reserved_(other.reserved_),
      price_(other.price_) {}

ExtraCall::~ExtraCall() {
  if (ctx_ != nullptr) ctx_->budget().Release(reserved_);
}

absl::StatusOr<ExtraCall> ExtraCall::Reserve(Context& ctx, const ModelRequest& request,
                                             const ModelCard& card) {
  TRY(const Budget::Reservation reserved, ReserveFor(request, card, ctx));
  return ExtraCall(ctx, request, reserved, PriceOf(card));
}

void ExtraCall::Settle(const absl::StatusOr<ModelReply>& reply) {
  if (ctx_ == nullptr) return;
  Budget& budget = ctx_->budget();
  if (reply.ok()) {
    ctx_->Charge(budget.Settle(reserved_, reply->usage, price_));
  } else if (const std::optional<Usage> used = UsageOf(reply.status())) {
    ctx_->Charge(budget.Settle(reserved_, WithInput(*used, *request_), price_, /*estimated=*/true));
  } else {
    ctx_->Charge(budget.Settle(reserved_, UsageUnsaid(reply.status()), price_));
  }
  ctx_ = nullptr;
}

}  // namespace ninefold
