#include "eval/layouts_choice.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "base/draws.h"
#include "base/hash.h"
#include "eval/record_fields.h"

namespace ninefold {
namespace {

// Data sets list the right choice first: each question gets an order of its own, the same every time.
void ShuffleChoices(EvalItem& item) {
  const std::string right = item.choices.front();
  Draws draws(HashBytes(item.question));
  draws.Shuffle(item.choices);
  const auto at = std::find(item.choices.begin(), item.choices.end(), right) - item.choices.begin();
  item.expected = LetterAt(std::size_t(at));
  item.grader = "choice";
}

// "0" to "25" as a letter; "": it is none of so many.
std::string LetterForIndex(const std::string& index, std::size_t choices) {
  std::size_t at = 0;
  return absl::SimpleAtoi(index, &at) && at < choices ? LetterAt(at) : "";
}

// {"A": "…", "B": "…"}, ["…", "…"] or [{"key": "A", "value": "…"}]; their names in `labels`.
void TakeOptions(const Json& options, EvalItem& item, std::vector<std::string>& labels) {
  for (auto it = options.begin(); it != options.end(); ++it) {
    const bool is_pair = it->is_object() && HasAll(*it, {"key", "value"});
    item.choices.push_back(is_pair ? FieldOf(*it, {"value"}) : PlainText(*it));
    labels.push_back(options.is_object() ? it.key()
                     : is_pair           ? FieldOf(*it, {"key"})
                                         : LetterAt(item.choices.size() - 1));
  }
}

}  // namespace

EvalItem FromGpqa(const Json& record) {
  EvalItem item;
  item.question = StrippedField(FieldOf(record, {"Question"}));
  for (const char* key : {"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"})
    item.choices.push_back(StrippedField(FieldOf(record, {key})));
  ShuffleChoices(item);
  AddTag(item, FieldOf(record, {"High-level domain"}));
  AddTag(item, FieldOf(record, {"Subdomain"}));
  return item;
}

// {"id", "question": {"stem", "choices": [{"text", "label"}]}, "answerKey"}, or
// {"id", "question", "choices": {"text": […], "label": […]}, "answerKey"}
EvalItem FromArc(const Json& record) {
  EvalItem item;
  const Json& question = record["question"];
  item.question = question.is_object() ? FieldOf(question, {"stem"}) : PlainText(question);
  std::vector<std::string> labels;
  const Json* choices = GetMember(question.is_object() ? question : record, "choices");
  if (choices != nullptr && choices->is_object()) {
    item.choices = ListField(*choices, "text", '\n');
    labels = ListField(*choices, "label", '\n');
  }
  for (std::size_t i = 0; choices != nullptr && choices->is_array() && i < choices->size(); ++i) {
    item.choices.push_back(FieldOf((*choices)[i], {"text"}));
    labels.push_back(FieldOf((*choices)[i], {"label"}));
  }
  // Some are labelled 1 to 4.
  const auto at = std::find(labels.begin(), labels.end(), FieldOf(record, {"answerKey"})) - labels.begin();
  item.expected = std::size_t(at) < labels.size() ? LetterAt(std::size_t(at)) : "";
  item.grader = "choice";
  return item;
}

// "mc1_targets": {"choices": […], "labels": [1, 0, …]}, or {"a text": 1, "another": 0, …}
EvalItem FromTruthful(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  const Json& targets = record["mc1_targets"];
  std::vector<std::string> labels;
  if (HasAll(targets, {"choices", "labels"})) {
    item.choices = ListField(targets, "choices", '\n');
    labels = ListField(targets, "labels", ',');
  } else {
    for (auto it = targets.begin(); it != targets.end(); ++it) {
      item.choices.push_back(it.key());
      labels.push_back(PlainText(*it));
    }
  }
  const auto at = std::size_t(std::find(labels.begin(), labels.end(), "1") - labels.begin());
  if (at >= item.choices.size()) return item;
  std::swap(item.choices.front(), item.choices[at]);
  ShuffleChoices(item);
  return item;
}

// As the set's own scores have it (MC1): the best answer among all that are wrong.
EvalItem FromTruthfulTable(const Json& record) {
  EvalItem item;
  item.question = StrippedField(FieldOf(record, {"Question", "question"}));
  item.choices = {StrippedField(FieldOf(record, {"Best Answer", "best_answer"}))};
  const char* const wrong = HasAll(record, {"Incorrect Answers"}) ? "Incorrect Answers" : "incorrect_answers";
  for (std::string& each : ListField(record, wrong, ';')) item.choices.push_back(std::move(each));
  if (item.choices.size() > 1 && !item.choices.front().empty()) ShuffleChoices(item);
  AddTag(item, FieldOf(record, {"Category", "category"}));
  return item;
}

// Of MMLU-Pro "answer" is a letter; of MedQA it is a text, and "answer_idx" the letter.
EvalItem FromOptions(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  std::vector<std::string> labels;
  TakeOptions(record["options"], item, labels);
  const std::string name = FieldOf(record, {"answer_idx", "answer"});
  const auto at = std::size_t(std::find(labels.begin(), labels.end(), name) - labels.begin());
  item.expected = at < labels.size() ? LetterAt(at) : "";
  if (item.expected.empty())
    item.expected = LetterForIndex(FieldOf(record, {"answer_index", "answer_idx"}), item.choices.size());
  if (item.expected.empty()) item.expected = FieldOf(record, {"answer"});
  // MMLU-Pro 1.1 fills up to ten.
  while (item.choices.size() > 2 && item.choices.back() == "N/A" &&
         item.expected != LetterAt(item.choices.size() - 1)) {
    item.choices.pop_back();
  }
  item.grader = "choice";
  AddTag(item, FieldOf(record, {"category", "subject", "meta_info"}));
  return item;
}

EvalItem FromMmlu(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  item.choices = ListField(record, "choices", '\n');
  item.expected = LetterForIndex(FieldOf(record, {"answer", "label"}), item.choices.size());
  item.grader = "choice";
  AddTag(item, FieldOf(record, {"subject"}));
  return item;
}

EvalItem FromLetters(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question", "Question"});
  for (const char* key : {"A", "B", "C", "D", "E"}) {
    if (GetMember(record, key) != nullptr) item.choices.push_back(FieldOf(record, {key}));
  }
  item.expected = FieldOf(record, {"answer", "Answer", "expected"});
  item.grader = "choice";
  AddTag(item, FieldOf(record, {"subject", "Subject"}));
  return item;
}

}  // namespace ninefold
