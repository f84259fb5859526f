// A model plans n tasks, n sub-agents do them at once, one merges their reports.
#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"
#include "bench/workloads.h"

namespace ninefold::bench {
namespace {

absl::StatusOr<std::vector<std::string>> TasksIn(const std::string& plan) {
  absl::StatusOr<Json> json = ParseJson(plan);
  if (!json.ok()) return json.status();
  const Json* tasks = GetMember(*json, "tasks");
  if (tasks == nullptr || !tasks->is_array()) return absl::InvalidArgumentError("the plan has no tasks");
  std::vector<std::string> all;
  for (const Json& task : *tasks) {
    if (!task.is_string()) return absl::InvalidArgumentError("a task is no string");
    all.push_back(task.get<std::string>());
  }
  return all;
}

// The planner's model is asked through an agent, so that its call has events, budget and a record like any
// other.
class TaskList : public Planner {
 public:
  TaskList(AgentPtr planner, AgentPtr worker, AgentPtr merger, std::shared_ptr<std::uint64_t> report_bytes)
      : planner_(std::move(planner)),
        worker_(std::move(worker)),
        merger_(std::move(merger)),
        report_bytes_(std::move(report_bytes)) {}

  bool extends() const override { return false; }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster&, Context& ctx) const override {
    Context own(ctx, "plan");
    Prompt prompt = goal;
    absl::StatusOr<Reply> plan = co_await planner_->Run(std::move(prompt), own);
    if (!plan.ok()) co_return plan.status();
    const absl::StatusOr<std::vector<std::string>> tasks = TasksIn(plan->text);
    if (!tasks.ok()) co_return tasks.status();
    co_return Graph(*tasks);
  }

 private:
  absl::StatusOr<TaskGraph> Graph(const std::vector<std::string>& tasks) const {
    TaskGraph graph;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      ids.push_back(absl::StrCat("worker.", i));
      const auto ask = [task = tasks[i]](const TaskInputs&) -> absl::StatusOr<Prompt> {
        return Prompt(absl::StrCat("Do ", task, " and report."));
      };
      const absl::Status added =
          graph.Add({.id = ids.back(), .agent = worker_, .prompt = PromptTemplate::Fn(ask)});
      if (!added.ok()) return added;
    }
    const auto merge = [bytes = report_bytes_](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      std::string reports = "Merge these reports:";
      for (const std::string& id : inputs.needs()) {
        const std::string& report = inputs.Find(id)->reply->text;
        *bytes += report.size();
        reports.append("\n").append(report);
      }
      return Prompt(std::move(reports));
    };
    const absl::Status added = graph.Add(
        {.id = "merge", .agent = merger_, .prompt = PromptTemplate::Fn(merge), .needs = std::move(ids)});
    if (!added.ok()) return added;
    return graph;
  }

  AgentPtr planner_, worker_, merger_;
  std::shared_ptr<std::uint64_t> report_bytes_;
};

AgentPtr Member(const std::string& name, ModelPtr model) {
  return MakeAgent({.name = name, .instructions = kSystem, .model = std::move(model)});
}

}  // namespace

std::optional<Workload> TeamWorkload(const Flags& flags) {
  if (flags.workload != "W3") return std::nullopt;
  auto driver = std::make_shared<Driver>();
  auto bytes = std::make_shared<std::uint64_t>(0);
  const ModelPtr answers = ServerModel(flags.base_url, "mock-lat50-len64", false);
  const ModelPtr plans = ServerModel(flags.base_url, absl::StrCat("mock-plan", flags.n, "-lat50"), false);
  auto planner = std::make_shared<TaskList>(Member("planner", plans), Member("worker", answers),
                                            Member("merger", answers), bytes);
  const AgentPtr team = MakeTeam({.name = "team", .planner = planner});
  const auto run = [=]() -> std::uint64_t {
    *bytes = 0;
    const Reply reply = driver->RunOnce(team, kQuestion);
    return *bytes + reply.text.size();
  };
  return Workload{.unit = "run",
                  .units = 1,
                  .warm_up =
                      [=] {
                        for (unsigned i = 0; i < flags.warmup; ++i) run();
                      },
                  .body = run,
                  .note = "a planner of one's own over a task graph; not streamed"};
}

}  // namespace ninefold::bench
