#include "graph/graph_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// How many needs must be done before the others have ended.
std::uint32_t Enough(const Join& join) {
  if (join.kind == Join::kAll) return UINT32_MAX;
  return join.kind == Join::kAny ? 1 : std::uint32_t(join.quorum);
}

bool Contains(const std::vector<std::uint32_t>& sorted, std::size_t i) {
  return std::binary_search(sorted.begin(), sorted.end(), std::uint32_t(i));
}

}  // namespace

GraphState::GraphState(TaskGraph graph, Goal goal, const Roster& roster)
    : graph_(std::move(graph)), goal_(std::move(goal)), roster_(roster) {}

const TaskResult* GraphState::result(std::string_view id) const {
  const std::optional<std::size_t> i = graph_.IndexOf(id);
  if (!i || *i >= nodes_.size() || nodes_[*i].state != NodeState::kEnded) return nullptr;
  return &nodes_[*i].result;
}

// New tasks may need each other and older ones, and older ones cannot need new ones: so a cycle can only be
// among the new.
absl::Status GraphState::TakeIn(const ChainPlace& chain, RecallJoin recall) {
  const std::size_t first = nodes_.size();
  chain_ = Farther(chain_, chain);
  if (first == 0) CHECK_OK(graph_.Check());
  nodes_.resize(graph_.size());
  std::vector<std::size_t> cancelled;
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
    if (!JoinsSome(task(i))) continue;
    TRY(const std::optional<Json> recorded, recall(task(i)));
    if (recorded) CHECK_OK(RestoreSeen(i, *recorded, cancelled));
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
  for (const std::size_t i : cancelled) Cancel(i, absl::CancelledError("it was not waited for"));
  return absl::OkStatus();
}

absl::Status GraphState::Add(std::vector<Task> tasks, int tasks_max, RecallJoin recall) {
  if (graph_.size() + tasks.size() > std::size_t(tasks_max)) {
    return absl::ResourceExhaustedError(absl::StrCat("the graph would have ", graph_.size() + tasks.size(),
                                                     " tasks; at most ", tasks_max,
                                                     " are allowed (TeamLimits::tasks_max)"));
  }
  for (Task& task : tasks) CHECK_OK(graph_.Add(std::move(task)));
  return TakeIn(chain_, recall);
}

std::optional<std::size_t> GraphState::NextReady() {
  if (ready_.empty()) return std::nullopt;
  const std::size_t i = ready_.top();
  ready_.pop();
  return i;
}

