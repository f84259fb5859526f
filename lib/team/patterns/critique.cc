// draft.1, verdict.1, draft.2, verdict.2, … answer. A revision starts from the best draft so far: the one
// with the fewest problems, of equals the latest.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/condense.h"
#include "team/in_form.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

using patterns::Numbered;
using patterns::ReplyOf;

constexpr char kDraft[] = "draft", kVerdict[] = "verdict";

std::shared_ptr<const OutputSchema> VerdictForm() {
  return Form(
      "verdict",
      ObjectSchema({{"accepted", FlagSchema("Whether the draft is good as it is")},
                    {"problems", ListSchema(TextSchema("What is wrong, where, and what would mend it"),
                                            "What must change; empty when nothing must")}}));
}

// What is refused without a reason cannot be mended.
absl::Status CheckVerdict(const Json& verdict) {
  if (verdict.at("accepted").get<bool>() || !verdict.at("problems").empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("/problems: a draft that is not accepted has at least one problem");
}

std::string ListOf(const std::vector<std::string>& problems) {
  std::string text;
  for (const std::string& problem : problems) absl::StrAppend(&text, "- ", problem, "\n");
  return text;
}

class CritiquePlan : public Planner {
 public:
  explicit CritiquePlan(CritiqueOptions options)
      : options_(std::move(options)),
        critic_(KeepsFailure(InForm(options_.critic, VerdictForm(), CheckVerdict))) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    Task first{.id = Numbered(kDraft, 1), .agent = options_.author};
    first.prompt = PromptTemplate([criteria = options_.criteria](const TaskInputs& inputs) {
      Prompt prompt(inputs.goal().parts, inputs.goal().history);
      prompt.known = inputs.goal().known;
      if (!criteria.empty()) prompt.parts.emplace_back(Text{absl::StrCat("It must be so: ", criteria)});
      return absl::StatusOr<Prompt>(std::move(prompt));
    });
    CO_CHECK_OK(graph.Add(std::move(first)));
    CO_CHECK_OK(graph.Add(Verdict(1)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const int round = patterns::CountOf(progress.graph(), kDraft);
    const Standing standing = Stand(progress, round);
    if (standing.best == 0) co_return extension;  // the first draft has failed, and so has the run
    if (!standing.stop.empty()) co_return End(progress, standing);
    extension.tasks.push_back(Revision(round + 1, standing.best));
    extension.tasks.push_back(Verdict(round + 1));
    co_return extension;
  }

 private:
  // What is known after some rounds.
  struct Standing {
    int rounds = 0;
    int best = 0;  // the round of the best draft
    bool accepted = false;
    std::vector<std::string> problems;  // of the best draft
    std::string stop;                   // why it ends; "": it goes on
  };

  Standing Stand(const Progress& progress, int rounds) const {
    Standing standing;
    standing.rounds = rounds;
    for (int round = 1; round <= rounds; ++round) {
      if (ReplyOf(progress, Numbered(kDraft, round)) == nullptr) {
        standing.stop =
            absl::StrCat("the author failed: ", patterns::WhyNot(progress, Numbered(kDraft, round)));
        return standing;
      }
      const Reply* verdict = ReplyOf(progress, Numbered(kVerdict, round));
      if (verdict == nullptr) {
        // Nobody has judged it: it counts only where there is nothing else.
        standing.stop =
            absl::StrCat("the critic failed: ", patterns::WhyNot(progress, Numbered(kVerdict, round)));
        if (standing.best == 0) standing.best = round;
        return standing;
      }
      std::vector<std::string> problems = patterns::TextsAt(*verdict->data, "problems");
      const bool accepted = verdict->data->at("accepted").get<bool>();
      if (standing.best > 0 && !accepted && problems.size() > standing.problems.size()) continue;
      standing.best = round;
      standing.accepted = accepted;
      standing.problems = std::move(problems);
    }
    if (standing.accepted) standing.stop = "accepted";
    if (!standing.accepted && rounds >= options_.rounds) standing.stop = "rounds";
    return standing;
  }

  Task Verdict(int round) const {
    Task task{.id = Numbered(kVerdict, round), .agent = critic_, .needs = {Numbered(kDraft, round)}};
    task.prompt = PromptTemplate([round, options = options_](const TaskInputs& inputs) {
      const Reply* draft = ReplyOf(inputs, Numbered(kDraft, round));
      std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\n");
      if (!options.criteria.empty())
        absl::StrAppend(&text, "A good answer is so: ", options.criteria, "\n\n");
      absl::StrAppend(
          &text, "Draft: ", Condense(*draft, options.draft_tokens),
          "\n\nJudge the draft, which somebody else wrote. Accept it when it answers the question "
          "and what it says is so; a matter of taste is no problem. Name every problem that must "
          "be mended, each once, and no other.");
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Revision(int round, int best) const {
    const std::string draft = Numbered(kDraft, best), verdict = Numbered(kVerdict, best);
    Task task{
        .id = Numbered(kDraft, round), .agent = KeepsFailure(options_.author), .needs = {draft, verdict}};
    task.prompt = PromptTemplate([=, options = options_](const TaskInputs& inputs) {
      Reply held;
      held.text = ListOf(patterns::TextsAt(*ReplyOf(inputs, verdict)->data, "problems"));
      std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\n");
      if (!options.criteria.empty()) absl::StrAppend(&text, "It must be so: ", options.criteria, "\n\n");
      absl::StrAppend(&text, "Draft: ", Condense(*ReplyOf(inputs, draft), options.draft_tokens),
                      "\n\nA critic holds against the draft:\n", Condense(held, options.draft_tokens),
                      "\nWrite the whole answer again. Mend each problem that is one; where the critic is "
                      "wrong, keep what you have. Leave what is good as it is, with its quotes and places.");
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Extension End(const Progress& progress, const Standing& standing) const {
    const Reply& best = *ReplyOf(progress, Numbered(kDraft, standing.best));
    Reply reply = best;
    reply.conversation = Conversation();
    const std::string& who = options_.critic->card().name;
    for (const std::string& problem : standing.problems) reply.dissent.push_back({who, problem});
    reply.report = Json{{"accepted", standing.accepted},
                   {"stop", standing.stop},
                   {"rounds", standing.rounds},
                   {"best", standing.best},
                   {"problems", standing.problems}};
    std::vector<std::string> needs;
    for (int round = 1; round <= standing.rounds; ++round) {
      needs.push_back(Numbered(kDraft, round));
      needs.push_back(Numbered(kVerdict, round));
    }
    return patterns::Ending(std::move(reply), std::move(needs), "critique");
  }

  CritiqueOptions options_;
  AgentPtr critic_;
};

}  // namespace

PlannerPtr CritiquePlanner(CritiqueOptions options) {
  patterns::Require(options.author != nullptr, "CritiquePlanner: there is no author");
  patterns::Require(options.critic != nullptr, "CritiquePlanner: there is no critic");
  return std::make_shared<CritiquePlan>(std::move(options));
}

}  // namespace ninefold
