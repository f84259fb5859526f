#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "team/digest.h"
#include "team/finished.h"
#include "team/gather.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

class FanOutPlan : public Planner {
 public:
  explicit FanOutPlan(FanOutOptions options) : options_(std::move(options)) {}
  // Only where a merge may fail.
  bool extends() const override { return options_.aggregator != nullptr && options_.tolerate_failures; }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a fan-out needs members");
    co_return Build(roster);
  }

  // A merge that fails leaves the reports side by side.
  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    const TaskResult* merged = progress.result(kMerge);
    const bool failed = merged != nullptr && merged->outcome == TaskOutcome::kFailed;
    if (!failed || progress.running() > 0 || progress.graph().Find(kUnmerged) != nullptr) co_return extension;
    Reply reply;
    int there = 0;
    const std::vector<std::string> members = progress.graph().Find(kMerge)->needs;
    for (const std::string& id : members) {
      const TaskResult* result = progress.result(id);
      if (result->reply == nullptr) continue;
      ++there;
      absl::StrAppend(&reply.text, "## ", id, "\n", result->reply->text, "\n\n");
      patterns::AddEvidence(*result->reply, reply);
    }
    // Too few for the quorum: nobody was asked to merge.
    if (there < std::max(1, options_.quorum)) co_return Annotate(merged->status, "task \"answer\"");
    absl::StrAppend(&reply.text, "Not merged: ", Describe(merged->status));
    AgentCard card{"side_by_side", "Hands on the reports of a merge that failed"};
    extension.tasks.push_back(Finished(kUnmerged, members, std::move(reply), std::move(card)));
    extension.output = kUnmerged;
    co_return extension;
  }

 private:
  static constexpr char kMerge[] = "answer", kUnmerged[] = "answer.unmerged";

  absl::StatusOr<TaskGraph> Build(const Roster& roster) const {
    TaskGraph graph;
    std::vector<std::string> ids;
    std::set<std::string> taken{kMerge};
    for (const AgentPtr& member : roster) {
      const std::string& name = member->card().name;
      std::string id = name;
      for (int n = 2; !taken.insert(id).second; ++n) id = absl::StrCat(name, ".", n);
      Task task{.id = id, .agent = member, .prompt = options_.member_prompt};
      if (options_.tolerate_failures) task.on_failure = OnFailure::Skip();
      CHECK_OK(graph.Add(std::move(task)));
      ids.push_back(std::move(id));
    }
    Task answer{.id = kMerge,
                .agent = options_.aggregator ? options_.aggregator : GatherAgent(),
                .needs = std::move(ids)};
    if (options_.quorum > 0) answer.join = Join::Quorum(options_.quorum);
    answer.join.cancel_rest = options_.quorum > 0;
    answer.prompt = AggregatePrompt();
    if (options_.aggregator == nullptr) answer.known = Known::kOfNeeds;
    if (extends()) answer.on_failure = OnFailure::Skip();
    CHECK_OK(graph.Add(std::move(answer)));
    graph.set_output(kMerge);
    return graph;
  }

  PromptTemplate AggregatePrompt() const {
    if (options_.aggregator == nullptr) return PromptTemplate(GatherPrompt);
    if (!options_.aggregate_prompt.empty()) return PromptTemplate(options_.aggregate_prompt);
    return PromptTemplate([tokens = options_.result_tokens](const TaskInputs& inputs) {
      return Digest(inputs, kMergeRequest, tokens);
    });
  }

  FanOutOptions options_;
};

}  // namespace

PlannerPtr FanOutPlanner(FanOutOptions options) { return std::make_shared<FanOutPlan>(std::move(options)); }

}  // namespace ninefold
