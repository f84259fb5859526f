#include "ninefold/concurrency.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "ninefold/status.h"
#include "run/run_fixture.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;

class ConcurrencyTest : public RunFixture {
 protected:
  // Child i takes i + 1 seconds and gives i; those in `bad` fail.
  Async<absl::StatusOr<int>> Child(std::size_t i, Context& ctx) {
    ++running;
    most = std::max(most, running);
    absl::Status slept = co_await ctx.Sleep(absl::Seconds(int(i) + 1));
    --running;
    ended.push_back(int(i));
    if (!slept.ok()) co_return slept;
    if (std::find(bad.begin(), bad.end(), int(i)) != bad.end())
      co_return absl::UnavailableError(absl::StrCat("child ", i));
    co_return int(i);
  }

  int running = 0, most = 0;
  std::vector<int> bad, ended;
};

TEST_F(ConcurrencyTest, SettleGivesEveryOutcomeInOrder) {
  bad = {1};
  std::vector<absl::StatusOr<int>> results;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    results = co_await Settle<int>(ctx, "child", 4, body);
  }));
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(*results[0], 0);
  EXPECT_EQ(results[1].status(), absl::UnavailableError("child 1"));
  EXPECT_EQ(*results[3], 3);
  EXPECT_EQ(elapsed(), absl::Seconds(4)) << "at once";
  EXPECT_EQ(most, 4);
}

TEST_F(ConcurrencyTest, WidthBoundsHowManyRun) {
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    auto results = co_await Settle<int>(ctx, "child", 10, body, 3);
    EXPECT_EQ(results.size(), 10u);
  }));
  EXPECT_EQ(most, 3);
}

TEST_F(ConcurrencyTest, NoChildrenIsNoWait) {
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    auto results = co_await Settle<int>(ctx, "child", 0, body);
    EXPECT_TRUE(results.empty());
  }));
}

TEST_F(ConcurrencyTest, WhenAllEndsAtTheFirstFailure) {
  bad = {1};
  absl::Status status;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    auto all = co_await WhenAll<int>(ctx, "child", 50, body);
    status = all.status();
    EXPECT_EQ(running, 0) << "the children have ended before";
    EXPECT_TRUE(ctx.status().ok());
  }));
  EXPECT_EQ(status, absl::UnavailableError("child 1"));
  EXPECT_EQ(elapsed(), absl::Seconds(2));
  EXPECT_EQ(ended.size(), 50u);
}

TEST_F(ConcurrencyTest, WhenAnyTakesTheFirstSuccess) {
  bad = {0, 1};
  absl::StatusOr<int> first = absl::UnknownError("");
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    first = co_await WhenAny<int>(ctx, "child", 9, body);
  }));
  EXPECT_EQ(first.value_or(-1), 2);
  EXPECT_EQ(elapsed(), absl::Seconds(3));
}

TEST_F(ConcurrencyTest, AQuorumCutsTheTail) {
  std::vector<std::pair<std::size_t, int>> arrived;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    auto quorum = co_await Quorum<int>(ctx, "child", 100, 3, body);
    if (quorum.ok()) arrived = *quorum;
  }));
  EXPECT_THAT(arrived, ElementsAre(std::pair(0, 0), std::pair(1, 1), std::pair(2, 2)));
  EXPECT_EQ(elapsed(), absl::Seconds(3));
}

TEST_F(ConcurrencyTest, AQuorumThatCannotBeReachedEndsEarly) {
  bad = {0, 1};
  absl::Status status;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    auto quorum = co_await Quorum<int>(ctx, "child", 4, 3, body);
    status = quorum.status();
  }));
  EXPECT_EQ(status, absl::UnavailableError("child 1"));
  EXPECT_EQ(elapsed(), absl::Seconds(2));
}

TEST_F(ConcurrencyTest, CancellationReachesChildrenAndThoseNotStarted) {
  std::vector<absl::StatusOr<int>> results;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    loop->AddTimer(ctx.Now() + absl::Milliseconds(1500), [&ctx] { ctx.Cancel(); });
    auto body = [&](std::size_t i, Context& child) { return Child(i, child); };
    results = co_await Settle<int>(ctx, "child", 5, body, 2);
  }));
  EXPECT_EQ(*results[0], 0);
  for (std::size_t i = 1; i < 5; ++i)
    EXPECT_EQ(results[i].status().code(), absl::StatusCode::kCancelled) << i;
  EXPECT_EQ(elapsed(), absl::Milliseconds(1500));
}

TEST_F(ConcurrencyTest, AThrowingBodyIsAFailure) {
  std::vector<absl::StatusOr<int>> results;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [&](std::size_t i, Context&) -> Async<absl::StatusOr<int>> {
      if (i == 1) throw std::runtime_error("boom");
      co_return 5;
    };
    results = co_await Settle<int>(ctx, "child", 3, body);
  }));
  EXPECT_TRUE(results[0].ok());
  EXPECT_EQ(results[1].status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(results[2].ok());
}

TEST_F(ConcurrencyTest, AHundredThousandChildren) {
  std::size_t done = 0;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    auto body = [](std::size_t, Context& child) -> Async<absl::StatusOr<int>> {
      absl::Status slept = co_await child.Sleep(absl::Seconds(2));
      if (!slept.ok()) co_return slept;
      co_return 1;
    };
    auto all = co_await WhenAll<int>(ctx, "child", 100'000, body);
    done = all.ok() ? all->size() : 0;
  }));
  EXPECT_EQ(done, 100'000u);
  EXPECT_EQ(elapsed(), absl::Seconds(2));
}

}  // namespace
}  // namespace ninefold
