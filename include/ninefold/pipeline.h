// A pipeline is a team written in YAML. docs/yaml.md is the reference of the format;
// docs/pipeline.schema.json its JSON Schema.
//
//   absl::StatusOr<Pipeline> p = LoadPipeline("agents/research.yaml", {});
//   Runtime runtime;
//   RunOptions options{.deadline = p->deadline, .budget = p->budget, .policy = p->policy};
//   absl::StatusOr<Reply> reply = runtime.Run(p->team, *p->MakePrompt("…", inputs, files), options);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"
#include "ninefold/budget.h"
#include "ninefold/catalogue.h"
#include "ninefold/contemplate.h"
#include "ninefold/models.h"
#include "ninefold/policy.h"
#include "ninefold/runtime.h"
#include "ninefold/task_graph.h"

namespace ninefold {

// One mistake in a file.
struct Diagnostic {
  enum Severity { kError, kWarning } severity = kError;
  std::string file;
  int line = 0, column = 0;  // 1-based
  std::string message;       // what is wrong
  std::string hint;          // what to do; may be empty
};
// "team.yaml:14:9: error: unknown key "toolz"; did you mean "tools"?"
std::string Format(const Diagnostic& diagnostic);

// A case of a pipeline's `tests`.
struct PipelineTest {
  std::string name;
  std::string question;
  std::vector<File> files;
  std::map<std::string, Json> inputs;
  std::vector<std::string> contains;  // texts the answer must have
  std::vector<std::string> excludes;
  std::string matches;         // a regular expression, or ""
  std::optional<Json> equals;  // of the reply's data
  int evidence_min = 0;
  int line = 0;
};

struct PipelineInput {
  std::string name, type, description;  // type: string, integer, number, boolean, list, object
  std::optional<Json> fallback;         // the default; none: required
};

struct Pipeline {
  std::string name, description, file;
  AgentPtr team;
  std::vector<PipelineInput> inputs;
  BudgetLimits budget;
  absl::Duration deadline = absl::InfiniteDuration();
  PolicyPtr policy;  // null: DefaultPolicy()
  std::vector<PipelineTest> tests;
  std::vector<std::string> models;  // as opened: "offline (auto)"
  bool asks = false;                // a step speaks of the goal: a run needs a question, or files
  TaskGraph graph;                  // the steps as written, for pictures
  std::vector<Diagnostic> warnings;
  std::uint64_t text_hash = 0;  // of the file and all it includes

  // The prompt for a run. kInvalidArgument: a missing or mistyped input, naming it.
  absl::StatusOr<Prompt> MakePrompt(std::string question, const std::map<std::string, Json>& values,
                                    std::vector<File> files) const;
};

struct PipelineOptions {
  std::string model;  // not "": used for every agent instead of the file's
  // How much the whole team thinks (contemplate.h): kInstant is the team as it is; else it answers several
  // times, and one answer is made of these by Aggregate::kAuto, with the first model as the judge.
  Mode mode = Mode::kInstant;
  // How models are opened; null: OpenModel.
  std::function<absl::StatusOr<ModelPtr>(std::string_view spec, const ModelOptions& options)> open_model =
      nullptr;
  // Put round every model that is opened, as for WithCassette; null: nothing.
  std::function<ModelPtr(ModelPtr)> wrap_model = nullptr;
  // What is known of models, put into the options they are opened with; null: DefaultCatalogue().
  std::shared_ptr<const Catalogue> catalogue = nullptr;
};

// All mistakes that can be found in one pass go to `diagnostics` when it is given. The error:
// kInvalidArgument with the first one, kNotFound when there is no such file.
absl::StatusOr<Pipeline> LoadPipeline(const std::string& path, const PipelineOptions& options = {},
                                      std::vector<Diagnostic>* diagnostics = nullptr);
// The same from text; `path` is for messages and for finding includes.
absl::StatusOr<Pipeline> ParsePipeline(std::string_view text, const std::string& path,
                                       const PipelineOptions& options = {},
                                       std::vector<Diagnostic>* diagnostics = nullptr);

// The JSON Schema of the format.
Json PipelineSchema();

// Catalogues of models (docs/models.md). Mistakes and errors as above.
absl::StatusOr<Catalogue> LoadCatalogue(const std::string& path,
                                        std::vector<Diagnostic>* diagnostics = nullptr);
absl::StatusOr<Catalogue> ParseCatalogue(std::string_view text, const std::string& path,
                                         std::vector<Diagnostic>* diagnostics = nullptr);
// configs/models.yaml, as it was when the library was built.
const std::shared_ptr<const Catalogue>& DefaultCatalogue();

}  // namespace ninefold
