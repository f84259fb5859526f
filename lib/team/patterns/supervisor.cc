// lead.1; its briefs brief.1.1, brief.1.2, … at once; lead.2, which reads what came of them; … answer.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/try.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/ask_model.h"
#include "team/condense.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/fields.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::Numbered;
using patterns::ReplyOf;
using patterns::TextAt;

constexpr char kLead[] = "lead";
constexpr int kBriefShare = 4;  // of a result's tokens, for the brief that is repeated before it

struct GivenBrief {
  std::string id, agent, brief;
  std::vector<std::string> needs;  // ids of earlier ones
  bool done = false;               // it has a result
};

std::string BriefId(int round, std::size_t i) { return absl::StrCat("brief.", round, ".", i + 1); }

std::shared_ptr<const OutputSchema> BriefsForm() {
  // A name that is none is answered with a did-you-mean, which is why the schema does not list them.
  Json brief = ObjectSchema(
      {{"agent", TextSchema("Its name")},
       {"brief", TextSchema("All that the agent must know and do")},
       {"needs", ListSchema(TextSchema("As brief.1.2"), "Earlier briefs whose results it must see")},
       {"fields", patterns::FieldsSchema()}});
  brief["required"] = {"agent", "brief"};
  return Form(
      "briefs",
      ObjectSchema({{"tasks", ListSchema(std::move(brief),
                                         "What members are to do next, all at once; empty when you answer")},
                    {"answer", TextSchema("The answer to the goal; empty while there are tasks")}}));
}

// Looks at what a lead's answer says beyond its schema.
struct LeadCheck {
  std::vector<std::string> names;
  std::shared_ptr<const std::vector<GivenBrief>> given;  // in earlier rounds, as the lead was told of them
  std::size_t left = 0;                                  // how many more may be given

  absl::Status operator()(const Json& value) const {
    const Json& tasks = value.at("tasks");
    if (tasks.empty() && TextAt(value, "answer").empty())
      return absl::InvalidArgumentError("/answer: it is empty, and there are no tasks either");
    if (tasks.size() > left) {
      return absl::InvalidArgumentError(left == 0
                                            ? "/tasks: no more tasks can be given; answer with what there is"
                                            : absl::StrCat("/tasks: at most ", left, " more can be given"));
    }
    std::vector<GivenBrief> all = *given;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const absl::Status wrong = CheckOne(tasks[i], all);
      if (!wrong.ok()) return absl::InvalidArgumentError(absl::StrCat("/tasks/", i, Describe(wrong)));
      all.push_back({absl::StrCat("tasks/", i), TextAt(tasks[i], "agent"), TextAt(tasks[i], "brief"),
                     patterns::TextsAt(tasks[i], "needs"), true});
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckOne(const Json& task, const std::vector<GivenBrief>& all) const {
    const std::string &agent = TextAt(task, "agent"), &brief = TextAt(task, "brief");
    if (std::find(names.begin(), names.end(), agent) == names.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("/agent: there is no agent \"", agent, "\"", DidYouMean(agent, names)));
    }
    if (brief.empty()) return absl::InvalidArgumentError("/brief: it is empty");
    const std::vector<std::string> needs = patterns::TextsAt(task, "needs");
    for (const GivenBrief& one : all) {  // what failed may be tried again
      if (one.done && one.agent == agent && one.brief == brief && one.needs == needs)
        return absl::InvalidArgumentError(absl::StrCat("/brief: ", agent, " has it already, as ", one.id));
    }
    std::vector<std::string> ids;
    for (const GivenBrief& one : *given) {
      if (one.done) ids.push_back(one.id);
    }
    for (const std::string& need : needs) {
      if (std::find(ids.begin(), ids.end(), need) != ids.end()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("/needs: there is no earlier brief \"", need, "\" with a result",
                       ids.empty() ? "" : absl::StrCat("; there are ", absl::StrJoin(ids, ", "))));
    }
    const Json* fields = GetMember(task, "fields");
    const absl::Status form =
        fields == nullptr ? absl::OkStatus() : patterns::FormOfFields(*fields, "report").status();
    return form.ok() ? form : absl::InvalidArgumentError(absl::StrCat("/fields: ", Describe(form)));
  }
};

