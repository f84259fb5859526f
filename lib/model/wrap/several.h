// The card of several models that stand for one.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ninefold/model.h"

namespace ninefold {

// Named "kind(a, b)"; the price of the dearest, unknown if one is unknown; the rest as the first has it.
ModelCard CardOfSeveral(std::string_view kind, const std::vector<ModelPtr>& models);

// The cards, to be shared with replies.
std::vector<std::shared_ptr<const ModelCard>> CardsOf(const std::vector<ModelPtr>& models);

}  // namespace ninefold
