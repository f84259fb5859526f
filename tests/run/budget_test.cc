#include "ninefold/budget.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

constexpr Price kPrice{.input = 2, .cached_input = 0.5, .output = 8};  // USD a million tokens

Usage Used(std::int64_t input, std::int64_t output, std::int64_t cached = 0) {
  return {.input = input, .cached_input = cached, .output = output, .reasoning = {}};
}

TEST(Budget, ReservesBeforeAndSettlesAfter) {
  Budget budget({.tokens = 1000});
  const auto first = budget.Reserve(300, 400, kPrice);
  ASSERT_TRUE(first.ok());
  const auto second = budget.Reserve(300, 1, kPrice);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Describe(second.status()),
              HasSubstr("1000 tokens cannot pay for this call: 0 used, 700 reserved, 301 asked for"));
  const Cost cost = budget.Settle(*first, Used(100, 50), kPrice);
  EXPECT_DOUBLE_EQ(cost.usd, (100 * 2 + 50 * 8) * 1e-6);
  EXPECT_TRUE(budget.Reserve(400, 400, kPrice).ok()) << "what was not used is free again";
}

TEST(Budget, SaysWhenOnlyCallsInFlightAreInTheWay) {
  Budget whole({.tokens = 1000});
  Budget part({.tokens = 5000}, "part", whole);
  const auto first = part.Reserve(300, 400, kPrice);
  const absl::Status second = whole.Reserve(300, 1, kPrice).status();
  EXPECT_TRUE(IsHeldUp(second));
  EXPECT_FALSE(IsHeldUp(whole.Reserve(900, 400, kPrice).status())) << "it will never fit";
  int freed = 0;
  {
    const Budget::Watch watch(whole, [&] { ++freed; });
    part.Settle(*first, Used(100, 50), kPrice);
    EXPECT_EQ(freed, 1) << "also what a part gives back";
    part.Release(*part.Reserve(1, 1, kPrice));
    EXPECT_EQ(freed, 2);
  }
  part.Release(*part.Reserve(1, 1, kPrice));
  EXPECT_EQ(freed, 2) << "nobody looks any more";
  EXPECT_FALSE(IsHeldUp(whole.Reserve(800, 100, kPrice).status())) << "150 are used";
}

TEST(Budget, CachedTokensCostLess) {
  Budget budget;
  const auto reserved = budget.Reserve(0, 0, kPrice);
  EXPECT_DOUBLE_EQ(budget.Settle(*reserved, Used(100, 0, 80), kPrice).usd, (20 * 2 + 80 * 0.5) * 1e-6);
}

TEST(Budget, ALongCallIsBilledAtTheHigherPricesAllOfIt) {
  const Price price{.input = 2,
                    .cached_input = 0.5,
                    .output = 8,
                    .long_above = 1000,
                    .long_input = 4,
                    .long_cached_input = 1,
                    .long_output = 12};
  Budget budget({.usd = 1});
  const auto at = budget.Reserve(1000, 10, price);
  EXPECT_DOUBLE_EQ(at->usd, (1000 * 2 + 10 * 8) * 1e-6);
  EXPECT_DOUBLE_EQ(budget.Settle(*at, Used(1000, 10, 600), price).usd, (400 * 2 + 600 * 0.5 + 10 * 8) * 1e-6);
  const auto above = budget.Reserve(1001, 10, price);
  EXPECT_DOUBLE_EQ(above->usd, (1001 * 4 + 10 * 12) * 1e-6);
  EXPECT_DOUBLE_EQ(budget.Settle(*above, Used(1001, 10, 600), price).usd,
                   (401 * 4 + 600 * 1 + 10 * 12) * 1e-6);
}

TEST(Budget, AnUnknownPriceIsAnErrorUnderMoney) {
  Budget budget({.usd = 0.10});
  const auto refused = budget.Reserve(10, 10, std::nullopt);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Describe(refused.status()), HasSubstr("price is not known; add the price"));
  EXPECT_THAT(Describe(refused.status()), HasSubstr("NINEFOLD_MODELS"));
  EXPECT_TRUE(Budget().Reserve(10, 10, std::nullopt).ok());
}

TEST(Budget, MoneyIsNeverOverspentByMoreThanWhatWasReserved) {
  Budget budget({.usd = 0.001});
  int calls = 0;
  while (true) {
    const auto reserved = budget.Reserve(50, 10, kPrice);
    if (!reserved.ok()) break;
    budget.Settle(*reserved, Used(60, 12), kPrice);  // a server that counts more than was foreseen
    ASSERT_LT(++calls, 1000);
  }
  EXPECT_LE(budget.spent().usd, 0.001 + (60 * 2 + 12 * 8) * 1e-6);
  EXPECT_GT(calls, 2);
}

