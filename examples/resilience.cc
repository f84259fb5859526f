// Models that hold models: tried again when the server is at fault, and another one when that does not help.
//
//   question ──> agent ──> fallback ──> retry ──> busy (fails three times)
//                              └─────────────────> spare
//
#include "ninefold/resilience.h"

#include <cstdio>

#include "ninefold/ninefold.h"

using namespace ninefold;

int main() {
  int asked = 0;
  ModelPtr busy =
      MakeModel({.name = "busy", .free = true}, [&](const ModelRequest&) -> absl::StatusOr<ModelReply> {
        ++asked;
        return WithModelError(absl::UnavailableError("no room"), ModelError::kServer);
      });
  ModelPtr spare = MakeModel({.name = "spare", .free = true}, [](const ModelRequest&) {
    return ModelReply{.message = AssistantMessage("here I am"), .model = "spare"};
  });

  RetryPolicy patience{.attempts = 3, .base = absl::Milliseconds(10)};
  ModelPtr model = WithFallback({WithRetry(WithBreaker(busy), patience), spare});

  RunOptions options;
  options.on_event = [](const Event& event) {
    if (const auto* retried = std::get_if<event::Retried>(&event.body))
      std::printf("attempt %d failed: %s\n", retried->attempt, Describe(retried->status).c_str());
    if (const auto* warning = std::get_if<event::Warning>(&event.body))
      std::printf("warning: %s\n", warning->text.c_str());
  };
  Runtime runtime;
  AgentPtr agent = MakeAgent({.name = "a", .model = model});
  absl::StatusOr<Reply> reply = runtime.Run(agent, "anybody there?", options);
  std::printf("asked %d times: %s\n", asked,
              reply.ok() ? reply->text.c_str() : Describe(reply.status()).c_str());
}
