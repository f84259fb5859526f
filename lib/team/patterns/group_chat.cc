// turn.1, turn.2, …, with choice.N before turn N where a moderator chooses, and closing where somebody writes
// the answer. A turn that fails is said in the talk, and the next goes on.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
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

using patterns::kNobody;
using patterns::Numbered;
using patterns::ReplyOf;
using patterns::TextAt;

constexpr char kTurn[] = "turn", kChoice[] = "choice", kClosing[] = "closing";

// The latest turns as far as they fit, each at most half of what there is room for; how many are left out is
// said.
std::string TalkText(const std::vector<ChatTurn>& talk, int tokens) {
  const std::size_t room = BytesOfTokens(tokens);
  std::string text;
  std::size_t shown = 0;
  for (auto turn = talk.rbegin(); turn != talk.rend(); ++turn, ++shown) {
    Reply said;
    said.text = turn->text;
    std::string block = absl::StrCat("\n## ", turn->who, "\n", Condense(said, std::max(1, tokens / 2)), "\n");
    if (text.size() + block.size() > room && shown > 0) break;
    text = block + text;
  }
  const std::size_t left_out = talk.size() - shown;
  return left_out == 0 ? text : absl::StrCat("\n[… ", left_out, " earlier turns left out …]\n", text);
}

class GroupChatPlan : public Planner {
 public:
  explicit GroupChatPlan(GroupChatOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a group chat needs agents");
    Extension first;
    CO_CHECK_OK(Continue({}, roster, nullptr, first));
    TaskGraph graph;
    for (Task& task : first.tasks) CO_CHECK_OK(graph.Add(std::move(task)));
    if (graph.size() == 0)
      co_return absl::InvalidArgumentError("the group chat ends before anyone has spoken");
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const std::vector<ChatTurn> talk = TalkOf(progress);
    if (progress.graph().Find(kClosing) != nullptr) co_return End(progress, talk, "");
    const int choices = patterns::CountOf(progress.graph(), kChoice);
    std::string stop = WhyOver(progress, talk);
    if (stop.empty()) {
      const Reply* choice = nullptr;
      if (choices == int(talk.size()) + 1) choice = ReplyOf(progress, Numbered(kChoice, choices));
      CO_CHECK_OK(Continue(talk, progress.roster(), choice, extension));
      if (extension.tasks.empty()) stop = options_.next ? "ended" : "moderator";
    }
    if (stop.empty()) {
      extension.output = extension.tasks.back().id;
      co_return extension;
    }
    if (options_.closing == nullptr || Spoken(progress) == 0) co_return End(progress, talk, stop);
    extension.tasks.push_back(Closing(talk));
    extension.output = kClosing;
    co_return extension;
  }

 private:
  static std::vector<ChatTurn> TalkOf(const Progress& progress) {
    std::vector<ChatTurn> talk;
    for (int turn = 1; turn <= patterns::CountOf(progress.graph(), kTurn); ++turn) {
      const std::string id = Numbered(kTurn, turn);
      const Reply* reply = ReplyOf(progress, id);
      talk.push_back({progress.graph().Find(id)->agent->card().name,
                      reply != nullptr
                          ? reply->text
                          : absl::StrCat("(said nothing: ", patterns::WhyNot(progress, id), ")")});
    }
    return talk;
  }

  static int Spoken(const Progress& progress) {
    int spoken = 0;
    for (int turn = 1; turn <= patterns::CountOf(progress.graph(), kTurn); ++turn)
      spoken += ReplyOf(progress, Numbered(kTurn, turn)) != nullptr ? 1 : 0;
    return spoken;
  }

  std::string WhyOver(const Progress& progress, const std::vector<ChatTurn>& talk) const {
    if (talk.empty()) return "";
    const bool last_spoke = ReplyOf(progress, Numbered(kTurn, int(talk.size()))) != nullptr;
    if (last_spoke && !options_.until.empty() && absl::StrContains(talk.back().text, options_.until))
      return "until";
    if (options_.ended && options_.ended(talk)) return "ended";
    if (int(talk.size()) >= options_.turns) return "turns";
    // Everyone in turn has failed: more turns would too.
    const int members = int(progress.roster().size());
    if (Spoken(progress) == 0 && int(talk.size()) >= members) return "nobody speaks";
    const std::string choice = Numbered(kChoice, int(talk.size()) + 1);
    if (progress.graph().Find(choice) != nullptr && ReplyOf(progress, choice) == nullptr)
      return absl::StrCat("the moderator failed: ", patterns::WhyNot(progress, choice));
    return "";
  }

