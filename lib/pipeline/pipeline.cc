#include "ninefold/pipeline.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/hash.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/data.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "ninefold/team.h"
#include "pipeline/book.h"
#include "pipeline/budget_settings.h"
#include "pipeline/files.h"
#include "pipeline/format.h"
#include "pipeline/steps.h"
#include "pipeline/test_cases.h"

namespace ninefold {
namespace pipeline {
namespace {

std::string TextOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? std::string() : node->text;
}

bool Fits(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "list") return value.is_array();
  return value.is_object();
}

void ReadInputs(const YamlNode* map, Load& load, Pipeline& pipeline) {
  if (map == nullptr || map->kind != YamlNode::kMap) return;
  for (const YamlMember& member : map->members) {
    PipelineInput input;
    input.name = member.key;
    input.type = member.value.kind == YamlNode::kScalar ? member.value.text : TextOf(member.value, "type");
    if (input.type.empty()) input.type = "string";
    input.description = TextOf(member.value, "description");
    if (const YamlNode* fallback = member.value.Find("default")) {
      Json value = input.type == "string" && fallback->kind == YamlNode::kScalar ? Json(fallback->text)
                                                                                 : AsJson(*fallback);
      if (Fits(value, input.type)) {
        input.fallback = std::move(value);
      } else {
        load.out.Error(fallback->at,
                       absl::StrCat("the default of input \"", input.name, "\" is no ", input.type));
      }
    }
    pipeline.inputs.push_back(std::move(input));
  }
}

void ReadBudget(const YamlNode* map, Pipeline& pipeline) {
  pipeline.budget = BudgetFrom(map);
  if (const YamlNode* time = map == nullptr ? nullptr : map->Find("time"))
    pipeline.deadline = AsDuration(*time).value_or(absl::InfiniteDuration());
}

// The default policy, and tools by name that are denied or asked for.
class NamedPolicy : public Policy {
 public:
  NamedPolicy(std::vector<std::string> deny, std::vector<std::string> ask)
      : deny_(std::move(deny)), ask_(std::move(ask)) {}
  Decision Decide(const Action& action) const override {
    const auto has = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), action.tool.name) != list.end();
    };
    if (has(deny_)) return {Verdict::kDeny, "the pipeline's policy denies this tool"};
    if (has(ask_)) return {Verdict::kAsk, "the pipeline's policy asks a person for this tool"};
    return otherwise_->Decide(action);
  }

 private:
  std::vector<std::string> deny_, ask_;
  PolicyPtr otherwise_ = DefaultPolicy();
};

PolicyPtr ReadPolicy(const YamlNode* node) {
  if (node == nullptr) return nullptr;
  if (node->kind == YamlNode::kScalar) return node->text == "allow_all" ? AllowAll() : nullptr;
  const auto texts = [&](const char* key) {
    std::vector<std::string> all;
    if (const YamlNode* list = node->Find(key)) {
      for (const YamlNode& item : list->items) all.push_back(item.text);
    }
    return all;
  };
  return std::make_shared<NamedPolicy>(texts("deny"), texts("ask"));
}

Json Defaults(const Pipeline& pipeline) {
  Json input = Json::object();
  for (const PipelineInput& declared : pipeline.inputs) {
    if (declared.fallback) input[declared.name] = *declared.fallback;
  }
  return Json{{"input", std::move(input)}};
}

// Where a graph's mistake is: at the step that its message names first.
Position StepAt(const YamlNode& steps, std::string_view message) {
  for (const YamlNode& step : steps.items) {
    const std::string id = TextOf(step, "id");
    const std::size_t at = message.find(id);
    const auto is_name = [&](std::size_t i) { return i < message.size() && IsName(message.substr(i, 1)); };
    if (!id.empty() && at != std::string_view::npos && !is_name(at + id.size()) &&
        (at == 0 || !is_name(at - 1)))
      return step.Find("id")->at;
  }
  return steps.at;
}

// Whether `name` is a step; if not, that is said.
bool IsOutput(const YamlNode& name, const Names& names, Load& load) {
  if (names.HasStep(name.text)) return true;
  std::vector<std::string> ids;
  for (const auto& [id, branches] : names.steps) ids.push_back(id);
  load.out.Error(
      name.at, absl::StrCat("output: there is no step \"", name.text.substr(0, 80), "\""),
      absl::StrCat("name one of ", absl::StrJoin(ids, ", "), ", or write a template with {{ step.text }}"));
  return false;
}

