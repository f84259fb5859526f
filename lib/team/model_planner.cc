// A model makes the plan; with `replans` it is asked again, which is a task of its own ("plan.2", "plan.3",
// …), and what it adds is a new generation ("r2.…"). A task that failed stays in the graph as such, with why;
// others take its place. Then "merge", and "answer" with the report.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "graph/decision.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "run/run_state.h"
#include "team/ask_model.h"
#include "team/condense.h"
#include "team/digest.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"
#include "team/patterns/planned_tasks.h"

namespace ninefold {
namespace {

using patterns::BriefOf;
using patterns::kMerge;
using patterns::kPlan;
using patterns::Numbered;
using patterns::PlanScope;
using patterns::ReplyOf;

constexpr std::string_view kInstructions =
    "You plan the work of a team. Split the goal into tasks that can be done at the same time where "
    "possible, give each to the agent that "
    "fits it best, and write for each a brief with all that the agent must know. A task that needs the "
    "result of another names it in "
    "needs. Use as few tasks as the goal allows.";

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

// The planned tasks of the graph.
std::vector<const Task*> Planned(const TaskGraph& graph) {
  std::vector<const Task*> tasks;
  for (const Task& task : graph.tasks()) {
    if (BriefOf(task) != nullptr) tasks.push_back(&task);
  }
  return tasks;
}

// How a run stands when a plan is looked at again: `seen` has ended, and all that is said of the rest is said
// without looking at it. So a resumed run, in which others end first, looks at the same.
class Standing {
 public:
  Standing(const Progress& progress, const std::vector<std::string>& seen)
      : seen_(seen.begin(), seen.end()), tasks_(Planned(progress.graph())) {
    for (const Task* task : tasks_) {
      const bool has_ended = seen_.contains(task->id);
      const bool waits_in_vain = std::any_of(task->needs.begin(), task->needs.end(),
                                             [&](const std::string& id) { return failed_.contains(id); });
      if (has_ended && ReplyOf(progress, task->id) != nullptr) continue;
      if (has_ended || waits_in_vain) failed_.insert(task->id);  // tasks stand after those they need
    }
  }

  const std::vector<const Task*>& tasks() const { return tasks_; }
  bool has_ended(const std::string& id) const { return seen_.contains(id); }
  bool failed(const std::string& id) const { return failed_.contains(id); }
  bool any_failed() const { return !failed_.empty(); }

