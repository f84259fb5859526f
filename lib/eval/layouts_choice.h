// Layouts of multiple choice. Each function takes a record that has its fields.
#pragma once

#include "ninefold/eval.h"
#include "ninefold/json.h"

namespace ninefold {

EvalItem FromGpqa(const Json& record);      // Question, Correct Answer, Incorrect Answer 1 to 3
EvalItem FromArc(const Json& record);       // question, choices, answerKey
EvalItem FromTruthful(const Json& record);  // question, mc1_targets
// Question, Best Answer, Incorrect Answers; question, best_answer, incorrect_answers
EvalItem FromTruthfulTable(const Json& record);
EvalItem FromOptions(const Json& record);  // question, options, and one of answer_idx, answer_index, answer
EvalItem FromMmlu(const Json& record);     // question, choices, answer or label: a number from 0
EvalItem FromLetters(const Json& record);  // question, A, B, C, D, answer

}  // namespace ninefold
