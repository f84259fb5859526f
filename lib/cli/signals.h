// Ctrl-C, SIGTERM and SIGHUP ask the run to stop; a second one ends the program at once. A resized terminal
// wakes the program up.
#pragma once

namespace ninefold::cli {

// While one lives, those signals come here. SIGPIPE is ignored from then on: writing to a closed pipe is an
// error like any other.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const;    // readable when something has come
  void Clear();      // empties fd()
  int stop() const;  // the signal that asked to stop, or 0
};

// On a second signal the cursor, hidden by the live view, is shown again before the program ends.
void SetCursorHidden(bool hidden);

}  // namespace ninefold::cli
