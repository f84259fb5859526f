// The form of an answer or of a part of one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ninefold/answer.h"

namespace ninefold::answers {

inline constexpr int kNestMost = 8;  // lists in lists

struct Reading {
  AnswerKind kind = AnswerKind::kAny;
  int depth = 0;       // of the list it is in
  bool again = false;  // what is read is a form: its texts are not tried once more
};

// Of an answer that has been found.
std::string FormOf(std::string_view text, const Reading& reading);

// ---- lists.cc

// {…}: a set. [a, b] of numbers: an interval, as are (a, b] and its like. (a, b): a tuple. Else [a, b, c] is
// the list that a, b, c is.
std::optional<std::string> AsBracketed(std::string_view bare, const Reading& reading);
// "1, 2 and 3", in its order.
std::optional<std::string> AsPhrase(std::string_view bare, const Reading& reading);
// A list with an item a line.
std::optional<std::string> AsLines(std::string_view plain, const Reading& reading);
// "x = 2 or x = -2", "2 or -2", "±2": the set {-2, 2}. "y = 1, x = 2": by name.
std::optional<std::string> AsSolutions(std::string_view bare, const Reading& reading);

// ---- assigned.cc

// What is assigned to a name: "x = 5", "f(2) = 5", "area = 5 m", "2 + 3 = 5", "x ∈ {1, 2}". "": nothing is.
std::string_view Assigned(std::string_view bare);
// x, x_1, θ: a letter and what is written low. "": it is none; else the letter.
std::string_view VariableOf(std::string_view name);
// Where the one = is that is no part of another sign and in no bracket; npos: there is none, or several.
std::size_t EqualsIn(std::string_view text);

}  // namespace ninefold::answers
