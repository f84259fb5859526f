// Numbers in closed form: "2π", "√(4)", "2^10", "5!", "(1+sqrt(5))/2".
#pragma once

#include <optional>
#include <string_view>

namespace ninefold {

// The value of the longest such form at the start of `text`, which moves behind it. Nullopt: there is none.
// Numbers that are only added or multiplied are none either: who writes "3 + 4" has not given the answer.
std::optional<double> ReadClosedForm(std::string_view& text);

}  // namespace ninefold
