// Catalogues of models in YAML.
#pragma once

#include <string_view>

#include "ninefold/budget.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {

// A map that CheckShape has seen as a price. Cached input that has no price costs as much as other input.
Price PriceFrom(const YamlNode& map);

// configs/models.yaml as it was when the library was built.
std::string_view BuiltInCatalogueText();

}  // namespace ninefold::pipeline
