// What one trial's run did, as a page: its picture, and its steps in their order with what was said.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"
#include "eval/figures.h"
#include "eval/page_parts.h"
#include "eval/plot.h"
#include "ninefold/eval.h"
#include "ninefold/run_graph.h"
#include "ninefold/status.h"

namespace ninefold {
namespace trace {
namespace {

constexpr std::size_t kSaidMax = 6000, kStepsMax = 2000, kPictureTasksMax = 200;

std::string Shown(const std::string& text, std::size_t most = kSaidMax) {
  const std::string_view cut = CutUtf8(text, most);
  return absl::StrCat(EscapeHtml(cut), cut.size() < text.size() ? "…" : "");
}

std::string StatusCell(const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat("<span class=\"wrong\">", Shown(Describe(status)), "</span>");
}

// What an event says, or "" for one that is no step. A reader's pieces of text are joined by their path.
struct StepWords {
  std::string& said;  // by the model so far, at this path

  std::string operator()(const event::ModelEnded& e) const {
    std::string text =
        absl::StrCat("<b>", Shown(e.model, 100), "</b> ", Seconds(absl::ToDoubleSeconds(e.took)));
    if (e.usage.input || e.usage.output) {
      absl::StrAppend(&text, ", ", e.usage.input.value_or(0), " tokens in, ", e.usage.output.value_or(0),
                      " out");
    }
    absl::StrAppend(&text, " ", StatusCell(e.status));
    if (!said.empty()) absl::StrAppend(&text, "<pre>", Shown(said), "</pre>");
    said.clear();
    return text;
  }
  std::string operator()(const event::ToolEnded& e) const {
    return absl::StrCat("tool <b>", Shown(e.name, 100), "</b> ", Seconds(absl::ToDoubleSeconds(e.took)),
                        e.is_error ? " <span class=\"wrong\">error</span>" : "", "<pre>", Shown(e.preview),
                        "</pre>");
  }
  std::string operator()(const event::TaskEnded& e) const {
    return absl::StrCat("task <b>", Shown(e.id, 100), "</b> ", Shown(e.outcome, 20), " ",
                        StatusCell(e.status),
                        e.summary.empty() ? "" : absl::StrCat("<pre>", Shown(e.summary), "</pre>"));
  }
  std::string operator()(const event::GraphEnded& e) const {
    return absl::StrFormat("%d tasks in %s; the longest chain %s, parallelism %.1f%s", e.tasks,
                           Seconds(absl::ToDoubleSeconds(e.wall)), Seconds(absl::ToDoubleSeconds(e.critical)),
                           e.parallelism, e.serial.empty() ? "" : "; " + Shown(e.serial));
  }
  std::string operator()(const event::Retried& e) const {
    return absl::StrCat("again, attempt ", e.attempt, " ", StatusCell(e.status));
  }
  std::string operator()(const event::Repaired& e) const { return absl::StrCat("repaired: ", Shown(e.what)); }
  std::string operator()(const event::Warning& e) const { return absl::StrCat("warning: ", Shown(e.text)); }
  std::string operator()(const event::Decided& e) const {
    return absl::StrCat("policy: ", Shown(e.action), " ", Shown(e.verdict), " ", Shown(e.why));
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

std::string Steps(const std::vector<Event>& events) {
  std::string html = "<div class=\"scroll\"><table class=\"trials\"><tbody>\n";
  std::map<std::string, std::string> said;
  std::size_t shown = 0, all = 0;
  for (const Event& event : events) {
    std::string& here = said[*event.path];
    if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) here += delta->text;
    const std::string words = std::visit(StepWords{here}, event.body);
    if (words.empty() || ++all > kStepsMax) continue;
    ++shown;
    absl::StrAppend(&html, "<tr><td>",
                    absl::StrFormat("%.2f s", absl::ToDoubleSeconds(event.time - events.front().time)),
                    "</td><td>", words, "</td><td><code>", Shown(*event.path, 200), "</code></td></tr>\n");
  }
  html += "</tbody></table></div>\n";
  if (all > shown)
    absl::StrAppend(&html, "<p class=\"hint\">The first ", shown, " of ", all, " steps.</p>\n");
  return html;
}

std::string Picture(const std::vector<Event>& events) {
  RunGraph made;
  for (const Event& event : events) made.Take(event);
  if (made.empty()) return "";
  const TaskGraph graph = made.graph();
  if (graph.size() > kPictureTasksMax) return "";
  return absl::StrCat("<h2>What ran</h2>\n<pre class=\"picture\">", EscapeHtml(ToText(graph)),
                      "</pre>\n<details><summary>as Mermaid</summary><pre>", EscapeHtml(ToMermaid(graph)),
                      "</pre></details>\n");
}

}  // namespace

std::string Page(const EvalTrial& trial, const EvalItem* item, const std::vector<Event>& events) {
  const std::string name = absl::StrCat(trial.variant, " on ", trial.item);
  std::string html = absl::StrCat(kPageHead, "<title>", EscapeHtml(name), "</title></head><body>\n<h1>",
                                  EscapeHtml(name), "</h1>\n<p class=\"hint\">seed ", trial.seed, ", ",
                                  Seconds(absl::ToDoubleSeconds(trial.latency)));
  if (!trial.run_id.empty())
    absl::StrAppend(&html, ", run <code>", EscapeHtml(trial.run_id), "</code>: ninefold show ",
                    EscapeHtml(trial.run_id), " has all of it");
  html += "</p>\n";
  if (item != nullptr) {
    absl::StrAppend(&html, "<p class=\"question\">", Shown(QuestionText(*item)), "</p>\n<p>expected: <b>",
                    Shown(item->expected), "</b></p>\n");
  }
  absl::StrAppend(&html, "<p><span class=\"", trial.grade.right ? "right\">✓" : "wrong\">✗", "</span> ",
                  Shown(trial.error.empty() ? trial.answer : absl::StrCat("failed: ", trial.error)), " <i>",
                  Shown(trial.grade.why), "</i></p>\n");
  return absl::StrCat(html, Picture(events), "<h2>Steps</h2>\n", Steps(events), "</body></html>\n");
}

}  // namespace trace

std::string TraceToHtml(const EvalTrial& trial, const EvalItem* item, const std::vector<Event>& events) {
  return trace::Page(trial, item, events);
}

}  // namespace ninefold
