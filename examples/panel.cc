// Three agents read the same document at once, each with its own question in mind; a writer merges what they
// found.
//
//              ┌─> engineer ──┐
//   question ──┼─> historian ─┼─> writer ──> answer, evidence, dissent, cost
//              └─> auditor ───┘
//
#include <cstdio>

#include "ninefold/ninefold.h"

using namespace ninefold;

AgentPtr Reader(const ModelPtr& model, const char* name, const char* instructions) {
  return MakeAgent({.name = name, .instructions = instructions, .model = model});
}

int main() {
  ModelPtr model = *OpenModel("offline");
  AgentPtr panel = FanOut({Reader(model, "engineer", "Look for loads, materials and limits."),
                           Reader(model, "historian", "Look for dates and names."),
                           Reader(model, "auditor", "Look for costs and for what is missing.")},
                          Reader(model, "writer", "Merge the reports; keep quotes and disagreements."));

  Prompt prompt("How heavy may a lorry on the bridge be?");
  prompt.parts.push_back(File{.name = "bridge.txt",
                              .bytes = "The bridge was finished in 1932 by Ada Holm.\n"
                                       "Its repair in 1987 cost two million.\n"
                                       "A lorry on the bridge may be at most 24 tonnes heavy.\n"
                                       "Cyclists use the northern side.\n"});
  Runtime runtime({.threads = 2});
  absl::StatusOr<Reply> reply = runtime.Run(panel, std::move(prompt), {.deadline = absl::Minutes(1)});
  if (!reply.ok()) {
    std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
    return 1;
  }
  std::printf("%s\n\n", reply->text.c_str());
  for (const Citation& citation : reply->evidence) {
    std::printf("%s: \"%s\"\n", Place(citation).c_str(), citation.quote.c_str());
  }
  for (const Dissent& dissent : reply->dissent)
    std::printf("%s disagrees: %s\n", dissent.who.c_str(), dissent.text.c_str());
  std::printf("%lld model calls\n", static_cast<long long>(reply->cost.model_calls));
}
