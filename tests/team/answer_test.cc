// Equal answers look equal, different ones stay different; whatever the bytes, a form is its own form.
#include "ninefold/answer.h"

#include <chrono>
#include <random>

#include "gtest/gtest.h"
#include "team/answer_table.h"

namespace ninefold {
namespace {

constexpr AnswerKind kKinds[] = {AnswerKind::kAny,  AnswerKind::kNumber, AnswerKind::kChoice,
                                 AnswerKind::kDate, AnswerKind::kSet,    AnswerKind::kList,
                                 AnswerKind::kJson, AnswerKind::kText};

void ExpectStable(const std::string& text) {
  for (const AnswerKind kind : kKinds) {
    const std::string once = NormalizeAnswer(text, kind);
    EXPECT_EQ(NormalizeAnswer(once, kind), once)
        << "kind " << static_cast<int>(kind) << " of: " << text.substr(0, 300);
    EXPECT_EQ(once.find("unreadable"), once.npos) << text.substr(0, 300);
  }
}

TEST(NormalizeAnswer, EqualAnswersLookEqual) {
  int pairs = 0;
  for (const SameGroup& table : AnswerGroups()) {
    for (const auto& group : table.groups) {
      for (std::size_t i = 1; i < group.size(); ++i, ++pairs) {
        EXPECT_EQ(NormalizeAnswer(group[0], table.kind), NormalizeAnswer(group[i], table.kind))
            << table.what << ": " << group[i];
        EXPECT_TRUE(SameAnswer(group[0], group[i], table.kind));
      }
    }
  }
  EXPECT_GE(pairs, 250);
}

TEST(NormalizeAnswer, DifferentAnswersStayDifferent) {
  int pairs = 0;
  for (const SameGroup& table : AnswerGroups()) {
    for (std::size_t i = 0; i < table.groups.size(); ++i) {
      EXPECT_FALSE(IsNoAnswer(table.groups[i][0])) << table.groups[i][0];
      for (std::size_t j = 0; j < i; ++j, ++pairs) {
        EXPECT_NE(NormalizeAnswer(table.groups[i][0], table.kind),
                  NormalizeAnswer(table.groups[j][0], table.kind))
            << table.what << ": " << table.groups[i][0] << " | " << table.groups[j][0];
      }
    }
  }
  EXPECT_GE(pairs, 120);
}

TEST(NormalizeAnswer, IsReadable) {
  const struct {
    const char *text, *form;
  } forms[] = {{"The answer is 5th of March 2024.", "2024-03-05"},
               {"\\boxed{\\frac{1}{2}}", "0.5"},
               {"1/3", "1/3"},
               {"5 km", "5000 m"},
               {"36 km/h", "10 m/s"},
               {"2\\pi", "2π"},
               {"(B) Paris", "b"},
               {"{3, 1}", "{1, 3}"},
               {"1, 2 and 3", "1, 2, 3"},
               {"The Moon", "moon"},
               {"3e8", "300000000"},
               {"2:30 pm", "14:30"},
               {"€5.50", "5.5 EUR"},
               {"50 percent", "50%"},
               {"\\frac{1}{2\\pi}", "1/(2π)"},
               {"\\ln 2", "ln(2)"},
               {"x = 2 or x = -2", "{-2, 2}"},
               {"1\n2\n3", "1, 2, 3"},
               {"$18 per hour", "0.005 $/s"},
               {"44 B.C.", "44 BC"},
               {"5 M", "5000 mol/m^3"},
               {"10^{100}", "1e100"}};
  for (const auto& c : forms) EXPECT_EQ(NormalizeAnswer(c.text), c.form);
}

TEST(NormalizeAnswer, AKindSettlesWhatIsAmbiguous) {
  const struct {
    AnswerKind kind;
    const char *a, *b;
  } same[] = {
      {AnswerKind::kNumber, "about 12 apples", "12"}, {AnswerKind::kNumber, "$18 in all", "18"},
      {AnswerKind::kChoice, "B Paris", "(B)"},        {AnswerKind::kChoice, "The answer is K", "k) x"},
      {AnswerKind::kSet, "3, 1 and 2", "[1, 2, 3]"},  {AnswerKind::kSet, "red and blue", "{blue, red}"},
      {AnswerKind::kList, "(1, 2)", "1, 2"},          {AnswerKind::kList, "[1, 2]", "1 and 2"},
      {AnswerKind::kJson, "[1.0, 2]", "[1,2.0]"},     {AnswerKind::kJson, " true", "true"},
      {AnswerKind::kText, "D. Adams", "d. adams"},    {AnswerKind::kDate, "5 Mar 2024", "2024-03-05"}};
  for (const auto& c : same) EXPECT_EQ(NormalizeAnswer(c.a, c.kind), NormalizeAnswer(c.b, c.kind)) << c.a;
  EXPECT_FALSE(SameAnswer("D. Adams", "D. Trump", AnswerKind::kText));
  EXPECT_FALSE(SameAnswer("1.0", "1", AnswerKind::kText));
  EXPECT_FALSE(SameAnswer("(1, 2)", "(2, 1)", AnswerKind::kList));
}

TEST(NormalizeAnswer, AnAbstentionIsNoAnswer) {
  for (const char* text : {"",
                           "  \n",
                           "...",
                           "?",
                           "-",
                           "**",
                           "I don't know.",
                           "I don’t know",
                           "I do not know",
                           "answer: unknown",
                           "N/A",
                           "{\"answer\": null}",
                           "not found in the given text",
                           "The answer is not found in the text.",
                           "idk",
                           "I can't help with that.",
                           "I'm sorry, but I can't help with that.",
                           "I cannot answer this question.",
                           "I'm unable to determine the answer from the text.",
                           "I’m sorry, but I cannot assist with that request.",
                           "No answer",
                           "not available",
                           "Sorry, I can't help with that",
                           "\\boxed{}",
                           "not mentioned in the document",
                           "**Answer:** I don't know",
                           "The answer is not in the text",
                           "As an AI language model, I cannot answer",
                           "I don't have enough information.",
                           "I'm sorry, I don't have enough information to answer.",
                           "Unable to determine",
                           "Cannot answer.",
                           "I have no idea",
                           "I apologize, but I cannot help with this.",
                           "I don't know the answer to this question.",
                           "I am not sure about this.",
                           "I’m afraid I can’t answer that",
                           "I couldn't find the answer.",
                           "I'm unable to view images",
                           "I do not have access to that",
                           "No answer can be given.",
                           "Answer:",
                           "**Final Answer:**\n",
                           "<answer></answer>",
                           "<think>It is 7.</think>",
                           "So it is.\n\nAnswer:\n"}) {
    EXPECT_TRUE(IsNoAnswer(text)) << text;
    EXPECT_EQ(NormalizeAnswer(text), "") << text;
  }
  for (const char* text :
       {"cannot be determined", "none", "no", "0", "NA", "Unknown Pleasures", "{}", "no solution",
        "None of the above", "I can't get no satisfaction", "I don't know, but 42",
        "I cannot determine it exactly, but it is about 42", "I can't answer that, but my guess is Paris",
        "not enough information", "The Answer", "answer", "No Idea Festival", "the unknown soldier"}) {
    EXPECT_FALSE(IsNoAnswer(text)) << text;
  }
  EXPECT_FALSE(SameAnswer("", ""));
}

TEST(FindAnswer, GivesItAsItStands) {
  EXPECT_EQ(FindAnswer("so \\boxed{\\frac{1}{2}}."), "\\frac{1}{2}");
  EXPECT_EQ(FindAnswer("**Answer:** The Moon\n"), "The Moon");
  EXPECT_EQ(FindAnswer("  Paris \n"), "Paris");
  EXPECT_EQ(FindAnswer("{\"answer\": [1, 2]}"), "[1,2]");
  EXPECT_EQ(FindAnswer("Look: \\boxed{1} and \\boxed{2"), "1");
  EXPECT_EQ(FindAnswer("two\n```\na\n```\n```\nb\n```"), "two\n```\na\n```\n```\nb\n```");
  EXPECT_EQ(FindAnswer("<think>no</think>Answer: The Moon"), "The Moon");
  EXPECT_EQ(FindAnswer("Answer:\n"), "");
  EXPECT_EQ(FindAnswer("The answer is not in the box."), "The answer is not in the box.");
  EXPECT_EQ(FindAnswer("42\n\nExplanation: 6 * 7"), "42");
  EXPECT_EQ(FindAnswer("Paris is far.\n\nIt is."), "Paris is far.\n\nIt is.");
  EXPECT_EQ(FindAnswer("## Notes\n\n#### Step 2\nfoo"), "## Notes\n\n#### Step 2\nfoo");
  EXPECT_EQ(FindAnswer("Answer:\n- a\n- b\n\nBye"), "- a\n- b");
  EXPECT_EQ(FindAnswer("No answer: none"), "No answer: none");
}

TEST(NormalizeAnswer, AFormIsItsOwnForm) {
  for (const SameGroup& table : AnswerGroups()) {
    for (const auto& group : table.groups) {
      for (const std::string& text : group) ExpectStable(text);
    }
  }
}

TEST(NormalizeAnswer, AFormIsItsOwnFormAfterMutations) {
  std::vector<std::string> all;
  for (const SameGroup& table : AnswerGroups()) {
    for (const auto& group : table.groups) all.insert(all.end(), group.begin(), group.end());
  }
  std::minstd_rand random(7);
  const auto below = [&random](std::size_t n) { return random() % n; };
  for (int i = 0; i < 4000; ++i) {
    std::string text = all[below(all.size())];
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::size_t at = below(text.size() + 1);
      const std::string& other = all[below(all.size())];
      const std::size_t from = below(other.size());
      switch (below(5)) {
        case 0:
          text.insert(at, 1, static_cast<char>(below(256)));
          break;
        case 1:
          text.erase(at, 1 + below(3));
          break;
        case 2:
          text.insert(at, other.substr(from, 1 + below(8)));
          break;
        case 3:
          text.insert(at, 1, "{}[]()\\$^_,.;:*/-+ =\n\"'`"[below(25)]);
          break;
        default:
          text += other;
      }
    }
    ExpectStable(text);
  }
}

std::string Repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + part.size());
  while (text.size() < bytes) text += part;
  return text;
}

