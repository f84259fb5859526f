// The events that are kept of a trial's run.
#include <algorithm>
#include <map>
#include <vector>

#include "experiment/trial.h"

namespace ninefold::experiment {
namespace {

struct Span {
  absl::Time begin, end;
};

// Those that touch made one, in their order.
std::vector<Span> Joined(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> joined;
  for (const Span& span : spans) {
    if (joined.empty() || joined.back().end < span.begin) {
      joined.push_back(span);
    } else {
      joined.back().end = std::max(joined.back().end, span.end);
    }
  }
  return joined;
}

absl::Duration LengthOf(const std::vector<Span>& joined) {
  absl::Duration length;
  for (const Span& span : joined) length += span.end - span.begin;
  return length;
}

// The parts of a call's time in which it did not wait for its turn.
void AddWork(Span call, std::vector<Span> waits, std::vector<Span>& work) {
  for (const Span& wait : Joined(std::move(waits))) {
    if (wait.begin > call.begin) work.push_back({call.begin, wait.begin});
    call.begin = std::max(call.begin, wait.end);
  }
  if (call.end > call.begin) work.push_back(call);
}

}  // namespace

void KeepEvent(const Event& event, bool all, std::vector<Event>& events) {
  const auto is = [&event](auto kind) { return std::holds_alternative<decltype(kind)>(event.body); };
  const bool of_queue = is(event::Queued()) || is(event::ModelEnded()) || is(event::ToolEnded());
  if (!of_queue && (!all || is(event::ReasoningDelta()) || is(event::ToolCallDelta()))) return;
  if (const auto* piece = std::get_if<event::TextDelta>(&event.body); piece != nullptr && !events.empty()) {
    auto* text = std::get_if<event::TextDelta>(&events.back().body);
    if (text != nullptr && *events.back().path == *event.path) {
      text->text += piece->text;
      return;
    }
  }
  events.push_back(event);
}

absl::Duration QueuedIn(const std::vector<Event>& events) {
  std::vector<Span> waits, work;
  std::map<std::string, std::vector<Span>> waits_of;  // by the call's path
  for (const Event& event : events) {
    if (const auto* queued = std::get_if<event::Queued>(&event.body)) {
      waits.push_back({event.time - queued->waited, event.time});
      waits_of[*event.path].push_back(waits.back());
    } else if (const auto* call = std::get_if<event::ModelEnded>(&event.body)) {
      AddWork({event.time - call->took, event.time}, std::move(waits_of[*event.path]), work);
      waits_of.erase(*event.path);
    } else if (const auto* tool = std::get_if<event::ToolEnded>(&event.body)) {
      // An agent that is a tool has calls of its own.
      const bool has_inner = std::any_of(events.begin(), events.end(), [&](const Event& other) {
        return other.path->size() > event.path->size() && other.path->starts_with(*event.path + "/");
      });
      if (!has_inner) work.push_back({event.time - tool->took, event.time});
    }
  }
  if (waits.empty()) return absl::ZeroDuration();
  // |waits without work| = |waits and work| - |work|
  const absl::Duration of_work = LengthOf(Joined(work));
  work.insert(work.end(), waits.begin(), waits.end());
  return LengthOf(Joined(std::move(work))) - of_work;
}

}  // namespace ninefold::experiment
