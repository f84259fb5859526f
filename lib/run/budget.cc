#include "ninefold/budget.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace ninefold {
namespace {

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
  return {a.tokens + b.tokens, a.usd + b.usd, a.usd_is_known && b.usd_is_known, a.model_calls + b.model_calls,
          a.tool_calls + b.tool_calls};
}

absl::StatusOr<Budget::Reservation> Budget::Reserve(std::int64_t input, std::int64_t output,
                                                    const std::optional<Price>& price) {
  if (limits_.model_calls && spent_.model_calls + 1 > *limits_.model_calls) {
    return absl::ResourceExhaustedError(absl::StrFormat("the budget of %d model call%s is used up; raise it",
                                                        *limits_.model_calls,
                                                        *limits_.model_calls == 1 ? "" : "s"));
  }
  Reservation asked{input + output, price ? price->Of(input, 0, output) : 0};
  if (limits_.tokens && charged_tokens_ + reserved_tokens_ + asked.tokens > *limits_.tokens) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "the budget of %d tokens cannot pay for this call: %d used, %d reserved, %d asked for; raise it",
        *limits_.tokens, charged_tokens_, reserved_tokens_, asked.tokens));
  }
  if (limits_.usd && !price) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "a budget of %.4f USD is set and this model's price is not known; add the price (in YAML "
        "\"price:\" at the model, or an entry in the file that NINEFOLD_MODELS names; in C++ "
        "ModelOptions::price), or set a budget in tokens instead",
        *limits_.usd));
  }
  if (limits_.usd && charged_usd_ + reserved_usd_ + asked.usd > *limits_.usd) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "the budget of %.4f USD cannot pay for this call: %.4f used, %.4f reserved, %.4f asked for; raise it",
        *limits_.usd, charged_usd_, reserved_usd_, asked.usd));
  }
  reserved_tokens_ += asked.tokens;
  reserved_usd_ += asked.usd;
  ++spent_.model_calls;
  return asked;
}

Cost Budget::Settle(const Reservation& reserved, const Usage& used, const std::optional<Price>& price) {
  reserved_tokens_ -= reserved.tokens;
  reserved_usd_ -= reserved.usd;
  const std::optional<std::int64_t> input = Sane(used.input);
  const std::optional<std::int64_t> output = Sane(used.output);
  Cost cost;
  cost.model_calls = 1;
  cost.tokens = {input, Sane(used.cached_input), output, Sane(used.reasoning)};
  cost.usd_is_known = price.has_value();
  if (input && output) {
    charged_tokens_ += *input + *output;
    const std::int64_t cached = std::min(Sane(used.cached_input).value_or(0), *input);
    if (price) cost.usd = price->Of(*input, cached, *output);
  } else {
    charged_tokens_ += reserved.tokens;
    cost.usd = reserved.usd;
  }
  charged_usd_ += cost.usd;
  Cost counted = cost;
  counted.model_calls = 0;  // counted when reserved
  spent_ = spent_ + counted;
  return cost;
}

void Budget::Release(const Reservation& reserved) {
  reserved_tokens_ -= reserved.tokens;
  reserved_usd_ -= reserved.usd;
  --spent_.model_calls;
}

absl::Status Budget::CountToolCall() {
  if (limits_.tool_calls && spent_.tool_calls + 1 > *limits_.tool_calls) {
    return absl::ResourceExhaustedError(absl::StrFormat("the budget of %d tool call%s is used up; raise it",
                                                        *limits_.tool_calls,
                                                        *limits_.tool_calls == 1 ? "" : "s"));
  }
  ++spent_.tool_calls;
  return absl::OkStatus();
}

void Budget::Restore(const Cost& cost) {
  spent_ = spent_ + cost;
  charged_tokens_ += cost.tokens.input.value_or(0) + cost.tokens.output.value_or(0);
  charged_usd_ += cost.usd;
}

}  // namespace ninefold
