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

// The goal with the strategy of the i-th attempt, its documents in an order of their own.
PromptTemplate SolvePrompt(const ContemplateOptions& options, int i, std::uint64_t seed);
// … and the attempts that the task needs, without the names of who made them.
PromptTemplate RefinePrompt(const ContemplateOptions& options, int i, std::uint64_t seed);
// Of the one attempt that the task needs.
PromptTemplate DigestPrompt(const ContemplateOptions& options);
std::string DigestId(int round, std::string_view attempt);  // of the task
// Whether the one attempt that the task needs is right.
PromptTemplate VerifyPrompt(const ContemplateOptions& options);
// The two attempts that the task needs, in this order.
PromptTemplate MatchPrompt(const ContemplateOptions& options, std::string first, std::string second);
// One answer from what the task needs.
PromptTemplate MergePrompt(const ContemplateOptions& options);
PromptTemplate SamePrompt(std::string one, std::string other);
PromptTemplate TriagePrompt();

Finding ReadFinding(const Reply& reply);
// 0: the first is better, 1: the second; nullopt: it does not say.
std::optional<int> ReadMatch(const Reply& reply);
bool ReadSame(const Reply& reply);   // false when in doubt
bool ReadIsOne(const Reply& reply);  // triage: one attempt is enough; false when in doubt

}  // namespace ninefold
