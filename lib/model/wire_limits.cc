// Rate limits as servers tell them in headers: x-ratelimit-* (OpenAI, Meta, compatible servers; the reset is
// a duration: "6m0s") and anthropic-ratelimit-* (the reset is an RFC 3339 time).
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "model/wire.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::optional<std::int64_t> CountOf(std::optional<std::string_view> text) {
  std::int64_t value = 0;
  if (!text || !absl::SimpleAtoi(ToAbsl(*text), &value) || value < 0) return std::nullopt;
  return value;
}

// Against the server's own clock, so that ours need not be right.
std::optional<absl::Time> ServerTime(const HttpHead& head) {
  absl::Time time;
  std::string error;
  const auto date = head.Get("date");
  if (!date || !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", ToAbsl(*date), &time, &error))
    return std::nullopt;
  return time;
}

std::optional<absl::Duration> ResetOf(const HttpHead& head, std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  absl::Duration duration;
  if (absl::ParseDuration(ToAbsl(*text), &duration) && duration >= absl::ZeroDuration()) return duration;
  double seconds = 0;
  if (absl::SimpleAtod(ToAbsl(*text), &seconds) && seconds >= 0 && seconds < 1e6)
    return absl::Seconds(seconds);
  absl::Time until;
  std::string error;
  const auto now = ServerTime(head);
  if (!now || !absl::ParseTime(absl::RFC3339_full, ToAbsl(*text), &until, &error)) return std::nullopt;
  return std::max(until - *now, absl::ZeroDuration());
}

RateLimits::Bucket BucketOf(const HttpHead& head, const std::string& prefix, const std::string& what,
                            bool anthropic) {
  const auto name = [&](const char* field) {
    return anthropic ? absl::StrCat(prefix, what, "-", field) : absl::StrCat(prefix, field, "-", what);
  };
  return {.limit = CountOf(head.Get(name("limit"))),
          .remaining = CountOf(head.Get(name("remaining"))),
          .reset = ResetOf(head, head.Get(name("reset")))};
}

}  // namespace

std::shared_ptr<const RateLimits> ReadRateLimits(const HttpHead& head) {
  // Most servers say nothing, and then a look is all that it costs.
  const std::size_t at = head.lines.find("atelimit-");
  if (at == std::string::npos) return nullptr;
  const bool anthropic = at >= 11 && head.lines.compare(at - 11, 10, "anthropic-") == 0;
  const std::string prefix = anthropic ? "anthropic-ratelimit-" : "x-ratelimit-";
  auto limits = std::make_shared<RateLimits>();
  limits->requests = BucketOf(head, prefix, "requests", anthropic);
  limits->tokens = BucketOf(head, prefix, "tokens", anthropic);
  return limits;
}

}  // namespace ninefold
