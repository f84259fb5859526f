// Answers that are the same, and answers that are not.
#pragma once

#include <string>
#include <vector>

namespace ninefold {

struct SameGroup {
  const char* what;
  std::vector<std::vector<std::string>> groups;  // all of one are the same answer, no two of two are
};
const std::vector<SameGroup>& AnswerGroups();

}  // namespace ninefold
