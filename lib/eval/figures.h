// How a report writes its figures.
#pragma once

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ninefold/eval.h"

namespace ninefold {

// In characters, not bytes.
inline std::size_t WidthOf(const std::string& text) {
  return std::size_t(std::count_if(text.begin(), text.end(),
                                   [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Long names keep both ends: variants often differ in the last letters.
inline std::string ShortName(const std::string& name) {
  constexpr std::size_t kMost = 24;
  if (WidthOf(name) <= kMost) return name;
  std::size_t head = kMost / 2, tail = name.size() - (kMost - kMost / 2 - 1);
  while (head > 0 && (static_cast<unsigned char>(name[head]) & 0xC0) == 0x80) --head;
  while (tail < name.size() && (static_cast<unsigned char>(name[tail]) & 0xC0) == 0x80) ++tail;
  return absl::StrCat(name.substr(0, head), "…", name.substr(tail));
}

inline std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }
inline std::string PercentOrNone(double share) { return share < 0 ? "-" : Percent(share); }
inline std::string Between(const Interval& interval) {
  return absl::StrFormat("%.0f to %.0f %%", 100 * interval.low, 100 * interval.high);
}
inline std::string Tokens(double tokens) {
  if (tokens >= 1e6) return absl::StrFormat("%.1f M", tokens / 1e6);
  return tokens >= 9999.5 ? absl::StrFormat("%.0f k", tokens / 1e3) : absl::StrFormat("%.0f", tokens);
}
inline std::string Usd(const EvalArm& arm) {
  if (!arm.usd_is_known) return "?";
  return arm.usd > 0 && arm.usd < 0.01 ? absl::StrFormat("%.4f", arm.usd) : absl::StrFormat("%.2f", arm.usd);
}
inline std::string Seconds(double seconds) {
  return seconds < 10 ? absl::StrFormat("%.2f s", seconds) : absl::StrFormat("%.0f s", seconds);
}

}  // namespace ninefold
