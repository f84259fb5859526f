#include "ninefold/runtime.h"

#include <atomic>
#include <thread>

#include "base/asio.h"
#include "matchers.h"

namespace ninefold {
namespace {

using testing::After;
using ::testing::HasSubstr;
using testing::Say;
using testing::Scripted;

AgentPtr Sleeper() {
  return MakeFunctionAgent({"sleeper", ""}, [](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    absl::Status slept = co_await ctx.Sleep(absl::Hours(1));
    if (!slept.ok()) co_return slept;
    co_return Reply{};
  });
}

TEST(Runtime, RunsAndReturns) {
  Runtime runtime;
  EXPECT_THAT(runtime.Run(MakeAgent({.name = "a", .model = Scripted({Say("hello")})}), "hi"), Says("hello"));
  EXPECT_EQ((*runtime.store()->Runs())[0].state, "done");
}

TEST(Runtime, NoAgentIsAnError) {
  Runtime runtime;
  EXPECT_THAT(runtime.Run(nullptr, "hi"), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no agent")));
  EXPECT_THAT(runtime.Run(Sleeper(), "hi", {.mode = RunMode::kResume}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("run_id")));
}

TEST(Runtime, ADeadlineEndsIt) {
  Runtime runtime;
  EXPECT_THAT(runtime.Run(Sleeper(), "hi", {.deadline = absl::Milliseconds(5)}),
              Fails(absl::StatusCode::kDeadlineExceeded, HasSubstr("deadline")));
}

TEST(Runtime, CancelFromAnotherThread) {
  Runtime runtime;
  RunHandle run = runtime.Start(Sleeper(), "hi");
  run.Cancel();
  run.Cancel();
  EXPECT_THAT(run.Wait(), Fails(absl::StatusCode::kCancelled, HasSubstr("cancelled")));
  run.Cancel();
  EXPECT_EQ((*runtime.store()->Runs())[0].state, "cancelled");
}

// Whoever waits may come back at any moment of another thread's Cancel.
TEST(Runtime, CancelWhileAnotherThreadWaits) {
  Runtime runtime;
  AgentPtr quick =
      MakeAgent({.name = "a", .model = testing::Responding([](const ModelRequest&) { return Say("ok"); })});
  for (int i = 0; i < 200; ++i) {
    RunHandle run = runtime.Start(quick, "hi");
    std::thread other([&] {
      for (int n = 0; n < 20; ++n) run.Cancel();
    });
    const absl::StatusOr<Reply> reply = run.Wait();
    other.join();
    EXPECT_TRUE(reply.ok() || absl::IsCancelled(reply.status())) << reply.status();
    EXPECT_TRUE(run.done());
  }
}

TEST(Runtime, AResultIsGivenOnce) {
  Runtime runtime;
  RunHandle run =
      runtime.Start(MakeAgent({.name = "a", .model = Scripted({testing::Stream({"once"})})}), "hi");
  EXPECT_THAT(run.Wait(), Says("once"));
  EXPECT_THAT(run.Wait(), Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("before")));
  EXPECT_THAT(RunHandle().Wait(), Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("empty")));
}

TEST(Runtime, EventsAreReadUntilTheEnd) {
  Runtime runtime;
  RunHandle run =
      runtime.Start(MakeAgent({.name = "a", .model = Scripted({testing::Stream({"a", "b", "c"})})}), "hi",
                    {.events_max = 2});
  std::string text;
  std::string last;
  while (auto event = run.Next()) {
    if (const auto* delta = std::get_if<event::TextDelta>(&event->body)) text += delta->text;
    last = EventName(*event);
  }
  EXPECT_EQ(last, "run_ended");
  EXPECT_THAT(run.Wait(), Says("abc"));
}

TEST(Runtime, AHandleThatGoesEndsItsRun) {
  Runtime runtime;
  {
    RunHandle run = runtime.Start(Sleeper(), "hi");
  }
  EXPECT_EQ((*runtime.store()->Runs())[0].state, "cancelled");
}

TEST(Runtime, ARuntimeThatGoesEndsItsRuns) {
  auto runtime = std::make_unique<Runtime>(RuntimeOptions{.threads = 2});
  std::vector<RunHandle> runs;
  for (int i = 0; i < 10; ++i) runs.push_back(runtime->Start(Sleeper(), "hi"));
  runtime.reset();
  for (RunHandle& run : runs) EXPECT_THAT(run.Wait(), Fails(absl::StatusCode::kCancelled, HasSubstr("")));
}

TEST(Runtime, ManyRunsOnManyLoops) {
  Runtime runtime({.threads = 4});
  std::atomic<int> events = 0;
  std::vector<RunHandle> runs;
  AgentPtr agent = MakeAgent({.name = "a", .model = testing::Responding([](const ModelRequest&) {
                                             return After(absl::Milliseconds(1), Say("ok"));
                                           })});
  for (int i = 0; i < 200; ++i)
    runs.push_back(runtime.Start(agent, "hi", {.on_event = [&](const Event&) { ++events; }}));
  for (RunHandle& run : runs) EXPECT_THAT(run.Wait(), Says("ok"));
  EXPECT_GT(events, 200 * 5);
}

TEST(Runtime, OnTheApplicationsOwnIoContext) {
  asio::io_context io(1);
  Runtime runtime(io);
  AgentPtr agent = MakeAgent({.name = "a", .model = Scripted({Say("hello"), Say("again")})});
  absl::StatusOr<Reply> first = absl::UnknownError(""), second = absl::UnknownError("");
  auto work = [&]() -> Async<void> {
    first = co_await runtime.RunAsync(agent, "hi");
    auto options = std::make_shared<RunOptions>();
    options->name = "named";
    second = co_await runtime.RunAsync(agent, "hi", options);
  };
  asio::co_spawn(io, work, asio::detached);
  io.run();
  EXPECT_THAT(first, Says("hello"));
  EXPECT_THAT(second, Says("again"));
  EXPECT_EQ((*runtime.store()->Runs())[0].name, "named");
}

TEST(Runtime, RunAsyncOnAStrangeExecutorIsRefused) {
  Runtime runtime;
  asio::io_context io(1);
  absl::StatusOr<Reply> reply = absl::UnknownError("");
  auto work = [&]() -> Async<void> { reply = co_await runtime.RunAsync(Sleeper(), "hi"); };
  asio::co_spawn(io, work, asio::detached);
  io.run();
  EXPECT_THAT(reply, Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("attach the runtime")));
}

TEST(Runtime, BlockingToolsDoNotHoldTheLoop) {
  ToolPtr slow = MakeBlockingTool({.name = "slow"}, [](const Json&) -> absl::StatusOr<ToolOutput> {
    return TextOutput(absl::StrCat(std::hash<std::thread::id>()(std::this_thread::get_id())));
  });
  Runtime runtime;
  std::thread::id loop_thread;
  std::string tool_thread;
  auto note = [&](const Event& event) {
    loop_thread = std::this_thread::get_id();
    if (const auto* ended = std::get_if<event::ToolEnded>(&event.body)) tool_thread = ended->preview;
  };
  EXPECT_THAT(
      runtime.Run(
          MakeAgent({.name = "a", .model = Scripted({testing::Ask("slow"), Say("ok")}), .tools = {slow}}),
          "go", {.on_event = note}),
      Says("ok"));
  EXPECT_NE(tool_thread, "");
  EXPECT_NE(tool_thread, absl::StrCat(std::hash<std::thread::id>()(loop_thread)));
}

}  // namespace
}  // namespace ninefold
