// An experiment's file: read and checked as a whole, before anything is asked.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/draws.h"
#include "base/suggest.h"
#include "base/try.h"
#include "eval/rubric.h"
#include "experiment/shape.h"
#include "experiment/trial.h"
#include "experiment/variants.h"
#include "ninefold/experiment.h"
#include "ninefold/models.h"
#include "ninefold/status.h"
#include "pipeline/files.h"
#include "pipeline/format.h"

namespace ninefold {
namespace experiment {
namespace {

using pipeline::AsBool;
using pipeline::AsDuration;
using pipeline::AsInteger;
using pipeline::AsNumber;
using pipeline::Diagnostics;
using pipeline::YamlNode;
using testing::OracleOptions;

std::string TextOf(const YamlNode& map, std::string_view key, std::string otherwise = "") {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? otherwise : node->text;
}
double NumberOf(const YamlNode& map, std::string_view key, double otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : AsNumber(*node).value_or(otherwise);
}
std::int64_t WholeOf(const YamlNode& map, std::string_view key, std::int64_t otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : AsInteger(*node).value_or(otherwise);
}
absl::Duration TimeOf(const YamlNode& map, std::string_view key, absl::Duration otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : AsDuration(*node).value_or(otherwise);
}

OracleOptions ReadOracle(const YamlNode& map) {
  OracleOptions oracle;
  oracle.right = NumberOf(map, "right", oracle.right);
  oracle.correlation = NumberOf(map, "correlation", oracle.correlation);
  oracle.wrong_answers = int(WholeOf(map, "wrong_answers", oracle.wrong_answers));
  oracle.fails = NumberOf(map, "fails", oracle.fails);
  oracle.abstains = NumberOf(map, "abstains", oracle.abstains);
  oracle.output_tokens = WholeOf(map, "output_tokens", oracle.output_tokens);
  oracle.mends = NumberOf(map, "mends", oracle.mends);
  oracle.spoils = NumberOf(map, "spoils", oracle.spoils);
  oracle.judges_right = NumberOf(map, "judges_right", oracle.judges_right);
  oracle.picks_first = NumberOf(map, "picks_first", oracle.picks_first);
  oracle.accepts_right = NumberOf(map, "accepts_right", oracle.accepts_right);
  oracle.accepts_wrong = NumberOf(map, "accepts_wrong", oracle.accepts_wrong);
  oracle.seed = std::uint64_t(WholeOf(map, "seed", 1));
  if (const YamlNode* latency = map.Find("latency"); latency != nullptr) {
    const std::string law = TextOf(*latency, "law", "constant");
    using testing::Latency;
    for (const auto& [name, value] :
         {std::pair("constant", Latency::kConstant), std::pair("exponential", Latency::kExponential),
          std::pair("lognormal", Latency::kLognormal), std::pair("stragglers", Latency::kStragglers)}) {
      if (law == name) oracle.latency.law = value;
    }
    oracle.latency.mean = TimeOf(*latency, "mean", oracle.latency.mean);
    oracle.latency.sigma = NumberOf(*latency, "sigma", oracle.latency.sigma);
  }
  return oracle;
}

class Loader {
 public:
  Loader(const YamlNode& root, const std::string& path, ExperimentOptions options, Diagnostics& out)
      : root_(root), folder_(pipeline::FolderOf(path)), options_(std::move(options)), out_(out) {
    read_.file = path;
  }

  Experiment Read(std::vector<Diagnostic>& found) {
    read_.name = TextOf(root_, "name", "experiment");
    ReadNumbers();
    ReadItems();
    ReadGrader();
    const VariantLoad load{folder_, options_, read_.trial_time};
    for (const VariantPlan& plan : PlanVariants(root_, out_)) {
      read_.variants.push_back(LoadVariant(plan, load, out_, found));
      for (const std::string& model : read_.variants.back().pipeline.models) AddModel(model);
    }
    read_.baseline = VariantNamed("baseline");
    read_.match = VariantNamed("match");
    if (out_.ok()) CheckGraders();
    return std::move(read_);
  }

 private:
  void ReadNumbers() {
    read_.parallel = int(WholeOf(root_, "parallel", read_.parallel));
    read_.margin = NumberOf(root_, "margin", read_.margin);
    read_.trial_time = TimeOf(root_, "trial_time", read_.trial_time);
    if (const YamlNode* seeds = root_.Find("seeds"); seeds != nullptr) {
      read_.seeds.clear();
      for (const YamlNode& seed : seeds->items) {
        const std::uint64_t value = std::uint64_t(AsInteger(seed).value_or(1));
        const bool twice = std::count(read_.seeds.begin(), read_.seeds.end(), value) > 0;
        if (twice) out_.Error(seed.at, absl::StrCat("seed ", value, " is there twice"), "take one away");
        read_.seeds.push_back(value);
      }
    }
    const YamlNode* budget = root_.Find("budget");
    if (budget == nullptr) return;
    if (const YamlNode* usd = budget->Find("usd")) read_.budget.usd = AsNumber(*usd);
    if (const YamlNode* tokens = budget->Find("tokens")) read_.budget.tokens = AsInteger(*tokens);
    read_.time = TimeOf(*budget, "time", read_.time);
  }

