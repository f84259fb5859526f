#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "offline/offline_testing.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(OfflineAnswer, QuotesThePlaceThatAnswers) {
  struct {
    const char* text;
    const char* question;
    const char* quote;
  } cases[] = {
      {kContract, "Who is the landlord?", "The landlord is Maria Keller."},
      {kContract, "Who is the tenant?", "The tenant is Jonas Brandt."},
      {kContract, "How much is the monthly rent?", "The monthly rent is 940 euros"},
      {kContract, "What is the rent each month?", "The monthly rent is 940 euros"},
      {kContract, "What does the tenant pay monthly?", "The monthly rent is 940 euros"},
      {kContract, "What does the apartment cost per month?", "The monthly rent is 940 euros"},
      {kContract, "How high is the deposit?", "A deposit of 1,880 euros is due"},
      {kContract, "When may the landlord terminate without notice?", "if rent for two months is unpaid"},
      {kContract, "How much notice must the tenant give to terminate?", "three months' written notice"},
      {kContract, "Who pays for repairs of the heating?", "The landlord pays for repairs of the heating."},
      {kContract, "Are cats allowed?", "Cats are allowed."},
      {kContract, "Do dogs require consent?", "Dogs require the written consent of the landlord."},
      {kRecipe, "How much rye flour is needed?", "500 g rye flour"},
      {kRecipe, "How much salt do I need?", "12 g salt"},
      {kRecipe, "How long does the dough rest?", "Let the dough rest for 90 minutes"},
      {kRecipe, "At what temperature do I bake?", "Bake at 230 degrees for 45 minutes."},
      {kRecipe, "What do I do with the starter?", "Dissolve the starter in the warm water."},
      {kRecipe, "Where do I cool the loaf?", "Cool the loaf on a rack"},
      {kProtocol, "How fast do I centrifuge?", "Centrifuge at 12000 g for 15 minutes at 4 degrees."},
      {kProtocol, "How long can pellets be stored?", "for up to six months"},
      {kProtocol, "What burns the skin?", "Phenol burns the skin"},
      {kProtocol, "How are the cells lysed?", "Lyse the cells in 400 ul buffer A at 56 degrees overnight."},
      {kProtocol, "With what is the DNA precipitated?", "two volumes of cold ethanol"},
      {kProtocol, "Where does the upper phase go?", "Move the upper phase to a fresh tube."},
      {kMinutes, "Who was present?", "Present: Ada Novak, Li Wei, Tom Osei"},
      {kMinutes, "Who was excused?", "Excused: Petra Lang"},
      {kMinutes, "How much did the board approve for the press?", "48,000 euros for the new press"},
      {kMinutes, "Why was the website relaunch postponed?", "because the designer resigned"},
      {kMinutes, "Who obtains offers for the roof?",
       "Li Wei will obtain three offers for the roof before 2 May."},
      {kMinutes, "When is the next meeting?", "Next meeting: 11 April 2025, room B12"},
      {kGerman, "Wie lange ist die K\xC3\xBCndigungsfrist?", "drei Monate."},
      {kGerman, "Wie hoch ist die Kaution?", "1.200 Euro und ist bis zum 3. Mai 2024 zu zahlen."},
      {kGreek,
       "\xCE\x99\xCF\x83\xCF\x87\xCF\x8D\xCE\xB5\xCE\xB9 \xCE\xB7 \xCE\xAC\xCE\xB4\xCE\xB5\xCE\xB9\xCE\xB1;",
       "30 "},
  };
  for (const auto& c : cases)
    EXPECT_THAT(Say(AskAbout(c.question, c.text)), HasSubstr(c.quote)) << c.question;
}

TEST(OfflineAnswer, RefusesWhatTheTextDoesNotSay) {
  struct {
    const char* text;
    const char* question;
  } cases[] = {
      {kContract, "What is the capital of France?"},
      {kContract, "What is the phone number of the tenant?"},
      {kContract, "Who is the previous owner's lawyer?"},
      {kContract, "Which colour are the walls?"},
      {kRecipe, "Who invented rye bread?"},
      {kRecipe, "How much sugar is in it?"},
      {kRecipe, "Which wine goes with it?"},
      {kProtocol, "Which brand of pipette is used?"},
      {kProtocol, "Who wrote the Lisbon report?"},
      {kMinutes, "What did Angela Merkel say?"},
      {kMinutes, "How many employees have children?"},
      {kGreek, "What is photosynthesis?"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(Say(AskAbout(c.question, c.text)), HasSubstr("not found in the given text")) << c.question;
}

TEST(OfflineAnswer, GivesThePlaceOfEachQuoteAlsoWithCarriageReturns) {
  EXPECT_THAT(Say(AskAbout("How high is the deposit?", kContract)),
              HasSubstr("handed over.\" [doc.txt:10-10]"));
  std::string text = kContract;
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.insert(at, "\r");
  EXPECT_THAT(Say(AskAbout("How high is the deposit?", text)), HasSubstr("handed over.\" [doc.txt:10-10]"));
}

TEST(OfflineAnswer, SurvivesOddTexts) {
  EXPECT_THAT(Say(AskAbout("What is it?", "")), Not(HasSubstr("\" [")));
  EXPECT_THAT(Say(AskAbout("Who is the landlord?", "\xFF\xFE\x80 landlord \xC3")),
              Not(HasSubstr("\" [other")));
  std::string line(200'000, 'x');
  line += " the harbour master is Ines Roth. " + std::string(200'000, 'y');
  EXPECT_THAT(Say(AskAbout("Who is the harbour master?", line)), HasSubstr("Ines Roth"));
}

TEST(OfflineAnswer, FindsOneSentenceInTenMegabytes) {
  std::string text;
  while (text.size() < 10'000'000) text += "The river carries grey water past the empty mill. ";
  text += "\n\nThe miller is called Oskar Blum.\n";
  EXPECT_THAT(Say(AskAbout("What is the miller called?", text)), HasSubstr("Oskar Blum"));
}

std::string Gpl() {
  std::ifstream file("/usr/share/common-licenses/GPL-3");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

constexpr char kConvey[] = "When may I convey a covered work in object code form?";

TEST(OfflineAnswer, QuotesALicenceSectionWithAllItsOptions) {
  const std::string gpl = Gpl();
  ASSERT_NE(gpl, "") << "the licence is missing: install base-files";
  const std::string said = Say(AskAbout(kConvey, gpl, "", "gpl-3.txt"));
  for (const char* quote :
       {"You may convey a covered work in object code form under the terms of sections 4 and 5",
        "[gpl-3.txt:247-250]", "durable physical medium customarily used for software interchange",
        "written offer, valid for at least three years", "Convey individual copies of the object code",
        "offering access from a designated place", "peer-to-peer transmission"}) {
    EXPECT_THAT(said, HasSubstr(quote));
  }
}

TEST(OfflineAnswer, AnAgentsInstructionsChooseOtherSentences) {
  const std::string gpl = Gpl();
  ASSERT_NE(gpl, "") << "the licence is missing: install base-files";
  EXPECT_THAT(Say(AskAbout(kConvey, gpl, "You look for the definitions of terms.")),
              HasSubstr("\"Object code\" means any non-source form"));
  EXPECT_THAT(Say(AskAbout(kConvey, gpl, "You look for limits and exceptions.")),
              HasSubstr("only occasionally and noncommercially"));
  EXPECT_THAT(Say(AskAbout(kConvey, gpl, "You look for conditions that must be met.")),
              HasSubstr("provided that you also convey"));
}

}  // namespace
}  // namespace ninefold
