#include "cli/report.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/utf8.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kEvidenceShown = 12;
constexpr double kWorthSaying = 0.02;  // of a run's time

std::string_view StateOf(const absl::Status& status) {
  return status.ok() ? "done" : absl::IsCancelled(status) ? "cancelled" : "failed";
}

Json GraphJson(const EndedGraph& ended) {
  const event::GraphEnded& graph = ended.ended;
  Json json = Json::object();
  if (!ended.path.empty()) json["path"] = ended.path;
  json["tasks"] = graph.tasks;
  json["critical_path"] = graph.critical_path;
  json["critical_ms"] = absl::ToDoubleMilliseconds(graph.critical);
  json["work_ms"] = absl::ToDoubleMilliseconds(graph.work);
  json["queued_ms"] = absl::ToDoubleMilliseconds(graph.queued);
  json["parallelism"] = graph.parallelism;
  json["over_bound"] = graph.over_bound;
  if (!graph.serial.empty()) json["serial"] = graph.serial;
  return json;
}

Json ToJson(const Performed& p, const ChosenStore& store) {
  Json json = p.reply.ok() ? ninefold::ToJson(*p.reply) : Json::object();
  if (json.contains("text")) {
    json["answer"] = std::move(json["text"]);
    json.erase("text");
  }
  const absl::Status& status = p.reply.status();
  json["status"] = StateOf(status);
  if (!status.ok()) {
    Json error = Json::object();
    error["code"] = absl::StatusCodeToString(status.code());
    error["message"] = Describe(status);
    json["error"] = std::move(error);
  }
  json["cost"] = ninefold::ToJson(p.cost);
  json["run"] = p.run_id;
  json["store"] = store.path.empty() ? Json("memory") : Json(store.path);
  json["steps"] = p.steps;
  json["steps_reused"] = p.reused;
  json["elapsed_ms"] = absl::ToDoubleMilliseconds(p.elapsed);
  json["first_event_ms"] = absl::ToDoubleMilliseconds(p.first_event);
  for (const EndedGraph& graph : p.graphs) {
    if (graph.path.empty()) {
      json["graph"] = GraphJson(graph);
    } else if (graph.ended.tasks > 1) {
      json["inner_graphs"].push_back(GraphJson(graph));
    }
  }
  return json;
}

// "done in 1.2s: 12 steps, 4 model calls, …"
std::string TotalsOf(const Performed& p, bool colors) {
  const absl::Status& status = p.reply.status();
  const std::string word = std::string(StateOf(status));
  const Style style = status.ok() ? Style::kGreen : Style::kRed;
  const std::string reused = p.reused > 0 ? absl::StrCat(" (", p.reused, " from the record)") : "";
  return absl::StrCat(Styled(word, style, colors), " in ", Took(p.elapsed), ": ", Count(p.steps, "step"),
                      reused, ", ", CostWords(p.cost), "; first event after ", Took(p.first_event), "\n");
}

// "critical path 11s of 12s: facts → answer; 3.2 tasks at work on average"
std::string GraphLine(const EndedGraph& graph) {
  constexpr std::size_t kNamed = 8;
  const event::GraphEnded& ended = graph.ended;
  const std::vector<std::string>& path = ended.critical_path;
  const std::vector<std::string> first(path.begin(),
                                       path.begin() + std::ptrdiff_t(std::min(path.size(), kNamed)));
  const std::string rest = path.size() > kNamed ? absl::StrCat(" → … (", path.size(), " tasks)") : "";
  std::string line =
      absl::StrFormat("%s%scritical path %s of %s: %s%s; %.1f tasks at work on average", OneLine(graph.path),
                      graph.path.empty() ? "" : ": ", Took(ended.critical), Took(ended.wall),
                      OneLine(absl::StrJoin(first, " → ")), rest, ended.parallelism);
  if (ended.queued > kWorthSaying * ended.wall)
    absl::StrAppend(&line, "; ", Took(ended.queued), " spent waiting for a turn at the model");
  return line;
}

