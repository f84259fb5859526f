// Pictures of a graph: Mermaid (https://mermaid.js.org/syntax/flowchart.html), DOT
// (https://graphviz.org/doc/info/lang.html), text.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "ninefold/task_graph.h"

namespace ninefold {
namespace {

std::string Quoted(std::string_view text, std::string_view quote) {
  std::string quoted;
  for (const char c : text) {
    if (c == '"') {
      quoted += quote;
    } else {
      quoted += c;
    }
  }
  return quoted;
}

std::string Label(const Task& task) {
  const std::string& agent = task.note.empty() ? task.agent->card().name : task.note;
  return agent == task.id || agent.empty() ? task.id : absl::StrCat(task.id, " (", agent, ")");
}

// How many tasks precede each one on its longest way; unknown needs and cycles are passed over.
std::vector<std::size_t> Levels(const TaskGraph& graph) {
  std::vector<std::size_t> levels(graph.size());
  bool changed = true;
  for (std::size_t round = 0; changed && round <= graph.size(); ++round) {
    changed = false;
    for (std::size_t i = 0; i < graph.size(); ++i) {
      for (const std::string& need : graph.tasks()[i].needs) {
        const std::optional<std::size_t> at = graph.IndexOf(need);
        if (!at || levels[i] > levels[*at] || levels[*at] >= graph.size()) continue;
        levels[i] = levels[*at] + 1;
        changed = true;
      }
    }
  }
  return levels;
}

}  // namespace

std::string ToMermaid(const TaskGraph& graph) {
  std::string text = "flowchart LR\n";
  for (std::size_t i = 0; i < graph.size(); ++i) {
    absl::StrAppend(&text, "  t", i, "[\"", Quoted(Label(graph.tasks()[i]), "#quot;"), "\"]\n");
  }
  for (std::size_t i = 0; i < graph.size(); ++i) {
    for (const std::string& need : graph.tasks()[i].needs) {
      if (const auto at = graph.IndexOf(need)) absl::StrAppend(&text, "  t", *at, " --> t", i, "\n");
    }
  }
  return text;
}

std::string ToDot(const TaskGraph& graph) {
  std::string text = "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const Task& task : graph.tasks()) {
    absl::StrAppend(&text, "  \"", task.id, "\" [label=\"", Quoted(Label(task), "\\\""), "\"];\n");
  }
  for (const Task& task : graph.tasks()) {
    for (const std::string& need : task.needs)
      absl::StrAppend(&text, "  \"", need, "\" -> \"", task.id, "\";\n");
  }
  return text + "}\n";
}

std::string ToText(const TaskGraph& graph) {
  const std::vector<std::size_t> levels = Levels(graph);
  std::size_t deepest = 0;
  for (const std::size_t level : levels) deepest = std::max(deepest, level);
  std::string text;
  for (std::size_t level = 0; graph.size() > 0 && level <= deepest; ++level) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
      if (levels[i] != level) continue;
      const Task& task = graph.tasks()[i];
      absl::StrAppend(&text, std::string(2 * level, ' '), level == 0 ? "* " : "+ ", Label(task));
      for (std::size_t n = 0; n < task.needs.size(); ++n)
        absl::StrAppend(&text, n == 0 ? "  <- " : ", ", task.needs[n]);
      text += '\n';
    }
  }
  return text;
}

}  // namespace ninefold
