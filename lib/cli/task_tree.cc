#include "cli/task_tree.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kGraphsKept = 16;
constexpr std::size_t kStreamKept = 512;  // bytes: more than a line of a wide terminal

std::string Below(const std::string& path, const std::string& id) {
  return path.empty() ? id : absl::StrCat(path, "/", id);
}

std::string ArgumentsOf(const Json& arguments) {
  if (!arguments.is_object() || arguments.empty()) return "";
  const std::string text = arguments.size() == 1 && arguments.begin()->is_string()
                               ? arguments.begin()->get<std::string>()
                               : DumpJson(arguments);
  return absl::StrCat(" ", OneLine(CutUtf8(text, 200)));
}

}  // namespace

TaskTree::TaskTree() {
  nodes_.emplace_back().depth = -1;
  by_path_[""] = &nodes_.front();
}

TaskNode& TaskTree::NearestTo(std::string_view path) {
  while (true) {
    const auto it = by_path_.find(path);
    if (it != by_path_.end()) return *it->second;
    const std::size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  }
}

TaskNode& TaskTree::NodeAt(const std::string& path) {
  const auto it = by_path_.find(path);
  if (it != by_path_.end()) return *it->second;
  TaskNode& parent = NearestTo(path);
  TaskNode& node = nodes_.emplace_back();
  node.path = path;
  node.id = path.substr(path.rfind('/') + 1);
  node.depth = parent.depth + 1;
  node.parent = &parent;
  parent.children.push_back(&node);
  by_path_[path] = &node;
  return node;
}

void TaskTree::Plan(const std::string& path, const std::vector<std::string>& tasks,
                    const std::vector<std::string>& edges) {
  for (const std::string& id : tasks) NodeAt(Below(path, id)).id = OneLine(id);
  for (const std::string& edge : edges) {
    const std::size_t arrow = edge.find(" -> ");
    if (arrow == std::string::npos) continue;
    NodeAt(Below(path, edge.substr(arrow + 4))).needs.push_back(OneLine(edge.substr(0, arrow)));
  }
}

// A task that is tried again ends its team's graph again; the last one counts.
void TaskTree::KeepGraph(const std::string& path, const event::GraphEnded& ended) {
  std::erase_if(graphs_, [&](const EndedGraph& one) { return one.path == path; });
  EndedGraph graph{path, ended, !ended.serial.empty() && ended.serial == last_warning_};
  // Paths of what is within begin with those of what is around it.
  const auto at = std::upper_bound(graphs_.begin(), graphs_.end(), path,
                                   [](const std::string& a, const EndedGraph& b) { return a < b.path; });
  graphs_.insert(at, std::move(graph));
  if (graphs_.size() <= kGraphsKept) return;
  const auto least =
      std::min_element(graphs_.begin() + (graphs_.front().path.empty() ? 1 : 0), graphs_.end(),
                       [](const EndedGraph& a, const EndedGraph& b) { return a.ended.work < b.ended.work; });
  graphs_.erase(least);
}

struct TaskTree::Apply {
  TaskTree& tree;
  const Event& event;

  TaskNode& Here() { return tree.NearestTo(*event.path); }

  void operator()(const event::RunStarted& e) {
    TaskNode& root = tree.nodes_.front();
    root.id = OneLine(e.team), root.said = FirstLine(e.goal), root.started = event.time,
    root.state = "running";
    tree.run_id_ = e.run_id;
  }
  void operator()(const event::RunEnded& e) {
    TaskNode& root = tree.nodes_.front();
    root.ended = event.time, root.state = e.status.ok() ? "done" : "failed";
    tree.cost_ = e.cost;
  }
  void operator()(const event::PlanMade& e) { tree.Plan(*event.path, e.tasks, e.edges); }
  void operator()(const event::TasksAdded& e) { tree.Plan(*event.path, e.tasks, e.edges); }
  void operator()(const event::GraphEnded& e) { tree.KeepGraph(*event.path, e); }
  void operator()(const event::Warning& e) { tree.last_warning_ = e.text; }
  void operator()(const event::TaskStarted& e) {
    TaskNode& node = tree.NodeAt(*event.path);
    node.id = OneLine(e.id), node.agent = OneLine(e.agent), node.state = "running", node.started = event.time;
    ++tree.running_;
  }
  void operator()(const event::TaskEnded& e) {
    TaskNode& node = tree.NodeAt(*event.path);
    if (node.state == "running") --tree.running_;
    ++tree.ended_;
    node.state = e.outcome, node.ended = event.time, node.doing.clear();
    node.said = e.status.ok() ? FirstLine(e.summary) : FirstLine(Describe(e.status));
    if (e.cost.model_calls > 0) node.tokens = TokensOf(e.cost);
  }
  void operator()(const event::TurnStarted& e) {
    TaskNode& node = Here();
    node.turn = std::max(node.turn, e.turn), node.doing.clear();
  }
  void operator()(const event::TextDelta& e) { Stream(e.text); }
  void operator()(const event::ReasoningDelta& e) { Stream(e.text); }
  void operator()(const event::ModelStarted& e) { Do(absl::StrCat("asks ", OneLine(e.model))); }
  void operator()(const event::ModelEnded& e) {
    Here().doing.clear();
    const std::int64_t tokens = e.usage.input.value_or(0) + e.usage.output.value_or(0);
    for (TaskNode* node = &Here(); node != nullptr; node = node->parent) node->tokens += tokens;
    Cost cost;
    cost.tokens = e.usage, cost.model_calls = 1;
    tree.cost_ = tree.cost_ + cost;
  }
  void operator()(const event::ToolStarted& e) {
    Do(absl::StrCat(OneLine(e.name), ArgumentsOf(e.arguments)));
  }
  void operator()(const event::ToolEnded&) {
    Here().doing.clear();
    ++tree.cost_.tool_calls;
  }
  void operator()(const event::Repaired& e) { Do(absl::StrCat("repairs ", FirstLine(e.what))); }
  void operator()(const event::Retried& e) {
    Do(absl::StrCat("attempt ", e.attempt, " failed, again in ", Took(e.delay), ": ",
                    FirstLine(Describe(e.status))));
  }
  void operator()(const event::StepReused&) {
    ++tree.reused_;
    Here().reused = true;
  }
  template <class Other>
  void operator()(const Other&) {}

  void Do(std::string what) {
    TaskNode& node = Here();
    node.doing = std::move(what), node.streaming = false;
  }
  void Stream(const std::string& text) {
    TaskNode& node = Here();
    if (!node.streaming) node.doing.clear();
    node.streaming = true;
    node.doing += text;
    if (node.doing.size() <= 2 * kStreamKept) return;
    node.doing.erase(0, node.doing.size() - kStreamKept);
    // Not in the middle of a character.
    while (!node.doing.empty() && (static_cast<unsigned char>(node.doing.front()) & 0xc0u) == 0x80u)
      node.doing.erase(0, 1);
  }
};

void TaskTree::Add(const Event& event) {
  now_ = event.time;
  std::visit(Apply{*this, event}, static_cast<const EventBody&>(event.body));
}

std::vector<const TaskNode*> TaskTree::Tasks() const {
  std::vector<const TaskNode*> all;
  std::vector<const TaskNode*> open(root().children.rbegin(), root().children.rend());
  while (!open.empty()) {
    const TaskNode* node = open.back();
    open.pop_back();
    all.push_back(node);
    open.insert(open.end(), node->children.rbegin(), node->children.rend());
  }
  return all;
}

}  // namespace ninefold::cli
