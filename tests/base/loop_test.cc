#include "base/loop.h"

#include <atomic>
#include <thread>

#include "base/asio.h"
#include "base/one_shot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;

TEST(SimLoop, TimeMovesOnlyWhenNothingIsReady) {
  auto loop = MakeSimLoop(1, false);
  std::vector<std::string> order;
  const absl::Time start = loop->Now();
  loop->AddTimer(start + absl::Hours(2), [&] { order.push_back("2h"); });
  loop->AddTimer(start + absl::Hours(1), [&] {
    order.push_back("1h");
    loop->Post([&] { order.push_back("posted at 1h"); });
  });
  loop->Post([&] { order.push_back("now"); });
  loop->Run();
  EXPECT_THAT(order, ElementsAre("now", "1h", "posted at 1h", "2h"));
  EXPECT_EQ(loop->elapsed(), absl::Hours(2));
}

TEST(SimLoop, ARemovedTimerDoesNotRing) {
  auto loop = MakeSimLoop(1, false);
  const Loop::TimerId id = loop->AddTimer(loop->Now() + absl::Seconds(5), [] { FAIL(); });
  loop->RemoveTimer(id);
  loop->Run();
  EXPECT_EQ(loop->elapsed(), absl::ZeroDuration());
}

std::vector<int> Shuffled(std::uint64_t seed) {
  auto loop = MakeSimLoop(seed, true);
  std::vector<int> order;
  for (int i = 0; i < 20; ++i) loop->Post([&order, i] { order.push_back(i); });
  loop->Run();
  return order;
}

TEST(SimLoop, TheSeedGivesTheOrder) {
  EXPECT_EQ(Shuffled(7), Shuffled(7));
  EXPECT_NE(Shuffled(7), Shuffled(8));
}

Async<void> Sum(OneShot<int>& a, OneShot<int>& b, int& sum) {
  const int first = co_await a.Wait();
  const int second = co_await b.Wait();
  sum = first + second;
}

TEST(OneShot, IsAwaitedBeforeAndAfterItIsSet) {
  auto loop = MakeSimLoop(1, true);
  OneShot<int> a(loop->executor()), b(loop->executor());
  int sum = 0;
  b.Set(2);
  b.Set(5);  // dropped
  asio::co_spawn(loop->executor(), Sum(a, b, sum), asio::detached);
  loop->Run();
  EXPECT_EQ(sum, 0);
  a.Set(1);
  loop->Run();
  EXPECT_EQ(sum, 3);
}

TEST(SimLoop, BlockingWorkRunsAtOnce) {
  auto loop = MakeSimLoop(1, true);
  int step = 0;
  loop->RunBlocking([&] { EXPECT_EQ(step++, 0); }, [&] { EXPECT_EQ(step++, 1); });
  loop->Run();
  EXPECT_EQ(step, 2);
}

TEST(AsioLoop, BlockingWorkRunsOnAnotherThreadAndEndsOnTheLoop) {
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(2));
  std::thread::id worked, ended;
  loop->RunBlocking([&] { worked = std::this_thread::get_id(); },
                    [&] { ended = std::this_thread::get_id(); });
  io.run();  // returns only when the work has ended
  EXPECT_NE(worked, std::thread::id());
  EXPECT_NE(worked, std::this_thread::get_id());
  EXPECT_EQ(ended, std::this_thread::get_id());
}

TEST(AsioLoop, TimersRingInOrder) {
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  std::vector<int> order;
  const absl::Time now = loop->Now();
  loop->AddTimer(now + absl::Milliseconds(4), [&] { order.push_back(3); });
  loop->AddTimer(now + absl::Milliseconds(2), [&] { order.push_back(2); });
  const Loop::TimerId gone = loop->AddTimer(now + absl::Milliseconds(1), [&] { order.push_back(0); });
  loop->AddTimer(now, [&] { order.push_back(1); });
  loop->RemoveTimer(gone);
  io.run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_GE(loop->Now(), now + absl::Milliseconds(4));
}

// A pending wait for a timer that was removed kept io_context::run from returning for an hour.
TEST(AsioLoop, ARemovedTimerKeepsNobodyWaiting) {
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  const Loop::TimerId far = loop->AddTimer(loop->Now() + absl::Hours(1), [] { FAIL(); });
  loop->AddTimer(loop->Now(), [&] { loop->RemoveTimer(far); });
  io.run();
}

TEST(AsioLoop, PostComesFromAnyThread) {
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  auto alive = loop->KeepAlive();
  std::atomic<int> posted = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop->Post([&] { ++posted; });
    loop->Post([&] { alive.reset(); });
  });
  io.run();
  other.join();
  EXPECT_EQ(posted, 100);
}

}  // namespace
}  // namespace ninefold
