// draft.1, check.1, verdict.1, draft.2, … answer. A revision starts from the best draft so far: one in which
// the check finds nothing, then the one with the fewest problems, of equals the latest.
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

constexpr char kDraft[] = "draft", kCheck[] = "check", kVerdict[] = "verdict";

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

// Looks at a draft in code. It is given the question, and the draft as its last part.
AgentPtr CodeCheck(DraftCheckFn check) {
  AgentFn look = [check = std::move(check)](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
    const Json draft = std::get<Data>(prompt.parts.back()).value;
    prompt.parts.pop_back();
    CO_TRY(const Reply reply, ReplyFromJson(draft));
    CO_TRY(const std::vector<std::string> problems, check(prompt, reply));
    Reply found;
    found.text = ListOf(problems);
    found.data = Json{{"problems", problems}};
    co_return found;
  };
  return MakeFunctionAgent({"check", "Looks at drafts in code"}, std::move(look));
}

// What was found of one draft.
struct Found {
  bool judged = false;    // by the check or the critic
  bool by_check = false;  // the problems are those of the check, and the critic was not asked
  bool accepted = false;
  std::vector<std::string> problems;
  std::string failure;  // of the check or the critic; then nobody has judged it
  // Less is better. What a check finds outranks what a critic thinks.
  std::pair<bool, std::size_t> rank() const { return {by_check, accepted ? 0 : problems.size()}; }
};

