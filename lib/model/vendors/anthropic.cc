// Anthropic (Claude): the Messages dialect. https://platform.claude.com/docs/en/api/messages (2026-08).
#include "model/anthropic.h"

#include <utility>

#include "base/try.h"
#include "model/vendors/vendors.h"

namespace ninefold {
namespace {

const VendorFacts& Anthropic() {
  static const VendorFacts facts{.name = "anthropic",
                                 .base_url = "https://api.anthropic.com",
                                 .base_env = "ANTHROPIC_BASE_URL",
                                 .path = "/v1/messages",
                                 .key_env = "ANTHROPIC_API_KEY",
                                 .key_env2 = "",
                                 .needs_key = true,
                                 .to_start = ""};
  return facts;
}

struct FamilyRow {
  std::string_view prefix;  // the first that fits holds
  AnthropicFamily family;
};
// What each family takes, as it was known in 2026-08; a model of none of them is asked as the newest are.
constexpr auto kAdaptive = AnthropicThinking::kAdaptive;
constexpr auto kBudget = AnthropicThinking::kBudget;
constexpr FamilyRow kFamilies[] = {
    {"claude-opus-5", {kAdaptive, true, true, false, true}},
    {"claude-opus-4-8", {kAdaptive, false, true, false, true}},
    {"claude-opus-4-7", {kAdaptive, false, true, false, true}},
    {"claude-sonnet-5", {kAdaptive, true, true, false, true}},
    {"claude-opus-4-6", {kAdaptive, false, true, true, false}},
    {"claude-sonnet-4-6", {kAdaptive, false, true, true, false}},
    {"claude-opus-4", {kBudget, false, true, true, false}},
    {"claude-sonnet-4", {kBudget, false, true, true, false}},
    {"claude-haiku-4", {kBudget, false, true, true, false}},
};

}  // namespace

AnthropicFamily AnthropicFamilyOf(std::string_view model) {
  for (const FamilyRow& row : kFamilies) {
    if (IsOfFamily(model, {row.prefix})) return row.family;
  }
  return {};
}

absl::StatusOr<ModelPtr> OpenAnthropic(std::string_view model, const ModelOptions& options) {
  TRY(WireOptions wire, Configure(Anthropic(), model, options));
  if (wire.base_url.ends_with("/v1")) wire.base_url.resize(wire.base_url.size() - 3);
  if (!wire.key.empty()) wire.headers.push_back("x-api-key: " + wire.key);
  wire.headers.push_back("anthropic-version: 2023-06-01");
  wire.card.images = SeesImages(wire, IsOfFamily(model, {"claude"}));
  AnthropicOptions made{std::move(wire)};
  made.family = AnthropicFamilyOf(model);
  return MakeAnthropicModel(std::move(made));
}

VendorStatus AnthropicStatus() { return StatusOf(Anthropic()); }

}  // namespace ninefold
