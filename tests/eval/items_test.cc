#include <filesystem>
#include <fstream>

#include "matchers.h"
#include "ninefold/eval.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

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

// What is expected is a text: "1.50" and "True" are not 1.5 and true.
TEST(Items, OfATableAreItsTexts) {
  const auto items = ParseEvalItems(
      "id,question,expected,images\n007,2.50?,1.50,\"data:image/png;base64,AA; b.png\"\n8,Is it?,True,\n",
      "x.csv");
  ASSERT_THAT(items, IsOk());
  EXPECT_EQ((*items)[0].id, "007");
  EXPECT_EQ((*items)[0].question, "2.50?");
  EXPECT_EQ((*items)[0].expected, "1.50");
  EXPECT_THAT((*items)[0].images, ElementsAre("data:image/png;base64,AA", "b.png"));
  EXPECT_EQ((*items)[1].expected, "True");
  EXPECT_THAT((*items)[1].images, ElementsAre());
}

TEST(Items, OfAFolderAreThoseOfItsFiles) {
  const std::filesystem::path folder = ::testing::TempDir() + "/items_folder";
  std::filesystem::remove_all(folder);
  for (const char* subject : {"algebra", "geometry"}) {
    std::filesystem::create_directories(folder / subject);
    std::ofstream(folder / subject / "1.json")
        << R"({"problem": "Half?", "solution": "$\\boxed{2}$", "level": "Level 1", "type": "A"})";
  }
  std::ofstream(folder / "more.jsonl") << "{\"question\":\"a\",\"expected\":\"b\"}\n"
                                          "{\"question\":\"c\",\"expected\":\"d\"}\n";
  std::ofstream(folder / "README.md") << "no data";
  const auto items = ReadEvalItems(folder.string());
  ASSERT_THAT(items, IsOk());
  std::vector<std::string> ids;
  for (const EvalItem& item : *items) ids.push_back(item.id);
  EXPECT_THAT(ids, ElementsAre("algebra/1", "geometry/1", "more-1", "more-2"));
  EXPECT_EQ((*items)[1].where, (folder / "geometry" / "1.json:1").string());
  std::filesystem::remove_all(folder / "algebra");
  std::filesystem::remove_all(folder / "geometry");
  std::filesystem::remove(folder / "more.jsonl");
  EXPECT_THAT(ReadEvalItems(folder.string()),
              Fails(absl::StatusCode::kNotFound, HasSubstr("no .jsonl, .json or .csv is in this folder")));
}

TEST(Items, PathsAreFromTheirFile) {
  const auto items = ParseEvalItems(
      R"({"question": "Q", "expected": "E", "files": ["a.txt", "/b.txt"], "images": ["c.png", "data:image/png;base64,AA"]})",
      "sets/deep/x.jsonl");
  ASSERT_THAT(items, IsOk());
  EXPECT_THAT(items->front().files, ElementsAre("sets/deep/a.txt", "/b.txt"));
  EXPECT_THAT(items->front().images, ElementsAre("sets/deep/c.png", "data:image/png;base64,AA"));
}

TEST(Items, FaultsAreShownWhereTheyAre) {
  const struct {
    const char *name, *text, *says;
  } rows[] = {
      {"x.jsonl", "", "x.jsonl:1: no item"},
      {"x.jsonl", "{\"question\": \"a\", \"expected\": \"b\"}\n{\"question\": }\n", "x.jsonl:2: no JSON: "},
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
  // Our own may be for a rubric, so that what is missing depends on the grader.
  const auto open = ParseEvalItems("{\"question\": \"a\"}", "x.jsonl");
  ASSERT_THAT(open, IsOk());
  EXPECT_THAT(CheckGrader(open->front(), {}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("x.jsonl:1: no answer is expected")));
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
