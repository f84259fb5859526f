// What the patterns have in common. Their state is the graph: a round is known by the ids of its tasks, so a
// planner keeps nothing between two calls, and what it adds follows from recorded results alone. Patterns add
// only when nothing runs (Progress::running): then it makes no difference who came first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/planner.h"

namespace ninefold::patterns {

// `text` after the talk that the goal is part of, with the goal's files, images and tables, and the places
// that may be cited.
Prompt AskWithFiles(const Goal& goal, std::string text);
// Likewise with the goal's images alone: documents stay out, for those who read what others have made of
// them.
Prompt AskWithImages(const Goal& goal, std::string text);
// "\nFiles: contract.txt, 120 lines; sales.csv, a table of 300 rows.\n", for those who give work away and do
// not read the files themselves; "": there are none.
std::string FilesNote(const Goal& goal);

// Of each of `count` results in one prompt: `tokens`, or less where many would make the prompt grow without
// bound.
int ShareOf(int tokens, std::size_t count);

// nullptr: it has not ended, or not well.
const Reply* ReplyOf(const Progress& progress, std::string_view id);
const Reply* ReplyOf(const TaskInputs& inputs, std::string_view id);
// Why there is no reply.
std::string WhyNot(const Progress& progress, std::string_view id);

// "draft", 3 as "draft.3"; and how many tasks are called "draft.N".
std::string Numbered(std::string_view name, int number);
int CountOf(const TaskGraph& graph, std::string_view name);

// The end of a run: the task "answer" with `reply`. Its output is that.
inline constexpr char kAnswer[] = "answer";
Extension Ending(Reply reply, std::vector<std::string> needs, std::string_view made_by);
bool HasEnded(const Progress& progress);  // Ending was given

// What `from` rests on, each place with each quote once.
void AddEvidence(const Reply& from, Reply& to);

// Dies with `what` on a programming mistake.
void Require(bool condition, const char* what);

// What says that no agent is chosen.
inline constexpr char kNobody[] = "nobody";
// Of agents that can be chosen by name: kInvalidArgument when one has the name that stands for none of them.
absl::Status CheckReserved(const Roster& roster, std::string_view reserved);

// Values of a checked form.
const std::string& TextAt(const Json& value, const char* key);
std::vector<std::string> TextsAt(const Json& value, const char* key);

}  // namespace ninefold::patterns
