// What a run may use. A limit is checked before money is spent: a call reserves its worst case, and
// settles what it really used when it is over, so a run oversteps a limit by no more than calls
// already reserved.
//
//   RunOptions options{.budget = {.usd = 0.50, .model_calls = 40}};
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "ninefold/event.h"

namespace ninefold {

// Unset: no limit of its own (the defaults stand for tool_calls, model_calls and depth).
struct BudgetLimits {
  std::optional<std::int64_t> tokens = {};  // input + output
  std::optional<double> usd = {};           // a model without a known price is refused under it
  std::optional<std::int64_t> model_calls = {};
  std::optional<std::int64_t> tool_calls = {};
  int depth = 16;  // nested agents
};

// USD for 1,000,000 tokens.
struct Price {
  double input = 0;
  double cached_input = 0;
  double output = 0;
  // A call with more input tokens than this, cached ones too, is billed at the prices below, all of it.
  std::int64_t long_above = 0;  // 0: all calls are billed alike
  double long_input = 0;
  double long_cached_input = 0;
  double long_output = 0;

  // USD of a call. `cached` is a part of the input.
  double Of(std::int64_t input_tokens, std::int64_t cached, std::int64_t output_tokens) const;
};

// Lives on the run's loop; no locks.
class Budget {
 public:
  explicit Budget(BudgetLimits limits = {}) : limits_(limits) {}

  struct Reservation {
    std::int64_t tokens = 0;
    double usd = 0;
  };

  // Before a model call. `input` and `output`: the most tokens it may use. kResourceExhausted names the
  // limit, what is used, reserved and asked; kFailedPrecondition when a money limit meets an unknown price.
  absl::StatusOr<Reservation> Reserve(std::int64_t input, std::int64_t output,
                                      const std::optional<Price>& price);
  // After it, also after a failure; unknown usage keeps the reservation as spent.
  Cost Settle(const Reservation& reserved, const Usage& used, const std::optional<Price>& price);
  // Gives a reservation back: the call was never sent.
  void Release(const Reservation& reserved);
  absl::Status CountToolCall();

  const BudgetLimits& limits() const { return limits_; }
  const Cost& spent() const { return spent_; }
  // Adds what an earlier life of this run spent.
  void Restore(const Cost& cost);

 private:
  BudgetLimits limits_;
  Cost spent_;
  std::int64_t charged_tokens_ = 0;
  double charged_usd_ = 0;
  std::int64_t reserved_tokens_ = 0;
  double reserved_usd_ = 0;
};

}  // namespace ninefold
