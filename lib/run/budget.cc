#include "ninefold/budget.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// Of a status: whose limit. "0": the run's budget; "1": a part of it, "2": a part of that; "own": an agent's.
constexpr char kLimitUrl[] = "ninefold/limit";
constexpr char kHeldUpUrl[] = "ninefold/held-up";

std::optional<std::int64_t> Sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a) return b;
  if (!b) return a;
  return *a + *b;
}

// A server's count that cannot be: treated as unknown.
std::optional<std::int64_t> Sane(std::optional<std::int64_t> count) {
  if (count && (*count < 0 || *count > 1'000'000'000'000)) return std::nullopt;
  return count;
}

}  // namespace

double Price::Of(std::int64_t input_tokens, std::int64_t cached, std::int64_t output_tokens) const {
  const bool is_long = long_above > 0 && input_tokens > long_above;
  const double fresh_at = is_long ? long_input : input;
  const double cached_at = is_long ? long_cached_input : cached_input;
  const double output_at = is_long ? long_output : output;
  return (double(input_tokens - cached) * fresh_at + double(cached) * cached_at +
          double(output_tokens) * output_at) *
         1e-6;
}

Usage operator+(const Usage& a, const Usage& b) {
  return {Sum(a.input, b.input), Sum(a.cached_input, b.cached_input), Sum(a.output, b.output),
          Sum(a.reasoning, b.reasoning)};
}

Cost operator+(const Cost& a, const Cost& b) {
  return {a.tokens + b.tokens,
          a.usd + b.usd,
          a.usd_is_known && b.usd_is_known,
          a.estimated || b.estimated,
          a.model_calls + b.model_calls,
          a.tool_calls + b.tool_calls,
          Sum(a.tokens_sequential, b.tokens_sequential)};
}

bool HasLimit(const BudgetLimits& limits) {
  return limits.tokens || limits.usd || limits.model_calls || limits.tool_calls;
}

bool IsLimit(const absl::Status& status) { return status.GetPayload(kLimitUrl).has_value(); }

bool IsOwnLimit(const absl::Status& status) {
  const absl::optional<absl::Cord> limit = status.GetPayload(kLimitUrl);
  return limit && *limit != "0";
}

bool IsHeldUp(const absl::Status& status) { return status.GetPayload(kHeldUpUrl).has_value(); }

absl::Status AsOwnLimit(absl::Status status) {
  status.SetPayload(kLimitUrl, absl::Cord("own"));
  return status;
}

bool Budget::Refused(const absl::Status& status) const {
  const absl::optional<absl::Cord> limit = status.GetPayload(kLimitUrl);
  int level = 0;
  return limit && absl::SimpleAtoi(std::string(*limit), &level) && level <= level_;
}

Budget::Budget(const BudgetLimits& limits, std::string whose, Budget& whole)
    : limits_(limits), whose_(std::move(whose)), whole_(&whole), level_(whole.level_ + 1) {
  // A limit of tokens alone must not make a run that was allowed to be deep a shallow one.
  const bool has_depth = limits.depth != BudgetLimits().depth;
  limits_.depth = has_depth ? std::min(limits.depth, whole.limits_.depth) : whole.limits_.depth;
}

bool Budget::counts_tokens() const {
  return limits_.tokens || limits_.usd || (whole_ != nullptr && whole_->counts_tokens());
}

absl::Status Budget::Exhausted(std::string_view what, bool held_up) const {
  absl::Status status = Annotate(absl::ResourceExhaustedError(ToAbsl(what)), whose_);
  status.SetPayload(kLimitUrl, absl::Cord(absl::StrCat(level_)));
  if (held_up) status.SetPayload(kHeldUpUrl, absl::Cord(""));
  return status;
}

absl::Status Budget::Check(const Reservation& asked, bool price_is_known) const {
  if (limits_.model_calls && spent_.model_calls + 1 > *limits_.model_calls) {
    return Exhausted(absl::StrFormat("the budget of %d model call%s is used up; raise it",
                                     *limits_.model_calls, *limits_.model_calls == 1 ? "" : "s"));
  }
  if (limits_.tokens && charged_tokens_ + reserved_tokens_ + asked.tokens > *limits_.tokens) {
    const std::string why = absl::StrFormat(
        "the budget of %d tokens cannot pay for this call: %d used, %d reserved, %d asked for; raise it",
        *limits_.tokens, charged_tokens_, reserved_tokens_, asked.tokens);
    return Exhausted(why, charged_tokens_ + asked.tokens <= *limits_.tokens);
  }
  if (limits_.usd && !price_is_known) {
    const absl::Status unpriced = absl::FailedPreconditionError(absl::StrFormat(
        "a budget of %.4f USD is set and this model's price is not known; add the price (in YAML "
        "\"price:\" at the model, or an entry in the file that NINEFOLD_MODELS names; in C++ "
        "ModelOptions::price), or set a budget in tokens instead",
        *limits_.usd));
    return Annotate(unpriced, whose_);
  }
  if (limits_.usd && charged_usd_ + reserved_usd_ + asked.usd > *limits_.usd) {
    const std::string why = absl::StrFormat(
        "the budget of %.4f USD cannot pay for this call: %.4f used, %.4f reserved, %.4f asked for; raise it",
        *limits_.usd, charged_usd_, reserved_usd_, asked.usd);
    return Exhausted(why, charged_usd_ + asked.usd <= *limits_.usd);
  }
  return absl::OkStatus();
}

