// Values of a step's block, which has passed CheckShape: what is out of range leaves the default.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ninefold/team.h"
#include "pipeline/format.h"

namespace ninefold::pipeline {

inline int IntegerOr(const YamlNode& map, std::string_view key, int otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : static_cast<int>(AsInteger(*node).value_or(otherwise));
}

inline std::string TextOr(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? std::string() : node->text;
}

// A team under the step's name.
inline AgentPtr StepTeam(const std::string& id, PlannerPtr planner, Roster members) {
  TeamOptions team;
  team.name = id;
  team.planner = std::move(planner);
  team.members = std::move(members);
  return MakeTeam(std::move(team));
}

}  // namespace ninefold::pipeline
