// Nearly all events of a stream add some text and nothing else, and building a document for each costs ten
// times as much as reading it. An event in its usual form is read in place: quotes inside strings are
// escaped, so a key that is searched for with its quotes cannot be text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ninefold/json.h"

namespace ninefold {

std::size_t FindIn(std::string_view text, std::string_view what);

// The string that begins at `at`, behind its quote; false when it holds an escape that is not one letter, or
// does not end.
bool ReadString(std::string_view text, std::size_t& at, std::string& out);

// The string behind the first `key`, written as it stands there: "\"delta\":\"". False as ReadString's, and
// when it is no UTF-8.
bool StringIn(std::string_view text, std::string_view key, std::string& out);
// The number behind the first `key`: "\"index\":".
std::optional<std::int64_t> IntIn(std::string_view text, std::string_view key);

// ---- arguments of tool calls, which arrive as text --------------------------------------------------

bool IsJsonObject(std::string_view text);
// As they should be: an object; else the text itself, for the agent to have mended.
Json ArgumentsOf(std::string_view text);

}  // namespace ninefold
