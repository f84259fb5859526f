// The letter of an option, and yes or no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ninefold::answers {

// Yes and true, no and false; also with a reason: "Yes, because …".
std::optional<std::string> AsYesNo(std::string_view bare);

// "(B)", "B. Paris", "option B" as "b"; "A and C" as "a, c". Where no option was asked for: A to J.
std::optional<std::string> AsChoice(std::string_view bare);

// Where one was: "B Paris", "I think it is B", "A is wrong, so B".
std::optional<std::string> AsExpectedChoice(std::string_view bare);

// "B", "(b)", "B.": a letter of an option with nothing behind it.
bool IsBareLetter(std::string_view text);

}  // namespace ninefold::answers