  void ReadItems() {
    const YamlNode *data = root_.Find("data"), *oracle = root_.Find("oracle");
    if (data == nullptr && oracle == nullptr) {
      out_.Error(root_.at, "an experiment needs \"data\" or an \"oracle\"",
                 "data: items.jsonl, or oracle: {items: 1000, right: 0.7}");
      return;
    }
    if (data == nullptr && !options_.model.empty()) {
      out_.Error(oracle->at, "an oracle's questions are for the oracle alone", "give \"data\" for a model");
      return;
    }
    if (options_.simulate && oracle == nullptr) {
      out_.Error(root_.at, "to simulate it takes an \"oracle\"", "oracle: {items: 1000, right: 0.7}");
      return;
    }
    if (data == nullptr || options_.simulate) return Simulate(*oracle);
    std::set<std::string> ids;
    for (const YamlNode* name : Scalars(*data)) {
      const std::string path = Beside(folder_, name->text);
      std::vector<std::string> notes;
      absl::StatusOr<std::vector<EvalItem>> items = ReadEvalItems(path, &notes);
      for (const std::string& note : notes) out_.Warn(name->at, absl::StrCat("data: ", note));
      if (!items.ok()) out_.Error(name->at, absl::StrCat("data: ", Describe(items.status())));
      if (items.ok() && items->empty()) out_.Error(name->at, absl::StrCat("data: ", path, " has no items"));
      for (std::size_t i = 0; items.ok() && i < items->size(); ++i) {
        EvalItem& item = (*items)[i];
        if (!ids.insert(item.id).second)
          out_.Error(name->at,
                     absl::StrCat("data: ", item.where, ": the id \"", item.id, "\" is there already"),
                     "two data sets must not share ids");
        read_.items.push_back(std::move(item));
      }
    }
    Sample();
  }

  static std::vector<const YamlNode*> Scalars(const YamlNode& node) {
    std::vector<const YamlNode*> all;
    if (node.kind == YamlNode::kScalar) all.push_back(&node);
    for (const YamlNode& item : node.items) all.push_back(&item);
    return all;
  }

  void Simulate(const YamlNode& map) {
    read_.simulated = true;
    const OracleOptions oracle = ReadOracle(map);
    std::int64_t items = WholeOf(map, "items", 1000);
    if (options_.limit > 0) items = std::min<std::int64_t>(items, options_.limit);
    for (std::int64_t i = 1; i <= items; ++i) {
      EvalItem item;
      item.id = absl::StrCat("oracle-", i);
      item.question = testing::OracleQuestion(i);
      item.expected = testing::OracleAnswer(i);
      item.where = absl::StrCat(read_.file, ":", map.at.line);
      read_.items.push_back(std::move(item));
    }
    const ModelPtr model = testing::Oracle(oracle);
    options_.model.clear();
    options_.open_model = [model](std::string_view, const ModelOptions&) {
      return absl::StatusOr<ModelPtr>(model);
    };
  }

