// ninefold graph: a picture of a pipeline's steps.
#include <unistd.h>

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/terminal.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct GraphOptionsGiven {
  std::string pipeline, format = "text";
};

int Graph(const GraphOptionsGiven& given) {
  const std::vector<std::string> formats = {"text", "mermaid", "dot"};
  if (std::find(formats.begin(), formats.end(), given.format) == formats.end()) {
    return Refuse(absl::InvalidArgumentError(absl::StrCat("--format \"", given.format,
                                                          "\": there are text, mermaid and dot",
                                                          DidYouMean(given.format, formats))),
                  kExitUsage);
  }
  const std::optional<Pipeline> pipeline = LoadFileAndSay(given.pipeline, {});
  if (!pipeline) return kExitUsage;
  const std::string picture = given.format == "mermaid" ? ToMermaid(pipeline->graph)
                              : given.format == "dot"   ? ToDot(pipeline->graph)
                                                        : ToText(pipeline->graph);
  const absl::Status printed = WriteAll(STDOUT_FILENO, picture, "the graph to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

}  // namespace

void AddGraph(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<GraphOptionsGiven>();
  CLI::App* graph = app.add_subcommand("graph", "Draw a pipeline's steps");
  graph->add_option("pipeline", given->pipeline, "A YAML file")->required()->type_name("PIPELINE");
  graph->add_option("--format", given->format, "text, mermaid or dot; text when left out")
      ->type_name("FORMAT");
  graph->footer(R"(Examples:
  ninefold graph team.yaml
  ninefold graph team.yaml --format mermaid >> README.md
  ninefold graph team.yaml --format dot | dot -Tsvg > team.svg)");
  graph->callback([given, &exit_code] { exit_code = Graph(*given); });
}

}  // namespace ninefold::cli
