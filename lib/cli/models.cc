// ninefold models: where models can come from, and what is missing.
#include "ninefold/models.h"

#include <unistd.h>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace ninefold::cli {
namespace {

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
  models->footer(
      R"(A pipeline names a model as "offline", "auto", or "vendor/name", like openai/gpt-5.4. Keys are
read from the environment and never printed.

Examples:
  ninefold models
  OPENAI_BASE_URL=http://localhost:11434/v1 ninefold run team.yaml "Why?" --model openai/llama3.2)");
  models->callback([&exit_code] { exit_code = Models(); });
}

}  // namespace ninefold::cli
