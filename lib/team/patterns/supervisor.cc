// lead.1; its briefs brief.1.1, brief.1.2, … at once; lead.2, which reads what came of them; … answer.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "base/try.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/ask_model.h"
#include "team/condense.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::Numbered;
using patterns::ReplyOf;
using patterns::TextAt;

constexpr char kLead[] = "lead";

std::string BriefId(int round, std::size_t i) { return absl::StrCat("brief.", round, ".", i + 1); }

struct GivenBrief {
  std::string id, agent, brief;
};

// What a lead's answer says beyond its schema.
absl::Status CheckLead(const Json& value, const std::vector<std::string>& names, std::size_t left) {
  const Json& tasks = value.at("tasks");
  if (tasks.empty() && TextAt(value, "answer").empty())
    return absl::InvalidArgumentError("/answer: it is empty, and there are no tasks either");
  if (tasks.size() > left) {
    return absl::InvalidArgumentError(left == 0
                                          ? "/tasks: no more tasks can be given; answer with what there is"
                                          : absl::StrCat("/tasks: at most ", left, " more can be given"));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::string& agent = TextAt(tasks[i], "agent");
    if (std::find(names.begin(), names.end(), agent) == names.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("/tasks/", i, "/agent: there is no agent \"", agent, "\"", DidYouMean(agent, names)));
    }
    if (TextAt(tasks[i], "brief").empty())
      return absl::InvalidArgumentError(absl::StrCat("/tasks/", i, "/brief: it is empty"));
  }
  return absl::OkStatus();
}

class SupervisorPlan : public Planner {
 public:
  explicit SupervisorPlan(SupervisorOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a supervisor needs agents to give briefs to");
    TaskGraph graph;
    CO_CHECK_OK(graph.Add(Lead(1, roster, {})));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const int round = patterns::CountOf(progress.graph(), kLead);
    const Reply* lead = ReplyOf(progress, Numbered(kLead, round));
    std::vector<GivenBrief> briefs = Briefs(progress, round);
    if (lead == nullptr || lead->data->at("tasks").empty()) co_return End(progress, lead, round, briefs);
    for (std::size_t i = 0; i < briefs.size(); ++i) {
      if (progress.graph().Find(briefs[i].id) == nullptr)
        extension.tasks.push_back(Member(briefs[i], FindMember(progress.roster(), briefs[i].agent)));
    }
    extension.tasks.push_back(Lead(round + 1, progress.roster(), briefs));
    extension.output = Numbered(kLead, round + 1);
    co_return extension;
  }

 private:
  // All that leads have asked for, up to `round`.
  static std::vector<GivenBrief> Briefs(const Progress& progress, int round) {
    std::vector<GivenBrief> briefs;
    for (int r = 1; r <= round; ++r) {
      const Reply* lead = ReplyOf(progress, Numbered(kLead, r));
      if (lead == nullptr) continue;
      const Json& tasks = lead->data->at("tasks");
      for (std::size_t i = 0; i < tasks.size(); ++i)
        briefs.push_back({BriefId(r, i), TextAt(tasks[i], "agent"), TextAt(tasks[i], "brief")});
    }
    return briefs;
  }

