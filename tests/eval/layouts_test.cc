// Samples of each layout, invented here: only the fields are those of the published sets.
#include "matchers.h"
#include "ninefold/eval.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

struct LayoutRow {
  const char* name;
  const char* text;
  std::string id, question, expected, grader;
  std::vector<std::string> tags;
  std::size_t choices = 0;
};

const LayoutRow kLayoutRows[] = {
    {"ours.jsonl",
     R"({"id": "a", "question": "Which?", "expected": "this", "grader": "exact", "tags": ["x", "y"]})",
     "a",
     "Which?",
     "this",
     "exact",
     {"x", "y"}},
    {"ours.jsonl", R"({"input": "2 + 2?", "target": 4})", "ours-1", "2 + 2?", "4", "", {}},
    {"ours.csv",
     "question,expected,tags\nWhich?,this,\"x; y\"\n",
     "ours-1",
     "Which?",
     "this",
     "",
     {"x", "y"}},
    {"ours.json",
     R"([{"question": "Q", "expected": "B", "choices": ["one", "two"]}])",
     "ours-1",
     "Q",
     "B",
     "choice",
     {},
     2},
    {"gsm8k.jsonl",
     R"({"question": "How many pears?", "answer": "3 * 400 = <<3*400=1200>>1200\n#### 1,200"})",
     "gsm8k-1",
     "How many pears?",
     "1,200",
     "number",
     {}},
    {"math.jsonl",
     R"({"problem": "Half?", "solution": "So \\boxed{\\frac{1}{2}}.", "level": "Level 3", "type": "Algebra"})",
     "math-1",
     "Half?",
     "\\frac{1}{2}",
     "normalized",
     {"Algebra", "Level 3"}},
    {"math500.jsonl",
     R"({"problem": "P", "solution": "\\boxed{x}", "answer": "x", "subject": "Algebra", "level": 2, "unique_id": "t/1"})",
     "t/1",
     "P",
     "x",
     "normalized",
     {"Algebra", "Level 2"}},
    {"aime.csv", "ID,Problem,Answer\n2099-I-1,Find n.,17\n", "2099-I-1", "Find n.", "17", "number", {}},
    {"aime.jsonl", R"({"problem": "Find n.", "answer": "017"})", "aime-1", "Find n.", "017", "number", {}},
    {"mmlu_test.csv",
     "What barks?,cat,dog,\"hen, red\",fish,B\nWhat swims?,cat,dog,hen,fish,D\n",
     "mmlu_test-1",
     "What barks?",
     "B",
     "choice",
     {},
     4},
    {"mmlu.jsonl",
     R"({"question": "What barks?", "subject": "pets", "choices": ["cat", "dog", "hen", "ox"], "answer": 1})",
     "mmlu-1",
     "What barks?",
     "B",
     "choice",
     {"pets"},
     4},
    {"arc.jsonl",
     R"({"id": "M_1", "question": {"stem": "What melts?", "choices": [{"text": "ice", "label": "1"}, {"text": "tin", "label": "2"}]}, "answerKey": "2"})",
     "M_1",
     "What melts?",
     "B",
     "choice",
     {},
     2},
    {"arc.jsonl",
     R"({"id": "M_2", "question": "What melts?", "choices": {"text": ["ice", "oak"], "label": ["A", "B"]}, "answerKey": "A"})",
     "M_2",
     "What melts?",
     "A",
     "choice",
     {},
     2},
    {"hle.jsonl",
     R"({"id": "h1", "question": "Look.", "answer": "C", "answer_type": "multipleChoice", "image": "", "category": "Chess"})",
     "h1",
     "Look.",
     "C",
     "choice",
     {"Chess"}},
    {"hle.jsonl",
     R"({"id": "h2", "question": "Name it.", "answer": "oak", "answer_type": "exactMatch", "image": ""})",
     "h2",
     "Name it.",
     "oak",
     "",
     {}},
    {"mmlu_pro.jsonl",
     R"({"question_id": 70, "question": "What barks?", "options": ["cat", "dog", "hen", "N/A", "N/A"], "answer": "B", "answer_index": 1, "cot_content": "", "category": "pets", "src": "x"})",
     "mmlu_pro-70",
     "What barks?",
     "B",
     "choice",
     {"pets"},
     3},
    {"medqa.jsonl",
     R"({"question": "What barks?", "answer": "dog", "options": {"A": "cat", "B": "dog"}, "meta_info": "step1", "answer_idx": "B"})",
     "medqa-1",
     "What barks?",
     "B",
     "choice",
     {"step1"},
     2},
    {"medqa.jsonl",
     R"({"question": "What barks?", "answer": "dog", "options": [{"key": "A", "value": "cat"}, {"key": "B", "value": "dog"}], "meta_info": "", "answer_idx": "B"})",
     "medqa-1",
     "What barks?",
     "B",
     "choice",
     {},
     2},
    {"quiz.jsonl",
     R"({"question": "What barks?", "options": ["cat", "dog"], "answer": "dog"})",
     "quiz-1",
     "What barks?",
     "dog",
     "choice",
     {},
     2},
    {"truthful_mc.jsonl",
     R"({"question": "What barks?", "choices": ["cat", "dog", "hen", "ox"], "label": 1})",
     "truthful_mc-1",
     "What barks?",
     "B",
     "choice",
     {},
     4},
    {"math.jsonl",
     R"({"problem": "Two?", "solution": "So it is $\\boxed 2$.", "level": "Level 1", "type": "Algebra"})",
     "math-1",
     "Two?",
     "2",
     "number",
     {"Algebra", "Level 1"}},
    {"math.jsonl",
     R"({"problem": "Two?", "solution": "\\boxed{3}, no: \\[ \\boxed{\\frac{1}{\\sqrt{2}}} \\] as \\boxed{} says", "level": "Level 1", "type": "Algebra"})",
     "math-1",
     "Two?",
     "\\frac{1}{\\sqrt{2}}",
     "normalized",
     {"Algebra", "Level 1"}},
    {"symbolic.jsonl",
     R"({"id": 3, "instance": 7, "question": "How many?", "answer": "So.\n#### 12", "original_id": 9, "original_question": "How?", "original_answer": "#### 1", "canary": "c"})",
     "symbolic-3-7",
     "How many?",
     "12",
     "number",
     {}},
};

