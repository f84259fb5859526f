// turn.1, turn.2, …, with choice.N before turn N where a moderator chooses, and closing where somebody writes
// the answer. A turn that fails is said in the talk, and the next goes on.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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

// `text` without `words`, where they stand at its end or alone on a line, perhaps in bold; nullopt: they do
// not.
std::optional<std::string> Without(const std::string& words, const std::string& text) {
  constexpr char kAround[] = " \t\r\n*_`.!\"'";
  if (words.empty()) return std::nullopt;
  for (const bool bare : {true, false}) {
    const std::size_t last = text.find_last_not_of(bare ? " \t\r\n" : kAround);
    if (last == std::string::npos || last + 1 < words.size()) continue;
    const std::size_t at = last + 1 - words.size();
    if (text.compare(at, words.size(), words) != 0) continue;
    if (at > 0 && absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) continue;  // "UNDONE"
    const std::string before = text.substr(0, at);
    return before.substr(0, before.find_last_not_of(" \t\r\n*_`") + 1);
  }
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string_view line = std::string_view(text).substr(from, end - from);
    const std::size_t begin = line.find(words);
    const bool alone = begin != std::string_view::npos &&
                       line.substr(0, begin).find_first_not_of(kAround) == std::string_view::npos &&
                       line.substr(begin + words.size()).find_first_not_of(kAround) == std::string_view::npos;
    if (alone) return absl::StrCat(text.substr(0, from), text.substr(std::min(end + 1, text.size())));
    from = end + 1;
  }
  return std::nullopt;
}

class GroupChatPlan : public Planner {
 public:
  explicit GroupChatPlan(GroupChatOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    CO_CHECK_OK(CheckNames(roster));
    Extension first;
    CO_CHECK_OK(Continue({}, roster, nullptr, first));
    TaskGraph graph;
    for (Task& task : first.tasks) CO_CHECK_OK(graph.Add(std::move(task)));
    if (graph.size() == 0)
      co_return absl::InvalidArgumentError("the group chat ends before anyone has spoken");
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const std::vector<ChatTurn> talk = TalkOf(progress);
    if (progress.graph().Find(kClosing) != nullptr) co_return End(progress, talk, ctx);
    if (WhyOver(progress, talk).empty()) {
      CO_CHECK_OK(Continue(talk, progress.roster(), ChoiceAfter(progress, talk), extension));
      if (!extension.tasks.empty()) {
        extension.output = extension.tasks.back().id;
        co_return extension;
      }
    }
    if (options_.closing == nullptr || Spoken(progress) == 0) co_return End(progress, talk, ctx);
    extension.tasks.push_back(Closing(talk));
    extension.output = kClosing;
    co_return extension;
  }

 private:
  absl::Status CheckNames(const Roster& roster) const {
    if (roster.empty()) return absl::InvalidArgumentError("a group chat needs agents");
    CHECK_OK(patterns::CheckReserved(roster, kNobody));
    if (options_.no_repeat && roster.size() < 2)
      return absl::InvalidArgumentError("no_repeat: nobody could answer a single agent; add another");
    const std::vector<std::string> names = Names(roster);
    for (const auto& [from, to] : options_.may) {
      std::vector<std::string> all = to;
      all.push_back(from);
      for (const std::string& name : all) {
        if (FindMember(roster, name) != nullptr) continue;
        return absl::InvalidArgumentError(
            absl::StrCat("may: there is no agent \"", name, "\"", DidYouMean(name, names)));
      }
    }
    return absl::OkStatus();
  }

  // Who may speak after what was said, whose turn it is first: those after the last one in the roster.
  std::vector<std::string> MaySpeak(const std::vector<ChatTurn>& talk, const Roster& roster) const {
    std::vector<std::string> names = Names(roster);
    if (talk.empty()) return names;
    const std::string& last = talk.back().who;
    const auto at = std::find(names.begin(), names.end(), last);
    if (at != names.end()) std::rotate(names.begin(), at + 1, names.end());
    const auto allowed = options_.may.find(last);
    std::erase_if(names, [&](const std::string& name) {
      if (options_.no_repeat && name == last) return true;
      return allowed != options_.may.end() &&
             std::find(allowed->second.begin(), allowed->second.end(), name) == allowed->second.end();
    });
    return names;
  }

