// The plots of a report's page.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "eval/figures.h"
#include "eval/page.h"
#include "eval/plot.h"

namespace ninefold::page {
namespace {

constexpr std::size_t kLabelled = 8;  // variants that have a label each in a plot

std::string HintOf(const EvalArm& arm) {
  return absl::StrCat(arm.variant, ": ", Percent(arm.accuracy), " (", Between(arm.interval), ")");
}

// Through those of a family, the cheapest first, that no cheaper one of it beats: where several settings are
// swept, a line through all would only go to and fro.
PlotSeries FrontierOf(const PlotSeries& family) {
  PlotSeries line = {.color = family.color, .line = true};
  for (const PlotPoint& point : family.points) {
    if (line.points.empty() || point.y > line.points.back().y)
      line.points.push_back({.x = point.x, .y = point.y, .size = 0});
  }
  return line;
}

// Accuracy against something that is paid.
std::string PricePlot(const EvalReport& report, const std::string& title, const std::string& x_name,
                      double (*paid)(const EvalArm&), std::string (*text)(const EvalArm&)) {
  std::vector<PlotSeries> series;
  for (const EvalArm& arm : report.arms) {
    const std::size_t family = FamilyOf(report, arm);
    if (family == series.size()) series.push_back({.color = int(family)});
    series[family].points.push_back({paid(arm), arm.accuracy, arm.interval, 5, ShortName(arm.variant),
                                     absl::StrCat(HintOf(arm), ", ", text(arm))});
  }
  const bool crowded = report.arms.size() > kLabelled;
  for (PlotSeries& each : series) {
    std::sort(each.points.begin(), each.points.end(),
              [](const PlotPoint& a, const PlotPoint& b) { return a.x != b.x ? a.x < b.x : a.y > b.y; });
    // With many variants the legend says which family is which; whiskers of all would hide them.
    for (PlotPoint& point : each.points) {
      if (crowded) point.label.clear(), point.interval = {};
    }
  }
  std::vector<PlotSeries> all;  // the marks on top of the lines
  for (const PlotSeries& each : series) all.push_back(FrontierOf(each));
  all.insert(all.end(), series.begin(), series.end());
  return WithNote(DrawPlot({.title = title, .x_name = x_name, .x_from_zero = true}, all), report.note);
}

std::string PricePlots(const EvalReport& report) {
  std::string html = PricePlot(
      report, "Accuracy and tokens", "tokens an item, all calls together",
      [](const EvalArm& arm) { return arm.tokens_total; },
      [](const EvalArm& arm) { return absl::StrCat(Tokens(arm.tokens_total), " tokens"); });
  html += PricePlot(
      report, "Accuracy and tokens in a row", "tokens an item, those that wait for each other",
      [](const EvalArm& arm) { return arm.tokens_sequential; },
      [](const EvalArm& arm) { return absl::StrCat(Tokens(arm.tokens_sequential), " tokens in a row"); });
  const bool priced =
      std::any_of(report.arms.begin(), report.arms.end(), [](const EvalArm& arm) { return arm.usd > 0; });
  const bool known = std::all_of(report.arms.begin(), report.arms.end(),
                                 [](const EvalArm& arm) { return arm.usd_is_known; });
  if (priced && known) {
    html += PricePlot(
        report, "Accuracy and cost", "USD for 1000 items",
        [](const EvalArm& arm) { return 1000 * arm.usd / double(arm.n); },
        [](const EvalArm& arm) { return absl::StrCat(Usd(arm), " USD in all"); });
  }
  return html +
         PricePlot(
             report, "Accuracy and latency",
             HasQueued(report) ? "median seconds an item, without our own queue" : "median seconds an item",
             [](const EvalArm& arm) { return arm.latency_median; },
             [](const EvalArm& arm) {
               return absl::StrCat(Seconds(arm.latency_median), ", 95th ", Seconds(arm.latency_p95));
             });
}

PlotSeries CurveOf(const EvalArm& arm, std::size_t family, bool is_floor) {
  const std::vector<EvalVoteAt>& votes = is_floor ? arm.if_wrong_agree : arm.as_drawn;
  PlotSeries curve = {.color = int(family), .line = true, .band = !is_floor, .dashed = is_floor};
  for (const EvalVoteAt& at : votes) {
    const std::string hint =
        absl::StrCat(arm.variant, ": a vote of ", at.width, " is right in ", Percent(at.accuracy), " (",
                     Between(at.interval), ")", is_floor ? " if wrong answers agree" : ", as drawn");
    curve.points.push_back({double(at.width), at.accuracy, is_floor ? Interval() : at.interval, 0, "", hint});
  }
  return curve;
}

// Of each family the arm that says the most: that of the most attempts.
std::map<std::size_t, const EvalArm*> WidestArms(const EvalReport& report, bool (*counts)(const EvalArm&)) {
  std::map<std::size_t, const EvalArm*> widest;
  for (const EvalArm& arm : report.arms) {
    if (!counts(arm)) continue;
    const EvalArm*& best = widest[FamilyOf(report, arm)];
    if (best == nullptr || arm.started > best->started) best = &arm;
  }
  return widest;
}

// What one arm's votes say of other widths, the floor from two attempts an item, and what was measured.
std::string VotePlot(const EvalReport& report) {
  std::vector<PlotSeries> series;
  const auto drawn = WidestArms(report, [](const EvalArm& arm) { return !arm.as_drawn.empty(); });
  if (drawn.empty()) return "";
  double widest = 1;
  for (const auto& [family, arm] : drawn) {
    series.push_back(CurveOf(*arm, family, false));
    widest = std::max(widest, series.back().points.back().x);
    PlotSeries floor = CurveOf(*arm, family, true);
    std::erase_if(floor.points, [&](const PlotPoint& point) { return point.x > widest; });
    series.push_back(std::move(floor));
  }
  for (const EvalArm& arm : report.arms) {
    const std::size_t family = FamilyOf(report, arm);
    const bool is_vote = arm.plain_votes && arm.all_made;
    if (!arm.stops.empty() && !is_vote) continue;
    series.push_back({.color = int(family),
                      .points = {{std::max(1.0, arm.started), arm.accuracy, arm.interval, 5,
                                  ShortName(arm.variant), absl::StrCat("measured: ", HintOf(arm))}}});
  }
  const std::string svg = DrawPlot({.title = "Votes: as drawn (area: 95 %), measured (marks)",
                                    .x_name = "attempts; dashed: from two an item, if wrong answers agree",
                                    .x_from_zero = true},
                                   series);
  return WithNote(svg, report.note);
}

std::string CalibrationPlot(const EvalReport& report) {
  std::vector<PlotSeries> series;
  const auto stated = [](const EvalArm& arm) { return arm.calibrated > 0; };
  for (const auto& [family, widest] : WidestArms(report, stated)) {
    const EvalArm& arm = *widest;
    PlotSeries curve = {.color = int(family), .line = true};
    for (const Calibration::Bin& bin : arm.calibration.bins) {
      if (bin.n == 0) continue;
      const double size = 2.5 + 6 * double(bin.n) / double(arm.calibrated);
      const std::string hint = absl::StrCat(arm.variant, ": says ", Percent(bin.confidence), ", is right in ",
                                            Percent(bin.accuracy), " of ", bin.n);
      curve.points.push_back({bin.confidence, bin.accuracy, {}, size, "", hint});
    }
    series.push_back(std::move(curve));
  }
  const std::string svg = DrawPlot({.title = "Confidence and truth: on the line is best",
                                    .x_name = "stated confidence",
                                    .x_share = true,
                                    .y_whole = true,
                                    .diagonal = true},
                                   series);
  return WithNote(svg, report.note);
}

}  // namespace

std::string AccuracyPlot(const EvalReport& report) {
  std::vector<PlotRow> rows;
  for (const EvalArm& arm : report.arms)
    rows.push_back({ShortName(arm.variant), int(FamilyOf(report, arm)), arm.accuracy, arm.interval});
  return absl::StrCat("<div class=\"scroll\">",
                      WithNote(DrawIntervals("Accuracy with its 95 % interval", rows), report.note),
                      "</div>\n");
}

std::string Plots(const EvalReport& report) {
  return absl::StrCat(PricePlots(report), VotePlot(report), CalibrationPlot(report));
}

}  // namespace ninefold::page