  static Task Member(const GivenBrief& brief, AgentPtr agent) {
    Task task{.id = brief.id, .agent = KeepsFailure(std::move(agent))};
    task.prompt = PromptTemplate([text = brief.brief](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(
          inputs.goal(), absl::StrCat(text, "\n\nThe goal it is for: ", TextOf(inputs.goal()))));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Lead(int round, const Roster& roster, const std::vector<GivenBrief>& briefs) const {
    std::vector<std::string> names;
    for (const AgentPtr& member : roster) names.push_back(member->card().name);
    const std::size_t most = std::size_t(options_.tasks_max);
    const std::size_t left = round > options_.rounds ? 0 : most - std::min(most, briefs.size());
    // A name that is none is answered with a did-you-mean, which is why the schema does not list them.
    const auto form =
        Form("briefs",
             ObjectSchema({{"tasks", ListSchema(ObjectSchema({{"agent", TextSchema("Its name")},
                                                              {"brief", TextSchema("All that the agent must "
                                                                                   "know and do")}}),
                                                "What members are to do next, all at once; empty when you "
                                                "answer")},
                           {"answer", TextSchema("The answer to the goal; empty while there are tasks")}}));
    Task task{.id = Numbered(kLead, round)};
    task.agent = InForm(options_.lead, form,
                        [names, left](const Json& value) { return CheckLead(value, names, left); });
    for (const GivenBrief& brief : briefs) task.needs.push_back(brief.id);
    if (round > 1) task.needs.push_back(Numbered(kLead, round - 1));
    task.prompt = PromptTemplate([briefs, left, roster = DescribeRoster(roster),
                                  tokens = options_.result_tokens](const TaskInputs& inputs) {
      std::string text = absl::StrCat("Goal: ", TextOf(inputs.goal()), "\n\n", roster);
      if (!briefs.empty()) absl::StrAppend(&text, "\nReports on what you asked for:\n");
      for (const GivenBrief& brief : briefs) {
        const Reply* reply = ReplyOf(inputs, brief.id);
        Reply asked;
        asked.text = brief.brief;
        absl::StrAppend(
            &text, "\n## ", brief.agent, ", ", brief.id, "\nBrief: ", Condense(asked, tokens), "\n",
            reply != nullptr ? Condense(*reply, tokens)
                             : absl::StrCat("(failed: ", Describe(inputs.Find(brief.id)->status), ")"),
            "\n");
      }
      absl::StrAppend(&text, left == 0
                                 ? "\nNo more tasks can be given: answer the goal with what there is."
                                 : absl::StrCat("\nGive tasks (at most ", left,
                                                "), each with all that the agent must know, or answer the "
                                                "goal when the reports suffice. Keep quotes with their "
                                                "places, written as \"quote\" [source:lines]."));
      return absl::StatusOr<Prompt>(patterns::AskWithImages(inputs.goal(), std::move(text)));
    });
    if (round > 1) {  // later, what was found is the answer
      task.agent = KeepsFailure(std::move(task.agent));
      task.on_failure = OnFailure::Skip();
    }
    return task;
  }

  // The lead's answer; when the lead has failed, what its members found, side by side.
  absl::StatusOr<Extension> End(const Progress& progress, const Reply* lead, int round,
                                const std::vector<GivenBrief>& briefs) const {
    Reply reply;
    Json tasks = Json::array();
    std::vector<std::string> needs{Numbered(kLead, round)};
    std::string found;
    for (const GivenBrief& brief : briefs) {
      const Reply* result = ReplyOf(progress, brief.id);
      needs.push_back(brief.id);
      tasks.push_back({{"id", brief.id}, {"agent", brief.agent}, {"done", result != nullptr}});
      if (result == nullptr) continue;
      absl::StrAppend(&found, found.empty() ? "" : "\n\n", "## ", brief.agent, "\n", result->text);
      reply.dissent.insert(reply.dissent.end(), result->dissent.begin(), result->dissent.end());
      if (lead == nullptr) patterns::AddEvidence(*result, reply);
    }
    std::string stop = "answered";
    if (round > options_.rounds) stop = "rounds";
    if (briefs.size() >= std::size_t(options_.tasks_max)) stop = "tasks";
    if (lead != nullptr) {
      reply.text = TextAt(*lead->data, "answer");
      reply.evidence = lead->evidence;
      reply.dissent.insert(reply.dissent.end(), lead->dissent.begin(), lead->dissent.end());
    } else {
      const TaskResult* result = progress.result(Numbered(kLead, round));
      stop = absl::StrCat("the lead failed: ", Describe(result->status));
      if (found.empty()) return Annotate(result->status, "the lead");
      reply.text = std::move(found);
    }
    reply.report = Json{{"stop", std::move(stop)}, {"rounds", round - 1}, {"tasks", std::move(tasks)}};
    return patterns::Ending(std::move(reply), std::move(needs), "supervisor");
  }

  SupervisorOptions options_;
};

}  // namespace

PlannerPtr SupervisorPlanner(SupervisorOptions options) {
  patterns::Require(options.lead != nullptr, "SupervisorPlanner: there is no lead");
  return std::make_shared<SupervisorPlan>(std::move(options));
}

}  // namespace ninefold
