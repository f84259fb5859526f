// A step as it runs: names resolved, texts parsed, no positions. Shared by concurrent runs.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "graph/template.h"
#include "ninefold/agent.h"
#include "ninefold/planner.h"
#include "ninefold/task_graph.h"
#include "pipeline/expression.h"

namespace ninefold::pipeline {

struct LoopPlan;

struct StepPlan {
  enum Kind {
    kAsk,    // `body` is asked the prompt
    kText,   // the reply is the prompt itself, with the dissent of what it names
    kJoin,   // the replies of `branches` under their names
    kFirst,  // the reply of the first of `branches` that is done
    kEach,   // `body` is asked the prompt once for each item
    kLoop,   // rounds of `loop`
  } kind = kAsk;
  std::string id;
  AgentPtr body;
  std::string note;  // what pictures say of it; "": the agent's name
  std::shared_ptr<const Template> prompt;
  std::shared_ptr<const Expression> when, each;
  std::string as = "item";
  int width = 0;
  std::shared_ptr<const LoopPlan> loop;
  std::vector<std::string> branches;  // ids of steps
  std::set<std::string>
      names;  // what prompt, when, each (and the steps of a loop) name: "goal", "input", ids of steps
  std::vector<std::string> needs;  // ids of steps beside this one
  bool files = true;
  Join join;
  OnFailure on_failure;
  int attempts = 1;
  absl::Duration timeout = absl::InfiniteDuration();
};

struct LoopPlan {
  std::string name;             // of the step
  std::vector<StepPlan> steps;  // of one round; the last one's reply is the round's
  std::shared_ptr<const Expression> until;
  int max = 1;
};

// Where a step runs: what it sees beyond its needs.
struct Scope {
  std::shared_ptr<const Json> outer;  // values from the steps around a loop, and input; never null
  int round = 0;                      // of a loop, from 1; 0: no loop
  std::vector<std::string> siblings;  // ids of the round's steps
};

// The names of Data parts that carry values between a step and its inner team.
inline constexpr std::string_view kInputPart = "input";
inline constexpr std::string_view kValuesPart = "ninefold.values";
inline constexpr std::string_view kReportPart = "ninefold.report";
inline constexpr std::string_view kDissentPart = "ninefold.dissent";

// The task of a step. Its id is the step's, or "step.round" in a loop.
Task MakeTask(const StepPlan& step, const Scope& scope);
std::string TaskId(const std::string& step, int round);

// An agent that answers with what it is asked: the prompt's text, data, places and dissent.
AgentPtr EchoAgent(std::string name);
// A team that asks `step.body` for each item, and one that goes through the rounds of `loop`.
AgentPtr MakeEachAgent(const StepPlan& step);
AgentPtr MakeLoopAgent(std::shared_ptr<const LoopPlan> loop);

}  // namespace ninefold::pipeline
