// What a run did, as a graph that can be drawn: the tasks that its planners made while it ran, those of teams
// within teams in the place of the task that was theirs, each with what became of it.
//
//   RunGraph made;
//   runtime.Run(team, "…", {.on_event = [&](const Event& event) { made.Take(event); }});
//   std::puts(ToMermaid(made.graph()).c_str());
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/event.h"
#include "ninefold/task_graph.h"

namespace ninefold {

class RunGraph {
 public:
  // Each event of one run, in their order. Those that say nothing of tasks are passed over.
  void Take(const Event& event);

  bool empty() const { return nodes_.empty(); }
  // To look at, not to run. A task's id is its path with dots, its note "solver, done in 2.1s". What a task's
  // own team did stands before it: the team's first tasks have its needs, and it has those of the team whose
  // results nobody else of it has used.
  TaskGraph graph() const;

 private:
  struct Node {
    std::string path, agent, outcome;
    std::vector<std::string> needs;  // paths
    absl::Time started = absl::InfinitePast(), ended = absl::InfinitePast();
    std::vector<std::size_t> inner;  // indices of nodes
  };

  void Add(std::string_view path, const std::vector<std::string>& tasks,
           const std::vector<std::string>& edges);
  const Node* Find(std::string_view path) const;
  const Node* Around(std::string_view path) const;  // the task that `path` is of, or within; null: of none
  std::vector<std::string> Uses(const Node& node) const;
  std::vector<std::string> Ends(const Node& node) const;

  std::deque<Node> nodes_;
  std::map<std::string, std::size_t, std::less<>> at_;  // by path
};

}  // namespace ninefold
