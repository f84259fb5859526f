#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "pipeline/step_plan.h"
#include "pipeline/values.h"

namespace ninefold::pipeline {
namespace {

Json PreviousRound(const TaskInputs& inputs, const Scope& scope) {
  Json previous = Json::object();
  previous["text"] = "";
  previous["data"] = previous["report"] = nullptr;
  for (const std::string& id : scope.siblings) {
    const TaskResult* result = inputs.Find(TaskId(id, scope.round - 1));
    Json value = Json{{"text", ""}, {"data", nullptr}, {"report", nullptr}, {"status", ""}};
    if (result != nullptr) value = ResultValue(*result);
    if (id == scope.siblings.back()) previous.update(value);
    previous[id] = std::move(value);
  }
  return previous;
}

// What the step names, as far as it is there.
Json ValuesOf(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  Json values = Json::object();
  for (const std::string& name : step.names) {
    if (name == "goal" || name == "question") {
      values[name] = TextOf(inputs.goal());
    } else if (name == "input") {
      Json input = scope.outer->value("input", Json::object());
      if (const Json* given = FindData(inputs.goal(), kInputPart); given != nullptr && given->is_object())
        input.update(*given);
      values[name] = std::move(input);
    } else if (name == "round" && scope.round > 0) {
      values[name] = scope.round;
    } else if (name == "previous" && scope.round > 0) {
      values[name] = PreviousRound(inputs, scope);
    } else if (const TaskResult* result = inputs.Find(TaskId(name, scope.round)); result != nullptr) {
      values[name] = ResultValue(*result);
    } else if (scope.outer->contains(name)) {
      values[name] = (*scope.outer)[name];
    }
  }
  // Branches of a parallel step are also named through it: views.historian.text.
  for (const std::string& need : step.needs) {
    const std::size_t dot = need.find('.');
    if (dot == std::string::npos || step.names.count(need.substr(0, dot)) == 0) continue;
    const TaskResult* result = inputs.Find(TaskId(need, scope.round));
    if (result != nullptr) values[need.substr(0, dot)][need.substr(dot + 1)] = ResultValue(*result);
  }
  return values;
}

// Whether the step's prompt asks the goal itself, so that it needs the talk that the goal is part of.
bool SaysGoal(const StepPlan& step) {
  const auto& pieces = step.prompt->pieces;
  return std::any_of(pieces.begin(), pieces.end(), [](const TemplatePiece& piece) {
    if (piece.kind == TemplatePiece::kText) return false;
    const std::string& name = piece.segments.front().name;
    return name == "goal" || name == "question";
  });
}

void AddFiles(const Prompt& goal, Prompt& prompt) {
  for (const Part& part : goal.parts) {
    if (IsFilePart(part)) prompt.parts.push_back(part);
  }
}

absl::StatusOr<Prompt> AskPrompt(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  TRY(std::string text, RenderWith(*step.prompt, ValuesOf(step, scope, inputs)));
  Prompt prompt(std::move(text));
  if (SaysGoal(step)) prompt.history = inputs.goal().history;
  if (step.files) AddFiles(inputs.goal(), prompt);
  if (step.kind == StepPlan::kText) {
    Json dissent = Json::array();
    for (const std::string& need : step.needs) {
      if (const TaskResult* result = inputs.Find(TaskId(need, scope.round))) AddDissent(*result, dissent);
    }
    prompt.parts.emplace_back(Data{std::move(dissent), std::string(kDissentPart)});
  }
  return prompt;
}

// The prompts of all items go to the inner team as data.
absl::StatusOr<Prompt> EachPrompt(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  Json values = ValuesOf(step, scope, inputs);
  TRY(const Json items, step.each->Evaluate(values));
  if (!items.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat("step \"", step.id, "\": each: \"", step.each->text(), "\" gives no list"));
  }
  Json prompts = Json::array();
  for (const Json& item : items) {
    values[step.as] = item;
    TRY(std::string text, RenderWith(*step.prompt, values));
    prompts.push_back(std::move(text));
  }
  Prompt prompt(TextOf(inputs.goal()));
  if (SaysGoal(step)) prompt.history = inputs.goal().history;
  if (step.files) AddFiles(inputs.goal(), prompt);
  prompt.parts.emplace_back(Data{std::move(prompts), std::string(kValuesPart)});
  return prompt;
}

absl::StatusOr<Prompt> LoopPrompt(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  Prompt prompt(TextOf(inputs.goal()));
  prompt.history = inputs.goal().history;
  if (step.files) AddFiles(inputs.goal(), prompt);
  prompt.parts.emplace_back(Data{ValuesOf(step, scope, inputs), std::string(kValuesPart)});
  return prompt;
}

absl::StatusOr<Prompt> JoinPrompt(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  std::string text;
  Json data = Json::object(), dissent = Json::array();
  for (const std::string& branch : step.branches) {
    const TaskResult* result = inputs.Find(TaskId(branch, scope.round));
    if (result == nullptr) continue;
    const std::size_t dot = branch.find('.');
    const std::string name = dot == std::string::npos ? branch : branch.substr(dot + 1);
    Json value = ResultValue(*result);
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", "## ", name, "\n",
                    value["text"].get_ref<const std::string&>());
    data[name] = {{"text", value["text"]}, {"data", value["data"]}, {"status", value["status"]}};
    if (!value["report"].is_null()) data[name]["report"] = value["report"];
    AddDissent(*result, dissent);
  }
  Prompt prompt(std::move(text));
  prompt.parts.emplace_back(Data{std::move(data), std::string(kValuesPart)});
  prompt.parts.emplace_back(Data{std::move(dissent), std::string(kDissentPart)});
  return prompt;
}

