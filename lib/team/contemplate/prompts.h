// What those who solve, refine, judge, merge, check and compare are asked, and how their replies are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/contemplate.h"
#include "ninefold/task_graph.h"
#include "team/contemplate/tally.h"

namespace ninefold {

// An attempt that others see, without the name of who made it, and what was found of its answer.
struct ShownAttempt {
  std::string id;
  Finding finding = Finding::kNone;
  std::string check = "";  // the task whose words the finding is
};
// The tasks of these, those of their checks too.
std::vector<std::string> NeedsOf(const std::vector<ShownAttempt>& shown);

// The goal as it is.
PromptTemplate GoalPrompt();
// The goal with the strategy of the i-th attempt, its documents in an order of their own. `structured`: the
// solver's answers have a form of their own.
PromptTemplate SolvePrompt(const ContemplateOptions& options, int i, std::uint64_t seed, bool structured);
// … and the attempts that it is shown.
PromptTemplate RefinePrompt(const ContemplateOptions& options, int i, std::uint64_t seed, bool structured,
                            std::vector<ShownAttempt> shown);
// Of one attempt.
PromptTemplate DigestPrompt(const ContemplateOptions& options, std::string attempt);
std::string DigestId(int stage, std::string_view attempt);  // of the task
// Whether one attempt is right.
PromptTemplate VerifyPrompt(const ContemplateOptions& options, std::string attempt);
std::string CheckId(std::string_view attempt);  // of the task
// Which of two, in this order, is better.
PromptTemplate MatchPrompt(const ContemplateOptions& options, std::vector<ShownAttempt> two);

// A report to be merged: an attempt, or a merge of some.
struct MergedReport {
  std::string id;                  // the task
  std::vector<std::string> whose;  // attempts
};
PromptTemplate MergePrompt(const ContemplateOptions& options, std::vector<MergedReport> reports);
PromptTemplate SamePrompt(std::string one, std::string other);
PromptTemplate TriagePrompt();

Finding ReadFinding(const Reply& reply);
// 0: the first is better, 1: the second; nullopt: it does not say.
std::optional<int> ReadMatch(const Reply& reply);
bool ReadSame(const Reply& reply);   // false when in doubt
bool ReadIsOne(const Reply& reply);  // triage: one attempt is enough; false when in doubt
// The attempts that a merged text names as [solve.1] or [solve.1, solve.3], each once, in the text's order.
std::vector<std::string> CitedAttempts(std::string_view text);
// What a check has said, without the line of its verdict.
std::string WordsOfCheck(const Reply& check);

}  // namespace ninefold
