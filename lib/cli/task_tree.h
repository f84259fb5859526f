// What a run looks like at one moment, as its events tell it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/event.h"

namespace ninefold::cli {

struct TaskNode {
  std::string path, id, agent;
  std::string state = "waiting";  // "running", and the outcomes of TaskEnded
  std::vector<std::string> needs;
  int depth = 0;
  absl::Time started, ended;
  int turn = 0;
  bool reused = false;  // answered from the journal
  std::int64_t tokens = 0;
  std::string doing;       // "text.search {…}", or the text that streams in
  bool streaming = false;  // doing is such text: its end is what matters
  std::string said;        // when it has ended: its answer's first line, or why it failed
  TaskNode* parent = nullptr;
  std::vector<TaskNode*> children;
};

class TaskTree {
 public:
  TaskTree();
  void Add(const Event& event);

  const TaskNode& root() const { return nodes_.front(); }  // the run itself
  // Every task below the root, parents first, in the order they were planned.
  std::vector<const TaskNode*> Tasks() const;
  const std::string& run_id() const { return run_id_; }
  const Cost& cost() const { return cost_; }
  absl::Time now() const { return now_; }  // of the last event
  std::size_t total() const { return nodes_.size() - 1; }
  std::size_t ended() const { return ended_; }
  std::size_t running() const { return running_; }
  std::size_t reused() const { return reused_; }  // steps
  // Of the whole run, when it was a graph.
  const std::optional<event::GraphEnded>& graph() const { return graph_; }

 private:
  TaskNode& NodeAt(const std::string& path);   // made when it is not there
  TaskNode& NearestTo(std::string_view path);  // the task that a step is part of
  void Plan(const std::string& path, const std::vector<std::string>& tasks,
            const std::vector<std::string>& edges);

  struct Apply;
  std::deque<TaskNode> nodes_;
  std::map<std::string, TaskNode*, std::less<>> by_path_;
  std::string run_id_;
  Cost cost_;
  absl::Time now_;
  std::size_t ended_ = 0, running_ = 0, reused_ = 0;
  std::optional<event::GraphEnded> graph_;
};

}  // namespace ninefold::cli
