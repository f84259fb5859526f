#include "team/patterns/planned_tasks.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/ask_model.h"
#include "team/brief.h"
#include "team/condense.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/fields.h"
#include "team/patterns/parts.h"

namespace ninefold::patterns {
namespace {

struct PlannedTask {
  std::string id, agent, brief;
  std::vector<std::string> needs;
  Json fields;
};

std::vector<PlannedTask> ReadPlan(const Json& plan) {
  std::vector<PlannedTask> tasks;
  for (const Json& json : plan.at("tasks")) {
    PlannedTask task{TextAt(json, "id"), TextAt(json, "agent"), TextAt(json, "brief"), {}, {}};
    for (std::string& need : TextsAt(json, "needs")) {
      if (std::find(task.needs.begin(), task.needs.end(), need) == task.needs.end())
        task.needs.push_back(std::move(need));
    }
    if (const Json* fields = GetMember(json, "fields")) task.fields = *fields;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

// A member with its brief, for those who plan on.
class Briefed : public Agent {
 public:
  Briefed(AgentPtr agent, std::string brief) : agent_(std::move(agent)), brief_(std::move(brief)) {}
  const AgentCard& card() const override { return agent_->card(); }
  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    return agent_->Run(std::move(prompt), ctx);
  }
  const std::string& brief() const { return brief_; }

 private:
  const AgentPtr agent_;
  const std::string brief_;
};

absl::StatusOr<Prompt> BriefPrompt(const std::string& brief, const std::vector<std::string>& needs,
                                   int result_tokens, const TaskInputs& inputs) {
  std::string text = absl::StrCat(brief, "\n\nThe goal it is for: ", TextOf(inputs.goal()));
  const int share = ShareOf(result_tokens, needs.size());
  for (const std::string& need : needs) {
    const TaskResult* result = inputs.Find(need);
    absl::StrAppend(&text, "\n\n## ", need, "\n",
                    result->reply != nullptr ? Condense(*result->reply, share)
                                             : absl::StrCat("(no result: ", Describe(result->status), ")"));
  }
  return AskWithFiles(inputs.goal(), std::move(text));
}

absl::Status CheckId(const std::string& id, int generation) {
  const bool good = !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
  if (!good) {
    return absl::InvalidArgumentError(absl::StrCat(
        "task id \"", id, "\": only letters, digits, _ and - are allowed, 1 to 64 of them",
        generation > 1 ? "; a new task has an id of its own, and names older ones in needs" : ""));
  }
  for (const char* taken : {kPlan, kMerge, kAnswer}) {
    if (id == taken)
      return absl::InvalidArgumentError(
          absl::StrCat("the id \"", id, "\" is taken; name the task otherwise"));
  }
  return absl::OkStatus();
}

// What nobody may be asked twice: it costs as much as the first time and says the same. Of what was planned
// before also with less to go by.
absl::Status CheckTwice(const PlannedTask& task, const EarlierTask& other, bool is_earlier) {
  if (other.agent != task.agent || other.brief != task.brief) return absl::OkStatus();
  const auto covers = [](const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return std::all_of(some.begin(), some.end(), [&](const std::string& one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    });
  };
  if (!covers(other.needs, task.needs) || (!is_earlier && !covers(task.needs, other.needs)))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("task \"", task.id, "\" is \"", other.id,
                   "\" again: the same brief for the same agent; need its result, or leave the task out"));
}

// Extensions are taken in order: a task after those it needs.
std::vector<Task> InOrder(std::vector<Task> tasks) {
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

class PlanBuilder {
 public:
  PlanBuilder(const PlanScope& scope, std::vector<PlannedTask> planned)
      : scope_(scope), planned_(std::move(planned)) {
    if (scope.generation > 1) prefix_ = absl::StrCat("r", scope.generation, ".");
    for (const PlannedTask& task : planned_) fresh_.insert(task.id);
    for (const EarlierTask& task : scope.earlier) known_.insert(task.id);
  }

  absl::StatusOr<std::vector<Task>> Build() {
    TaskGraph trial;
    std::vector<Task> tasks;
    for (const PlannedTask& item : planned_) {
      CHECK_OK(CheckId(item.id, scope_.generation));
      Task shape{.id = prefix_ + item.id, .agent = FindMember(scope_.roster, item.agent)};
      for (const std::string& need : item.needs) {
        if (fresh_.contains(need)) shape.needs.push_back(prefix_ + need);
      }
      TRY(Task task, Make(item));
      CHECK_OK(trial.Add(std::move(shape)));
      for (const EarlierTask& other : scope_.earlier) CHECK_OK(CheckTwice(item, other, true));
      for (const PlannedTask& other : planned_) {
        if (&other == &item) break;
        CHECK_OK(CheckTwice(item, {other.id, other.agent, other.brief, other.needs}, false));
      }
      tasks.push_back(std::move(task));
    }
    CHECK_OK(trial.Check());
    return InOrder(std::move(tasks));
  }

 private:
  absl::StatusOr<Task> Make(const PlannedTask& item) const {
    std::vector<std::string> needs;
    bool is_first = true;  // of its generation
    for (const std::string& need : item.needs) {
      is_first = is_first && !fresh_.contains(need);
      if (!fresh_.contains(need) && !known_.contains(need)) {
        return absl::InvalidArgumentError(absl::StrCat("task \"", item.id, "\" needs \"", need,
                                                       "\", which is no task",
                                                       scope_.generation > 1 ? " that has a result" : ""));
      }
      needs.push_back(fresh_.contains(need) ? prefix_ + need : need);
    }
    AgentPtr agent = FindMember(scope_.roster, item.agent);
    const absl::StatusOr<std::shared_ptr<const OutputSchema>> form = FormOfFields(item.fields, "report");
    if (!form.ok()) return Annotate(form.status(), absl::StrCat("task \"", item.id, "\""));
    if (*form != nullptr) agent = InForm(std::move(agent), *form);
    Task task{.id = prefix_ + item.id,
              .agent = std::make_shared<Briefed>(KeepsFailure(std::move(agent)), item.brief)};
    if (!scope_.review.empty() && is_first) task.needs.push_back(scope_.review);
    task.needs.insert(task.needs.end(), needs.begin(), needs.end());
    task.prompt =
        PromptTemplate([brief = item.brief, needs, tokens = scope_.result_tokens](const TaskInputs& inputs) {
          return BriefPrompt(brief, needs, tokens, inputs);
        });
    // What rests on a task that failed is not done half: both are planned anew. After that it is told.
    if (!scope_.is_last && !needs.empty()) task.join = Join::Quorum(int(task.needs.size()));
    task.on_failure = OnFailure::Skip();
    for (const std::string& need : item.needs) {
      if (!SpeaksOf(item.brief, need, BriefNamed(need)))
        task.doubtful.push_back(fresh_.contains(need) ? prefix_ + need : need);
    }
    return task;
  }

  // Of a task that another one needs; Make has looked that there is one.
  std::string_view BriefNamed(const std::string& id) const {
    for (const PlannedTask& task : planned_)
      if (task.id == id) return task.brief;
    for (const EarlierTask& task : scope_.earlier)
      if (task.id == id) return task.brief;
    return "";
  }

  const PlanScope& scope_;
  const std::vector<PlannedTask> planned_;
  std::string prefix_;
  std::set<std::string> fresh_, known_;
};

}  // namespace

std::shared_ptr<const OutputSchema> PlanForm(const Roster& roster, int tasks_min, int tasks_max) {
  const Json names = RosterNames(roster);
  Json task =
      ObjectSchema({{"id", TextSchema("Short name of the task: letters, digits, _ and -")},
                    {"agent", ChoiceSchema(names.get<std::vector<std::string>>(), "Who does it")},
                    {"brief", TextSchema("What the agent is to do")},
                    {"needs", ListSchema({{"type", "string"}}, "Ids of tasks whose results it needs")},
                    {"fields", FieldsSchema()}});
  task["required"] = {"id", "agent", "brief"};
  Json schema = ObjectSchema({{"tasks", ListSchema(std::move(task), "The tasks")}});
  schema["properties"]["tasks"]["minItems"] = tasks_min;
  schema["properties"]["tasks"]["maxItems"] = tasks_max;
  return Form("plan", std::move(schema));
}

absl::StatusOr<std::vector<Task>> TasksOf(const Json& plan, const PlanScope& scope) {
  PlanBuilder builder(scope, ReadPlan(plan));
  return builder.Build();
}

const std::string* BriefOf(const Task& task) {
  const auto* briefed = dynamic_cast<const Briefed*>(task.agent.get());
  return briefed == nullptr ? nullptr : &briefed->brief();
}

}  // namespace ninefold::patterns
