// A result, cut to what others are to read of it.
#pragma once

#include <cstddef>
#include <string>

#include "ninefold/agent.h"

namespace ninefold {

// How many bytes a number of tokens may be, reckoned as budgets reckon: about three bytes a token.
std::size_t BytesOfTokens(int tokens);

// The reply's text, and its data where that does not stand in the text.
std::string Readable(const Reply& reply);

// What is readable of it when that has at most `tokens_max` tokens. Else its beginning and its end, cut
// between sentences, and in the gap how much was left out and which places it cites, with as many of their
// quotes as fit. Never longer than `tokens_max`.
std::string Condense(const Reply& reply, int tokens_max);

}  // namespace ninefold