  // The moderator's choice of who speaks after `talk`; nullptr: it has not chosen.
  static const Reply* ChoiceAfter(const Progress& progress, const std::vector<ChatTurn>& talk) {
    return ReplyOf(progress, Numbered(kChoice, int(talk.size()) + 1));
  }

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
    if (last_spoke && Without(options_.until, talk.back().text)) return "until";
    if (options_.ended && options_.ended(talk)) return "ended";
    if (int(talk.size()) >= options_.turns) return "turns";
    // Everyone in turn has failed: more turns would too.
    const int members = int(progress.roster().size());
    if (Spoken(progress) == 0 && int(talk.size()) >= members) return "nobody speaks";
    const std::string choice = Numbered(kChoice, int(talk.size()) + 1);
    if (progress.graph().Find(choice) != nullptr && ReplyOf(progress, choice) == nullptr)
      return absl::StrCat("the moderator failed: ", patterns::WhyNot(progress, choice));
    if (MaySpeak(talk, progress.roster()).empty()) return "nobody may speak";
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
    const std::vector<std::string> may = MaySpeak(talk, roster);
    std::string name = may.front();
    if (options_.next) {
      name = options_.next(talk);
    } else if (choice != nullptr) {
      name = TextAt(*choice->data, "agent");
    }
    if (name.empty() || name == kNobody) return absl::OkStatus();
    AgentPtr speaker = FindMember(roster, name);
    if (speaker == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("next: there is no agent \"", name, "\"", DidYouMean(name, Names(roster))));
    }
    if (std::find(may.begin(), may.end(), name) == may.end()) {
      return absl::InvalidArgumentError(absl::StrCat("next: \"", name, "\" may not speak after \"",
                                                     talk.back().who, "\"; ", absl::StrJoin(may, ", "),
                                                     " may"));
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
      absl::StrAppend(&text, " When nothing is left to be said, end with ", options_.until,
                      " alone on the last line.");
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
    std::vector<std::string> names = MaySpeak(talk, roster);
    std::string text;
    if (!talk.empty()) absl::StrAppend(&text, "\nThe talk so far:\n", TalkText(talk, options_.talk_tokens));
    absl::StrAppend(&text, "\nWho is to speak next?");
    if (names.size() < roster.size())
      absl::StrAppend(&text, " It may be ", absl::StrJoin(names, " or "), ".");
    if (!talk.empty()) {
      names.emplace_back(kNobody);
      absl::StrAppend(&text, " Say nobody when the question is answered.");
    }
    Task task{.id = Numbered(kChoice, number)};
    const auto form =
        Form("choice", ObjectSchema({{"agent", ChoiceSchema(std::move(names), "Who speaks next")},
                                     {"why", TextSchema("One sentence")}}));
    task.agent = KeepsFailure(InForm(options_.moderator, form));
    task.prompt = PromptTemplate(
        [described = DescribeRoster(roster), text = std::move(text)](const TaskInputs& inputs) {
          return absl::StatusOr<Prompt>(patterns::AskWithImages(
              inputs.goal(), absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\n", described,
                                          patterns::FilesNote(inputs.goal()), text)));
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

  std::string StopOf(const Progress& progress, const std::vector<ChatTurn>& talk) const {
    std::string stop = WhyOver(progress, talk);
    if (stop.empty()) stop = options_.next ? "ended" : "moderator";
    return stop;
  }

  // The last turn that says something beside that it is over.
  Reply LastWord(const Progress& progress, const std::vector<ChatTurn>& talk) const {
    Reply last;
    for (int turn = int(talk.size()); turn >= 1; --turn) {
      const Reply* said = ReplyOf(progress, Numbered(kTurn, turn));
      if (said == nullptr) continue;
      Reply reply = *said;
      if (!reply.data) reply.text = Without(options_.until, reply.text).value_or(reply.text);
      if (turn == int(talk.size()) || last.text.empty()) last = *said;
      if (reply.data || reply.text.find_first_not_of(" \t\r\n") != std::string::npos) return reply;
    }
    return last;
  }

  static Json TurnsReport(const Progress& progress, const std::vector<ChatTurn>& talk) {
    Json turns = Json::array();
    for (std::size_t i = 0; i < talk.size(); ++i) {
      const int number = int(i) + 1;
      Json turn = {{"who", talk[i].who}};
      if (const Reply* choice = ReplyOf(progress, Numbered(kChoice, number)))
        turn["why"] = TextAt(*choice->data, "why");
      if (ReplyOf(progress, Numbered(kTurn, number)) == nullptr)
        turn["failed"] = patterns::WhyNot(progress, Numbered(kTurn, number));
      turns.push_back(std::move(turn));
    }
    return turns;
  }

  absl::StatusOr<Extension> End(const Progress& progress, const std::vector<ChatTurn>& talk,
                                Context& ctx) const {
    if (Spoken(progress) == 0) {
      return absl::FailedPreconditionError(absl::StrCat("nobody has spoken in the group chat: ",
                                                        patterns::WhyNot(progress, Numbered(kTurn, 1))));
    }
    const bool closed = progress.graph().Find(kClosing) != nullptr;
    const Reply* closing = ReplyOf(progress, kClosing);
    Reply reply = closing != nullptr ? *closing : LastWord(progress, talk);
    reply.conversation = Conversation();
    const std::string stop = StopOf(progress, talk);
    Json report = {{"stop", stop}, {"turns", TurnsReport(progress, talk)}};
    if (const Reply* choice = ChoiceAfter(progress, talk)) report["why"] = TextAt(*choice->data, "why");
    std::string missing;
    if (absl::StartsWith(stop, "the moderator failed")) missing = absl::StrCat("Not talked out: ", stop);
    if (closed && closing == nullptr) {
      report["closing_failed"] = patterns::WhyNot(progress, kClosing);
      missing = absl::StrCat("Not closed: ", options_.closing->card().name,
                             " failed: ", patterns::WhyNot(progress, kClosing));
    }
    if (!missing.empty()) {
      ctx.Emit(event::Warning{absl::StrCat("group chat: ", missing)});
      if (!reply.data) absl::StrAppend(&reply.text, "\n\n", missing);
    }
    reply.report = std::move(report);
    std::vector<std::string> needs;
    for (const Task& task : progress.graph().tasks()) needs.push_back(task.id);
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
