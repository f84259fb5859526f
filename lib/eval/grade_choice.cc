// The grader "choice": which letter a reply ends with. Models say it in many ways; from the surest to the
// loosest: the answer is a letter, a line is nothing but a letter, a sentence names it ("so B", "I choose
// B"), the last letter in brackets or bold, the text of a choice.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "eval/graders.h"
#include "ninefold/answer.h"
#include "ninefold/status.h"
#include "re2/re2.h"
#include "team/answers/parts.h"

namespace ninefold {
namespace {

// Which letters there are: without choices (they stand in the question) all of them.
class Choices {
 public:
  explicit Choices(const std::vector<std::string>& texts) : texts_(texts) {}

  // 'B' for 'b'; 0 when there is no such choice.
  char Letter(char c) const {
    if (!absl::ascii_isalpha(static_cast<unsigned char>(c))) return 0;
    const char upper = absl::ascii_toupper(static_cast<unsigned char>(c));
    return texts_.empty() || std::size_t(upper - 'A') < texts_.size() ? upper : 0;
  }

  // The letter of the choice that has exactly this text.
  char WithText(const std::string& text) const {
    const absl::string_view bare = absl::StripAsciiWhitespace(text);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (!bare.empty() && bare == absl::StripAsciiWhitespace(texts_[i])) return char('A' + i);
    }
    return 0;
  }

  // That of the only one that says the same.
  char WithMeaning(const std::string& text) const {
    char found = 0;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (!SameAnswer(text, texts_[i])) continue;
      if (found != 0) return 0;
      found = char('A' + i);
    }
    return found;
  }

  bool Says(char letter, const std::string& text) const {
    return !texts_.empty() && SameAnswer(text, texts_[std::size_t(letter - 'A')]);
  }

 private:
  const std::vector<std::string>& texts_;
};

// Nothing but a letter: "B", "(b)", "B.", "[B]", "B)", "option B".
char BareLetter(const std::string& text, const Choices& choices) {
  static const RE2 bare(R"((?i)[\s({\["'<]*(?:(?:option|choice|answer)\s*:?\s*[({\["']*)?)"
                        R"(([a-z])[\s)}\]"'>.:!,]*)");
  std::string letter;
  return RE2::FullMatch(text, bare, &letter) ? choices.Letter(letter[0]) : 0;
}

constexpr char kSeveral = '?';

// A letter and then more: "B) Paris", "B: Paris", "(B) Paris", "B Paris", "B, because A is wrong", "B is
// right".
char LeadingLetter(const std::string& text, const Choices& choices) {
  static const RE2 lead(R"((?s)\s*(?:(?i:option|choice)\s+)?)"
                        R"((?:[(\[]([A-Za-z])[)\]]|([A-Za-z])\s*([).:,;]|-\s))\s*(.*))"),
      word(R"((?s)\s*(?:(?i:option|choice)\s+)?([A-Za-z])\s+(.*))"),
      follows(R"((?i)(?:is|was|because|since|as|for|with|due)\b.*)"),
      denied(R"((?i)is\s+(?:not|wrong|false|incorrect)\b.*)"),
      another(R"((?i)(?:and|or|&|/)\s*[(\[]?[a-z]\b.*)");
  std::string bracketed, plain, mark, rest;
  if (RE2::FullMatch(text, lead, &bracketed, &plain, &mark, &rest)) {
    const char letter = choices.Letter(bracketed.empty() ? plain[0] : bracketed[0]);
    if (letter == 0 || RE2::FullMatch(rest, denied)) return 0;
    const bool several = RE2::FullMatch(rest, another) || (mark == "," && BareLetter(rest, choices) != 0);
    return several ? kSeveral : letter;
  }
  if (!RE2::FullMatch(text, word, &plain, &rest)) return 0;
  const char letter = choices.Letter(plain[0]);
  if (letter == 0 || RE2::FullMatch(rest, denied)) return 0;
  if (RE2::FullMatch(rest, another)) return kSeveral;
  if (choices.Says(letter, rest) || RE2::FullMatch(rest, follows)) return letter;
  // "A good question" and "I think" begin with a word.
  if (letter == 'A' || letter == 'I') return 0;
  return absl::ascii_isupper(static_cast<unsigned char>(plain[0])) ? letter : 0;
}

std::string PlainLine(absl::string_view line) {
  std::string plain = answers::Plain(ToStd(line));
  while (!plain.empty() && (plain[0] == '>' || plain[0] == '#' || plain[0] == ' ')) plain.erase(0, 1);
  return plain;
}

