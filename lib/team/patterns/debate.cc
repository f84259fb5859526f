// round 1: every side's statement at once; round 2: each having read the others; … until they agree or the
// rounds are over. Then what can be checked is checked, and a judge decides in both orders.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/try.h"
#include "ninefold/answer.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/condense.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::ReplyOf;
using patterns::TextAt;

constexpr char kForwards[] = "judge.1", kBackwards[] = "judge.2";

std::string StatementId(const std::string& side, int round) { return absl::StrCat(side, ".", round); }
std::string CheckId(const std::string& side) { return absl::StrCat("verify.", side); }

// The side that a judge sees in the i-th place: judges know no names, only letters in the order shown.
std::string Letter(std::size_t i) { return std::string(1, char('A' + i)); }

std::shared_ptr<const OutputSchema> StatementForm() {
  return Form(
      "statement",
      ObjectSchema({{"answer", TextSchema("The answer you now hold, in a few words")},
                    {"argument", TextSchema("The case for it: evidence first, with quotes and their places "
                                            "as \"quote\" [source:lines]; then what is wrong with the "
                                            "others' case")}}));
}

std::shared_ptr<const OutputSchema> JudgementForm(std::size_t sides) {
  std::vector<std::string> letters;
  for (std::size_t i = 0; i < sides; ++i) letters.push_back(Letter(i));
  letters.push_back("none");
  return Form("judgement",
              ObjectSchema({{"winner", ChoiceSchema(std::move(letters), "Whose case is the better one")},
                            {"why", TextSchema("In two sentences: the evidence that decides it")}}));
}

// What a check in code and a verifier make of a side's answer.
enum class Checked { kNot, kRight, kWrong };
std::string_view CheckedName(Checked checked) {
  if (checked == Checked::kNot) return "not checked";
  return checked == Checked::kRight ? "right" : "wrong";
}

struct Standpoint {
  const Reply* reply = nullptr;  // of the last statement that went well; null: it never spoke
  int round = 0;
  Checked checked = Checked::kNot;
};

class DebatePlan : public Planner {
 public:
  explicit DebatePlan(DebateOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    for (Task& task : Round(1)) CO_CHECK_OK(graph.Add(std::move(task)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    int rounds = 1;
    while (progress.graph().Find(StatementId(options_.sides[0].name, rounds + 1)) != nullptr) ++rounds;
    std::vector<Standpoint> stands = Stands(progress, rounds);
    const std::size_t speak = std::size_t(std::count_if(
        stands.begin(), stands.end(), [](const Standpoint& stand) { return stand.reply != nullptr; }));
    if (speak == 0) {
      co_return absl::FailedPreconditionError(
          absl::StrCat("no side has made its case: ",
                       patterns::WhyNot(progress, StatementId(options_.sides[0].name, rounds))));
    }
    const bool agreed = speak > 1 && Agree(stands), judged = progress.graph().Find(kForwards) != nullptr;
    // Who has not spoken yet may hold something else.
    const bool settled = agreed && speak == stands.size();
    if (!settled && !judged && speak > 1 && rounds < options_.rounds) {
      extension.tasks = Round(rounds + 1);
      co_return extension;
    }
    if (options_.verifier != nullptr && progress.graph().Find(FirstCheck(stands)) == nullptr) {
      extension.tasks = Verifications(stands);
      co_return extension;
    }
    Check(progress, stands);
    if (agreed || speak == 1) co_return End(progress, stands, rounds, agreed ? "agreed" : "one side");
    if (OnlyRight(stands)) co_return End(progress, stands, rounds, "checked");
    if (judged) co_return End(progress, stands, rounds, "judged");
    extension.tasks.push_back(Judge(kForwards, stands, false));
    extension.tasks.push_back(Judge(kBackwards, stands, true));
    co_return extension;
  }

 private:
  // --- Statements ---

  std::vector<Task> Round(int round) const {
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < options_.sides.size(); ++i) {
      const DebateSide& side = options_.sides[i];
      Task task{.id = StatementId(side.name, round),
                .agent = KeepsFailure(InForm(side.agent, StatementForm()))};
      if (round > 1) {
        for (const DebateSide& other : options_.sides)
          task.needs.push_back(StatementId(other.name, round - 1));
      }
      task.prompt = PromptTemplate([i, round, options = options_](const TaskInputs& inputs) {
        return absl::StatusOr<Prompt>(
            patterns::AskWithFiles(inputs.goal(), StatementPrompt(options, i, round, inputs)));
      });
      task.on_failure = OnFailure::Skip();
      tasks.push_back(std::move(task));
    }
    return tasks;
  }

  static std::string StatementPrompt(const DebateOptions& options, std::size_t i, int round,
                                     const TaskInputs& inputs) {
    const DebateSide& side = options.sides[i];
    std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\nYou are \"", side.name,
                                    "\" in a debate on it");
    absl::StrAppend(
        &text, side.stance.empty() ? "." : absl::StrCat(". Your stance: ", side.stance),
        "\nEvidence outranks opinion: rest your case on what can be looked up or reckoned, and give "
        "your stance up when the evidence is against it, not because others insist.\n");
    if (round == 1) return text;
    absl::StrAppend(&text, "\nStatements so far:\n");
    for (std::size_t k = 0; k < options.sides.size(); ++k) {
      const Reply* said = ReplyOf(inputs, StatementId(options.sides[k].name, round - 1));
      absl::StrAppend(&text, "\n## ", options.sides[k].name, k == i ? " (you)" : "", "\n",
                      said == nullptr ? "(said nothing)" : Case(*said, options.statement_tokens), "\n");
    }
    absl::StrAppend(
        &text,
        "\nSay what is wrong in the others' case and what in yours, and state the answer you hold now.");
    return text;
  }

