// How one request differs from another, for a person.
#pragma once

#include <string>

#include "ninefold/json.h"

namespace ninefold {

// A line for each place that differs, at most `places` of them: "  /messages/0/parts/0/text: recorded "…ten
// days", now "…12 days"".
std::string RequestDiff(const Json& recorded, const Json& now, std::size_t places = 5);

}  // namespace ninefold
