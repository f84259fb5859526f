// The tables of a report's page.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "eval/figures.h"
#include "eval/page.h"
#include "eval/plot.h"
#include "ninefold/status.h"

namespace ninefold::page {
namespace {

std::string RowOf(const char* tag, const Cells& cells) {
  return absl::StrCat("<tr><", tag, ">", absl::StrJoin(cells, absl::StrCat("</", tag, "><", tag, ">")), "</",
                      tag, "></tr>\n");
}

std::string NameCell(const EvalReport& report, const EvalArm& arm) {
  return MarkOf(report, arm) + EscapeHtml(arm.variant);
}

std::string Section(const std::string& title, const std::string& hint, const std::string& body) {
  if (body.empty()) return "";
  return absl::StrCat("<h2>", title, "</h2>\n", hint.empty() ? "" : "<p class=\"hint\">", hint,
                      hint.empty() ? "" : "</p>\n", body);
}

std::string ArmTable(const EvalReport& report) {
  const bool seeds = HasSeeds(report), cached = HasCached(report), queued = HasQueued(report);
  Cells head = {"variant", "right", "accuracy", "95 %"};
  if (seeds) head.push_back("by seed");
  for (const char* name : {"tokens", "in a row"}) head.push_back(name);
  if (cached) head.push_back("cached");
  for (const char* name : {"USD", "median", "95th"}) head.push_back(name);
  if (queued) head.push_back("queued");
  std::vector<Cells> rows;
  for (const EvalArm& arm : report.arms) {
    Cells row = {NameCell(report, arm), absl::StrCat(arm.right, " of ", arm.n),
                 absl::StrCat("<b>", Percent(arm.accuracy), "</b>"), Between(arm.interval)};
    if (seeds) row.push_back(BySeed(arm));
    row.push_back(Tokens(arm.tokens_total)), row.push_back(Tokens(arm.tokens_sequential));
    if (cached) row.push_back(PercentOrNone(arm.cached_share));
    row.push_back(Usd(arm)), row.push_back(Seconds(arm.latency_median));
    row.push_back(Seconds(arm.latency_p95));
    if (queued) row.push_back(Seconds(arm.queued_median));
    rows.push_back(std::move(row));
  }
  return absl::StrCat(
      TableOf(head, rows),
      "<p class=\"hint\">Tokens: of an item, all calls together. In a row: of these, output tokens of the "
      "longest chain of calls that wait for each other; they stand for time.",
      queued ? " Queued: the median wait for this program's own limits, which the latencies leave out." : "",
      "</p>\n");
}

std::string VerdictCell(const EvalComparison& c) {
  constexpr const char* kClasses[] = {"faint", "right", "wrong", ""};
  return absl::StrCat("<span class=\"", kClasses[std::size_t(c.verdict)], "\">",
                      ToAbsl(VerdictName(c.verdict)), "</span>");
}

Cells ComparisonCells(const EvalComparison& c) {
  return {absl::StrCat(c.n),
          absl::StrCat(c.only_b),
          absl::StrCat(c.only_a),
          absl::StrFormat("%+.1f", 100 * c.difference),
          absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
          Chance(c.p),
          Chance(c.p_holm),
          VerdictCell(c)};
}

Cells With(Cells first, const Cells& cells) {
  first.insert(first.end(), cells.begin(), cells.end());
  return first;
}

std::string CompareTable(const EvalReport& report) {
  if (report.comparisons.empty()) return "";
  std::vector<Cells> rows;
  for (const EvalComparison& c : report.comparisons) {
    Cells row = With({EscapeHtml(c.b)}, ComparisonCells(c));
    row.push_back(c.tokens_ratio > 0 ? absl::StrFormat("×%.1f", c.tokens_ratio) : "?");
    rows.push_back(std::move(row));
  }
  return Section(
      absl::StrCat("Against ", EscapeHtml(report.baseline)),
      absl::StrFormat(
          "Item by item, each with the share of its trials that are right. p: exact, by changing signs "
          "(McNemar’s with one trial an item); Holm: adjusted, since %d comparisons are looked at. As good: "
          "a "
          "gain of %g points or more is ruled out.",
          report.comparisons.size(), 100 * report.margin),
      TableOf({"variant", "items", "gained", "lost", "points", "95 %", "p", "Holm", "it is", "tokens"},
              rows));
}

std::string MatchedTable(const EvalReport& report) {
  std::string html;
  std::vector<std::string> without;
  for (const bool sequential : {false, true}) {
    std::vector<Cells> rows;
    for (const EvalMatch& match : report.matches) {
      if (match.sequential != sequential) continue;
      const std::string ratio = absl::StrFormat("×%.2f", match.ratio);
      if (match.near()) {
        rows.push_back(With({EscapeHtml(match.comparison.b), ratio}, ComparisonCells(match.comparison)));
      } else {
        without.push_back(
            absl::StrCat(EscapeHtml(match.family), " (", ratio, sequential ? " in a row)" : " in all)"));
      }
    }
    if (rows.empty()) continue;
    absl::StrAppend(
        &html, "<h3>", sequential ? "By tokens one after another, which stand for time" : "By all tokens",
        "</h3>\n",
        TableOf({"variant", "tokens", "items", "gained", "lost", "points", "95 %", "p", "Holm", "it is"},
                rows));
  }
  if (!without.empty()) {
    absl::StrAppend(&html, "<p class=\"hint\">No variant between ×0.8 and ×1.25, so no fair comparison: ",
                    absl::StrJoin(without, ", "), ".</p>\n");
  }
  if (html.empty()) return "";
  return Section(absl::StrCat("At the tokens of ", EscapeHtml(report.matches.front().comparison.a)),
                 "Of each family of variants the one whose tokens come nearest.", html);
}

std::string AttemptTable(const EvalReport& report) {
  std::vector<Cells> counts, quality;
  for (const EvalArm& arm : report.arms) {
    if (arm.stops.empty()) continue;
    counts.push_back({NameCell(report, arm), Mean(arm.started), Mean(arm.cast), Mean(arm.abstained),
                      Mean(arm.failed), Mean(arm.cancelled), PercentOrNone(arm.agreement),
                      absl::StrCat("<span class=\"wrap\">", EscapeHtml(StopsOf(arm)), "</span>")});
    if (arm.single >= 0 || arm.coverage >= 0)
      quality.push_back({NameCell(report, arm), SingleOf(arm), RhoOf(arm), CoverageOf(arm), GapOf(arm)});
  }
  if (counts.empty()) return "";
  return absl::StrCat(
      Section(
          "Attempts", "Means of an item. Agree: the share of the votes that the leader has.",
          TableOf({"variant", "made", "cast", "no answer", "failed", "cut off", "agree", "ended"}, counts)),
      quality.empty()
          ? ""
          : Section("How good they are",
                    "One alone and correlation: of two attempts of the first round that no stop has "
                    "chosen (≈: stops cut some of these off, too); one that abstained or failed is "
                    "not right. The higher the correlation, the less a vote brings. Any right: what "
                    "a perfect choice among the attempts would reach (≥: attempts that a stop cut "
                    "off might have been right).",
                    TableOf({"variant", "one alone", "correlation", "any right", "lost choosing"}, quality)));
}

std::string VoteTable(const EvalReport& report) {
  std::vector<Cells> rows;
  for (const EvalVoteCheck& check : report.vote_checks) {
    rows.push_back(
        {EscapeHtml(check.measured_by), EscapeHtml(check.of), absl::StrCat(check.width),
         Percent(check.predicted), Percent(check.measured),
         absl::StrFormat("%+.1f to %+.1f", 100 * check.difference.low, 100 * check.difference.high),
         check.inside() ? "inside" : "<span class=\"wrong\">outside</span>"});
  }
  if (rows.empty()) return "";
  return Section(
      "Votes, predicted and measured",
      "Of the widest vote of a team, so many of its votes are drawn for each item; what was measured "
      "at that width lies inside when the interval of the difference, item by item, holds 0. Of "
      "twenty, one is outside by chance.",
      TableOf({"variant", "predicted of", "width", "predicted", "measured", "difference, 95 %", ""}, rows));
}

std::string ConfidenceTable(const EvalReport& report) {
  std::vector<Cells> rows;
  for (const EvalArm& arm : report.arms) {
    if (arm.calibrated == 0) continue;
    rows.push_back({NameCell(report, arm), absl::StrCat(arm.calibrated, " of ", arm.n),
                    absl::StrFormat("%.3f", arm.calibration.brier), Percent(arm.calibration.ece)});
  }
  if (rows.empty()) return "";
  return Section(
      "Confidence",
      "Brier: the mean squared error of what was stated (0 is best, 0.25 is always saying 50 %). Off "
      "by: how far stated confidence is from the truth, on average over ten bins (ECE).",
      TableOf({"variant", "stated", "Brier", "off by"}, rows));
}

std::string JudgeTable(const EvalReport& report) {
  const bool points = HasRubric(report);
  std::vector<Cells> rows;
  Cells head = {"variant", "grades", "contradicted itself", "share"};
  if (points) head.insert(head.end(), {"score", "points agree"});
  for (const EvalArm& arm : report.arms) {
    if (arm.judged == 0) continue;
    rows.push_back({NameCell(report, arm), absl::StrCat(arm.judged), absl::StrCat(arm.judge_split),
                    Percent(double(arm.judge_split) / double(arm.judged))});
    if (points) rows.back().insert(rows.back().end(), {Percent(arm.score), AgreementOfPoints(arm)});
  }
  if (rows.empty()) return "";
  return Section("The judge",
                 "Asked in both orders; where its verdicts differ, the answer counts as not right.",
                 TableOf(head, rows));
}

std::string TagTable(const EvalReport& report) {
  std::map<std::string, Cells> by_tag;
  Cells head = {"tag"};
  for (const EvalArm& arm : report.arms) {
    for (const auto& [tag, share] : arm.tags) {
      Cells& row = by_tag[tag];
      row.resize(head.size(), "-");
      row.push_back(absl::StrCat("<b>", Percent(share.accuracy), "</b><br>", Between(share.interval),
                                 "<br>of ", share.n));
    }
    head.push_back(absl::StrCat("<span class=\"wrap\">", NameCell(report, arm), "</span>"));
  }
  if (by_tag.empty()) return "";
  std::vector<Cells> rows;
  for (auto& [tag, row] : by_tag) {
    row.resize(head.size(), "-");
    row[0] = EscapeHtml(tag);
    rows.push_back(row);
  }
  return Section("By tag", "", TableOf(head, rows));
}

std::string TagComparisons(const EvalReport& report) {
  std::vector<Cells> rows;
  for (const EvalTagComparison& of : report.by_tag)
    rows.push_back(With({EscapeHtml(of.tag), EscapeHtml(of.comparison.b)}, ComparisonCells(of.comparison)));
  if (rows.empty()) return "";
  return absl::StrCat(
      "<details><summary>Against ", EscapeHtml(report.baseline), " by tag: ", rows.size(),
      " comparisons</summary>\n<p class=\"hint\">Holm: adjusted over all of these.</p>\n",
      TableOf({"tag", "variant", "items", "gained", "lost", "points", "95 %", "p", "Holm", "it is"}, rows),
      "</details>\n");
}

}  // namespace

std::string TableOf(const Cells& head, const std::vector<Cells>& rows) {
  std::string html =
      absl::StrCat("<div class=\"scroll\"><table>\n<thead>", RowOf("th", head), "</thead>\n<tbody>\n");
  for (const Cells& row : rows) html += RowOf("td", row);
  return absl::StrCat(html, "</tbody></table></div>\n");
}

std::size_t FamilyOf(const EvalReport& report, const EvalArm& arm) {
  std::vector<std::string> seen;
  for (const EvalArm& each : report.arms) {
    if (each.family == arm.family) return seen.size();
    if (std::find(seen.begin(), seen.end(), each.family) == seen.end()) seen.push_back(each.family);
  }
  return 0;
}

std::string MarkOf(const EvalReport& report, const EvalArm& arm) {
  const std::size_t family = FamilyOf(report, arm);
  return absl::StrCat("<b class=\"s", family % kPlotColors, "\">", ToAbsl(PlotMark(int(family))), "</b> ");
}

std::string Legend(const EvalReport& report) {
  std::string html = "<div class=\"legend\">";
  std::size_t families = 0;
  for (const EvalArm& arm : report.arms) {
    if (FamilyOf(report, arm) < families) continue;
    ++families;
    absl::StrAppend(&html, "<span>", MarkOf(report, arm), EscapeHtml(arm.family), "</span>");
  }
  return absl::StrCat(html, "</div>\n");
}

std::string Tables(const EvalReport& report) {
  return absl::StrCat(ArmTable(report), CompareTable(report), MatchedTable(report));
}

std::string MoreTables(const EvalReport& report) {
  return absl::StrCat(AttemptTable(report), VoteTable(report), ConfidenceTable(report), JudgeTable(report),
                      TagTable(report), TagComparisons(report));
}

}  // namespace ninefold::page
