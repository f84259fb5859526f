#include "base/utf8.h"

#include "gtest/gtest.h"

namespace ninefold {
namespace {

TEST(Utf8, FindsTheFirstInvalidByte) {
  const struct {
    std::string text;
    std::size_t at;
  } cases[] = {
      {"plain", std::string::npos},
      {"é€😀", std::string::npos},
      {"", std::string::npos},
      {"a\xFFz", 1},            // never a byte of UTF-8
      {"\xC0\x80", 0},          // overlong NUL
      {"\xE0\x80\x80", 0},      // overlong
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"ab\xE2\x82", 2},        // cut off
  };
  for (const auto& c : cases) EXPECT_EQ(FindInvalidUtf8(c.text), c.at) << c.text;
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(CutUtf8("aé", 2), "a");
  EXPECT_EQ(CutUtf8("aé", 3), "aé");
  EXPECT_EQ(CutUtf8("😀😀", 7), "😀");
  EXPECT_EQ(CutUtf8("😀", 0), "");
}

TEST(Utf8, MendsWhatIsInvalid) {
  EXPECT_EQ(MendUtf8("a\xFF"
                     "é"),
            "a\xEF\xBF\xBD"
            "é");
}

TEST(EscapeForTerminal, ShowsWhatCannotBeSeen) {
  EXPECT_EQ(EscapeForTerminal("\x1b]52;c;x\x07", false), "\\x1b]52;c;x\\x07");
  EXPECT_EQ(EscapeForTerminal("a\nb\tc", false), "a\nb\tc");
  EXPECT_EQ(EscapeForTerminal("a\nb\rc", true), "a b\\x0dc");
  EXPECT_EQ(EscapeForTerminal("pay \u202Eevil", false), "pay \\u202eevil");
  EXPECT_EQ(EscapeForTerminal("Grüße 😀", false), "Grüße 😀");
}

}  // namespace
}  // namespace ninefold
