// What graders are made of: each checks what an item expects, then compares a reply with it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "ninefold/eval.h"

namespace ninefold {

// A fault of an item, with its place.
absl::Status WrongItem(const EvalItem& item, const std::string& what);

// One line, a few words long.
std::string Excerpt(std::string text);

Grade GradeOf(bool right, std::string why);
Grade Compared(bool right, const std::string& got, const std::string& expected);

// A reply without the lines that say how sure it is ("Confidence: 90%"): they are no part of its answer.
std::string WithoutConfidence(const std::string& text);

// The reply of a trial, with its report, to be graded anew; nullopt: it was not kept.
std::optional<Reply> ReplyOf(const EvalTrial& trial);

// grade_number.cc. `detail` is what follows "number:".
absl::Status CheckNumber(const EvalItem& item, const std::string& detail);
Grade GradeNumber(const EvalItem& item, const Reply& reply, const std::string& detail);

// grade_choice.cc
absl::Status CheckChoice(const EvalItem& item, const std::string& detail);
Grade GradeChoice(const EvalItem& item, const Reply& reply, const std::string& detail);

}  // namespace ninefold
