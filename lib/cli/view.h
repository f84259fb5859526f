// How a run shows itself on stderr while it goes on.
#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "cli/task_tree.h"
#include "cli/terminal.h"
#include "ninefold/event.h"

namespace ninefold::cli {

class View {
 public:
  virtual ~View() = default;
  // After the tree has taken the event in.
  virtual void OnEvent(const Event& event, const TaskTree& tree) = 0;
  // The picture at `now`; called at most 15 times a second, and once with `last` when the run is over.
  virtual void Draw(const TaskTree& tree, absl::Time now, bool last) { (void)tree, (void)now, (void)last; }
  // A line among the picture, or instead of it.
  virtual void Note(const std::string& line) = 0;
  // Takes the picture off the screen, so that somebody else can use it.
  virtual void Clear() {}
  virtual bool moves() const { return false; }  // Draw is wanted while nothing happens
};

// A tree that is drawn in place.
std::unique_ptr<View> LiveView();
// A line for each thing worth telling.
std::unique_ptr<View> PlainView();

// One frame of the live view, at most `terminal.rows - 1` lines of at most `terminal.columns - 1` columns:
// for LiveView, and for tests.
std::vector<std::string> Frame(const TaskTree& tree, const Terminal& terminal, absl::Time now);

}  // namespace ninefold::cli
