#include "model/wrap/attempt.h"

#include "absl/strings/cord.h"
#include "ninefold/status.h"

namespace ninefold {

Async<absl::StatusOr<ModelReply>> AskWatched(const Model& model, const ModelRequest& request, Context& ctx,
                                             bool& shown) {
  Context watched(ctx, "");
  watched.Tap([&shown](const EventBody& body) {
    shown = shown || IsDelta(body);
    return false;
  });
  absl::StatusOr<ModelReply> reply = co_await model.Generate(request, watched);
  co_return reply;
}

absl::Status Reworded(const absl::Status& status, std::string_view message) {
  absl::Status reworded = MakeStatus(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& value) { reworded.SetPayload(url, value); });
  return reworded;
}

std::string Clock(absl::Time time) { return absl::FormatTime("%H:%M:%S UTC", time, absl::UTCTimeZone()); }

std::string Brief(absl::Duration duration) {
  const absl::Duration unit = duration < absl::Seconds(1) ? absl::Milliseconds(1) : absl::Milliseconds(100);
  return absl::FormatDuration(absl::Ceil(duration, unit));
}

}  // namespace ninefold
