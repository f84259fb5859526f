// Where a graph's run stands: results, who waits for whom, what is ready. No coroutines in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/context.h"
#include "ninefold/json.h"
#include "ninefold/progress.h"
#include "ninefold/task_graph.h"

namespace ninefold {

enum class NodeState : std::uint8_t { kWaiting, kReady, kRunning, kEnded };

// Of a join of some of its needs: those whose results the task sees.
struct SeenNeeds {
  std::vector<std::uint32_t> seen;  // sorted
  bool is_recorded = false;         // by an earlier life of the run: the task waits for all of them
  std::uint32_t left = 0;           // of the recorded ones, that have not ended
};

struct Node {
  NodeState state = NodeState::kWaiting;
  bool unwanted = false;         // cancelled: it gives no result any more
  std::uint32_t needs_left = 0;  // that have not ended
  std::uint32_t needs_done = 0;
  std::vector<std::uint32_t> needs;
  std::vector<std::uint32_t> dependents;
  TaskResult result;
  ChainPlace chain_begin, chain_end;  // before it and with it
  std::unique_ptr<SeenNeeds> seen;    // of a join of some, when it has started or is recorded
  Context* context = nullptr;         // while it runs
  absl::Time started, ended;
  absl::Duration queued;  // of its time
  absl::Duration work() const { return ended - started - queued; }
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

  // What was recorded of a join of some; nullopt: nothing.
  using RecallJoin = absl::FunctionRef<absl::StatusOr<std::optional<Json>>(const Task&)>;
  // Checks and wires up what the graph has beyond the nodes so far. Their chains begin at `chain`: that of
  // the graph or, of tasks that a planner adds, of what it has seen.
  absl::Status TakeIn(const ChainPlace& chain, RecallJoin recall);
  absl::Status Add(std::vector<Task> tasks, int tasks_max, RecallJoin recall);
  const ChainPlace& chain() const { return chain_; }  // the longest of the tasks that CollectEnded has seen
  void set_output(std::string id) { graph_.set_output(std::move(id)); }

  // The next task that may start, or nullopt.
  std::optional<std::size_t> NextReady();
  std::size_t ready_count() const { return ready_.size(); }
  // Where its chains begin: at the end of the longest of those it waited for.
  ChainPlace ChainBefore(std::size_t i) const;
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
  // Whether the task sees only those of its needs that have ended by its start.
  static bool JoinsSome(const Task& task);
  // From now on the task sees the needs that have ended, and no others. What is to be recorded of that;
  // nullopt: it is.
  std::optional<Json> FixSeen(std::size_t i);
  // Whether the graph's answer is task i's, as it is.
  bool IsOutput(std::size_t i) const;
  const std::string& output() const {
    return graph_.output().empty() ? graph_.tasks().back().id : graph_.output();
  }
  // The goal's talk, what it asks and `answer`. The goal is taken.
  Conversation TalkWith(std::string answer);
  // Whether the result of `need` is shown to task i.
  bool Sees(std::size_t i, std::string_view need) const;

  // `width`: tasks that may run at once; 0: all.
  event::GraphEnded Summary(absl::Duration wall, int width) const;
  // What needs for order alone have cost; "": nothing worth saying.
  std::string IdleNeeds(const event::GraphEnded& summary) const;

 private:
  struct Chain {
    absl::Duration took, work;
    std::vector<std::string> tasks;
  };
  // The longest chain of needs; those for order alone may be left out.
  Chain LongestChain(bool with_idle_needs) const;
  std::string OneAfterAnother(const event::GraphEnded& summary) const;
  absl::Status RestoreSeen(std::size_t i, const Json& recorded, std::vector<std::size_t>& cancelled);
  void Settle(std::size_t need, std::size_t dependent);
  bool MayStart(std::size_t i) const;
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
  ChainPlace chain_;
};

// What one task sees of it.
class NodeInputs : public TaskInputs {
 public:
  NodeInputs(const GraphState& state, std::size_t i) : state_(state), i_(i), task_(state.task(i)) {}
  const Prompt& goal() const override { return state_.goal(); }
  const TaskResult* Find(std::string_view id) const override;
  const std::vector<std::string>& needs() const override { return task_.needs; }

 private:
  const GraphState& state_;
  const std::size_t i_;
  const Task& task_;
  mutable std::unordered_set<std::string_view> names_;  // of the needs, when there are many
};

}  // namespace ninefold
