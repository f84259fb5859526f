// What one task is told of another.
#pragma once

#include <string_view>

namespace ninefold {

// Whether `brief` speaks of the task `id` that was told to do `other`: by its name, by a word of what it
// does, or as of something given ("the results", "both"). A hint: a model may need what it does not name.
bool SpeaksOf(std::string_view brief, std::string_view id, std::string_view other);

}  // namespace ninefold
