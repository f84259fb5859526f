// What the search for the final answer is made of.
#pragma once

#include <string>
#include <string_view>

namespace ninefold::answers {

// A place in a reply that says what the answer is; its text may be empty.
struct Found {
  std::size_t at = std::string_view::npos;
  std::string_view text;
  bool any() const { return at != std::string_view::npos; }
};

// ---- marks.cc

// Behind the last mark that ends thinking: </think>.
std::string_view WithoutThoughts(std::string_view text);
// The inside of the last \boxed{…}, \fbox{…} or <|begin_of_box|>…, braces balanced.
Found LastBox(std::string_view text);
// The boxes that stand beside it, joined by commas or "and": "1, 2" of \boxed{1}, \boxed{2}.
std::string BoxText(std::string_view text, const Found& box);
// <answer>…</answer>, <final_answer>…, [ANSWER]…
Found LastTag(std::string_view text);
// "answer" of the JSON object that is the whole text. False: there is none.
bool JsonAnswer(std::string_view text, std::string* answer);
// Of an object at the end of a text.
bool LastJsonAnswer(std::string_view text, std::string* answer);

// ---- label.cc

enum class LabelKind { kNone, kLabel, kHeading, kSaid };  // kHeading: a label without a sign

struct LabelRest {
  LabelKind kind = LabelKind::kNone;
  std::string_view rest;  // of its line
};
// "answer: 42", "**Final Answer**" and its like at the start of a line, or behind a sentence in it; "the
// answer is 42" anywhere in it. The last one.
LabelRest LabelIn(std::string_view line);
// The same in other languages: Antwort: 42, 答案是42.
LabelRest ForeignLabelIn(std::string_view line);

std::string_view Sentence(std::string_view line);
// Whether what is said later stands for what was said before: "The answer is 7. The answer is plausible."
bool IsBetterSaid(std::string_view now, std::string_view before);

// ---- reason.cc

// Whether it is a number, a quantity, a date, a letter of an option, yes or no, or what is in brackets.
bool IsShortForm(std::string_view text);
// Without what explains the answer: "42, since 6 * 7 = 42", "B is correct". `labelled`: it is known to be
// one.
std::string_view WithoutReason(std::string_view text, bool labelled);
// The first paragraph, where it is an answer and the next ones explain it.
std::string_view FirstParagraph(std::string_view text);
// "It is 5", "So x = 5": what is said.
std::string_view WithoutLeadIn(std::string_view text);

}  // namespace ninefold::answers
