// Whether something is worse than it was.
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ninefold/experiment.h"

namespace ninefold {
namespace {

using SharesRight = std::map<std::string, std::pair<int, int>>;  // by item: right, trials

std::map<std::string, SharesRight> ByVariant(const std::vector<EvalTrial>& trials) {
  std::map<std::string, SharesRight> all;
  for (const EvalTrial& trial : trials) {
    auto& [right, n] = all[trial.variant][trial.item];
    right += trial.grade.right, ++n;
  }
  return all;
}

// As in a summary: an item is right when more than half of its trials are.
bool IsRight(const std::pair<int, int>& share) { return 2 * share.first > share.second; }

// "" when it is no worse.
std::string Regression(const std::string& variant, const SharesRight& before, const SharesRight& now,
                       std::optional<double> tolerance) {
  constexpr std::size_t kNamed = 10;
  std::int64_t items = 0, lost = 0, won = 0;
  std::vector<std::string> names;
  for (const auto& [item, share] : now) {
    const auto found = before.find(item);
    if (found == before.end()) continue;
    ++items;
    const bool was = IsRight(found->second), is = IsRight(share);
    won += !was && is, lost += was && !is;
    if (was && !is && names.size() < kNamed) names.push_back(item);
  }
  if (items == 0 || lost <= won) return "";
  const double fell = double(lost - won) / double(items), p = McNemarP(lost, won);
  if (p >= 0.05 && !(tolerance && fell > *tolerance)) return "";
  return absl::StrFormat(
      "\"%s\" is worse than it was: %.1f points lower on %d items (%d lost, %d gained, p %.2g); lost: %s%s",
      variant, 100 * fell, items, lost, won, p, absl::StrJoin(names, ", "),
      std::size_t(lost) > names.size() ? absl::StrCat(" and ", std::size_t(lost) - names.size(), " more")
                                       : "");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindRegressions(const Json& before_report,
                                                         const std::vector<EvalTrial>& now,
                                                         std::optional<double> tolerance) {
  const Json* arms = GetMember(before_report, "arms");
  if (arms == nullptr || !arms->is_array())
    return absl::InvalidArgumentError("no report: it has no list \"arms\"; give what --json printed");
  const auto is = ByVariant(now);
  std::vector<std::string> worse;
  int compared = 0;
  for (const Json& arm : *arms) {
    const std::string* variant = GetString(arm, "variant");
    const auto was = GetNumber(arm, "accuracy");
    const auto items = GetInt(arm, "items");
    if (variant == nullptr || !was || !items || *items <= 0) continue;
    const auto found = is.find(*variant);
    if (found == is.end()) continue;
    ++compared;
    double right = 0;
    for (const auto& [item, share] : found->second) right += double(share.first) / share.second;
    const auto n = std::int64_t(found->second.size());
    const double accuracy = right / double(n), fell = *was - accuracy;
    const Interval then = WilsonInterval(std::llround(*was * double(*items)), *items);
    const Interval since = WilsonInterval(std::llround(right), n);
    if (fell <= 0 || (since.high >= then.low && !(tolerance && fell > *tolerance))) continue;
    worse.push_back(
        absl::StrFormat("\"%s\" is worse than it was: %.1f %% of %d items, was %.1f %% of %d; which were "
                        "lost a report does not say",
                        *variant, 100 * accuracy, n, 100 * *was, *items));
  }
  if (compared == 0) return absl::InvalidArgumentError("the baseline has no variant in common with this");
  return worse;
}

absl::StatusOr<std::vector<std::string>> FindRegressions(const std::vector<EvalTrial>& before,
                                                         const std::vector<EvalTrial>& now,
                                                         std::optional<double> tolerance) {
  const auto was = ByVariant(before), is = ByVariant(now);
  std::vector<std::string> worse, names;
  int compared = 0;
  for (const auto& [variant, items] : is) {
    names.push_back(variant);
    const auto found = was.find(variant);
    if (found == was.end()) continue;
    bool shared = false;
    for (const auto& [item, share] : items) shared = shared || found->second.count(item) > 0;
    if (!shared) continue;
    ++compared;
    std::string words = Regression(variant, found->second, items, tolerance);
    if (!words.empty()) worse.push_back(std::move(words));
  }
  if (compared == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the baseline has no variant and item in common with this: ", absl::StrJoin(names, ", ")));
  }
  return worse;
}

}  // namespace ninefold
