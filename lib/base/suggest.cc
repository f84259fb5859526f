#include "base/suggest.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kWordMax = 64;
constexpr std::size_t kCandidatesMax = 10'000;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Damerau's distance (optimal string alignment), twice over so that a difference in case can count one half.
int Distance(std::string_view a, std::string_view b) {
  std::array<std::array<int, kWordMax + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(2 * j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    row[0] = static_cast<int>(2 * i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int differs = 2;
      if (a[i - 1] == b[j - 1]) {
        differs = 0;
      } else if (Lower(a[i - 1]) == Lower(b[j - 1])) {
        differs = 1;
      }
      row[j] = std::min({above[j] + 2, row[j - 1] + 2, above[j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 2);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

// How far off a word of this length may be: a third of it, at least one mistake.
int Tolerance(std::size_t length) { return 2 * static_cast<int>(std::max<std::size_t>(1, (length + 2) / 3)); }

}  // namespace

std::string Suggest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordMax) return "";
  const std::string* best = nullptr;
  int best_distance = 0;
  const std::size_t count = std::min(candidates.size(), kCandidatesMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& candidate = candidates[i];
    if (candidate.empty() || candidate.size() > kWordMax) continue;
    const int tolerance = Tolerance(std::min(word.size(), candidate.size()));
    const int longest = 2 * static_cast<int>(std::max(word.size(), candidate.size()));
    if (longest - 2 * static_cast<int>(std::min(word.size(), candidate.size())) > tolerance) continue;
    const int distance = Distance(word, candidate);
    if (distance > tolerance || distance >= longest) continue;
    if (best != nullptr && distance >= best_distance) continue;
    best = &candidate;
    best_distance = distance;
  }
  return best == nullptr ? "" : *best;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = Suggest(word, candidates);
  return near.empty() ? "" : absl::StrCat("; did you mean \"", near, "\"?");
}

}  // namespace ninefold