  // Drawn items stay in the file's order.
  void Sample() {
    std::int64_t most = WholeOf(root_, "sample", std::int64_t(read_.items.size()));
    if (most < std::int64_t(read_.items.size())) {
      std::vector<std::size_t> order(read_.items.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      Draws(read_.seeds.front()).Shuffle(order);
      order.resize(std::size_t(most));
      std::sort(order.begin(), order.end());
      std::vector<EvalItem> drawn;
      for (const std::size_t i : order) drawn.push_back(std::move(read_.items[i]));
      read_.items = std::move(drawn);
    }
    if (options_.limit > 0 && std::size_t(options_.limit) < read_.items.size())
      read_.items.resize(std::size_t(options_.limit));
  }

  void ReadGrader() {
    const bool has_rubric = root_.Find("rubric") != nullptr && !read_.simulated;
    read_.grade.grader = TextOf(root_, "grader",
                                read_.simulated ? "number"
                                : has_rubric    ? "judge"
                                                : read_.grade.grader);
    const YamlNode* allow = root_.Find("allow_code");
    read_.grade.allow_code = options_.allow_code || (allow != nullptr && AsBool(*allow).value_or(false));
    read_.grade.pass = NumberOf(root_, "pass", read_.grade.pass);
    if (const YamlNode* rubric = root_.Find("rubric"); rubric != nullptr) {
      absl::StatusOr<std::vector<RubricCriterion>> criteria = RubricFromJson(pipeline::AsJson(*rubric));
      if (!criteria.ok()) out_.Error(rubric->at, Describe(criteria.status()));
      if (criteria.ok()) read_.grade.rubric = *std::move(criteria);
    }
    const YamlNode* judge = root_.Find("judge");
    if (judge == nullptr || judge->kind != YamlNode::kScalar || read_.simulated) return;
    PipelineOptions options;
    options.catalogue = options_.catalogue;
    ExperimentVariant priced;  // only for its prices
    options.open_model = [&](std::string_view spec, const ModelOptions& given) {
      absl::StatusOr<ModelPtr> model =
          options_.open_model ? options_.open_model(spec, given) : OpenModel(spec, given);
      if (model.ok()) NotePrice((*model)->card(), priced);
      return model;
    };
    const Json whole = {{"version", 1},
                        {"name", "judge"},
                        {"agents", {{"judge", {{"model", judge->text}}}}},
                        {"steps", {{{"id", "verdict"}, {"agent", "judge"}}}}};
    const absl::StatusOr<Pipeline> made = ParsePipeline(DumpJson(whole), "judge", options, nullptr);
    if (!made.ok()) {
      out_.Error(judge->at, absl::StrCat("the judge: ", Describe(made.status())));
      return;
    }
    read_.grade.judge = made->team;
    read_.judge = absl::StrJoin(made->models, ", ");
    read_.judge_call_usd = priced.call_usd, read_.judge_unpriced = priced.unpriced;
    for (const std::string& model : made->models) AddModel(model);
  }

  // And their files. All of them: a grader that cannot read what is expected must not be found after an hour.
  void CheckGraders() {
    constexpr int kSaid = 10;
    int said = 0;
    for (const EvalItem& item : read_.items) {
      absl::Status checked = CheckGrader(item, read_.grade);
      if (checked.ok()) checked = CheckFiles(item);
      if (checked.ok() || said++ >= kSaid) continue;
      const YamlNode* data = root_.Find("data");
      out_.Error(data == nullptr ? root_.at : data->at, Describe(checked));
    }
  }

  void AddModel(const std::string& model) {
    if (std::find(read_.models.begin(), read_.models.end(), model) == read_.models.end())
      read_.models.push_back(model);
  }

  // A family of one or more variants, too: its first.
  std::string VariantNamed(std::string_view key) {
    const YamlNode* node = root_.Find(key);
    if (node == nullptr || node->kind != YamlNode::kScalar) return "";
    std::vector<std::string> names;
    for (const ExperimentVariant& variant : read_.variants) {
      if (variant.name == node->text || variant.family == node->text) return variant.name;
      names.push_back(variant.name);
    }
    const std::string near = Suggest(node->text, names);
    out_.Error(node->at,
               absl::StrCat(ToAbsl(key), ": there is no variant \"", node->text.substr(0, 80), "\""),
               near.empty() ? absl::StrCat("there are ", absl::StrJoin(names, ", "))
                            : absl::StrCat("did you mean \"", near, "\"?"));
    return "";
  }

  const YamlNode& root_;
  const std::string folder_;
  ExperimentOptions options_;
  Diagnostics& out_;
  Experiment read_;
};

}  // namespace
}  // namespace experiment

absl::StatusOr<Experiment> LoadExperiment(const std::string& path, const ExperimentOptions& options,
                                          std::vector<Diagnostic>* diagnostics) {
  const absl::StatusOr<std::string> bytes = pipeline::ReadFile(path, pipeline::kYamlBytesMax);
  if (!bytes.ok()) {
    if (diagnostics != nullptr) *diagnostics = {pipeline::Unreadable(path, bytes.status())};
    return Annotate(bytes.status(), path);
  }
  pipeline::Source source;
  source.name = path;
  pipeline::Diagnostics out;
  source.text = pipeline::CleanText(*bytes, source, out);
  pipeline::YamlNode root;
  Experiment read;
  std::vector<Diagnostic> found;
  if (out.ok()) root = pipeline::ParseYaml(source, out);
  if (root.at.source == nullptr) root.at.source = &source;
  if (out.ok() && root.kind != pipeline::YamlNode::kMap)
    out.Error(root.at, "the file holds no experiment", "begin with name:, data: and variants:");
  if (out.ok()) pipeline::CheckShape(root, experiment::ExperimentShape(), out);
  if (out.ok()) read = experiment::Loader(root, path, options, out).Read(found);
  std::vector<Diagnostic> own = out.Take();
  own.insert(own.end(), found.begin(), found.end());
  if (diagnostics != nullptr) *diagnostics = own;
  CHECK_OK(pipeline::FirstError(own));
  return read;
}

Json ExperimentSchema() { return pipeline::SchemaOf(experiment::ExperimentShape(), "ninefold experiment"); }

SummaryOptions SummaryOptionsOf(const Experiment& experiment) {
  SummaryOptions options{.name = experiment.name, .baseline = experiment.baseline, .match = experiment.match};
  options.margin = experiment.margin;
  for (const ExperimentVariant& variant : experiment.variants) {
    options.families[variant.name] = variant.family;
    options.teams[variant.name] = variant.team;
  }
  if (experiment.simulated) options.note = "An oracle answers: this checks the orchestrator, not the idea.";
  return options;
}

}  // namespace ninefold