class CritiquePlan : public Planner {
 public:
  explicit CritiquePlan(CritiqueOptions options) : options_(std::move(options)) {
    if (options_.critic) critic_ = KeepsFailure(InForm(options_.critic, VerdictForm(), CheckVerdict));
    if (options_.check) check_ = KeepsFailure(CodeCheck(options_.check));
  }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    Task first{.id = Numbered(kDraft, 1), .agent = options_.author};
    first.prompt = PromptTemplate([criteria = options_.criteria](const TaskInputs& inputs) {
      Prompt prompt(inputs.goal().parts, inputs.goal().history);
      prompt.known = inputs.goal().known;
      if (!criteria.empty()) prompt.parts.emplace_back(Text{absl::StrCat("It must be so: ", criteria)});
      return absl::StatusOr<Prompt>(std::move(prompt));
    });
    graph.set_output(first.id);
    CO_CHECK_OK(graph.Add(std::move(first)));
    for (Task& task : Judging(1)) CO_CHECK_OK(graph.Add(std::move(task)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override {
    Extension extension;
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return extension;
    const int round = patterns::CountOf(progress.graph(), kDraft);
    WarnOfCut(progress, round, ctx);
    const Standing standing = Stand(progress, round);
    if (standing.best == 0) co_return extension;  // the first draft has failed, and so has the run
    if (!standing.stop.empty()) co_return End(progress, standing, ctx);
    extension.tasks.push_back(Revision(round + 1, standing));
    extension.output = extension.tasks.back().id;
    for (Task& task : Judging(round + 1)) extension.tasks.push_back(std::move(task));
    co_return extension;
  }

 private:
  // What is known after some rounds.
  struct Standing {
    int rounds = 0;
    int best = 0;         // the round of the best draft
    Found found;          // of that
    int rejected = 0;     // the round of the latest revision of it that is no better; 0: there is none
    Found held;           // of that
    std::string stop;     // why it ends; "": it goes on
    std::string failure;  // who failed and why, if that ends it
  };

  Standing Stand(const Progress& progress, int rounds) const {
    Standing standing;
    standing.rounds = rounds;
    for (int round = 1; round <= rounds; ++round) {
      const Reply* draft = ReplyOf(progress, Numbered(kDraft, round));
      if (draft == nullptr) {
        standing.failure =
            absl::StrCat("the author failed: ", patterns::WhyNot(progress, Numbered(kDraft, round)));
        break;
      }
      Found found = FoundOf(progress, round);
      if (!found.judged) {
        // Nobody has judged it: it counts only where there is nothing else.
        standing.failure = found.failure;
        if (standing.best > 0) break;
      }
      if (standing.best > 0 && !found.accepted && standing.found.rank() < found.rank()) {
        standing.rejected = round;
        standing.held = std::move(found);
        continue;
      }
      standing.best = round;
      standing.found = std::move(found);
      standing.rejected = 0;
    }
    if (standing.found.accepted) {
      standing.stop = "accepted";
    } else if (!standing.failure.empty()) {
      standing.stop = standing.failure;
    } else if (Repeats(progress, rounds)) {
      standing.stop = "no better: the author gave the same draft again";
    } else if (rounds >= options_.rounds) {
      standing.stop = "rounds";
    }
    return standing;
  }

  Found FoundOf(const Progress& progress, int round) const {
    Found found;
    if (const Reply* check = ReplyOf(progress, Numbered(kCheck, round))) {
      found.problems = patterns::TextsAt(*check->data, "problems");
      found.by_check = !found.problems.empty();
      found.judged = found.by_check || critic_ == nullptr;
      found.accepted = found.judged && !found.by_check;
    } else if (critic_ == nullptr) {
      found.failure = absl::StrCat("the check failed: ", patterns::WhyNot(progress, Numbered(kCheck, round)));
    }
    if (found.judged || critic_ == nullptr) return found;
    const Reply* verdict = ReplyOf(progress, Numbered(kVerdict, round));
    if (verdict == nullptr) {
      found.failure =
          absl::StrCat("the critic failed: ", patterns::WhyNot(progress, Numbered(kVerdict, round)));
      return found;
    }
    found.judged = true;
    found.problems = patterns::TextsAt(*verdict->data, "problems");
    found.accepted = verdict->data->at("accepted").get<bool>();
    return found;
  }

  static bool Repeats(const Progress& progress, int rounds) {
    const std::string last = Readable(*ReplyOf(progress, Numbered(kDraft, rounds)));
    for (int round = 1; round < rounds; ++round) {
      if (Readable(*ReplyOf(progress, Numbered(kDraft, round))) == last) return true;
    }
    return false;
  }

  // What looks at a draft: the check, and the critic where that finds nothing wrong.
  std::vector<Task> Judging(int round) const {
    const std::string draft = Numbered(kDraft, round), check = Numbered(kCheck, round);
    std::vector<Task> tasks;
    if (check_ != nullptr) {
      Task task{.id = check, .agent = check_, .needs = {draft}};
      task.prompt = PromptTemplate([draft](const TaskInputs& inputs) {
        Prompt prompt(inputs.goal().parts, inputs.goal().history);
        prompt.parts.emplace_back(Data{ToJson(*ReplyOf(inputs, draft)), "draft"});
        return absl::StatusOr<Prompt>(std::move(prompt));
      });
      task.on_failure = OnFailure::Skip();
      tasks.push_back(std::move(task));
    }
    if (critic_ == nullptr) return tasks;
    Task task{.id = Numbered(kVerdict, round), .agent = critic_, .needs = {draft}};
    if (check_ != nullptr) {
      task.needs.push_back(check);
      task.when = [draft, check](const TaskInputs& inputs) {
        const Reply* found = ReplyOf(inputs, check);
        const bool wrong = found != nullptr && !found->data->at("problems").empty();
        return absl::StatusOr<bool>(ReplyOf(inputs, draft) != nullptr && !wrong);
      };
    }
    task.prompt = PromptTemplate([draft, options = options_](const TaskInputs& inputs) {
      std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\n");
      if (!options.criteria.empty())
        absl::StrAppend(&text, "A good answer is so: ", options.criteria, "\n\n");
      absl::StrAppend(
          &text, "Draft: ", Condense(*ReplyOf(inputs, draft), options.draft_tokens),
          "\n\nJudge the draft, which somebody else wrote. Accept it when it answers the question "
          "and what it says is so; a matter of taste is no problem. Name every problem that must "
          "be mended, each once, and no other.");
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    tasks.push_back(std::move(task));
    return tasks;
  }

  void WarnOfCut(const Progress& progress, int round, Context& ctx) const {
    const Reply* draft = ReplyOf(progress, Numbered(kDraft, round));
    if (critic_ == nullptr || draft == nullptr) return;
    const std::size_t bytes = Readable(*draft).size();
    if (bytes <= BytesOfTokens(options_.draft_tokens)) return;
    ctx.Emit(event::Warning{absl::StrCat("the critic sees only a part of draft ", round, ", which has ",
                                         bytes, " bytes; raise draft_tokens above ", options_.draft_tokens)});
  }

  // Its author gets the draft whole: what were cut would be lost when it is written again.
  Task Revision(int round, const Standing& standing) const {
    const std::string draft = Numbered(kDraft, standing.best);
    Task task{.id = Numbered(kDraft, round), .agent = KeepsFailure(options_.author)};
    AddRound(standing.best, task.needs);
    if (standing.best < round - 1) AddRound(round - 1, task.needs);
    const std::string rejected = standing.rejected > 0 ? Numbered(kDraft, standing.rejected) : "";
    task.prompt = PromptTemplate([draft, rejected, problems = ListOf(standing.found.problems),
                                  held = ListOf(standing.held.problems),
                                  options = options_](const TaskInputs& inputs) {
      std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\n");
      if (!options.criteria.empty()) absl::StrAppend(&text, "It must be so: ", options.criteria, "\n\n");
      absl::StrAppend(&text, "Draft: ", Readable(*ReplyOf(inputs, draft)),
                      "\n\nA critic holds against the draft:\n", Cut(problems, options.draft_tokens));
      if (!rejected.empty()) {
        absl::StrAppend(&text, "\nThis revision of it was no better:\n",
                        Condense(*ReplyOf(inputs, rejected), options.draft_tokens),
                        "\n\nThe critic holds against the revision:\n", Cut(held, options.draft_tokens));
      }
      absl::StrAppend(&text,
                      "\nWrite the whole answer again. Mend each problem that is one; where the critic is "
                      "wrong, keep what you have. Leave what is good as it is, with its quotes and places.");
      return absl::StatusOr<Prompt>(patterns::AskWithFiles(inputs.goal(), std::move(text)));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  static std::string Cut(std::string text, int tokens) {
    Reply held;
    held.text = std::move(text);
    return Condense(held, tokens);
  }

  // The tasks of a round.
  void AddRound(int round, std::vector<std::string>& needs) const {
    needs.push_back(Numbered(kDraft, round));
    if (check_ != nullptr) needs.push_back(Numbered(kCheck, round));
    if (critic_ != nullptr) needs.push_back(Numbered(kVerdict, round));
  }

  Extension End(const Progress& progress, const Standing& standing, Context& ctx) const {
    Reply reply = *ReplyOf(progress, Numbered(kDraft, standing.best));
    reply.conversation = Conversation();
    if (!standing.failure.empty()) {
      ctx.Emit(event::Warning{absl::StrCat("critique: ", standing.failure)});
      // A text that is data is read by programs; these find it in the report.
      if (!reply.data) {
        absl::StrAppend(&reply.text,
                        standing.found.judged ? "\n\nNot revised: " : "\n\nNot reviewed: ", standing.failure);
      }
    }
    const std::string who = standing.found.by_check ? "check" : critic_ ? critic_->card().name : "";
    for (const std::string& problem : standing.found.problems) reply.dissent.push_back({who, problem});
    reply.report = Json{{"accepted", standing.found.accepted},
                        {"stop", standing.stop},
                        {"rounds", standing.rounds},
                        {"best", standing.best},
                        {"problems", standing.found.problems}};
    std::vector<std::string> needs;
    for (int round = 1; round <= standing.rounds; ++round) AddRound(round, needs);
    return patterns::Ending(std::move(reply), std::move(needs), "critique");
  }

  CritiqueOptions options_;
  AgentPtr critic_, check_;
};

}  // namespace

PlannerPtr CritiquePlanner(CritiqueOptions options) {
  patterns::Require(options.author != nullptr, "CritiquePlanner: there is no author");
  patterns::Require(options.critic != nullptr || options.check, "CritiquePlanner: there is no critic");
  return std::make_shared<CritiquePlan>(std::move(options));
}

}  // namespace ninefold
