#include "pipeline/book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "ninefold/models.h"
#include "ninefold/resilience.h"
#include "ninefold/status.h"
#include "pipeline/budget_settings.h"
#include "pipeline/catalogue.h"
#include "pipeline/documents.h"
#include "pipeline/files.h"
#include "pipeline/format.h"
#include "pipeline/names.h"
#include "pipeline/steps.h"

namespace ninefold::pipeline {
namespace {

constexpr std::size_t kDocumentBytesMax = 16u << 20;
constexpr std::size_t kIncludesMax = 64;
constexpr const char* kBuiltIn[] = {"calculator", "text.search", "files", "image", "data"};

template <class Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

// "did you mean" or what there is, and an odd character if the word has one.
std::string NameHint(const std::string& word, const std::vector<std::string>& names) {
  const std::string near = Suggest(word, names);
  std::string hint = names.empty() ? "none is declared" : WhatThereIs(names);
  if (!near.empty()) hint = absl::StrCat("did you mean \"", near, "\"?");
  const std::string odd = OddCharacter(word);
  return odd.empty() ? hint : absl::StrCat(odd, "; ", hint);
}

std::string TextAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? std::string() : node->text;
}

std::optional<double> NumberAt(const YamlNode* map, std::string_view key) {
  const YamlNode* node = map == nullptr ? nullptr : map->Find(key);
  return node == nullptr ? std::nullopt : AsNumber(*node);
}
std::optional<std::int64_t> IntegerAt(const YamlNode* map, std::string_view key) {
  const YamlNode* node = map == nullptr ? nullptr : map->Find(key);
  return node == nullptr ? std::nullopt : AsInteger(*node);
}

ModelSettings SettingsFrom(const YamlNode* map) {
  ModelSettings settings;
  settings.temperature = NumberAt(map, "temperature");
  settings.top_p = NumberAt(map, "top_p");
  settings.max_output_tokens = IntegerAt(map, "max_output_tokens");
  if (const auto seed = IntegerAt(map, "seed")) settings.seed = static_cast<std::uint64_t>(*seed);
  if (map != nullptr) settings.reasoning_effort = TextAt(*map, "reasoning_effort");
  return settings;
}

ModelOptions OpenOptions(const YamlNode* map) {
  ModelOptions options;
  options.after_output = true;  // what a step hands on is the whole reply
  if (map == nullptr) return options;
  options.base_url = TextAt(*map, "base_url");
  options.key_env = TextAt(*map, "key_env");
  options.key_file = TextAt(*map, "key_file");
  if (const YamlNode* stream = map->Find("stream")) options.stream = AsBool(*stream).value_or(true);
  if (const YamlNode* scale = map->Find("scale_images")) options.scale_images = AsBool(*scale).value_or(true);
  options.attempts = int(IntegerAt(map, "attempts").value_or(options.attempts));
  options.requests_per_minute = IntegerAt(map, "requests_per_minute").value_or(0);
  options.tokens_per_minute = IntegerAt(map, "tokens_per_minute").value_or(0);
  options.concurrency = int(IntegerAt(map, "concurrency").value_or(0));
  const auto set = [&](const char* key, absl::Duration& to) {
    if (const YamlNode* value = map->Find(key)) to = AsDuration(*value).value_or(to);
  };
  set("connect_timeout", options.connect_timeout);
  set("first_byte_timeout", options.first_byte_timeout);
  set("idle_timeout", options.idle_timeout);
  if (const YamlNode* price = map->Find("price")) options.price = PriceFrom(*price);
  return options;
}

bool IsReplay(std::string_view spec) { return absl::StartsWith(ToAbsl(spec), "replay:"); }

AgentLimits LimitsFrom(const YamlNode* map) {
  AgentLimits limits;
  const auto set = [&](const char* key, int& to) {
    if (const auto value = IntegerAt(map, key)) to = static_cast<int>(*value);
  };
  set("turns", limits.turns);
  set("tool_calls", limits.tool_calls);
  set("parallel_tools", limits.parallel_tools);
  set("repairs", limits.repairs);
  const YamlNode* timeout = map == nullptr ? nullptr : map->Find("tool_timeout");
  if (timeout != nullptr) limits.tool.timeout = AsDuration(*timeout).value_or(limits.tool.timeout);
  if (map != nullptr) limits.budget = BudgetFrom(map->Find("budget"));
  return limits;
}

}  // namespace

