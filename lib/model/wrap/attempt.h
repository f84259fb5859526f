// What the wrappers share: one attempt and whether it was seen, a draw, counts over a window of time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/hash.h"
#include "ninefold/model.h"

namespace ninefold {

inline bool IsDelta(const EventBody& body) {
  return std::holds_alternative<event::TextDelta>(body) ||
         std::holds_alternative<event::ReasoningDelta>(body) ||
         std::holds_alternative<event::ToolCallDelta>(body);
}

// Asks once; `shown` says whether a reader saw a part of the reply.
Async<absl::StatusOr<ModelReply>> AskWatched(const Model& model, const ModelRequest& request, Context& ctx,
                                             bool& shown);

// Evenly from [0, 1). Repeatable under virtual time; the time and the ticket set apart runs of one seed.
inline double Draw(const Context& ctx, std::string_view purpose, std::uint64_t ticket) {
  const std::uint64_t bits =
      Mix(Mix(ctx.Random(purpose), std::uint64_t(absl::ToUnixNanos(ctx.Now()))), ticket);
  return double(bits >> 11) * 0x1.0p-53;
}

// `status` with another message; code and payloads stay.
absl::Status Reworded(const absl::Status& status, std::string_view message);

// A time for a person: in UTC, to the second.
std::string Clock(absl::Time time);
// A time to wait, in no more digits than matter.
std::string Brief(absl::Duration duration);

// Two counts over the last `window`, in tenths of it.
class WindowCount {
 public:
  explicit WindowCount(absl::Duration window) : slot_(window / kSlots) {}
  void Add(absl::Time now, double first, double second) {
    Slot& slot = At(now);
    slot.first += first;
    slot.second += second;
  }
  double first(absl::Time now) const { return Sum(now, &Slot::first); }
  double second(absl::Time now) const { return Sum(now, &Slot::second); }
  void Clear() { slots_ = {}; }

 private:
  static constexpr std::int64_t kSlots = 10;
  struct Slot {
    std::int64_t number = -1;
    double first = 0, second = 0;
  };
  std::int64_t NumberAt(absl::Time now) const { return (now - absl::UnixEpoch()) / slot_; }
  Slot& At(absl::Time now) {
    const std::int64_t number = NumberAt(now);
    Slot& slot = slots_[std::size_t(number % kSlots)];
    if (slot.number != number) slot = {number, 0, 0};
    return slot;
  }
  double Sum(absl::Time now, double Slot::* count) const {
    const std::int64_t number = NumberAt(now);
    double sum = 0;
    for (const Slot& slot : slots_) {
      if (slot.number > number - kSlots && slot.number <= number) sum += slot.*count;
    }
    return sum;
  }

  absl::Duration slot_;
  std::array<Slot, kSlots> slots_ = {};
};

}  // namespace ninefold