 private:
  const std::set<std::string> seen_;
  const std::vector<const Task*> tasks_;
  std::set<std::string> failed_;  // or will not be done, since what they need has
};

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

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context& ctx) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a plan needs agents");
    std::string text =
        absl::StrCat("Goal: ", TextOf(goal), "\n\n", DescribeRoster(roster), patterns::FilesNote(goal));
    Prompt prompt = patterns::AskWithImages(goal, std::move(text));
    PlanScope scope = ScopeOf(roster, 1);
    CO_TRY(const Json plan, co_await AskForPlan(std::move(prompt), scope, ctx));
    CO_TRY(std::vector<Task> tasks, patterns::TasksOf(plan, scope));
    WarnOfChain(tasks, ctx);
    TaskGraph graph;
    for (Task& task : tasks) CO_CHECK_OK(graph.Add(std::move(task)));
    graph.set_planned(true);
    if (options_.replans == 0) {
      CO_CHECK_OK(graph.Add(Merge(graph)));
      graph.set_output(kMerge);
    }
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    const TaskGraph& graph = progress.graph();
    if (patterns::HasEnded(progress)) co_return extension;
    if (graph.Find(kMerge) != nullptr) {
      if (progress.running() == 0) co_return End(progress, ctx);
      co_return extension;
    }
    const int last = LastReview(graph);
    if (last > 1) {
      if (progress.result(Numbered(kPlan, last)) == nullptr) co_return extension;
      CO_TRY(extension.tasks, NewTasks(progress, last));
      if (!extension.tasks.empty()) co_return extension;
    }
    if (last <= options_.replans) {
      CO_TRY(const Looking looking, co_await LookAgain(progress, last + 1, ctx));
      if (looking.now) extension.tasks.push_back(Review(progress, looking.seen, last + 1));
      if (looking.now || looking.later) co_return extension;
    }
    if (progress.running() > 0) co_return extension;
    CO_CHECK_OK(SomethingIsDone(progress, last));
    extension.tasks.push_back(Merge(graph));
    extension.output = kMerge;
    co_return extension;
  }

 private:
  PlanScope ScopeOf(const Roster& roster, int generation) const {
    PlanScope scope{.roster = roster, .generation = generation};
    if (generation > 1) scope.review = Numbered(kPlan, generation);
    scope.is_last = generation > options_.replans;
    scope.result_tokens = options_.result_tokens;
    return scope;
  }

  Async<absl::StatusOr<Json>> AskForPlan(Prompt prompt, const PlanScope& scope, Context& ctx) const {
    auto form = patterns::PlanForm(scope.roster, scope.generation == 1 ? 1 : 0, options_.tasks_max);
    std::function<absl::Status(const Json&)> check = [&scope](const Json& plan) {
      return patterns::TasksOf(plan, scope).status();
    };
    std::string instructions(kInstructions);
    if (!options_.instructions.empty()) absl::StrAppend(&instructions, "\n", options_.instructions);
    co_return co_await AskModel(*options_.model, std::move(instructions), std::move(prompt), std::move(form),
                                std::move(check), ctx);
  }

  // --- Planning anew ---

  // The number of the last "plan.N"; 1: the first plan, which is no task.
  static int LastReview(const TaskGraph& graph) {
    int last = 1;
    while (graph.Find(Numbered(kPlan, last + 1)) != nullptr) ++last;
    return last;
  }

  struct Looking {
    bool now = false, later = false;
    std::vector<std::string> seen;  // ids of planned tasks that have ended
  };

  // Whether the plan is to be looked at again: when all has ended, or when what has failed keeps others from
  // being done. Where something has failed, what had ended by then is recorded, as a failure is: a resumed
  // run looks at the same.
  Async<absl::StatusOr<Looking>> LookAgain(const Progress& progress, int number, Context& ctx) const {
    Looking looking;
    for (const Task* task : Planned(progress.graph())) {
      if (progress.result(task->id) != nullptr) looking.seen.push_back(task->id);
    }
    const std::string segment = absl::StrCat(Numbered(kPlan, number), ".seen");
    Context own(ctx, segment);
    Context kept(own, kFailureSegment);
    const std::uint64_t hash = HashBytes(TextOf(progress.goal()));
    CO_TRY(const std::optional<Json> recorded, RecallDecision(hash, kept));
    if (recorded && IsOf(progress.graph(), *recorded)) {
      looking.seen = recorded->get<std::vector<std::string>>();
      looking.now = std::all_of(looking.seen.begin(), looking.seen.end(),
                                [&](const std::string& id) { return progress.result(id) != nullptr; });
      looking.later = !looking.now;
      co_return looking;
    }
    looking.now = IsWorthLooking(progress, looking.seen, number - 1);
    const Standing standing(progress, looking.seen);
    if (looking.now && standing.any_failed()) {
      CO_CHECK_OK(co_await RecordDecision(Json(looking.seen), hash, kept));
    }
    co_return looking;
  }

  static bool IsOf(const TaskGraph& graph, const Json& ids) {
    return ids.is_array() && std::all_of(ids.begin(), ids.end(), [&](const Json& id) {
             return id.is_string() && graph.Find(id.get_ref<const std::string&>()) != nullptr;
           });
  }

  // `last`: the review before, which needs what it has seen.
  static bool IsWorthLooking(const Progress& progress, const std::vector<std::string>& seen, int last) {
    const Task* review = progress.graph().Find(Numbered(kPlan, last));
    const Standing before(progress, review == nullptr ? std::vector<std::string>() : review->needs);
    const auto is_news = [&](const std::string& id) { return !before.has_ended(id) && !before.failed(id); };
    if (progress.running() == 0) return std::any_of(seen.begin(), seen.end(), is_news);
    const Standing standing(progress, seen);
    for (const Task* task : standing.tasks()) {
      for (const std::string& need : task->needs) {
        if (standing.has_ended(need) && standing.failed(need) && is_news(need)) return true;
      }
    }
    return false;
  }

  Task Review(const Progress& progress, const std::vector<std::string>& seen, int number) const {
    Task task{.id = Numbered(kPlan, number), .needs = seen};
    const auto scope = std::make_shared<const PlanScope>(ReviewScope(progress, number, seen));
    AgentFn ask = [this, scope](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
      Reply reply;
      CO_TRY(reply.data, co_await AskForPlan(std::move(prompt), *scope, ctx));
      reply.text = DumpJson(*reply.data);
      co_return reply;
    };
    const AgentCard card{kPlan, "Looks at a plan again"};
    AgentPtr asking = KeepsFailure(MakeFunctionAgent(card, std::move(ask)));
    task.agent = MakeFunctionAgent(
        card, [asking = std::move(asking)](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
          absl::StatusOr<Reply> reply = co_await asking->Run(std::move(prompt), ctx);
          if (!reply.ok() && ctx.status().ok())
            ctx.Emit(event::Warning{absl::StrCat("the plan stays as it is: ", Describe(reply.status()))});
          co_return reply;
        });
    task.prompt = PromptTemplate([text = ReviewText(progress, seen, number)](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(patterns::AskWithImages(inputs.goal(), text));
    });
    task.when = [](const TaskInputs&) { return absl::StatusOr<bool>(true); };  // also where all has failed
    task.on_failure = OnFailure::Skip();
    return task;
  }

  // What the review `number` may build on: all but what has failed.
  PlanScope ReviewScope(const Progress& progress, int number, const std::vector<std::string>& seen) const {
    PlanScope scope = ScopeOf(progress.roster(), number);
    const Standing standing(progress, seen);
    for (const Task* task : standing.tasks()) {
      if (!standing.failed(task->id))
        scope.earlier.push_back({task->id, task->agent->card().name, *BriefOf(*task), task->needs});
    }
    return scope;
  }

  // What the review `number` has planned, unless it is in the graph already.
  absl::StatusOr<std::vector<Task>> NewTasks(const Progress& progress, int number) const {
    const Reply* plan = ReplyOf(progress, Numbered(kPlan, number));
    if (plan == nullptr || plan->data->at("tasks").empty()) return std::vector<Task>();
    const std::string prefix = absl::StrCat("r", number, ".");
    std::vector<std::string> seen = progress.graph().Find(Numbered(kPlan, number))->needs;
    for (const Task* task : Planned(progress.graph())) {
      if (task->id.rfind(prefix, 0) == 0) return std::vector<Task>();
    }
    return patterns::TasksOf(*plan->data, ReviewScope(progress, number, seen));
  }

  std::string ReviewText(const Progress& progress, const std::vector<std::string>& seen, int number) const {
    std::string text =
        absl::StrCat("Goal: ", TextOf(progress.goal()), "\n\n", DescribeRoster(progress.roster()),
                     patterns::FilesNote(progress.goal()), "\nDone so far:\n");
    const Standing standing(progress, seen);
    const int share = patterns::ShareOf(options_.result_tokens, standing.tasks().size());
    bool running = false;
    for (const Task* task : standing.tasks()) {
      Reply brief;
      brief.text = *BriefOf(*task);
      absl::StrAppend(&text, "\n## ", task->id, " (", task->agent->card().name,
                      ")\nBrief: ", Condense(brief, share / 4), "\n");
      const Reply* reply = ReplyOf(progress, task->id);
      const bool has_ended = standing.has_ended(task->id);
      if (has_ended && reply != nullptr) {
        absl::StrAppend(&text, Condense(*reply, share), "\n");
      } else if (has_ended) {
        absl::StrAppend(&text, "(failed: ", patterns::WhyNot(progress, task->id), ")\n");
      } else if (standing.failed(task->id)) {
        absl::StrAppend(&text, "(will not be done: what it needs has failed)\n");
      } else {
        running = true;
        absl::StrAppend(&text, "(not done yet; it may be needed)\n");
      }
    }
    if (standing.any_failed()) {
      absl::StrAppend(
          &text,
          "\nSome tasks failed. Where the goal needs them, put others in their place that get round "
          "the reason: another agent, another brief, smaller steps; also in the place of those that needed "
          "them. Do not repeat a task as it was unless the reason may have passed. What is done is kept.");
    }
    absl::StrAppend(&text, "\nPlan only what is still missing for the goal",
                    running ? " beside what is not done yet" : "", "; an empty list when nothing is.");
    if (number > options_.replans) absl::StrAppend(&text, " This is the last time that you can add tasks.");
    return text;
  }

  // --- The end ---

  static absl::Status SomethingIsDone(const Progress& progress, int last) {
    const TaskResult* first_failure = nullptr;
    for (const Task* task : Planned(progress.graph())) {
      const TaskResult* result = progress.result(task->id);
      if (result->reply != nullptr) return absl::OkStatus();
      if (first_failure == nullptr) first_failure = result;
    }
    const TaskResult* review = progress.result(Numbered(kPlan, last));
    if (review != nullptr && review->reply == nullptr) return review->status;
    return Annotate(first_failure->status, "no task of the plan has given anything");
  }

  Task Merge(const TaskGraph& graph) const {
    Task merge{.id = kMerge, .agent = KeepsFailure(aggregator_)};
    for (const Task* task : Planned(graph)) merge.needs.push_back(task->id);
    const std::vector<std::string> ids = merge.needs;
    if (const int last = LastReview(graph); last > 1) merge.needs.push_back(Numbered(kPlan, last));
    merge.prompt = PromptTemplate([ids, tokens = options_.result_tokens](const TaskInputs& inputs) {
      return Digest(inputs, ids, kMergeRequest, patterns::ShareOf(tokens, ids.size()));
    });
    merge.on_failure = OnFailure::Skip();
    return merge;
  }

  // The merged answer; where the merge has failed, what there is side by side.
  absl::StatusOr<Extension> End(const Progress& progress, Context& ctx) const {
    const TaskGraph& graph = progress.graph();
    const int last = LastReview(graph);
    CHECK_OK(SomethingIsDone(progress, last));
    const Reply* merged = ReplyOf(progress, kMerge);
    Reply reply;
    Json tasks = Json::array();
    for (const Task* task : Planned(graph)) {
      const Reply* done = ReplyOf(progress, task->id);
      const std::string& agent = task->agent->card().name;
      tasks.push_back({{"id", task->id}, {"agent", agent}, {"done", done != nullptr}});
      if (done == nullptr) tasks.back()["failed"] = patterns::WhyNot(progress, task->id);
      if (done == nullptr || merged != nullptr) continue;
      absl::StrAppend(&reply.text, "## ", task->id, " (", agent, ")\n", Readable(*done), "\n\n");
      patterns::AddEvidence(*done, reply);
      reply.dissent.insert(reply.dissent.end(), done->dissent.begin(), done->dissent.end());
    }
    Json report = {{"tasks", std::move(tasks)}, {"plans", last}, {"members", RosterNames(progress.roster())}};
    const std::string review = Numbered(kPlan, last);
    if (last > 1 && ReplyOf(progress, review) == nullptr)
      report["plan_failed"] = patterns::WhyNot(progress, review);
    if (merged != nullptr) {
      reply = *merged;
      reply.conversation = Conversation();
    } else {
      const std::string why = patterns::WhyNot(progress, kMerge);
      absl::StrAppend(&reply.text, "Not merged: ", why);
      ctx.Emit(event::Warning{absl::StrCat("plan: not merged: ", why)});
      report["merge_failed"] = why;
    }
    reply.report = std::move(report);
    std::vector<std::string> needs;
    for (const Task& task : graph.tasks()) needs.push_back(task.id);
    return patterns::Ending(std::move(reply), std::move(needs), "plan");
  }

  ModelPlannerOptions options_;
  AgentPtr aggregator_;
};

}  // namespace

PlannerPtr ModelPlanner(ModelPlannerOptions options) {
  patterns::Require(options.model != nullptr, "ModelPlanner: there is no model");
  patterns::Require(options.tasks_max >= 1 && options.replans >= 0,
                    "ModelPlanner: tasks_max must be at least 1, and replans not negative");
  return std::make_shared<ModelMade>(std::move(options));
}

}  // namespace ninefold
