// Patterns of working together: each is a planner, put into a team.
//
//   critique:    author ──> critic ──> author ──> … until it is accepted
//   map-reduce:  document ──┬─> reader ─┬─> editor
//                           └─> reader ─┘
//   debate:      sides ──> sides ──> … ──> judge, in both orders
//   hand-off:    desk ──> whom it suits better ──> …
//   supervisor:  lead ──┬─> reader ────┬─> lead ──> …
//                       └─> historian ─┘
//   plan:        planner ─┬─> reader ────┬─> merge
//                         └─> historian ─┘
//   group chat:  one ──> another ──> … ──> closing
//
#include <cstdio>

#include "ninefold/ninefold.h"

using namespace ninefold;

AgentPtr Named(const ModelPtr& model, const char* name, const char* description) {
  return MakeAgent({.name = name, .description = description, .model = model});
}

int main() {
  ModelPtr model = *OpenModel("offline");
  AgentPtr author = Named(model, "author", "Writes answers");
  AgentPtr critic = Named(model, "critic", "Finds what is wrong with them");
  AgentPtr reader = Named(model, "reader", "Limits, loads and weights");
  AgentPtr historian = Named(model, "historian", "Years, names and dates");
  AgentPtr lead = Named(model, "lead", "Leads");

  AgentPtr careful = MakeTeam(
      {.name = "careful", .planner = CritiquePlanner({.author = author, .critic = critic, .rounds = 3})});

  AgentPtr wide =
      MakeTeam({.name = "wide",
                .planner = MapReducePlanner({.mapper = reader, .reducer = author, .chunk_tokens = 60})});

  AgentPtr court = MakeTeam(
      {.name = "court",
       .planner = DebatePlanner({.sides = {{.agent = reader, .stance = "The limit is what is written."},
                                           {.agent = historian, .stance = "The limit has changed."}},
                                 .judge = critic})});

  AgentPtr desk = MakeTeam({.name = "desk",
                            .planner = HandOffPlanner({.first = "lead", .hand_offs = 2}),
                            .members = {lead, reader, historian}});

  AgentPtr led = MakeTeam({.name = "led",
                           .planner = SupervisorPlanner({.lead = lead, .rounds = 2}),
                           .members = {reader, historian}});

  AgentPtr planned = MakeTeam({.name = "planned",
                               .planner = ModelPlanner({.model = model, .replans = 2}),
                               .members = {reader, historian}});

  AgentPtr table = MakeTeam({.name = "table",
                             .planner = GroupChatPlanner({.turns = 4, .closing = author}),
                             .members = {reader, historian}});

  std::string text;
  for (int year = 1930; year < 1940; ++year) {
    text += "In " + std::to_string(year) + " the bridge was painted and nothing else was done.\n";
  }
  text += "Since its repair a lorry on the bridge may be at most 24 tonnes heavy.\n";

  Runtime runtime;
  for (const AgentPtr& team : {careful, wide, court, desk, led, planned, table}) {
    Prompt prompt("How heavy may a lorry on the bridge be?");
    prompt.parts.push_back(File{.name = "bridge.txt", .bytes = text});
    absl::StatusOr<Reply> reply = runtime.Run(team, std::move(prompt), {.deadline = absl::Minutes(1)});
    if (!reply.ok()) {
      std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
      return 1;
    }
    std::printf("%s: %s\n  %s\n  %lld model calls\n", team->card().name.c_str(), reply->text.c_str(),
                DumpJson(*reply->report).c_str(), static_cast<long long>(reply->cost.model_calls));
  }
}
