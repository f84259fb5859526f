// ninefold test: runs the tests that a pipeline holds.
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/store_choice.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "pipeline/pipeline_test_runner.h"

namespace ninefold::cli {
namespace {

struct TestOptions {
  std::vector<std::string> pipelines;
  std::string model, only;
};

struct Tally {
  int passed = 0, failed = 0;
  bool broken = false;  // a pipeline does not load
  bool stopped = false;
};

void SayOutcome(const Pipeline& pipeline, const PipelineTest& test, const std::vector<std::string>& misses,
                absl::Duration took) {
  const bool colors = LookAt(2).colors;
  const bool ok = misses.empty();
  Say(absl::StrCat(Styled(ok ? "ok    " : "FAILED", ok ? Style::kGreen : Style::kRed, colors), " ",
                   OneLine(pipeline.name), ": ", OneLine(test.name),
                   Styled(absl::StrCat("  ", Took(took)), Style::kDim, colors), "\n"));
  for (const std::string& miss : misses)
    Say(absl::StrCat("       ", OneLine(pipeline.file), ":", test.line, ": ", OneLine(miss), "\n"));
}

// What keeps a test from passing.
std::vector<std::string> RunTest(const Pipeline& pipeline, const PipelineTest& test, Performed& performed) {
  absl::StatusOr<Prompt> prompt = pipeline.MakePrompt(test.question, test.inputs, test.files);
  if (!prompt.ok()) return {Describe(prompt.status())};
  absl::StatusOr<ChosenStore> store = OpenForRun("memory");
  if (!store.ok()) return {Describe(store.status())};
  Performance performance{.agent = pipeline.team,
                          .prompt = *std::move(prompt),
                          .options = {},
                          .store = *std::move(store),
                          .show = Show::kQuiet};
  performance.options.deadline = pipeline.deadline;
  performance.options.budget = pipeline.budget;
  performance.options.policy = pipeline.policy;
  performance.options.name = pipeline.name;
  performed = Perform(std::move(performance));
  if (!performed.reply.ok()) return {Describe(performed.reply.status())};
  std::vector<std::string> misses = FailuresOf(test, *performed.reply);
  if (!misses.empty())
    misses.push_back(absl::StrCat("the answer was: ", Fit(OneLine(performed.reply->text), 500)));
  return misses;
}

void TestPipeline(const std::string& path, const TestOptions& given, Tally& tally) {
  const std::optional<Pipeline> pipeline = LoadFileAndSay(path, {.model = given.model});
  if (!pipeline) {
    tally.broken = true;
    return;
  }
  if (pipeline->tests.empty()) SayWarning(absl::StrCat(path, ": has no tests; add cases under \"tests\""));
  for (const PipelineTest& test : pipeline->tests) {
    if (!absl::StrContains(test.name, given.only)) continue;
    Performed performed;
    const std::vector<std::string> misses = RunTest(*pipeline, test, performed);
    if (absl::IsCancelled(performed.reply.status())) {
      tally.stopped = true;
      return;
    }
    SayOutcome(*pipeline, test, misses, performed.elapsed);
    ++(misses.empty() ? tally.passed : tally.failed);
  }
}

int Test(const TestOptions& given) {
  Tally tally;
  for (const std::string& path : given.pipelines) {
    TestPipeline(path, given, tally);
    if (tally.stopped) break;
  }
  if (tally.passed + tally.failed > 0)
    Say(absl::StrCat(tally.passed, " passed, ", tally.failed, " failed\n"));
  if (tally.passed + tally.failed == 0 && !given.only.empty() && !tally.broken && !tally.stopped) {
    return Refuse(
        absl::NotFoundError(absl::StrCat("--only \"", given.only, "\": no test has that in its name")),
        kExitUsage);
  }
  return tally.stopped ? kExitCancelled : tally.broken ? kExitUsage : tally.failed > 0 ? kExitTests : kExitOk;
}

}  // namespace

void AddTest(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<TestOptions>();
  CLI::App* test = app.add_subcommand("test", "Run the tests that pipelines hold");
  test->add_option("pipelines", given->pipelines, "YAML files")->required()->type_name("PIPELINE...");
  test->add_option("-m,--model", given->model, "Use this model for every agent")->type_name("MODEL");
  test->add_option("--only", given->only, "Only tests with TEXT in their name")->type_name("TEXT");
  test->footer(R"(Examples:
  ninefold test team.yaml
  ninefold test agents/*.yaml --model offline

It ends with 0 when all pass, with 6 when one fails, with 2 when a pipeline has mistakes.)");
  test->callback([given, &exit_code] { exit_code = Test(*given); });
}

}  // namespace ninefold::cli