TEST(Layouts, AreKnownByTheirFields) {
  for (const LayoutRow& row : kLayoutRows) {
    const auto items = ParseEvalItems(row.text, row.name);
    ASSERT_THAT(items, IsOk()) << row.text;
    const EvalItem& item = items->front();
    EXPECT_EQ(item.id, row.id);
    EXPECT_EQ(item.question, row.question);
    EXPECT_EQ(item.expected, row.expected) << row.text;
    EXPECT_EQ(item.grader, row.grader) << row.text;
    EXPECT_EQ(item.tags, row.tags) << row.text;
    EXPECT_EQ(item.choices.size(), row.choices) << row.text;
    EXPECT_THAT(CheckGrader(item, {.allow_code = true}), IsOk());
  }
}

TEST(Layouts, ThatListTheRightChoiceFirstAreShuffled) {
  std::string text =
      "Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n";
  for (int i = 0; i < 40; ++i)
    absl::StrAppend(&text, "r", i, ",Question ", i, "?,yes,no,never,\"perhaps, once\"\n");
  const auto items = ParseEvalItems(text, "gpqa.csv"), again = ParseEvalItems(text, "gpqa.csv");
  ASSERT_THAT(items, IsOk());
  std::map<std::string, int> letters;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const EvalItem& item = (*items)[i];
    EXPECT_THAT(item.choices, UnorderedElementsAre("yes", "no", "never", "perhaps, once"));
    EXPECT_EQ(item.choices[std::size_t(item.expected[0] - 'A')], "yes");
    EXPECT_EQ(item.choices, (*again)[i].choices);
    ++letters[item.expected];
  }
  EXPECT_EQ(letters.size(), 4u) << "each letter is right for some";
  EXPECT_EQ((*items)[3].id, "r3");
}

