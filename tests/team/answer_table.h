// Answers that are the same, and answers that are not.
#pragma once

#include <string>
#include <vector>

#include "ninefold/answer.h"

namespace ninefold {

struct SameGroup {
  const char* what;
  std::vector<std::vector<std::string>> groups;  // all of one are the same answer, no two of two are
  AnswerKind kind = AnswerKind::kAny;
};
std::vector<SameGroup> FoundGroups();
std::vector<SameGroup> MeasureGroups();
std::vector<SameGroup> FormulaGroups();
std::vector<SameGroup> ListGroups();
std::vector<SameGroup> TextGroups();
const std::vector<SameGroup>& AnswerGroups();  // all of them

}  // namespace ninefold
