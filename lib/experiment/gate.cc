// Whether something is worse than it was.
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
