#include "matchers.h"
#include "ninefold/agent.h"
#include "ninefold/journal.h"

namespace ninefold {
namespace {

using testing::Ask;
using testing::Fail;
using ::testing::HasSubstr;
using testing::Say;
using testing::Scripted;
using testing::Sim;

struct Counted {
  int calls = 0;
  ToolPtr tool;
};

std::shared_ptr<Counted> CountingTool(Effect effect, std::function<absl::StatusOr<ToolOutput>()> fn) {
  auto counted = std::make_shared<Counted>();
  counted->tool =
      MakeDynamicTool({.name = "act", .effect = effect},
                      [raw = counted.get(), fn](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
                        ++raw->calls;
                        co_return fn();
                      });
  return counted;
}

TEST(Resume, RecordedStepsAreNotRepeated) {
  StorePtr store = MemoryStore();
  auto act = CountingTool(Effect::kRead, [] { return TextOutput("acted"); });
  auto broken = Scripted({Ask("act"), Fail(absl::UnavailableError("gone"))});
  {
    Sim sim({.store = store});
    EXPECT_THAT(
        sim.Run(MakeAgent({.name = "a", .model = broken, .tools = {act->tool}}), "go", {.run_id = "r1"}),
        Fails(absl::StatusCode::kUnavailable, HasSubstr("gone")));
  }
  auto mended = Scripted({Say("finished")});
  Sim sim({.store = store});
  const auto reply = sim.Run(MakeAgent({.name = "a", .model = mended, .tools = {act->tool}}), "go",
                             {.mode = RunMode::kResume, .run_id = "r1"});
  ASSERT_THAT(reply, Says("finished"));
  EXPECT_EQ(act->calls, 1);
  EXPECT_EQ(mended->requests().size(), 1u);
  EXPECT_EQ(EventsOf<event::StepReused>(sim.events()).size(), 2u);
  EXPECT_EQ(reply->conversation.size(), 4u);
}

// The call of an agent is a recorded step like any other; what was used within is used in this life too.
TEST(Resume, WhatACalledAgentUsedCountsAgain) {
  StorePtr store = MemoryStore();
  auto act = CountingTool(Effect::kRead, [] { return TextOutput("acted"); });
  const auto run = [&](std::vector<testing::ScriptStep> of_outer, RunMode mode) {
    const AgentPtr helper =
        MakeAgent({.name = "helper", .model = Scripted({Ask("act"), Say("helped")}), .tools = {act->tool}});
    const AgentPtr outer = MakeAgent({.name = "outer",
                                      .model = Scripted(std::move(of_outer)),
                                      .tools = {AsTool(helper)},
                                      .limits = {.budget = {.model_calls = 4}}});
    Sim sim({.store = store});
    return sim.Run(outer, "go", {.mode = mode, .run_id = "r1"});
  };
  const Json task = {{"task", "x"}};
  EXPECT_THAT(run({Ask("helper", task), Fail(absl::UnavailableError("gone"))}, RunMode::kFresh),
              Fails(absl::StatusCode::kUnavailable, HasSubstr("gone")));
  EXPECT_THAT(run({Ask("helper", {{"task", "y"}})}, RunMode::kResume),
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("agent \"outer\": the budget of 4 model calls is used up")));
  EXPECT_EQ(act->calls, 1);
}

TEST(Resume, AnotherQuestionIsNoticed) {
  StorePtr store = MemoryStore();
  {
    Sim sim({.store = store});
    EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({Say("x")})}), "one", {.run_id = "r1"}),
                IsOk());
  }
  Sim sim({.store = store});
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({Say("x")})}), "two",
                      {.mode = RunMode::kResume, .run_id = "r1"}),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("recorded for another model request")));
}

TEST(Resume, OfNoSuchRun) {
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({})}), "x",
                      {.mode = RunMode::kResume, .run_id = "nope"}),
              Fails(absl::StatusCode::kNotFound, HasSubstr("no run \"nope\"")));
}

TEST(Resume, AnEffectThatMayHaveHappenedIsNotRepeated) {
  StorePtr store = MemoryStore();
  StoreBatch batch;
  StepRecord model;  // the process died between the start of the tool and its end
  {
    Sim sim({.store = store});
    auto act = CountingTool(
        Effect::kOnce, []() -> absl::StatusOr<ToolOutput> { return absl::CancelledError("killed here"); });
    EXPECT_FALSE(sim.Run(MakeAgent({.name = "a", .model = Scripted({Ask("act")}), .tools = {act->tool}}),
                         "pay", {.policy = AllowAll(), .run_id = "r1"})
                     .ok());
    EXPECT_EQ(act->calls, 1);
  }
  auto act = CountingTool(Effect::kOnce, [] { return TextOutput("paid"); });
  Sim sim({.store = store});
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({}), .tools = {act->tool}}), "pay",
                      {.policy = AllowAll(), .mode = RunMode::kResume, .run_id = "r1"}),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("must not be repeated")));
  EXPECT_EQ(act->calls, 0);
}

TEST(Replay, AnswersFromTheRecordAlone) {
  StorePtr store = MemoryStore();
  auto act = CountingTool(Effect::kRead, [] { return TextOutput("acted"); });
  {
    Sim sim({.store = store});
    ASSERT_THAT(
        sim.Run(
            MakeAgent({.name = "a", .model = Scripted({Ask("act"), Say("the end")}), .tools = {act->tool}}),
            "go", {.run_id = "r1"}),
        IsOk());
  }
  auto silent = Scripted({});
  Sim sim({.store = store});
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = silent, .tools = {act->tool}}), "go",
                      {.mode = RunMode::kReplay, .run_id = "r1"}),
              Says("the end"));
  EXPECT_EQ(silent->requests().size(), 0u);
  EXPECT_EQ(act->calls, 1);
}

TEST(Replay, AStepThatIsNotThereIsNamed) {
  StorePtr store = MemoryStore();
  {
    Sim sim({.store = store});
    EXPECT_FALSE(sim.Run(MakeAgent({.name = "a", .model = Scripted({Fail(absl::UnavailableError("x"))})}),
                         "go", {.run_id = "r1"})
                     .ok());
  }
  StoreBatch batch;
  batch.steps.push_back({"r1", StepRecord{.path = "other", .kind = "model"}});
  ASSERT_THAT(store->Write(batch), IsOk());
  Sim sim({.store = store});
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({})}), "go",
                      {.mode = RunMode::kReplay, .run_id = "r1"}),
              Fails(absl::StatusCode::kNotFound, HasSubstr("turn.1: no such step was recorded")));
}

}  // namespace
}  // namespace ninefold
