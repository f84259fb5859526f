// What is said of a graph when it has ended: how long it had to take, and what held it up for nothing.
#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "graph/graph_state.h"

namespace ninefold {
namespace {

constexpr std::size_t kChainNamesMax = 64;
constexpr double kWorthSaying = 0.1;  // of the critical path: what dropping idle needs would save

// A need for order alone: the task neither says anything of its result nor decides by it.
bool IsIdle(const Task& task, const std::string& need) { return !task.when && !task.prompt.MayUse(need); }

}  // namespace

GraphState::Chain GraphState::LongestChain(bool with_idle_needs) const {
  // A need ends before its dependent starts, so going by times visits it first.
  std::vector<std::size_t> order(nodes_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(nodes_[a].ended, nodes_[a].started, a) < std::tie(nodes_[b].ended, nodes_[b].started, b);
  });
  Chain chain;
  std::vector<absl::Duration> longest(nodes_.size());
  std::vector<std::size_t> before(nodes_.size(), SIZE_MAX);
  std::size_t last = SIZE_MAX;
  for (const std::size_t i : order) {
    const Node& node = nodes_[i];
    if (node.state != NodeState::kEnded) continue;
    for (const std::uint32_t need : node.needs) {
      // One that a quorum did not wait for.
      if (nodes_[need].state != NodeState::kEnded || nodes_[need].ended > node.started) continue;
      if (longest[need] < longest[i]) continue;
      // Of equals the one that ended last: where joining took no time, it is named too.
      if (before[i] != SIZE_MAX && longest[need] == longest[i] &&
          nodes_[need].ended < nodes_[before[i]].ended)
        continue;
      if (!with_idle_needs && IsIdle(task(i), task(need).id)) continue;
      longest[i] = longest[need];
      before[i] = need;
    }
    longest[i] += node.ended - node.started;
    chain.work += node.ended - node.started;
    if (last == SIZE_MAX || longest[i] > longest[last]) last = i;
  }
  if (last == SIZE_MAX) return chain;
  chain.took = longest[last];
  for (std::size_t i = last; i != SIZE_MAX && chain.tasks.size() < kChainNamesMax; i = before[i])
    chain.tasks.push_back(task(i).id);
  std::reverse(chain.tasks.begin(), chain.tasks.end());
  return chain;
}

std::string GraphState::IdleNeed(absl::Duration critical) const {
  std::vector<std::string> idle;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::uint32_t need : nodes_[i].needs) {
      if (!IsIdle(task(i), task(need).id)) continue;
      idle.push_back(absl::StrCat("\"", task(i).id, "\" waits for \"", task(need).id, "\""));
    }
  }
  if (idle.empty()) return "";
  const absl::Duration without = LongestChain(/*with_idle_needs=*/false).took;
  if (critical - without < kWorthSaying * critical) return "";
  constexpr std::size_t kNamed = 3;
  const std::size_t more = idle.size() > kNamed ? idle.size() - kNamed : 0;
  idle.resize(idle.size() - more);
  return absl::StrCat(absl::StrJoin(idle, ", "), more > 0 ? absl::StrCat(" (and ", more, " more)") : "",
                      " without using what comes of it: without such needs the longest chain would be ",
                      absl::FormatDuration(absl::Trunc(without, absl::Milliseconds(1))), " instead of ",
                      absl::FormatDuration(absl::Trunc(critical, absl::Milliseconds(1))));
}

event::GraphEnded GraphState::Summary(absl::Duration wall, int width) const {
  Chain chain = LongestChain(/*with_idle_needs=*/true);
  event::GraphEnded summary;
  summary.tasks = std::int64_t(nodes_.size());
  summary.width = width;
  summary.wall = wall;
  summary.work = chain.work;
  summary.critical = chain.took;
  summary.critical_path = std::move(chain.tasks);
  if (wall > absl::ZeroDuration()) summary.parallelism = absl::FDivDuration(summary.work, wall);
  const absl::Duration bound =
      width > 0 ? std::max(summary.critical, summary.work / width) : summary.critical;
  if (bound > absl::ZeroDuration()) summary.over_bound = absl::FDivDuration(wall, bound);
  if (summary.critical > absl::ZeroDuration()) summary.serial = IdleNeed(summary.critical);
  return summary;
}

}  // namespace ninefold
