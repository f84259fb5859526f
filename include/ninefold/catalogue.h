// What models cost and how much they hold, by spec. OpenModel fills a model's card from it where the options
// say nothing.
//
//   Catalogue known = *DefaultCatalogue();                       // pipeline.h: configs/models.yaml
//   known.Set("vllm/qwen3", {.context_tokens = 131072});
//   ModelPtr model = *OpenModel("vllm/qwen3", {.catalogue = std::make_shared<const Catalogue>(known)});
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ninefold/budget.h"

namespace ninefold {

struct ModelFacts {
  std::optional<Price> price = {};     // unset: unknown
  std::int64_t context_tokens = 0;     // 0: unknown
  std::int64_t max_output_tokens = 0;  // 0: unknown
  std::optional<bool> images = {};     // unset: unknown
  std::string as_of, source;           // when and where it was looked up: "2026-11-01", an address
};

class Catalogue {
 public:
  using Entries = std::map<std::string, ModelFacts, std::less<>>;

  // In place of what was there.
  void Set(std::string spec, ModelFacts facts);
  // Takes every fact that `later` has, and keeps those it leaves open. A price is one fact: it is taken
  // whole.
  void Merge(const Catalogue& later);
  // The facts of "vendor/model", else of the model without the date at its end: "-2026-03-05", "-20251001".
  const ModelFacts* Find(std::string_view spec) const;
  const Entries& entries() const { return entries_; }

 private:
  Entries entries_;
};

}  // namespace ninefold