  // The next choice or turn; nothing: the talk is over.
  absl::Status Continue(const std::vector<ChatTurn>& talk, const Roster& roster, const Reply* choice,
                        Extension& extension) const {
    const int number = int(talk.size()) + 1;
    if (options_.moderator != nullptr && !options_.next && choice == nullptr) {
      extension.tasks.push_back(Choice(number, talk, roster));
      return absl::OkStatus();
    }
    std::string name;
    if (options_.next) {
      name = options_.next(talk);
    } else if (choice != nullptr) {
      name = TextAt(*choice->data, "agent");
    } else {
      name = roster[talk.size() % roster.size()]->card().name;
    }
    if (name.empty() || name == kNobody) return absl::OkStatus();
    AgentPtr speaker = FindMember(roster, name);
    if (speaker == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("next: there is no agent \"", name, "\"", DidYouMean(name, Names(roster))));
    }
    extension.tasks.push_back(Turn(number, std::move(speaker), talk));
    if (choice != nullptr) extension.tasks.back().needs.push_back(Numbered(kChoice, number));
    return absl::OkStatus();
  }

  static std::vector<std::string> Names(const Roster& roster) {
    std::vector<std::string> names;
    for (const AgentPtr& member : roster) names.push_back(member->card().name);
    return names;
  }

  Task Turn(int number, AgentPtr speaker, const std::vector<ChatTurn>& talk) const {
    Task task{.id = Numbered(kTurn, number)};
    std::string text =
        talk.empty() ? "" : absl::StrCat("\n\nThe talk so far:\n", TalkText(talk, options_.talk_tokens));
    absl::StrAppend(
        &text, "\n\nYou are ", speaker->card().name,
        ". Say what moves the talk on, briefly: what is new, what is wrong in what was said and why, or "
        "the answer when it is clear.");
    if (!options_.until.empty())
      absl::StrAppend(&text, " Write ", options_.until, " when nothing is left to be said.");
    task.agent = KeepsFailure(std::move(speaker));
    task.prompt = PromptTemplate([text = std::move(text)](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(
          patterns::AskWithFiles(inputs.goal(), absl::StrCat("Question: ", TextOf(inputs.goal()), text)));
    });
    AddNeeds(talk, task);
    task.on_failure = OnFailure::Skip();
    return task;
  }

  // What was said may be cited.
  static void AddNeeds(const std::vector<ChatTurn>& talk, Task& task) {
    for (std::size_t i = 0; i < talk.size(); ++i) task.needs.push_back(Numbered(kTurn, int(i) + 1));
    // Whatever became of them.
    if (!talk.empty()) task.when = [](const TaskInputs&) { return absl::StatusOr<bool>(true); };
  }

  Task Choice(int number, const std::vector<ChatTurn>& talk, const Roster& roster) const {
    std::vector<std::string> names = Names(roster);
    std::string text = absl::StrCat("\n\n", DescribeRoster(roster));
    if (!talk.empty()) absl::StrAppend(&text, "\nThe talk so far:\n", TalkText(talk, options_.talk_tokens));
    absl::StrAppend(&text, "\nWho is to speak next?");
    if (!talk.empty()) {
      names.emplace_back(kNobody);
      absl::StrAppend(&text, " Say nobody when the question is answered.");
    }
    Task task{.id = Numbered(kChoice, number)};
    const auto form =
        Form("choice", ObjectSchema({{"agent", ChoiceSchema(std::move(names), "Who speaks next")},
                                     {"why", TextSchema("One sentence")}}));
    task.agent = KeepsFailure(InForm(options_.moderator, form));
    task.prompt = PromptTemplate([text = std::move(text)](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(
          patterns::AskWithImages(inputs.goal(), absl::StrCat("Question: ", TextOf(inputs.goal()), text)));
    });
    AddNeeds(talk, task);
    if (!talk.empty()) task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Closing(const std::vector<ChatTurn>& talk) const {
    Task task{.id = kClosing, .agent = KeepsFailure(options_.closing)};
    const std::string text = absl::StrCat(
        "\n\nReports of a talk on it:\n", TalkText(talk, options_.talk_tokens),
        "\nWrite the answer that the talk has come to. Keep quotes with their places, written as \"quote\" "
        "[source:lines]. Where somebody still holds otherwise, say so in a line of its own: \"Dissent: NAME: "
        "what it "
        "holds\".");
    task.prompt = PromptTemplate([text](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(
          patterns::AskWithImages(inputs.goal(), absl::StrCat("Question: ", TextOf(inputs.goal()), text)));
    });
    AddNeeds(talk, task);
    task.on_failure = OnFailure::Skip();
    return task;
  }

  absl::StatusOr<Extension> End(const Progress& progress, const std::vector<ChatTurn>& talk,
                                std::string stop) const {
    if (stop.empty()) stop = WhyOver(progress, talk);
    if (stop.empty()) stop = options_.next ? "ended" : "moderator";
    Reply reply;
    Json turns = Json::array();
    std::vector<std::string> needs;
    std::string why;
    for (std::size_t i = 0; i < talk.size(); ++i) {
      const std::string id = Numbered(kTurn, int(i) + 1);
      const Reply* said = ReplyOf(progress, id);
      needs.push_back(id);
      turns.push_back({{"who", talk[i].who}, {"failed", said == nullptr}});
      if (said != nullptr) {
        reply = *said;
      } else if (why.empty()) {
        why = patterns::WhyNot(progress, id);
      }
    }
    if (Spoken(progress) == 0) {
      return absl::FailedPreconditionError(absl::StrCat("nobody has spoken in the group chat: ", why));
    }
    if (const Reply* closing = ReplyOf(progress, kClosing)) reply = *closing;
    if (progress.graph().Find(kClosing) != nullptr) needs.emplace_back(kClosing);
    reply.conversation = Conversation();
    Json report = {{"stop", std::move(stop)}, {"turns", std::move(turns)}};
    if (progress.graph().Find(kClosing) != nullptr && ReplyOf(progress, kClosing) == nullptr)
      report["closing_failed"] = patterns::WhyNot(progress, kClosing);
    reply.report = std::move(report);
    return patterns::Ending(std::move(reply), std::move(needs), "group_chat");
  }

  GroupChatOptions options_;
};

}  // namespace

PlannerPtr GroupChatPlanner(GroupChatOptions options) {
  patterns::Require(options.turns >= 1, "GroupChatPlanner: turns must be at least 1");
  return std::make_shared<GroupChatPlan>(std::move(options));
}

}  // namespace ninefold
