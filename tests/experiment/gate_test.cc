// Whether something is worse than it was.
#include <functional>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/experiment.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using RightFn = std::function<bool(int item, int seed)>;

std::vector<EvalTrial> Seeded(const std::string& variant, int items, int seeds, const RightFn& right) {
  std::vector<EvalTrial> trials;
  for (int i = 0; i < items; ++i) {
    for (int seed = 1; seed <= seeds; ++seed) {
      EvalTrial trial;
      trial.variant = variant, trial.item = absl::StrCat("i", i), trial.seed = std::uint64_t(seed);
      trial.grade.right = right(i, seed);
      trials.push_back(trial);
    }
  }
  return trials;
}

std::vector<EvalTrial> Trials(const std::string& variant, int items, int right) {
  return Seeded(variant, items, 1, [right](int i, int) { return i < right; });
}

std::vector<EvalTrial> Both(std::vector<EvalTrial> a, const std::vector<EvalTrial>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<std::string> Failures(const std::vector<EvalTrial>& before, const std::vector<EvalTrial>& now,
                                  const GateOptions& options = {}) {
  const absl::StatusOr<GateOutcome> outcome = FindRegressions(before, now, options);
  EXPECT_THAT(outcome, IsOk());
  return outcome.ok() ? outcome->failures : std::vector<std::string>();
}

TEST(Gate, SaysWhatIsWorse) {
  EXPECT_THAT(Failures(Trials("v", 100, 80), Trials("v", 100, 80)), IsEmpty());
  EXPECT_THAT(Failures(Trials("v", 100, 80), Trials("v", 100, 90)), IsEmpty());
  EXPECT_THAT(Failures(Trials("v", 100, 80), Trials("v", 100, 77)), IsEmpty()) << "as chance would have it";
  EXPECT_THAT(Failures(Trials("v", 100, 80), Trials("v", 100, 77), {.tolerance = 0.02}),
              ElementsAre("\"v\" is worse than it was: 3.0 points lower on 100 items (3 lost, 0 gained, p "
                          "0.12); lost: i77, i78, i79"));
  const auto worse = Failures(Trials("v", 100, 80), Trials("v", 100, 60));
  EXPECT_THAT(worse, ElementsAre(AllOf(HasSubstr("20.0 points lower"), HasSubstr("and 10 more"))));
  EXPECT_THAT(FindRegressions(Trials("a", 3, 1), Trials("b", 3, 1)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no variant and item in common")));
}

// Shares of trials, not whether most of an item's trials are right.
TEST(Gate, SeesAFallWithinItems) {
  const auto all = [](int, int) { return true; };
  const auto none = [](int, int) { return false; };
  const auto two_of_three = [](int, int seed) { return seed != 1; };
  const auto first = [](int, int seed) { return seed == 1; };
  EXPECT_THAT(Failures(Seeded("v", 200, 3, all), Seeded("v", 200, 3, two_of_three)),
              ElementsAre(HasSubstr("33.3 points lower on 200 items (200 lost, 0 gained")));
  EXPECT_THAT(Failures(Seeded("v", 200, 2, first), Seeded("v", 200, 2, none)),
              ElementsAre(HasSubstr("50.0 points lower")));
  EXPECT_THAT(Failures(Seeded("v", 200, 2, all), Seeded("v", 200, 2, first)),
              ElementsAre(HasSubstr("50.0 points lower")));
  EXPECT_THAT(Failures(Seeded("v", 200, 2, first), Seeded("v", 200, 2, all)), IsEmpty());
}

TEST(Gate, FiveOfFiveLostIsARegressionAndFourOfFourSaysSo) {
  EXPECT_THAT(Failures(Trials("v", 5, 5), Trials("v", 5, 0)), ElementsAre(HasSubstr("100.0 points lower")));
  const auto four = FindRegressions(Trials("v", 4, 4), Trials("v", 4, 0));
  ASSERT_THAT(four, IsOk());
  EXPECT_THAT(four->failures, IsEmpty());
  EXPECT_THAT(four->notes, ElementsAre(HasSubstr("losing all of them could be chance")));
  EXPECT_THAT(Failures(Trials("v", 4, 4), Trials("v", 4, 0), {.tolerance = 0.02}), SizeIs(1));
}

TEST(Gate, MissesNoVariant) {
  const auto before = Both(Trials("v", 20, 20), Trials("w", 20, 20));
  EXPECT_THAT(Failures(before, Trials("v", 20, 20)),
              ElementsAre(HasSubstr("\"w\" of the baseline was not measured now")));
  const auto more = FindRegressions(Trials("v", 20, 20), before);
  ASSERT_THAT(more, IsOk());
  EXPECT_THAT(more->failures, IsEmpty());
  EXPECT_THAT(more->notes, Contains("not in the baseline: w"));
}

TEST(Gate, WantsEnoughInCommon) {
  EXPECT_THAT(Failures(Trials("v", 100, 100), Trials("v", 2, 2), {.tolerance = 0.02}),
              ElementsAre(HasSubstr("\"v\" has 2 of the 100 items of the baseline: too few to pass")));
  EXPECT_THAT(Failures(Trials("v", 100, 100), Trials("v", 2, 2), {.overlap = 0.02}), IsEmpty());
  EXPECT_THAT(Failures(Trials("v", 100, 100), Trials("v", 150, 150)), IsEmpty()) << "more is no less";
}

// Twenty variants that are as good as they were: one of them is unlucky by chance.
TEST(Gate, ManyVariantsAreManyTests) {
  std::vector<EvalTrial> before, now;
  for (int v = 0; v < 20; ++v) {
    const std::string name = absl::StrCat("v", v);
    before = Both(before, Trials(name, 100, 80));
    now = Both(now, Trials(name, 100, v == 3 ? 75 : 80));
  }
  EXPECT_THAT(Failures(before, now), IsEmpty());
  EXPECT_THAT(Failures(Trials("v", 100, 80), Trials("v", 100, 75)), SizeIs(1)) << "alone it is worse";
}

TEST(Gate, SaysWhatItCannotSee) {
  const auto same = FindRegressions(Trials("v", 100, 80), Trials("v", 100, 80));
  ASSERT_THAT(same, IsOk());
  EXPECT_THAT(same->notes, ElementsAre(HasSubstr("points is not surely seen on 100 items")));
}

TEST(Gate, TakesAReportToo) {
  const Json report = ToJson(Summarize(Both(Trials("v", 100, 80), Trials("w", 100, 80)), {}));
  const auto failures = [&](int v, const GateOptions& options = {}) {
    return FindRegressions(report, Both(Trials("v", 100, v), Trials("w", 100, 80)), options)->failures;
  };
  EXPECT_THAT(failures(77), IsEmpty());
  EXPECT_THAT(failures(77, {.tolerance = 0.02}), SizeIs(1));
  EXPECT_THAT(failures(60),
              ElementsAre(HasSubstr("\"v\" is worse than it was: 60.0 % of 100 items, was 80.0 % of 100")));
  EXPECT_THAT(FindRegressions(report, Trials("v", 10, 8))->failures,
              ElementsAre(HasSubstr("\"v\" has 10 of the 100 items"), HasSubstr("\"w\" of the baseline")));
  EXPECT_THAT(FindRegressions(report, Trials("b", 3, 1)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no variant in common")));
  EXPECT_THAT(FindRegressions(Json::array(), Trials("b", 3, 1)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no report")));
}

}  // namespace
}  // namespace ninefold
