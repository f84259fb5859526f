// Tables and JSON as data: what is read, what is refused and where, and what a model is shown.
#include "ninefold/data.h"

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReadTable, Cases) {
  struct {
    const char* what;
    std::string text;
    const char* rows;  // with the columns before
  } const cases[] = {
      {"types", "i,n,b,s\n1,1.5,true,x\n-2,3,FALSE,y\n",
       R"({"columns":["i","n","b","s"],"rows":[[1,1.5,true,"x"],[-2,3,false,"y"]]})"},
      {"an empty cell is null", "a,b\n1,\n,x\n", R"({"columns":["a","b"],"rows":[[1,null],[null,"x"]]})"},
      {"no line end at the end", "a\n1", R"({"columns":["a"],"rows":[[1]]})"},
      {"CRLF", "a,b\r\n1,2\r\n", R"({"columns":["a","b"],"rows":[[1,2]]})"},
      {"CR alone", "a,b\r1,2\r", R"({"columns":["a","b"],"rows":[[1,2]]})"},
      {"a byte order mark", "\xEF\xBB\xBF" "a,b\n1,2\n", R"({"columns":["a","b"],"rows":[[1,2]]})"},
      {"quotes", "a,b\n\"x, y\",\"he said \"\"no\"\"\"\n",
       R"({"columns":["a","b"],"rows":[["x, y","he said \"no\""]]})"},
      {"a line end in a cell", "a,b\n\"x\r\ny\",1\n", R"({"columns":["a","b"],"rows":[["x\r\ny",1]]})"},
      {"an empty quoted cell", "a,b\n\"\",1\n", R"({"columns":["a","b"],"rows":[[null,1]]})"},
      {"a quote within a cell", "a\n5\" pipe\n", R"({"columns":["a"],"rows":[["5\" pipe"]]})"},
      {"semicolons", "a;b\n1,5;x\n", R"({"columns":["a","b"],"rows":[["1,5","x"]]})"},
      {"tabs", "a\tb\n1\tx, y\n", R"({"columns":["a","b"],"rows":[[1,"x, y"]]})"},
      {"a delimiter in a quoted name", "\"a;b;c\",d\n1,2\n", R"({"columns":["a;b;c","d"],"rows":[[1,2]]})"},
      {"leading zeros", "zip\n01234\n", R"({"columns":["zip"],"rows":[["01234"]]})"},
      {"too many digits", "id\n12345678901234567890\n",
       R"({"columns":["id"],"rows":[["12345678901234567890"]]})"},
      {"the greatest integer", "id\n9223372036854775807\n",
       R"({"columns":["id"],"rows":[[9223372036854775807]]})"},
      {"more digits than a number keeps", "n\n0.12345678901234567\n",
       R"({"columns":["n"],"rows":[["0.12345678901234567"]]})"},
      {"one text makes a column text", "n\n1\nNA\n", R"({"columns":["n"],"rows":[["1"],["NA"]]})"},
      {"blanks round a number", "n\n 1 \n", R"({"columns":["n"],"rows":[[1]]})"},
      {"names", " a ,,a,a (2),\n1,2,3,4,5\n",
       R"t({"columns":["a","column 2","a (3)","a (2)","column 5"],"rows":[[1,2,3,4,5]]})t"},
      {"no rows", "a,b\n", R"({"columns":["a","b"],"rows":[]})"},
      {"empty lines", "\n\na,b\n\n1,2\n\n\n", R"({"columns":["a","b"],"rows":[[1,2]]})"},
      {"no infinity", "n\n1e400\n", R"({"columns":["n"],"rows":[["1e400"]]})"},
  };
  for (const auto& one : cases) {
    const absl::StatusOr<Json> table = ReadTable(one.text);
    ASSERT_THAT(table, IsOk()) << one.what;
    EXPECT_EQ(*table, Json::parse(one.rows)) << one.what << ": " << DumpJson(*table);
    EXPECT_TRUE(IsTable(*table)) << one.what;
  }
}

