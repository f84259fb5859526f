#include "pipeline/yaml_tree.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold::pipeline {
namespace {

using ::testing::HasSubstr;

struct Parsed {
  std::unique_ptr<Source> source = std::make_unique<Source>();
  YamlNode root;
  std::string said;  // "line:column: message; hint" lines
};

Parsed Parse(std::string_view bytes) {
  Parsed parsed;
  Diagnostics out;
  parsed.source->name = "f";
  parsed.source->text = CleanText(bytes, *parsed.source, out);
  if (out.ok()) parsed.root = ParseYaml(*parsed.source, out);
  for (const Diagnostic& d : out.Take())
    absl::StrAppend(&parsed.said, d.line, ":", d.column, ": ", d.message, "; ", d.hint, "\n");
  return parsed;
}

std::string Repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(YamlTree, KeepsPositionsInCharacters) {
  const Parsed parsed = Parse(
      "\xEF\xBB\xBF"
      "a: b\r\nä: \"c\"\r\nlist:\r\n  - x\r\n");
  ASSERT_EQ(parsed.said, "");
  ASSERT_EQ(parsed.root.members.size(), 3u);
  EXPECT_EQ(parsed.root.members[1].key, "ä");
  EXPECT_EQ(parsed.root.members[1].value.at.line, 2);
  EXPECT_EQ(parsed.root.members[1].value.at.column, 4);
  EXPECT_TRUE(parsed.root.members[1].value.quoted);
  EXPECT_EQ(parsed.root.members[2].value.items[0].at.line, 4);
  EXPECT_EQ(parsed.root.members[2].value.items[0].at.column, 5);
}

TEST(YamlTree, ExpandsAliasesToValues) {
  const Parsed parsed = Parse("a: &x {b: [1, 2]}\nc: *x\n");
  ASSERT_EQ(parsed.said, "");
  EXPECT_EQ(parsed.root.Find("c")->Find("b")->items[1].text, "2");
}

TEST(YamlTree, TabsInBlockTextAreText) { EXPECT_EQ(Parse("a: |\n  make:\n  \tcc x\nb: c\n").said, ""); }

TEST(YamlTree, RefusesWithAPosition) {
  struct Case {
    std::string text, said;
  };
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += absl::StrCat("a", i, ": &a", i, " [", Repeat(absl::StrCat("*a", i - 1, ", "), 10), "]\n");
  }
  const Case cases[] = {
      {"a: \"never closed\nb: c\n", "1:4: this quote is never closed"},
      {"a: 'never closed\nb: c\n", "1:4: this quote is never closed"},
      {"a: b\nc: \"x", "2:4: this quote is never closed"},
      {"a: 1\nb: 2\na: 3\n", "3:1: key \"a\" is here a second time; the first is at line 1"},
      {"a: {b: c, b: d}\n", "1:11: key \"b\" is here a second time"},
      {"- a\nb: c\n", "2:1: this does not belong to what stands above it"},
      {"a: b\n- c\n", "2:1: this does not belong to the map above it"},
      {"a: b\n---\nc: d\n", "2:1: a second document starts here"},
      {"a: b\n...\njunk\n", "3:1: text after the end of the document"},
      {"a:\n\tb: c\n", "2:1: a tab in the indentation"},
      {"a: !!python/object/apply x\n", "1:4: tags are not supported"},
      {"a: !include /etc/passwd\n", "1:4: tags are not supported"},
      {"a: ! x\n", "1:4: tags are not supported"},
      {"b: &x {c: 1}\na:\n  <<: *x\n", "3:3: merge keys (\"<<\") are not supported"},
      {"&a [*a]", "1:5: the anchor of this alias contains the alias itself"},
      {"a: &x {b: *x}\n", "1:11: the anchor of this alias contains the alias itself"},
      {"a: *nope\n", "1:4: this alias names no anchor"},
      {"a: [b, c\n", "a \"[\" is not closed"},
      {"a: {b: c\n", "a \"{\" is not closed"},
      {"a: [b]]\n", "1:7: a bracket that closes nothing"},
      {"a: b: c\n", "1:5: a \": \" that makes no key here"},
      {"a: @b\n", "1:4: a text cannot start with this character"},
      {"? [x]\n: c\n", "a key must be a text, this is a list"},
      {std::string("a: b\0c", 6), "1:5: a NUL byte"},
      {"a: \x01", "1:4: the control character 01"},
      {"a: \xC3(", "1:4: bytes that are not UTF-8"},
      {"\xFF\xFE\x61", "1:1: the file is UTF-16"},
      {Repeat("[", 600), "nested deeper than 32 levels"},
      {Repeat("[", 100'000), "nested deeper than 32 levels"},
      {Repeat("{a: ", 600), "nested deeper than 32 levels"},
      {Repeat("- ", 600), "1:65: nested deeper than 32 levels"},
      {Repeat("? ", 600), "nested deeper than 32 levels"},
      {bomb, "aliases expand to more than 10,000 nodes"},
      {std::string((1u << 20) + 1, 'a'), "more than 1 MiB"},
  };
  for (const Case& c : cases) EXPECT_THAT(Parse(c.text).said, HasSubstr(c.said)) << c.text.substr(0, 80);
}

TEST(YamlTree, SaysSeveralMistakesAtOnce) {
  const std::string said = Parse("a: 1\na: 2\nb: !x y\n<<: z\n").said;
  EXPECT_THAT(said, HasSubstr("2:1: key \"a\""));
  EXPECT_THAT(said, HasSubstr("3:4: tags"));
  EXPECT_THAT(said, HasSubstr("4:1: merge keys"));
}

TEST(YamlTree, FindsAVariableInFoldedAndQuotedText) {
  const Parsed parsed = Parse("a: >\n  one {{ x }}\n  two {{ y }}\nb: \"p {{ z }}\"\n");
  ASSERT_EQ(parsed.said, "");
  const YamlNode& folded = *parsed.root.Find("a");
  const Position y = VariableAt(folded, folded.text.find("y }}"));
  EXPECT_EQ(y.line, 3);
  EXPECT_EQ(y.column, 10);
  const YamlNode& quoted = *parsed.root.Find("b");
  EXPECT_EQ(VariableAt(quoted, quoted.text.find('z')).column, 10);
}

}  // namespace
}  // namespace ninefold::pipeline
