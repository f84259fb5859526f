#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "base/text_terms.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "team/ask_model.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

constexpr char kNone[] = "none";  // what a model says when none fits

// Rough stems of a text's words, in any script; short words say little.
std::set<std::string> Words(std::string_view text) {
  std::set<std::string> words;
  ForEachWord(text, [&](std::string_view word, std::size_t, std::size_t) {
    const bool ascii = static_cast<unsigned char>(word[0]) < 0x80;
    if (!ascii || word.size() > 3) words.emplace(CutUtf8(word, ascii ? 6 : 12));
  });
  return words;
}

// The member whose description shares the most words with the goal; nullptr when none shares any.
AgentPtr Likest(const Roster& roster, std::string_view goal) {
  const std::set<std::string> asked = Words(goal);
  AgentPtr best;
  std::ptrdiff_t most = 0;
  for (const AgentPtr& member : roster) {
    const std::set<std::string> offered =
        Words(absl::StrCat(member->card().name, " ", member->card().description));
    const std::ptrdiff_t shared =
        std::count_if(asked.begin(), asked.end(), [&](const std::string& w) { return offered.contains(w); });
    if (shared <= most) continue;
    most = shared;
    best = member;
  }
  return best;
}

// Who was chosen, how and why.
struct Choice {
  AgentPtr agent;  // nullptr: none fits
  std::string by, why;
};

// Says whom it chooses, as {agent, why}. As an agent, so that its failure can be kept.
class Choosing : public Agent {
 public:
  using Choose = std::function<Async<absl::StatusOr<Json>>(Context&)>;
  explicit Choosing(Choose choose) : card_{"route", "Chooses an agent"}, choose_(std::move(choose)) {}
  const AgentCard& card() const override { return card_; }
  Async<absl::StatusOr<Reply>> Run(Prompt, Context& ctx) const override {
    Reply reply;
    CO_TRY(reply.data, co_await choose_(ctx));
    co_return reply;
  }

 private:
  const AgentCard card_;
  const Choose choose_;
};

// The agent that was chosen; its reply says so.
class Chosen : public Agent {
 public:
  Chosen(AgentPtr agent, Json report) : agent_(std::move(agent)), report_(std::move(report)) {}
  const AgentCard& card() const override { return agent_->card(); }
  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    CO_TRY(Reply reply, co_await agent_->Run(std::move(prompt), ctx));
    Json report = report_;
    if (reply.report) report["report"] = *std::move(reply.report);
    reply.report = std::move(report);
    co_return reply;
  }

 private:
  const AgentPtr agent_;
  const Json report_;
};

class RoutePlan : public Planner {
 public:
  explicit RoutePlan(RouteOptions options) : options_(std::move(options)) {}
  bool extends() const override { return false; }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context& ctx) const override {
    if (roster.empty()) co_return absl::InvalidArgumentError("a route needs agents");
    const AgentPtr fallback = FindMember(roster, options_.fallback);
    if (!options_.fallback.empty() && fallback == nullptr) co_return NoFallback(roster);
    Choice chosen;
    if (options_.model == nullptr) {
      chosen = {Likest(roster, TextOf(goal)), "likeness",
                "its description has the most words of the question"};
    } else {
      CO_CHECK_OK(patterns::CheckReserved(roster, kNone));
      absl::StatusOr<Choice> choice = co_await ChooseOnce(goal, roster, ctx);
      if (!choice.ok() && (fallback == nullptr || ctx.cancelled())) co_return choice.status();
      if (!choice.ok())
        ctx.Emit(event::Warning{absl::StrCat("routing to the fallback: ", Describe(choice.status()))});
      if (choice.ok()) chosen = *std::move(choice);
      if (!choice.ok()) chosen.why = absl::StrCat("the model failed: ", Describe(choice.status()));
    }
    if (chosen.agent == nullptr) {
      chosen.agent = fallback != nullptr ? fallback : roster.front();
      chosen.by = fallback != nullptr ? "fallback" : "first";
      if (options_.model == nullptr) chosen.why = "no description has a word of the question";
    }
    const std::string& name = chosen.agent->card().name;
    Json report = {{"agent", name}, {"by", chosen.by}, {"why", chosen.why}, {"members", RosterNames(roster)}};
    TaskGraph graph;
    Task task{.id = name, .agent = std::make_shared<Chosen>(chosen.agent, std::move(report))};
    CO_CHECK_OK(graph.Add(std::move(task)));
    co_return graph;
  }

 private:
  absl::Status NoFallback(const Roster& roster) const {
    std::vector<std::string> names;
    for (const AgentPtr& member : roster) names.push_back(member->card().name);
    return absl::InvalidArgumentError(absl::StrCat("the fallback \"", options_.fallback,
                                                   "\" is not among the agents",
                                                   DidYouMean(options_.fallback, names)));
  }

  // None fits, which it may say where there is a fallback. With that, a failure decides, too: a resumed run
  // must not choose anew.
  Async<absl::StatusOr<Choice>> ChooseOnce(const Goal& goal, const Roster& roster, Context& ctx) const {
    AgentPtr choosing = std::make_shared<Choosing>(
        [&](Context& own) -> Async<absl::StatusOr<Json>> { return Choose(goal, roster, own); });
    if (!options_.fallback.empty()) choosing = KeepsFailure(std::move(choosing));
    Prompt prompt = goal;
    CO_TRY(const Reply reply, co_await choosing->Run(std::move(prompt), ctx));
    Choice choice;
    choice.agent = FindMember(roster, patterns::TextAt(*reply.data, "agent"));
    choice.by = "model";
    choice.why = patterns::TextAt(*reply.data, "why");
    co_return choice;
  }

  Async<absl::StatusOr<Json>> Choose(const Goal& goal, const Roster& roster, Context& ctx) const {
    Json schema = {{"type", "object"}, {"required", {"agent", "why"}}, {"additionalProperties", false}};
    Json names = RosterNames(roster);
    const bool may_be_none = !options_.fallback.empty();
    if (may_be_none) names.push_back(kNone);
    schema["properties"]["agent"] = {{"type", "string"}, {"enum", std::move(names)}};
    schema["properties"]["why"] = {{"type", "string"}, {"description", "One sentence"}};
    auto output = std::make_shared<const OutputSchema>(OutputSchema{"route", std::move(schema)});
    std::string text =
        absl::StrCat("Question: ", TextOf(goal), "\n\n", DescribeRoster(roster), patterns::FilesNote(goal),
                     "\nWhich agent should answer it?", may_be_none ? " Say none when none fits." : "");
    Prompt prompt = patterns::AskWithImages(goal, std::move(text));
    std::string instructions = "You choose the one agent of a team that is best for a question.";
    if (!options_.instructions.empty()) absl::StrAppend(&instructions, "\n", options_.instructions);
    std::function<absl::Status(const Json&)> check = [](const Json&) { return absl::OkStatus(); };
    co_return co_await AskModel(*options_.model, std::move(instructions), std::move(prompt),
                                std::move(output), std::move(check), ctx);
  }

  RouteOptions options_;
};

}  // namespace

PlannerPtr RoutePlanner(RouteOptions options) { return std::make_shared<RoutePlan>(std::move(options)); }

}  // namespace ninefold
