#include "ninefold/event.h"

#include <thread>

#include "base/asio.h"
#include "base/loop.h"
#include "gmock/gmock.h"
#include "run/event_queue.h"
#include "run/run_fixture.h"

namespace ninefold {
namespace {

class EventTest : public RunFixture {};

TEST_F(EventTest, CarriesPathTimeAndSequence) {
  Context root(run), answer(root, "answer");
  root.Emit(event::TurnStarted{1});
  answer.Emit(event::TextDelta{"hi"});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(*events[1].path, "answer");
  EXPECT_EQ(events[1].sequence, 2u);
  EXPECT_EQ(
      DumpJson(ToJson(events[1])),
      R"({"event":"text_delta","path":"answer","sequence":2,"text":"hi","time":"2025-01-01T00:00:00.000000Z"})");
}

TEST_F(EventTest, EveryKindHasAName) {
  Context root(run);
  root.Emit(event::RunEnded{absl::UnavailableError("gone"), {}});
  EXPECT_EQ(EventName(events[0]), "run_ended");
  const Json json = ToJson(events[0]);
  EXPECT_EQ(json["code"], "UNAVAILABLE");
  EXPECT_EQ(json["message"], "gone");
}

// Waiting adds up along what waited for each other, and not over what ran at once.
TEST_F(EventTest, TimeInAQueueAddsUpAlongTheLongestChain) {
  Context root(run);
  {
    Context first(root, "first");
    first.ChargeQueued(absl::Seconds(2));
  }
  Context second(root, "second"), beside(root, "beside");
  second.ChargeQueued(absl::Seconds(3));
  beside.ChargeQueued(absl::Seconds(4));
  EXPECT_EQ(second.queued(), absl::Seconds(3));
  EXPECT_EQ(root.queued(), absl::Seconds(6));
}

Event Delta(std::uint64_t sequence) {
  return {event::TextDelta{"x"}, std::make_shared<const std::string>("p"), absl::UnixEpoch(), sequence};
}

TEST(EventQueue, BeforeAReaderComesItIsABuffer) {
  EventQueue queue(3);
  for (std::uint64_t i = 1; i <= 10; ++i) queue.Push(Delta(i));
  Event ended{event::RunEnded{}, std::make_shared<const std::string>(), absl::UnixEpoch(), 11};
  queue.Push(ended);
  queue.Close();
  std::vector<std::uint64_t> seen;
  while (auto event = queue.Next()) seen.push_back(event->sequence);
  EXPECT_THAT(seen, ::testing::ElementsAre(1, 2, 3, 11))
      << "deltas beyond the limit are dropped, the rest is not";
}

TEST(EventQueue, AProducerWaitsForItsReader) {
  constexpr int kDeltas = 2000;
  auto queue = std::make_shared<EventQueue>(16);
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  RunState run(*loop);
  run.queue = queue;
  std::atomic<int> read = 0;
  int furthest = 0;
  queue->Push(Delta(0));
  std::thread reader([&] {
    while (queue->Next()) ++read;
  });
  while (!queue->has_reader()) std::this_thread::yield();
  auto body = [&]() -> Async<void> {
    Context root(run);
    for (int i = 1; i <= kDeltas; ++i) {
      root.Emit(event::TextDelta{"x"});
      furthest = std::max(furthest, i + 1 - read.load());
      absl::Status drained = co_await root.Drain();
      EXPECT_TRUE(drained.ok());
    }
    queue->Close();
  };
  asio::co_spawn(io, body, asio::detached);
  io.run();
  reader.join();
  EXPECT_EQ(read, kDeltas + 1);
  EXPECT_LE(furthest, 18) << "no more than the queue holds, and the one in the reader's hand";
}

TEST(EventQueue, CancellationEndsTheWait) {
  auto queue = std::make_shared<EventQueue>(1);
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  RunState run(*loop);
  run.queue = queue;
  queue->Push(Delta(0));
  (void)queue->Next();
  absl::Status drained;
  auto body = [&]() -> Async<void> {
    Context root(run);
    for (int i = 0; i < 3; ++i) root.Emit(event::TextDelta{"x"});
    loop->AddTimer(loop->Now() + absl::Milliseconds(1), [&root] { root.Cancel(); });
    drained = co_await root.Drain();
    queue->Close();  // answers late; must reach nobody
  };
  asio::co_spawn(io, body, asio::detached);
  io.run();
  EXPECT_EQ(drained.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace ninefold
