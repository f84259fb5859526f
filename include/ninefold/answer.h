// When are two answers the same: votes of an ensemble are lost where equal answers do not look equal, and
// stolen where different ones do.
//
//   SameAnswer("So \\boxed{\\tfrac12}", "Final answer: 0.50")   // true
//   NormalizeAnswer("The answer is 5th of March 2024.")         // "2024-03-05"
//
// Exact, never approximate: 1/3 is not 0.333. Nothing is computed or rearranged: 2^10 is not 1024, x+1 not
// 1+x. docs/concepts.md has the table of what is folded.
#pragma once

#include <string>
#include <string_view>

namespace ninefold {

// What an answer is expected to be. kAny tries what it looks like; the others settle what is ambiguous, and
// take an answer of another kind as kText does (kNumber and kDate: as kAny does).
enum class AnswerKind {
  kAny,
  // Counted things are dropped, units are not: "about 12 apples" is "12", "5 hours" "18000 s". Of "48 + 24 =
  // 72" it is 72. None: what is another number (5!, 2x, 5^2) or none (5 or 6, less than 5).
  kNumber,
  // The letter A to Z that is chosen: "B Paris", "I think it is B", "A is wrong, so B". "A and C": both.
  kChoice,
  kDate,  // also of a time of day
  kSet,   // any list, whatever its brackets: order and repetitions do not count
  kList,  // any list, whatever its brackets: order counts
  kJson,  // one value, also within other text
  kText,  // no number, no letter of an option, no list: "D. Adams" is not D
};

// The final answer as it stands in `text`, with the blanks around it dropped, and the reasons for it: "42,
// since 6 * 7 = 42", "42 (forty-two)", "B is correct", "B" with an explanation below. Thoughts, up to the
// last </think>, do not count.
//   - a JSON object that is the whole text: its "answer" or "final_answer"
//   - the last of: \boxed{…} or \fbox{…}, several side by side as a list; <answer>…</answer>,
//     <final_answer>…; a line "#### 42" (as GSM8K writes it); what is labelled "answer:", "Final answer =" or
//     "**Answer:**", at the start of a line or behind a sentence, on its line or in the paragraph below;
//     the paragraph below a heading "## Answer"; "Antwort:", "答案：" and their like. "": there is a label
//     and nothing behind it
//   - the last "the (final, best, …) answer is …" that denies nothing, to the end of its sentence
//   - a JSON object with "answer" as the last fenced block, or at the end; the only fenced block
//   - else the whole text, without "It is", "So x =" or "The total is" before a number or a letter.
std::string FindAnswer(std::string_view text);

// FindAnswer in a form that compares: equal strings are the same answer. "": there is none (IsNoAnswer).
// Any bytes will do; the time is linear in their number. What is longer than 4 KiB compares as text.
// NormalizeAnswer(NormalizeAnswer(x, kind), kind) is NormalizeAnswer(x, kind).
std::string NormalizeAnswer(std::string_view text, AnswerKind kind = AnswerKind::kAny);

// Whether the answer in `text` is an abstention: nothing or punctuation alone; "I don't know" (the answer),
// "I'm not sure", "I have no idea", "idk", "unknown", "n/a", "null", "no answer", "not available", "not
// found", "not found (mentioned, stated) in the text (given text, document, context, …)", "unable to
// determine", "cannot answer", "I don't have enough information"; what begins with "I can't", "I cannot",
// "I'm unable to", "I'm not able to" and then help, answer, assist, determine, provide, find, comply, view,
// access, verify; also after "I'm sorry, but", "I apologize, but", "As an AI language model,". Not where "but
// it is about 42" follows. "Cannot be determined", "none" and "no solution" are answers.
bool IsNoAnswer(std::string_view text);

// Two abstentions are not the same answer: they are none.
bool SameAnswer(std::string_view a, std::string_view b, AnswerKind kind = AnswerKind::kAny);

}  // namespace ninefold
