// Events on their way from a run's loop to a reader on another thread, with back-pressure: a run that is too
// far ahead waits in Context::Drain until its reader has caught up.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "ninefold/event.h"

namespace ninefold {

class EventQueue {
 public:
  explicit EventQueue(std::size_t max) : max_(max < 1 ? 1 : max) {}

  // On the loop. Before the first Next the queue is a buffer: when it is full, deltas are dropped.
  void Push(const Event& event);
  bool has_reader() const;
  // False: the reader is behind; `resume` is called once, from the reader's thread, when it has caught up.
  bool HasRoomOr(std::function<void()> resume);
  void Close();

  // On the reader's thread; blocks. nullopt: closed and empty.
  std::optional<Event> Next();

 private:
  const std::size_t max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Event> events_;
  std::vector<std::function<void()>> waiting_;
  bool reading_ = false;
  bool closed_ = false;
};

}  // namespace ninefold