std::vector<std::string> Book::AgentNames() const { return KeysOf(agents_); }

std::vector<std::string> Book::ToolNames() const {
  std::vector<std::string> names = KeysOf(tools_);
  for (const char* name : kBuiltIn) names.emplace_back(name);
  return names;
}

void Book::CheckPolicy(const YamlNode& policy) {
  std::vector<std::string> names = ToolNames();
  for (const char* name : {"files.list", "files.read", "files.search", "image.crop", "image.zoom",
                           "image.annotate", "image.grid", "image.measure", "data.query"}) {
    names.emplace_back(name);
  }
  for (const auto& [name, entry] : agents_) names.push_back(name);
  for (const YamlMember& list : policy.members) {
    for (const YamlNode& item : list.value.items) {
      if (item.kind != YamlNode::kScalar) continue;
      if (item.text == "files") {
        load_.out.Error(item.at, "policy: \"files\" is a set of tools",
                        "name files.list, files.read or files.search");
      } else if (item.text == "image") {
        load_.out.Error(item.at, "policy: \"image\" is a set of tools",
                        "name image.crop, image.zoom and so on");
      } else if (item.text == "data") {
        load_.out.Error(item.at, "policy: \"data\" is a set of tools", "name data.query");
      } else if (std::find(names.begin(), names.end(), item.text) == names.end()) {
        load_.out.Error(item.at, absl::StrCat("policy: there is no tool \"", item.text.substr(0, 80), "\""),
                        NameHint(item.text, names));
      }
    }
  }
}

void Book::AddEntries(const YamlNode& root, const char* key, const std::string& folder,
                      std::map<std::string, Entry>& to) {
  const YamlNode* map = root.Find(key);
  if (map == nullptr || map->kind != YamlNode::kMap) return;
  for (const YamlMember& member : map->members) {
    const auto [known, fresh] = to.emplace(member.key, Entry{&member.value, member.key_at, folder});
    if (fresh) continue;
    load_.out.Error(member.key_at,
                    absl::StrCat("\"", member.key, "\" in ", key, " is there already, at ",
                                 Refer(known->second.at, member.key_at)),
                    "give one of them another name");
  }
}

void Book::AddFile(const YamlNode& root, const std::string& folder, std::vector<std::string> chain) {
  AddEntries(root, "models", folder, models_);
  AddEntries(root, "tools", folder, tools_);
  AddEntries(root, "agents", folder, agents_);
  const YamlNode* includes = root.Find("include");
  if (includes == nullptr) return;
  if (includes->kind == YamlNode::kScalar) return Include(*includes, folder, chain);
  for (const YamlNode& name : includes->items) Include(name, folder, chain);
}

void Book::Include(const YamlNode& name, const std::string& folder, const std::vector<std::string>& chain) {
  if (name.kind != YamlNode::kScalar) return;
  const std::string through =
      chain.size() < 2 ? "" : absl::StrCat("included by ", absl::StrJoin(chain, ", "));
  const absl::StatusOr<std::string> path = Confine(folder, name.text);
  if (!path.ok())
    return load_.out.Error(name.at, absl::StrCat("include: ", Describe(path.status())), through);
  if (std::find(chain.begin(), chain.end(), *path) != chain.end()) {
    return load_.out.Error(name.at, absl::StrCat("include: \"", name.text, "\" includes itself"),
                           absl::StrCat("the chain is ", absl::StrJoin(chain, ", ")));
  }
  if (!included_.insert(*path).second) return;
  if (included_.size() > kIncludesMax)
    return load_.out.Error(name.at, "more than 64 included files", through);
  const absl::StatusOr<std::string> bytes = ReadFile(*path, kYamlBytesMax);
  if (!bytes.ok())
    return load_.out.Error(name.at, absl::StrCat("include: ", Describe(bytes.status())), through);
  Source& source = load_.sources.emplace_back();
  source.name = absl::StrCat(folder == "." ? "" : folder + "/", name.text);
  source.text = CleanText(*bytes, source, load_.out);
  YamlNode& root = load_.roots.emplace_back(ParseYaml(source, load_.out));
  root.at.source = &source;
  CheckShape(root, AgentFileShape(), load_.out);
  WarnOfSecrets(root, load_.out);
  std::vector<std::string> longer = chain;
  longer.push_back(*path);
  AddFile(root, FolderOf(source.name), std::move(longer));
}

