// Reports for people. NINEFOLD_PAGE names a file to write a page into, to look at it.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_split.h"
#include "eval/eval_trials.h"
#include "eval/plot.h"
#include "matchers.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t ColumnsOf(const std::string& line) {
  return std::size_t(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(TextReport, FitsATerminal) {
  std::vector<EvalTrial> trials = OneAndFive(120, 3);
  for (EvalTrial& trial : trials)
    if (trial.variant == "five") trial.variant = "a team of five careful agents with a very long name";
  const std::string text = ToText(Summarize(trials, {.name = "sums", .baseline = "one"}));
  for (const auto& line : absl::StrSplit(text, '\n')) EXPECT_LE(ColumnsOf(std::string(line)), 100u) << line;
  EXPECT_THAT(text, AllOf(HasSubstr("sums\n! no gain measured"), HasSubstr("a team of fi…y long name"),
                          HasSubstr("variant"), HasSubstr("against one"), HasSubstr("by tag"),
                          HasSubstr("x5.0"), HasSubstr("a vote of … in %"), HasSubstr("y long name  drawn"),
                          HasSubstr("y long name  floor"), HasSubstr("ended: all answered")));
}

// More columns than fit are shown below each other; no variant is missing.
TEST(TextReport, LeavesNoVariantOut) {
  std::vector<EvalTrial> trials;
  SummaryOptions options{.match = "variant number 3"};
  for (int v = 0; v < 9; ++v) {
    const std::string name = absl::StrCat("variant number ", v);
    options.families[name] = name;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      for (int i = 0; i < 30; ++i) {
        EvalTrial trial = TrialOf(name, i, (i + v) % 3 != 0);
        trial.tags = {i % 2 == 0 ? "easy" : "a tag with quite a long name"}, trial.seed = seed;
        trial.cost.tokens.cached_input = 40, trial.queued = absl::Seconds(1);
        trial.cost.tokens.output = 50 * (v + 1) * (v + 1);
        trial.grade.judge_agreed = i % 5 != 0;
        trials.push_back(trial);
      }
    }
  }
  const std::string text = ToText(Summarize(trials, options));
  for (const auto& line : absl::StrSplit(text, '\n')) EXPECT_LE(ColumnsOf(std::string(line)), 100u) << line;
  const std::string by_tag = text.substr(text.find("  by tag"));
  for (int v = 0; v < 9; ++v) EXPECT_THAT(by_tag, HasSubstr(absl::StrCat("variant number ", v)));
  EXPECT_THAT(text, AllOf(HasSubstr("by seed"), HasSubstr("cached"), HasSubstr("queued"),
                          HasSubstr("no variant between ×0.8 and ×1.25"), HasSubstr("18 (20.0 %)")));
}

TEST(TextReport, OfOneArmHasNoEmptyTables) {
  const std::string text = ToText(Summarize({TrialOf("one", 1, true)}, {}));
  EXPECT_THAT(text, Not(HasSubstr("against")));
  EXPECT_THAT(text, Not(HasSubstr("attempts")));
  EXPECT_THAT(text, Not(HasSubstr("confidence")));
  EXPECT_THAT(ToText(Summarize({}, {})), HasSubstr("no trials"));
}

TEST(JsonReport, HasWhatTheTextHas) {
  const Json json = ToJson(Summarize(OneAndFive(40, 3), {.name = "sums", .baseline = "one"}));
  EXPECT_EQ(json["arms"].size(), 2u);
  EXPECT_EQ(json["arms"][1]["variant"], "five");
  EXPECT_EQ(json["arms"][1]["votes_as_drawn"].size(), 5u) << "1 to 5";
  EXPECT_EQ(json["arms"][1]["votes_if_wrong_agree"].size(), 5u);
  EXPECT_EQ(json["arms"][0].count("coverage"), 0u);
  EXPECT_EQ(json["comparisons"][0]["verdict"], "no telling");
  EXPECT_EQ(ParseJson(DumpJson(json)).value_or(Json()), json);
}

