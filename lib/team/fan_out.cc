#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/planner.h"
#include "team/digest.h"
#include "team/gather.h"
#include "team/keeps_failure.h"

namespace ninefold {
namespace {

class FanOutPlan : public Planner {
 public:
  explicit FanOutPlan(FanOutOptions options) : options_(std::move(options)) {}
  bool extends() const override { return false; }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a fan-out needs members");
    co_return Build(roster);
  }

 private:
  absl::StatusOr<TaskGraph> Build(const Roster& roster) const {
    TaskGraph graph;
    std::vector<std::string> ids;
    std::set<std::string> taken{"answer"};
    for (const AgentPtr& member : roster) {
      const std::string& name = member->card().name;
      std::string id = name;
      for (int n = 2; !taken.insert(id).second; ++n) id = absl::StrCat(name, ".", n);
      Task task{.id = id, .agent = member, .prompt = options_.member_prompt};
      if (options_.tolerate_failures) {
        task.agent = KeepsFailure(member);
        task.on_failure = OnFailure::Skip();
      }
      CHECK_OK(graph.Add(std::move(task)));
      ids.push_back(std::move(id));
    }
    Task answer{.id = "answer",
                .agent = options_.aggregator ? options_.aggregator : GatherAgent(),
                .needs = std::move(ids)};
    if (options_.quorum > 0) answer.join = Join::Quorum(options_.quorum);
    answer.join.cancel_rest = options_.quorum > 0;
    answer.prompt = AggregatePrompt();
    CHECK_OK(graph.Add(std::move(answer)));
    graph.set_output("answer");
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
