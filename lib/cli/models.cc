// ninefold models: where models can come from, what is missing, and what they cost.
#include "ninefold/models.h"

#include <unistd.h>

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/known_models.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/pipeline.h"

namespace ninefold::cli {
namespace {

int Prices() {
  const std::optional<KnownModels> known = KnownModelsAndSay();
  if (!known) return kExitUsage;
  const Catalogue& catalogue = known->catalogue ? *known->catalogue : *DefaultCatalogue();
  std::string out = PricesTable(catalogue);
  absl::StrAppend(&out,
                  known->file.empty()
                      ? "Add or change entries in a file of your own: set NINEFOLD_MODELS to its path.\n"
                      : absl::StrCat("Your own entries: ", OneLine(ShortPath(known->file)), "\n"));
  const absl::Status printed = WriteAll(STDOUT_FILENO, out, "the prices to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

int Models() {
  const Terminal terminal = LookAt(STDOUT_FILENO);
  std::string out;
  for (const VendorStatus& vendor : ListVendors()) {
    out += absl::StrCat(Pad(OneLine(vendor.vendor), 14),
                        Styled(Pad(vendor.ready ? "ready" : "not set up", 12),
                               vendor.ready ? Style::kGreen : Style::kDim, terminal.colors),
                        OneLine(vendor.detail), "\n");
  }
  const absl::Status printed = WriteAll(STDOUT_FILENO, out, "the models to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

}  // namespace

void AddModels(CLI::App& app, int& exit_code) {
  CLI::App* models = app.add_subcommand("models", "List where models can come from, and what is missing");
  auto prices = std::make_shared<bool>(false);
  models->add_flag("--prices", *prices, "Print what is known of models: prices and limits");
  models->footer(
      R"(A pipeline names a model as "offline", "auto", or "vendor/name", like openai/gpt-5.4. Keys are
read from the environment and never printed.

Examples:
  ninefold models
  ninefold models --prices
  OPENAI_BASE_URL=http://localhost:11434/v1 ninefold run team.yaml "Why?" --model openai/llama3.2)");
  models->callback([&exit_code, prices] { exit_code = *prices ? Prices() : Models(); });
}

}  // namespace ninefold::cli
