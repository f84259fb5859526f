// How much of a trial's time went by in our own queue.
#include "experiment/trial.h"
#include "gtest/gtest.h"

namespace ninefold::experiment {
namespace {

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

Event Of(EventBody body, const char* path, double at) {
  return {std::move(body), std::make_shared<const std::string>(path), At(at), 0};
}
Event Queued(const char* path, double from, double to) {
  return Of(event::Queued{absl::Seconds(to - from)}, path, to);
}
Event Asked(const char* path, double from, double to) {
  event::ModelEnded ended;
  ended.took = absl::Seconds(to - from);
  return Of(ended, path, to);
}
Event Called(const char* path, double from, double to) {
  event::ToolEnded ended;
  ended.took = absl::Seconds(to - from);
  return Of(ended, path, to);
}

TEST(Queue, CountsWhenNothingElseGoesOn) {
  const struct {
    std::vector<Event> events;
    double queued;
  } rows[] = {
      {{}, 0},
      {{Asked("a", 0, 2)}, 0},
      {{Queued("a", 0, 1.5), Asked("a", 0, 2)}, 1.5},
      // Two at once, one place: the second waits for the first, which is at work.
      {{Asked("a", 0, 2), Queued("b", 0, 2), Asked("b", 0, 4)}, 0},
      // Both wait for other trials before they take turns.
      {{Queued("a", 0, 3), Asked("a", 0, 4), Queued("b", 0, 4), Asked("b", 0, 5)}, 3},
      // Again within a call, as after a rate limit.
      {{Queued("a", 0, 1), Queued("a", 2, 3), Asked("a", 0, 4)}, 2},
      {{Called("t", 0, 2), Queued("a", 1, 3), Asked("a", 1, 4)}, 1},
      // A tool that is an agent: its own calls say what it did.
      {{Queued("t/a", 0, 3), Asked("t/a", 0, 4), Called("t", 0, 4)}, 3},
  };
  for (std::size_t i = 0; i < std::size(rows); ++i)
    EXPECT_EQ(QueuedIn(rows[i].events), absl::Seconds(rows[i].queued)) << i;
}

TEST(Events, AreKeptAsFarAsTheyTell) {
  std::vector<Event> some, all;
  const std::vector<Event> events = {Of(event::TextDelta{"4"}, "a", 1), Of(event::TextDelta{"2"}, "a", 2),
                                     Of(event::ReasoningDelta{"hm"}, "a", 2), Asked("a", 0, 3)};
  for (const Event& event : events) {
    KeepEvent(event, false, some);
    KeepEvent(event, true, all);
  }
  EXPECT_EQ(some.size(), 1u);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(std::get<event::TextDelta>(all[0].body).text, "42");
}

}  // namespace
}  // namespace ninefold::experiment
