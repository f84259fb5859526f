#include "ninefold/team.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "graph/executor.h"
#include "ninefold/status.h"

namespace ninefold {

Async<absl::StatusOr<Extension>> Planner::Extend(const Progress&, Context&) const { co_return Extension(); }

namespace {

class Team : public Agent {
 public:
  explicit Team(TeamOptions options)
      : card_{options.name, options.description}, options_(std::move(options)) {
    graph_options_.width = options_.limits.width;
    graph_options_.tasks_max = options_.limits.tasks_max;
    if (!options_.planner->extends()) return;
    graph_options_.extend = [planner = options_.planner](const Progress& progress, Context& ctx) {
      return planner->Extend(progress, ctx);
    };
  }
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Context own(ctx, "");
    own.EnterAgent();
    if (own.depth() > own.budget().limits().depth) {
      co_return absl::ResourceExhaustedError(absl::StrCat(ctx.path(), ": agents nested deeper than ",
                                                          own.budget().limits().depth,
                                                          "; does a team contain itself?"));
    }
    own.Emit(event::AgentStarted{card_.name, ""});
    absl::StatusOr<Reply> reply = co_await PlanAndRun(std::move(prompt), own);
    own.Emit(event::AgentEnded{card_.name, reply.status(), own.cost()});
    if (reply.ok()) reply->cost = own.cost();
    co_return reply;
  }

 private:
  Async<absl::StatusOr<Reply>> PlanAndRun(Prompt prompt, Context& ctx) const {
    absl::StatusOr<TaskGraph> graph = absl::InternalError("not planned");
    {
      Context planning(ctx, "plan");
      graph = co_await options_.planner->Plan(prompt, options_.members, planning);
    }
    if (!graph.ok()) co_return Annotate(graph.status(), absl::StrCat("planning of \"", card_.name, "\""));
    const std::shared_ptr<Conversation> transcript = prompt.transcript;
    absl::StatusOr<Reply> reply =
        co_await RunGraph(*std::move(graph), std::move(prompt), options_.members, graph_options_, ctx);
    if (reply.ok() && transcript != nullptr) *transcript = reply->conversation;
    co_return reply;
  }

  AgentCard card_;
  TeamOptions options_;
  GraphOptions graph_options_;
};

}  // namespace

AgentPtr MakeTeam(TeamOptions options) {
  if (options.name.empty() || options.planner == nullptr) {
    std::fprintf(stderr, "ninefold: MakeTeam: a team needs a name and a planner\n");
    std::abort();
  }
  return std::make_shared<Team>(std::move(options));
}

AgentPtr FanOut(Roster members, AgentPtr aggregator, std::string name) {
  FanOutOptions options;
  options.aggregator = std::move(aggregator);
  TeamOptions team;
  team.name = std::move(name);
  team.planner = FanOutPlanner(std::move(options));
  team.members = std::move(members);
  return MakeTeam(std::move(team));
}

}  // namespace ninefold
