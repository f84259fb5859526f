#include "ninefold/context.h"

#include "gmock/gmock.h"
#include "ninefold/status.h"
#include "run/run_fixture.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

class ContextTest : public RunFixture {};

TEST_F(ContextTest, PathsGrowBySegments) {
  Context root(run), task(root, "answer"), turn(task, "turn.2"), same(turn, "");
  EXPECT_EQ(root.path(), "");
  EXPECT_EQ(turn.path(), "answer/turn.2");
  EXPECT_EQ(same.path(), "answer/turn.2");
  EXPECT_EQ(turn.PathOf("tool.search.1"), "answer/turn.2/tool.search.1");
}

// The second part is a part of the first, which children made in between still use.
TEST_F(ContextTest, APartOfABudgetMayBeLimitedAgain) {
  Context root(run), task(root, "task");
  task.LimitBudget({.model_calls = 3}, "the task");
  Context before(task, "before");
  task.LimitBudget({.model_calls = 1}, "its last step");
  Context after(task, "after");
  EXPECT_TRUE(after.budget().Reserve(0, 0, std::nullopt).ok());
  EXPECT_THAT(Describe(after.budget().Reserve(0, 0, std::nullopt).status()), HasSubstr("its last step: "));
  EXPECT_TRUE(before.budget().Reserve(0, 0, std::nullopt).ok());
  EXPECT_TRUE(before.budget().Reserve(0, 0, std::nullopt).ok());
  EXPECT_THAT(Describe(before.budget().Reserve(0, 0, std::nullopt).status()), HasSubstr("the task: "));
  EXPECT_EQ(root.budget().spent().model_calls, 3);
}

TEST_F(ContextTest, SleepsInVirtualTime) {
  absl::Status slept = absl::UnknownError("");
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> { slept = co_await ctx.Sleep(absl::Hours(3)); }));
  EXPECT_TRUE(slept.ok());
  EXPECT_EQ(elapsed(), absl::Hours(3));
}

TEST_F(ContextTest, CancellationEndsASleep) {
  absl::Status slept;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    loop->AddTimer(ctx.Now() + absl::Seconds(1), [&ctx] { ctx.Cancel(absl::CancelledError("enough")); });
    Context child(ctx, "child");
    slept = co_await child.Sleep(absl::Hours(3));
  }));
  EXPECT_EQ(slept, absl::CancelledError("enough"));
  EXPECT_EQ(elapsed(), absl::Seconds(1));
}

TEST_F(ContextTest, DeadlinesOnlyShrink) {
  Context root(run), outer(root, "a", absl::Seconds(10)), longer(outer, "b", absl::Seconds(60)),
      shorter(outer, "c", absl::Seconds(1));
  EXPECT_EQ(longer.deadline(), outer.deadline());
  EXPECT_EQ(shorter.deadline(), outer.deadline() - absl::Seconds(9));
}

TEST_F(ContextTest, ATimeoutSaysHowLongItWas) {
  absl::Status slept;
  absl::Status outside = absl::UnknownError("");
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    Context child(ctx, "child", absl::Seconds(5));
    slept = co_await child.Sleep(absl::Minutes(1));
    outside = ctx.status();
  }));
  EXPECT_EQ(slept.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Describe(slept), HasSubstr("no result within 5s"));
  EXPECT_TRUE(outside.ok()) << "the parent goes on";
}

TEST_F(ContextTest, BlockingWorkThatThrowsIsAStatus) {
  absl::Status status;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    std::function<void()> work = [] { throw std::runtime_error("boom"); };
    status = co_await ctx.Blocking(std::move(work));
  }));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Describe(status), HasSubstr("boom"));
}

TEST_F(ContextTest, RandomFollowsThePathNotTheOrder) {
  Context root(run), a(root, "a"), b(root, "b");
  const std::uint64_t first = b.Random("x");
  EXPECT_NE(a.Random("x"), first);
  EXPECT_NE(b.Random("y"), first);
  EXPECT_EQ(b.Random("x"), first);
  run.seed = 2;
  EXPECT_NE(b.Random("x"), first);
}

TEST_F(ContextTest, CostsAddUpToTheRoot) {
  Context root(run), a(root, "a"), b(root, "b"), deep(a, "deep");
  deep.Charge({.tokens = {.input = 10, .cached_input = {}, .output = 5, .reasoning = {}},
               .usd = 0.5,
               .usd_is_known = true,
               .model_calls = 1});
  b.Charge({.tokens = {.input = 1, .cached_input = {}, .output = {}, .reasoning = {}},
            .usd = 0,
            .usd_is_known = false,
            .model_calls = 1});
  EXPECT_EQ(a.cost().model_calls, 1);
  EXPECT_EQ(root.cost().model_calls, 2);
  EXPECT_EQ(root.cost().tokens.input, 11);
  EXPECT_EQ(root.cost().tokens.output, 5);
  EXPECT_FALSE(root.cost().usd_is_known);
}

TEST_F(ContextTest, AskingNobodySaysWhatToDo) {
  absl::Status status;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    absl::StatusOr<std::string> answer = co_await ctx.Ask("really?");
    status = answer.status();
  }));
  EXPECT_THAT(Describe(status), HasSubstr("set RunOptions::on_ask"));
}

TEST_F(ContextTest, AskingSomebody) {
  run.on_ask = [](std::string_view question) { return std::string(question) + " yes"; };
  std::string said;
  EXPECT_TRUE(Go([&](Context& ctx) -> Async<void> {
    absl::StatusOr<std::string> answer = co_await ctx.Ask("really?");
    said = answer.value_or("");
  }));
  EXPECT_EQ(said, "really? yes");
}

}  // namespace
}  // namespace ninefold
