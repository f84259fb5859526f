// round 1: every side's statement at once; round 2: each having read the others, and what was found of their
// answers; … until they agree, code finds one right or the rounds are over. Then a judge decides in both
// orders.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/debating.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::Judgement;
using patterns::kBackwards;
using patterns::kForwards;
using patterns::ReplyOf;
using patterns::Standpoint;
using patterns::StatementId;
using patterns::TextAt;
using patterns::VerifyId;

std::string Letter(std::size_t i) { return std::string(1, char('A' + i)); }

std::shared_ptr<const OutputSchema> StatementForm() {
  return Form(
      "statement",
      ObjectSchema({{"answer", TextSchema("The answer you now hold, in a few words")},
                    {"argument", TextSchema("The case for it: evidence first, with quotes and their places "
                                            "as \"quote\" [source:lines]; then what is wrong with the "
                                            "others' case")}}));
}

std::shared_ptr<const OutputSchema> FindingForm() {
  return Form("finding", ObjectSchema({{"finding", ChoiceSchema({"correct", "incorrect", "unknown"},
                                                                "Whether the answer is correct")},
                                       {"why", TextSchema("What you looked at")}}));
}

std::shared_ptr<const OutputSchema> JudgementForm(std::size_t sides) {
  std::vector<std::string> letters;
  for (std::size_t i = 0; i < sides; ++i) letters.push_back(Letter(i));
  letters.push_back("none");
  return Form("judgement",
              ObjectSchema({{"winner", ChoiceSchema(std::move(letters), "Whose case is the better one")},
                            {"why", TextSchema("In two sentences: the evidence that decides it")}}));
}

// What a task shows of one side.
struct Shown {
  std::string heading, statement;  // its id; "": it never spoke
  std::string note;                // what is added to it
};

