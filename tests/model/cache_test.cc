#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using testing::Sim;

TEST(Cache, AnEqualRequestOfTheSameStepIsNotAskedAgain) {
  Sim sim;
  auto server = ActingInTurn({{.delay = absl::Seconds(3), .text = "first"}, {.text = "second"}});
  const ModelPtr model = WithCache(server);
  ASSERT_THAT(AskIn(sim, model), IsOk());
  const auto again = AskIn(sim, model);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(TextOf(again->message), "first");
  EXPECT_EQ(again->usage.input, 0);
  EXPECT_EQ(again->usage.output, 0);
  EXPECT_EQ(server->calls(), 1);
  const auto shown = EventsOf<event::TextDelta>(sim.events());
  ASSERT_FALSE(shown.empty());
  EXPECT_EQ(shown.back().second.text, "first");
  EXPECT_THAT(AskIn(sim, model, RequestSaying("something else")), IsOk());
  EXPECT_EQ(server->calls(), 2);
}

TEST(Cache, StepsThatAskTheSameAreSamplesOfTheirOwn) {
  for (const bool by_step : {true, false}) {
    Sim sim;
    auto server = ActingInTurn({{}});
    const ModelPtr model = WithCache(server, {.by_step = by_step});
    auto body = [&](Context& ctx) -> Async<void> {
      for (const char* name : {"a", "b"}) {
        Context step(ctx, name);
        const ModelRequest request = RequestSaying("hello");
        EXPECT_THAT(co_await CallModel(*model, request, step), IsOk());
      }
    };
    EXPECT_THAT(sim.Run(body, {}), IsOk());
    EXPECT_EQ(server->calls(), by_step ? 2 : 1);
  }
}

TEST(Cache, FailuresAndHalfRepliesAreNotKept) {
  Sim sim;
  auto server = ActingInTurn({Failing(ModelError::kServer),
                              {.text = "half", .stop_reason = StopReason::kLength},
                              {.text = "whole"}});
  const ModelPtr model = WithCache(server);
  EXPECT_FALSE(AskIn(sim, model).ok());
  EXPECT_EQ(TextOf(AskIn(sim, model)->message), "half");
  EXPECT_EQ(TextOf(AskIn(sim, model)->message), "whole");
  EXPECT_EQ(TextOf(AskIn(sim, model)->message), "whole");
  EXPECT_EQ(server->calls(), 3);
}

TEST(Cache, WhatIsOldOrTooMuchLeaves) {
  Sim sim;
  auto server = ActingInTurn({{.delay = absl::Minutes(2)}});
  const ModelPtr brief = WithCache(server, {.keep = absl::Minutes(1)});
  EXPECT_THAT(AskIn(sim, brief, RequestSaying("a")), IsOk());
  EXPECT_THAT(AskIn(sim, brief, RequestSaying("b")), IsOk());  // takes two minutes
  EXPECT_THAT(AskIn(sim, brief, RequestSaying("a")), IsOk());
  EXPECT_EQ(server->calls(), 3);

  auto other = ActingInTurn({{}});
  const ModelPtr small = WithCache(other, {.bytes_max = 1500});
  for (const char* text : {"a", "b", "a", "c", "d", "e", "f"}) {
    EXPECT_THAT(AskIn(sim, small, RequestSaying(text)), IsOk());
  }
  EXPECT_EQ(other->calls(), 6);  // the second "a" was kept
  EXPECT_THAT(AskIn(sim, small, RequestSaying("a")), IsOk());
  EXPECT_EQ(other->calls(), 7);  // and has left
  EXPECT_THAT(AskIn(sim, small, RequestSaying(std::string(2000, 'x'))), IsOk());
  EXPECT_THAT(AskIn(sim, small, RequestSaying(std::string(2000, 'x'))), IsOk());
  EXPECT_EQ(other->calls(), 9);  // never fitted
}

}  // namespace
}  // namespace ninefold
