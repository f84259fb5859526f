// Reads the steps of a pipeline: from checked nodes to StepPlans.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/patterns.h"
#include "pipeline/book.h"
#include "pipeline/names.h"
#include "pipeline/step_plan.h"

namespace ninefold::pipeline {

class StepReader {
 public:
  StepReader(Load& load, Book& book) : load_(load), book_(book) {}

  // The steps of one level (the pipeline's, or a loop's). Mistakes are in the diagnostics; then the plans are
  // incomplete.
  std::vector<StepPlan> Read(const YamlNode& list, Names& names);
  // A template that stands outside a step (the pipeline's output), as a step that joins nothing.
  StepPlan ReadOutput(const YamlNode& text, const Names& names);
  // A step that hands on what the first of `steps` gave that is done; they are steps.
  StepPlan FirstOf(std::vector<std::string> steps);
  // The team that a pattern block in `node` makes.
  AgentPtr TeamAgent(const YamlNode& node, const std::string& name, std::string description);

 private:
  void Collect(const YamlNode& list, Names& names);
  void AddId(const YamlNode& id, Names& names);
  void ReadStep(const YamlNode& node, Names& names, const StepPlan* parent, std::vector<StepPlan>& plans);
  bool OneKind(const YamlNode& node, const std::string& id);
  void ReadCommon(const YamlNode& node, const Names& names, StepPlan& plan);
  void ReadFailure(const YamlNode& node, StepPlan& plan);
  void ReadJoin(const YamlNode& node, StepPlan& plan);
  void ReadParallel(const YamlNode& node, Names& names, StepPlan plan, std::vector<StepPlan>& plans);
  void ReadLoop(const YamlNode& node, const YamlNode& step, const Names& names, StepPlan& plan);
  void ReadEach(const YamlNode& node, StepPlan& plan);
  AgentPtr Body(const YamlNode& node, const std::string& id);
  AgentPtr PlanBody(const YamlNode& node, const std::string& id);
  AgentPtr ContemplateBody(const YamlNode& node, const std::string& id);
  AgentPtr RouteBody(const YamlNode& node, const std::string& id);
  // step_patterns.cc
  AgentPtr CritiqueBody(const YamlNode& node, const std::string& id);
  AgentPtr MapReduceBody(const YamlNode& node, const std::string& id);
  AgentPtr DebateBody(const YamlNode& node, const std::string& id);
  AgentPtr HandOffBody(const YamlNode& node, const std::string& id);
  AgentPtr SupervisorBody(const YamlNode& node, const std::string& id);
  AgentPtr GroupChatBody(const YamlNode& node, const std::string& id);
  AgentPtr Team(const YamlNode& block, const std::string& id, PlannerPtr planner, Roster members);
  // What `may` says of who comes after whom; false: there is a name that is none, which has been said.
  bool MayAt(const YamlNode& node, const Roster& roster,
             std::map<std::string, std::vector<std::string>>& may);
  // Whether no agent has a name that means something else here; if one has, that is said.
  bool IsFree(const YamlNode* agents, std::string_view reserved, std::string_view meaning);
  void WarnOfSameSide(const YamlNode& node, const DebateSide& side, const std::vector<DebateSide>& others);
  // The agent that `key` names, if it is there; false: it is no agent, which has been said.
  bool AgentAt(const YamlNode& node, std::string_view key, AgentPtr& agent);
  // Whether a name stands among `roster`; if not, that is said.
  bool IsMember(const YamlNode& name, const Roster& roster, std::string_view what);
  bool Members(const YamlNode* list, Roster& roster);
  bool Solvers(const YamlNode* agents, std::vector<AgentPtr>& solvers);

  std::shared_ptr<const Template> ReadTemplate(const YamlNode& node, const Names& names, StepPlan& plan);
  std::shared_ptr<const Expression> ReadExpression(const YamlNode* node, const Names& names, StepPlan& plan);
  void Use(const std::vector<PathSegment>& path, const Names& names, StepPlan& plan);

  Load& load_;
  Book& book_;
  std::map<std::string, Position> ids_;  // of all levels
  std::string description_;              // of the team that is made
};

// An agent that is a team: its entry has a pattern block in place of instructions. Null after a mistake,
// which is in the diagnostics then.
AgentPtr PatternAgent(Load& load, Book& book, const YamlNode& node, const std::string& name);

}  // namespace ninefold::pipeline
