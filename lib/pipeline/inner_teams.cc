// `each` and `loop` are teams of their own, whose tasks appear as the run goes on.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "ninefold/team.h"
#include "pipeline/step_plan.h"
#include "pipeline/values.h"

namespace ninefold::pipeline {
namespace {

Async<absl::StatusOr<Reply>> Echo(Prompt prompt, Context&) {
  Reply reply;
  reply.text = TextOf(prompt);
  if (const Json* data = FindData(prompt, kValuesPart)) reply.data = *data;
  if (const Json* report = FindData(prompt, kReportPart)) reply.report = *report;
  if (const Json* dissent = FindData(prompt, kDissentPart)) {
    for (const Json& opinion : *dissent) {
      reply.dissent.push_back({opinion.value("who", std::string()), opinion.value("text", std::string())});
    }
  }
  reply.evidence = std::move(prompt.known);
  co_return reply;
}

absl::StatusOr<Prompt> JoinItems(const std::vector<std::string>& ids, const TaskInputs& inputs) {
  std::string text;
  Json data = Json::array(), dissent = Json::array();
  for (const std::string& id : ids) {
    const TaskResult* result = inputs.Find(id);
    if (result == nullptr) continue;
    Json value = ResultValue(*result);
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", value["text"].get_ref<const std::string&>());
    data.push_back(value["data"].is_null() ? value["text"] : value["data"]);
    AddDissent(*result, dissent);
  }
  Prompt prompt(std::move(text));
  prompt.parts.emplace_back(Data{std::move(data), std::string(kValuesPart)});
  prompt.parts.emplace_back(Data{std::move(dissent), std::string(kDissentPart)});
  return prompt;
}

class EachPlanner : public Planner {
 public:
  explicit EachPlanner(const StepPlan& step) : step_(step) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster&, Context&) const override {
    TaskGraph graph;
    const absl::Status made = Fill(goal, graph);
    if (!made.ok()) co_return made;
    co_return graph;
  }
  bool extends() const override { return false; }

 private:
  absl::Status Fill(const Goal& goal, TaskGraph& graph) const {
    const Json* prompts = FindData(goal, kValuesPart);
    if (prompts == nullptr || !prompts->is_array())
      return absl::InvalidArgumentError("each: there are no items");
    Task join;
    join.id = "all";
    join.agent = EchoAgent("all");
    join.known = Known::kOfNeeds;
    for (const Json& text : *prompts) {
      Task task;
      task.id = absl::StrCat(graph.size() + 1);
      task.agent = step_.body;
      task.attempts = step_.attempts;
      task.timeout = step_.timeout;
      task.on_failure = step_.on_failure;
      task.prompt =
          PromptTemplate::Fn([text = JsonAsText(text)](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
            Prompt prompt(text);
            for (const Part& part : inputs.goal().parts) {
              if (IsFilePart(part)) prompt.parts.push_back(part);
            }
            prompt.history = inputs.goal().history;
            return prompt;
          });
      join.needs.push_back(task.id);
      CHECK_OK(graph.Add(std::move(task)));
    }
    const std::vector<std::string> ids = join.needs;
    join.prompt = PromptTemplate::Fn([ids](const TaskInputs& inputs) { return JoinItems(ids, inputs); });
    CHECK_OK(graph.Add(std::move(join)));
    graph.set_output("all");
    return absl::OkStatus();
  }

  StepPlan step_;
};

class LoopPlanner : public Planner {
 public:
  explicit LoopPlanner(std::shared_ptr<const LoopPlan> loop) : loop_(std::move(loop)) {
    for (const StepPlan& step : loop_->steps) ids_.push_back(step.id);
  }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster&, Context&) const override {
    TaskGraph graph;
    for (Task& task : Round(goal, 1)) {
      const absl::Status added = graph.Add(std::move(task));
      if (!added.ok()) co_return added;
    }
    graph.set_output(TaskId(ids_.back(), 1));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension more;
    const int round = static_cast<int>(progress.graph().size() / ids_.size());
    const absl::StatusOr<bool> over = Over(progress, round);
    if (!over.ok()) co_return over.status();
    if (*over) co_return more;
    more.tasks = Round(progress.goal(), round + 1);
    more.output = TaskId(ids_.back(), round + 1);
    co_return more;
  }

 private:
  Scope ScopeOf(const Goal& goal, int round) const {
    Scope scope;
    const Json* outer = FindData(goal, kValuesPart);
    scope.outer = std::make_shared<const Json>(outer == nullptr ? Json::object() : *outer);
    scope.round = round;
    scope.siblings = ids_;
    return scope;
  }

  std::vector<Task> Round(const Goal& goal, int round) const {
    const Scope scope = ScopeOf(goal, round);
    std::vector<Task> tasks;
    for (const StepPlan& step : loop_->steps) tasks.push_back(MakeTask(step, scope));
    return tasks;
  }

  // Whether there is nothing to add now: the round still runs, or it was the last one.
  absl::StatusOr<bool> Over(const Progress& progress, int round) const {
    Json values = Json::object();
    if (const Json* outer = FindData(progress.goal(), kValuesPart)) values = *outer;
    for (const std::string& id : ids_) {
      const TaskResult* result = progress.result(TaskId(id, round));
      if (result == nullptr) return true;
      values[id] = ResultValue(*result);
    }
    if (round >= loop_->max) return true;
    if (!loop_->until) return false;
    values["round"] = round;
    return loop_->until->Test(values);
  }

  std::shared_ptr<const LoopPlan> loop_;
  std::vector<std::string> ids_;
};

}  // namespace

AgentPtr EchoAgent(std::string name) {
  AgentCard card;
  card.name = std::move(name);
  return MakeFunctionAgent(std::move(card), Echo);
}

AgentPtr MakeEachAgent(const StepPlan& step) {
  TeamOptions team;
  team.name = step.id;
  team.planner = std::make_shared<EachPlanner>(step);
  team.limits.width = step.width;
  return MakeTeam(std::move(team));
}

AgentPtr MakeLoopAgent(std::shared_ptr<const LoopPlan> loop) {
  TeamOptions team;
  team.name = loop->name;
  team.planner = std::make_shared<LoopPlanner>(std::move(loop));
  return MakeTeam(std::move(team));
}

}  // namespace ninefold::pipeline