TEST(Layouts, OfTruthfulQaHaveTheBestAnswerAmongWrongOnes) {
  const struct {
    const char *name, *text;
  } rows[] = {
      {"t.jsonl",
       R"({"question": "Q?", "mc1_targets": {"choices": ["so", "not so", "else"], "labels": [1, 0, 0]}})"},
      {"mc_task.json",
       R"([{"question": "Q?", "mc0_targets": {"so": 1, "else": 0}, "mc1_targets": {"not so": 0, "so": 1, "else": 0}, "mc2_targets": {"so": 1}}])"},
      {"TruthfulQA.csv",
       "Type,Category,Question,Best Answer,Best Incorrect Answer,Correct Answers,Incorrect Answers,Source\n"
       "Adversarial,Law,Q?,so,else,so; so it is,else; not so,https://example.org\n"},
      {"gen.jsonl",
       R"({"type": "A", "category": "Law", "question": "Q?", "best_answer": "so", "correct_answers": ["so"], "incorrect_answers": ["else", "not so"], "source": ""})"},
  };
  for (const auto& row : rows) {
    const auto items = ParseEvalItems(row.text, row.name);
    ASSERT_THAT(items, IsOk()) << row.name;
    const EvalItem& item = items->front();
    EXPECT_EQ(item.question, "Q?");
    EXPECT_EQ(item.grader, "choice");
    EXPECT_THAT(item.choices, UnorderedElementsAre("so", "not so", "else")) << row.name;
    EXPECT_EQ(item.choices[std::size_t(item.expected[0] - 'A')], "so") << row.name;
  }
}

TEST(Layouts, OfCodeHaveTheirTests) {
  const auto items = ParseEvalItems(
      R"({"task_id": "T/0", "prompt": "from typing import List\n\ndef f(x):\n", "entry_point": "f", "test": "def check(g):\n  assert g(1) == 2\n"})",
      "he.jsonl");
  ASSERT_THAT(items, IsOk());
  EXPECT_EQ(items->front().id, "T/0");
  EXPECT_EQ(items->front().grader, "code");
  EXPECT_EQ(items->front().setup, "from typing import List\n\ndef f(x):\n");
  EXPECT_EQ(items->front().entry_point, "f");
  EXPECT_EQ(items->front().expected, "def check(g):\n  assert g(1) == 2\n\ncheck(f)\n");
  EXPECT_THAT(items->front().question, HasSubstr("```python\nfrom typing"));
}

TEST(Layouts, OfMbppShowTheirTests) {
  for (
      const char* text :
      {R"({"task_id": 11, "text": "Write a function to add.", "code": "def half(x):\n  return x\ndef add(a, b):\n  return a + b", "test_list": ["assert add(1, 2) == 3", "assert add(0, 0) == 0"], "test_setup_code": "import math", "challenge_test_list": []})",
       R"([{"source_file": "s", "task_id": 11, "prompt": "Write a function to add.", "code": "def half(x):\n  return x\ndef add(a, b):\n  return a + b", "test_imports": ["import math"], "test_list": ["assert add(1, 2) == 3", "assert add(0, 0) == 0"]}])"}) {
    const auto items = ParseEvalItems(text, "mbpp.jsonl");
    ASSERT_THAT(items, IsOk());
    const EvalItem& item = items->front();
    EXPECT_EQ(item.id, "mbpp-11");
    EXPECT_EQ(item.grader, "code");
    EXPECT_EQ(item.entry_point, "add");
    EXPECT_THAT(item.question, AllOf(HasSubstr("to add."), HasSubstr("assert add(1, 2) == 3\n")));
    EXPECT_THAT(item.expected, AllOf(HasSubstr("import math\n"), HasSubstr("assert add(0, 0) == 0\n")));
  }
}

// One record without an answer is no reason to refuse thousands, but is said.
TEST(Layouts, OfMathLeaveOutAnEmptyBox) {
  std::vector<std::string> notes;
  const auto items = ParseEvalItems(
      "{\"problem\": \"a\", \"solution\": \"\\\\boxed{}\"}\n{\"problem\": \"b\", \"solution\": "
      "\"\\\\boxed{1}\"}\n",
      "math.jsonl", &notes);
  ASSERT_THAT(items, IsOk());
  ASSERT_EQ(items->size(), 1u);
  EXPECT_EQ(items->front().id, "math-2");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("math.jsonl:1: left out")));
}

}  // namespace
}  // namespace ninefold