void Book::WarnOfUnused(const std::map<std::string, Entry>& entries, const std::set<std::string>& used,
                        const char* what) {
  for (const auto& [name, entry] : entries) {
    // An included file may hold more than one pipeline needs.
    const bool own = entry.at.source == &load_.sources.front();
    if (own && used.count(name) == 0) {
      load_.out.Warn(entry.at, absl::StrCat(what, " \"", name, "\" is used by nothing"),
                     "use it, or take it away");
    }
  }
}

void Book::CheckAll() {
  const std::set<std::string> used_agents = used_agents_;  // before the check below uses them all
  for (const auto& [name, entry] : agents_) Agent(name, entry.at);
  const std::set<std::string> used_models = used_models_;
  for (const auto& [name, entry] : models_) {
    if (load_.options.model.empty()) Model(entry.node);
  }
  if (!load_.out.ok()) return;  // a mistyped name leaves the right one unused: said once
  WarnOfUnused(agents_, used_agents, "agent");
  WarnOfUnused(models_, used_models, "model");
}

ModelPtr Book::Model(const YamlNode* node) {
  if (node != nullptr && node->kind == YamlNode::kScalar) used_models_.insert(node->text);
  if (!load_.options.model.empty() || node == nullptr) {
    Position at;
    if (!load_.sources.empty()) at.source = &load_.sources.front();
    return Open(load_.options.model.empty() ? "auto" : load_.options.model, nullptr,
                node == nullptr ? at : node->at);
  }
  if (node->kind == YamlNode::kScalar) return ByName(*node);
  if (node->kind != YamlNode::kMap) return nullptr;
  return FromMap(*node);
}

ModelPtr Book::FromMap(const YamlNode& map) {
  if (std::find(opening_.begin(), opening_.end(), &map) != opening_.end()) {
    load_.out.Error(map.at, "this model stands behind itself",
                    "take it out of its own fallback, hedge or route");
    return nullptr;
  }
  const auto known = from_maps_.find(&map);
  if (known != from_maps_.end()) return known->second;
  opening_.push_back(&map);
  const YamlNode* route = map.Find("route");
  const std::string spec = TextAt(map, "model");
  if (const YamlNode* cheapest = map.Find("cheapest"); cheapest != nullptr && route == nullptr)
    load_.out.Error(cheapest->at, "\"cheapest\" needs a \"route\" to choose from", "list models under route");
  ModelPtr model;
  if (route != nullptr) model = Routed(map, *route);
  if (route == nullptr && !spec.empty()) model = Open(spec, &map, map.at);
  if (model != nullptr) model = WithOthers(std::move(model), map);
  opening_.pop_back();
  from_maps_[&map] = model;
  return model;
}

