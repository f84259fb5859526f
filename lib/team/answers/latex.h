// What the commands of LaTeX are.
#pragma once

#include <optional>
#include <string_view>

namespace ninefold::answers {

// \name in plain letters. "": it only says how something looks.
std::optional<std::string_view> LatexSymbol(std::string_view name);
// \name{…} is its inside alone.
bool IsLatexWrapper(std::string_view name);
// \name{…} is nothing, whatever its inside.
bool HasSpareArgument(std::string_view name);
bool IsFraction(std::string_view name);
bool IsFunction(std::string_view name);
// What \bar{x} or \vec{x} is written as: "bar"; "": it is no accent.
std::string_view AccentOf(std::string_view name);

}  // namespace ninefold::answers
