#include <cstdio>

#include "ninefold/ninefold.h"

struct Query {
  std::string query;
};
NINEFOLD_DESCRIBE(Query, (query, "What to look for"))

std::string Manual(const Query&) {
  return "A pump may run dry for at most 30 seconds. Longer damages its seal.";
}
std::string Incidents(const Query&) {
  return "In March pump 7 ran dry for two minutes, and its seal leaked.";
}

int main() {
  using namespace ninefold;
  ModelPtr model = *OpenModel("offline");  // or "openai/gpt-5.4", "auto", …
  ToolPtr manual = MakeTool("manual", "Search the manual of the pumps", Manual);
  ToolPtr incidents = MakeTool("incidents", "Search the log of incidents with pumps", Incidents);
  AgentPtr engineer = MakeAgent(
      {.name = "engineer", .instructions = "Answer from the manual.", .model = model, .tools = {manual}});
  AgentPtr historian = MakeAgent(
      {.name = "historian", .instructions = "Answer from the log.", .model = model, .tools = {incidents}});
  AgentPtr writer =
      MakeAgent({.name = "writer", .instructions = "Merge the reports into one answer.", .model = model});

  Runtime runtime;
  absl::StatusOr<Reply> reply =
      runtime.Run(FanOut({engineer, historian}, writer), "How long may a pump run dry?",
                  {.deadline = absl::Minutes(2), .budget = {.usd = 0.50}});
  if (!reply.ok()) return std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str()), 1;
  std::printf("%s\n", reply->text.c_str());
}
