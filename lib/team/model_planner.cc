// A model makes the plan; with `replans` it is asked again when all tasks have ended, and what it adds is a
// new generation of tasks ("r2.…"). A task that failed stays in the graph as such, with why; others take its
// place.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "base/try.h"
#include "graph/decision.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "team/ask_model.h"
#include "team/condense.h"
#include "team/digest.h"
#include "team/keeps_failure.h"

namespace ninefold {
namespace {

constexpr std::string_view kInstructions =
    "You plan the work of a team. Split the goal into tasks that can be done at the same time where "
    "possible, give each to the agent that "
    "fits it best, and write for each a brief with all that the agent must know. A task that needs the "
    "result of another names it in "
    "needs. Use as few tasks as the goal allows.";

std::shared_ptr<const OutputSchema> PlanSchema(const Roster& roster, int tasks_min, int tasks_max) {
  const Json task = {
      {"type", "object"},
      {"properties",
       {{"id", {{"type", "string"}, {"description", "Short name of the task: letters, digits, _ and -"}}},
        {"agent", {{"type", "string"}, {"enum", RosterNames(roster)}}},
        {"brief", {{"type", "string"}, {"description", "What the agent is to do"}}},
        {"needs",
         {{"type", "array"},
          {"items", {{"type", "string"}}},
          {"description", "Ids of tasks whose results it needs"}}}}},
      {"required", {"id", "agent", "brief"}},
      {"additionalProperties", false}};
  Json schema = {{"type", "object"}, {"required", Json::array({"tasks"})}, {"additionalProperties", false}};
  schema["properties"]["tasks"] = {
      {"type", "array"}, {"items", task}, {"minItems", tasks_min}, {"maxItems", tasks_max}};
  return std::make_shared<const OutputSchema>(OutputSchema{"plan", std::move(schema)});
}

struct PlannedTask {
  std::string id, agent, brief;
  std::vector<std::string> needs;
};

std::vector<PlannedTask> ReadPlan(const Json& plan) {
  std::vector<PlannedTask> tasks;
  for (const Json& json : plan.at("tasks")) {
    PlannedTask task{*GetString(json, "id"), *GetString(json, "agent"), *GetString(json, "brief"), {}};
    if (const Json* needs = GetMember(json, "needs")) {
      for (const Json& need : *needs) {
        std::string id = need.get<std::string>();
        if (std::find(task.needs.begin(), task.needs.end(), id) == task.needs.end())
          task.needs.push_back(std::move(id));
      }
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

absl::StatusOr<Prompt> Brief(const std::string& brief, int result_tokens, const TaskInputs& inputs) {
  std::string text = absl::StrCat(brief, "\n\nThe goal it is for: ", TextOf(inputs.goal()));
  for (const std::string& need : inputs.needs()) {
    const TaskResult* result = inputs.Find(need);
    if (result != nullptr && result->reply)
      absl::StrAppend(&text, "\n\n## ", need, "\n", Condense(*result->reply, result_tokens));
  }
  Prompt prompt(std::move(text));
  for (const Part& part : inputs.goal().parts) {
    if (!std::holds_alternative<Text>(part)) prompt.parts.push_back(part);
  }
  return prompt;
}

// A plan in which each task waits for the one before takes as long as one agent would, and costs more.
// `tasks` stand after those they need.
void WarnOfChain(const std::vector<Task>& tasks, Context& ctx) {
  constexpr std::size_t kShort = 3;
  if (tasks.size() < kShort) return;
  for (std::size_t i = 1; i < tasks.size(); ++i) {
    const auto& needs = tasks[i].needs;
    if (std::find(needs.begin(), needs.end(), tasks[i - 1].id) == needs.end()) return;
  }
  ctx.Emit(event::Warning{absl::StrCat(
      "the model planned ", tasks.size(), " tasks that each wait for the one before (", tasks.front().id,
      " … ", tasks.back().id, "): nothing runs in parallel; one agent may do as well")});
}

class ModelMade : public Planner {
 public:
  explicit ModelMade(ModelPlannerOptions options) : options_(std::move(options)) {
    AgentOptions merger;
    merger.name = "merge";
    merger.description = "Merges the reports of a team";
    merger.instructions =
        "You merge the reports of a team into one answer. You add nothing that is not in them.";
    merger.model = options_.model;
    aggregator_ = options_.aggregator ? options_.aggregator : MakeAgent(std::move(merger));
  }
  bool extends() const override { return options_.replans > 0; }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context& ctx) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a plan needs agents");
    Prompt prompt(absl::StrCat("Goal: ", TextOf(goal), "\n\n", DescribeRoster(roster)));
    auto ask = AskForTasks(std::move(prompt), roster, {}, 1, ctx);
    CO_TRY(std::vector<Task> tasks, co_await std::move(ask));
    WarnOfChain(tasks, ctx);
    TaskGraph graph;
    for (Task& task : tasks) CO_CHECK_OK(graph.Add(std::move(task)));
    if (options_.replans == 0) {
      CO_CHECK_OK(graph.Add(Answer(graph)));
      graph.set_output("answer");
    }
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || progress.graph().Find("answer") != nullptr) co_return extension;
    const int generation = Generation(progress.graph()) + 1;
    if (generation <= options_.replans + 1) {
      const std::string segment = absl::StrCat("plan.", generation);
      Context own(ctx, segment);
      CO_TRY(extension.tasks, co_await PlanAgain(progress, generation, own));
    }
    if (extension.tasks.empty()) {
      extension.tasks.push_back(Answer(progress.graph()));
      extension.output = "answer";
    }
    co_return extension;
  }

 private:
  // None when nothing is missing, or when the model fails and there is something to answer from. That it
  // failed is recorded: a resumed run goes on as this one did.
  Async<absl::StatusOr<std::vector<Task>>> PlanAgain(const Progress& progress, int generation,
                                                     Context& ctx) const {
    Prompt prompt = Review(progress, options_.replans + 1 - generation);
    const std::uint64_t hash = HashBytes(TextOf(prompt));
    Context kept(ctx, "failed");
    CO_TRY(const std::optional<Json> failed, RecallDecision(hash, kept));
    if (failed) co_return std::vector<Task>();
    absl::StatusOr<std::vector<Task>> tasks =
        co_await AskForTasks(std::move(prompt), progress.roster(), Useful(progress), generation, ctx);
    if (tasks.ok() || !ctx.status().ok() || Useful(progress).empty()) co_return tasks;
    const std::string why = Describe(tasks.status());
    ctx.Emit(event::Warning{absl::StrCat("the plan stays as it is: ", why)});
    CO_CHECK_OK(co_await RecordDecision(Json(why), hash, kept));
    co_return std::vector<Task>();
  }

  // The tasks whose results others may need.
  static std::vector<std::string> Useful(const Progress& progress) {
    std::vector<std::string> ids;
    for (const Task& task : progress.graph().tasks()) {
      const TaskResult* result = progress.result(task.id);
      if (result != nullptr && result->reply) ids.push_back(task.id);
    }
    return ids;
  }

  Async<absl::StatusOr<std::vector<Task>>> AskForTasks(Prompt prompt, const Roster& roster,
                                                       std::vector<std::string> known, int generation,
                                                       Context& ctx) const {
    auto schema = PlanSchema(roster, generation == 1 ? 1 : 0, options_.tasks_max);
    std::function<absl::Status(const Json&)> check = [&](const Json& plan) {
      return BuildTasks(plan, roster, known, generation).status();
    };
    std::string instructions(kInstructions);
    if (!options_.instructions.empty()) absl::StrAppend(&instructions, "\n", options_.instructions);
    CO_TRY(Json plan, co_await AskModel(*options_.model, std::move(instructions), std::move(prompt),
                                        std::move(schema), std::move(check), ctx));
    co_return BuildTasks(plan, roster, known, generation);
  }

  // Also the check of what a schema cannot say: ids, needs, cycles.
  absl::StatusOr<std::vector<Task>> BuildTasks(const Json& plan, const Roster& roster,
                                               const std::vector<std::string>& known, int generation) const {
    const std::string prefix = generation == 1 ? "" : absl::StrCat("r", generation, ".");
    std::vector<PlannedTask> planned = ReadPlan(plan);
    std::set<std::string> fresh;
    for (const PlannedTask& task : planned) fresh.insert(task.id);
    TaskGraph trial;
    std::vector<Task> tasks;
    for (PlannedTask& item : planned) {
      if (item.id == "answer")
        return absl::InvalidArgumentError("the id \"answer\" is taken; name the task otherwise");
      Task task{.id = prefix + item.id, .agent = KeepsFailure(FindMember(roster, item.agent))};
      task.prompt = PromptTemplate([brief = item.brief, tokens = options_.result_tokens](
                                       const TaskInputs& inputs) { return Brief(brief, tokens, inputs); });
      task.on_failure = OnFailure::Skip();
      for (const std::string& need : item.needs) {
        const bool is_old = std::find(known.begin(), known.end(), need) != known.end();
        if (!is_old && !fresh.contains(need)) {
          return absl::InvalidArgumentError(absl::StrCat("task \"", item.id, "\" needs \"", need,
                                                         "\", which is no task",
                                                         generation > 1 ? " that has a result" : ""));
        }
        task.needs.push_back(fresh.contains(need) ? prefix + need : need);
      }
      Task shape = task;
      std::erase_if(shape.needs, [&](const std::string& need) {
        return need.rfind(prefix, 0) != 0 || std::find(known.begin(), known.end(), need) != known.end();
      });
      CHECK_OK(trial.Add(std::move(shape)));
      tasks.push_back(std::move(task));
    }
    CHECK_OK(trial.Check());
    return InOrder(std::move(tasks));
  }

  // Extensions are taken in order: a task after those it needs.
  static std::vector<Task> InOrder(std::vector<Task> tasks) {
    std::vector<Task> ordered;
    while (!tasks.empty()) {
      for (auto it = tasks.begin(); it != tasks.end();) {
        const bool waits = std::any_of(tasks.begin(), tasks.end(), [&](const Task& other) {
          return std::find(it->needs.begin(), it->needs.end(), other.id) != it->needs.end();
        });
        if (waits) {
          ++it;
        } else {
          ordered.push_back(std::move(*it));
          it = tasks.erase(it);
        }
      }
    }
    return ordered;
  }

  Task Answer(const TaskGraph& graph) const {
    Task answer{.id = "answer", .agent = aggregator_, .needs = Ids(graph)};
    answer.prompt = PromptTemplate([tokens = options_.result_tokens](const TaskInputs& inputs) {
      return Digest(inputs, kMergeRequest, tokens);
    });
    return answer;
  }

  static std::vector<std::string> Ids(const TaskGraph& graph) {
    std::vector<std::string> ids;
    for (const Task& task : graph.tasks()) ids.push_back(task.id);
    return ids;
  }

  static int Generation(const TaskGraph& graph) {
    int generation = 1;
    for (const Task& task : graph.tasks()) {
      const std::size_t dot = task.id.find('.');
      if (task.id[0] != 'r' || dot == std::string::npos) continue;
      generation = std::max(generation, std::atoi(task.id.c_str() + 1));
    }
    return generation;
  }

  // `left`: how often it may be asked after this.
  Prompt Review(const Progress& progress, int left) const {
    std::string text = absl::StrCat("Goal: ", TextOf(progress.goal()), "\n\n",
                                    DescribeRoster(progress.roster()), "\nDone so far:\n");
    bool failures = false;
    for (const Task& task : progress.graph().tasks()) {
      const TaskResult* result = progress.result(task.id);
      absl::StrAppend(&text, "\n## ", task.id, " (", task.agent->card().name, ")\n");
      if (result != nullptr && result->reply) {
        absl::StrAppend(&text, Condense(*result->reply, options_.result_tokens), "\n");
      } else {
        failures = true;
        absl::StrAppend(&text, "(failed: ", result == nullptr ? "not run" : Describe(result->status), ")\n");
      }
    }
    if (failures) {
      absl::StrAppend(
          &text,
          "\nSome tasks failed. Where the goal needs them, put others in their place that get round "
          "the reason: another agent, another brief, smaller steps. Do not repeat a task as it was "
          "unless the reason may have passed. What is done is kept.");
    }
    absl::StrAppend(&text, "\nPlan only what is still missing for the goal; an empty list when nothing is.");
    if (left == 0) absl::StrAppend(&text, " This is the last time that you can add tasks.");
    return Prompt(std::move(text));
  }

  ModelPlannerOptions options_;
  AgentPtr aggregator_;
};

}  // namespace

PlannerPtr ModelPlanner(ModelPlannerOptions options) {
  return std::make_shared<ModelMade>(std::move(options));
}

}  // namespace ninefold
