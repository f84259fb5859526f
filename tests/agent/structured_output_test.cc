#include "agent/structured_output.h"

#include "gtest/gtest.h"
#include "matchers.h"

namespace ninefold {
namespace {

TEST(ParseOutput, FindsTheValueInWhatModelsWrite) {
  const Json schema =
      *ParseJson(R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})");
  for (const std::string text : {R"({"n":1})", "```json\n{\"n\":1}\n```", "Sure!\n```\n{\"n\":1}\n```\nDone.",
                                 "The answer is {\"n\":1}."}) {
    const auto value = ParseOutput(text, schema);
    ASSERT_TRUE(value.ok()) << text << value.status();
    EXPECT_EQ((*value)["n"], 1);
  }
  EXPECT_THAT(ParseOutput("no", schema),
              Fails(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("not JSON")));
  EXPECT_THAT(ParseOutput(R"({"n":"1"})", schema),
              Fails(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("/n")));
}

}  // namespace
}  // namespace ninefold