absl::StatusOr<Prompt> FirstPrompt(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  for (const std::string& branch : step.branches) {
    const TaskResult* result = inputs.Find(TaskId(branch, scope.round));
    if (result == nullptr || result->reply == nullptr) continue;
    Json dissent = Json::array();
    AddDissent(*result, dissent);
    Prompt prompt(result->reply->text);
    if (result->reply->data) prompt.parts.emplace_back(Data{*result->reply->data, std::string(kValuesPart)});
    if (result->reply->report)
      prompt.parts.emplace_back(Data{*result->reply->report, std::string(kReportPart)});
    prompt.parts.emplace_back(Data{std::move(dissent), std::string(kDissentPart)});
    prompt.known = result->reply->evidence;
    return prompt;
  }
  return absl::FailedPreconditionError("output: none of its steps is done");
}

absl::StatusOr<Prompt> PromptOf(const StepPlan& step, const Scope& scope, const TaskInputs& inputs) {
  switch (step.kind) {
    case StepPlan::kAsk:
    case StepPlan::kText:
      return AskPrompt(step, scope, inputs);
    case StepPlan::kEach:
      return EachPrompt(step, scope, inputs);
    case StepPlan::kLoop:
      return LoopPrompt(step, scope, inputs);
    case StepPlan::kJoin:
      return JoinPrompt(step, scope, inputs);
    case StepPlan::kFirst:
      return FirstPrompt(step, scope, inputs);
  }
  return absl::InternalError("a step of no kind");
}

// Which of the needs its prompt asks of: a joining step of all of them.
std::vector<std::string> UsedNeeds(const StepPlan& step, const Scope& scope) {
  std::vector<std::string> used;
  for (const std::string& need : step.needs) {
    const bool named = step.names.count(need) > 0 || step.names.count(need.substr(0, need.find('.'))) > 0;
    if (named || step.kind == StepPlan::kText || step.kind == StepPlan::kJoin)
      used.push_back(TaskId(need, scope.round));
  }
  return used;
}

}  // namespace

std::string TaskId(const std::string& step, int round) {
  return round == 0 ? step : absl::StrCat(step, ".", round);
}

Task MakeTask(const StepPlan& step, const Scope& scope) {
  Task task;
  task.id = TaskId(step.id, scope.round);
  task.agent = step.body;
  task.note = step.note;
  for (const std::string& need : step.needs) task.needs.push_back(TaskId(need, scope.round));
  std::vector<std::string> used = UsedNeeds(step, scope);
  const bool looks_back = scope.round > 1 && step.names.count("previous") > 0;
  if (looks_back) {
    for (const std::string& id : scope.siblings) task.needs.push_back(TaskId(id, scope.round - 1));
    for (const std::string& id : scope.siblings) used.push_back(TaskId(id, scope.round - 1));
  }
  const auto shared = std::make_shared<const StepPlan>(step);
  const auto where = std::make_shared<const Scope>(scope);
  task.prompt =
      PromptTemplate([shared, where](const TaskInputs& inputs) { return PromptOf(*shared, *where, inputs); },
                     std::move(used));
  if (step.when) {
    task.when = [shared, where](const TaskInputs& inputs) {
      return shared->when->Test(ValuesOf(*shared, *where, inputs));
    };
  }
  // What hands on answers supports them with their places alone.
  const bool echoes = step.kind == StepPlan::kText || step.kind == StepPlan::kJoin;
  task.known = step.kind == StepPlan::kFirst ? Known::kOfPrompt : echoes ? Known::kOfNeeds : Known::kAll;
  task.hands_on = step.kind == StepPlan::kFirst;
  task.join = step.join;
  task.on_failure = step.on_failure;
  if (step.kind != StepPlan::kEach) {  // the items have their own
    task.attempts = step.attempts;
    task.timeout = step.timeout;
  }
  return task;
}

}  // namespace ninefold::pipeline
