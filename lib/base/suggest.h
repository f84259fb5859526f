// "did you mean": the nearest of some names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ninefold {

// The candidate with the fewest typing mistakes (insert, delete, replace, swap of neighbours; case counts
// little) from `word`, or "" when none is near. Of equals the first. Long words and the tail of a long list
// are not looked at, so hostile input costs little.
std::string Suggest(std::string_view word, const std::vector<std::string>& candidates);

// `; did you mean "city"?`, or "": to be put after a message.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ninefold
