#include "cli/trace_file.h"

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "pipeline/files.h"

namespace ninefold::cli {

absl::StatusOr<TraceFile> TraceFile::Open(const std::string& path) {
  TraceFile trace;
  trace.path_ = path;
  trace.file_.reset(std::fopen(path.c_str(), "we"));
  const int error = errno;
  if (trace.file_ == nullptr)
    return absl::ErrnoToStatus(error, absl::StrCat("--trace \"", path, "\": cannot write the file"));
  return trace;
}

void TraceFile::Add(const Event& event) {
  if (file_ == nullptr || !failure_.ok()) return;
  const std::string line = DumpJson(ToJson(event)) + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size()) return;
  failure_ = absl::ErrnoToStatus(errno, absl::StrCat("--trace \"", path_, "\": the trace is not complete"));
}

void TraceFile::Flush() {
  if (file_ == nullptr || !failure_.ok() || std::fflush(file_.get()) == 0) return;
  failure_ = absl::ErrnoToStatus(errno, absl::StrCat("--trace \"", path_, "\": the trace is not complete"));
}

absl::Status TraceFile::Close() {
  Flush();
  file_.reset();
  return failure_;
}

namespace {

std::vector<std::string> Texts(const Json& json, std::string_view key) {
  std::vector<std::string> texts;
  const Json* list = GetMember(json, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& one : *list) {
    if (one.is_string()) texts.push_back(one.get<std::string>());
  }
  return texts;
}

std::string TextAt(const Json& json, std::string_view key) {
  const std::string* text = GetString(json, key);
  return text == nullptr ? std::string() : *text;
}

// Of the events that tell of tasks; others are nothing to draw.
std::optional<Event> TaskEventFrom(const Json& json) {
  Event event;
  const std::string name = TextAt(json, "event");
  if (name == "plan_made") {
    event.body = event::PlanMade{.tasks = Texts(json, "tasks"), .edges = Texts(json, "edges")};
  } else if (name == "tasks_added") {
    event.body = event::TasksAdded{.tasks = Texts(json, "tasks"), .edges = Texts(json, "edges")};
  } else if (name == "task_started") {
    event.body = event::TaskStarted{.id = TextAt(json, "id"), .agent = TextAt(json, "agent")};
  } else if (name == "task_ended") {
    event.body = event::TaskEnded{.id = TextAt(json, "id"), .outcome = TextAt(json, "outcome")};
  } else {
    return std::nullopt;
  }
  event.path = std::make_shared<const std::string>(TextAt(json, "path"));
  event.time = absl::InfinitePast();
  (void)absl::ParseTime(absl::RFC3339_full, TextAt(json, "time"), &event.time, nullptr);
  return event;
}

}  // namespace

absl::StatusOr<RunGraph> ReadRunGraph(const std::string& path) {
  constexpr std::size_t kBytesMax = 1u << 30;
  TRY(const std::string text, pipeline::ReadFile(path, kBytesMax));
  RunGraph graph;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string_view line = std::string_view(text).substr(at, end - at);
    ++number;
    at = end == std::string::npos ? text.size() : end + 1;
    if (absl::StripAsciiWhitespace(ToAbsl(line)).empty()) continue;
    const absl::StatusOr<Json> json = ParseJson(line);
    if (json.ok() && GetString(*json, "event") != nullptr) {
      if (const std::optional<Event> event = TaskEventFrom(*json)) graph.Take(*event);
    } else if (at < text.size() || end != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": this line is no event; a trace is written by run --trace"));
    }
  }
  if (!graph.empty()) return graph;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": this trace has no tasks; was it written by run --trace?"));
}

}  // namespace ninefold::cli