ModelPtr Book::Routed(const YamlNode& map, const YamlNode& route) {
  for (const char* key :
       {"base_url", "key_env", "key_file", "stream", "attempts", "requests_per_minute", "tokens_per_minute",
        "concurrency", "connect_timeout", "first_byte_timeout", "idle_timeout", "scale_images", "price"}) {
    const YamlNode* value = map.Find(key);
    if (value == nullptr) continue;
    load_.out.Error(value->at,
                    absl::StrCat("\"", key, "\" says nothing of a route: it has no server of its own"),
                    "put it into the models that the route names");
  }
  RouterPolicy policy;
  if (const YamlNode* cheapest = map.Find("cheapest"))
    policy.cheapest = AsBool(*cheapest).value_or(policy.cheapest);
  std::vector<ModelPtr> models;
  for (const YamlNode& item : route.items) {
    ModelPtr model = Model(&item);
    if (model == nullptr) return nullptr;  // said already
    models.push_back(std::move(model));
  }
  return models.empty() ? nullptr : WithRouter(std::move(models), policy);
}

ModelPtr Book::WithOthers(ModelPtr model, const YamlNode& map) {
  const YamlNode* fallback = map.Find("fallback");
  const YamlNode* hedge = map.Find("hedge");
  if (hedge != nullptr) {
    HedgePolicy policy;
    if (const YamlNode* after = hedge->Find("after")) policy.after = AsDuration(*after);
    policy.share = NumberAt(hedge, "share").value_or(policy.share);
    const ModelPtr second = Model(hedge->Find("model"));
    if (second != nullptr) model = WithHedge(model, second, policy);
  }
  if (fallback != nullptr) {
    std::vector<ModelPtr> models = {model};
    const auto add = [&](const YamlNode& other) {
      if (ModelPtr next = Model(&other); next != nullptr) models.push_back(std::move(next));
    };
    if (fallback->kind != YamlNode::kList) add(*fallback);
    for (const YamlNode& other : fallback->items) add(other);
    if (models.size() > 1) model = WithFallback(std::move(models));
  }
  return model;
}

ModelPtr Book::ByName(const YamlNode& name) {
  const auto declared = models_.find(name.text);
  if (declared != models_.end()) {
    const YamlNode* node = declared->second.node;
    if (node == nullptr || node == &name) return Open(name.text, nullptr, name.at);
    if (node->kind == YamlNode::kScalar) return Open(node->text, nullptr, node->at);
    return Model(node);
  }
  return Open(name.text, nullptr, name.at);
}

ModelPtr Book::Open(const std::string& written, const YamlNode* map, const Position& at) {
  std::string spec = written;
  if (const std::size_t colon = spec.find(':');
      colon != std::string::npos && spec.find('/') == std::string::npos && !IsReplay(spec)) {
    spec[colon] = '/';
    load_.out.Warn(at, absl::StrCat("model \"", written, "\" is written with a slash here"),
                   absl::StrCat("write ", spec));
  }
  // A cassette named in a file is looked for beside it.
  if (const std::size_t name = spec.find(':') + 1;
      IsReplay(spec) && at.source != nullptr && load_.options.model.empty() && spec[name] != '/') {
    const std::size_t slash = at.source->name.rfind('/');
    if (slash != std::string::npos) spec.insert(name, at.source->name, 0, slash + 1);
  }
  const bool is_spec =
      spec == "auto" || spec == "offline" || IsReplay(spec) || spec.find('/') != std::string::npos;
  if (!is_spec && map == nullptr && !load_.options.open_model) {
    std::vector<std::string> names = KeysOf(models_);
    names.insert(names.end(), {"auto", "offline"});
    load_.out.Error(at, absl::StrCat("there is no model \"", written, "\""),
                    absl::StrCat(NameHint(written, names), "; others are written vendor/name"));
    return nullptr;
  }
  const std::string key = map == nullptr ? spec : absl::StrCat(spec, "|", DumpJson(AsJson(*map)));
  const auto known = open_models_.find(key);
  if (known != open_models_.end()) return known->second;
  ModelOptions options = OpenOptions(map);
  // Where nothing is paid nothing is looked up: the built-in catalogue is read when a model first needs it.
  if (spec != "offline" && !IsReplay(spec))
    options.catalogue = load_.options.catalogue ? load_.options.catalogue : DefaultCatalogue();
  absl::StatusOr<ModelPtr> model =
      load_.options.open_model ? load_.options.open_model(spec, options) : OpenModel(spec, options);
  if (!model.ok()) {
    const std::string what = Describe(model.status());
    const bool named = absl::StartsWith(what, "model \"");
    load_.out.Error(at, named ? what : absl::StrCat("model \"", spec, "\": ", what),
                    "or run with --model offline");
    open_models_[key] = nullptr;
    return nullptr;
  }
  if (load_.options.wrap_model) model = load_.options.wrap_model(*model);
  if (first_model_ == nullptr) first_model_ = *model;
  const std::string& card = (*model)->card().name;
  const std::string shown = card == spec ? card : absl::StrCat(card, " (", spec, ")");
  if (std::find(opened_.begin(), opened_.end(), shown) == opened_.end()) opened_.push_back(shown);
  open_models_[key] = *model;
  return *model;
}

