// Each layout is known by its fields. In the order of the table: the first that fits is taken, so those that
// need more fields come before those that need fewer.
#include "eval/layouts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/draws.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/answer.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

bool HasAll(const Json& record, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](const char* key) { return GetMember(record, key) != nullptr; });
}

// Numbers and booleans too: a table has typed them.
std::string Plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : DumpJson(value);
}

// The first of these fields that is there, and not empty.
std::string FieldOf(const Json& record, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const Json* value = GetMember(record, key);
    if (value == nullptr) continue;
    std::string text = Plain(*value);
    if (!text.empty()) return text;
  }
  return "";
}

std::string Stripped(std::string_view text) {
  return std::string(ToStd(absl::StripAsciiWhitespace(ToAbsl(text))));
}

// A list of texts, or one text with the members between `delimiter`.
std::vector<std::string> ListField(const Json& record, const char* key, char delimiter) {
  std::vector<std::string> texts;
  const Json* value = GetMember(record, key);
  if (value == nullptr || value->is_null()) return texts;
  if (value->is_array()) {
    for (const Json& one : *value) texts.push_back(Plain(one));
    return texts;
  }
  const std::string all = Plain(*value);
  for (const auto& one : absl::StrSplit(all, delimiter)) {
    if (std::string text = Stripped(ToStd(one)); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

void AddTag(EvalItem& item, const std::string& tag) {
  if (!tag.empty()) item.tags.push_back(tag);
}

// Letters stand for themselves, whole numbers for the choice that is counted so from `first`.
std::string LetterFor(const std::string& answer, int first) {
  if (answer.empty() || answer.find_first_not_of("0123456789") != std::string::npos || answer.size() > 2)
    return answer;
  const int index = std::stoi(answer) - first;
  return index < 0 || index > 25 ? answer : std::string(1, char('A' + index));
}

// Data sets list the right choice first: each question gets an order of its own, the same every time.
void ShuffleChoices(EvalItem& item) {
  const std::string right = item.choices.front();
  Draws draws(HashBytes(item.question));
  draws.Shuffle(item.choices);
  const auto at = std::find(item.choices.begin(), item.choices.end(), right) - item.choices.begin();
  item.expected = std::string(1, char('A' + at));
  item.grader = "choice";
}

// --- Layouts -----------------------------------------------------------------------------------------------

// {"task_id", "prompt", "entry_point", "canonical_solution", "test"}
EvalItem FromHumanEval(const Json& record) {
  EvalItem item;
  const std::string prompt = FieldOf(record, {"prompt"});
  item.question = absl::StrCat(
      "Complete this Python function. Answer with the whole function and what it imports, in one block of "
      "code.\n\n```python\n",
      prompt, "\n```");
  // With what it imports and the helpers it defines, which replies and tests make use of.
  item.setup = prompt;
  item.entry_point = FieldOf(record, {"entry_point"});
  item.expected = absl::StrCat(FieldOf(record, {"test"}), "\ncheck(", item.entry_point, ")\n");
  item.grader = "code";
  return item;
}

// Question, Correct Answer, Incorrect Answer 1 to 3
EvalItem FromGpqa(const Json& record) {
  EvalItem item;
  item.question = Stripped(FieldOf(record, {"Question"}));
  for (const char* key : {"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"})
    item.choices.push_back(Stripped(FieldOf(record, {key})));
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
  item.question = question.is_object() ? FieldOf(question, {"stem"}) : Plain(question);
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
  item.expected = std::size_t(at) < labels.size() ? std::string(1, char('A' + at)) : "";
  item.grader = "choice";
  return item;
}

// {"question", "mc1_targets": {"choices": […], "labels": [1, 0, …]}}
EvalItem FromTruthful(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  item.choices = ListField(record["mc1_targets"], "choices", '\n');
  const std::vector<std::string> labels = ListField(record["mc1_targets"], "labels", ',');
  const auto at = std::size_t(std::find(labels.begin(), labels.end(), "1") - labels.begin());
  if (at >= item.choices.size()) return item;
  std::swap(item.choices.front(), item.choices[at]);
  ShuffleChoices(item);
  return item;
}

// {"id", "question", "answer", "answer_type": "exactMatch" or "multipleChoice", "image"}; the choices stand
// in the question.
EvalItem FromHle(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  item.expected = FieldOf(record, {"answer"});
  if (FieldOf(record, {"answer_type"}) == "multipleChoice") item.grader = "choice";
  if (const std::string image = FieldOf(record, {"image"}); !image.empty()) item.images.push_back(image);
  AddTag(item, FieldOf(record, {"category"}));
  return item;
}

// {"question", "subject", "choices": […], "answer": 0 to 3}
EvalItem FromMmlu(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  item.choices = ListField(record, "choices", '\n');
  item.expected = LetterFor(FieldOf(record, {"answer"}), 0);
  item.grader = "choice";
  AddTag(item, FieldOf(record, {"subject"}));
  return item;
}

// question, A, B, C, D, answer
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

// {"problem", "solution" with \boxed{…}, "level", "type"}; {"problem", "answer"}; {"Problem", "Answer"}
EvalItem FromProblem(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"problem", "Problem"});
  item.expected = FieldOf(record, {"answer", "Answer"});
  const std::string solution = FieldOf(record, {"solution", "Solution"});
  // Without a box a solution's answer would be guessed.
  if (item.expected.empty() && absl::StrContains(solution, "boxed{")) item.expected = FindAnswer(solution);
  const bool whole =
      !item.expected.empty() && item.expected.find_first_not_of("0123456789") == std::string::npos;
  item.grader = whole ? "number" : "normalized";
  AddTag(item, FieldOf(record, {"type", "subject"}));
  if (const std::string level = FieldOf(record, {"level"}); !level.empty())
    AddTag(item, absl::StartsWithIgnoreCase(level, "level") ? level : absl::StrCat("Level ", level));
  return item;
}

// {"question", "answer": "… #### 42"}
EvalItem FromGsm(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question"});
  item.expected = FindAnswer(FieldOf(record, {"answer"}));
  item.grader = "number";
  return item;
}

EvalItem FromOurs(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"question", "input"});
  const Json* expected = nullptr;
  for (const char* key : {"target", "answer", "expected"}) {
    if (const Json* found = GetMember(record, key); found != nullptr) expected = found;
  }
  if (expected != nullptr) item.expected = Plain(*expected);
  item.files = ListField(record, "files", ';');
  item.images = ListField(record, "images", ';');
  item.choices = ListField(record, "choices", ';');
  item.grader = FieldOf(record, {"grader"});
  item.setup = FieldOf(record, {"setup"});
  item.entry_point = FieldOf(record, {"entry_point"});
  if (item.grader.empty() && !item.choices.empty()) item.grader = "choice";
  return item;
}

