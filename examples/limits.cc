// A budget, a deadline and a cancellation end a run: as a value, with what was done until then.
//
//   question ──> worker <──> wait(seconds)      (asks for the tool again and again, for ever)
//
#include <cstdio>

#include "ninefold/ninefold.h"
#include "ninefold/testing/scripted.h"

using namespace ninefold;

struct Pause {
  double seconds = 1;
};
NINEFOLD_DESCRIBE(Pause, (seconds, "How long", Min(0), Max(3600)))

Async<absl::StatusOr<std::string>> Wait(const Pause& pause, Context& ctx) {
  absl::Status slept = co_await ctx.Sleep(absl::Seconds(pause.seconds));
  if (!slept.ok()) co_return slept;  // cancelled, or out of time
  co_return std::string("waited");
}

AgentPtr Restless(double seconds) {
  ModelPtr model = testing::Responding(
      [seconds](const ModelRequest&) { return testing::Ask("wait", {{"seconds", seconds}}); });
  return MakeAgent({.name = "worker", .model = model, .tools = {MakeTool("wait", "Waits", Wait)}});
}

void Show(const char* what, const absl::StatusOr<Reply>& reply) {
  std::printf("%s: %s\n", what, reply.ok() ? reply->text.c_str() : Describe(reply.status()).c_str());
}

int main() {
  Runtime runtime;
  Show("budget", runtime.Run(Restless(0), "Work.", {.budget = {.model_calls = 5}}));
  Show("deadline", runtime.Run(Restless(3600), "Work.", {.deadline = absl::Milliseconds(50)}));

  RunHandle run = runtime.Start(Restless(3600), "Work.");
  while (std::optional<Event> event = run.Next()) {
    if (std::holds_alternative<event::ToolStarted>(event->body)) run.Cancel();  // from any thread
  }
  Show("cancel", run.Wait());
}
