// A Planner turns a goal and a roster of agents into a TaskGraph, and may extend it when results arrive: that
// is how a run refines, debates or re-plans without ever looping.
//
//   class TwoOpinions : public Planner {
//     Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context& ctx) const
//     override {
//       TaskGraph graph;
//       CHECK_OK(graph.Add({.id = "first", .agent = roster[0]}));
//       …
//     }
//   };
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/progress.h"
#include "ninefold/task_graph.h"

namespace ninefold {

class Planner {
 public:
  virtual ~Planner() = default;
  virtual Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster,
                                                Context& ctx) const = 0;
  // Asked whenever tasks have ended, and when it wished to be (Extension::ask_again); one call at a time. The
  // default adds nothing. A planner is shared by concurrent runs: what it needs to know it reads from
  // `progress`.
  virtual Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const;
  // false: Extend has nothing to do, and is not called.
  virtual bool extends() const { return true; }
};
using PlannerPtr = std::shared_ptr<const Planner>;

// Of one result that becomes part of another's prompt, by estimate. What is longer is cut between sentences,
// and the gap says how much was left out and which places it cites.
inline constexpr int kResultTokens = 2000;

// Every member gets the goal at once; the aggregator gets what came back. quorum 0: all must end.
struct FanOutOptions {
  AgentPtr aggregator;  // null: the replies joined under the members' names
  int quorum = 0;
  bool tolerate_failures = true;  // a member's failure does not fail the team while one has answered, and
                                  // the aggregator's leaves the replies joined, with why
  std::string member_prompt = "{{ goal }}";
  std::string aggregate_prompt = "";  // "": goal, then each member's reply under its name
  int result_tokens = kResultTokens;  // of one reply there; a prompt of your own has them whole
};
PlannerPtr FanOutPlanner(FanOutOptions options);

// A model makes the plan: a list of tasks (id, agent, brief, needs, fields that the answer must have),
// checked against a schema and the roster, and repaired once. Planned tasks get what those they need have
// come to.
//
// With `replans` the model is asked again: when a task that failed keeps others from being done, without
// waiting for what still runs, and when all tasks have ended. It is told what came of them and why any
// failed, and puts others in their place or adds what is missing; what was done is kept, and not done twice.
// Until the last time a task is not done where one that it needs has failed; then it is, and told so. A model
// that fails leaves the plan as it is, and a merge that fails leaves the results side by side ("Not merged:
// why"). The run fails only when no task has given anything, or when there is no first plan.
//
// report: {tasks: [{id, agent, done, failed: why, if it did}], plans: how often it was planned, plan_failed:
// why, if the last time did, merge_failed: why, if it did, members: names}.
struct ModelPlannerOptions {
  ModelPtr model;
  std::string instructions = "";      // added to the planner's own
  AgentPtr aggregator;                // null: the planner's model merges
  int tasks_max = 16;                 // of each plan
  int replans = 0;                    // how often it is asked again; it is not when nothing has ended since
  int result_tokens = kResultTokens;  // of one result in a prompt; less of each when there are more than 32
};
// Dies without a model, with tasks_max below 1 or negative replans.
PlannerPtr ModelPlanner(ModelPlannerOptions options);

// One member is chosen for the goal: by a model, or without one by the likeness of descriptions. The fallback
// gets what fits nobody, and everything when the model fails; without one the first of the roster gets what
// is like no description, and a model's failure is the run's. kInvalidArgument: the fallback is not in the
// roster; with a model, an agent is called "none". report: {agent, by: "model" | "likeness" | "fallback" |
// "first", why, members: names, report: the agent's, if it is a team}.
struct RouteOptions {
  ModelPtr model;
  std::string fallback = "";      // a member's name
  std::string instructions = "";  // for the model: how to choose
};
PlannerPtr RoutePlanner(RouteOptions options);

// A planner over a fixed graph.
PlannerPtr FixedPlan(TaskGraph graph);

}  // namespace ninefold
