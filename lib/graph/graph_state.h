// Where a graph's run stands: results, who waits for whom, what is ready. No coroutines in here.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ninefold/context.h"
#include "ninefold/progress.h"
#include "ninefold/task_graph.h"

namespace ninefold {

enum class NodeState : std::uint8_t { kWaiting, kReady, kRunning, kEnded };

struct Node {
  NodeState state = NodeState::kWaiting;
  bool unwanted = false;         // cancelled before it started
  std::uint32_t needs_left = 0;  // that have not ended
  std::uint32_t needs_done = 0;
  std::vector<std::uint32_t> needs;
  std::vector<std::uint32_t> dependents;
  TaskResult result;
  std::int64_t chain_begin = 0, chain_end = 0;  // output tokens before it and with it
  Context* context = nullptr;  // while it runs
  absl::Time started, ended;
};

class GraphState : public Progress {
 public:
  GraphState(TaskGraph graph, Goal goal, const Roster& roster);

  // Progress
  const Goal& goal() const override { return goal_; }
  const Roster& roster() const override { return roster_; }
  const TaskGraph& graph() const override { return graph_; }
  const TaskResult* result(std::string_view id) const override;
  const std::vector<std::string>& just_ended() const override { return just_ended_; }
  std::size_t running() const override { return nodes_.size() - ended_; }

  // Checks and wires up what the graph has beyond the nodes so far. Their chains of output tokens begin at
  // `chain`: that of the graph or, of tasks that a planner adds, of what it has seen.
  absl::Status TakeIn(std::int64_t chain);
  absl::Status Add(std::vector<Task> tasks, int tasks_max);
  std::int64_t chain() const { return chain_; }  // the longest of the tasks that CollectEnded has seen
  void set_output(std::string id) { graph_.set_output(std::move(id)); }

  // The next task that may start, or nullopt.
  std::optional<std::size_t> NextReady();
  std::size_t ready_count() const { return ready_.size(); }
  // Where its chain of output tokens begins: at the end of the longest of those it waited for.
  std::int64_t ChainBefore(std::size_t i) const;
  void Begin(std::size_t i, Context* context, absl::Time now);
  // Stores the result and makes ready what waited for it.
  void End(std::size_t i, TaskResult result, absl::Time now);
  // Not wanted any more: a running task is cancelled, one that has not started never will.
  void Cancel(std::size_t i, const absl::Status& why);

  Node& node(std::size_t i) { return nodes_[i]; }
  const Task& task(std::size_t i) const { return graph_.tasks()[i]; }
  std::size_t size() const { return nodes_.size(); }
  std::size_t ended() const { return ended_; }

  // What ended since the last call, in declared order: for just_ended().
  bool CollectEnded();

  // Why a task that may start now must not: too few of its needs are done. OK: it may.
  absl::Status JoinStatus(std::size_t i) const;

  // `width`: tasks that may run at once; 0: all.
  event::GraphEnded Summary(absl::Duration wall, int width) const;

 private:
  struct Chain {
    absl::Duration took, work;
    std::vector<std::string> tasks;
  };
  // The longest chain of needs; those for order alone may be left out.
  Chain LongestChain(bool with_idle_needs) const;
  std::string IdleNeed(absl::Duration critical) const;
  void Settle(std::size_t need, std::size_t dependent);
  void CancelRest(std::size_t i);

  TaskGraph graph_;
  Goal goal_;
  const Roster& roster_;
  std::vector<Node> nodes_;
  // The lowest index first: started in declared order.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready_;
  std::vector<std::size_t> newly_ended_;
  std::vector<std::string> just_ended_;
  std::size_t ended_ = 0;
  std::int64_t chain_ = 0;
};

// What one task sees of it.
class NodeInputs : public TaskInputs {
 public:
  NodeInputs(const GraphState& state, const Task& task) : state_(state), task_(task) {}
  const Prompt& goal() const override { return state_.goal(); }
  const TaskResult* Find(std::string_view id) const override;
  const std::vector<std::string>& needs() const override { return task_.needs; }

 private:
  const GraphState& state_;
  const Task& task_;
  mutable std::unordered_set<std::string_view> names_;  // of the needs, when there are many
};

}  // namespace ninefold
