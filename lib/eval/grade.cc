// Graders: each is a row of a table, a check of what is expected and a comparison.
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "eval/graders.h"
#include "eval/python_child.h"
#include "eval/reply_code.h"
#include "eval/rubric.h"
#include "ninefold/answer.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

std::string StrippedText(const std::string& text) { return std::string(absl::StripAsciiWhitespace(text)); }

Grade GradeExact(const EvalItem& item, const Reply& reply, const std::string&) {
  const std::string got = StrippedText(reply.text), expected = StrippedText(item.expected);
  return Compared(got == expected, got, expected);
}

Grade GradeNormalized(const EvalItem& item, const Reply& reply, const std::string&) {
  const std::string text = WithoutConfidence(reply.text);
  // Who has no answer has not given the one that is called "unknown": that takes its very words.
  const bool right = IsNoAnswer(item.expected)
                         ? absl::EqualsIgnoreCase(StrippedText(FindAnswer(text)), StrippedText(item.expected))
                         : SameAnswer(text, item.expected);
  const std::string got = NormalizeAnswer(text), expected = NormalizeAnswer(item.expected);
  return Compared(right, got, expected.empty() ? item.expected : expected);
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

// --- The table ---------------------------------------------------------------------------------------------

struct Grader {
  const char* name;
  absl::Status (*check)(const EvalItem&, const std::string& detail);
  Grade (*grade)(const EvalItem&, const Reply&, const std::string& detail);  // null: GradeReply knows it
};

constexpr Grader kGraders[] = {
    {"exact", nullptr, GradeExact},       {"normalized", nullptr, GradeNormalized},
    {"number", CheckNumber, GradeNumber}, {"choice", CheckChoice, GradeChoice},
    {"regex", CheckRegex, GradeRegex},    {"json", CheckJson, GradeJson},
    {"contains", nullptr, GradeContains}, {"code", nullptr, nullptr},
    {"judge", nullptr, nullptr},
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

absl::Status WrongItem(const EvalItem& item, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(item.where.empty() ? absl::StrCat("item \"", item.id, "\"") : item.where, ": ", what));
}

std::string Excerpt(std::string text) {
  constexpr std::size_t kShownMax = 60;
  for (char& c : text) c = c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  if (text.size() <= kShownMax) return text;
  return absl::StrCat(ToAbsl(CutUtf8(text, kShownMax)), "…");
}

Grade GradeOf(bool right, std::string why) {
  return {right ? 1.0 : 0.0, right, right ? "" : std::move(why), {}};
}

Grade Compared(bool right, const std::string& got, const std::string& expected) {
  return GradeOf(right, got.empty()
                            ? "no answer"
                            : absl::StrCat("\"", Excerpt(got), "\" is not \"", Excerpt(expected), "\""));
}

std::string WithoutConfidence(const std::string& text) {
  static const RE2 said(
      R"((?im)(?:^|([.;!?)*\]]))[ \t]*[*_#>\-(\[ ]*confidence(?:[ \t]+(?:level|score))?[*_]*[ \t]*[:=].*$)");
  std::string rest = text;
  RE2::GlobalReplace(&rest, said, R"(\1)");
  return absl::StripAsciiWhitespace(rest).empty() ? text : rest;
}

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
  const bool by_points = NeedsJudge(item, options) && !RubricOf(item, options).empty();
  if (item.expected.empty() && !by_points)
    return WrongItem(item, "no answer is expected; write \"expected\"");
  if (!by_points && grader->check != nullptr) CHECK_OK(grader->check(item, detail));
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
  TRY(const PythonEnd end, RunPython(ProgramOf(item, reply.text), options.code_time));
  return GradeOf(end.passed, end.why);
}

}  // namespace ninefold
