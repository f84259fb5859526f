// Each layout is known by its fields. In the order of the table: the first that fits is taken, so those that
// need more fields come before those that need fewer.
#include "eval/layouts.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "eval/layouts_choice.h"
#include "eval/record_fields.h"
#include "eval/rubric.h"
#include "ninefold/answer.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

// --- Code --------------------------------------------------------------------------------------------------

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

// Of the functions that a solution defines, the one that is tested.
std::string TestedFunction(const std::string& solution, const std::string& tests) {
  static const RE2 definition(R"((?m)^(?:def|class)\s+(\w+))");
  re2::StringPiece rest(solution);
  for (std::string name; RE2::FindAndConsume(&rest, definition, &name);) {
    if (RE2::PartialMatch(tests, absl::StrCat(R"(\b)", name, R"(\s*\()"))) return name;
  }
  return "";
}

// {"task_id", "text", "code", "test_list", "test_setup_code"}; sanitized: "prompt" for "text", and a list
// "test_imports". The tests say how the function is called, so they are shown, as its authors do.
EvalItem FromMbpp(const Json& record) {
  EvalItem item;
  const std::string tests = absl::StrJoin(ListField(record, "test_list", '\n'), "\n");
  const std::string setup = absl::StrCat(absl::StrJoin(ListField(record, "test_imports", '\n'), "\n"), "\n",
                                         FieldOf(record, {"test_setup_code"}), "\n");
  item.question = absl::StrCat(FieldOf(record, {"text", "prompt"}),
                               "\n\nAnswer with Python in one block of code. It should pass these tests:\n\n"
                               "```python\n",
                               tests, "\n```");
  item.entry_point = TestedFunction(FieldOf(record, {"code"}), tests);
  if (!tests.empty()) item.expected = absl::StrCat(setup, tests, "\n");
  item.grader = "code";
  return item;
}

// --- Answers -----------------------------------------------------------------------------------------------

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

// The inside of the box that `text` begins with: "{…}", braces balanced, or, as some solutions have it, the
// rest of the formula: " 2$".
std::string InsideOfBox(std::string_view text) {
  if (text.starts_with('{')) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '{') {
        ++depth;
      } else if (text[i] == '}' && --depth == 0) {
        return StrippedField(text.substr(1, i - 1));
      }
    }
    return "";
  }
  std::size_t end = text.find_first_of("$\n");
  for (const std::string_view mark : {"\\]", "\\)"}) end = std::min(end, text.find(mark));
  std::string inside = StrippedField(text.substr(0, end));
  if (absl::EndsWith(inside, ".")) inside.pop_back();
  return inside;
}

// The last box of a solution that is not empty. Without a box an answer would be guessed.
std::string BoxedAnswer(std::string_view solution, bool& has_box) {
  std::string found;
  for (const std::string_view box : {"\\fbox", "\\boxed"}) {
    for (std::size_t at = solution.find(box); at != solution.npos; at = solution.find(box, at + 1)) {
      has_box = true;
      if (std::string inside = InsideOfBox(solution.substr(at + box.size())); !inside.empty())
        found = std::move(inside);
    }
  }
  return found;
}

// {"problem", "solution" with \boxed{…}, "level", "type"}; {"problem", "answer"}; {"Problem", "Answer"}
EvalItem FromProblem(const Json& record) {
  EvalItem item;
  item.question = FieldOf(record, {"problem", "Problem"});
  item.expected = FieldOf(record, {"answer", "Answer"});
  bool has_box = false;
  if (item.expected.empty()) item.expected = BoxedAnswer(FieldOf(record, {"solution", "Solution"}), has_box);
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
  if (expected != nullptr) item.expected = PlainText(*expected);
  item.files = ListField(record, "files", ';');
  item.images = ListField(record, "images", ';');
  item.choices = ListField(record, "choices", ';');
  item.grader = FieldOf(record, {"grader"});
  item.setup = FieldOf(record, {"setup"});
  item.entry_point = FieldOf(record, {"entry_point"});
  if (const Json* rubric = GetMember(record, "rubric"); rubric != nullptr) {
    if (auto read = RubricFromJson(*rubric); read.ok())
      item.rubric = *std::move(read);  // CheckItem says why not
  }
  if (item.grader.empty() && !item.rubric.empty()) item.grader = "judge";
  if (item.grader.empty() && !item.choices.empty()) item.grader = "choice";
  return item;
}

// --- The table ---------------------------------------------------------------------------------------------

struct Layout {
  bool (*fits)(const Json& record);
  EvalItem (*read)(const Json& record);
};

bool HasGsmAnswer(const Json& r) {
  return HasAll(r, {"question", "answer"}) && absl::StrContains(PlainText(r["answer"]), "####");
}

bool IsTruthfulTable(const Json& r) {
  return HasAll(r, {"Question", "Best Answer", "Incorrect Answers"}) ||
         HasAll(r, {"question", "best_answer", "incorrect_answers"});
}