AgentPtr Book::Agent(const std::string& name, const Position& at) {
  used_agents_.insert(name);
  const auto made = made_.find(name);
  if (made != made_.end()) return made->second;
  const auto entry = agents_.find(name);
  if (entry == agents_.end()) {
    load_.out.Error(at, absl::StrCat("there is no agent \"", name.substr(0, 80), "\""),
                    NameHint(name, AgentNames()));
    return nullptr;
  }
  const auto open = std::find(making_.begin(), making_.end(), name);
  if (open != making_.end()) {
    std::vector<std::string> cycle(open, making_.end());
    cycle.push_back(name);
    load_.out.Error(at, absl::StrCat("agents call each other without end: ", absl::StrJoin(cycle, ", ")),
                    "take one of them away from the other's tools or team");
    return nullptr;
  }
  making_.push_back(name);
  AgentPtr agent = Make(name, entry->second);
  making_.pop_back();
  made_[name] = agent;
  return agent;
}

AgentPtr Book::Make(const std::string& name, const Entry& entry) {
  const YamlNode& node = *entry.node;
  if (node.kind != YamlNode::kMap || !IsName(name)) return nullptr;
  for (const Field& pattern : PatternFields()) {
    if (node.Find(pattern.name) != nullptr) return PatternAgent(load_, *this, node, name);
  }
  AgentOptions options;
  options.name = name;
  options.description = TextAt(node, "description");
  options.instructions = TextAt(node, "instructions");
  const YamlNode* model = node.Find("model");
  options.model = Model(model);
  if (model != nullptr) {
    const auto declared = model->kind == YamlNode::kScalar ? models_.find(model->text) : models_.end();
    const YamlNode* map = declared == models_.end() ? model : declared->second.node;
    if (map->kind == YamlNode::kMap) options.settings = SettingsFrom(map);
  }
  options.limits = LimitsFrom(node.Find("limits"));
  bool good = options.model != nullptr;
  Toolbox box;
  if (const YamlNode* tools = node.Find("tools"); tools != nullptr) {
    for (const YamlNode& tool : tools->items) good = AddTool(tool, entry.folder, box) && good;
  }
  options.tools = std::move(box.tools);
  if (const YamlNode* output = node.Find("output"); output != nullptr) {
    absl::StatusOr<Json> schema = OutputSchemaFrom(AsJson(*output));
    if (!schema.ok()) {
      load_.out.Error(output->at, Describe(schema.status()));
      return nullptr;
    }
    auto form = std::make_shared<OutputSchema>();
    form->name = name;
    form->schema = *std::move(schema);
    options.output = std::move(form);
  }
  if (!good) return nullptr;
  if (const absl::Status status = CheckAgent(options); !status.ok()) {
    load_.out.Error(entry.at, Describe(status));
    return nullptr;
  }
  if (box.searches || box.sees || box.queries)
    return MakeFilesAgent(std::move(options), {box.searches, box.sees, box.queries});
  return MakeAgent(std::move(options));
}

