// ninefold check: finds the mistakes in pipelines without running them.
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace ninefold::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> pipelines;
  std::string model;
};

int Check(const CheckOptions& given) {
  int code = kExitOk;
  for (const std::string& path : given.pipelines) {
    const std::optional<Pipeline> pipeline = LoadFileAndSay(path, {.model = given.model});
    if (!pipeline) {
      code = kExitUsage;
      continue;
    }
    const std::string tests = pipeline->tests.empty()
                                  ? ""
                                  : absl::StrCat(", ", Count(std::int64_t(pipeline->tests.size()), "test"));
    Say(absl::StrCat(OneLine(path), ": ok: ", OneLine(pipeline->name), ", ",
                     Count(std::int64_t(pipeline->graph.size()), "step"), tests,
                     ", models: ", OneLine(absl::StrJoin(pipeline->models, ", ")), "\n"));
  }
  return code;
}

}  // namespace

void AddCheck(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<CheckOptions>();
  CLI::App* check = app.add_subcommand("check", "Find the mistakes in pipelines, without running them");
  check->add_option("pipelines", given->pipelines, "YAML files")->required()->type_name("PIPELINE...");
  check->add_option("-m,--model", given->model, "Check with this model for every agent")->type_name("MODEL");
  check->footer(R"(Examples:
  ninefold check team.yaml
  ninefold check agents/*.yaml

Each mistake is a line "FILE:LINE:COLUMN: what is wrong; what to do". It ends with 0 when there is none,
with 2 otherwise.)");
  check->callback([given, &exit_code] { exit_code = Check(*given); });
}

}  // namespace ninefold::cli
