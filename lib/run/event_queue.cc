#include "run/event_queue.h"

#include <utility>
#include <vector>

namespace ninefold {
namespace {

bool IsDelta(const Event& event) {
  return std::holds_alternative<event::TextDelta>(event.body) ||
         std::holds_alternative<event::ReasoningDelta>(event.body) ||
         std::holds_alternative<event::ToolCallDelta>(event.body);
}

}  // namespace

void EventQueue::Push(const Event& event) {
  std::lock_guard lock(mutex_);
  if (!reading_ && events_.size() >= max_ && IsDelta(event)) return;
  events_.push_back(event);
  filled_.notify_one();
}

bool EventQueue::has_reader() const {
  std::lock_guard lock(mutex_);
  return reading_;
}

bool EventQueue::HasRoomOr(std::function<void()> resume) {
  std::lock_guard lock(mutex_);
  if (!reading_ || closed_ || events_.size() < max_) return true;
  waiting_.push_back(std::move(resume));
  return false;
}

void EventQueue::Close() {
  std::vector<std::function<void()>> waiting;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    waiting.swap(waiting_);
  }
  filled_.notify_all();
  for (auto& resume : waiting) resume();
}

std::optional<Event> EventQueue::Next() {
  std::vector<std::function<void()>> waiting;
  std::optional<Event> next;
  {
    std::unique_lock lock(mutex_);
    reading_ = true;
    filled_.wait(lock, [&] { return closed_ || !events_.empty(); });
    if (!events_.empty()) {
      next = std::move(events_.front());
      events_.pop_front();
    }
    if (events_.size() <= max_ / 2) waiting.swap(waiting_);
  }
  for (auto& resume : waiting) resume();
  return next;
}

}  // namespace ninefold