  // A statement as others read it.
  static std::string Case(const Reply& reply, int tokens) {
    Reply readable;
    readable.text =
        absl::StrCat("Answer: ", TextAt(*reply.data, "answer"), "\n", TextAt(*reply.data, "argument"));
    readable.evidence = reply.evidence;
    return Condense(readable, tokens);
  }

  // --- What they hold ---

  std::vector<Standpoint> Stands(const Progress& progress, int rounds) const {
    std::vector<Standpoint> stands(options_.sides.size());
    for (std::size_t i = 0; i < stands.size(); ++i) {
      for (int round = 1; round <= rounds; ++round) {
        const Reply* reply = ReplyOf(progress, StatementId(options_.sides[i].name, round));
        if (reply != nullptr) stands[i].reply = reply, stands[i].round = round;
      }
    }
    return stands;
  }

  static std::string AnswerOf(const Standpoint& stand) {
    return stand.reply == nullptr ? "" : NormalizeAnswer(TextAt(*stand.reply->data, "answer"));
  }

  // Whether those who have spoken give one answer.
  static bool Agree(const std::vector<Standpoint>& stands) {
    const std::size_t first = Order(stands, false)[0];
    return std::all_of(stands.begin(), stands.end(), [&](const Standpoint& stand) {
      return stand.reply == nullptr ||
             (!AnswerOf(stand).empty() && AnswerOf(stand) == AnswerOf(stands[first]));
    });
  }

  // --- Checks: what is found by looking counts for more than a judge's opinion ---

  std::string FirstCheck(const std::vector<Standpoint>& stands) const {
    for (std::size_t i = 0; i < stands.size(); ++i) {
      if (stands[i].reply != nullptr) return CheckId(options_.sides[i].name);
    }
    return "";
  }