bool HasOptions(const Json& r) {
  const bool answered = HasAll(r, {"answer"}) || HasAll(r, {"answer_idx"}) || HasAll(r, {"answer_index"});
  return answered && HasAll(r, {"question", "options"}) && r["options"].is_structured();
}

bool IsMmlu(const Json& r) {
  if (!HasAll(r, {"question", "choices"}) || !r["choices"].is_array()) return false;
  const Json* answer = GetMember(r, "answer");
  if (answer == nullptr) answer = GetMember(r, "label");
  return answer != nullptr && answer->is_number_integer();
}

constexpr Layout kLayouts[] = {
    {[](const Json& r) { return HasAll(r, {"task_id", "prompt", "test", "entry_point"}); }, FromHumanEval},
    {[](const Json& r) {
       return HasAll(r, {"task_id", "code", "test_list"}) && !FieldOf(r, {"text", "prompt"}).empty();
     },
     FromMbpp},
    {[](const Json& r) { return HasAll(r, {"Question", "Correct Answer", "Incorrect Answer 3"}); }, FromGpqa},
    {[](const Json& r) { return HasAll(r, {"question", "answerKey"}); }, FromArc},
    {[](const Json& r) { return HasAll(r, {"question", "mc1_targets"}) && r["mc1_targets"].is_object(); },
     FromTruthful},
    {IsTruthfulTable, FromTruthfulTable},
    {[](const Json& r) { return HasAll(r, {"question", "answer", "answer_type"}); }, FromHle},
    {HasOptions, FromOptions},
    {[](const Json& r) {
       return HasAll(r, {"A", "B", "C", "D"}) && !FieldOf(r, {"question", "Question"}).empty();
     },
     FromLetters},
    {IsMmlu, FromMmlu},
    {[](const Json& r) { return HasAll(r, {"problem"}) || HasAll(r, {"Problem"}); }, FromProblem},
    {HasGsmAnswer, FromGsm},
    {[](const Json& r) { return HasAll(r, {"question"}) || HasAll(r, {"input"}); }, FromOurs},
};

std::string KeysOf(const Json& record) {
  std::vector<std::string> keys;
  for (auto it = record.begin(); it != record.end() && keys.size() < 8; ++it) keys.push_back(it.key());
  return absl::StrJoin(keys, ", ");
}

std::string IdOf(const Json& record, const std::string& set, bool ours) {
  const std::string id = FieldOf(record, {"id", "task_id", "unique_id", "Record ID", "ID", "question_id"});
  const std::string instance = ours ? "" : FieldOf(record, {"instance"});
  // Numbers are counted in each set anew. GSM-Symbolic has many instances of each template.
  const bool is_number = !id.empty() && id.find_first_not_of("0123456789") == std::string::npos;
  return absl::StrCat(is_number && !ours ? set + "-" : "", id, instance.empty() ? "" : "-", instance);
}

// Our own may do without what is expected, as when they are graded by a rubric: CheckGrader looks for that.
absl::Status CheckItem(const EvalItem& item, const Json& record, bool ours) {
  if (item.question.empty()) return absl::InvalidArgumentError("the question is empty; write one");
  if (item.choices.size() > 26) return absl::InvalidArgumentError("more than 26 choices; give fewer");
  if (item.expected.empty() && !ours) {
    return absl::InvalidArgumentError(
        "no answer is expected, or it was not found in the record; write \"expected\"");
  }
  const Json* rubric = ours ? GetMember(record, "rubric") : nullptr;
  return rubric == nullptr ? absl::OkStatus() : RubricFromJson(*rubric).status();
}

}  // namespace

bool HasEmptyBox(const Json& record) {
  bool has_box = false;
  return !FieldOf(record, {"problem", "Problem"}).empty() && FieldOf(record, {"answer", "Answer"}).empty() &&
         BoxedAnswer(FieldOf(record, {"solution", "Solution"}), has_box).empty() && has_box;
}

absl::StatusOr<EvalItem> ItemFromRecord(const Json& record, const std::string& set) {
  if (!record.is_object()) {
    return absl::InvalidArgumentError(
        "an item is an object, not another value; write {\"question\": …, \"expected\": …}");
  }
  for (const Layout& layout : kLayouts) {
    if (!layout.fits(record)) continue;
    EvalItem item = layout.read(record);
    const bool ours = layout.read == FromOurs;
    item.id = IdOf(record, set, ours);
    for (const std::string& tag : ListField(record, "tags", ';')) AddTag(item, tag);
    if (const absl::Status checked = CheckItem(item, record, ours); !checked.ok()) return checked;
    return item;
  }
  return absl::InvalidArgumentError(absl::StrCat("no layout that is known has the fields ", KeysOf(record),
                                                 "; write \"question\" and \"expected\""));
}

}  // namespace ninefold
