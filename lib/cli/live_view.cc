// Draws frames over each other. The lines of the last frame are remembered by width, so that after a resize,
// when the terminal has folded them anew, the cursor still goes up by as many rows as they take now.
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/signals.h"
#include "cli/view.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

// Columns of a line with colour codes in it.
int ShownWidth(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      text += line[i];
      continue;
    }
    while (i < line.size() && line[i] != 'm') ++i;
  }
  return WidthOf(text);
}

class Live : public View {
 public:
  ~Live() override {
    if (hidden_) Say("\x1b[?25h");
    SetCursorHidden(false);
  }

  void OnEvent(const Event& event, const TaskTree&) override {
    if (const auto* warning = std::get_if<event::Warning>(&event.body)) {
      Note(absl::StrCat("warning: ", event.path->empty() ? "" : absl::StrCat(OneLine(*event.path), ": "),
                        OneLine(warning->text)));
    }
  }

  void Draw(const TaskTree& tree, absl::Time now, bool last) override {
    const Terminal terminal = LookAt(STDERR_FILENO);
    std::string out = hidden_ ? "" : "\x1b[?25l";
    hidden_ = true;
    SetCursorHidden(true);
    absl::StrAppend(&out, Home(terminal));
    widths_.clear();
    for (const std::string& line : Frame(tree, terminal, now)) {
      absl::StrAppend(&out, line, "\x1b[K\n");
      widths_.push_back(ShownWidth(line));
    }
    absl::StrAppend(&out, "\x1b[J");
    if (last) {
      absl::StrAppend(&out, "\x1b[?25h");
      hidden_ = false;
      SetCursorHidden(false);
      widths_.clear();
    }
    Say(out);
  }

  void Note(const std::string& line) override {
    const Terminal terminal = LookAt(STDERR_FILENO);
    Say(absl::StrCat(Home(terminal), "\x1b[J", line, "\n"));
    widths_.clear();
  }

  void Clear() override {
    Say(absl::StrCat(Home(LookAt(STDERR_FILENO)), "\x1b[J", hidden_ ? "\x1b[?25h" : ""));
    hidden_ = false;
    SetCursorHidden(false);
    widths_.clear();
  }

  bool moves() const override { return true; }

 private:
  // To the first row of the last frame.
  std::string Home(const Terminal& terminal) const {
    int rows = 0;
    for (const int width : widths_) rows += std::max(1, (width + terminal.columns - 1) / terminal.columns);
    return rows == 0 ? "" : absl::StrCat("\r\x1b[", rows, "A");
  }

  std::vector<int> widths_;
  bool hidden_ = false;
};

}  // namespace

std::unique_ptr<View> LiveView() { return std::make_unique<Live>(); }

}  // namespace ninefold::cli
