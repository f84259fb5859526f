// What the live view draws: a line for the run, one for each task, one of totals. Where there are more tasks
// than lines, those that run come first, then those that failed, then the latest to end, then those that
// wait; the rest is counted.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/view.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr const char* kSpinner[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

struct Look {
  std::string mark;
  Style style;
};

Look LookOf(const TaskNode& node, absl::Time now) {
  if (node.state == "running") {
    const auto frame = std::size_t(std::max<std::int64_t>(0, absl::ToUnixMillis(now)) / 100 % 10);
    return {kSpinner[frame], Style::kCyan};
  }
  if (node.state == "done") return {"✓", Style::kGreen};
  if (node.state == "fallback") return {"✓", Style::kYellow};
  if (node.state == "failed") return {"✗", Style::kRed};
  if (node.state == "waiting") return {"·", Style::kDim};
  return {"-", Style::kDim};  // skipped, cancelled
}

std::string TurnsOf(const TaskNode& node) {
  if (node.turn == 0) return "";
  if (node.state == "running") return absl::StrCat("turn ", node.turn);
  return Count(node.turn, "turn");
}

// The last words of a line that still grows.
std::string LastLine(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t newline = text.rfind('\n');
  return OneLine(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

std::string TailOf(const TaskNode& node, int columns) {
  if (node.state == "waiting")
    return node.needs.empty() ? "" : Fit(absl::StrCat("needs ", absl::StrJoin(node.needs, ", ")), columns);
  if (node.state != "running")
    return Fit(node.reused ? absl::StrCat("(recorded) ", node.said) : node.said, columns);
  return node.streaming ? Fit(LastLine(node.doing), columns, /*tail=*/true) : Fit(node.doing, columns);
}

struct Columns {
  int id = 0, agent = 0;
};

std::string TaskLine(const TaskNode& node, const Columns& widths, const Terminal& terminal, absl::Time now) {
  const Look look = LookOf(node, now);
  const bool began = node.started != absl::Time();
  const absl::Time until = node.state == "running" ? now : node.ended;
  const std::string indent(std::size_t(2 * std::min(node.depth, 8)), ' ');
  std::string left = absl::StrCat(indent, Pad(node.id, widths.id - int(indent.size())), " ",
                                  Pad(node.agent, widths.agent), " ");
  const std::string numbers =
      absl::StrCat(Pad(began ? Took(until - node.started) : "", 6), " ", Pad(TurnsOf(node), 8), " ",
                   Pad(node.tokens > 0 ? absl::StrCat(Tokens(node.tokens), " tok") : "", 10));
  const int room = terminal.columns - 1 - 2;
  left = Fit(left, room);
  const int used = WidthOf(left);
  std::string right = Fit(numbers, room - used);
  const std::string tail = TailOf(node, room - used - WidthOf(right) - 1);
  while (tail.empty() && !right.empty() && right.back() == ' ') right.pop_back();
  return absl::StrCat(Styled(look.mark, look.style, terminal.colors), " ",
                      node.state == "waiting" ? Styled(left, Style::kDim, terminal.colors) : left,
                      Styled(right, Style::kDim, terminal.colors), tail.empty() ? "" : " ",
                      Styled(tail, node.state == "failed" ? Style::kRed : Style::kDim, terminal.colors));
}

int Rank(const TaskNode& node) {
  return node.state == "running" ? 0 : node.state == "failed" ? 1 : node.state == "waiting" ? 3 : 2;
}

// The tasks to show, in the tree's order.
std::vector<const TaskNode*> Choose(const std::vector<const TaskNode*>& all, std::size_t room) {
  if (all.size() <= room) return all;
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int x = Rank(*all[a]), y = Rank(*all[b]);
    return x != y ? x < y : x == 2 && all[a]->ended > all[b]->ended;
  });
  order.resize(room);
  std::sort(order.begin(), order.end());
  std::vector<const TaskNode*> chosen;
  for (const std::size_t i : order) chosen.push_back(all[i]);
  return chosen;
}

std::string TotalsLine(const TaskTree& tree, std::size_t hidden, const Terminal& terminal, absl::Time now) {
  std::vector<std::string> parts;
  if (hidden > 0) parts.push_back(absl::StrCat(hidden, " more not shown"));
  if (tree.total() > 0)
    parts.push_back(absl::StrCat(tree.ended(), " of ", Count(std::int64_t(tree.total()), "task")));
  if (tree.running() > 1) parts.push_back(absl::StrCat(tree.running(), " at once"));
  if (tree.reused() > 0)
    parts.push_back(absl::StrCat(Count(std::int64_t(tree.reused()), "step"), " from the record"));
  if (TokensOf(tree.cost()) > 0) parts.push_back(absl::StrCat(Tokens(TokensOf(tree.cost())), " tokens"));
  parts.push_back(Took(now - tree.root().started));
  if (tree.root().state == "running") parts.emplace_back("Ctrl-C stops");
  return Styled(Fit(absl::StrCat("  ", absl::StrJoin(parts, " · ")), terminal.columns - 1), Style::kDim,
                terminal.colors);
}

}  // namespace

std::vector<std::string> Frame(const TaskTree& tree, const Terminal& terminal, absl::Time now) {
  std::vector<std::string> lines;
  const TaskNode& root = tree.root();
  const int room = terminal.columns - 1;
  const std::string name = Fit(root.id, room);
  lines.push_back(
      absl::StrCat(Styled(name, Style::kBold, terminal.colors),
                   Fit(root.said.empty() ? "" : absl::StrCat("  ", root.said), room - WidthOf(name))));
  const std::vector<const TaskNode*> all = tree.Tasks();
  const std::vector<const TaskNode*> shown = Choose(all, std::size_t(std::max(1, terminal.rows - 4)));
  Columns widths;
  for (const TaskNode* node : shown) {
    widths.id = std::max(widths.id, WidthOf(node->id) + 2 * std::min(node->depth, 8));
    widths.agent = std::max(widths.agent, WidthOf(node->agent));
  }
  widths.id = std::min(widths.id, std::max(8, terminal.columns / 4));
  widths.agent = std::min(widths.agent, std::max(6, terminal.columns / 6));
  for (const TaskNode* node : shown) lines.push_back(TaskLine(*node, widths, terminal, now));
  // A single agent has no tasks: what it does stands here.
  if (all.empty() && root.state == "running") {
    lines.push_back(
        Fit(absl::StrCat("  ", TurnsOf(root), root.turn > 0 ? "  " : "", TailOf(root, room - 12)), room));
  }
  lines.push_back(TotalsLine(tree, all.size() - shown.size(), terminal, now));
  return lines;
}

}  // namespace ninefold::cli
