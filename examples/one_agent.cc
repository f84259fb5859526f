// One agent answers a question about a text it is given.
//
//   question + tower.txt ──> reader ──> answer, with the place it was found
//
#include <cstdio>

#include "ninefold/ninefold.h"

using namespace ninefold;

int main() {
  AgentPtr reader = MakeAgent({.name = "reader",
                               .instructions = "Answer from the given document and quote it.",
                               .model = *OpenModel("offline")});

  Prompt prompt("When was the tower opened?");
  prompt.parts.push_back(File{.name = "tower.txt",
                              .bytes = "The tower stands beside the river.\n"
                                       "The tower was opened on 31 March 1889.\n"
                                       "It was painted brown, then red.\n"});
  Runtime runtime;
  absl::StatusOr<Reply> reply = runtime.Run(reader, std::move(prompt));
  if (!reply.ok()) {
    std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
    return 1;
  }
  std::printf("%s\n", reply->text.c_str());
  for (const Citation& citation : reply->evidence) {
    std::printf("  %s: \"%s\"\n", Place(citation).c_str(), citation.quote.c_str());
  }
}
