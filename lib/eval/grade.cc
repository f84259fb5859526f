// Graders: each is a row of a table, a check of what is expected and a comparison.
#include <cmath>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "eval/python_child.h"
#include "ninefold/answer.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

constexpr std::size_t kShownMax = 60;

std::string Excerpt(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  if (text.size() <= kShownMax) return text;
  return absl::StrCat(ToAbsl(CutUtf8(text, kShownMax)), "…");
}

std::string StrippedText(const std::string& text) { return std::string(absl::StripAsciiWhitespace(text)); }

absl::Status WrongItem(const EvalItem& item, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(item.where.empty() ? absl::StrCat("item \"", item.id, "\"") : item.where, ": ", what));
}

Grade GradeOf(bool right, std::string why) {
  return {right ? 1.0 : 0.0, right, right ? "" : std::move(why), {}};
}

Grade Compared(bool right, const std::string& got, const std::string& expected) {
  return GradeOf(right, got.empty()
                            ? "no answer"
                            : absl::StrCat("\"", Excerpt(got), "\" is not \"", Excerpt(expected), "\""));
}

Grade GradeExact(const EvalItem& item, const Reply& reply, const std::string&) {
  const std::string got = StrippedText(reply.text), expected = StrippedText(item.expected);
  return Compared(got == expected, got, expected);
}

Grade GradeNormalized(const EvalItem& item, const Reply& reply, const std::string&) {
  const std::string got = NormalizeAnswer(reply.text), expected = NormalizeAnswer(item.expected);
  return Compared(got == expected, got, expected);
}

// --- Numbers -----------------------------------------------------------------------------------------------

// "3/4" and "\frac{3}{4}" too; "1,234.5", "$ 12", "50%" are 1234.5, 12 and 0.5.
bool ReadPlainNumber(const std::string& text, double& value) {
  std::string digits;
  for (const char c : text) {
    if (c != ',' && c != ' ' && c != '$' && c != '_') digits += c;
  }
  const bool percent = absl::EndsWith(digits, "%");
  if (percent) digits.pop_back();
  if (!absl::SimpleAtod(digits, &value) || !std::isfinite(value)) return false;
  if (percent) value /= 100;
  return true;
}

bool ReadNumber(const std::string& text, double& value) {
  static const RE2 fraction(R"(\s*(-?)\\[dt]?frac\{(-?[0-9.]+)\}\{([0-9.]+)\}\s*)"),
      slash(R"(\s*(-?)([0-9.]+)\s*/\s*([0-9.]+)\s*)");
  std::string sign, above, below;
  double numerator = 0, denominator = 0;
  if (RE2::FullMatch(text, fraction, &sign, &above, &below) ||
      RE2::FullMatch(text, slash, &sign, &above, &below)) {
    if (!absl::SimpleAtod(above, &numerator) || !absl::SimpleAtod(below, &denominator) || denominator == 0)
      return false;
    value = (sign.empty() ? 1 : -1) * numerator / denominator;
    return true;
  }
  return ReadPlainNumber(text, value);
}

// The answer as a number, or else the last number in it: "12 apples", "so 3 + 4 = 7".
bool NumberOfReply(const std::string& text, double& value) {
  static const RE2 number(R"((-?\$?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\s*%?|-?\.[0-9]+))");
  const std::string answer = FindAnswer(text);
  if (ReadNumber(answer, value) || ReadNumber(NormalizeAnswer(text, AnswerKind::kNumber), value)) return true;
  std::string last, found;
  re2::StringPiece rest(answer.data(), answer.size());
  while (RE2::FindAndConsume(&rest, number, &found)) last = found;
  while (!last.empty() && (last.back() == ',' || last.back() == ' ')) last.pop_back();
  return !last.empty() && ReadNumber(last, value);
}

// "", "0.01" (relative) or "abs:0.5".
bool ReadTolerance(std::string detail, bool& absolute, double& tolerance) {
  absolute = absl::StartsWith(detail, "abs:");
  if (absolute) detail.erase(0, 4);
  if (detail.empty()) return !absolute && (tolerance = 0, true);
  return absl::SimpleAtod(detail, &tolerance) && tolerance >= 0 && std::isfinite(tolerance);
}