bool Book::AddTool(const YamlNode& name, const std::string& folder, Toolbox& box) {
  if (name.kind != YamlNode::kScalar) return false;
  const auto declared = tools_.find(name.text);
  if (declared != tools_.end()) return AddDeclared(name.text, declared->second, box);
  if (name.text == "calculator") {
    box.tools.push_back(Calculator());
  } else if (name.text == "text.search") {
    box.searches = true;
  } else if (name.text == "image") {
    box.sees = true;
  } else if (name.text == "data") {
    box.queries = true;
  } else if (name.text == "files") {
    return AddFileTools(folder, name.at, box);
  } else if (agents_.count(name.text) > 0) {
    const AgentPtr agent = Agent(name.text, name.at);
    if (agent == nullptr) return false;
    box.tools.push_back(AsTool(agent));
  } else {
    std::vector<std::string> names = ToolNames();
    load_.out.Error(name.at, absl::StrCat("there is no tool \"", name.text.substr(0, 80), "\""),
                    NameHint(name.text, names));
    return false;
  }
  return true;
}

bool Book::AddDeclared(const std::string& name, const Entry& entry, Toolbox& box) {
  const YamlNode& node = *entry.node;
  const bool map = node.kind == YamlNode::kMap;
  const std::string use = map ? TextAt(node, "use") : node.text;
  const std::string description = map ? TextAt(node, "description") : "";
  if (use == "calculator") {
    box.tools.push_back(Renamed(Calculator(), name, description));
    return true;
  }
  if (use == "files") {
    const std::string root = map ? TextAt(node, "root") : "";
    const absl::StatusOr<std::string> path = Confine(entry.folder, root.empty() ? "." : root);
    if (path.ok()) return AddFileTools(*path, entry.at, box);
    load_.out.Error(entry.at, absl::StrCat("tool \"", name, "\": root: ", Describe(path.status())));
    return false;
  }
  if (use == "image" || use == "data") {
    (use == "image" ? box.sees : box.queries) = true;
    return true;
  }
  if (use != "text.search") {
    if (!map) {
      std::vector<std::string> names(std::begin(kBuiltIn), std::end(kBuiltIn));
      load_.out.Error(node.at, absl::StrCat("there is no built-in tool \"", use.substr(0, 80), "\""),
                      NameHint(use, names));
    }
    return false;
  }
  const YamlNode* list = map ? node.Find("documents") : nullptr;
  if (list == nullptr) {
    box.searches = true;
    return true;
  }
  std::vector<Document> documents;
  if (!ReadDocuments(*list, entry.folder, documents)) return false;
  absl::StatusOr<ToolPtr> search = TextSearch(std::move(documents));
  if (!search.ok()) {
    load_.out.Error(list->at, Describe(search.status()));
    return false;
  }
  box.tools.push_back(Renamed(*std::move(search), name, description));
  return true;
}

bool Book::AddFileTools(const std::string& root, const Position& at, Toolbox& box) {
  absl::StatusOr<std::vector<ToolPtr>> tools = FileTools(root);
  if (!tools.ok()) {
    load_.out.Error(at, Describe(tools.status()));
    return false;
  }
  for (ToolPtr& tool : *tools) box.tools.push_back(std::move(tool));
  return true;
}

bool Book::ReadDocuments(const YamlNode& list, const std::string& folder, std::vector<Document>& documents) {
  bool good = list.kind == YamlNode::kList;
  for (const YamlNode& item : list.items) {
    if (item.kind != YamlNode::kScalar) {
      good = false;
      continue;
    }
    absl::StatusOr<std::string> path = Confine(folder, item.text);
    absl::StatusOr<std::string> bytes = path.ok() ? ReadFile(*path, kDocumentBytesMax) : path;
    if (bytes.ok() && FindInvalidUtf8(*bytes) != std::string_view::npos)
      bytes = absl::InvalidArgumentError(absl::StrCat("\"", item.text, "\" is no UTF-8 text"));
    if (!bytes.ok()) {
      load_.out.Error(item.at, absl::StrCat("documents: ", Describe(bytes.status())));
      good = false;
      continue;
    }
    documents.push_back({item.text, *std::move(bytes)});
  }
  return good;
}

}  // namespace ninefold::pipeline
