// One attempt, and what others are shown of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ninefold/agent.h"

namespace ninefold {

// What the attempt says of its own confidence in a line "confidence: 0.8" (or 80 %, high, medium, low): 0 to
// 1; nullopt when it says nothing.
std::optional<double> StatedConfidence(std::string_view text);

// At most `bytes_max` of a reply: the whole when it fits; else its labelled lines (answer, confidence,
// checks, doubts), its first places of evidence, and as much of its beginning and end as there is room for,
// the end more than the beginning, since conclusions stand there.
std::string DigestOf(const Reply& reply, std::size_t bytes_max);

// What stands in a digest where something is left out.
inline constexpr std::string_view kDigestGap = "\n[…]\n";
// What is added to the dissent of an answer that was found wrong.
inline constexpr std::string_view kRefutedNote = "\n(A check found this answer wrong.)";

}  // namespace ninefold