Grade GradeNumber(const EvalItem& item, const Reply& reply, const std::string& detail) {
  double expected = 0, got = 0, tolerance = 0;
  bool absolute = false;
  ReadTolerance(detail, absolute, tolerance);
  ReadNumber(item.expected, expected);
  if (!NumberOfReply(reply.text, got))
    return GradeOf(false, absl::StrCat("no number in \"", Excerpt(NormalizeAnswer(reply.text)), "\""));
  // A few units in the last place are how numbers are read, not what was answered.
  const double room =
      std::max(absolute ? tolerance : tolerance * std::abs(expected), 1e-9 * std::abs(expected));
  return GradeOf(std::abs(got - expected) <= room, absl::StrCat(got, " is not ", expected));
}

absl::Status CheckNumber(const EvalItem& item, const std::string& detail) {
  bool absolute = false;
  double value = 0;
  if (!ReadTolerance(detail, absolute, value))
    return WrongItem(
        item, absl::StrCat("number:", detail, " has no tolerance; write number:0.01 or number:abs:0.5"));
  if (!ReadNumber(item.expected, value))
    return WrongItem(item, absl::StrCat("\"", Excerpt(item.expected), "\" is no number; use another grader"));
  return absl::OkStatus();
}

// --- Choices -----------------------------------------------------------------------------------------------

// 'A' for "A", "(a)", "B) Paris", "option c" or the whole text of a choice; 0: none.
char LetterOf(const std::string& text, const std::vector<std::string>& choices) {
  const std::string answer = NormalizeAnswer(text);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!answer.empty() && answer == NormalizeAnswer(choices[i])) return char('A' + i);
  }
  const std::string letter = NormalizeAnswer(text, AnswerKind::kChoice);
  if (letter.size() != 1 || !absl::ascii_isalpha(static_cast<unsigned char>(letter[0]))) return 0;
  const char upper = absl::ascii_toupper(static_cast<unsigned char>(letter[0]));
  return choices.empty() || std::size_t(upper - 'A') < choices.size() ? upper : 0;
}

Grade GradeChoice(const EvalItem& item, const Reply& reply, const std::string&) {
  const char got = LetterOf(reply.text, item.choices), expected = LetterOf(item.expected, item.choices);
  if (got == 0)
    return GradeOf(false, absl::StrCat("no choice in \"", Excerpt(NormalizeAnswer(reply.text)), "\""));
  return Compared(got == expected, std::string(1, got), std::string(1, expected));
}

absl::Status CheckChoice(const EvalItem& item, const std::string&) {
  if (LetterOf(item.expected, item.choices) != 0) return absl::OkStatus();
  return WrongItem(item, absl::StrCat("\"", Excerpt(item.expected), "\" is none of the ", item.choices.size(),
                                      " choices; write a letter or the choice's text"));
}

// --- Texts, patterns, JSON ---------------------------------------------------------------------------------

Grade GradeContains(const EvalItem& item, const Reply& reply, const std::string&) {
  const bool right = absl::StrContains(absl::AsciiStrToLower(reply.text),
                                       absl::AsciiStrToLower(StrippedText(item.expected)));
  return GradeOf(right, absl::StrCat("\"", Excerpt(item.expected), "\" is not in it"));
}

Grade GradeRegex(const EvalItem& item, const Reply& reply, const std::string&) {
  const RE2 pattern(item.expected, RE2::Quiet);
  return GradeOf(RE2::PartialMatch(reply.text, pattern),
                 absl::StrCat("no match of ", Excerpt(item.expected)));
}

absl::Status CheckRegex(const EvalItem& item, const std::string&) {
  const RE2 pattern(item.expected, RE2::Quiet);
  if (pattern.ok()) return absl::OkStatus();
  return WrongItem(item, absl::StrCat("the pattern is wrong: ", pattern.error(), "; mend \"expected\""));
}

// The reply's data, the inside of its last block of code, or its text.
std::optional<Json> JsonOfReply(const Reply& reply) {
  if (reply.data) return reply.data;
  const std::string block = LastBlock(reply.text);
  absl::StatusOr<Json> read = ParseJson(block.empty() ? reply.text : block);
  if (!read.ok()) return std::nullopt;
  return *std::move(read);
}