  std::vector<Task> Verifications(const std::vector<Standpoint>& stands) const {
    const auto form =
        Form("finding", ObjectSchema({{"finding", ChoiceSchema({"correct", "incorrect", "unknown"},
                                                               "Whether the answer is correct")},
                                      {"why", TextSchema("What you looked at")}}));
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < stands.size(); ++i) {
      if (stands[i].reply == nullptr) continue;
      const std::string statement = StatementId(options_.sides[i].name, stands[i].round);
      Task task{.id = CheckId(options_.sides[i].name),
                .agent = KeepsFailure(InForm(options_.verifier, form))};
      task.needs = {statement};
      task.prompt = PromptTemplate([statement, tokens = options_.statement_tokens](const TaskInputs& inputs) {
        std::string text = absl::StrCat(
            "Question: ", TextOf(inputs.goal()), "\n\nSomebody answers:\n",
            Case(*ReplyOf(inputs, statement), tokens),
            "\n\nLook it up or reckon it yourself: is the answer correct? Say unknown when you cannot "
            "tell by that.");
        return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
      });
      task.on_failure = OnFailure::Skip();
      tasks.push_back(std::move(task));
    }
    return tasks;
  }

  void Check(const Progress& progress, std::vector<Standpoint>& stands) const {
    for (std::size_t i = 0; i < stands.size(); ++i) {
      if (stands[i].reply == nullptr) continue;
      const Reply* found = ReplyOf(progress, CheckId(options_.sides[i].name));
      const std::string finding = found == nullptr ? "" : TextAt(*found->data, "finding");
      if (finding == "correct") stands[i].checked = Checked::kRight;
      if (finding == "incorrect") stands[i].checked = Checked::kWrong;
      // Code has the last word.
      if (!options_.check) continue;
      const absl::StatusOr<bool> right = options_.check(progress.goal(), AsAnswer(*stands[i].reply));
      if (right.ok()) stands[i].checked = *right ? Checked::kRight : Checked::kWrong;
    }
  }

  // Whether those found right give one answer.
  static bool OnlyRight(const std::vector<Standpoint>& stands) {
    std::string right;
    for (const Standpoint& stand : stands) {
      if (stand.checked != Checked::kRight) continue;
      if (!right.empty() && AnswerOf(stand) != right) return false;
      right = AnswerOf(stand);
    }
    return !right.empty();
  }

  // --- The judge ---

  // The sides in the order in which a judge sees them.
  static std::vector<std::size_t> Order(const std::vector<Standpoint>& stands, bool backwards) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < stands.size(); ++i) {
      if (stands[i].reply != nullptr) order.push_back(i);
    }
    if (backwards) std::reverse(order.begin(), order.end());
    return order;
  }

  Task Judge(std::string id, const std::vector<Standpoint>& stands, bool backwards) const {
    struct Shown {
      std::string id;
      Checked checked;
    };
    std::vector<Shown> shown;
    Task task{.id = std::move(id)};
    for (const std::size_t i : Order(stands, backwards)) {
      shown.push_back({StatementId(options_.sides[i].name, stands[i].round), stands[i].checked});
      task.needs.push_back(shown.back().id);
    }
    task.agent = KeepsFailure(InForm(options_.judge, JudgementForm(shown.size())));
    task.prompt = PromptTemplate([shown, tokens = options_.statement_tokens](const TaskInputs& inputs) {
      std::string text =
          absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\nThe sides of a debate end so:\n");
      for (std::size_t i = 0; i < shown.size(); ++i) {
        absl::StrAppend(&text, "\n## ", Letter(i), "\n", Case(*ReplyOf(inputs, shown[i].id), tokens), "\n");
        if (shown[i].checked != Checked::kNot)
          absl::StrAppend(&text, "(A check found this answer ", ToAbsl(CheckedName(shown[i].checked)),
                          ".)\n");
      }
      absl::StrAppend(
          &text,
          "\nWhose answer is right? Evidence that can be looked up outranks opinion, checks outrank both; "
          "length and confidence count for nothing. Say none when no case holds.");
      return absl::StatusOr<Prompt>(patterns::AskWithImages(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  // Whom the judge chose; nullopt: nobody, or it failed.
  static std::optional<std::size_t> Choice(const Progress& progress, std::string_view id,
                                           const std::vector<std::size_t>& order) {
    const Reply* reply = ReplyOf(progress, id);
    if (reply == nullptr) return std::nullopt;
    const std::string& winner = TextAt(*reply->data, "winner");
    const std::size_t at = winner.size() == 1 ? std::size_t(winner[0] - 'A') : order.size();
    if (at >= order.size()) return std::nullopt;
    return order[at];
  }

  struct Decision {
    std::size_t winner = 0;
    std::string judged;  // "both orders", "one order", "split", "not"
  };

  // Where the judge does not decide, more evidence does, and then who was declared first; what a check found
  // wrong wins only when nothing else is left.
  Decision Decide(const Progress& progress, const std::vector<Standpoint>& stands) const {
    const auto first = Choice(progress, kForwards, Order(stands, false));
    const auto second = Choice(progress, kBackwards, Order(stands, true));
    Decision decision;
    decision.judged = first && second ? "split" : first || second ? "one order" : "not";
    if (first && second && *first == *second) decision.judged = "both orders";
    const auto rank = [&](std::size_t i) {
      const int votes = int(first && *first == i) + int(second && *second == i);
      const int checked = stands[i].checked == Checked::kRight ? 2
                          : stands[i].checked == Checked::kNot ? 1
                                                               : 0;
      return std::make_tuple(checked, votes, stands[i].reply->evidence.size());
    };
    const std::vector<std::size_t> order = Order(stands, false);
    decision.winner = order[0];
    for (const std::size_t i : order) {
      if (rank(i) > rank(decision.winner)) decision.winner = i;
    }
    return decision;
  }

  // --- The end ---

  static Reply AsAnswer(const Reply& statement) {
    Reply reply;
    reply.text = TextAt(*statement.data, "answer");
    const std::string& argument = TextAt(*statement.data, "argument");
    if (!argument.empty() && argument != reply.text) absl::StrAppend(&reply.text, "\n\n", argument);
    reply.evidence = statement.evidence;
    return reply;
  }

  Extension End(const Progress& progress, const std::vector<Standpoint>& stands, int rounds,
                std::string stop) const {
    const Decision decision = Decide(progress, stands);
    Reply reply = AsAnswer(*stands[decision.winner].reply);
    const std::string answer = AnswerOf(stands[decision.winner]);
    Json sides = Json::array();
    std::vector<std::string> needs;
    for (std::size_t i = 0; i < stands.size(); ++i) {
      const DebateSide& side = options_.sides[i];
      Json one = {{"name", side.name}, {"checked", std::string(CheckedName(stands[i].checked))}};
      if (stands[i].reply != nullptr) {
        one["answer"] = TextAt(*stands[i].reply->data, "answer");
        needs.push_back(StatementId(side.name, stands[i].round));
        if (AnswerOf(stands[i]) != answer)
          reply.dissent.push_back({side.name, Case(*stands[i].reply, options_.statement_tokens)});
        if (stands[i].round < rounds)  // it stands by what it said before
          one["failed"] = patterns::WhyNot(progress, StatementId(side.name, rounds));
      } else {
        one["failed"] = patterns::WhyNot(progress, StatementId(side.name, rounds));
      }
      sides.push_back(std::move(one));
    }
    std::string judge_failed;
    for (const char* id : {kForwards, kBackwards}) {
      if (progress.graph().Find(id) == nullptr) continue;
      needs.push_back(id);
      if (ReplyOf(progress, id) == nullptr && judge_failed.empty())
        judge_failed = patterns::WhyNot(progress, id);
    }
    const std::string& winner = options_.sides[decision.winner].name;
    reply.report = Json{{"answer", TextAt(*stands[decision.winner].reply->data, "answer")},
                      {"winner", winner},
                      {"stop", std::move(stop)},
                      {"rounds", rounds},
                      {"judged", decision.judged},
                      {"sides", std::move(sides)}};
    if (!judge_failed.empty()) (*reply.report)["judge_failed"] = std::move(judge_failed);
    return patterns::Ending(std::move(reply), std::move(needs), "debate");
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
