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

// When a plan ran one after another: with so many tasks, so few at work on average, and so much of the work
// in one chain.
constexpr int kSerialTasks = 4;
constexpr double kSerialParallelism = 1.5, kSerialChain = 0.8;

// A list of which the first few are named.
class Named {
 public:
  bool empty() const { return items_.empty(); }
  void Add(std::string item) { items_.push_back(std::move(item)); }
  std::string Text(const char* between, std::size_t most) const {
    const std::size_t more = items_.size() > most ? items_.size() - most : 0;
    const auto end = items_.begin() + std::ptrdiff_t(items_.size() - more);
    return absl::StrCat(absl::StrJoin(items_.begin(), end, between),
                        more > 0 ? absl::StrCat(" (and ", more, " more)") : "");
  }

 private:
  std::vector<std::string> items_;
};

std::string Brief(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(1)));
}

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
    longest[i] += node.work();
    chain.work += node.work();
    if (last == SIZE_MAX || longest[i] > longest[last]) last = i;
  }
  if (last == SIZE_MAX) return chain;
  chain.took = longest[last];
  for (std::size_t i = last; i != SIZE_MAX && chain.tasks.size() < kChainNamesMax; i = before[i])
    chain.tasks.push_back(task(i).id);
  std::reverse(chain.tasks.begin(), chain.tasks.end());
  return chain;
}

std::string GraphState::IdleNeeds(const event::GraphEnded& summary) const {
  if (summary.critical <= absl::ZeroDuration()) return "";
  Named idle;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::uint32_t need : nodes_[i].needs) {
      if (IsIdle(task(i), task(need).id))
        idle.Add(absl::StrCat("\"", task(i).id, "\" waits for \"", task(need).id, "\""));
    }
  }
  if (idle.empty()) return "";
  const absl::Duration without = LongestChain(/*with_idle_needs=*/false).took;
  if (summary.critical - without < kWorthSaying * summary.critical) return "";
  return absl::StrCat(idle.Text(", ", 3),
                      " without using what comes of it: without such needs the longest chain would be ",
                      Brief(without), " instead of ", Brief(summary.critical));
}

// Of what a model planned: hardly anything ran at once, for its needs and not for want of width.
std::string GraphState::OneAfterAnother(const event::GraphEnded& summary) const {
  if (!graph_.planned() || summary.tasks < kSerialTasks || summary.work <= absl::ZeroDuration()) return "";
  const double chain = absl::FDivDuration(summary.critical, summary.work);
  if (summary.parallelism >= kSerialParallelism || chain <= kSerialChain) return "";
  Named doubtful, chained;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::string& need : task(i).doubtful)
      doubtful.Add(absl::StrCat("\"", task(i).id, "\" waits for \"", need, "\""));
  }
  for (const std::string& id : summary.critical_path) chained.Add(id);
  std::string text = absl::StrCat("what was planned ran one after another: ", chained.Text(" → ", 8),
                                  " took ", Brief(summary.critical), " of ", Brief(summary.work), " of work");
  if (!doubtful.empty())
    absl::StrAppend(&text, "; nothing says that ", doubtful.Text(", ", 3), " for something it uses");
  return text;
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
  summary.serial = IdleNeeds(summary);
  if (summary.serial.empty()) summary.serial = OneAfterAnother(summary);
  return summary;
}

}  // namespace ninefold
