// What a step does: asks an agent, or a team made for it.
#include <utility>

#include "ninefold/contemplate.h"
#include "ninefold/team.h"
#include "pipeline/format.h"
#include "pipeline/steps.h"

namespace ninefold::pipeline {
namespace {

int IntegerOr(const YamlNode& map, std::string_view key, int otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : static_cast<int>(AsInteger(*node).value_or(otherwise));
}

std::string TextOr(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? std::string() : node->text;
}

AgentPtr Team(const std::string& id, PlannerPtr planner, Roster members) {
  TeamOptions team;
  team.name = id;
  team.planner = std::move(planner);
  team.members = std::move(members);
  return MakeTeam(std::move(team));
}

}  // namespace

AgentPtr StepReader::Body(const YamlNode& node, const std::string& id) {
  if (const YamlNode* agent = node.Find("agent"); agent != nullptr && agent->kind == YamlNode::kScalar) {
    return book_.Agent(agent->text, agent->at);
  }
  const bool name_is_good = IsName(id);
  for (const YamlMember& member : node.members) {
    if (member.value.kind != YamlNode::kMap || !name_is_good) continue;
    if (member.key == "plan") return PlanBody(member.value, id);
    if (member.key == "contemplate") return ContemplateBody(member.value, id);
    if (member.key == "route") return RouteBody(member.value, id);
  }
  return nullptr;
}

bool StepReader::Members(const YamlNode* list, Roster& roster) {
  if (list == nullptr) return false;
  bool good = true;
  const auto add = [&](const YamlNode& name) {
    AgentPtr agent = name.kind == YamlNode::kScalar ? book_.Agent(name.text, name.at) : nullptr;
    good = good && agent != nullptr;
    if (agent != nullptr) roster.push_back(std::move(agent));
  };
  if (list->kind == YamlNode::kScalar) add(*list);
  for (const YamlNode& name : list->items) add(name);
  return good && !roster.empty();
}

AgentPtr StepReader::PlanBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  bool good = Members(node.Find("agents"), roster);
  ModelPlannerOptions options;
  options.model = book_.Model(node.Find("model"));
  options.instructions = TextOr(node, "instructions");
  options.tasks_max = IntegerOr(node, "tasks_max", options.tasks_max);
  options.replans = IntegerOr(node, "replans", options.replans);
  if (const YamlNode* aggregator = node.Find("aggregator"); aggregator != nullptr) {
    options.aggregator = book_.Agent(aggregator->text, aggregator->at);
    good = good && options.aggregator != nullptr;
  }
  if (!good || options.model == nullptr) return nullptr;
  return Team(id, ModelPlanner(std::move(options)), std::move(roster));
}

AgentPtr StepReader::ContemplateBody(const YamlNode& node, const std::string& id) {
  ContemplateOptions options;
  options.name = id;
  bool good = Members(node.Find("agent"), options.solvers);
  options.width = IntegerOr(node, "width", options.width);
  options.rounds = IntegerOr(node, "rounds", options.rounds);
  if (TextOr(node, "aggregate") == "synthesize") options.aggregate = Aggregate::kSynthesize;
  if (const YamlNode* judge = node.Find("judge"); judge != nullptr) {
    options.judge = book_.Agent(judge->text, judge->at);
    good = good && options.judge != nullptr;
  }
  if (const YamlNode* strategies = node.Find("strategies"); strategies != nullptr) {
    for (const YamlNode& strategy : strategies->items) options.strategies.push_back(strategy.text);
  }
  const bool in_range = options.width >= 1 && options.width <= 1024 && options.rounds >= 0;
  if (!good || !in_range) return nullptr;
  return Contemplate(std::move(options));
}

AgentPtr StepReader::RouteBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  bool good = Members(node.Find("agents"), roster);
  RouteOptions options;
  if (const YamlNode* model = node.Find("model"); model != nullptr) {
    options.model = book_.Model(model);
    good = good && options.model != nullptr;
  }
  options.fallback = TextOr(node, "fallback");
  bool listed = options.fallback.empty();
  for (const AgentPtr& agent : roster) listed = listed || agent->card().name == options.fallback;
  if (!listed) {
    load_.out.Error(node.Find("fallback")->at,
                    "the fallback \"" + options.fallback + "\" is not among the route's agents",
                    "add it to agents");
  }
  if (!good || !listed) return nullptr;
  return Team(id, RoutePlanner(std::move(options)), std::move(roster));
}

}  // namespace ninefold::pipeline
