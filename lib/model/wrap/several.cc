#include "model/wrap/several.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "model/estimate.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// No less than either asks, for a call of any length.
Price DearerOf(const Price& a, const Price& b) {
  Price both{std::max(a.input, b.input), std::max(a.cached_input, b.cached_input),
             std::max(a.output, b.output)};
  both.long_above = a.long_above == 0   ? b.long_above
                    : b.long_above == 0 ? a.long_above
                                        : std::min(a.long_above, b.long_above);
  if (both.long_above == 0) return both;
  // Where only one has such prices, the other's may still be the higher.
  both.long_input = std::max({both.input, a.long_input, b.long_input});
  both.long_cached_input = std::max({both.cached_input, a.long_cached_input, b.long_cached_input});
  both.long_output = std::max({both.output, a.long_output, b.long_output});
  return both;
}

}  // namespace

ModelCard CardOfSeveral(std::string_view kind, const std::vector<ModelPtr>& models) {
  ModelCard card = models.front()->card();
  std::string names;
  std::optional<Price> dearest = Price{};
  card.free = true;
  for (const ModelPtr& model : models) {
    const ModelCard& one = model->card();
    absl::StrAppend(&names, names.empty() ? "" : ", ", one.name);
    card.free = card.free && one.free;
    const std::optional<Price> price = PriceOf(one);
    if (!price) dearest.reset();
    if (!dearest) continue;
    dearest = DearerOf(*dearest, *price);
  }
  card.name = absl::StrCat(ToAbsl(kind), "(", names, ")");
  card.price = card.free ? std::nullopt : dearest;
  return card;
}

std::vector<std::shared_ptr<const ModelCard>> CardsOf(const std::vector<ModelPtr>& models) {
  std::vector<std::shared_ptr<const ModelCard>> cards;
  for (const ModelPtr& model : models) cards.push_back(std::make_shared<const ModelCard>(model->card()));
  return cards;
}

}  // namespace ninefold
