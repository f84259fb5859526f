// When are two answers the same: votes of an ensemble are lost where equal answers do not look equal, and
// stolen where different ones do.
//
//   SameAnswer("So \\boxed{\\tfrac12}", "Final answer: 0.50")   // true
//   NormalizeAnswer("The answer is 5th of March 2024.")         // "2024-03-05"
//
// Exact, never approximate: 1/3 is not 0.333. docs/concepts.md has the table of what is folded.
#pragma once

#include <string>
#include <string_view>

namespace ninefold {

// What an answer is expected to be. kAny tries what it looks like; the others settle what is ambiguous, and
// take an answer of another kind as kText does (kNumber and kDate: as kAny does).
enum class AnswerKind {
  kAny,
  kNumber,  // words that are no unit are dropped: "about 12 apples" is 12
  kChoice,  // a letter A to Z, whatever text follows: "B Paris" is B
  kDate,    // also of a time of day
  kSet,     // any list, whatever its brackets: order and repetitions do not count
  kList,    // any list, whatever its brackets: order counts
  kJson,    // one value
  kText,    // no number, no letter of an option, no list: "D. Adams" is not D
};

// The final answer as it stands in `text`, with the blanks around it dropped:
//   - a JSON object that is the whole text: its "answer" or "final_answer"
//   - the last of: \boxed{…} or \fbox{…}; <answer>…</answer>; a line "#### 42" (as GSM8K writes it); a line
//     labelled "answer:", "final answer:", "**Answer:**" (or the paragraph below such a label)
//   - the last "the answer is …", to the end of its sentence
//   - a JSON object with "answer" as the last fenced block; the only fenced block
//   - else the whole text.
std::string FindAnswer(std::string_view text);

// FindAnswer in a form that compares: equal strings are the same answer. "": there is none (IsNoAnswer).
// Any bytes will do; the time is linear in their number. What is longer than 4 KiB compares as text.
// NormalizeAnswer(NormalizeAnswer(x, kind), kind) is NormalizeAnswer(x, kind).
std::string NormalizeAnswer(std::string_view text, AnswerKind kind = AnswerKind::kAny);

// Whether the answer in `text` is an abstention: nothing or punctuation alone; "I don't know", "I do not
// know", "I'm not sure", "idk", "unknown", "n/a", "null", "no answer", "not available", "not found", "not
// found (mentioned, stated) in the text (given text, document, context, …)"; what begins with "I can't",
// "I cannot", "I'm unable to", "I'm not able to" and then help, answer, assist, determine, provide, find,
// comply, also after "I'm sorry, but". "Cannot be determined", "none" and "no solution" are answers.
bool IsNoAnswer(std::string_view text);

// Two abstentions are not the same answer: they are none.
bool SameAnswer(std::string_view a, std::string_view b, AnswerKind kind = AnswerKind::kAny);

}  // namespace ninefold