std::string ReadOutput(const YamlNode& root, const Names& names, StepReader& reader,
                       std::vector<StepPlan>& plans, Load& load) {
  const YamlNode* output = root.Find("output");
  if (output == nullptr) return plans.empty() ? "" : plans.back().id;
  if (output->kind == YamlNode::kList) {
    std::vector<std::string> steps;
    for (const YamlNode& name : output->items) {
      if (name.kind != YamlNode::kScalar || !IsOutput(name, names, load)) return "";
      steps.push_back(name.text);
    }
    plans.push_back(reader.FirstOf(std::move(steps)));
    return "output";
  }
  if (output->kind != YamlNode::kScalar) return "";  // which has been said
  if (output->text.find("{{") != std::string::npos) {
    plans.push_back(reader.ReadOutput(*output, names));
    return "output";
  }
  return IsOutput(*output, names, load) ? output->text : "";
}

void ReadSteps(const YamlNode& root, Load& load, Book& book, Pipeline& pipeline) {
  const YamlNode* steps = root.Find("steps");
  if (steps == nullptr || steps->kind != YamlNode::kList) return;
  Names names;
  for (const PipelineInput& input : pipeline.inputs) names.inputs.insert(input.name);
  StepReader reader(load, book);
  std::vector<StepPlan> plans = reader.Read(*steps, names);
  const std::string output = ReadOutput(root, names, reader, plans, load);
  Scope scope;
  scope.outer = std::make_shared<const Json>(Defaults(pipeline));
  for (StepPlan& plan : plans) {
    pipeline.asks = pipeline.asks || plan.names.count("goal") > 0 || plan.names.count("question") > 0;
    if (plan.body == nullptr)
      plan.body = EchoAgent("missing");  // its mistake is said; the graph's shape is checked all the same
    const absl::Status added = pipeline.graph.Add(MakeTask(plan, scope));
    if (!added.ok() && added.code() != absl::StatusCode::kAlreadyExists)
      load.out.Error(StepAt(*steps, plan.id), Describe(added));
  }
  if (!output.empty()) pipeline.graph.set_output(output);
  const absl::Status whole =
      load.out.ok() || pipeline.graph.size() == plans.size() ? pipeline.graph.Check() : absl::OkStatus();
  if (!whole.ok())
    load.out.Error(StepAt(*steps, ToStd(whole.message())), Describe(whole),
                   "take one of the needs away; a step is repeated with loop");
}

// The whole team, several times.
AgentPtr Contemplating(const Pipeline& pipeline, Mode mode, const Book& book) {
  ContemplateOptions options{
      .name = pipeline.name, .description = pipeline.description, .solver = pipeline.team};
  options.aggregate = Aggregate::kAuto;
  // The question reaches every step of the team; it stays as it was asked.
  options.strategies = {""};
  options.ask_for_answer_line = false;
  if (book.first_model() != nullptr) {
    AgentOptions judge{.name = "judge", .description = "Compares answers", .model = book.first_model()};
    options.judge = MakeAgent(std::move(judge));
  }
  return Contemplate(WithMode(mode, std::move(options)));
}

