// What the tests of contemplating share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "matchers.h"
#include "ninefold/contemplate.h"

namespace ninefold {

// Waits for all.
inline constexpr ContemplateStops kNever{.decided = false, .settled = 1, .quorum = 1};

inline Contemplation ReportOf(const absl::StatusOr<Reply>& reply) {
  EXPECT_THAT(reply, IsOk());
  if (!reply.ok()) return {};
  const absl::StatusOr<Contemplation> report = ContemplationOf(*reply);
  EXPECT_THAT(report, IsOk());
  return report.ok() ? *report : Contemplation();
}

inline std::string Asked(const ModelRequest& request) { return TextOf(request.conversation.back()); }

// Says what the function makes of what it is asked.
inline AgentPtr Saying(std::string name, testing::Responder responder) {
  return MakeAgent({.name = std::move(name), .model = testing::Responding(std::move(responder))});
}

// The i-th to ask takes so many seconds and says so; "": fails.
struct Turn {
  double seconds;
  std::string answer;
};
inline AgentPtr SolverOf(std::vector<Turn> turns) {
  auto next = std::make_shared<std::size_t>(0);
  return Saying("solver", [turns = std::move(turns), next](const ModelRequest&) {
    const Turn& turn = turns[(*next)++ % turns.size()];
    const testing::ScriptStep step = turn.answer.empty() ? testing::Fail(absl::UnavailableError("no idea"))
                                                         : testing::Say("answer: " + turn.answer);
    return testing::After(absl::Seconds(turn.seconds), step);
  });
}

}  // namespace ninefold