// A part is asked before the whole: nothing is to be undone when one of them refuses.
absl::StatusOr<Budget::Reservation> Budget::Reserve(std::int64_t input, std::int64_t output,
                                                    const std::optional<Price>& price) {
  const Reservation asked{input + output, price ? price->Of(input, 0, output) : 0};
  for (const Budget* budget = this; budget != nullptr; budget = budget->whole_)
    CHECK_OK(budget->Check(asked, price.has_value()));
  for (Budget* budget = this; budget != nullptr; budget = budget->whole_) {
    budget->reserved_tokens_ += asked.tokens;
    budget->reserved_usd_ += asked.usd;
    ++budget->spent_.model_calls;
  }
  return asked;
}

Cost Budget::Settle(const Reservation& reserved, const Usage& used, const std::optional<Price>& price,
                    bool estimated) {
  const std::optional<std::int64_t> input = Sane(used.input);
  const std::optional<std::int64_t> output = Sane(used.output);
  Cost cost;
  cost.model_calls = 1;
  cost.tokens = {input, Sane(used.cached_input), output, Sane(used.reasoning)};
  cost.usd_is_known = price.has_value();
  cost.estimated = estimated;
  std::int64_t charged = reserved.tokens;
  if (input && output) {
    charged = *input + *output;
    const std::int64_t cached = std::min(Sane(used.cached_input).value_or(0), *input);
    if (price) cost.usd = price->Of(*input, cached, *output);
  } else {
    cost.usd = reserved.usd;
  }
  Cost counted = cost;
  counted.model_calls = 0;  // counted when reserved
  for (Budget* budget = this; budget != nullptr; budget = budget->whole_) {
    budget->reserved_tokens_ -= reserved.tokens;
    budget->reserved_usd_ -= reserved.usd;
    budget->charged_tokens_ += charged;
    budget->charged_usd_ += cost.usd;
    budget->spent_ = budget->spent_ + counted;
  }
  Freed();
  return cost;
}

void Budget::Release(const Reservation& reserved) {
  for (Budget* budget = this; budget != nullptr; budget = budget->whole_) {
    budget->reserved_tokens_ -= reserved.tokens;
    budget->reserved_usd_ -= reserved.usd;
    --budget->spent_.model_calls;
  }
  Freed();
}

void Budget::Freed() {
  Budget* all = this;
  while (all->whole_ != nullptr) all = all->whole_;
  for (const std::function<void()>& on_freed : all->watches_) on_freed();
}

Budget::Watch::Watch(Budget& budget, std::function<void()> on_freed)
    : watches_([](Budget* all) -> auto& {
        while (all->whole_ != nullptr) all = all->whole_;
        return all->watches_;
      }(&budget)),
      place_(watches_.insert(watches_.end(), std::move(on_freed))) {}

Budget::Watch::~Watch() { watches_.erase(place_); }

absl::Status Budget::CountToolCall() {
  for (const Budget* budget = this; budget != nullptr; budget = budget->whole_) {
    const BudgetLimits& limits = budget->limits_;
    if (!limits.tool_calls || budget->spent_.tool_calls + 1 <= *limits.tool_calls) continue;
    return budget->Exhausted(absl::StrFormat("the budget of %d tool call%s is used up; raise it",
                                             *limits.tool_calls, *limits.tool_calls == 1 ? "" : "s"));
  }
  for (Budget* budget = this; budget != nullptr; budget = budget->whole_) ++budget->spent_.tool_calls;
  return absl::OkStatus();
}

void Budget::Restore(const Cost& cost) {
  for (Budget* budget = this; budget != nullptr; budget = budget->whole_) {
    budget->spent_ = budget->spent_ + cost;
    budget->charged_tokens_ += cost.tokens.input.value_or(0) + cost.tokens.output.value_or(0);
    budget->charged_usd_ += cost.usd;
  }
}

}  // namespace ninefold
