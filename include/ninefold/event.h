// Everything that happens in a run is an Event. Progress display, traces, tests and the journal's reader
// are only readers of this one stream.
//
// Events of one run are totally ordered (`sequence`), and each carries the path of the step that
// caused it ("answer/turn.2/tool.search.1"), nested agents included.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ninefold/json.h"
#include "ninefold/message.h"

namespace ninefold {

// Tokens, as the server counted them; what it did not say is unknown, not zero.
struct Usage {
  std::optional<std::int64_t> input = {};         // all input tokens, cached ones included
  std::optional<std::int64_t> cached_input = {};  // of these, read from the vendor's cache
  std::optional<std::int64_t> output = {};        // all output tokens, reasoning included
  std::optional<std::int64_t> reasoning = {};     // of these, reasoning
  bool operator==(const Usage&) const = default;
};
Usage operator+(const Usage& a, const Usage& b);  // unknown + known = known
Json ToJson(const Usage& usage);
Usage UsageFromJson(const Json& json);

// What a run (or a part of it) has used.
struct Cost {
  Usage tokens;
  double usd = 0;            // of the calls whose price is known
  bool usd_is_known = true;  // false: some call had no price
  bool estimated = false;    // some call was broken off, and is counted by what had come of it
  std::int64_t model_calls = 0;
  std::int64_t tool_calls = 0;
  // Output tokens one after another: of the longest chain of calls that waited for each other, teams within
  // teams included. Unset: not known.
  std::optional<std::int64_t> tokens_sequential = {};
  bool operator==(const Cost&) const = default;
};
Cost operator+(const Cost& a, const Cost& b);  // of one after the other
Json ToJson(const Cost& cost);
Cost CostFromJson(const Json& json);

namespace event {

struct RunStarted {
  std::string run_id, team, goal;
};
struct RunEnded {
  absl::Status status;
  Cost cost;
};
struct PlanMade {
  std::vector<std::string> tasks;
  std::vector<std::string> edges;
};  // edges: "from -> to"
struct TasksAdded {
  std::vector<std::string> tasks;
  std::vector<std::string> edges;
};
// When a graph has ended. work: the tasks' times added up; critical: the longest chain of needs, whose tasks
// are named; both without the time that tasks waited for a turn, as for a model's rate limit. No executor is
// faster than max(critical, work / width); what lies above it is time that the planner or the executor took,
// or such waiting: queued, of the chain that waited longest.
struct GraphEnded {
  std::int64_t tasks = 0;
  int width = 0;  // tasks that could run at once; 0: all
  absl::Duration wall, work, critical, queued;
  std::vector<std::string> critical_path;
  double parallelism = 0;  // tasks at work on average: work / wall; 0: it took no time
  double over_bound = 0;   // wall / max(critical, work / width): 1 is best; 0: it took no time
  // Not "": needs that held tasks up for nothing, and what they cost; or that what a model planned
  // (TaskGraph::set_planned) ran one after another, and which of its needs may be for nothing.
  std::string serial;
};
struct TaskStarted {
  std::string id, agent;
};
// outcome: "done", "fallback" (done by that), "failed", "skipped", "cancelled"
struct TaskEnded {
  std::string id, outcome;
  absl::Status status;
  Cost cost;
  std::string summary;
  absl::Duration queued = absl::ZeroDuration();  // of its time: waiting for a turn, as for a rate limit
};
struct AgentStarted {
  std::string agent, model;
};
struct AgentEnded {
  std::string agent;
  absl::Status status;
  Cost cost;
};
struct TurnStarted {
  int turn = 1;
};
struct ModelStarted {
  std::string model;
};
struct TextDelta {
  std::string text;
};
struct ReasoningDelta {
  std::string text;
};
struct ToolCallDelta {
  std::string id, name, arguments;
};  // arguments: a piece of JSON text
struct ModelEnded {
  std::string model;
  absl::Status status;
  Usage usage;
  std::string stop_reason;
  absl::Duration took;
};
struct ToolStarted {
  std::string name, call_id;
  Json arguments;
};
struct ToolEnded {
  std::string name, call_id;
  bool is_error = false;
  std::string preview;
  absl::Duration took;
  std::vector<std::shared_ptr<const Image>> images = {};  // what came back beside text, when someone reads
};
// A model call waited for its turn under this program's own limits (RateLimiter); emitted when it begins.
struct Queued {
  absl::Duration waited;
};
struct Repaired {
  std::string what;
};  // arguments or output that missed their schema, asked for again
struct StepReused {
  std::string kind;
};  // answered from the journal: "model", "tool"
struct Retried {
  int attempt = 1;
  absl::Status status;
  absl::Duration delay;
};
struct Decided {
  std::string action, verdict, why;
};  // policy
struct Warning {
  std::string text;
};

}  // namespace event

using EventBody =
    std::variant<event::RunStarted, event::RunEnded, event::PlanMade, event::TasksAdded, event::GraphEnded,
                 event::TaskStarted, event::TaskEnded, event::AgentStarted, event::AgentEnded,
                 event::TurnStarted, event::ModelStarted, event::TextDelta, event::ReasoningDelta,
                 event::ToolCallDelta, event::ModelEnded, event::ToolStarted, event::ToolEnded, event::Queued,
                 event::Repaired, event::StepReused, event::Retried, event::Decided, event::Warning>;

struct Event {
  EventBody body;
  std::shared_ptr<const std::string> path;  // never null
  absl::Time time;
  std::uint64_t sequence = 0;  // 1, 2, 3, … within the run
};

std::string_view EventName(const Event& event);  // "task_started"
// One flat object: {"event":…,"path":…,"time":…,"sequence":…, and the body's members}.
Json ToJson(const Event& event);

}  // namespace ninefold
