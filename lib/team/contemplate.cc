// The graph: solve.1 … solve.N at once; for each round r, refine.r.1 … refine.r.N, each seeing a digest of
// the round before; then answer. It grows round by round, so a vote that is decided cancels what is still
// running and goes straight to the answer.
#include "ninefold/contemplate.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/planner.h"
#include "ninefold/status.h"
#include "ninefold/team.h"
#include "team/digest.h"

namespace ninefold {
namespace {

constexpr std::size_t kDigestBytes = 800;  // of each other solver's reply

// Independent attempts that do not fall for the same mistake.
const std::vector<std::string>& BuiltInStrategies() {
  static const std::vector<std::string> strategies = {
      "",
      "Work it out step by step, and check each step before the next.",
      "First look for what the question takes for granted, then answer.",
      "Find a second way to the result and compare.",
      "Begin with the evidence against the obvious answer.",
      "Break the question into parts and answer each part on its own first."};
  return strategies;
}

struct Ballot {
  std::string answer;  // normalised
  std::string who;
  const Reply* reply;
};

struct Tally {
  std::vector<Ballot> ballots;
  std::vector<std::pair<std::string, int>>
      votes;  // most first; of equals the one that came first in declared order

  int leader() const { return votes.empty() ? 0 : votes[0].second; }
  int runner_up() const { return votes.size() < 2 ? 0 : votes[1].second; }
};

Tally Count(std::vector<Ballot> ballots) {
  Tally tally{std::move(ballots), {}};
  for (const Ballot& ballot : tally.ballots) {
    auto it = std::find_if(tally.votes.begin(), tally.votes.end(),
                           [&](const auto& v) { return v.first == ballot.answer; });
    if (it == tally.votes.end()) {
      tally.votes.emplace_back(ballot.answer, 1);
    } else {
      ++it->second;
    }
  }
  std::stable_sort(tally.votes.begin(), tally.votes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return tally;
}

// The vote as a step of the graph: an agent without a model, made from what the tally found.
Reply VoteReply(const Tally& tally, int width) {
  Reply reply;
  Json votes = Json::array();
  for (const auto& [answer, count] : tally.votes) votes.push_back({{"answer", answer}, {"count", count}});
  const std::string& winner = tally.votes[0].first;
  for (const Ballot& ballot : tally.ballots) {
    if (ballot.answer == winner) {
      if (reply.text.empty()) reply.text = ballot.reply->text;
      reply.evidence.insert(reply.evidence.end(), ballot.reply->evidence.begin(),
                            ballot.reply->evidence.end());
    } else {
      reply.dissent.push_back({ballot.who, ballot.reply->text});
    }
  }
  const int cast = int(tally.ballots.size());
  const bool tie = tally.votes.size() > 1 && tally.runner_up() == tally.leader();
  const std::string stop = tie ? "tie" : cast < width ? "decided" : "all answered";
  reply.data = Json{{"answer", winner},
                    {"votes", std::move(votes)},
                    {"confidence", double(tally.leader()) / std::max(1, cast)},
                    {"width", width},
                    {"cast", cast},
                    {"stop", stop}};
  return reply;
}

std::string SolverId(int round, int i) {
  return round == 0 ? absl::StrCat("solve.", i + 1) : absl::StrCat("refine.", round, ".", i + 1);
}

class ContemplatePlan : public Planner {
 public:
  explicit ContemplatePlan(ContemplateOptions options) : options_(std::move(options)) {
    if (options_.solvers.empty()) options_.solvers.push_back(options_.solver);
    if (options_.strategies.empty()) options_.strategies = BuiltInStrategies();
    if (!options_.normalize) {
      options_.normalize = [](const Reply& reply) { return NormalizeAnswer(reply.text); };
    }
  }

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster&, Context&) const override {
    TaskGraph graph;
    for (int i = 0; i < options_.width; ++i) CO_CHECK_OK(graph.Add(Solver(i)));
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    Extension extension;
    if (progress.graph().Find("answer") != nullptr) co_return extension;
    int round = 0;
    while (progress.graph().Find(SolverId(round + 1, 0)) != nullptr) ++round;
    const std::vector<std::string> done = Done(progress, round);
    const bool over = progress.running() == 0;
    const bool decided = !over && round == options_.rounds && IsDecided(progress, round, done);
    if (!over && !decided) co_return extension;
    if (done.empty()) co_return NobodyAnswered(progress, round);
    if (over && round < options_.rounds) {
      for (int i = 0; i < options_.width; ++i) extension.tasks.push_back(Refiner(round + 1, i, done));
      co_return extension;
    }
    for (int i = 0; decided && i < options_.width; ++i) {
      if (progress.result(SolverId(round, i)) == nullptr) extension.cancel.push_back(SolverId(round, i));
    }
    extension.tasks.push_back(Answer(done));
    extension.output = "answer";
    co_return extension;
  }

 private:
  const AgentPtr& SolverAgent(int i) const {
    return options_.solvers[std::size_t(i) % options_.solvers.size()];
  }

  Task Solver(int i) const {
    Task task{.id = SolverId(0, i), .agent = SolverAgent(i)};
    task.on_failure = OnFailure::Skip();
    const std::string strategy = options_.strategies[std::size_t(i) % options_.strategies.size()];
    if (strategy.empty()) return task;
    task.prompt = PromptTemplate([strategy](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      Prompt prompt(inputs.goal().parts, inputs.goal().history);
      prompt.parts.emplace_back(Text{strategy});
      return prompt;
    });
    return task;
  }

  Task Refiner(int round, int i, std::vector<std::string> needs) const {
    Task task{.id = SolverId(round, i), .agent = SolverAgent(i), .needs = std::move(needs)};
    task.on_failure = OnFailure::Skip();
    const std::string own = SolverId(round - 1, i);
    task.prompt = PromptTemplate([own](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      std::string text = "\nAnswers so far, by others who worked on their own:\n";
      for (const std::string& need : inputs.needs()) {
        const TaskResult* result = inputs.Find(need);
        if (result == nullptr || result->reply == nullptr) continue;
        const std::string_view said = std::string_view(result->reply->text).substr(0, kDigestBytes);
        absl::StrAppend(&text, "\n## ", need == own ? "yours" : need, "\n", ToAbsl(said), "\n");
      }
      text +=
          "\nWeigh them, correct what is wrong in yours, and answer the question again. Change your answer "
          "only for a reason.";
      Prompt prompt(inputs.goal().parts, inputs.goal().history);
      prompt.parts.emplace_back(Text{std::move(text)});
      return prompt;
    });
    return task;
  }

  static std::vector<std::string> Done(const Progress& progress, int round) {
    std::vector<std::string> done;
    for (int i = 0; progress.graph().Find(SolverId(round, i)) != nullptr; ++i) {
      const TaskResult* result = progress.result(SolverId(round, i));
      if (result != nullptr && result->reply != nullptr) done.push_back(SolverId(round, i));
    }
    return done;
  }

  template <class FindResult>
  Tally TallyOf(const std::vector<std::string>& ids, FindResult find) const {
    std::vector<Ballot> ballots;
    for (const std::string& id : ids) {
      const TaskResult* result = find(id);
      if (result == nullptr || result->reply == nullptr) continue;
      std::string answer = options_.normalize(*result->reply);
      if (!answer.empty()) ballots.push_back({std::move(answer), id, result->reply.get()});
    }
    return Count(std::move(ballots));
  }

  // The leader cannot be overtaken by the votes that are still out, or has the share that was asked for.
  bool IsDecided(const Progress& progress, int round, const std::vector<std::string>& done) const {
    if (options_.aggregate != Aggregate::kVote || !options_.stop_when_decided) return false;
    const Tally tally = TallyOf(done, [&](const std::string& id) { return progress.result(id); });
    int out = 0;
    for (int i = 0; i < options_.width; ++i) out += progress.result(SolverId(round, i)) == nullptr ? 1 : 0;
    if (tally.leader() > tally.runner_up() + out) return true;
    return options_.agreement < 1.0 && tally.leader() >= options_.agreement * options_.width;
  }

  static absl::StatusOr<Extension> NobodyAnswered(const Progress& progress, int round) {
    const TaskResult* first = progress.result(SolverId(round, 0));
    const absl::Status why =
        first == nullptr || first->status.ok() ? absl::UnavailableError("no reply") : first->status;
    return Annotate(why, "every solver has failed; the first one said");
  }

  Task Answer(std::vector<std::string> needs) const {
    Task task{.id = "answer", .needs = std::move(needs)};
    if (options_.aggregate == Aggregate::kSynthesize) {
      task.agent = options_.judge ? options_.judge : SolverAgent(0);
      task.prompt = PromptTemplate([](const TaskInputs& inputs) { return Digest(inputs, kMergeRequest); });
      return task;
    }
    // The tally is made where the results are: in the prompt's making. The agent hands it on.
    auto counted = std::make_shared<Reply>();
    task.prompt = PromptTemplate([this, counted](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      const Tally tally = TallyOf(inputs.needs(), [&](const std::string& id) { return inputs.Find(id); });
      if (tally.votes.empty())
        return absl::FailedPreconditionError("no solver gave an answer that can be counted");
      *counted = VoteReply(tally, options_.width);
      return Prompt(counted->text);
    });
    task.agent = MakeFunctionAgent(
        {"vote", "Counts answers"},
        [counted](Prompt, Context&) -> Async<absl::StatusOr<Reply>> { co_return *counted; });
    return task;
  }

  ContemplateOptions options_;
};

}  // namespace

AgentPtr Contemplate(ContemplateOptions options) {
  const bool has_solver = options.solver != nullptr || !options.solvers.empty();
  if (!has_solver || options.width < 1 || options.width > 1024 || options.rounds < 0) {
    std::fprintf(
        stderr, "ninefold: Contemplate: a solver, a width of 1 to 1024 and rounds of 0 or more are needed\n");
    std::abort();
  }
  TeamOptions team;
  team.name = options.name;
  team.description = options.description;
  team.planner = std::make_shared<ContemplatePlan>(std::move(options));
  return MakeTeam(std::move(team));
}

}  // namespace ninefold