// The run's graph and those within it, as far as they are of more than one task: of many, those with the most
// work.
std::string GraphWords(const Performed& p, bool colors) {
  constexpr std::size_t kShown = 4;
  if (p.reused > 0) return "";
  std::vector<const EndedGraph*> shown;
  for (const EndedGraph& graph : p.graphs) {
    if (graph.ended.tasks > 1) shown.push_back(&graph);
  }
  const bool all = shown.size() <= kShown;
  while (shown.size() > kShown) {
    shown.erase(std::min_element(shown.begin(), shown.end(), [](const EndedGraph* a, const EndedGraph* b) {
      return std::pair(a->path.empty(), a->ended.work) < std::pair(b->path.empty(), b->ended.work);
    }));
  }
  std::string words;
  for (const EndedGraph* graph : shown) {
    const std::string indent = graph->path.empty() ? "" : "  ";
    absl::StrAppend(&words, indent, GraphLine(*graph), "\n");
    if (!graph->ended.serial.empty() && !graph->warned)
      absl::StrAppend(&words, indent, "  ", OneLine(graph->ended.serial), "\n");
  }
  if (!all) words += "  (those with the most work)\n";
  return words.empty() ? "" : Styled(words, Style::kDim, colors);
}

std::string WhereKept(const Performed& p, const ChosenStore& store, const Terminal& terminal) {
  if (store.path.empty()) return "";
  const std::string other =
      store.path == DefaultStorePath() ? "" : absl::StrCat(" --store ", ShellWord(store.path));
  if (p.reply.ok())
    return Styled(
        absl::StrCat("run ", p.run_id, other, "; look at it: ninefold show ", p.run_id, other, "\n"),
        Style::kDim, terminal.colors);
  if (p.steps == 0)
    return absl::StrCat("what was asked is kept in ", ShortPath(store.path),
                        "; begin again with: ninefold resume ", p.run_id, other, "\n");
  return absl::StrCat(p.steps == 1 ? "1 step is" : absl::StrCat(p.steps, " steps are"), " saved in ",
                      ShortPath(store.path), "; go on with: ninefold resume ", p.run_id, other, "\n");
}

}  // namespace

std::string EvidenceWords(const Reply& reply, bool colors) {
  std::string out;
  if (!reply.evidence.empty()) absl::StrAppend(&out, Styled("evidence", Style::kBold, colors), "\n");
  for (std::size_t i = 0; i < reply.evidence.size() && i < kEvidenceShown; ++i) {
    const Citation& citation = reply.evidence[i];
    absl::StrAppend(&out, "  ", Styled(OneLine(Place(citation)), Style::kCyan, colors), "  \"",
                    Fit(OneLine(citation.quote), 200), "\"\n");
  }
  if (reply.evidence.size() > kEvidenceShown)
    absl::StrAppend(&out, "  and ", reply.evidence.size() - kEvidenceShown, " more\n");
  if (!reply.dissent.empty()) absl::StrAppend(&out, Styled("dissent", Style::kBold, colors), "\n");
  for (const Dissent& dissent : reply.dissent) {
    absl::StrAppend(&out, "  ", Styled(OneLine(dissent.who), Style::kCyan, colors), "  ",
                    Fit(OneLine(dissent.text), 300), "\n");
  }
  return out;
}

absl::Status PrintAnswer(const std::string& text) {
  const std::string end = !text.empty() && text.back() == '\n' ? "" : "\n";
  const bool person = ::isatty(STDOUT_FILENO) == 1;
  return WriteAll(STDOUT_FILENO, (person ? EscapeForTerminal(text, false) : text) + end,
                  "the answer to stdout");
}

absl::Status PrintJson(const Json& json) {
  const bool person = ::isatty(STDOUT_FILENO) == 1;
  const std::string text = DumpJson(json, person ? 2 : -1);
  return WriteAll(STDOUT_FILENO, (person ? EscapeForTerminal(text, false) : text) + "\n",
                  "the answer to stdout");
}

ExitCode Report(const Performed& p, const ChosenStore& store, const ReportOptions& options) {
  const Terminal terminal = LookAt(STDERR_FILENO);
  const absl::Status& status = p.reply.status();
  absl::Status printed;
  if (options.json) {
    printed = PrintJson(ToJson(p, store));
  } else if (p.reply.ok()) {
    if (!options.quiet && terminal.is_terminal) Say("\n");
    printed = PrintAnswer(p.reply->text);
    if (!options.quiet) Say(absl::StrCat("\n", EvidenceWords(*p.reply, terminal.colors)));
  }
  if (!status.ok() && !absl::IsCancelled(status)) SayError(Describe(status));
  if (!options.quiet) Say(absl::StrCat(TotalsOf(p, terminal.colors), GraphWords(p, terminal.colors)));
  if (!options.quiet || !status.ok()) Say(WhereKept(p, store, terminal));
  if (!printed.ok()) {
    SayError(absl::StrCat(Describe(printed), store.path.empty()
                                                 ? ""
                                                 : absl::StrCat("; ninefold show ", p.run_id, " prints it")));
    return kExitFailed;
  }
  return store.store->failed() ? kExitStore : ExitCodeOf(status);
}

}  // namespace ninefold::cli