TEST(ReadTable, SaysWhereAndWhatToDo) {
  const DataLimits few{.bytes_max = 1000, .values_max = 4, .columns_max = 3};
  struct {
    std::string text, error;
  } const cases[] = {
      {"", "1:1: no table: there is no line; the first one names the columns"},
      {"a,b\n1\n", "2:1: this row has 1 cell, the first line 2; add the missing cells"},
      {"a,b\n1,2\n\n1,2,3\n", "4:1: this row has 3 cells, the first line 2; put quotes around a cell"},
      {"a,b\n\"x\ny\",1\n1\n", "4:1: this row has 1 cell"},  // the line in the file, not the row
      {"a;b\n1;2;3\n", "(the delimiter is \";\")"},
      {"a,b\n\xC3\xA9,\"x\n1,2\n", "2:3: this quote is never closed"},  // columns are characters
      {"a,b\n\"x\"y,2\n", "2:4: text after the quote that closes a cell; double the quotes"},
      {"a,b\n1,\xE9\n", "2:3: not UTF-8; convert it"},
      {std::string("a,b\n1,\0\n", 8), "2:3: a zero byte"},
      {std::string("\xFF\xFE"
                   "a\0",
                   4),
       "1:1: UTF-16; convert it"},
      {std::string(1001, 'a'), "1:1: 1001 bytes; at most 1000 are read"},
      {"a,b,c,d\n", "1:1: 4 columns; at most 3 are read"},
      {"a,b\n1,2\n1,2\n1,2\n", "4:1: more than 4 cells"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(ReadTable(one.text, 0, few), Fails(absl::StatusCode::kInvalidArgument, HasSubstr(one.error)));
  }
}

TEST(ReadData, ByTheName) {
  struct {
    const char *name, *text, *value;
  } const cases[] = {
      {"a.csv", "a,b\n1,2\n", R"({"columns":["a","b"],"rows":[[1,2]]})"},
      {"A.TSV", "a,b\tc\n1\t2\n", R"({"columns":["a,b","c"],"rows":[[1,2]]})"},
      {"a.json", " {\"a\": [1]}\n", R"({"a":[1]})"},
      {"a.jsonl", "{\"a\":1}\r\n\n[2]\n3", R"([{"a":1},[2],3])"},
      {"a.ndjson", "null\n", "[null]"},
  };
  for (const auto& one : cases) {
    EXPECT_TRUE(IsDataName(one.name));
    const absl::StatusOr<Data> data = ReadData(one.name, one.text);
    ASSERT_THAT(data, IsOk()) << one.name;
    EXPECT_EQ(data->value, Json::parse(one.value)) << one.name;
    EXPECT_EQ(data->text, one.text);
    EXPECT_EQ(data->name, one.name);
    EXPECT_EQ(data->preview, Preview(data->value));
    const absl::StatusOr<Part> back = PartFromJson(ToJson(Part(*data)));
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(ToJson(*back), ToJson(Part(*data)));
  }
  for (const char* name : {"csv", "a.txt", "", "a.csv.gz"}) EXPECT_FALSE(IsDataName(name)) << name;
}

TEST(ReadData, SaysWhereAndWhatToDo) {
  const DataLimits few{.values_max = 6, .depth_max = 3};
  struct {
    std::string name, text, error;
  } const cases[] = {
      {"a.txt", "x", "\"a.txt\" is not named as data"},
      {"a.csv", " \r\n", "a.csv:1:1: it is empty"},
      {"a.csv", "a,b\n1\n", "a.csv:2:1: this row has 1 cell"},
      {"a.csv", "a,b\n1\n", "is read as text when its name ends in .txt"},
      {"a.json", "{\"a\":\n 1,}", "a.json:2:4: not JSON"},
      {"a.json", "[[[[1]]]]", "a.json:1:4: JSON nested deeper than 3"},
      {"a.json", "[1,2,3,4,5,6,7]", "a.json:1:1: more than 6 values"},
      {"a.json", "{\"a\":\"\xE9\"}", "a.json:1:7: not UTF-8"},
      {"a.jsonl", "{}\n{]\n", "a.jsonl:2:2: not JSON"},
      {"a.jsonl", "{}\n{]\n", "each line must be one JSON value"},
      {"a.jsonl", "1\n2\n3\n4\n5\n6\n7\n", "a.jsonl:1:1: more than 6 values"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(ReadData(one.name, one.text, few),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(one.error)));
  }
  // Depth is bounded before anything recurses.
  EXPECT_THAT(ReadData("deep.json", std::string(1 << 20, '[')),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("deep.json:1:65: JSON nested deeper")));
}

TEST(Preview, TellsAWholeSmallTable) {
  const absl::StatusOr<Json> table = ReadTable(
      "pump,hours,rate,ok,since,note\n"
      "A,3,0.5,true,2026-01-02,\"x, y\"\n"
      "B,,2,false,2025-12-31,\n"
      "A,12,1.25,true,,\n");
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(Preview(*table),
            "a table of 3 rows, 6 columns:\n"
            "- pump: string, 2 distinct: \"A\", \"B\"\n"
            "- hours: integer, 3 to 12, 1 empty\n"
            "- rate: number, 0.5 to 2\n"
            "- ok: boolean, 2 true and 1 false\n"
            "- since: date, 2025-12-31 to 2026-01-02, 1 empty\n"
            "- note: string, 1 distinct: \"x, y\", 2 empty\n"
            "all rows:\n"
            "pump,hours,rate,ok,since,note\n"
            "A,3,0.5,true,2026-01-02,\"x, y\"\n"
            "B,,2,false,2025-12-31,\n"
            "A,12,1.25,true,,\n");
}

