// Pipelines that are gone on with after a kill: what others were told of a step that failed stays as it was.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "matchers.h"
#include "ninefold/pipeline.h"
#include "ninefold/stores.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold {
namespace {

using testing::Responding;
using testing::Say;
using testing::ScriptStep;
using testing::Sim;

// The agent "a" fails at what is "weak" in the first life, and no more in the second.
AgentPtr TeamOf(const std::string& steps, int life) {
  PipelineOptions options;
  options.open_model = [life](std::string_view name, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(
        Responding([fails = life == 1 && name == "frail"](const ModelRequest& request) -> ScriptStep {
          const std::string asked = TextOf(request.conversation.back());
          if (fails && absl::StartsWith(asked, "weak"))
            return testing::Fail(absl::InvalidArgumentError("told to fail"));
          return Say(absl::StrCat("<", asked, ">"));
        }));
  };
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(
      absl::StrCat("version: 1\nname: t\nagents: {a: {model: frail}, b: {model: sound}}\n",
                   "input: {items: {type: list, default: [strong, weak, fit]}}\nsteps:\n", steps),
      "t.yaml", options);
  EXPECT_THAT(pipeline, IsOk());
  return pipeline.ok() ? pipeline->team : nullptr;
}

TEST(Resume, WhatAFailedStepLeftToOthersStays) {
  const std::string cases[] = {
      "- {id: s, agent: a, prompt: weak, on_error: skip}\n- {id: t, agent: b, when: 'true', prompt: 'with {{ "
      "s.text }}'}\n",
      "- {id: s, agent: a, prompt: weak, on_error: {fallback: b}}\n"
      "- {id: t, agent: b, when: 'true', prompt: 'with {{ s.text }}'}\n",
      "- {id: s, agent: a, each: input.items, prompt: '{{ item }}', on_error: skip}\n"
      "- {id: t, agent: b, when: 'true', prompt: 'with {{ s.text }}'}\n",
  };
  for (const std::string& steps : cases) {
    SCOPED_TRACE(steps);
    const StorePtr whole = MemoryStore();
    {
      Sim sim({.shuffle = false, .store = whole});
      ASSERT_THAT(sim.Run(TeamOf(steps, 1), "?", {.run_id = "r"}), IsOk());
    }
    const auto recorded = whole->Steps("r");
    ASSERT_THAT(recorded, IsOk());
    for (std::size_t kept = 1; kept <= recorded->size(); ++kept) {
      SCOPED_TRACE(absl::StrCat("after ", kept, " steps, the last ", (*recorded)[kept - 1].path));
      const StorePtr part = MemoryStore();
      for (std::size_t i = 0; i < kept; ++i)
        ASSERT_THAT(part->Write({.runs = {}, .steps = {{"r", (*recorded)[i]}}}), IsOk());
      Sim sim({.shuffle = false, .store = part});
      EXPECT_THAT(sim.Run(TeamOf(steps, 2), "?", {.mode = RunMode::kResume, .run_id = "r"}), IsOk());
    }
  }
}

}  // namespace
}  // namespace ninefold
