#include "model/wrap/several.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "model/estimate.h"
#include "ninefold/status.h"

namespace ninefold {

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
    dearest->input = std::max(dearest->input, price->input);
    dearest->cached_input = std::max(dearest->cached_input, price->cached_input);
    dearest->output = std::max(dearest->output, price->output);
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
