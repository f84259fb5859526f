// talk.1, talk.2, …: each is one agent's turn; the last is the answer. A turn is an answer or a choice of
// whom to hand to; one that is not allowed is sent back with the reason.
#include <algorithm>
#include <optional>
#include <set>
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
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::kNobody;
using patterns::Numbered;
using patterns::ReplyOf;
using patterns::TextAt;

constexpr char kTalk[] = "talk";

// What one turn has come to.
struct Said {
  std::string who, text, to, why;
};

// With its own words for a hand-off that goes nowhere.
absl::Status CheckTurn(const Json& turn, const std::string& who, const std::vector<std::string>& may,
                       const std::set<std::string>& handed) {
  const std::string& to = TextAt(turn, "hand_to");
  if (to == kNobody) {
    if (!TextAt(turn, "answer").empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("/answer: it is empty, and nobody else is to answer");
  }
  if (std::find(may.begin(), may.end(), to) != may.end()) return absl::OkStatus();
  if (to == who) return absl::InvalidArgumentError("/hand_to: that is you; answer, or choose another");
  if (handed.contains(to)) {
    return absl::InvalidArgumentError(absl::StrCat("/hand_to: you have handed to \"", to,
                                                   "\" before, and the talk came back; answer yourself"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("/hand_to: you may not hand to \"", to, "\"", DidYouMean(to, may),
                   may.empty() ? "; answer yourself" : "; you may hand to ", absl::StrJoin(may, ", ")));
}

class HandOffPlan : public Planner {
 public:
  explicit HandOffPlan(HandOffOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context&) const override {
    CO_CHECK_OK(CheckNames(roster));
    TaskGraph graph;
    AgentPtr first = options_.first.empty() ? roster.front() : FindMember(roster, options_.first);
    Task task = Turn(1, std::move(first), roster, goal, {});
    CO_CHECK_OK(graph.Add(std::move(task)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const int turns = patterns::CountOf(progress.graph(), kTalk);
    std::vector<Said> said;
    for (int turn = 1; turn <= turns; ++turn) {
      const std::string id = Numbered(kTalk, turn);
      const Reply* reply = ReplyOf(progress, id);
      if (reply == nullptr) co_return Unfinished(progress, said, id, ctx);
      said.push_back({progress.graph().Find(id)->agent->card().name, TextAt(*reply->data, "answer"),
                      TextAt(*reply->data, "hand_to"), TextAt(*reply->data, "why")});
    }
    if (said.back().to == kNobody) co_return End(progress, said, said.size() - 1);
    AgentPtr next = FindMember(progress.roster(), said.back().to);
    Task task = Turn(turns + 1, std::move(next), progress.roster(), progress.goal(), said);
    // All of them: what any has cited is in the talk, and may be cited again.
    for (int turn = 1; turn <= turns; ++turn) task.needs.push_back(Numbered(kTalk, turn));
    extension.tasks.push_back(std::move(task));
    extension.output = Numbered(kTalk, turns + 1);
    co_return extension;
  }

 private:
  absl::Status CheckNames(const Roster& roster) const {
    if (roster.empty()) return absl::InvalidArgumentError("a hand-off needs agents");
    CHECK_OK(patterns::CheckReserved(roster, kNobody));
    std::vector<std::string> names;
    for (const AgentPtr& member : roster) names.push_back(member->card().name);
    const auto known = [&](const std::string& name, const char* where) {
      if (FindMember(roster, name) != nullptr) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": there is no agent \"", name, "\"", DidYouMean(name, names)));
    };
    if (!options_.first.empty()) CHECK_OK(known(options_.first, "first"));
    for (const auto& [from, to] : options_.may) {
      CHECK_OK(known(from, "may"));
      for (const std::string& name : to) CHECK_OK(known(name, "may"));
    }
    return absl::OkStatus();
  }

  // Whom `who` may hand to now: not itself, and nobody twice, so that the talk does not go in circles.
  std::vector<std::string> MayHandTo(const std::string& who, const Roster& roster,
                                     const std::set<std::string>& handed) const {
    std::vector<std::string> names;
    const auto allowed = options_.may.find(who);
    for (const AgentPtr& member : roster) {
      const std::string& name = member->card().name;
      const bool listed =
          allowed == options_.may.end() ||
          std::find(allowed->second.begin(), allowed->second.end(), name) != allowed->second.end();
      if (name != who && listed && !handed.contains(name)) names.push_back(name);
    }
    return names;
  }

  Task Turn(int number, AgentPtr agent, const Roster& roster, const Goal& goal,
            const std::vector<Said>& said) const {
    const std::string who = agent->card().name;
    std::set<std::string> handed;
    for (const Said& turn : said) {
      if (turn.who == who) handed.insert(turn.to);
    }
    std::vector<std::string> may;
    if (number <= options_.hand_offs) may = MayHandTo(who, roster, handed);
    // The form has all names: whoever chooses one that it may not is told why, which a schema cannot.
    std::vector<std::string> choices;
    for (const AgentPtr& member : roster) choices.push_back(member->card().name);
    choices.emplace_back(kNobody);
    const auto form =
        Form("turn",
             ObjectSchema(
                 {{"answer", TextSchema("Your answer; when you hand over, what you have found so far")},
                  {"hand_to", ChoiceSchema(std::move(choices), "Who is to go on; nobody: you have answered")},
                  {"why", TextSchema("Why it is handed over and what is to be done; else empty")}}));
    Task task{.id = Numbered(kTalk, number)};
    task.agent = InForm(std::move(agent), form,
                        [who, may, handed](const Json& turn) { return CheckTurn(turn, who, may, handed); });
    if (LastFinding(said)) {  // that would be the answer
      task.agent = KeepsFailure(std::move(task.agent));
      task.on_failure = OnFailure::Skip();
    }
    std::string colleagues;
    for (const AgentPtr& member : roster) {
      if (std::find(may.begin(), may.end(), member->card().name) != may.end())
        absl::StrAppend(&colleagues, "- ", member->card().name, ": ", member->card().description, "\n");
    }
    Prompt prompt = PromptOf(goal, said, colleagues);
    task.prompt = PromptTemplate(
        [prompt = std::move(prompt)](const TaskInputs&) { return absl::StatusOr<Prompt>(prompt); });
    return task;
  }

  // The talk so far goes before the prompt as a conversation of texts alone: calls of tools that the next
  // agent does not have, and thoughts of another model, would be refused by vendors. The question stands at
  // its beginning, and files are in the prompt: each once, however often it is handed over.
  Prompt PromptOf(const Goal& goal, const std::vector<Said>& said, const std::string& colleagues) const {
    Prompt prompt = patterns::AskWithFiles(goal, "");
    prompt.history = goal.history;
    std::string asked = TextOf(goal);
    for (const Said& turn : said) {
      prompt.history = prompt.history.With(UserMessage(std::move(asked)));
      Reply readable;
      readable.text = turn.text.empty() ? absl::StrCat("I hand over to ", turn.to, ".") : turn.text;
      prompt.history = prompt.history.With(AssistantMessage(Condense(readable, options_.talk_tokens)));
      asked = absl::StrCat(turn.who, " hands the talk over to you, ", turn.to, turn.why.empty() ? "" : ": ",
                           turn.why);
    }
    std::string text = std::move(asked);
    if (!said.empty()) absl::StrAppend(&text, "\nGo on from there.");
    if (colleagues.empty()) {
      absl::StrAppend(&text, "\n\nAnswer yourself, as well as you can: there is nobody to hand over to.");
    } else {
      absl::StrAppend(&text, "\n\nAnswer the question, or hand the talk over to whom it suits better:\n",
                      colleagues);
    }
    prompt.parts[0] = Text{std::move(text)};
    return prompt;
  }

  // The last turn that said something.
  static std::optional<std::size_t> LastFinding(const std::vector<Said>& said) {
    for (std::size_t i = said.size(); i-- > 0;) {
      if (!said[i].text.empty()) return i;
    }
    return std::nullopt;
  }

  // The turn `id` failed: the answer is what was found before it. With nothing found the run has failed.
  Extension Unfinished(const Progress& progress, const std::vector<Said>& said, const std::string& id,
                       Context& ctx) const {
    const std::optional<std::size_t> found = LastFinding(said);
    if (!found) return Extension();
    const std::string who = progress.graph().Find(id)->agent->card().name;
    const std::string why = patterns::WhyNot(progress, id);
    ctx.Emit(event::Warning{absl::StrCat("hand-off: ", who, " failed: ", why, "; the answer is what ",
                                         said[*found].who, " said before")});
    return End(progress, said, *found, {{"agent", who}, {"failed", why}});
  }

  // The answer is what `said[last]` says. `failed`: the step of the path that was not made.
  Extension End(const Progress& progress, const std::vector<Said>& said, std::size_t last,
                Json failed = {}) const {
    Reply reply;
    Json path = Json::array();
    std::vector<std::string> needs;
    for (std::size_t i = 0; i < said.size(); ++i) {
      needs.push_back(Numbered(kTalk, int(i) + 1));
      const Reply& turn = *ReplyOf(progress, needs.back());
      patterns::AddEvidence(turn, reply);
      if (i == last) reply.dissent = turn.dissent;
      path.push_back({{"agent", said[i].who}, {"why", said[i].why}});
    }
    reply.text = said[last].text;
    reply.report = Json{{"agent", said[last].who}};
    if (!failed.is_null()) {
      const std::string& why = TextAt(failed, "failed");
      absl::StrAppend(&reply.text, "\n\nNot finished: ", TextAt(failed, "agent"),
                      ", to whom it was handed over, failed: ", why);
      (*reply.report)["failed"] = why;
      path.push_back(std::move(failed));
    }
    (*reply.report)["hand_offs"] = path.size() - 1;
    (*reply.report)["path"] = std::move(path);
    return patterns::Ending(std::move(reply), std::move(needs), "hand_off");
  }

  HandOffOptions options_;
};

}  // namespace

PlannerPtr HandOffPlanner(HandOffOptions options) {
  return std::make_shared<HandOffPlan>(std::move(options));
}

}  // namespace ninefold
