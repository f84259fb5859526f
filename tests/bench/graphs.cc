#include "bench/graphs.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"

namespace ninefold::bench {
namespace {

// A node's state travels as a reply's text and data, and to the next node as the parts of its prompt.
Prompt StateAfter(const TaskInputs& inputs) {
  if (inputs.needs().empty()) {
    Prompt first = inputs.goal();
    first.parts.emplace_back(Data{Json(0), "count"});
    return first;
  }
  const Reply& before = *inputs.Find(inputs.needs().front())->reply;
  Prompt next(before.text);
  next.parts.emplace_back(Data{*before.data, "count"});
  return next;
}

std::int64_t CountIn(const Prompt& prompt) {
  for (const Part& part : prompt.parts) {
    if (const auto* data = std::get_if<Data>(&part)) return data->value.get<std::int64_t>();
  }
  return 0;
}

}  // namespace

AgentPtr AskingStep() {
  const ModelPtr model = InProcessModel();
  const auto step = [model](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    const std::int64_t count = CountIn(prompt);
    ModelRequest request;
    request.conversation = Conversation().With(UserMessage(TextOf(prompt)));
    absl::StatusOr<ModelReply> answer = co_await CallModel(*model, request, ctx);
    if (!answer.ok()) co_return answer.status();
    Reply next;
    next.text = TextOf(answer->message);
    next.data = Json(count + 1);
    co_return next;
  };
  return MakeFunctionAgent({.name = "step", .description = "asks and counts"}, step);
}

AgentPtr CountingStep() {
  const auto step = [](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
    Reply next;
    next.text = TextOf(prompt);
    next.data = Json(CountIn(prompt) + 1);
    co_return next;
  };
  return MakeFunctionAgent({.name = "step", .description = "counts"}, step);
}

namespace {

// Hands its prompt on.
AgentPtr PassAgent(const char* name) {
  const auto pass = [](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
    Reply reply;
    reply.text = TextOf(prompt);
    co_return reply;
  };
  return MakeFunctionAgent({.name = name, .description = "hands on"}, pass);
}

void Add(TaskGraph& graph, Task task) {
  const absl::Status added = graph.Add(std::move(task));
  if (!added.ok()) Die(added);
}

Task StepTask(std::size_t number, const AgentPtr& agent) {
  Task task{.id = absl::StrCat("step.", number), .agent = agent, .prompt = PromptTemplate::Fn(StateAfter)};
  if (number > 1) task.needs = {absl::StrCat("step.", number - 1)};
  return task;
}

}  // namespace

AgentPtr ChainTeam(unsigned n, const AgentPtr& agent) {
  TaskGraph graph;
  for (unsigned i = 1; i <= n; ++i) Add(graph, StepTask(i, agent));
  return MakeTeam({.name = "chain", .planner = FixedPlan(std::move(graph)), .limits = {.tasks_max = int(n)}});
}

AgentPtr FanTeam(unsigned n, const AgentPtr& worker) {
  TaskGraph graph;
  Add(graph, {.id = "start", .agent = PassAgent("start")});
  std::vector<std::string> ids;
  for (unsigned i = 0; i < n; ++i) {
    const auto ask = [i](const TaskInputs&) -> absl::StatusOr<Prompt> {
      return Prompt(absl::StrCat("Do task ", i, " and report."));
    };
    ids.push_back(absl::StrCat("worker.", i));
    Add(graph, {.id = ids.back(), .agent = worker, .prompt = PromptTemplate::Fn(ask), .needs = {"start"}});
  }
  const auto join = [](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    std::string all;
    for (const std::string& id : inputs.needs()) all += inputs.Find(id)->reply->text;
    return Prompt(std::move(all));
  };
  Add(graph,
      {.id = "end", .agent = PassAgent("end"), .prompt = PromptTemplate::Fn(join), .needs = std::move(ids)});
  return MakeTeam(
      {.name = "fan", .planner = FixedPlan(std::move(graph)), .limits = {.tasks_max = int(n) + 2}});
}

namespace {

// One step, and after each another until the count is n.
class Repeat : public Planner {
 public:
  Repeat(unsigned n, AgentPtr agent) : n_(n), agent_(std::move(agent)) {}
  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    Add(graph, StepTask(1, agent_));
    co_return graph;
  }
  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension more;
    const TaskResult* ended = progress.result(progress.just_ended().back());
    const bool enough =
        ended->reply == nullptr || ended->reply->data->get<std::int64_t>() >= std::int64_t(n_);
    if (!enough) {
      more.tasks.push_back(StepTask(progress.graph().size() + 1, agent_));
      more.output = more.tasks.back().id;
    }
    co_return more;
  }

 private:
  unsigned n_;
  AgentPtr agent_;
};

}  // namespace

AgentPtr LoopTeam(unsigned n, const AgentPtr& agent) {
  auto planner = std::make_shared<Repeat>(n, agent);
  return MakeTeam({.name = "loop", .planner = planner, .limits = {.tasks_max = int(n)}});
}

}  // namespace ninefold::bench
