// The code in a reply.
#pragma once

#include <string>
#include <string_view>

#include "ninefold/eval.h"

namespace ninefold {

// The inside of the last ``` block; "" when there is none.
std::string LastBlock(std::string_view text);

// The Python of a reply: the last block that defines `entry_point`; else all its blocks of Python, or without
// a language, one after another; else the whole text.
std::string PythonOf(std::string_view reply, const std::string& entry_point);

// The item's setup, the reply's Python, the item's tests, in one file; annotations are not evaluated, so what
// only they name may be missing.
std::string ProgramOf(const EvalItem& item, std::string_view reply);

}  // namespace ninefold
