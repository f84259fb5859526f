#include "pipeline/budget_settings.h"

namespace ninefold::pipeline {

BudgetLimits BudgetFrom(const YamlNode* map) {
  BudgetLimits limits;
  if (map == nullptr) return limits;
  const auto integer = [&](const char* key) -> std::optional<std::int64_t> {
    const YamlNode* node = map->Find(key);
    return node == nullptr ? std::nullopt : AsInteger(*node);
  };
  limits.tokens = integer("tokens");
  limits.model_calls = integer("calls");
  limits.tool_calls = integer("tool_calls");
  if (const auto depth = integer("depth")) limits.depth = static_cast<int>(*depth);
  if (const YamlNode* usd = map->Find("usd")) limits.usd = AsNumber(*usd);
  return limits;
}

}  // namespace ninefold::pipeline
