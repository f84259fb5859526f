// A report as one page. What comes from models and data sets is escaped, and the page's policy lets nothing
// be loaded.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/utf8.h"
#include "eval/figures.h"
#include "eval/page_parts.h"
#include "eval/plot.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kAnswerMax = 120;
constexpr std::size_t kItemsMax = 1000;  // of the list: a page must open
constexpr std::size_t kLabelled = 8;     // variants that have a label each in a plot

using Cells = std::vector<std::string>;  // escaped already

std::string RowOf(const char* tag, const Cells& cells) {
  return absl::StrCat("<tr><", tag, ">", absl::StrJoin(cells, absl::StrCat("</", tag, "><", tag, ">")), "</",
                      tag, "></tr>\n");
}

std::string TableOf(const Cells& head, const std::vector<Cells>& rows) {
  std::string html =
      absl::StrCat("<div class=\"scroll\"><table>\n<thead>", RowOf("th", head), "</thead>\n<tbody>\n");
  for (const Cells& row : rows) html += RowOf("td", row);
  return absl::StrCat(html, "</tbody></table></div>\n");
}

// Which family an arm is of, by number: variants of one family have one colour.
std::size_t FamilyOf(const EvalReport& report, const EvalArm& arm) {
  std::vector<std::string> seen;
  for (const EvalArm& each : report.arms) {
    if (each.family == arm.family) return seen.size();
    if (std::find(seen.begin(), seen.end(), each.family) == seen.end()) seen.push_back(each.family);
  }
  return 0;
}

std::string DotOf(const EvalReport& report, std::size_t arm) {
  return absl::StrCat("<b class=\"s", FamilyOf(report, report.arms[arm]) % 8, "\">●</b> ");
}

std::string ArmTable(const EvalReport& report) {
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const EvalArm& arm = report.arms[i];
    rows.push_back({DotOf(report, i) + EscapeHtml(arm.variant), absl::StrCat(arm.right, " of ", arm.n),
                    Percent(arm.accuracy), Between(arm.interval), Tokens(arm.tokens_total),
                    Tokens(arm.tokens_sequential), Usd(arm), Seconds(arm.latency_median),
                    Seconds(arm.latency_p95)});
  }
  return TableOf({"variant", "right", "accuracy", "95 %", "tokens", "in a row", "USD", "median", "95th"},
                 rows);
}

std::string AttemptTable(const EvalReport& report) {
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const EvalArm& arm = report.arms[i];
    if (arm.stops.empty()) continue;
    Cells stops;
    for (const auto& [stop, n] : arm.stops) stops.push_back(absl::StrCat(EscapeHtml(stop), " ", n));
    const bool known = arm.coverage >= 0, pairs = arm.single >= 0;
    rows.push_back({DotOf(report, i) + EscapeHtml(arm.variant), absl::StrFormat("%.1f", arm.started),
                    absl::StrFormat("%.1f", arm.cancelled), PercentOrNone(arm.single),
                    pairs ? absl::StrFormat("%.2f", arm.rho) : "-", PercentOrNone(arm.coverage),
                    known ? Percent(arm.selection_gap) : "-",
                    absl::StrCat("<span class=\"wrap\">", absl::StrJoin(stops, ", "), "</span>")});
  }
  if (rows.empty()) return "";
  return absl::StrCat(
      "<h2>Attempts</h2>\n<p class=\"hint\">Any right: what a perfect choice among the attempts would reach. "
      "Correlation: of two attempts at one question; the higher, the less a vote brings.</p>\n",
      TableOf({"variant", "started", "cancelled", "one alone", "correlation", "any right", "lost choosing",
               "ended"},
              rows));
}

