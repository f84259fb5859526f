// What the tests of patterns have in common.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "matchers.h"
#include "ninefold/patterns.h"
#include "ninefold/stores.h"
#include "ninefold/team.h"

namespace ninefold {

inline testing::ScriptStep StepOf(std::string line) {
  const bool fails = line.rfind("fail: ", 0) == 0;
  return fails ? testing::Fail(absl::InvalidArgumentError(line.substr(6))) : testing::Say(std::move(line));
}

// An agent that says what `say` makes of the text it is asked last, one virtual second later; it fails where
// that is "fail: why".
inline AgentPtr Speaker(std::string name, std::function<std::string(const std::string& asked)> say,
                        std::string description = "") {
  auto model = testing::Responding([say = std::move(say)](const ModelRequest& request) {
    return testing::After(absl::Seconds(1), StepOf(say(TextOf(request.conversation.back()))));
  });
  return MakeAgent({.name = std::move(name), .description = std::move(description), .model = model});
}

// One that says its lines in turn.
inline AgentPtr Liner(std::string name, std::vector<std::string> lines, std::string description = "") {
  std::vector<testing::ScriptStep> steps;
  for (std::string& line : lines) {
    steps.push_back(testing::After(absl::Seconds(1), StepOf(std::move(line))));
  }
  return MakeAgent({.name = std::move(name),
                    .description = std::move(description),
                    .model = testing::Scripted(std::move(steps))});
}

inline std::string Report(const absl::StatusOr<Reply>& reply, const char* key) {
  if (!reply.ok() || !reply->report || !reply->report->contains(key)) return "(no report)";
  const Json& value = (*reply->report)[key];
  return value.is_string() ? value.get<std::string>() : DumpJson(value);
}

inline std::vector<std::string> WarningsOf(const testing::Sim& sim) {
  std::vector<std::string> texts;
  for (const auto& [path, warning] : EventsOf<event::Warning>(sim.events())) texts.push_back(warning.text);
  return texts;
}

inline std::string DissentOf(const absl::StatusOr<Reply>& reply) {
  std::string text;
  if (!reply.ok()) return text;
  for (const Dissent& one : reply->dissent) absl::StrAppend(&text, one.who, ": ", one.text, "\n");
  return text;
}

// Runs a team to its end, replays it, and resumes it from each beginning of its record: as after a kill -9
// between any two steps. Every life must end with the same reply, and a replay asks no model.
inline void ExpectResumable(const std::function<AgentPtr()>& team, const Prompt& prompt) {
  const StorePtr whole = MemoryStore();
  absl::StatusOr<Reply> first = absl::InternalError("not run");
  {
    testing::Sim sim({.store = whole});
    first = sim.Run(team(), prompt, {.run_id = "r"});
  }
  ASSERT_THAT(first, IsOk());
  const auto as_text = [](const Reply& reply) {
    Json json = ToJson(reply);
    json.erase("cost");
    return DumpJson(json);
  };
  {
    testing::Sim sim({.store = whole});
    const auto again = sim.Run(team(), prompt, {.mode = RunMode::kReplay, .run_id = "r"});
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(as_text(*again), as_text(*first));
    for (const auto& [path, ended] : EventsOf<event::ModelEnded>(sim.events())) ADD_FAILURE() << path;
  }
  const auto steps = whole->Steps("r");
  ASSERT_THAT(steps, IsOk());
  for (std::size_t kept = 1; kept <= steps->size(); ++kept) {
    const StorePtr part = MemoryStore();
    for (std::size_t i = 0; i < kept; ++i)
      ASSERT_THAT(part->Write({.runs = {}, .steps = {{"r", (*steps)[i]}}}), IsOk());
    testing::Sim sim({.store = part});
    const auto resumed = sim.Run(team(), prompt, {.mode = RunMode::kResume, .run_id = "r"});
    ASSERT_THAT(resumed, IsOk()) << "after " << kept << " steps";
    EXPECT_EQ(as_text(*resumed), as_text(*first)) << "after " << kept << " steps";
  }
}

}  // namespace ninefold
