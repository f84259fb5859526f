// What a request may use, before anyone has counted: for budgets, rates and what fits a context.
#pragma once

#include <cstdint>
#include <optional>

#include "ninefold/model.h"

namespace ninefold {

// About four bytes a token, from above for most languages.
std::int64_t EstimateTokens(const Message& message);
std::int64_t EstimateInputTokens(const ModelRequest& request);
// `usage` of a call that failed, its input estimated where the server had not said it.
Usage WithInput(Usage usage, const ModelRequest& request);
// The most output a call is reserved for: what the request says, else what the card says, at most 4096.
std::int64_t EstimateOutputTokens(const ModelRequest& request, const ModelCard& card);
// Zero for a model that is free; nullopt when it is not known.
std::optional<Price> PriceOf(const ModelCard& card);

// Takes from the budget what the request may use, at most. An error about the price names the model.
absl::StatusOr<Budget::Reservation> ReserveFor(const ModelRequest& request, const ModelCard& card,
                                               Context& ctx);

// A request beyond the one that CallModel has reserved: a further attempt, another model, a hedge. It is
// checked against the budget and counted like the first. The request outlives it.
class ExtraCall {
 public:
  static absl::StatusOr<ExtraCall> Reserve(Context& ctx, const ModelRequest& request, const ModelCard& card);
  ExtraCall(ExtraCall&& other) noexcept;
  ExtraCall& operator=(ExtraCall&&) = delete;
  ~ExtraCall();  // not settled: it was never sent

  // With what it used; what is unknown keeps the reservation as spent.
  void Settle(const absl::StatusOr<ModelReply>& reply);

 private:
  ExtraCall(Context& ctx, const ModelRequest& request, Budget::Reservation reserved,
            std::optional<Price> price);
  Context* ctx_;  // null: settled
  const ModelRequest* request_;
  Budget::Reservation reserved_;
  std::optional<Price> price_;
};

// About as many tokens as these bytes of a model's output are.
std::int64_t TokensOfOutput(std::size_t bytes);

}  // namespace ninefold