struct Layout {
  bool (*fits)(const Json& record);
  EvalItem (*read)(const Json& record);
};

constexpr Layout kLayouts[] = {
    {[](const Json& r) {
       return HasAll(r, {"task_id", "prompt", "test", "entry_point"});
     },
     FromHumanEval},
    {[](const Json& r) {
       return HasAll(r, {"Question", "Correct Answer", "Incorrect Answer 3"});
     },
     FromGpqa},
    {[](const Json& r) {
       return HasAll(r, {"question", "answerKey"});
     },
     FromArc},
    {[](const Json& r) {
       return HasAll(r, {"question", "mc1_targets"}) && r["mc1_targets"].is_object();
     },
     FromTruthful},
    {[](const Json& r) {
       return HasAll(r, {"question", "answer", "answer_type"});
     },
     FromHle},
    {[](const Json& r) {
       return HasAll(r, {"A", "B", "C", "D"}) && !FieldOf(r, {"question", "Question"}).empty();
     },
     FromLetters},
    {[](const Json& r) {
       return HasAll(r, {"question", "choices", "answer"}) && r["answer"].is_number_integer();
     },
     FromMmlu},
    {[](const Json& r) { return HasAll(r, {"problem"}) || HasAll(r, {"Problem"}); }, FromProblem},
    {[](const Json& r) {
       return HasAll(r, {"question", "answer"}) && absl::StrContains(Plain(r["answer"]), "####");
     },
     FromGsm},
    {[](const Json& r) { return HasAll(r, {"question"}) || HasAll(r, {"input"}); }, FromOurs},
};

std::string KeysOf(const Json& record) {
  std::vector<std::string> keys;
  for (auto it = record.begin(); it != record.end() && keys.size() < 8; ++it) keys.push_back(it.key());
  return absl::StrJoin(keys, ", ");
}

}  // namespace

absl::StatusOr<EvalItem> ItemFromRecord(const Json& record) {
  if (!record.is_object()) {
    return absl::InvalidArgumentError(
        "an item is an object, not another value; write {\"question\": …, \"expected\": …}");
  }
  for (const Layout& layout : kLayouts) {
    if (!layout.fits(record)) continue;
    EvalItem item = layout.read(record);
    item.id = FieldOf(record, {"id", "task_id", "unique_id", "Record ID", "ID"});
    for (const std::string& tag : ListField(record, "tags", ';')) AddTag(item, tag);
    if (item.question.empty()) return absl::InvalidArgumentError("the question is empty; write one");
    if (item.choices.size() > 26) return absl::InvalidArgumentError("more than 26 choices; give fewer");
    if (item.expected.empty()) {
      return absl::InvalidArgumentError(
          "no answer is expected, or it was not found in the record; write \"expected\"");
    }
    return item;
  }
  return absl::InvalidArgumentError(absl::StrCat("no layout that is known has the fields ", KeysOf(record),
                                                 "; write \"question\" and \"expected\""));
}

}  // namespace ninefold
