// The models, tools and agents of a pipeline and of the files it includes, by name; made when first used.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/pipeline.h"
#include "ninefold/tool.h"
#include "pipeline/diagnostics.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {

// What one load shares.
struct Load {
  const PipelineOptions& options;
  std::string folder;  // of the pipeline: what it names lies below
  Diagnostics out;
  std::deque<Source> sources;  // a deque: positions point to them
  std::deque<YamlNode> roots;
};

class Book {
 public:
  explicit Book(Load& load) : load_(load) {}

  // Takes models, tools and agents from the root of a file, then from what it includes. `chain`: the files
  // that led here.
  void AddFile(const YamlNode& root, const std::string& folder, std::vector<std::string> chain);
  // Makes every agent, so that all mistakes are found; warns of what nothing uses.
  void CheckAll();

  // Null after a mistake, which is in the diagnostics then.
  ModelPtr Model(const YamlNode* node);  // nullptr: auto
  AgentPtr Agent(const std::string& name, const Position& at);
  // Looks whether there are the tools that a policy names.
  void CheckPolicy(const YamlNode& policy);

  const std::vector<std::string>& opened() const { return opened_; }  // "offline (auto)"
  ModelPtr first_model() const { return first_model_; }  // null: none was opened
  std::vector<std::string> AgentNames() const;
  std::vector<std::string> ToolNames() const;

 private:
  struct Entry {
    const YamlNode* node = nullptr;
    Position at;
    std::string folder;
  };
  struct Toolbox {  // of one agent
    std::vector<ToolPtr> tools;
    bool searches = false;  // the run's files
    bool sees = false;      // the run's images
    bool queries = false;   // the run's tables and JSON
  };
  void AddEntries(const YamlNode& root, const char* key, const std::string& folder,
                  std::map<std::string, Entry>& to);
  void WarnOfUnused(const std::map<std::string, Entry>& entries, const std::set<std::string>& used,
                    const char* what);
  void Include(const YamlNode& name, const std::string& folder, const std::vector<std::string>& chain);
  ModelPtr Open(const std::string& spec, const YamlNode* map, const Position& at);
  ModelPtr ByName(const YamlNode& name);
  ModelPtr FromMap(const YamlNode& map);
  ModelPtr Routed(const YamlNode& map, const YamlNode& route);
  // What the file puts behind a model: others to ask when it fails, a second one when it is late.
  ModelPtr WithOthers(ModelPtr model, const YamlNode& map);
  AgentPtr Make(const std::string& name, const Entry& entry);
  bool AddTool(const YamlNode& name, const std::string& folder, Toolbox& box);
  bool AddDeclared(const std::string& name, const Entry& entry, Toolbox& box);
  bool AddFileTools(const std::string& root, const Position& at, Toolbox& box);
  bool ReadDocuments(const YamlNode& list, const std::string& folder, std::vector<Document>& documents);

  Load& load_;
  std::map<std::string, Entry> models_, tools_, agents_;
  std::map<std::string, AgentPtr> made_;
  std::vector<std::string> making_;  // agents on the way, to find those that call each other
  std::map<std::string, ModelPtr> open_models_;
  ModelPtr first_model_;
  std::map<const YamlNode*, ModelPtr> from_maps_;
  std::vector<const YamlNode*> opening_;  // models on the way, to find those behind themselves
  std::vector<std::string> opened_;
  std::set<std::string> included_, used_agents_, used_models_;
};

// The output of an agent: a JSON Schema as it is, or "field: type" lines. kInvalidArgument: neither.
absl::StatusOr<Json> OutputSchemaFrom(const Json& json);

// Warns of texts that look like keys.
void WarnOfSecrets(const YamlNode& node, Diagnostics& out);

}  // namespace ninefold::pipeline
