// ninefold graph: a picture of a pipeline's steps, or of what a run did.
#include <unistd.h>

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/terminal.h"
#include "cli/trace_file.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct GraphOptionsGiven {
  std::string file, format = "text";
};

int Graph(const GraphOptionsGiven& given) {
  const std::vector<std::string> formats = {"text", "mermaid", "dot"};
  if (std::find(formats.begin(), formats.end(), given.format) == formats.end()) {
    return Refuse(absl::InvalidArgumentError(absl::StrCat("--format \"", given.format,
                                                          "\": there are text, mermaid and dot",
                                                          DidYouMean(given.format, formats))),
                  kExitUsage);
  }
  TaskGraph graph;
  if (absl::EndsWith(given.file, ".jsonl")) {
    const absl::StatusOr<RunGraph> made = ReadRunGraph(given.file);
    if (!made.ok()) return Refuse(made.status(), kExitUsage);
    graph = made->graph();
  } else {
    std::optional<Pipeline> pipeline = LoadFileAndSay(given.file, {});
    if (!pipeline) return kExitUsage;
    graph = std::move(pipeline->graph);
  }
  const std::string picture = given.format == "mermaid" ? ToMermaid(graph)
                              : given.format == "dot"   ? ToDot(graph)
                                                        : ToText(graph);
  const absl::Status printed = WriteAll(STDOUT_FILENO, picture, "the graph to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

}  // namespace

void AddGraph(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<GraphOptionsGiven>();
  CLI::App* graph = app.add_subcommand("graph", "Draw a pipeline's steps, or what a run did");
  graph->add_option("pipeline", given->file, "A pipeline's YAML file, or a trace (run --trace FILE.jsonl)")
      ->required()
      ->type_name("FILE");
  graph->add_option("--format", given->format, "text, mermaid or dot; text when left out")
      ->type_name("FORMAT");
  graph->footer(R"(Examples:
  ninefold graph team.yaml
  ninefold graph team.yaml --format mermaid >> README.md
  ninefold graph team.yaml --format dot | dot -Tsvg > team.svg
  ninefold graph trace.jsonl                    what was done, by whom, and what became of it)");
  graph->callback([given, &exit_code] { exit_code = Graph(*given); });
}

}  // namespace ninefold::cli