ChainPlace GraphState::ChainBefore(std::size_t i) const {
  ChainPlace chain = nodes_[i].chain_begin;
  for (const std::uint32_t need : nodes_[i].needs) {
    // A quorum did not wait for the others.
    if (nodes_[need].state == NodeState::kEnded) chain = Farther(chain, nodes_[need].chain_end);
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
  SeenNeeds* seen = node.seen.get();
  if (seen != nullptr && seen->is_recorded && Contains(seen->seen, need)) --seen->left;
  if (node.state != NodeState::kWaiting || !MayStart(dependent)) return;
  node.state = NodeState::kReady;
  ready_.push(dependent);
  if (task(dependent).join.cancel_rest && node.needs_left > 0 && seen == nullptr) CancelRest(dependent);
}

bool GraphState::MayStart(std::size_t i) const {
  const Node& node = nodes_[i];
  if (node.seen != nullptr) return node.seen->left == 0;
  return node.needs_left == 0 || node.needs_done >= Enough(task(i).join);
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
  node.unwanted = true;
  node.result.status = why;
  if (node.state == NodeState::kRunning) {
    node.context->Cancel(why);
    return;
  }
  if (node.state == NodeState::kWaiting) {
    node.state = NodeState::kReady;  // to be ended in its turn
    ready_.push(i);
  }
}

void GraphState::End(std::size_t i, TaskResult result, absl::Time now) {
  Node& node = nodes_[i];
  if (node.state != NodeState::kRunning) node.started = now;
  node.state = NodeState::kEnded;
  if (node.context != nullptr) {
    node.chain_end = node.context->chain();
    node.queued = std::min(node.context->queued(), now - node.started);
  }
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
    chain_ = Farther(chain_, nodes_[i].chain_end);
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

bool GraphState::JoinsSome(const Task& task) {
  return task.join.kind != Join::kAll && std::size_t(Enough(task.join)) < task.needs.size();
}

std::optional<Json> GraphState::FixSeen(std::size_t i) {
  Node& node = nodes_[i];
  if (node.seen != nullptr) return std::nullopt;
  node.seen = std::make_unique<SeenNeeds>();
  Json recorded = {{"seen", Json::array()}, {"cancelled", Json::array()}};
  for (const std::uint32_t need : node.needs) {
    const Node& of = nodes_[need];
    if (of.state == NodeState::kEnded && of.result.outcome != TaskOutcome::kCancelled) {
      node.seen->seen.push_back(need);
      recorded["seen"].push_back(task(need).id);
    } else if (of.unwanted) {
      recorded["cancelled"].push_back(task(need).id);
    }
  }
  std::sort(node.seen->seen.begin(), node.seen->seen.end());
  return recorded;
}

absl::Status GraphState::RestoreSeen(std::size_t i, const Json& recorded,
                                     std::vector<std::size_t>& cancelled) {
  Node& node = nodes_[i];
  node.seen = std::make_unique<SeenNeeds>();
  node.seen->is_recorded = true;
  for (const std::uint32_t need : node.needs) {
    const auto has = [&](const char* key) {
      const Json* list = GetMember(recorded, key);
      return list != nullptr && std::find(list->begin(), list->end(), task(need).id) != list->end();
    };
    if (has("seen")) node.seen->seen.push_back(need);
    if (has("cancelled")) cancelled.push_back(need);
  }
  std::sort(node.seen->seen.begin(), node.seen->seen.end());
  node.seen->left = std::uint32_t(node.seen->seen.size());
  if (node.seen->left > 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("task \"", task(i).id, "\": the record of what it waited for is damaged"));
}

bool GraphState::IsOutput(std::size_t i) const {
  // Where none is named, the last task is, unless it is one of a graph that goes on without it.
  if (task(i).id == output()) return !graph_.output().empty() || task(i).on_failure.kind != OnFailure::kSkip;
  const auto& waiting = nodes_[i].dependents;
  return std::any_of(waiting.begin(), waiting.end(),
                     [&](std::uint32_t d) { return task(d).hands_on && IsOutput(d); });
}

Conversation GraphState::TalkWith(std::string answer) {
  Message question{Role::kUser, std::move(goal_.parts)};
  return goal_.history.With(std::move(question)).With(AssistantMessage(std::move(answer)));
}

bool GraphState::Sees(std::size_t i, std::string_view need) const {
  const SeenNeeds* seen = nodes_[i].seen.get();
  if (seen == nullptr) return true;
  const std::optional<std::size_t> at = graph_.IndexOf(need);
  return at && Contains(seen->seen, *at);
}

const TaskResult* NodeInputs::Find(std::string_view id) const {
  constexpr std::size_t kFew = 16;
  if (task_.needs.size() <= kFew) {
    if (std::find(task_.needs.begin(), task_.needs.end(), id) == task_.needs.end()) return nullptr;
  } else {
    if (names_.empty()) names_.insert(task_.needs.begin(), task_.needs.end());
    if (!names_.contains(id)) return nullptr;
  }
  static const TaskResult kNotWaitedFor{TaskOutcome::kSkipped,
                                        absl::FailedPreconditionError("not waited for"), nullptr};
  const TaskResult* result = state_.Sees(i_, id) ? state_.result(id) : nullptr;
  return result != nullptr ? result : &kNotWaitedFor;
}

}  // namespace ninefold
