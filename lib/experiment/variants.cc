#include "experiment/variants.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/hash.h"
#include "experiment/plan_cost.h"
#include "ninefold/contemplate.h"
#include "ninefold/models.h"
#include "ninefold/status.h"
#include "pipeline/contemplate_settings.h"
#include "pipeline/files.h"
#include "pipeline/format.h"

namespace ninefold::experiment {
namespace {

using pipeline::AsJson;
using pipeline::Diagnostics;
using pipeline::YamlMember;
using pipeline::YamlNode;

constexpr std::size_t kVariantsMax = 1000;

// What a list stands for: one value each.
struct SweptKey {
  std::string key;
  bool inside = false;  // of contemplate
  std::vector<YamlNode> values;
};

// The keys of `map` that are lists of several values, or of one.
void AddLists(const YamlNode& map, bool inside, std::vector<SweptKey>& keys) {
  for (const YamlMember& member : map.members) {
    if (member.value.kind != YamlNode::kList || member.key == "team" || member.key == "agent") continue;
    keys.push_back({member.key, inside, member.value.items});
  }
}

void Set(YamlNode& map, const std::string& key, const YamlNode& value) {
  for (YamlMember& member : map.members) {
    if (member.key == key) member.value = value;
  }
}

std::string TextAt(const YamlNode& map, std::string_view key, std::string otherwise = "") {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? otherwise : node->text;
}

YamlNode Text(std::string text, const YamlNode& near) {
  YamlNode node;
  node.kind = YamlNode::kScalar, node.at = near.at, node.text = std::move(text), node.quoted = true;
  return node;
}

// The team of a variant, else of the file: a path, a pipeline, or an agent made a pipeline of one step.
YamlNode TeamOf(const YamlMember& variant, const YamlNode& root, Diagnostics& out) {
  for (const YamlNode* map : {&variant.value, &root}) {
    const YamlNode *team = map->Find("team"), *agent = map->Find("agent");
    if (team != nullptr && agent != nullptr) {
      out.Error(agent->at, "there is a team and an agent: one of them is asked", "keep one of them");
    }
    if (team != nullptr) {
      if (team->kind != YamlNode::kScalar && team->kind != YamlNode::kMap)
        out.Error(team->at, "\"team\" must be a pipeline's path, or a pipeline");
      return *team;
    }
    if (agent == nullptr) continue;
    if (agent->kind != YamlNode::kMap) {
      out.Error(agent->at, "\"agent\" must be a map, as below \"agents\" of a pipeline",
                "write agent: {model: …, instructions: …}");
    }
    YamlNode one = *agent;
    one.kind = YamlNode::kMap;
    YamlNode agents, step, steps, whole;
    agents.kind = step.kind = whole.kind = YamlNode::kMap, steps.kind = YamlNode::kList;
    agents.members.push_back({"solver", agent->at, std::move(one)});
    step.members.push_back({"id", agent->at, Text("answer", *agent)});
    step.members.push_back({"agent", agent->at, Text("solver", *agent)});
    steps.items.push_back(std::move(step));
    whole.at = agent->at;
    whole.members.push_back({"agents", agent->at, std::move(agents)});
    whole.members.push_back({"steps", agent->at, std::move(steps)});
    return whole;
  }
  out.Error(variant.key_at, absl::StrCat("variant \"", variant.key, "\" has no team"),
            "give it \"team\" or \"agent\", or the whole file one");
  return {};
}

// `team` as a pipeline's text: JSON is YAML.
std::string PipelineText(const YamlNode& team, const std::string& name) {
  Json json = AsJson(team);
  if (!json.contains("version")) json["version"] = 1;
  if (!json.contains("name")) json["name"] = name;
  return DumpJson(json);
}

std::string NameOfFamily(const std::string& family) {
  std::string name;
  for (const char c : family) name += pipeline::IsName(std::string(1, c)) ? c : '_';
  return name.substr(0, 64);
}

// The team several times, with the models that it was opened with.
AgentPtr Wrapped(const VariantPlan& plan, const Pipeline& pipeline, const ModelPtr& first, Diagnostics& out) {
  ContemplateOptions options{
      .name = pipeline.name, .description = pipeline.description, .solver = pipeline.team};
  options.aggregate = Aggregate::kAuto;
  options.ask_for_answer_line = false;
  options.strategies = {""};  // the question reaches the team as it was asked
  pipeline::ContemplateNumbers(plan.contemplate, options);
  if (const YamlNode* temperature = plan.contemplate.Find("temperature"); temperature != nullptr)
    options.temperatures = {pipeline::AsNumber(*temperature).value_or(1)};
  if (first != nullptr) {
    options.judge = MakeAgent({.name = "judge", .description = "Compares answers", .model = first});
    const auto wants = [&](const char* key) {
      const YamlNode* node = plan.contemplate.Find(key);
      return node != nullptr && pipeline::AsBool(*node).value_or(false);
    };
    if (wants("verifier"))
      options.verifier = MakeAgent({.name = "verifier", .description = "Checks answers", .model = first});
    if (wants("digester"))
      options.digester = MakeAgent({.name = "digester", .description = "Writes digests", .model = first});
  }
  const absl::Status checked = CheckContemplate(options);
  if (!checked.ok()) {
    out.Error(plan.contemplate.at, absl::StrCat("variant \"", plan.name, "\": ", Describe(checked)));
    return nullptr;
  }
  return Contemplate(std::move(options));
}

// What makes the attempts, without what goes round them. An inline team's own hash has its family's name in
// it.
std::string TeamKey(const VariantPlan& plan, const Pipeline& pipeline, const std::string& mode) {
  std::string key = absl::StrCat(absl::StrJoin(pipeline.models, ", "), "\n", mode);
  for (const char* part : {"temperature", "answer_line"}) {
    const YamlNode* node = plan.contemplate.kind == YamlNode::kMap ? plan.contemplate.Find(part) : nullptr;
    absl::StrAppend(&key, "\n", node == nullptr ? "" : DumpJson(AsJson(*node)));
  }
  const bool in_file = plan.team.kind == YamlNode::kScalar;
  return absl::StrCat(key, "\n",
                      in_file ? absl::StrCat(pipeline.text_hash) : PipelineText(plan.team, "team"));
}

}  // namespace

void NotePrice(const ModelCard& card, ExperimentVariant& variant) {
  constexpr std::int64_t kInput = 1000, kOutput = 500;
  if (card.price) variant.call_usd = std::max(variant.call_usd, card.price->Of(kInput, 0, kOutput));
  if (!card.price && !card.free) variant.unpriced.push_back(card.name);
}

std::string Beside(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).lexically_normal().string();
}