TEST(Budget, LyingUsageKeepsTheReservation) {
  for (const Usage& lie : {Used(-5, 10), Used(1'000'000'000'000'000, 1), Usage{}}) {
    Budget budget({.tokens = 100});
    const auto reserved = budget.Reserve(60, 30, kPrice);
    budget.Settle(*reserved, lie, kPrice);
    EXPECT_FALSE(budget.Reserve(11, 0, kPrice).ok());
    EXPECT_TRUE(budget.Reserve(10, 0, kPrice).ok());
  }
}

TEST(Budget, CallsAreCounted) {
  Budget budget({.model_calls = 2, .tool_calls = 1});
  const auto released = budget.Reserve(0, 0, kPrice);
  budget.Release(*released);
  EXPECT_TRUE(budget.Reserve(0, 0, kPrice).ok());
  EXPECT_TRUE(budget.Reserve(0, 0, kPrice).ok());
  EXPECT_THAT(Describe(budget.Reserve(0, 0, kPrice).status()), HasSubstr("2 model calls is used up"));
  EXPECT_TRUE(budget.CountToolCall().ok());
  EXPECT_THAT(Describe(budget.CountToolCall()), HasSubstr("1 tool call is used up; raise it"));
}

TEST(Budget, ARestoredRunHasSpentBefore) {
  Budget budget({.tokens = 100});
  budget.Restore({.tokens = Used(50, 40), .usd = 0, .usd_is_known = true, .model_calls = 3});
  EXPECT_FALSE(budget.Reserve(5, 6, kPrice).ok());
  EXPECT_EQ(budget.spent().model_calls, 3);
}

TEST(Budget, APartCountsInTheWhole) {
  Budget whole({.tokens = 100, .model_calls = 5});
  Budget part({.tokens = 60}, "agent \"a\"", whole);
  Budget inner({.model_calls = 1, .depth = 3}, "agent \"b\"", part);
  EXPECT_TRUE(inner.counts_tokens());
  EXPECT_EQ(inner.limits().depth, 3);
  const auto first = inner.Reserve(20, 20, std::nullopt);
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(part.Reserve(20, 1, kPrice).ok()) << "40 are reserved by the inner one";
  inner.Settle(*first, Used(10, 10), std::nullopt);
  for (const Budget* budget : {&whole, &part, &inner}) {
    EXPECT_EQ(budget->spent().model_calls, 1);
    EXPECT_EQ(budget->spent().tokens.output, 10);
  }
  const absl::Status again = inner.Reserve(1, 1, std::nullopt).status();
  EXPECT_EQ(Describe(again), "agent \"b\": the budget of 1 model call is used up; raise it");
  EXPECT_TRUE(IsOwnLimit(again));
  EXPECT_TRUE(IsOwnLimit(Annotate(again, "turn.1")));
  EXPECT_TRUE(inner.Refused(again));
  EXPECT_FALSE(part.Refused(again));

  // The whole refuses what its part would allow, in its own name, and the part is as it was.
  ASSERT_TRUE(whole.Reserve(60, 10, std::nullopt).ok());
  const absl::Status refused = part.Reserve(10, 10, std::nullopt).status();
  EXPECT_THAT(Describe(refused), ::testing::StartsWith("the budget of 100 tokens cannot pay"));
  EXPECT_FALSE(IsOwnLimit(refused));
  EXPECT_TRUE(whole.Refused(refused) && part.Refused(refused) && inner.Refused(refused));
  EXPECT_FALSE(inner.Refused(AsOwnLimit(absl::ResourceExhaustedError("too many turns"))));
  EXPECT_EQ(part.spent().model_calls, 1);
  const auto last = part.Reserve(5, 5, std::nullopt);
  ASSERT_TRUE(last.ok());
  part.Release(*last);
  EXPECT_EQ(whole.spent().model_calls, 2);
}

TEST(Budget, APartLeavesTheDepthAsItIs) {
  Budget deep({.depth = 40});
  EXPECT_EQ(Budget({.model_calls = 5}, "agent \"a\"", deep).limits().depth, 40);
  EXPECT_EQ(Budget({.depth = 50}, "agent \"a\"", deep).limits().depth, 40);
  EXPECT_EQ(Budget({.depth = 20}, "agent \"a\"", deep).limits().depth, 20);
  Budget flat({.depth = 4});
  EXPECT_EQ(Budget({.model_calls = 5}, "agent \"a\"", flat).limits().depth, 4);
}

TEST(Budget, ToolCallsAndMoneyOfAPart) {
  Budget whole({.tool_calls = 2});
  Budget part({.usd = 1, .tool_calls = 5}, "each attempt", whole);
  EXPECT_TRUE(part.CountToolCall().ok());
  EXPECT_TRUE(whole.CountToolCall().ok());
  const absl::Status used_up = part.CountToolCall();
  EXPECT_EQ(Describe(used_up), "the budget of 2 tool calls is used up; raise it");
  EXPECT_EQ(part.spent().tool_calls, 1);
  EXPECT_THAT(Describe(part.Reserve(1, 1, std::nullopt).status()),
              HasSubstr("each attempt: a budget of 1.0000 USD is set and this model's price is not known"));
  part.Restore({.tokens = Used(5, 5), .usd = 0.5, .usd_is_known = true, .model_calls = 1});
  EXPECT_EQ(whole.spent().usd, 0.5);
}

TEST(Usage, UnknownIsNotZero) {
  const Usage sum = Usage{.input = 5, .cached_input = {}, .output = {}, .reasoning = {}} + Usage{};
  EXPECT_EQ(sum.input, 5);
  EXPECT_EQ(sum.output, std::nullopt);
  EXPECT_EQ(DumpJson(ToJson(sum)), R"({"input":5})");
  const Cost cost = CostFromJson(
      ToJson(Cost{.tokens = sum, .usd = 0.25, .usd_is_known = true, .model_calls = 2, .tool_calls = 1}));
  EXPECT_EQ(cost.usd, 0.25);
  EXPECT_EQ(cost.model_calls, 2);
  EXPECT_EQ(cost.tokens.input, 5);
}

}  // namespace
}  // namespace ninefold
