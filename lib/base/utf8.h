// UTF-8: whether a text is it, and where it may be cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ninefold {

// The offset of the first byte that is not UTF-8 (overlong forms and surrogates are not), or npos.
std::size_t FindInvalidUtf8(std::string_view text);

// The longest prefix of at most `bytes_max` bytes that cuts no character in two.
std::string_view CutUtf8(std::string_view text, std::size_t bytes_max);

// Invalid bytes replaced by U+FFFD.
std::string MendUtf8(std::string_view text);

// For showing text from outside to a person: control, bidirectional and invisible characters as \x1b, \u202e;
// newlines and tabs stay unless `one_line`, where they become blanks.
std::string EscapeForTerminal(std::string_view text, bool one_line);

}  // namespace ninefold
