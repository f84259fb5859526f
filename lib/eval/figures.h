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
inline std::string ShortName(const std::string& name, std::size_t most = 24) {
  if (WidthOf(name) <= most) return name;
  std::size_t head = most / 2, tail = name.size() - (most - most / 2 - 1);
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

inline std::string Chance(double p) { return p < 0.0001 ? "<0.0001" : absl::StrFormat("%.2g", p); }
inline std::string Mean(double mean) { return absl::StrFormat("%.1f", mean); }

// "61 to 66 %": the least and the most of several seeds.
inline std::string BySeed(const EvalArm& arm) {
  if (arm.by_seed.size() < 2) return "-";
  Interval spread = {1, 0};
  for (const auto& [seed, accuracy] : arm.by_seed)
    spread.low = std::min(spread.low, accuracy), spread.high = std::max(spread.high, accuracy);
  return Between(spread);
}

// What stops have cut off might have been right too: "≥ 80.0 %". "≈": of attempts that are no quite fair
// sample.
inline std::string CoverageOf(const EvalArm& arm) {
  return absl::StrCat(arm.coverage >= 0 && arm.stopped_early ? "≥ " : "", PercentOrNone(arm.coverage));
}
inline std::string GapOf(const EvalArm& arm) {
  return arm.coverage < 0 ? "-" : absl::StrCat(arm.stopped_early ? "≥ " : "", Percent(arm.selection_gap));
}
inline std::string SingleOf(const EvalArm& arm) {
  return absl::StrCat(arm.single >= 0 && arm.single_is_rough ? "≈ " : "", PercentOrNone(arm.single));
}
inline std::string RhoOf(const EvalArm& arm) {
  return arm.single < 0 ? "-" : absl::StrFormat("%s%.2f", arm.single_is_rough ? "≈ " : "", arm.rho);
}
inline std::string StopsOf(const EvalArm& arm) {
  std::string text;
  for (const auto& [stop, n] : arm.stops) absl::StrAppend(&text, text.empty() ? "" : ", ", stop, " ", n);
  return text;
}

// Columns that would be empty are left out.
inline bool HasSeeds(const EvalReport& report) {
  return std::any_of(report.arms.begin(), report.arms.end(),
                     [](const EvalArm& arm) { return arm.by_seed.size() > 1; });
}
inline bool HasRubric(const EvalReport& report) {
  return std::any_of(report.arms.begin(), report.arms.end(),
                     [](const EvalArm& arm) { return arm.by_rubric > 0; });
}
inline std::string AgreementOfPoints(const EvalArm& arm) {
  return arm.by_rubric > 0 ? Percent(arm.agreement_of_points) : "-";
}
inline bool HasCached(const EvalReport& report) {
  return std::any_of(report.arms.begin(), report.arms.end(),
                     [](const EvalArm& arm) { return arm.cached_share >= 0; });
}
inline bool HasQueued(const EvalReport& report) {
  return std::any_of(report.arms.begin(), report.arms.end(),
                     [](const EvalArm& arm) { return arm.queued_p95 >= 0.01; });
}

}  // namespace ninefold
