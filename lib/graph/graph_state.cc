#include "graph/graph_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {

GraphState::GraphState(TaskGraph graph, Goal goal, const Roster& roster)
    : graph_(std::move(graph)), goal_(std::move(goal)), roster_(roster) {}

const TaskResult* GraphState::result(std::string_view id) const {
  const std::optional<std::size_t> i = graph_.IndexOf(id);
  if (!i || *i >= nodes_.size() || nodes_[*i].state != NodeState::kEnded) return nullptr;
  return &nodes_[*i].result;
}

// New tasks may need each other and older ones, and older ones cannot need new ones: so a cycle can only be
// among the new.
absl::Status GraphState::TakeIn(std::int64_t chain) {
  const std::size_t first = nodes_.size();
  chain_ = std::max(chain_, chain);
  if (first == 0) CHECK_OK(graph_.Check());
  nodes_.resize(graph_.size());
  for (std::size_t i = first; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.chain_begin = node.chain_end = chain;
    node.needs.reserve(task(i).needs.size());
    for (const std::string& need : task(i).needs) {
      const std::optional<std::size_t> at = graph_.IndexOf(need);
      // Forward needs among new tasks could close a cycle; with first == 0 Check has looked.
      if (!at || (first > 0 && *at >= i)) {
        nodes_.resize(first);
        return absl::InvalidArgumentError(
            absl::StrCat("task \"", task(i).id, "\" needs \"", need, "\", which was not added before it"));
      }
      node.needs.push_back(std::uint32_t(*at));
    }
  }
  for (std::size_t i = first; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.needs_left = std::uint32_t(node.needs.size());
    for (const std::uint32_t need : node.needs) {
      nodes_[need].dependents.push_back(std::uint32_t(i));
      if (nodes_[need].state == NodeState::kEnded) Settle(need, i);
    }
    if (node.needs.empty()) {
      node.state = NodeState::kReady;
      ready_.push(i);
    }
  }
  return absl::OkStatus();
}

absl::Status GraphState::Add(std::vector<Task> tasks, int tasks_max) {
  if (graph_.size() + tasks.size() > std::size_t(tasks_max)) {
    return absl::ResourceExhaustedError(absl::StrCat("the graph would have ", graph_.size() + tasks.size(),
                                                     " tasks; at most ", tasks_max,
                                                     " are allowed (TeamLimits::tasks_max)"));
  }
  for (Task& task : tasks) CHECK_OK(graph_.Add(std::move(task)));
  return TakeIn(chain_);
}

std::optional<std::size_t> GraphState::NextReady() {
  if (ready_.empty()) return std::nullopt;
  const std::size_t i = ready_.top();
  ready_.pop();
  return i;
}

std::int64_t GraphState::ChainBefore(std::size_t i) const {
  std::int64_t chain = nodes_[i].chain_begin;
  for (const std::uint32_t need : nodes_[i].needs) {
    // A quorum did not wait for the others.
    if (nodes_[need].state == NodeState::kEnded) chain = std::max(chain, nodes_[need].chain_end);
  }
  return chain;
}

void GraphState::Begin(std::size_t i, Context* context, absl::Time now) {
  nodes_[i].state = NodeState::kRunning;
  nodes_[i].context = context;
  nodes_[i].started = now;
}

// `need` has ended: is `dependent` ready by it?
void GraphState::Settle(std::size_t need, std::size_t dependent) {
  Node& node = nodes_[dependent];
  --node.needs_left;
  if (nodes_[need].result.outcome == TaskOutcome::kDone) ++node.needs_done;
  if (node.state != NodeState::kWaiting) return;
  const Join& join = task(dependent).join;
  const std::uint32_t enough = join.kind == Join::kAll   ? UINT32_MAX
                               : join.kind == Join::kAny ? 1
                                                         : std::uint32_t(join.quorum);
  if (node.needs_left > 0 && node.needs_done < enough) return;
  node.state = NodeState::kReady;
  ready_.push(dependent);
  if (join.cancel_rest && node.needs_left > 0) CancelRest(dependent);
}

void GraphState::CancelRest(std::size_t i) {
  for (const std::uint32_t need : nodes_[i].needs) {
    if (nodes_[need].state == NodeState::kEnded) continue;
    const auto& waiting = nodes_[need].dependents;
    const bool wanted = std::any_of(waiting.begin(), waiting.end(),
                                    [&](std::uint32_t d) { return nodes_[d].state == NodeState::kWaiting; });
    if (!wanted)
      Cancel(need, absl::CancelledError(absl::StrCat("task \"", task(i).id, "\" has enough without it")));
  }
}

void GraphState::Cancel(std::size_t i, const absl::Status& why) {
  Node& node = nodes_[i];
  if (node.state == NodeState::kEnded) return;
  if (node.state == NodeState::kRunning) {
    node.context->Cancel(why);
    return;
  }
  node.unwanted = true;
  node.result.status = why;
  if (node.state == NodeState::kWaiting) {
    node.state = NodeState::kReady;  // to be ended in its turn
    ready_.push(i);
  }
}

void GraphState::End(std::size_t i, TaskResult result, absl::Time now) {
  Node& node = nodes_[i];
  if (node.state != NodeState::kRunning) node.started = now;
  node.state = NodeState::kEnded;
  if (node.context != nullptr) node.chain_end = node.context->chain();
  node.context = nullptr;
  node.ended = now;
  node.result = std::move(result);
  ++ended_;
  newly_ended_.push_back(i);
  // By index: Settle may grow nothing, but Cancel looks at other nodes.
  for (std::size_t k = 0; k < nodes_[i].dependents.size(); ++k) Settle(i, nodes_[i].dependents[k]);
}

bool GraphState::CollectEnded() {
  just_ended_.clear();
  std::sort(newly_ended_.begin(), newly_ended_.end());
  for (const std::size_t i : newly_ended_) {
    just_ended_.push_back(task(i).id);
    chain_ = std::max(chain_, nodes_[i].chain_end);
  }
  newly_ended_.clear();
  return !just_ended_.empty();
}

absl::Status GraphState::JoinStatus(std::size_t i) const {
  const Node& node = nodes_[i];
  const Join& join = task(i).join;
  if (node.needs.empty()) return absl::OkStatus();
  const std::uint32_t enough = join.kind == Join::kQuorum ? std::uint32_t(join.quorum) : 1;
  // With a condition of its own the task decides itself what it can do with.
  if (node.needs_done >= enough || (join.kind == Join::kAll && task(i).when)) return absl::OkStatus();
  std::string why;
  for (const std::uint32_t need : node.needs) {
    const TaskResult& result = nodes_[need].result;
    if (nodes_[need].state != NodeState::kEnded || result.outcome == TaskOutcome::kDone) continue;
    why = absl::StrCat("; \"", task(need).id, "\" ", ToAbsl(TaskOutcomeName(result.outcome)), ": ",
                       Describe(result.status));
    break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(node.needs_done, " of the ", enough, " needed results are there", why));
}

const TaskResult* NodeInputs::Find(std::string_view id) const {
  constexpr std::size_t kFew = 16;
  if (task_.needs.size() <= kFew) {
    if (std::find(task_.needs.begin(), task_.needs.end(), id) == task_.needs.end()) return nullptr;
  } else {
    if (names_.empty()) names_.insert(task_.needs.begin(), task_.needs.end());
    if (!names_.contains(id)) return nullptr;
  }
  const TaskResult* result = state_.result(id);
  static const TaskResult kNotYet;  // of a quorum that was reached without it
  return result != nullptr ? result : &kNotYet;
}

}  // namespace ninefold