std::vector<VariantPlan> PlanVariants(const YamlNode& root, Diagnostics& out) {
  std::vector<VariantPlan> plans;
  std::set<std::string> names;
  const YamlNode* variants = root.Find("variants");
  if (variants == nullptr || variants->kind != YamlNode::kMap) return plans;
  if (variants->members.empty())
    out.Error(variants->at, "there are no variants", "add one: one: {team: team.yaml}");
  for (const YamlMember& variant : variants->members) {
    if (variant.value.kind != YamlNode::kMap) continue;
    const YamlNode* block = variant.value.Find("contemplate");
    if (block != nullptr && variant.value.Find("mode") != nullptr)
      out.Error(block->at, "\"mode\" and \"contemplate\" both go round the team", "keep one of them");
    const YamlNode team = TeamOf(variant, root, out);
    std::vector<SweptKey> swept;
    AddLists(variant.value, false, swept);
    if (block != nullptr) AddLists(*block, true, swept);
    std::size_t product = 1;
    for (const SweptKey& key : swept) product = std::min(kVariantsMax + 1, product * key.values.size());
    if (plans.size() + product > kVariantsMax) {
      out.Error(variant.key_at, absl::StrCat("more than ", kVariantsMax, " variants"), "shorten its lists");
      return {};
    }
    for (std::size_t i = 0; i < product; ++i) {
      VariantPlan plan{.name = variant.key, .family = variant.key, .team = team};
      YamlNode own = variant.value;
      if (block != nullptr) plan.contemplate = *block;
      std::size_t rest = product, at = i;
      for (const SweptKey& key : swept) {
        rest /= key.values.size();
        const YamlNode& value = key.values[at / rest];
        at %= rest;
        Set(key.inside ? plan.contemplate : own, key.key, value);
        if (key.values.size() > 1)
          absl::StrAppend(&plan.name, key.key == "model" || key.key == "mode" ? "" : " " + key.key, " ",
                          value.text);
      }
      plan.model = TextAt(own, "model"), plan.mode = TextAt(own, "mode", "instant");
      if (!names.insert(plan.name).second) {
        out.Error(variant.key_at, absl::StrCat("there are two variants \"", plan.name, "\""),
                  "rename one, or take a value that is twice in a list away");
      }
      plans.push_back(std::move(plan));
    }
  }
  return plans;
}