class DebatePlan : public Planner {
 public:
  explicit DebatePlan(DebateOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    for (std::size_t i = 0; i < options_.sides.size(); ++i) CO_CHECK_OK(graph.Add(Statement(i, 1)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    int rounds = 1;
    while (progress.graph().Find(StatementId(options_.sides[0].name, rounds + 1)) != nullptr) ++rounds;
    const std::vector<Standpoint> stands = patterns::StandpointsOf(progress, options_, rounds);
    const std::size_t speak = patterns::Speakers(stands, false).size();
    if (speak == 0) {
      co_return absl::FailedPreconditionError(
          absl::StrCat("no side has made its case: ",
                       patterns::WhyNot(progress, StatementId(options_.sides[0].name, rounds))));
    }
    if (progress.graph().Find(kForwards) != nullptr) co_return End(progress, stands, rounds, "judged", ctx);
    extension.tasks = Verifications(progress, stands, rounds);
    if (!extension.tasks.empty()) co_return extension;
    const std::string stop = WhyOver(stands, speak, rounds);
    if (!stop.empty()) co_return End(progress, stands, rounds, stop, ctx);
    if (rounds < options_.rounds) {
      extension.tasks = NextRound(progress, stands, rounds + 1);
    } else {
      for (const bool backwards : {false, true}) {
        extension.tasks.push_back(Judge(stands, backwards));
        extension.tasks.back().needs = NeedsOf(progress, stands, rounds);
      }
    }
    co_return extension;
  }

 private:
  // Why no judge is needed; "": it goes on, with another round or the judge. What was found wrong is no end
  // while there are rounds in which the sides can read so.
  std::string WhyOver(const std::vector<Standpoint>& stands, std::size_t speak, int rounds) const {
    const bool last = rounds >= options_.rounds;
    if (patterns::OnlyRight(stands, /*by_code=*/!last)) return patterns::Agree(stands) ? "agreed" : "checked";
    if (!last && patterns::AllWrong(stands)) return "";
    if (speak == 1) return "one side";
    // Who has not spoken yet may hold something else.
    if (patterns::Agree(stands) && (last || speak == stands.size())) return "agreed";
    return "";
  }

  // --- Statements ---

  Task Statement(std::size_t i, int round) const {
    const DebateSide& side = options_.sides[i];
    Task task{.id = StatementId(side.name, round),
              .agent = KeepsFailure(InForm(side.agent, StatementForm()))};
    task.prompt = PromptTemplate([side](const TaskInputs& inputs) {
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), Opening(side, inputs)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  static std::string Opening(const DebateSide& side, const TaskInputs& inputs) {
    return absl::StrCat(
        "Question: ", TextOf(inputs.goal()), "\n\nYou are \"", side.name, "\" in a debate on it",
        side.stance.empty() ? "." : absl::StrCat(". Your stance: ", side.stance),
        "\nEvidence outranks opinion: rest your case on what can be looked up or reckoned, and give your "
        "stance up when the evidence is against it, not because others insist.\n");
  }

  std::vector<Task> NextRound(const Progress& progress, const std::vector<Standpoint>& stands,
                              int round) const {
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < options_.sides.size(); ++i) {
      std::vector<Shown> shown;
      for (std::size_t k = 0; k < stands.size(); ++k) shown.push_back(Latest(progress, stands[k], k, round));
      shown[i].heading += " (you)";
      Task task = Statement(i, round);
      task.needs = NeedsOf(progress, stands, round - 1);
      task.prompt = PromptTemplate([side = options_.sides[i], shown = std::move(shown),
                                    tokens = options_.statement_tokens](const TaskInputs& inputs) {
        std::string text = Opening(side, inputs);
        absl::StrAppend(&text, "\nStatements so far:\n");
        AppendShown(shown, tokens, inputs, text);
        absl::StrAppend(&text,
                        "\nSay what is wrong in the others' case and what in yours, and state the answer you "
                        "hold now.");
        return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
      });
      tasks.push_back(std::move(task));
    }
    return tasks;
  }

  // The last statement of a side stands, though the side has said nothing since.
  Shown Latest(const Progress& progress, const Standpoint& stand, std::size_t k, int round) const {
    const std::string& name = options_.sides[k].name;
    Shown shown{name, "", patterns::CheckNote(stand)};
    if (stand.reply != nullptr) {
      shown.statement = StatementId(name, stand.round);
      if (stand.round < round - 1)
        absl::StrAppend(&shown.note, "(It said this in round ", stand.round, ", and nothing since.)\n");
    } else {
      shown.note =
          absl::StrCat("(said nothing: ", patterns::WhyNot(progress, StatementId(name, round - 1)), ")\n");
    }
    return shown;
  }

  static void AppendShown(const std::vector<Shown>& all, int tokens, const TaskInputs& inputs,
                          std::string& text) {
    for (const Shown& shown : all) {
      absl::StrAppend(&text, "\n## ", shown.heading, "\n");
      if (!shown.statement.empty())
        absl::StrAppend(&text, patterns::CaseOf(*ReplyOf(inputs, shown.statement), tokens), "\n");
      absl::StrAppend(&text, shown.note);
    }
  }

  // What is known after a round: its tasks, and the statements that stand from before.
  std::vector<std::string> NeedsOf(const Progress& progress, const std::vector<Standpoint>& stands,
                                   int round) const {
    std::vector<std::string> needs;
    for (std::size_t i = 0; i < stands.size(); ++i) {
      const std::string& name = options_.sides[i].name;
      if (stands[i].reply != nullptr && stands[i].round < round)
        needs.push_back(StatementId(name, stands[i].round));
      needs.push_back(StatementId(name, round));
      if (progress.graph().Find(VerifyId(name, round)) != nullptr) needs.push_back(VerifyId(name, round));
    }
    return needs;
  }

  // --- The verifier, asked after each round of each answer that it has not found anything of yet ---

  std::vector<Task> Verifications(const Progress& progress, const std::vector<Standpoint>& stands,
                                  int round) const {
    std::vector<Task> tasks;
    std::vector<std::string> answers;
    for (std::size_t i = 0; options_.verifier != nullptr && i < stands.size(); ++i) {
      const Standpoint& stand = stands[i];
      const std::string& name = options_.sides[i].name;
      if (progress.graph().Find(VerifyId(name, round)) != nullptr) return {};
      const bool is_new = stand.reply != nullptr && !stand.answer.empty() && !stand.verified &&
                          std::find(answers.begin(), answers.end(), stand.answer) == answers.end();
      if (!is_new) continue;
      answers.push_back(stand.answer);
      tasks.push_back(Verification(VerifyId(name, round), StatementId(name, stand.round)));
    }
    return tasks;
  }

  Task Verification(std::string id, std::string statement) const {
    Task task{.id = std::move(id), .agent = KeepsFailure(InForm(options_.verifier, FindingForm()))};
    task.needs = {statement};
    task.prompt = PromptTemplate([statement = std::move(statement),
                                  tokens = options_.statement_tokens](const TaskInputs& inputs) {
      std::string text =
          absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\nSomebody answers:\n",
                       patterns::CaseOf(*ReplyOf(inputs, statement), tokens),
                       "\n\nLook it up or reckon it yourself: is the answer correct? Say unknown when you "
                       "cannot tell by that.");
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  // --- The judge ---

  Task Judge(const std::vector<Standpoint>& stands, bool backwards) const {
    std::vector<Shown> shown;
    Task task{.id = backwards ? kBackwards : kForwards};
    for (const std::size_t i : patterns::Speakers(stands, backwards)) {
      shown.push_back({Letter(shown.size()), StatementId(options_.sides[i].name, stands[i].round),
                       patterns::CheckNote(stands[i])});
    }
    task.agent = KeepsFailure(InForm(options_.judge, JudgementForm(shown.size())));
    task.prompt = PromptTemplate([shown, tokens = options_.statement_tokens](const TaskInputs& inputs) {
      std::string text =
          absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\nThe sides of a debate end so:\n");
      AppendShown(shown, tokens, inputs, text);
      absl::StrAppend(
          &text,
          "\nWhose answer is right? Evidence that can be looked up outranks opinion, checks outrank both; "
          "length and confidence count for nothing. Say none when no case holds.");
      return absl::StatusOr<Prompt>(patterns::AskWithImages(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  // --- The end ---

  Extension End(const Progress& progress, const std::vector<Standpoint>& stands, int rounds, std::string stop,
                Context& ctx) const {
    const Judgement forwards = patterns::JudgementOf(progress, stands, false),
                    backwards = patterns::JudgementOf(progress, stands, true);
    const patterns::Decision decision = patterns::Decide(stands, forwards, backwards);
    const Standpoint& winner = stands[decision.winner];
    Reply reply = patterns::AnswerFrom(*winner.reply);
    for (std::size_t i = 0; i < stands.size(); ++i) {
      if (stands[i].reply == nullptr || i == decision.winner || stands[i].holds(winner.answer)) continue;
      reply.dissent.push_back(
          {options_.sides[i].name, patterns::CaseOf(*stands[i].reply, options_.statement_tokens)});
    }
    const std::string doubt = DoubtOf(winner, decision.judged, forwards, backwards, ctx);
    if (!doubt.empty()) absl::StrAppend(&reply.text, "\n\n", doubt);
    reply.report = Json{{"answer", TextAt(*winner.reply->data, "answer")},
                        {"winner", options_.sides[decision.winner].name},
                        {"stop", std::move(stop)},
                        {"rounds", rounds},
                        {"judged", decision.judged},
                        {"sides", SidesReport(progress, stands, rounds)}};
    Json judgements = Json::array();
    for (const Judgement* one : {&forwards, &backwards}) {
      if (one->spoke)
        judgements.push_back(
            {{"winner", one->winner ? options_.sides[*one->winner].name : "none"}, {"why", one->why}});
      if (one->asked && !one->spoke) (*reply.report)["judge_failed"] = one->why;
    }
    if (!judgements.empty()) (*reply.report)["judgements"] = std::move(judgements);
    std::vector<std::string> needs;
    for (const Task& task : progress.graph().tasks()) needs.push_back(task.id);
    return patterns::Ending(std::move(reply), std::move(needs), "debate");
  }

  Json SidesReport(const Progress& progress, const std::vector<Standpoint>& stands, int rounds) const {
    Json sides = Json::array();
    for (std::size_t i = 0; i < stands.size(); ++i) {
      const std::string& name = options_.sides[i].name;
      const Standpoint& stand = stands[i];
      Json one = {{"name", name}, {"checked", std::string(patterns::CheckedName(stand.checked))}};
      if (stand.reply != nullptr) one["answer"] = TextAt(*stand.reply->data, "answer");
      if (!stand.why.empty()) one["why"] = stand.why;
      if (stand.round < rounds)  // it stands by what it said before, if anything
        one["failed"] = patterns::WhyNot(progress, StatementId(name, rounds));
      sides.push_back(std::move(one));
    }
    return sides;
  }

  // What a reader of the answer must know; "": nothing speaks against it.
  static std::string DoubtOf(const Standpoint& winner, const std::string& judged, const Judgement& forwards,
                             const Judgement& backwards, Context& ctx) {
    const auto because = [](const std::string& why) { return why.empty() ? "" : absl::StrCat(": ", why); };
    std::string doubt;
    if (winner.checked == patterns::Checked::kWrong) {
      doubt = absl::StrCat("A check found this answer wrong", because(winner.why));
    } else if (judged == "none") {
      doubt = absl::StrCat("The judge found that no case holds",
                           because(forwards.spoke ? forwards.why : backwards.why));
    } else if (judged == "not" && forwards.asked) {
      doubt = absl::StrCat("Not judged: the judge failed", because(forwards.why));
    }
    if (!doubt.empty()) ctx.Emit(event::Warning{absl::StrCat("debate: ", doubt)});
    return doubt;
  }

  DebateOptions options_;
};

}  // namespace

PlannerPtr DebatePlanner(DebateOptions options) {
  patterns::Require(options.sides.size() >= 2 && options.sides.size() <= 8,
                    "DebatePlanner: there must be 2 to 8 sides");
  patterns::Require(options.judge != nullptr, "DebatePlanner: there is no judge");
  std::vector<std::string> names{"judge", "verify", patterns::kAnswer};
  for (DebateSide& side : options.sides) {
    patterns::Require(side.agent != nullptr, "DebatePlanner: a side has no agent");
    std::string name = side.name.empty() ? side.agent->card().name : side.name;
    side.name = name;
    for (int n = 2; std::find(names.begin(), names.end(), side.name) != names.end(); ++n)
      side.name = absl::StrCat(name, "_", n);
    names.push_back(side.name);
  }
  return std::make_shared<DebatePlan>(std::move(options));
}

}  // namespace ninefold
