// What the program knows of models: what is built in, and above it what the user's own file says.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ninefold/catalogue.h"

namespace ninefold::cli {

struct KnownModels {
  std::shared_ptr<const Catalogue> catalogue;  // null: what is built in, not read yet
  std::string file;                            // the user's own; "": there is none
};
// The file is $NINEFOLD_MODELS, else ninefold/models.yaml in $XDG_CONFIG_HOME or ~/.config if it is there.
// nullopt: it cannot be read or is wrong; that was said.
std::optional<KnownModels> KnownModelsAndSay();

// A table for people: a line for each model, one more where long prompts cost more, then the sources.
std::string PricesTable(const Catalogue& catalogue);

}  // namespace ninefold::cli
