#include "agent/evidence.h"

#include "agent/dissent.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Cited(const Sources& sources, std::string_view text) {
  std::vector<std::string> places;
  for (const Citation& citation : sources.CitedIn(text))
    places.push_back(Place(citation) + "=" + citation.quote);
  return places;
}

TEST(Evidence, OnlyPlacesThatWereShownCount) {
  Sources sources({{"gpl.txt", 10, 14, "You may convey\ncovered works."}});
  EXPECT_THAT(Cited(sources, "It says \"You may convey covered works.\" [gpl.txt:10-14]"),
              ElementsAre("gpl.txt:10-14=You may convey covered works."));
  EXPECT_THAT(Cited(sources, "see [gpl.txt:12]"), ElementsAre("gpl.txt:12=You may convey\ncovered works."));
  EXPECT_THAT(Cited(sources, "\"Never said\" [gpl.txt:10]"),
              ElementsAre("gpl.txt:10=You may convey\ncovered works."))
      << "the place stays, the invented quote does not";
  EXPECT_THAT(Cited(sources, "see [gpl.txt:90] and [mit.txt:10]"), ElementsAre()) << "invented places";
}

TEST(Evidence, AQuoteMayHoldQuotationMarks) {
  Sources sources({{"gpl.txt", 10, 14, "The \"source code\" for a\nwork means \"its form\"."}});
  EXPECT_THAT(
      Cited(sources,
            "a \"word\" first: \"The \"source code\" for a work means \"its form\".\" [gpl.txt:10-14]"),
      ElementsAre("gpl.txt:10-14=The \"source code\" for a work means \"its form\"."));
}

TEST(Evidence, FilesMayBeCitedByLine) {
  std::vector<Part> parts;
  parts.emplace_back(File{"a.txt", "text/plain", "one\ntwo\nthree"});
  parts.emplace_back(File{"b.png", "image/png", "x"});
  Sources sources;
  sources.AddFiles(parts);
  EXPECT_THAT(Cited(sources, "[a.txt:2] [a.txt:2-3] [a.txt:4] [b.png:1]"),
              ElementsAre("a.txt:2=two\n", "a.txt:2-3=two\nthree"));
}

TEST(Evidence, MarkersInManyForms) {
  Sources sources({{"a", 1, 9, "x"}});
  const struct {
    std::string text;
    std::vector<std::string> places;
  } cases[] = {
      {"[a:1; a:2-3]", {"a:1=x", "a:2-3=x"}},
      {"[a:L4-L5]", {"a:4-5=x"}},
      {"[a:1][a:1]", {"a:1=x"}},
      {"[a:]", {}},
      {"[a]", {}},
      {"[:3]", {}},
      {"[a:0]", {}},
      {"[a:5-4]", {}},
      {"[a:1", {}},
      {"[[a:1]]", {"a:1=x"}},
      {"[a:99999999999999]", {}},
      {"[a:1x]", {}},
      {"", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(Cited(sources, c.text), c.places) << c.text;
}

TEST(Dissent, IsReadFromItsLines) {
  const auto found = DissentIn(
      "The answer.\n- **Dissent:** critic: it is not so\nDisagreement: dates differ\nDissent: none\nNo "
      "dissent: here.");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].who, "critic");
  EXPECT_EQ(found[0].text, "it is not so");
  EXPECT_EQ(found[1].text, "dates differ");
}

}  // namespace
}  // namespace ninefold
