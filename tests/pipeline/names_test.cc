#include "pipeline/names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold::pipeline {
namespace {

using ::testing::HasSubstr;

NameError Check(std::string_view path, const Names& names) {
  return CheckVariable(std::string(path), *ParsePath(path), names);
}

TEST(Names, KnowsWhatMayStandWhere) {
  Names names;
  names.steps = {{"facts", {}}, {"views", {"ann", "bob"}}};
  names.inputs = {"topic"};
  Names inner;
  inner.loop = true;
  inner.item = "row";
  inner.steps = {{"draft", {}}};
  inner.outer = &names;
  for (const char* good :
       {"goal", "question", "input.topic", "facts.text", "facts.data", "facts.data.a[0].b", "facts.evidence",
        "facts.status", "views.text", "views.ann.text", "views.bob.data.x"}) {
    EXPECT_EQ(Check(good, names).message, "") << good;
  }
  for (const char* good :
       {"row", "row.name", "round", "previous.text", "previous.draft.text", "draft.text", "facts.text"}) {
    EXPECT_EQ(Check(good, inner).message, "") << good;
  }
  struct {
    const char* path;
    const char* message;
    const char* hint;
  } const bad[] = {
      {"gaol", "unknown variable \"gaol\"", "did you mean \"goal\"?"},
      {"fact.text", "unknown variable", "did you mean \"facts\"?"},
      {"facts", "is a whole step", "write facts.text"},
      {"facts.txt", "a step has no \"txt\"", "did you mean \"text\"?"},
      {"facts.text.x", "text has no parts", "only data and report have"},
      {"goal.x", "goal has no parts", "write goal"},
      {"input.topik", "there is no input \"topik\"", "did you mean \"topic\"?"},
      {"views.eve.text", "a step has no \"eve\"", "there are"},
      {"round", "unknown variable", ""},
      {"previous.text", "unknown variable", ""},
      {"item", "unknown variable", ""},
  };
  for (const auto& c : bad) {
    EXPECT_THAT(Check(c.path, names).message, HasSubstr(c.message)) << c.path;
    EXPECT_THAT(Check(c.path, names).hint, HasSubstr(c.hint)) << c.path;
  }
}

}  // namespace
}  // namespace ninefold::pipeline