TEST(Preview, Types) {
  struct {
    const char *cells, *words;
  } const cases[] = {
      {"\"\"\n\"\"\n", "- a: empty\n"},
      {"2026-02-29\n", "- a: string, 1 distinct"},  // there was no such day
      {"2028-02-29\n2026-02-28T23:59:59.5Z\n", "- a: date, 2026-02-28T23:59:59.5Z to 2028-02-29\n"},
      {"2026-02-28 10:15\n", "- a: date, "},
      {"2026-02-28 25:15\n", "- a: string"},
      {"2026-02-28\nsoon\n", "- a: string, 2 distinct: "},
      {"true\n1\n", "- a: string"},
      {"1\n2.5\n", "- a: number, 1 to 2.5\n"},
  };
  for (const auto& one : cases) {
    const absl::StatusOr<Json> read = ReadTable(absl::StrCat("a\n", std::string(one.cells)));
    ASSERT_THAT(read, IsOk());
    EXPECT_THAT(Preview(*read), HasSubstr(one.words)) << one.cells;
  }
  const Json mixed = {{"columns", {"a"}}, {"rows", {{1}, {"x"}, {Json::array()}}}};
  EXPECT_THAT(Preview(mixed), HasSubstr("- a: mixed\n"));
}

TEST(Preview, KeepsToItsLimit) {
  std::string tall = "id,text\n", wide;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&tall, i, ",\"caf\xC3\xA9 ", i, "\"\n");
  for (int i = 0; i < 900; ++i) absl::StrAppend(&wide, i == 0 ? "" : ",", "column number ", i);
  const absl::StatusOr<Json> rows = ReadTable(tall), columns = ReadTable(wide + "\n");
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(columns, IsOk());
  Json list = Json::array();
  for (int i = 0; i < 3000; ++i) list.push_back({{"name", absl::StrCat("caf\xC3\xA9 ", i)}, {"i", i}});
  const Json keys = Json(std::string(100'000, 'x'));
  for (const Json* value : {&*rows, &*columns, &std::as_const(list), &keys}) {
    for (const std::size_t limit : {0, 1, 100, 1000, 4096, 16384}) {
      const std::string preview = Preview(*value, limit);
      EXPECT_LE(preview.size(), limit);
      EXPECT_EQ(FindInvalidUtf8(preview), std::string::npos);
    }
  }
  EXPECT_THAT(Preview(*rows, 1000),
              AllOf(HasSubstr("a table of 5000 rows, 2 columns:"), HasSubstr("- id: integer, 0 to 4999\n"),
                    HasSubstr("more than 1000 distinct, such as \"caf\xC3\xA9 0\""), HasSubstr("the first "),
                    HasSubstr("\n1,caf\xC3\xA9 1\n"), Not(HasSubstr("all rows"))));
  EXPECT_THAT(Preview(*columns),
              AllOf(HasSubstr("a table of 0 rows, 900 columns"), HasSubstr("more columns")));
  EXPECT_THAT(Preview(list, 300), AllOf(HasSubstr("shape: [3000 \xC3\x97 {i: integer, name: string}]"),
                                        HasSubstr("beginning: [{\"i\":0,")));
}

TEST(Preview, TellsTheShapeOfJson) {
  Json list = Json::array();
  for (int i = 0; i < 100; ++i) {
    Json one = {{"id", i}, {"price", i % 2 == 0 ? Json(1.5) : Json(2)}, {"tags", Json::array()}};
    for (int k = 0; k < i % 3; ++k) one["tags"].push_back("t");
    if (i % 10 == 0) one["note"] = i == 0 ? Json(nullptr) : Json("n");
    list.push_back(std::move(one));
  }
  EXPECT_THAT(Preview({{"items", list}, {"made", "2026-01-01"}}, 1000),
              HasSubstr("shape: {items: [100 × {id: integer, note?: null or string, price: number, "
                        "tags: [0 to 2 × string]}], made: date}\n"));
  EXPECT_EQ(Preview({{"a", {1, 2}}}), "{\"a\":[1,2]}\n") << "all of it when it is small";
  Json many = Json::object();
  for (int i = 0; i < 500; ++i) many[absl::StrCat("key", i)] = std::string(50, 'x');
  EXPECT_THAT(Preview(many, 4000), HasSubstr(", and more keys}"));
  Json deep = std::string(20'000, 'x');
  for (int i = 0; i < 40; ++i) deep = Json::array({deep});
  EXPECT_THAT(Preview(deep), HasSubstr("[1 × list]"));
}

}  // namespace
}  // namespace ninefold
