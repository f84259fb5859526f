// The grader "number": the same number, within a tolerance.
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "eval/graders.h"
#include "eval/number_answer.h"
#include "ninefold/answer.h"

namespace ninefold {
namespace {

struct Tolerance {
  bool is_absolute = false;
  double value = 0;
};

// "", "0.01" (relative) or "abs:0.5".
std::optional<Tolerance> ReadTolerance(std::string detail) {
  Tolerance tolerance;
  tolerance.is_absolute = absl::StartsWith(detail, "abs:");
  if (tolerance.is_absolute) detail.erase(0, 4);
  if (detail.empty()) return tolerance.is_absolute ? std::nullopt : std::optional(tolerance);
  if (!absl::SimpleAtod(detail, &tolerance.value) || !(tolerance.value >= 0) ||
      !std::isfinite(tolerance.value))
    return std::nullopt;
  return tolerance;
}

bool IsWithin(double got, double expected, const Tolerance& tolerance) {
  // A few units in the last place are how numbers are read, not what was answered.
  const double room = std::max(tolerance.is_absolute ? tolerance.value : tolerance.value * std::abs(expected),
                               1e-9 * std::abs(expected));
  return std::abs(got - expected) <= room;
}

// Each way to read what was answered. A percent sign that only one of the two has may be a sign or a
// hundredth: sets leave it out where the question asks for percent. "- 5" may be an item of a list.
bool IsSame(const GivenNumber& got, const GivenNumber& expected, const Tolerance& tolerance) {
  const double scale = expected.percent ? 0.01 : 1;
  for (const double sign : {1.0, -1.0}) {
    if (sign < 0 && !got.dashed) continue;
    if (IsWithin(sign * got.value * scale, expected.value * scale, tolerance)) return true;
    if (got.percent == expected.percent) continue;
    if (IsWithin(sign * got.value * (got.percent ? 0.01 : 1), expected.value * scale, tolerance)) return true;
  }
  return false;
}

std::string TextOfNumber(const GivenNumber& number) {
  return absl::StrCat(number.value, number.percent ? "%" : "");
}

}  // namespace

Grade GradeNumber(const EvalItem& item, const Reply& reply, const std::string& detail) {
  const std::string text = WithoutConfidence(reply.text);
  const std::optional<GivenNumber> got = ReadNumberAnswer(text);
  if (!got) return GradeOf(false, absl::StrCat("no single number in \"", Excerpt(FindAnswer(text)), "\""));
  const GivenNumber expected = ReadNumberAlone(item.expected).value_or(GivenNumber{});
  return GradeOf(IsSame(*got, expected, ReadTolerance(detail).value_or(Tolerance{})),
                 absl::StrCat(TextOfNumber(*got), " is not ", TextOfNumber(expected)));
}

absl::Status CheckNumber(const EvalItem& item, const std::string& detail) {
  if (!ReadTolerance(detail)) {
    return WrongItem(
        item, absl::StrCat("number:", detail, " has no tolerance; write number:0.01 or number:abs:0.5"));
  }
  if (!ReadNumberAlone(item.expected))
    return WrongItem(item, absl::StrCat("\"", Excerpt(item.expected), "\" is no number; use another grader"));
  return absl::OkStatus();
}

}  // namespace ninefold
