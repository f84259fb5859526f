#include "team/condense.h"

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "matchers.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Reply Long(int sentences) {
  Reply reply;
  for (int i = 1; i <= sentences; ++i) {
    const std::string place = absl::StrCat("log.txt:", i);
    absl::StrAppend(&reply.text, "\"pump ", i, " leaked\" [", place, "] says sentence ", i, ".\n");
    reply.evidence.push_back({"log.txt", i, i, absl::StrCat("pump ", i, " leaked")});
  }
  return reply;
}

TEST(Condense, AShortTextIsLeftAlone) {
  Reply reply;
  reply.text = "Short.";
  EXPECT_EQ(Condense(reply, 2), "Short.");
}

TEST(Condense, KeepsBothEndsAndSaysWhatIsLeftOut) {
  const Reply reply = Long(100);
  const std::string text = Condense(reply, 300);
  EXPECT_THAT(text, AllOf(StartsWith("\"pump 1 leaked\" [log.txt:1] says sentence 1.\n"),
                          HasSubstr("tokens left out …]"), EndsWith("says sentence 100.\n")));
  EXPECT_LE(text.size(), 900u);
  // Of the part between some places stand in the gap, with their quotes.
  const std::size_t gap = text.find("left out …]\n");
  EXPECT_THAT(text.substr(gap), HasSubstr("leaked\" [log.txt:"));
}

TEST(Condense, OfAnyTextItIsShortWholeAndBeginsAlike) {
  std::mt19937 draw(7);
  const char* const pieces[] = {
      "word ", "Über ", "end. ", "\n\n", "## Head\n", "- item\n", "\"q\" [a.txt:3] ", "…"};
  for (int round = 0; round < 400; ++round) {
    Reply reply;
    const std::size_t length = draw() % 3000;
    while (reply.text.size() < length) reply.text += pieces[draw() % std::size(pieces)];
    if (draw() % 2 == 0) reply.evidence.push_back({"a.txt", 3, 3, "q"});
    const int tokens = 1 + int(draw() % 500);
    const std::string text = Condense(reply, tokens);
    ASSERT_LE(text.size(), BytesOfTokens(tokens));
    ASSERT_EQ(FindInvalidUtf8(text), std::string::npos);
    if (reply.text.size() <= BytesOfTokens(tokens)) {
      ASSERT_EQ(text, reply.text);
    } else if (tokens >= 80) {
      ASSERT_TRUE(absl::StrContains(text, "left out …]")) << text;
    }
  }
}

}  // namespace
}  // namespace ninefold
