#include "ninefold/run_graph.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kIdMost = 100;  // bytes, with room for what tells two apart

std::string Under(std::string_view path, std::string_view id) {
  return path.empty() ? std::string(id) : absl::StrCat(ToAbsl(path), "/", ToAbsl(id));
}

bool HasGivenAResult(const std::string& outcome) { return outcome == "done" || outcome == "fallback"; }

}  // namespace

void RunGraph::Take(const Event& event) {
  if (const auto* made = std::get_if<event::PlanMade>(&event.body))
    return Add(*event.path, made->tasks, made->edges);
  if (const auto* added = std::get_if<event::TasksAdded>(&event.body))
    return Add(*event.path, added->tasks, added->edges);
  const auto found = at_.find(*event.path);
  if (found == at_.end()) return;
  Node& node = nodes_[found->second];
  if (const auto* started = std::get_if<event::TaskStarted>(&event.body)) {
    node.agent = started->agent;
    node.started = event.time;
  } else if (const auto* ended = std::get_if<event::TaskEnded>(&event.body)) {
    node.outcome = ended->outcome;
    node.ended = event.time;
  }
}

void RunGraph::Add(std::string_view path, const std::vector<std::string>& tasks,
                   const std::vector<std::string>& edges) {
  for (const std::string& id : tasks) {
    const std::string whole = Under(path, id);
    if (!at_.try_emplace(whole, nodes_.size()).second) continue;
    if (const Node* around = Around(path)) nodes_[at_[around->path]].inner.push_back(nodes_.size());
    nodes_.push_back({.path = whole});
  }
  for (const std::string& edge : edges) {
    const std::size_t arrow = edge.find(" -> ");
    if (arrow == std::string::npos) continue;
    const auto to = at_.find(Under(path, std::string_view(edge).substr(arrow + 4)));
    if (to != at_.end())
      nodes_[to->second].needs.push_back(Under(path, std::string_view(edge).substr(0, arrow)));
  }
}

const RunGraph::Node* RunGraph::Find(std::string_view path) const {
  const auto found = at_.find(path);
  return found == at_.end() ? nullptr : &nodes_[found->second];
}

const RunGraph::Node* RunGraph::Around(std::string_view path) const {
  while (!path.empty()) {
    if (const Node* node = Find(path)) return node;
    const std::size_t slash = path.rfind('/');
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return nullptr;
}

// Of the tasks within, those whose results no other of them needs; those that gave one, if any did.
std::vector<std::string> RunGraph::Ends(const Node& node) const {
  std::set<std::string_view> used;
  for (const std::size_t i : node.inner) used.insert(nodes_[i].needs.begin(), nodes_[i].needs.end());
  std::vector<std::string> ends, with_result;
  for (const std::size_t i : node.inner) {
    if (used.count(nodes_[i].path) > 0) continue;
    ends.push_back(nodes_[i].path);
    if (HasGivenAResult(nodes_[i].outcome)) with_result.push_back(nodes_[i].path);
  }
  return with_result.empty() ? ends : with_result;
}

std::vector<std::string> RunGraph::Uses(const Node& node) const {
  if (!node.inner.empty()) return Ends(node);
  // The first ones of a team have what the task around them needs.
  for (const Node* at = &node; at != nullptr;) {
    if (!at->needs.empty()) return at->needs;
    const std::size_t slash = at->path.rfind('/');
    if (slash == std::string::npos) break;
    at = Around(std::string_view(at->path).substr(0, slash));
  }
  return {};
}

TaskGraph RunGraph::graph() const {
  static const AgentPtr nobody = MakeFunctionAgent(
      AgentCard{}, [](Prompt, Context&) -> Async<absl::StatusOr<Reply>> { co_return Reply(); });
  std::map<std::string, std::string> ids;  // of paths
  std::set<std::string> taken;
  for (const Node& node : nodes_) {
    std::string id = absl::StrReplaceAll(node.path, {{"/", "."}}).substr(0, kIdMost);
    for (int n = 2; !taken.insert(id).second; ++n) id = absl::StrCat(id.substr(0, kIdMost), "_", n);
    ids[node.path] = std::move(id);
  }
  TaskGraph graph;
  for (const Node& node : nodes_) {
    Task task{.id = ids[node.path], .agent = nobody};
    for (const std::string& need : Uses(node)) {
      if (const auto id = ids.find(need); id != ids.end()) task.needs.push_back(id->second);
    }
    task.note = node.agent.empty() ? "" : absl::StrCat(node.agent, ", ");
    absl::StrAppend(&task.note, node.outcome.empty() ? "not ended" : node.outcome);
    const absl::Duration took = node.ended - node.started;
    if (took > absl::ZeroDuration() && node.started > absl::InfinitePast()) {
      const absl::Duration unit =
          took < absl::Milliseconds(1) ? absl::Microseconds(1) : absl::Milliseconds(1);
      absl::StrAppend(&task.note, " in ", absl::FormatDuration(absl::Trunc(took, unit)));
    }
    (void)graph.Add(std::move(task));
  }
  return graph;
}

}  // namespace ninefold
