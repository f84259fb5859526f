// A planner of your own. A run never loops: Extend adds tasks as results arrive, so a refine loop is a chain
// that grows.
//
//   draft-1 ──> draft-2 ──> draft-3 ──> … until the draft is good
//
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "ninefold/ninefold.h"

using namespace ninefold;

class RefineUntilGood : public Planner {
 public:
  Async<absl::StatusOr<TaskGraph>> Plan(const Goal&, const Roster& roster, Context&) const override {
    TaskGraph graph;
    absl::Status added = graph.Add({.id = "draft-1", .agent = roster[0], .prompt = "{{ goal }}"});
    if (!added.ok()) co_return added;
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    const std::string last = progress.graph().tasks().back().id;
    const TaskResult* draft = progress.result(last);
    Extension more;
    if (draft == nullptr || draft->reply == nullptr) co_return more;
    if (draft->reply->data->at("points") >= 4) co_return more;  // good enough: nothing more
    Task next;
    next.id = absl::StrCat("draft-", progress.graph().size() + 1);
    next.agent = progress.roster()[0];
    next.prompt = PromptTemplate(absl::StrCat("{{ ", last, ".text }}"));
    next.needs.push_back(last);
    more.output = next.id;
    more.tasks.push_back(std::move(next));
    co_return more;
  }
};

// A step without a model: each draft makes one point more than what it was given.
Async<absl::StatusOr<Reply>> Draft(Prompt prompt, Context&) {
  Reply reply;
  reply.text = TextOf(prompt) + " point;";
  int points = 0;
  for (char c : reply.text) points += c == ';';
  reply.data = Json::object();
  (*reply.data)["points"] = points;
  co_return reply;
}

int main() {
  AgentPtr drafter = MakeFunctionAgent({.name = "drafter", .description = "Adds a point to a draft"}, Draft);
  AgentPtr team =
      MakeTeam({.name = "refine", .planner = std::make_shared<RefineUntilGood>(), .members = {drafter}});

  int drafts = 0;
  RunOptions options;
  options.on_event = [&](const Event& event) {
    if (const auto* ended = std::get_if<event::TaskEnded>(&event.body)) {
      ++drafts;
      std::printf("%s %s\n", ended->id.c_str(), ended->outcome.c_str());
    }
  };
  Runtime runtime;
  absl::StatusOr<Reply> reply = runtime.Run(team, "What a bridge needs: piers;", options);
  if (!reply.ok()) {
    std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
    return 1;
  }
  std::printf("drafts: %d, the last has %d points\n", drafts, reply->data->at("points").get<int>());
}