// "so B", "therefore, (B)", "I choose B", "it must be C", "option B".
char NamedLetter(const std::string& line, const Choices& choices) {
  static const RE2 named(
      R"((?i:\b(?:so|thus|hence|therefore|choose|chose|pick|select|answer is|answer|go with|going with|)"
      R"(must be|should be|would be|it is|it's|is|option|choice|are left with|leaves)\b)[\s:,]*)"
      R"((?i:(?:the )?(?:answer|option|choice)\s+(?:is\s+)?)?)"
      R"((?:[(\["']\s*([A-Za-z])\s*[)\]"']|([A-Zb-hj-z]))(?:[\s).,;:!?]|$))");
  char found = 0;
  re2::StringPiece rest(line.data(), line.size());
  std::string bracketed, plain;
  while (RE2::FindAndConsume(&rest, named, &bracketed, &plain)) {
    const std::string& name = bracketed.empty() ? plain : bracketed;
    const std::string after(answers::TrimBlank(std::string_view(rest.data(), rest.size())));
    // "so A good answer": a word.
    const bool article = bracketed.empty() && (name == "A" || name == "I") && !after.empty() &&
                         absl::ascii_islower(static_cast<unsigned char>(after[0]));
    if (const char letter = choices.Letter(name[0]); letter != 0 && !article) found = letter;
    bracketed.clear(), plain.clear();
  }
  return found;
}

// The last of "(B)", "[B]", "**B**", "**B) Paris**".
char MarkedLetter(const std::string& text, const Choices& choices) {
  static const RE2 marked(R"(\(([A-Za-z])\)|\[([A-Za-z])\]|)"
                          R"((?:\*\*|__)\s*\(?([A-Za-z])\)?(?:[).:][^*_\n]*)?\s*(?:\*\*|__))");
  char found = 0;
  re2::StringPiece rest(text);
  std::string round, square, bold;
  while (RE2::FindAndConsume(&rest, marked, &round, &square, &bold)) {
    const std::string name = absl::StrCat(round, square, bold);
    if (const char letter = name.empty() ? 0 : choices.Letter(name[0]); letter != 0) found = letter;
    round.clear(), square.clear(), bold.clear();
  }
  return found;
}

// 0: none can be made out.
char LetterOfReply(const std::string& reply, const Choices& choices) {
  const std::string text = WithoutConfidence(reply), answer = FindAnswer(text), plain = PlainLine(answer);
  char letter = BareLetter(plain, choices);
  if (letter == 0) letter = choices.WithText(answer);  // before the next: "E. coli"
  if (letter == 0) letter = LeadingLetter(plain, choices);
  if (letter == kSeveral) return 0;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (auto line = lines.rbegin(); letter == 0 && line != lines.rend(); ++line)
    letter = BareLetter(PlainLine(*line), choices);
  for (auto line = lines.rbegin(); letter == 0 && line != lines.rend(); ++line)
    letter = NamedLetter(PlainLine(*line), choices);
  if (letter == 0) letter = MarkedLetter(text, choices);
  return letter == 0 ? choices.WithMeaning(answer) : letter;
}

// A letter first: layouts write letters, and a choice's text may be one.
char ExpectedLetter(const EvalItem& item) {
  const Choices choices(item.choices);
  char letter = BareLetter(item.expected, choices);
  if (letter == 0) letter = choices.WithText(item.expected);
  if (letter == 0) letter = choices.WithMeaning(item.expected);
  if (letter == 0) letter = LeadingLetter(item.expected, choices);
  return letter == kSeveral ? 0 : letter;
}

}  // namespace

Grade GradeChoice(const EvalItem& item, const Reply& reply, const std::string&) {
  const char got = LetterOfReply(reply.text, Choices(item.choices)), expected = ExpectedLetter(item);
  if (got == 0)
    return GradeOf(false, absl::StrCat("no choice in \"", Excerpt(NormalizeAnswer(reply.text)), "\""));
  return Compared(got == expected, std::string(1, got), std::string(1, expected));
}

absl::Status CheckChoice(const EvalItem& item, const std::string&) {
  if (ExpectedLetter(item) != 0) return absl::OkStatus();
  return WrongItem(item, absl::StrCat("\"", Excerpt(item.expected), "\" is none of the ", item.choices.size(),
                                      " choices; write a letter or the choice's text"));
}

}  // namespace ninefold