// A bound far above what is needed, far below what quadratic time takes.
TEST(NormalizeAnswer, TakesTimeThatIsLinear) {
  for (const char* part : {"a ",
                           "{",
                           "}",
                           "(",
                           "\\boxed{",
                           "\\frac{",
                           "$",
                           "1,",
                           "```\n",
                           "answer: ",
                           "the answer is ",
                           "[1, ",
                           "\xff",
                           "\u0301\u0316",
                           "\"",
                           "**",
                           "####  ",
                           "1 ",
                           "{\"answer\":",
                           "<answer>",
                           "\\",
                           "Answer:\n",
                           "\n",
                           "and ",
                           ". A",
                           "(\"",
                           "'",
                           "ﷺ",
                           "!",
                           "...",
                           "|",
                           "x^",
                           "sin ",
                           "\\over ",
                           "a & ",
                           "1 or ",
                           "x=",
                           "Antwort: ",
                           "答案：",
                           "J. R. ",
                           "final answer ",
                           "\\begin{matrix}",
                           "a an ",
                           "(a) "}) {
    for (const std::size_t bytes : {4000u, 1u << 17}) {
      const auto start = std::chrono::steady_clock::now();
      const std::string text = Repeated(part, bytes);
      const std::string once = NormalizeAnswer(text);
      EXPECT_EQ(NormalizeAnswer(once), once) << part;
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << part;
    }
  }
  const std::string large = Repeated("word 1,000 {x} ", 10u << 20);
  EXPECT_EQ(NormalizeAnswer(large).size() > (9u << 20), true);
}

}  // namespace
}  // namespace ninefold
