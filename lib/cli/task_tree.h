// What a run looks like at one moment, as its events tell it.
#pragma once

#include <deque>
#include <map>
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

// What a graph of the run said at its end.
struct EndedGraph {
  std::string path;  // of the team; "": the run itself
  event::GraphEnded ended;
  bool warned = false;  // of ended.serial
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
  // Those with the most work, and the run itself when it was a graph; the outer ones first.
  const std::vector<EndedGraph>& graphs() const { return graphs_; }

 private:
  TaskNode& NodeAt(const std::string& path);   // made when it is not there
  TaskNode& NearestTo(std::string_view path);  // the task that a step is part of
  void KeepGraph(const std::string& path, const event::GraphEnded& ended);
  void Plan(const std::string& path, const std::vector<std::string>& tasks,
            const std::vector<std::string>& edges);

  struct Apply;
  std::deque<TaskNode> nodes_;
  std::map<std::string, TaskNode*, std::less<>> by_path_;
  std::string run_id_;
  Cost cost_;
  absl::Time now_;
  std::size_t ended_ = 0, running_ = 0, reused_ = 0;
  std::vector<EndedGraph> graphs_;
  std::string last_warning_;
};

}  // namespace ninefold::cli
