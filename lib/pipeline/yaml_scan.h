// Looks at the bytes of a YAML text where yaml-cpp's events do not tell enough.
#pragma once

#include <cstddef>
#include <string_view>

namespace ninefold::pipeline {

// The first tab in the indentation of a line, or npos. A tab behind the indentation of a block scalar is
// text.
std::size_t FindIndentTab(std::string_view text);

// `offset`, behind anchors and tags that stand there ("&a !t 'x'" to the quote).
std::size_t SkipProperties(std::string_view text, std::size_t offset);

// For the quote at `offset`: whether another closes it. True when no quote stands there (a block scalar).
bool QuoteIsClosed(std::string_view text, std::size_t offset);

}  // namespace ninefold::pipeline
