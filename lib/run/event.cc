#include "ninefold/event.h"

#include "absl/time/clock.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

void Put(Json& json, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) json[std::string(key)] = *value;
}

void PutStatus(Json& json, const absl::Status& status) {
  if (status.ok()) return;
  json["code"] = absl::StatusCodeToString(status.code());
  json["message"] = Describe(status);
}

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

// Names and members of each kind of event, in one place.
struct Writer {
  Json& json;
  std::string_view operator()(const event::RunStarted& e) {
    json["run_id"] = e.run_id;
    json["team"] = e.team;
    json["goal"] = e.goal;
    return "run_started";
  }
  std::string_view operator()(const event::RunEnded& e) {
    PutStatus(json, e.status);
    json["cost"] = ToJson(e.cost);
    return "run_ended";
  }
  std::string_view operator()(const event::PlanMade& e) {
    json["tasks"] = e.tasks;
    json["edges"] = e.edges;
    return "plan_made";
  }
  std::string_view operator()(const event::TasksAdded& e) {
    json["tasks"] = e.tasks;
    json["edges"] = e.edges;
    return "tasks_added";
  }
  std::string_view operator()(const event::GraphEnded& e) {
    json["tasks"] = e.tasks;
    json["wall_ms"] = Milliseconds(e.wall);
    json["work_ms"] = Milliseconds(e.work);
    json["critical_ms"] = Milliseconds(e.critical);
    json["queued_ms"] = Milliseconds(e.queued);
    json["critical_path"] = e.critical_path;
    json["width"] = e.width;
    json["parallelism"] = e.parallelism;
    json["over_bound"] = e.over_bound;
    if (!e.serial.empty()) json["serial"] = e.serial;
    return "graph_ended";
  }
  std::string_view operator()(const event::TaskStarted& e) {
    json["id"] = e.id;
    json["agent"] = e.agent;
    return "task_started";
  }
  std::string_view operator()(const event::TaskEnded& e) {
    json["id"] = e.id;
    json["outcome"] = e.outcome;
    PutStatus(json, e.status);
    json["cost"] = ToJson(e.cost);
    json["summary"] = e.summary;
    if (e.queued > absl::ZeroDuration()) json["queued_ms"] = Milliseconds(e.queued);
    return "task_ended";
  }
  std::string_view operator()(const event::AgentStarted& e) {
    json["agent"] = e.agent;
    json["model"] = e.model;
    return "agent_started";
  }
  std::string_view operator()(const event::AgentEnded& e) {
    json["agent"] = e.agent;
    PutStatus(json, e.status);
    json["cost"] = ToJson(e.cost);
    return "agent_ended";
  }
  std::string_view operator()(const event::TurnStarted& e) {
    json["turn"] = e.turn;
    return "turn_started";
  }
  std::string_view operator()(const event::ModelStarted& e) {
    json["model"] = e.model;
    return "model_started";
  }
  std::string_view operator()(const event::TextDelta& e) {
    json["text"] = e.text;
    return "text_delta";
  }
  std::string_view operator()(const event::ReasoningDelta& e) {
    json["text"] = e.text;
    return "reasoning_delta";
  }
  std::string_view operator()(const event::ToolCallDelta& e) {
    json["id"] = e.id;
    json["name"] = e.name;
    json["arguments"] = e.arguments;
    return "tool_call_delta";
  }
  std::string_view operator()(const event::ModelEnded& e) {
    json["model"] = e.model;
    PutStatus(json, e.status);
    json["usage"] = ToJson(e.usage);
    json["stop_reason"] = e.stop_reason;
    json["ms"] = Milliseconds(e.took);
    return "model_ended";
  }
  std::string_view operator()(const event::ToolStarted& e) {
    json["name"] = e.name;
    json["call_id"] = e.call_id;
    json["arguments"] = e.arguments;
    return "tool_started";
  }
  std::string_view operator()(const event::ToolEnded& e) {
    json["name"] = e.name;
    json["call_id"] = e.call_id;
    json["is_error"] = e.is_error;
    json["preview"] = e.preview;
    json["ms"] = Milliseconds(e.took);
    for (const auto& image : e.images) json["images"].push_back(ToJson(Part(*image)));
    return "tool_ended";
  }
  std::string_view operator()(const event::Queued& e) {
    json["waited_ms"] = Milliseconds(e.waited);
    return "queued";
  }
  std::string_view operator()(const event::Repaired& e) {
    json["what"] = e.what;
    return "repaired";
  }
  std::string_view operator()(const event::StepReused& e) {
    json["kind"] = e.kind;
    return "step_reused";
  }
  std::string_view operator()(const event::Retried& e) {
    json["attempt"] = e.attempt;
    PutStatus(json, e.status);
    json["delay_ms"] = Milliseconds(e.delay);
    return "retried";
  }
  std::string_view operator()(const event::Decided& e) {
    json["action"] = e.action;
    json["verdict"] = e.verdict;
    json["why"] = e.why;
    return "decided";
  }
  std::string_view operator()(const event::Warning& e) {
    json["text"] = e.text;
    return "warning";
  }
};

}  // namespace

Json ToJson(const Usage& usage) {
  Json json = Json::object();
  Put(json, "input", usage.input);
  Put(json, "cached_input", usage.cached_input);
  Put(json, "output", usage.output);
  Put(json, "reasoning", usage.reasoning);
  return json;
}

Usage UsageFromJson(const Json& json) {
  return {GetInt(json, "input"), GetInt(json, "cached_input"), GetInt(json, "output"),
          GetInt(json, "reasoning")};
}

Json ToJson(const Cost& cost) {
  Json json = {
      {"tokens", ToJson(cost.tokens)}, {"model_calls", cost.model_calls}, {"tool_calls", cost.tool_calls}};
  json["usd"] = cost.usd_is_known ? Json(cost.usd) : Json(nullptr);
  if (cost.estimated) json["estimated"] = true;
  Put(json, "tokens_sequential", cost.tokens_sequential);
  return json;
}

Cost CostFromJson(const Json& json) {
  Cost cost;
  if (const Json* tokens = GetMember(json, "tokens")) cost.tokens = UsageFromJson(*tokens);
  const std::optional<double> usd = GetNumber(json, "usd");
  cost.usd = usd.value_or(0);
  cost.usd_is_known = usd.has_value();
  cost.estimated = GetBool(json, "estimated").value_or(false);
  cost.model_calls = GetInt(json, "model_calls").value_or(0);
  cost.tool_calls = GetInt(json, "tool_calls").value_or(0);
  cost.tokens_sequential = GetInt(json, "tokens_sequential");
  return cost;
}

std::string_view EventName(const Event& event) {
  Json unused;
  return std::visit(Writer{unused}, event.body);
}

Json ToJson(const Event& event) {
  Json json = Json::object();
  json["event"] = std::string(std::visit(Writer{json}, event.body));
  json["path"] = *event.path;
  json["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", event.time, absl::UTCTimeZone());
  json["sequence"] = event.sequence;
  return json;
}

}  // namespace ninefold