class SupervisorPlan : public Planner {
 public:
  explicit SupervisorPlan(SupervisorOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a supervisor needs agents to give briefs to");
    TaskGraph graph;
    CO_CHECK_OK(graph.Add(Lead(1, roster, {})));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const int round = patterns::CountOf(progress.graph(), kLead);
    const Reply* lead = ReplyOf(progress, Numbered(kLead, round));
    std::vector<GivenBrief> briefs = Briefs(progress, round);
    if (lead == nullptr || lead->data->at("tasks").empty()) co_return End(progress, lead, round, briefs, ctx);
    if (progress.graph().Find(BriefId(round, 0)) == nullptr) {
      const auto known = EvidenceOf(progress, briefs);
      const Json& tasks = lead->data->at("tasks");
      const std::size_t first = briefs.size() - tasks.size();
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        CO_TRY(Task member, Member(briefs[first + i], tasks[i], round, known, progress.roster()));
        extension.tasks.push_back(std::move(member));
      }
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
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        briefs.push_back({BriefId(r, i), TextAt(tasks[i], "agent"), TextAt(tasks[i], "brief"),
                          patterns::TextsAt(tasks[i], "needs"), ReplyOf(progress, BriefId(r, i)) != nullptr});
      }
    }
    return briefs;
  }

  // The places in what members have found so far.
  static std::shared_ptr<const std::vector<Citation>> EvidenceOf(const Progress& progress,
                                                                 const std::vector<GivenBrief>& briefs) {
    Reply all;
    for (const GivenBrief& brief : briefs) {
      if (const Reply* reply = ReplyOf(progress, brief.id)) patterns::AddEvidence(*reply, all);
    }
    return std::make_shared<const std::vector<Citation>>(std::move(all.evidence));
  }

  absl::StatusOr<Task> Member(const GivenBrief& brief, const Json& task_json, int round,
                              std::shared_ptr<const std::vector<Citation>> known,
                              const Roster& roster) const {
    AgentPtr agent = FindMember(roster, brief.agent);
    if (const Json* fields = GetMember(task_json, "fields")) {
      TRY(const auto form, patterns::FormOfFields(*fields, "report"));
      if (form != nullptr) agent = InForm(std::move(agent), form);
    }
    Task task{.id = brief.id, .agent = KeepsFailure(std::move(agent)), .needs = {Numbered(kLead, round)}};
    task.needs.insert(task.needs.end(), brief.needs.begin(), brief.needs.end());
    task.prompt = PromptTemplate(
        [brief, known = std::move(known), tokens = options_.result_tokens](const TaskInputs& inputs) {
          std::string text = absl::StrCat(brief.brief, "\n\nThe goal it is for: ", TextOf(inputs.goal()));
          const int share = patterns::ShareOf(tokens, brief.needs.size());
          for (const std::string& need : brief.needs)
            absl::StrAppend(&text, "\n\n## ", need, "\n", Condense(*ReplyOf(inputs, need), share));
          Prompt prompt = patterns::AskWithFiles(inputs.goal(), std::move(text));
          prompt.known.insert(prompt.known.end(), known->begin(), known->end());
          return absl::StatusOr<Prompt>(std::move(prompt));
        });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Lead(int round, const Roster& roster, const std::vector<GivenBrief>& briefs) const {
    // Whether they are done is known when the prompt is made.
    const auto given = std::make_shared<std::vector<GivenBrief>>(briefs);
    LeadCheck check{{}, given, 0};
    for (const AgentPtr& member : roster) check.names.push_back(member->card().name);
    const std::size_t most = std::size_t(options_.tasks_max);
    const std::size_t left = round > options_.rounds ? 0 : most - std::min(most, briefs.size());
    check.left = left;
    Task task{.id = Numbered(kLead, round)};
    task.agent = InForm(options_.lead, BriefsForm(), std::move(check));
    for (const GivenBrief& brief : briefs) task.needs.push_back(brief.id);
    if (round > 1) task.needs.push_back(Numbered(kLead, round - 1));
    task.prompt = PromptTemplate([given, left, roster = DescribeRoster(roster),
                                  tokens = options_.result_tokens](const TaskInputs& inputs) {
      std::string text =
          absl::StrCat("Goal: ", TextOf(inputs.goal()), "\n\n", roster, patterns::FilesNote(inputs.goal()));
      for (GivenBrief& brief : *given) brief.done = ReplyOf(inputs, brief.id) != nullptr;
      AppendReports(*given, tokens, inputs, text);
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

  static void AppendReports(const std::vector<GivenBrief>& briefs, int tokens, const TaskInputs& inputs,
                            std::string& text) {
    if (!briefs.empty()) absl::StrAppend(&text, "\nReports on what you asked for:\n");
    const int share = patterns::ShareOf(tokens, briefs.size());
    for (const GivenBrief& brief : briefs) {
      const Reply* reply = ReplyOf(inputs, brief.id);
      Reply asked;
      asked.text = brief.brief;
      absl::StrAppend(&text, "\n## ", brief.agent, ", ", brief.id,
                      "\nBrief: ", Condense(asked, share / kBriefShare), "\n",
                      reply != nullptr
                          ? Condense(*reply, share)
                          : absl::StrCat("(failed: ", Describe(inputs.Find(brief.id)->status), ")"),
                      "\n");
    }
  }

  // The lead's answer; when the lead has failed, what its members found, side by side.
  absl::StatusOr<Extension> End(const Progress& progress, const Reply* lead, int round,
                                const std::vector<GivenBrief>& briefs, Context& ctx) const {
    Reply reply;
    Json tasks = Json::array();
    std::vector<std::string> needs{Numbered(kLead, round)};
    std::string found;
    for (const GivenBrief& brief : briefs) {
      const Reply* result = ReplyOf(progress, brief.id);
      needs.push_back(brief.id);
      tasks.push_back({{"id", brief.id}, {"agent", brief.agent}, {"done", result != nullptr}});
      if (result == nullptr) tasks.back()["failed"] = patterns::WhyNot(progress, brief.id);
      if (result == nullptr) continue;
      absl::StrAppend(&found, "## ", brief.agent, "\n", Readable(*result), "\n\n");
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
      reply.text = absl::StrCat(found, "Not concluded: ", stop);
      ctx.Emit(event::Warning{absl::StrCat("supervisor: ", stop, "; the answer is what its members found")});
    }
    reply.report = Json{{"stop", std::move(stop)}, {"rounds", round - 1}, {"tasks", std::move(tasks)}};
    return patterns::Ending(std::move(reply), std::move(needs), "supervisor");
  }

  SupervisorOptions options_;
};

}  // namespace

PlannerPtr SupervisorPlanner(SupervisorOptions options) {
  patterns::Require(options.lead != nullptr, "SupervisorPlanner: there is no lead");
  patterns::Require(options.rounds >= 1 && options.tasks_max >= 1,
                    "SupervisorPlanner: rounds and tasks_max must be at least 1");
  return std::make_shared<SupervisorPlan>(std::move(options));
}

}  // namespace ninefold
