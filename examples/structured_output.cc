// The answer as a C++ struct. What misses the schema is given back to the model with the reason, at most
// `repairs` times.
//
//   question ──> booker ──> Json that conforms ──> Trip
//
#include <cstdio>

#include "ninefold/ninefold.h"
#include "ninefold/testing/scripted.h"

using namespace ninefold;

struct Trip {
  std::string city;
  int nights = 1;
  std::vector<std::string> guests;
};
NINEFOLD_DESCRIBE(Trip, (city, "Where to, in English"), (nights, "How many nights", Min(1), Max(30)),
                  (guests, "Their names"))

int main() {
  ModelPtr model = testing::Scripted({
      testing::Say(R"({"city": "Lisbon", "nights": 300, "guests": ["Ada"]})"),  // too long: asked again
      testing::Say(R"({"city": "Lisbon", "nights": 3, "guests": ["Ada", "Bo"]})"),
  });
  AgentPtr booker = MakeAgent({.name = "booker", .model = model, .output = Output<Trip>()});

  RunOptions options;
  options.on_event = [](const Event& event) {
    if (const auto* repaired = std::get_if<event::Repaired>(&event.body))
      std::printf("asked again: %s\n", repaired->what.c_str());
  };
  Runtime runtime;
  absl::StatusOr<Reply> reply = runtime.Run(booker, "Three nights in Lisbon for Ada and Bo, please", options);
  if (!reply.ok()) {
    std::fprintf(stderr, "%s\n", Describe(reply.status()).c_str());
    return 1;
  }
  absl::StatusOr<Trip> trip = FromJson<Trip>(*reply->data);
  std::printf("city: %s, nights: %d, guests: %zu\n", trip->city.c_str(), trip->nights, trip->guests.size());
}