Grade GradeJson(const EvalItem& item, const Reply& reply, const std::string&) {
  const std::optional<Json> got = JsonOfReply(reply);
  if (!got) return GradeOf(false, "the reply is no JSON");
  const Json expected = ParseJson(item.expected).value_or(Json());
  return Compared(*got == expected, DumpJson(*got), DumpJson(expected));
}

absl::Status CheckJson(const EvalItem& item, const std::string&) {
  const absl::StatusOr<Json> expected = ParseJson(item.expected);
  if (expected.ok()) return absl::OkStatus();
  return WrongItem(item, absl::StrCat("\"expected\" is no JSON: ", Describe(expected.status())));
}

absl::Status CheckNotEmpty(const EvalItem& item, const std::string&) {
  return item.expected.empty() ? WrongItem(item, "\"expected\" is empty; say what is right")
                               : absl::OkStatus();
}

// --- The table ---------------------------------------------------------------------------------------------

struct Grader {
  const char* name;
  absl::Status (*check)(const EvalItem&, const std::string& detail);
  Grade (*grade)(const EvalItem&, const Reply&, const std::string& detail);  // null: GradeReply knows it
};

constexpr Grader kGraders[] = {
    {"exact", CheckNotEmpty, GradeExact},       {"normalized", CheckNotEmpty, GradeNormalized},
    {"number", CheckNumber, GradeNumber},       {"choice", CheckChoice, GradeChoice},
    {"regex", CheckRegex, GradeRegex},          {"json", CheckJson, GradeJson},
    {"contains", CheckNotEmpty, GradeContains}, {"code", CheckNotEmpty, nullptr},
    {"judge", CheckNotEmpty, nullptr},
};

// "number:0.01" is "number" with the detail "0.01"; the others have none.
const Grader* FindGrader(const std::string& name, std::string& detail) {
  const std::size_t colon = name.find(':');
  for (const Grader& grader : kGraders) {
    if (name == grader.name) return &grader;
    if (colon == std::string::npos || name.substr(0, colon) != grader.name) continue;
    if (grader.grade != GradeNumber) continue;
    detail = name.substr(colon + 1);
    return &grader;
  }
  return nullptr;
}

}  // namespace

const std::string& GraderOf(const EvalItem& item, const GradeOptions& options) {
  return item.grader.empty() ? options.grader : item.grader;
}

bool NeedsJudge(const EvalItem& item, const GradeOptions& options) {
  return GraderOf(item, options) == "judge";
}

absl::Status CheckGrader(const EvalItem& item, const GradeOptions& options) {
  const std::string& name = GraderOf(item, options);
  std::string detail;
  const Grader* grader = FindGrader(name, detail);
  if (grader == nullptr) {
    std::vector<std::string> names;
    for (const Grader& each : kGraders) names.emplace_back(each.name);
    return WrongItem(item, absl::StrCat("there is no grader \"", Excerpt(name), "\"", DidYouMean(name, names),
                                        "; there are ", absl::StrJoin(names, ", ")));
  }
  CHECK_OK(grader->check(item, detail));
  if (name == "code" && !options.allow_code) {
    return absl::FailedPreconditionError(absl::StrCat(
        item.where, ": grading runs code that a model wrote; allow it (allow_code) if that is meant"));
  }
  if (name == "judge" && options.judge == nullptr)
    return absl::FailedPreconditionError(absl::StrCat(item.where, ": no judge is given; name one"));
  return absl::OkStatus();
}

absl::StatusOr<Grade> GradeReply(const EvalItem& item, const Reply& reply, const GradeOptions& options) {
  CHECK_OK(CheckGrader(item, options));
  std::string detail;
  const Grader* grader = FindGrader(GraderOf(item, options), detail);
  if (grader->grade != nullptr) return grader->grade(item, reply, detail);
  if (NeedsJudge(item, options))
    return absl::FailedPreconditionError(
        absl::StrCat(item.where, ": a judge needs a run; call GradeByJudge"));
  const std::string block = LastBlock(reply.text);
  TRY(const PythonEnd end,
      RunPython(ProgramOf(block.empty() ? reply.text : block, item.expected), options.code_time));
  return GradeOf(end.passed, end.why);
}

}  // namespace ninefold
