// A report for a terminal, of 100 columns. Where a table has more columns than fit it is divided, and each
// part has its first column again: nothing is left out unsaid.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "eval/figures.h"
#include "ninefold/eval.h"

namespace ninefold {
namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kTagRowsMax = 20;

using TextRow = std::vector<std::string>;

std::string AlignedPart(const std::vector<TextRow>& rows, const std::vector<std::size_t>& widths,
                        std::size_t from, std::size_t to) {
  std::string text;
  for (const TextRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); i = i == 0 ? from : i + 1) {
      if (i >= to && i != 0) break;
      const std::string blanks(widths[i] - WidthOf(row[i]), ' ');
      absl::StrAppend(&line, "  ", i == 0 ? "" : blanks, row[i], i == 0 ? blanks : "");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

// The first column is words, the others are figures.
std::string Aligned(const std::vector<TextRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  for (std::size_t from = 1; from < widths.size();) {
    std::size_t used = widths[0] + 2, to = from;
    while (to < widths.size() && (to == from || used + widths[to] + 2 <= kColumnsMax))
      used += widths[to++] + 2;
    absl::StrAppend(&text, from > 1 ? "\n" : "", AlignedPart(rows, widths, from, to));
    from = to;
  }
  return text;
}

// Words in lines of 100 columns, those after the first set in.
std::string Wrapped(const std::string& first, const std::string& text) {
  std::string out = first;
  std::size_t column = WidthOf(first);
  const std::string rest(first.size(), ' ');
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (column > first.size() && column + 1 + WidthOf(word) > kColumnsMax) {
      absl::StrAppend(&out, "\n", rest);
      column = rest.size();
    }
    absl::StrAppend(&out, column > first.size() ? " " : "", word);
    column += WidthOf(word) + (column > first.size());
  }
  return absl::StrCat(out, "\n");
}

std::string AccuracyTable(const EvalReport& report) {
  std::vector<TextRow> rows = {{"variant", "right", "of", "accuracy", "95 %"}};
  const bool seeds = HasSeeds(report), cached = HasCached(report), queued = HasQueued(report);
  if (seeds) rows[0].push_back("by seed");
  for (const char* name : {"tokens", "in a row"}) rows[0].push_back(name);
  if (cached) rows[0].push_back("cached");
  for (const char* name : {"USD", "median", "95th"}) rows[0].push_back(name);
  if (queued) rows[0].push_back("queued");
  for (const EvalArm& arm : report.arms) {
    TextRow row = {ShortName(arm.variant), absl::StrCat(arm.right), absl::StrCat(arm.n),
                   Percent(arm.accuracy), Between(arm.interval)};
    if (seeds) row.push_back(BySeed(arm));
    row.push_back(Tokens(arm.tokens_total)), row.push_back(Tokens(arm.tokens_sequential));
    if (cached) row.push_back(PercentOrNone(arm.cached_share));
    row.push_back(Usd(arm)), row.push_back(Seconds(arm.latency_median)),
        row.push_back(Seconds(arm.latency_p95));
    if (queued) row.push_back(Seconds(arm.queued_median));
    rows.push_back(std::move(row));
  }
  return absl::StrCat("\n", Aligned(rows),
                      queued ? Wrapped("  ",
                                       "queued: the median wait for this program's own limits, which the "
                                       "latencies leave out")
                             : "");
}

TextRow ComparisonCells(const EvalComparison& c) {
  return {absl::StrCat(c.n),
          absl::StrCat(c.only_b),
          absl::StrCat(c.only_a),
          absl::StrFormat("%+.1f", 100 * c.difference),
          absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
          Chance(c.p),
          Chance(c.p_holm)};
}

TextRow With(TextRow first, const TextRow& cells) {
  first.insert(first.end(), cells.begin(), cells.end());
  return first;
}

std::string ComparisonTable(const EvalReport& report) {
  if (report.comparisons.empty()) return "";
  std::vector<TextRow> rows = {{absl::StrCat("against ", ShortName(report.baseline, 16)), "items", "gained",
                                "lost", "points", "95 %", "p", "Holm", "tokens"}};
  for (const EvalComparison& c : report.comparisons) {
    rows.push_back(With({ShortName(c.b)}, ComparisonCells(c)));
    rows.back().push_back(c.tokens_ratio > 0 ? absl::StrFormat("x%.1f", c.tokens_ratio) : "?");
  }
  return absl::StrCat("\n", Aligned(rows));
}

// Of each family the variant at the reference's tokens.
std::string MatchTable(const EvalReport& report) {
  std::string text;
  std::vector<std::string> without;
  for (const bool sequential : {false, true}) {
    std::vector<TextRow> rows = {{sequential ? "at its tokens in sequence" : "at its tokens in all", "tokens",
                                  "items", "gained", "lost", "points", "95 %", "p", "Holm"}};
    for (const EvalMatch& match : report.matches) {
      if (match.sequential != sequential) continue;
      const EvalComparison& c = match.comparison;
      if (match.near()) {
        rows.push_back(With({ShortName(c.b), absl::StrFormat("×%.2f", match.ratio)}, ComparisonCells(c)));
      } else {
        without.push_back(absl::StrFormat("%s (×%.2g %s)", match.family, match.ratio,
                                          sequential ? "in sequence" : "in all"));
      }
    }
    if (rows.size() > 1) text += Aligned(rows);
  }
  if (!without.empty())
    text += Wrapped("  ", absl::StrCat("no variant between ×0.8 and ×1.25: ", absl::StrJoin(without, ", ")));
  if (text.empty()) return "";
  return absl::StrCat("\nmatched to ", ShortName(report.matches.front().comparison.a), "\n", text);
}

std::string AttemptsTable(const EvalReport& report) {
  std::vector<TextRow> counts = {{"attempts", "made", "cast", "no answer", "failed", "cut off", "agree"}};
  std::vector<TextRow> quality = {{"of them", "one alone", "correlation", "any right", "lost choosing"}};
  std::string stops;
  bool early = false, rough = false;
  for (const EvalArm& arm : report.arms) {
    if (arm.stops.empty()) continue;
    early = early || (arm.stopped_early && arm.coverage >= 0);
    rough = rough || arm.single_is_rough;
    counts.push_back({ShortName(arm.variant), Mean(arm.started), Mean(arm.cast), Mean(arm.abstained),
                      Mean(arm.failed), Mean(arm.cancelled), PercentOrNone(arm.agreement)});
    if (arm.single >= 0 || arm.coverage >= 0)
      quality.push_back({ShortName(arm.variant), SingleOf(arm), RhoOf(arm), CoverageOf(arm), GapOf(arm)});
    stops += Wrapped("  ", absl::StrCat(ShortName(arm.variant), " ended: ", StopsOf(arm)));
  }
  if (counts.size() == 1) return "";
  std::string text = absl::StrCat("\n", Aligned(counts), stops);
  if (quality.size() > 1) absl::StrAppend(&text, "\n", Aligned(quality));
  if (early) text += Wrapped("  ", "≥: stops cut attempts off, which might have been right too");
  if (rough) text += Wrapped("  ", "≈: stops cut some of the first two off, too");
  return text;
}

const EvalVoteAt* At(const std::vector<EvalVoteAt>& votes, int width) {
  const auto found =
      std::find_if(votes.begin(), votes.end(), [&](const EvalVoteAt& at) { return at.width == width; });
  return found == votes.end() ? nullptr : &*found;
}

std::string VoteTable(const EvalReport& report) {
  constexpr int kShown[] = {1, 3, 5, 9, 15};
  std::vector<TextRow> rows = {{"a vote of … in %", ""}};
  for (const int width : kShown) rows[0].push_back(absl::StrCat(width));
  const auto add = [&](const EvalArm& arm, const char* how, const std::vector<EvalVoteAt>& votes) {
    if (votes.empty()) return;
    rows.push_back({ShortName(arm.variant), how});
    for (const int width : kShown) {
      const EvalVoteAt* at = At(votes, width);
      rows.back().push_back(at == nullptr ? "-"
                                          : absl::StrFormat("%.0f (%.0f-%.0f)", 100 * at->accuracy,
                                                            100 * at->interval.low, 100 * at->interval.high));
    }
  };
  for (const EvalArm& arm : report.arms) {
    add(arm, "drawn", arm.as_drawn);
    add(arm, "floor", arm.if_wrong_agree);
  }
  if (rows.size() == 1) return "";
  return absl::StrCat("\n", Aligned(rows),
                      Wrapped("  ",
                              "drawn: so many of its votes, without replacement; floor: from two attempts an "
                              "item, if all wrong answers agree; where they scatter, votes do better"));
}

std::string VoteChecks(const EvalReport& report) {
  if (report.vote_checks.empty()) return "";
  std::vector<TextRow> rows = {
      {"votes, as predicted of", "by", "width", "predicted", "measured", "difference, 95 %", ""}};
  for (const EvalVoteCheck& check : report.vote_checks) {
    rows.push_back(
        {ShortName(check.measured_by, 20), ShortName(check.of, 20), absl::StrCat(check.width),
         Percent(check.predicted), Percent(check.measured),
         absl::StrFormat("%+.1f to %+.1f", 100 * check.difference.low, 100 * check.difference.high),
         check.inside() ? "inside" : "outside"});
  }
  return absl::StrCat("\n", Aligned(rows));
}

std::string CalibrationTable(const EvalReport& report) {
  std::vector<TextRow> rows = {{"confidence", "stated", "Brier", "off by"}};
  for (const EvalArm& arm : report.arms) {
    if (arm.calibrated == 0) continue;
    rows.push_back({ShortName(arm.variant), absl::StrCat(arm.calibrated, " of ", arm.n),
                    absl::StrFormat("%.3f", arm.calibration.brier), Percent(arm.calibration.ece)});
  }
  return rows.size() == 1 ? "" : absl::StrCat("\n", Aligned(rows));
}

std::string JudgeTable(const EvalReport& report) {
  const bool points = HasRubric(report);
  std::vector<TextRow> rows = {{"judge", "grades", "contradicted itself"}};
  if (points) rows[0].insert(rows[0].end(), {"score", "points agree"});
  for (const EvalArm& arm : report.arms) {
    if (arm.judged == 0) continue;
    rows.push_back(
        {ShortName(arm.variant), absl::StrCat(arm.judged),
         absl::StrCat(arm.judge_split, " (", Percent(double(arm.judge_split) / double(arm.judged)), ")")});
    if (points) rows.back().insert(rows.back().end(), {Percent(arm.score), AgreementOfPoints(arm)});
  }
  return rows.size() == 1 ? "" : absl::StrCat("\n", Aligned(rows));
}

std::string TagTable(const EvalReport& report) {
  std::map<std::string, TextRow> by_tag;
  TextRow head = {"by tag"};
  for (const EvalArm& arm : report.arms) {
    for (const auto& [tag, share] : arm.tags) {
      TextRow& row = by_tag[tag];
      row.resize(head.size(), "-");
      row.push_back(absl::StrFormat("%.0f %% of %d", 100 * share.accuracy, share.n));
    }
    head.push_back(ShortName(arm.variant));
  }
  if (by_tag.empty()) return "";
  std::vector<TextRow> rows = {head};
  for (auto& [tag, row] : by_tag) {
    row.resize(head.size(), "-");
    row[0] = ShortName(tag);
    rows.push_back(row);
  }
  return absl::StrCat("\n", Aligned(rows));
}

// The surest first.
std::string TagComparisons(const EvalReport& report) {
  std::vector<const EvalTagComparison*> order;
  for (const EvalTagComparison& of : report.by_tag) order.push_back(&of);
  std::stable_sort(order.begin(), order.end(), [](const EvalTagComparison* a, const EvalTagComparison* b) {
    return a->comparison.p < b->comparison.p;
  });
  if (order.empty()) return "";
  const std::size_t all = order.size();
  order.resize(std::min(all, kTagRowsMax));
  std::vector<TextRow> rows = {{absl::StrCat("by tag against ", ShortName(report.baseline, 8)), "variant",
                                "items", "points", "95 %", "p", "Holm"}};
  for (const EvalTagComparison* of : order) {
    const TextRow cells = ComparisonCells(of->comparison);
    rows.push_back({ShortName(of->tag, 20), ShortName(of->comparison.b, 20), cells[0], cells[3], cells[4],
                    cells[5], cells[6]});
  }
  return absl::StrCat("\n", Aligned(rows),
                      all > order.size() ? absl::StrCat("  the ", order.size(), " surest of ", all,
                                                        "; the page and --json have all\n")
                                         : "");
}

}  // namespace

std::string ToText(const EvalReport& report) {
  std::string text = report.name.empty() ? "" : absl::StrCat(report.name, "\n");
  if (!report.note.empty()) absl::StrAppend(&text, report.note, "\n");
  for (const std::string& warning : report.warnings) text += Wrapped("! ", warning);
  if (report.arms.empty()) return text;
  return absl::StrCat(text, AccuracyTable(report), ComparisonTable(report), MatchTable(report),
                      AttemptsTable(report), VoteTable(report), VoteChecks(report), CalibrationTable(report),
                      JudgeTable(report), TagTable(report), TagComparisons(report));
}

}  // namespace ninefold
