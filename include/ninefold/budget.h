// What a run may use. A limit is checked before money is spent: a call reserves its worst case, and
// settles what it really used when it is over, so a run oversteps a limit by no more than calls
// already reserved. A model call that only such reservations are in the way of waits for one of them to end.
//
//   RunOptions options{.budget = {.usd = 0.50, .model_calls = 40}};
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
// Whether one of the first four is set.
bool HasLimit(const BudgetLimits& limits);

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

// Lives on the run's loop; no locks. A budget may be a part of another one, `whole`, which outlives it: what
// is reserved, settled and counted in the part is so in the whole too.
class Budget {
 public:
  explicit Budget(BudgetLimits limits = {}) : limits_(limits) {}
  // `whose` begins its errors: "agent \"critic\"". A depth that is the default is that of the whole.
  Budget(const BudgetLimits& limits, std::string whose, Budget& whole);

  struct Reservation {
    std::int64_t tokens = 0;
    double usd = 0;
  };

  // Before a model call. `input` and `output`: the most tokens it may use. kResourceExhausted names the
  // limit, what is used, reserved and asked; kFailedPrecondition when a money limit meets an unknown price.
  absl::StatusOr<Reservation> Reserve(std::int64_t input, std::int64_t output,
                                      const std::optional<Price>& price);
  // After it, also after a failure; unknown usage keeps the reservation as spent.
  Cost Settle(const Reservation& reserved, const Usage& used, const std::optional<Price>& price,
              bool estimated = false);
  // Gives a reservation back: the call was never sent.
  void Release(const Reservation& reserved);
  absl::Status CountToolCall();

  const BudgetLimits& limits() const { return limits_; }
  // Whether it was this budget, or one that it is a part of, that refused.
  bool Refused(const absl::Status& status) const;
  // Whether tokens count, here or in the whole, so that a call must be estimated.
  bool counts_tokens() const;
  const Cost& spent() const { return spent_; }
  // Adds what an earlier life of this run spent.
  void Restore(const Cost& cost);

  // Calls `on_freed` whenever a reservation is given back or settled, here, in the whole or in another part
  // of it: for who was refused what IsHeldUp says may be there later. It does not outlive the budget.
  class Watch {
   public:
    Watch(Budget& budget, std::function<void()> on_freed);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    std::list<std::function<void()>>& watches_;
    std::list<std::function<void()>>::iterator place_;
  };

 private:
  absl::Status Check(const Reservation& asked, bool price_is_known) const;
  absl::Status Exhausted(std::string_view what, bool held_up = false) const;
  void Freed();

  BudgetLimits limits_;
  std::string whose_;  // "": the run's
  Budget* whole_ = nullptr;
  int level_ = 0;  // parts of parts
  Cost spent_;
  std::int64_t charged_tokens_ = 0;
  double charged_usd_ = 0;
  std::int64_t reserved_tokens_ = 0;
  double reserved_usd_ = 0;
  std::list<std::function<void()>> watches_;  // of the whole: all of them
};

// Whether it is a limit of the run, of a part of its budget or of an agent that was reached, and none of a
// server.
bool IsLimit(const absl::Status& status);
// Whether it is a limit of one agent, or of a part of the budget, that was reached: others of the run may go
// on.
bool IsOwnLimit(const absl::Status& status);
// Whether a budget refused only because of what calls in flight have reserved, which may use less.
bool IsHeldUp(const absl::Status& status);
// `status`, which is about a limit that an agent has for itself.
absl::Status AsOwnLimit(absl::Status status);

}  // namespace ninefold
