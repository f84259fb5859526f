#include "cli/known_models.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/load.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/pipeline.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

std::string FileOfUser() {
  const char* named = std::getenv("NINEFOLD_MODELS");
  if (named != nullptr && *named != '\0') return named;
  const std::string path = FileBelow("XDG_CONFIG_HOME", ".config", "ninefold/models.yaml");
  return !path.empty() && ::access(path.c_str(), F_OK) == 0 ? path : "";
}

constexpr char kRow[] = "%-32s %9s %8s %6s %9s %9s %9s  %s\n";

std::string TokensOrNothing(std::int64_t tokens) { return tokens > 0 ? absl::StrCat(tokens) : "-"; }

std::string Rate(double usd) { return absl::StrFormat("%g", usd); }

std::string RowOf(const std::string& spec, const ModelFacts& facts) {
  const std::string images = facts.images ? (*facts.images ? "yes" : "no") : "-";
  const std::string context = TokensOrNothing(facts.context_tokens);
  const std::string output = TokensOrNothing(facts.max_output_tokens);
  if (!facts.price) return absl::StrFormat(kRow, spec, context, output, images, "-", "-", "-", facts.as_of);
  const Price& price = *facts.price;
  std::string row = absl::StrFormat(kRow, spec, context, output, images, Rate(price.input),
                                    Rate(price.cached_input), Rate(price.output), facts.as_of);
  if (price.long_above == 0) return row;
  const std::string from = absl::StrCat("  above ", price.long_above, " input tokens");
  absl::StrAppendFormat(&row, kRow, from, "", "", "", Rate(price.long_input), Rate(price.long_cached_input),
                        Rate(price.long_output), "");
  return row;
}

}  // namespace

std::optional<KnownModels> KnownModelsAndSay() {
  KnownModels known;
  known.file = FileOfUser();
  if (known.file.empty()) return known;
  std::vector<Diagnostic> diagnostics;
  const absl::StatusOr<Catalogue> own = LoadCatalogue(known.file, &diagnostics);
  if (!own.ok() && diagnostics.size() == 1 && diagnostics[0].line == 0) {  // it could not be read
    SayError(absl::StrCat("the catalogue of models ", Describe(own.status()),
                          "; NINEFOLD_MODELS must name a file, or be unset"));
    return std::nullopt;
  }
  SayDiagnostics(diagnostics);
  if (!own.ok()) return std::nullopt;
  Catalogue all = *DefaultCatalogue();
  all.Merge(*own);
  known.catalogue = std::make_shared<const Catalogue>(std::move(all));
  return known;
}

std::string PricesTable(const Catalogue& catalogue) {
  std::string out =
      absl::StrFormat(kRow, "model", "context", "output", "images", "$ in", "$ cached", "$ out", "as of");
  std::vector<std::string> sources;
  for (const auto& [spec, facts] : catalogue.entries()) {
    out += RowOf(OneLine(spec), facts);
    const std::string source = OneLine(facts.source);
    if (std::find(sources.begin(), sources.end(), source) == sources.end()) sources.push_back(source);
  }
  absl::StrAppend(&out, "\nUSD for a million tokens, from:\n");
  for (const std::string& source : sources) absl::StrAppend(&out, "  ", source, "\n");
  return out;
}

}  // namespace ninefold::cli