std::string CompareTable(const EvalReport& report) {
  if (report.comparisons.empty()) return "";
  std::vector<Cells> rows;
  for (const EvalComparison& c : report.comparisons) {
    rows.push_back({EscapeHtml(c.b), absl::StrCat(c.n), absl::StrCat(c.only_b), absl::StrCat(c.only_a),
                    absl::StrFormat("%+.1f", 100 * c.difference),
                    absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
                    absl::StrFormat("%.2g", c.p),
                    c.tokens_ratio > 0 ? absl::StrFormat("×%.1f", c.tokens_ratio) : "?"});
  }
  return absl::StrCat(
      "<h2>Against ", EscapeHtml(report.baseline),
      "</h2>\n<p class=\"hint\">Item by item. p: McNemar's exact test; 95 %: bootstrapped over "
      "items.</p>\n",
      TableOf({"variant", "items", "gained", "lost", "points", "95 %", "p", "tokens"}, rows));
}

std::string MatchedHtml(const EvalReport& report) {
  std::string html;
  for (const bool sequential : {false, true}) {
    std::vector<Cells> rows;
    for (const EvalMatch& match : report.matches) {
      if (match.sequential != sequential) continue;
      const EvalComparison& c = match.comparison;
      rows.push_back({EscapeHtml(c.b), absl::StrFormat("×%.2f", match.ratio), absl::StrCat(c.n),
                      absl::StrFormat("%+.1f", 100 * c.difference),
                      absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
                      absl::StrFormat("%.2g", c.p)});
    }
    if (rows.empty()) continue;
    absl::StrAppend(&html, "<p class=\"hint\">",
                    sequential ? "By tokens one after another, which stand for time:" : "By all tokens:",
                    "</p>\n", TableOf({"variant", "tokens", "items", "points", "95 %", "p"}, rows));
  }
  if (html.empty()) return "";
  return absl::StrCat(
      "<h2>At the tokens of ", EscapeHtml(report.matches.front().comparison.a),
      "</h2>\n<p class=\"hint\">Of each family of variants the one whose tokens come nearest.</p>\n", html);
}

std::string TagsTable(const EvalReport& report) {
  std::map<std::string, Cells> by_tag;
  Cells head = {"tag"};
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    head.push_back(DotOf(report, i) + EscapeHtml(report.arms[i].variant));
    for (const auto& [tag, count] : report.arms[i].tags) {
      Cells& row = by_tag[tag];
      row.resize(i + 1, "-");
      const Interval interval = WilsonInterval(count.first, count.second);
      row.push_back(absl::StrCat(Percent(double(count.first) / double(count.second)), " of ", count.second,
                                 " (", Between(interval), ")"));
    }
  }
  if (by_tag.empty()) return "";
  std::vector<Cells> rows;
  for (auto& [tag, row] : by_tag) {
    row.resize(head.size(), "-");
    row[0] = EscapeHtml(tag);
    rows.push_back(row);
  }
  return absl::StrCat("<h2>By tag</h2>\n", TableOf(head, rows));
}

// --- Plots -------------------------------------------------------------------------------------------------

std::string AccuracyPlot(const EvalReport& report) {
  std::vector<PlotRow> rows;
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const EvalArm& arm = report.arms[i];
    rows.push_back({ShortName(arm.variant), int(FamilyOf(report, arm)), arm.accuracy, arm.interval});
  }
  return WithNote(DrawIntervals("Accuracy with its 95 % interval", rows), report.note);
}