std::string Canonical(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

void Build(std::string_view text, const std::string& path, Load& load, Pipeline& pipeline) {
  Source& source = load.sources.emplace_back();
  source.name = path;
  source.text = CleanText(text, source, load.out);
  if (!load.out.ok()) return;
  YamlNode& root = load.roots.emplace_back(ParseYaml(source, load.out));
  if (root.at.source == nullptr) root.at.source = &source;
  if (root.kind == YamlNode::kNull) {
    if (load.out.ok())
      load.out.Error(root.at, "the file holds no pipeline: there are no steps",
                     "ninefold init writes one to start from");
    return;
  }
  const bool readable = load.out.ok();
  CheckShape(root, PipelineShape(), load.out);
  WarnOfSecrets(root, load.out);
  if (!readable || root.kind != YamlNode::kMap) return;
  pipeline.name = TextOf(root, "name");
  pipeline.description = TextOf(root, "description");
  Book book(load);
  book.AddFile(root, load.folder, {Canonical(path)});
  ReadInputs(root.Find("input"), load, pipeline);
  ReadBudget(root.Find("budget"), pipeline);
  if (const YamlNode* policy = root.Find("policy")) book.CheckPolicy(*policy);
  pipeline.policy = ReadPolicy(root.Find("policy"));
  ReadSteps(root, load, book, pipeline);
  book.CheckAll();
  pipeline.models = book.opened();
  ReadTests(root.Find("tests"), load, pipeline);
  if (!load.out.ok()) return;
  TeamOptions team;
  team.name = pipeline.name;
  team.description = pipeline.description;
  team.planner = FixedPlan(pipeline.graph);
  pipeline.team = MakeTeam(std::move(team));
  if (load.options.mode != Mode::kInstant) pipeline.team = Contemplating(pipeline, load.options.mode, book);
}

}  // namespace
}  // namespace pipeline

absl::StatusOr<Pipeline> ParsePipeline(std::string_view text, const std::string& path,
                                       const PipelineOptions& options, std::vector<Diagnostic>* diagnostics) {
  pipeline::Load load{options, pipeline::FolderOf(path), {}, {}, {}};
  Pipeline made;
  made.file = path;
  pipeline::Build(text, path, load, made);
  for (const pipeline::Source& source : load.sources) made.text_hash = HashBytes(source.text, made.text_hash);
  std::vector<Diagnostic> found = load.out.Take();
  if (diagnostics != nullptr) *diagnostics = found;
  CHECK_OK(pipeline::FirstError(found));
  made.warnings = std::move(found);
  return made;
}

absl::StatusOr<Pipeline> LoadPipeline(const std::string& path, const PipelineOptions& options,
                                      std::vector<Diagnostic>* diagnostics) {
  // One byte more than allowed, so that the parser says what is wrong with its size.
  const absl::StatusOr<std::string> bytes = pipeline::ReadFile(path, pipeline::kYamlBytesMax);
  if (bytes.ok()) return ParsePipeline(*bytes, path, options, diagnostics);
  if (diagnostics != nullptr) *diagnostics = {pipeline::Unreadable(path, bytes.status())};
  return bytes.status();
}

absl::StatusOr<Prompt> Pipeline::MakePrompt(std::string question, const std::map<std::string, Json>& values,
                                            std::vector<File> files) const {
  Json input = Json::object();
  std::vector<std::string> names;
  for (const PipelineInput& declared : inputs) {
    names.push_back(declared.name);
    const auto given = values.find(declared.name);
    if (given != values.end()) {
      if (!pipeline::Fits(given->second, declared.type)) {
        return absl::InvalidArgumentError(absl::StrCat("input \"", declared.name, "\" must be of type ",
                                                       declared.type, ", this is ",
                                                       DumpJson(given->second).substr(0, 80)));
      }
      input[declared.name] = given->second;
    } else if (declared.fallback) {
      input[declared.name] = *declared.fallback;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("input \"", declared.name, "\" is missing; give it with --set ", declared.name, "=…"));
    }
  }
  for (const auto& [name, value] : values) {
    if (!input.contains(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no input \"", name, "\"; ",
                       names.empty() ? "the pipeline declares none" : pipeline::WhatThereIs(names)));
    }
  }
  Prompt prompt(std::move(question));
  if (!input.empty()) prompt.parts.emplace_back(Data{std::move(input), std::string(pipeline::kInputPart)});
  for (File& file : files) {
    if (file.media_type.rfind("image/", 0) == 0) {
      Image image;
      image.media_type = file.media_type;
      image.bytes = std::move(file.bytes);
      image.name = std::move(file.name);
      prompt.parts.emplace_back(std::move(image));
    } else if (IsDataName(file.name) && file.media_type != "application/octet-stream") {
      TRY(Data data, ReadData(std::move(file.name), std::move(file.bytes)));
      prompt.parts.emplace_back(std::move(data));
    } else {
      prompt.parts.emplace_back(std::move(file));
    }
  }
  return prompt;
}

}  // namespace ninefold
