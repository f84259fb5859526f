// Agents on the application's own io_context: one thread, no locks, and the application's work goes on beside
// them.
//
//   io_context ┬─> heartbeat … heartbeat … heartbeat
//              └─> RunAsync(agent) ──> answer
//
#include <cstdio>

#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "ninefold/ninefold.h"

using namespace ninefold;
namespace asio = boost::asio;

// Takes a while, as a real agent does.
Async<absl::StatusOr<Reply>> Work(Prompt, Context& ctx) {
  absl::Status slept = co_await ctx.Sleep(absl::Milliseconds(50));
  if (!slept.ok()) co_return slept;
  Reply reply;
  reply.text = "done";
  co_return reply;
}

struct Application {
  asio::io_context io{1};
  int heartbeats = 0;
  bool answered = false;
};

Async<void> Heartbeat(Application& app) {
  asio::steady_timer timer(app.io);
  while (!app.answered) {
    ++app.heartbeats;
    timer.expires_after(std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Async<void> AskAgent(Application& app, Runtime& runtime) {
  AgentPtr agent = MakeFunctionAgent({.name = "worker"}, Work);
  auto task = runtime.RunAsync(agent, "Work.");
  absl::StatusOr<Reply> reply = co_await std::move(task);
  app.answered = true;
  std::printf("heartbeats went on: %s\n", app.heartbeats > 1 ? "yes" : "no");
  std::printf("answer: %s\n", reply.ok() ? reply->text.c_str() : Describe(reply.status()).c_str());
}

int main() {
  Application app;
  Runtime runtime(app.io);  // attached; outlived by the io_context
  asio::co_spawn(app.io, Heartbeat(app), asio::detached);
  asio::co_spawn(app.io, AskAgent(app, runtime), asio::detached);
  app.io.run();
}