// Accuracy against something that is paid; a line goes through the variants of a family.
std::string PricePlot(const EvalReport& report, const std::string& title, const std::string& x_name,
                      double (*paid)(const EvalArm&), std::string (*text)(const EvalArm&)) {
  std::vector<PlotSeries> series;
  for (const EvalArm& arm : report.arms) {
    const std::size_t family = FamilyOf(report, arm);
    if (family == series.size()) series.push_back({.color = int(family), .line = true});
    const std::string hint =
        absl::StrCat(arm.variant, ": ", Percent(arm.accuracy), " (", Between(arm.interval), "), ", text(arm));
    series[family].points.push_back({paid(arm), arm.accuracy, arm.interval, 5, ShortName(arm.variant), hint});
  }
  for (PlotSeries& each : series) {
    std::sort(each.points.begin(), each.points.end(),
              [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
    // The last one speaks for a long line.
    for (std::size_t i = 0; i + 1 < each.points.size() && report.arms.size() > kLabelled; ++i)
      each.points[i].label.clear();
  }
  return WithNote(DrawPlot({.title = title, .x_name = x_name, .x_from_zero = true}, series), report.note);
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
  return html + PricePlot(
                    report, "Accuracy and latency", "median seconds an item",
                    [](const EvalArm& arm) { return arm.latency_median; },
                    [](const EvalArm& arm) {
                      return absl::StrCat(Seconds(arm.latency_median), ", 95th ", Seconds(arm.latency_p95));
                    });
}

bool IsVote(const EvalArm& arm) { return !arm.predicted.empty() && arm.plain_votes; }

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

// The votes that were swept, if any were: what was measured lies over the curve of the widest.
std::map<std::size_t, const EvalArm*> VoteCurves(const EvalReport& report) {
  std::map<std::size_t, const EvalArm*> all = WidestArms(report, IsVote), swept;
  for (const auto& [family, widest] : all) {
    const auto members = std::count_if(report.arms.begin(), report.arms.end(), [&](const EvalArm& arm) {
      return IsVote(arm) && arm.family == widest->family;
    });
    if (members > 1) swept.emplace(family, widest);
  }
  return swept.empty() ? all : swept;
}

// What one arm's attempts predict of other widths, and what was measured there.
std::string VotePlot(const EvalReport& report) {
  std::vector<PlotSeries> series;
  const std::map<std::size_t, const EvalArm*> curves = VoteCurves(report);
  for (const auto& [family, widest] : curves) {
    PlotSeries curve = {.color = int(family), .line = true, .band = true};
    for (const auto& at : widest->predicted) {
      const std::string hint =
          absl::StrCat(widest->variant, ": a vote of ", at.width, " would be right in ", Percent(at.accuracy),
                       " (", Between(at.interval), ") if wrong answers agree");
      curve.points.push_back({double(at.width), at.accuracy, at.interval, 2.5, "", hint});
    }
    series.push_back(std::move(curve));
  }
  if (series.empty()) return "";
  for (const EvalArm& arm : report.arms) {
    const std::size_t family = FamilyOf(report, arm);
    const bool one_agent = arm.stops.empty();
    if (!one_agent && (!IsVote(arm) || curves.count(family) == 0)) continue;
    const std::string hint =
        absl::StrCat(arm.variant, ", measured: ", Percent(arm.accuracy), " (", Between(arm.interval), ")");
    series.push_back(
        {int(family),
         {{arm.started - arm.cancelled, arm.accuracy, arm.interval, 6, ShortName(arm.variant), hint}}});
  }
  const std::string svg = DrawPlot({.title = "Votes: predicted (area: 95 %), measured (large dot)",
                                    .x_name = "attempts; predicted if wrong answers agree",
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

std::string Legend(const EvalReport& report) {
  std::string html = "<div class=\"legend\">";
  for (std::size_t i = 0, families = 0; i < report.arms.size(); ++i) {
    if (FamilyOf(report, report.arms[i]) < families) continue;
    ++families;
    absl::StrAppend(&html, "<span>", DotOf(report, i), EscapeHtml(report.arms[i].family), "</span>");
  }
  return absl::StrCat(html, "</div>\n");
}

// --- Items -------------------------------------------------------------------------------------------------

using TrialsOf = std::map<std::string, std::vector<const EvalTrial*>>;  // by variant

std::string TrialCell(const EvalTrial& trial) {
  const std::string said = trial.error.empty() ? trial.answer : absl::StrCat("failed: ", trial.error);
  std::string_view shown = CutUtf8(said, kAnswerMax);
  std::string html = absl::StrCat("<span class=\"", trial.grade.right ? "right\">✓" : "wrong\">✗", "</span> ",
                                  EscapeHtml(shown), shown.size() < said.size() ? "…" : "");
  if (!trial.grade.right && trial.error.empty() && !trial.grade.why.empty())
    absl::StrAppend(&html, "<br><i>", EscapeHtml(trial.grade.why), "</i>");
  if (!trial.run_id.empty())
    absl::StrAppend(&html, "<code>ninefold show ", EscapeHtml(trial.run_id), "</code>");
  return html;
}

char LetterOfTrials(const std::vector<const EvalTrial*>& trials) {
  if (trials.empty()) return '-';
  const auto right =
      std::count_if(trials.begin(), trials.end(), [](const EvalTrial* t) { return t->grade.right; });
  return right == 0 ? 'w' : std::size_t(right) == trials.size() ? 'r' : 'm';
}

std::string ItemTable(const EvalReport& report, const std::vector<EvalTrial>& trials) {
  std::vector<std::string> order;
  std::map<std::string, TrialsOf> by_item;
  for (const EvalTrial& trial : trials) {
    TrialsOf& of_item = by_item[trial.item];
    if (of_item.empty()) order.push_back(trial.item);
    of_item[trial.variant].push_back(&trial);
  }
  std::string html =
      "<h2>Items</h2>\n<select id=\"show\"><option value=\"all\">all</option><option value=\"differ\">where "
      "variants "
      "differ</option><option value=\"some\">wrong by any</option><option value=\"none\">wrong by "
      "all</option>"
      "</select><input id=\"find\" type=\"search\" placeholder=\"find\" aria-label=\"find\"> <span "
      "id=\"count\"></span>\n"
      "<div class=\"scroll\"><table class=\"items\"><thead><tr><th>item</th>";
  for (std::size_t i = 0; i < report.arms.size(); ++i)
    absl::StrAppend(&html, "<th>", DotOf(report, i), EscapeHtml(report.arms[i].variant), "</th>");
  html += "</tr></thead>\n<tbody>\n";
  const std::size_t all = order.size();
  if (all > kItemsMax) order.resize(kItemsMax);
  for (const std::string& item : order) {
    std::string letters, cells;
    for (const EvalArm& arm : report.arms) {
      const std::vector<const EvalTrial*>& of_arm = by_item[item][arm.variant];
      letters += LetterOfTrials(of_arm);
      cells += "<td>";
      for (const EvalTrial* trial : of_arm) absl::StrAppend(&cells, "<div>", TrialCell(*trial), "</div>");
      cells += "</td>";
    }
    absl::StrAppend(&html, "<tr data-r=\"", letters, "\"><td>", EscapeHtml(item), "</td>", cells, "</tr>\n");
  }
  html += "</tbody></table></div>\n";
  if (all > kItemsMax)
    absl::StrAppend(&html, "<p class=\"hint\">The first ", kItemsMax, " of ", all,
                    " items; trials.jsonl has all.</p>\n");
  return html + kPageScript;
}

}  // namespace

std::string ToHtml(const EvalReport& report, const std::vector<EvalTrial>& trials) {
  const std::string name = EscapeHtml(report.name.empty() ? "Evaluation" : report.name);
  std::string html = absl::StrCat(kPageHead, "<title>", name, "</title></head><body>\n<h1>", name, "</h1>\n");
  if (!report.note.empty()) absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(report.note), "</p>\n");
  for (const std::string& warning : report.warnings)
    absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(warning), "</p>\n");
  if (!report.arms.empty()) {
    absl::StrAppend(&html, AccuracyPlot(report), ArmTable(report), CompareTable(report), MatchedHtml(report));
    absl::StrAppend(&html, "<h2>What it costs, what it brings</h2>\n", Legend(report),
                    "<div class=\"plots\">\n", PricePlots(report), VotePlot(report), CalibrationPlot(report),
                    "</div>\n");
    absl::StrAppend(&html, AttemptTable(report), TagsTable(report));
  }
  if (!trials.empty()) html += ItemTable(report, trials);
  return html + "</body></html>\n";
}

}  // namespace ninefold
