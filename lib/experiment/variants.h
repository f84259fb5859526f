// The variants of an experiment's file, their lists multiplied out.
#pragma once

#include <string>
#include <vector>

#include "ninefold/experiment.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::experiment {

// One of the product of a variant's lists.
struct VariantPlan {
  std::string name, family;
  std::string model, mode;         // "": the team's own; "instant"
  pipeline::YamlNode team;         // a text is a path; a map a pipeline
  pipeline::YamlNode contemplate;  // a map without lists, or nothing
};
// `defaults`: the file's own team or agent.
std::vector<VariantPlan> PlanVariants(const pipeline::YamlNode& root, pipeline::Diagnostics& out);

// What a model of the variant costs, and that it has no price.
void NotePrice(const ModelCard& card, ExperimentVariant& variant);

// The path of `name` as a file in `folder` writes it.
std::string Beside(const std::string& folder, const std::string& name);

// Loads the plan's team. `folder`: of the experiment's file.
struct VariantLoad {
  std::string folder;
  const ExperimentOptions& options;
  absl::Duration trial_time;
};
ExperimentVariant LoadVariant(const VariantPlan& plan, const VariantLoad& load, pipeline::Diagnostics& out,
                              std::vector<Diagnostic>& found);

}  // namespace ninefold::experiment
