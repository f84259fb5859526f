// Many attempts at one question, counted until their answer is settled, and a report of how sure it is.
//
//   question ──┬─> solver ─┐
//              ├─> solver ─┼─> vote ──> answer, votes, confidence
//              └─> …       ┘
//
#include <cstdio>

#include "ninefold/ninefold.h"
#include "ninefold/testing/oracle.h"

using namespace ninefold;

// An oracle that is right six times in ten, so that there is something to count; yours is *OpenModel("…").
ModelPtr SixInTen() {
  return testing::Oracle({.right = 0.6, .wrong_answers = 3, .latency = {.mean = absl::Milliseconds(1)}});
}

int main() {
  AgentPtr solver = MakeAgent({.name = "solver", .model = SixInTen()});

  AgentPtr careful = Contemplate({.solver = solver, .width = 16});
  AgentPtr quick = Contemplate(WithMode(Mode::kThinking, {.solver = solver}));

  Runtime runtime;
  for (const AgentPtr& agent : {careful, quick}) {
    absl::StatusOr<Reply> reply = runtime.Run(agent, testing::OracleQuestion(42), {});
    if (!reply.ok()) {
      std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
      return 1;
    }
    const Contemplation report = *ContemplationOf(*reply);
    std::printf("%s: %s, %d attempts\n", report.answer.c_str(), report.stop.c_str(), report.started);
    for (const Contemplation::Vote& vote : report.votes) {
      std::printf("  %d x %s\n", vote.count, vote.answer.c_str());
    }
  }
}
