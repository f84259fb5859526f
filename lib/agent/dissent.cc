#include "agent/dissent.h"

#include <string>

#include "absl/strings/match.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r*_");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r*_") - first + 1);
}

// What follows "Dissent:" on its line, or nothing; list marks and emphasis before it are passed over.
std::string_view AfterLabel(std::string_view line) {
  line = line.substr(std::min(line.find_first_not_of(" \t-*>#_"), line.size()));
  for (const std::string_view label : {"dissent", "disagreement"}) {
    if (!absl::StartsWithIgnoreCase(ToAbsl(line), ToAbsl(label))) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon > label.size() + 3) continue;
    return Trim(line.substr(colon + 1));
  }
  return {};
}

bool IsNone(std::string_view text) {
  return absl::EqualsIgnoreCase(ToAbsl(text.substr(0, 4)), "none") && text.size() <= 6;
}

}  // namespace

std::vector<Dissent> DissentIn(std::string_view text) {
  std::vector<Dissent> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view held = AfterLabel(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (held.empty() || IsNone(held)) continue;
    const std::size_t colon = held.find(':');
    const bool named = colon <= 64 &&  // npos is not
                       held.substr(0, colon).find(' ') == std::string_view::npos;
    if (named) {
      found.push_back({std::string(held.substr(0, colon)), std::string(Trim(held.substr(colon + 1)))});
    } else {
      found.push_back({"", std::string(held)});
    }
  }
  return found;
}

}  // namespace ninefold
