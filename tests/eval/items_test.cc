// Samples of each layout, invented here: only the fields are those of the published sets.
#include <fstream>

#include "matchers.h"
#include "ninefold/eval.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
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
};

TEST(Items, OfEachLayout) {
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

TEST(Items, ChoicesThatListTheRightOneFirstAreShuffled) {
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

  const auto truthful = ParseEvalItems(
      R"({"question": "Q?", "mc1_targets": {"choices": ["so", "not so", "else"], "labels": [1, 0, 0]}})",
      "t.jsonl");
  ASSERT_THAT(truthful, IsOk());
  EXPECT_EQ(truthful->front().choices[std::size_t(truthful->front().expected[0] - 'A')], "so");
}

TEST(Items, KnowTheirPlaces) {
  const auto lines = ParseEvalItems(
      "\n{\"question\":\"a\",\"expected\":\"b\"}\n\n{\"question\":\"c\",\"expected\":\"d\"}\n", "x.jsonl");
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ((*lines)[0].where, "x.jsonl:2");
  EXPECT_EQ((*lines)[1].where, "x.jsonl:4");
  const auto list = ParseEvalItems(
      "[\n {\"question\": \"a [,\",\n \"expected\": \"b\"}, \n{\"question\":\"c\",\"expected\":\"d\"}]",
      "x.json");
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ((*list)[0].where, "x.json:2");
  EXPECT_EQ((*list)[1].where, "x.json:4");
  const auto rows = ParseEvalItems("question,expected\n\"two\nlines\",b\nc,d\n", "x.csv");
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)[0].where, "x.csv:2");
  EXPECT_EQ((*rows)[1].where, "x.csv:4");
  const auto headless = ParseEvalItems("Q1?,a,b,c,d,A\nQ2?,a,b,c,d,B\n", "m.csv");
  ASSERT_THAT(headless, IsOk());
  EXPECT_EQ((*headless)[1].where, "m.csv:2");
}

TEST(Items, PathsAreFromTheirFile) {
  const auto items = ParseEvalItems(
      R"({"question": "Q", "expected": "E", "files": ["a.txt", "/b.txt"], "images": ["c.png", "data:image/png;base64,AA"]})",
      "sets/deep/x.jsonl");
  ASSERT_THAT(items, IsOk());
  EXPECT_THAT(items->front().files, ElementsAre("sets/deep/a.txt", "/b.txt"));
  EXPECT_THAT(items->front().images, ElementsAre("sets/deep/c.png", "data:image/png;base64,AA"));
}

TEST(Items, OfCodeHaveTheirTests) {
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

TEST(Items, FaultsAreShownWhereTheyAre) {
  const struct {
    const char *name, *text, *says;
  } rows[] = {
      {"x.jsonl", "", "x.jsonl:1: no item"},
      {"x.jsonl", "{\"question\": \"a\", \"expected\": \"b\"}\n{\"question\": }\n", "x.jsonl:2: no JSON: "},
      {"x.jsonl", "{\"question\": \"a\"}", "x.jsonl:1: no answer is expected"},
      {"x.jsonl", "{\"text\": \"a\", \"label\": 1}",
       "x.jsonl:1: no layout that is known has the fields label, text"},
      {"x.json", "[1]", "x.json:1: an item is an object"},
      {"x.json", "[{]", "x.json:1:"},
      {"x.csv", "question,expected\na\n", "x.csv:2:1: this row has 1 cell"},
      {"math.jsonl", "{\"problem\": \"P\", \"solution\": \"no box\"}", "math.jsonl:1: no answer is expected"},
      {"x.jsonl",
       "{\"id\":\"a\",\"question\":\"q\",\"expected\":\"e\"}\n{\"id\":\"a\",\"question\":\"q\",\"expected\":"
       "\"e\"}",
       "x.jsonl:2: the id \"a\" is taken by the item at x.jsonl:1"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(ParseEvalItems(row.text, row.name),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(row.says)));
  }
  EXPECT_THAT(ReadEvalItems("there is/none.jsonl"),
              Fails(absl::StatusCode::kNotFound, HasSubstr("there is/none.jsonl: no file")));
}

TEST(Items, AreReadFromAFile) {
  const std::string path = ::testing::TempDir() + "/items_test.jsonl";
  std::ofstream(path) << "\xEF\xBB\xBF{\"question\": \"a\", \"expected\": \"b\"}\r\n";
  const auto items = ReadEvalItems(path);
  ASSERT_THAT(items, IsOk());
  EXPECT_EQ(items->front().id, "items_test-1");
  EXPECT_EQ(items->front().where, path + ":1");
}

TEST(Items, AreAskedWithTheirChoices) {
  EXPECT_EQ(QuestionText({.question = "Q?"}), "Q?");
  EXPECT_THAT(QuestionText({.question = "Q?", .choices = {"x", "y"}}),
              AllOf(HasSubstr("Q?\n\nA) x\nB) y\n"), HasSubstr("letter"), EndsWith("\nanswer: X")));
}

}  // namespace
}  // namespace ninefold