TEST(Page, NeedsNothingElseAndHidesNothing) {
  std::vector<EvalTrial> trials = OneAndFive(60, 3);
  trials[0].answer = "<script>alert('x')</script> & \"more\"";
  trials[0].tags = {"<i>tag</i>"};
  trials[1].error = "UNAVAILABLE: <busy>", trials[1].grade = {};
  const std::string page = ToHtml(Summarize(trials, {.name = "<sums>", .baseline = "one"}), trials);
  EXPECT_THAT(page, Not(ContainsRegex("(src|href|url|import)[ ]*[=(][^>]*http")));
  EXPECT_THAT(page, AllOf(HasSubstr("default-src 'none'"), HasSubstr("<h1>&lt;sums&gt;</h1>"),
                          Not(HasSubstr("<sums>")), Not(HasSubstr("<script>alert")), Not(HasSubstr("<i>tag")),
                          Not(HasSubstr("<busy>"))));
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"), HasSubstr("no gain measured"),
                          HasSubstr("ninefold show onerun7<"), HasSubstr("prefers-color-scheme: dark"),
                          HasSubstr("failed: UNAVAILABLE: &lt;busy&gt;")));
  for (const char* title : {"Accuracy with its", "Accuracy and tokens", "Accuracy and latency",
                            "Votes: as drawn", "Confidence and truth"}) {
    EXPECT_THAT(page, HasSubstr(title));
  }
  EXPECT_THAT(page, Not(HasSubstr("Accuracy and cost"))) << "nothing was paid";
  EXPECT_THAT(page, Not(ContainsRegex("\"-?(nan|inf)\"")));
}

TEST(Page, IsWrittenForAnyReport) {
  EXPECT_THAT(ToHtml(Summarize({}, {}), {}), AllOf(HasSubstr("no trials"), HasSubstr("</html>")));
  const std::vector<EvalTrial> one = {TrialOf("a\xFF", 1, true)};
  EXPECT_THAT(ToHtml(Summarize(one, {}), one), AllOf(HasSubstr("a\xEF\xBF\xBD"), Not(HasSubstr("nan"))));
}

// Of a sweep of several settings the dearer one may be the worse one.
TEST(Page, ALineJoinsWhatNoCheaperOneOfItsKindBeats) {
  const struct {
    const char* variant;
    int right, tokens;
  } swept[] = {{"s 1", 5, 100}, {"s 2", 8, 300}, {"s 3", 6, 200}, {"s 4", 7, 400}, {"s 5", 8, 500}};
  std::vector<EvalTrial> trials;
  SummaryOptions options;
  for (const auto& each : swept) {
    options.families[each.variant] = "s";
    for (int i = 0; i < 10; ++i) {
      trials.push_back(TrialOf(each.variant, i, i < each.right));
      trials.back().cost.tokens.output = each.tokens;
    }
  }
  const std::string page = ToHtml(Summarize(trials, options), trials);
  const std::string plot = page.substr(page.find("Accuracy and tokens"));
  const std::size_t at = plot.find("<polyline class=\"line s0\" points=\"");
  ASSERT_NE(at, plot.npos);
  const std::string line = plot.substr(at, plot.find("/>", at) - at);
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), 3) << "s 1, s 3, s 2: " << line;
}

TEST(Plots, LabelsCoverNoOther) {
  std::vector<PlotSeries> series;
  for (int i = 0; i < 5; ++i)
    series.push_back({i, {{100.0 + i, 0.7 + 0.002 * i, {}, 5, absl::StrCat("variant ", i), ""}}});
  const std::string svg = DrawPlot({.title = "t", .x_from_zero = true}, series);
  // All in about one place: their labels stand apart by more than a line.
  std::vector<std::pair<double, double>> places;
  for (const auto& piece : absl::StrSplit(svg, "<text class=\"label s")) {
    double x = 0, y = 0;
    if (std::sscanf(std::string(piece).c_str(), "%*d\" x=\"%lf\" y=\"%lf\"", &x, &y) == 2)
      places.emplace_back(x, y);
  }
  ASSERT_EQ(places.size(), 5u);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double across = std::abs(places[i].first - places[j].first),
                   down = std::abs(places[i].second - places[j].second);
      EXPECT_TRUE(across > 55 || down > 11) << i << " and " << j << "\n" << svg;
    }
  }
  EXPECT_EQ(DrawPlot({}, {}), "");
}

TEST(Page, ToLookAt) {
  const char* path = std::getenv("NINEFOLD_PAGE");
  if (path == nullptr) GTEST_SKIP() << "NINEFOLD_PAGE names no file";
  std::vector<EvalTrial> trials = OneAndFive(80, 3);
  for (const EvalTrial& trial : OneAndFive(80, 9)) {
    EvalTrial other = trial;
    other.variant += trial.variant == "one" ? " with tools" : ", refined by a second round";
    other.cost.tokens.output = *trial.cost.tokens.output * 2;
    if (other.report) other.report->tokens_total = 1400;
    other.latency = trial.latency * 1.3;
    trials.push_back(other);
  }
  for (EvalTrial& trial : trials) trial.cost.usd = 1e-5 * double(*trial.cost.tokens.output);
  std::ofstream(path) << ToHtml(Summarize(trials, {.name = "Sums of two digits", .baseline = "one"}), trials);
}

}  // namespace
}  // namespace ninefold
