// A team is an agent made of agents: a planner, and the members it can ask.
//
//   AgentPtr research = MakeTeam({.name = "research", .planner = ModelPlanner({.model = model}), .members =
//   {a, b, c}}); AgentPtr panel = FanOut({analyst, historian, critic}, writer);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/planner.h"

namespace ninefold {

struct TeamLimits {
  int width = 0;            // tasks that run at once; 0: all that can
  int tasks_max = 100'000;  // in the whole graph, extensions included
};

struct TeamOptions {
  std::string name;
  std::string description = "";
  PlannerPtr planner = nullptr;
  Roster members = {};
  TeamLimits limits = {};
};

// Dies on a programming mistake: no name, no planner.
AgentPtr MakeTeam(TeamOptions options);

// Every member at once, then the aggregator (null: the replies joined).
AgentPtr FanOut(Roster members, AgentPtr aggregator, std::string name = "panel");

}  // namespace ninefold