ExperimentVariant LoadVariant(const VariantPlan& plan, const VariantLoad& load, Diagnostics& out,
                              std::vector<Diagnostic>& found) {
  ExperimentVariant variant;
  variant.name = plan.name, variant.family = plan.family;
  ModelPtr first;
  PipelineOptions options;
  options.model = load.options.model.empty() ? plan.model : load.options.model;
  options.catalogue = load.options.catalogue;
  for (const Mode mode : {Mode::kInstant, Mode::kThinking, Mode::kContemplating}) {
    if (plan.mode == ModeName(mode)) options.mode = mode;
  }
  options.open_model = [&](std::string_view spec, const ModelOptions& given) {
    absl::StatusOr<ModelPtr> model =
        load.options.open_model ? load.options.open_model(spec, given) : OpenModel(spec, given);
    if (model.ok() && first == nullptr) first = *model;
    if (model.ok()) NotePrice((*model)->card(), variant);
    return model;
  };
  std::vector<Diagnostic> mistakes;
  absl::StatusOr<Pipeline> read = absl::InvalidArgumentError("");
  if (plan.team.kind == YamlNode::kScalar) {
    const std::string path = Beside(load.folder, plan.team.text);
    if (std::error_code error; !std::filesystem::exists(path, error)) {
      out.Error(plan.team.at, absl::StrCat("team: there is no file \"", path, "\""),
                "name a pipeline's file, from this one's folder");
      return variant;
    }
    read = LoadPipeline(path, options, &mistakes);
  } else {
    const std::string text = PipelineText(plan.team, NameOfFamily(plan.family));
    const std::string name = absl::StrCat(load.folder, "/team of ", plan.family);
    read = ParsePipeline(text, name, options, &mistakes);
  }
  const bool inline_team = plan.team.kind != YamlNode::kScalar;
  for (const Diagnostic& of : mistakes) {
    if (inline_team && of.severity == Diagnostic::kWarning)
      out.Warn(plan.team.at, absl::StrCat("variant \"", plan.family, "\": ", of.message), of.hint);
  }
  if (!inline_team) found.insert(found.end(), mistakes.begin(), mistakes.end());
  if (!read.ok()) {
    std::string why = Describe(read.status()), hint;
    // An inline team has no places of its own.
    for (auto of = mistakes.rbegin(); inline_team && of != mistakes.rend(); ++of) {
      if (of->severity == Diagnostic::kError) why = of->message, hint = of->hint;
    }
    if (mistakes.empty() || inline_team)
      out.Error(plan.team.at, absl::StrCat("variant \"", plan.family, "\": ", why), hint);
    return variant;
  }
  variant.pipeline = *std::move(read);
  if (const absl::Status asked = variant.pipeline.MakePrompt("", {}, {}).status(); !asked.ok()) {
    out.Error(plan.team.at,
              absl::StrCat("variant \"", plan.family,
                           "\": its team asks for more than a question: ", Describe(asked)),
              "give its inputs defaults");
  }
  const std::int64_t of_team =
      std::max({std::int64_t(1), std::int64_t(variant.pipeline.graph.size()),
                inline_team ? CallsOfTeam(plan.team) : CallsOfFile(Beside(load.folder, plan.team.text))});
  variant.calls = of_team * AttemptsOf(plan.contemplate, options.mode);
  if (plan.contemplate.kind == YamlNode::kMap) {
    AgentPtr whole = Wrapped(plan, variant.pipeline, first, out);
    if (whole != nullptr) variant.pipeline.team = std::move(whole);
  }
  variant.team = TeamKey(plan, variant.pipeline, plan.mode == "instant" ? "" : plan.mode);
  const std::string block =
      plan.contemplate.kind == YamlNode::kMap ? DumpJson(AsJson(plan.contemplate)) : std::string();
  variant.hash = HashBytes(absl::StrCat(variant.pipeline.text_hash, "\n", plan.mode, "\n", block, "\n",
                                        absl::StrJoin(variant.pipeline.models, "\n"), "\n",
                                        absl::FormatDuration(load.trial_time)));
  return variant;
}

}  // namespace ninefold::experiment
