// A report for a terminal and for programs.
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

using TextRow = std::vector<std::string>;

// The first column is words, the others are figures.
std::string Aligned(const std::vector<TextRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  for (const TextRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - WidthOf(row[i]), ' ');
      absl::StrAppend(&line, "  ", i == 0 ? "" : blanks, row[i], i == 0 ? blanks : "");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
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
  std::vector<TextRow> rows = {
      {"variant", "right", "of", "accuracy", "95 %", "tokens", "in a row", "USD", "median", "95th"}};
  for (const EvalArm& arm : report.arms) {
    rows.push_back({ShortName(arm.variant), absl::StrCat(arm.right), absl::StrCat(arm.n),
                    Percent(arm.accuracy), Between(arm.interval), Tokens(arm.tokens_total),
                    Tokens(arm.tokens_sequential), Usd(arm), Seconds(arm.latency_median),
                    Seconds(arm.latency_p95)});
  }
  return absl::StrCat("\n", Aligned(rows));
}

std::string ComparisonTable(const EvalReport& report) {
  if (report.comparisons.empty()) return "";
  std::vector<TextRow> rows = {{absl::StrCat("against ", ShortName(report.baseline)), "items", "gained",
                                "lost", "points", "95 %", "p", "tokens"}};
  for (const EvalComparison& c : report.comparisons) {
    rows.push_back({ShortName(c.b), absl::StrCat(c.n), absl::StrCat(c.only_b), absl::StrCat(c.only_a),
                    absl::StrFormat("%+.1f", 100 * c.difference),
                    absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
                    absl::StrFormat("%.2g", c.p),
                    c.tokens_ratio > 0 ? absl::StrFormat("x%.1f", c.tokens_ratio) : "?"});
  }
  return absl::StrCat("\n", Aligned(rows));
}

std::string AttemptsTable(const EvalReport& report) {
  std::vector<TextRow> rows = {
      {"attempts", "started", "cancelled", "one alone", "correlation", "any right", "lost choosing"}};
  std::string stops;
  for (const EvalArm& arm : report.arms) {
    if (arm.stops.empty()) continue;
    rows.push_back({ShortName(arm.variant), absl::StrFormat("%.1f", arm.started),
                    absl::StrFormat("%.1f", arm.cancelled), PercentOrNone(arm.single),
                    arm.single < 0 ? "-" : absl::StrFormat("%.2f", arm.rho), PercentOrNone(arm.coverage),
                    arm.coverage < 0 ? "-" : Percent(arm.selection_gap)});
    std::vector<std::string> words;
    for (const auto& [stop, n] : arm.stops) words.push_back(absl::StrCat(stop, " ", n));
    stops += Wrapped("  ", absl::StrCat(ShortName(arm.variant), " ended: ", absl::StrJoin(words, ", ")));
  }
  return rows.size() == 1 ? "" : absl::StrCat("\n", Aligned(rows), stops);
}

std::string PredictionTable(const EvalReport& report) {
  std::vector<TextRow> rows;
  for (const EvalArm& arm : report.arms) {
    if (arm.predicted.empty()) continue;
    if (rows.empty()) {
      rows.push_back({"a vote of … in % (if wrong ones agree)"});
      for (const auto& at : arm.predicted) rows.back().push_back(absl::StrCat(at.width));
    }
    rows.push_back({ShortName(arm.variant)});
    for (const auto& at : arm.predicted) {
      rows.back().push_back(absl::StrFormat("%.0f (%.0f-%.0f)", 100 * at.accuracy, 100 * at.interval.low,
                                            100 * at.interval.high));
    }
  }
  return rows.empty() ? "" : absl::StrCat("\n", Aligned(rows));
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

// A column a variant, as many as there is room for.
std::string TagTable(const EvalReport& report) {
  std::map<std::string, TextRow> by_tag;
  TextRow head = {"by tag"};
  for (const EvalArm& arm : report.arms) {
    if (head.size() > 4) break;
    for (const auto& [tag, count] : arm.tags) {
      TextRow& row = by_tag[tag];
      row.resize(head.size(), "-");
      row.push_back(
          absl::StrFormat("%.0f %% of %d", 100.0 * double(count.first) / double(count.second), count.second));
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

// Of each family the variant at the reference's tokens.
std::string MatchTable(const EvalReport& report) {
  std::string text;
  for (const bool sequential : {false, true}) {
    std::vector<TextRow> rows = {{sequential ? "at its tokens in sequence" : "at its tokens in all", "tokens",
                                  "items", "gained", "lost", "points", "95 %", "p"}};
    for (const EvalMatch& match : report.matches) {
      if (match.sequential != sequential) continue;
      const EvalComparison& c = match.comparison;
      rows.push_back({ShortName(c.b), absl::StrFormat("×%.2f", match.ratio), absl::StrCat(c.n),
                      absl::StrCat(c.only_b), absl::StrCat(c.only_a),
                      absl::StrFormat("%+.1f", 100 * c.difference),
                      absl::StrFormat("%+.1f to %+.1f", 100 * c.interval.low, 100 * c.interval.high),
                      absl::StrFormat("%.2g", c.p)});
    }
    if (rows.size() == 1) continue;
    if (text.empty())
      absl::StrAppend(&text, "\nmatched to ", ShortName(report.matches.front().comparison.a), "\n");
    text += Aligned(rows);
  }
  return text;
}

Json IntervalJson(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Json CalibrationJson(const Calibration& calibration) {
  Json bins = Json::array();
  for (const Calibration::Bin& bin : calibration.bins)
    bins.push_back({{"confidence", bin.confidence}, {"accuracy", bin.accuracy}, {"n", bin.n}});
  return {{"bins", std::move(bins)}, {"brier", calibration.brier}, {"ece", calibration.ece}};
}

Json ArmJson(const EvalArm& arm) {
  Json json = {{"variant", arm.variant},
               {"n", arm.n},
               {"items", arm.items},
               {"right", arm.right},
               {"errors", arm.errors},
               {"accuracy", arm.accuracy},
               {"interval", IntervalJson(arm.interval)},
               {"score", arm.score},
               {"latency_median_seconds", arm.latency_median},
               {"latency_p95_seconds", arm.latency_p95},
               {"tokens_total", arm.tokens_total},
               {"tokens_sequential", arm.tokens_sequential},
               {"usd", arm.usd_is_known ? Json(arm.usd) : Json(nullptr)},
               {"started", arm.started},
               {"cancelled", arm.cancelled},
               {"plain_votes", arm.plain_votes},
               {"stops", arm.stops}};
  if (arm.coverage >= 0) json["coverage"] = arm.coverage, json["selection_gap"] = arm.selection_gap;
  if (arm.single >= 0) json["single"] = arm.single, json["rho"] = arm.rho;
  for (const auto& at : arm.predicted) {
    json["predicted"].push_back(
        {{"width", at.width}, {"accuracy", at.accuracy}, {"interval", IntervalJson(at.interval)}});
  }
  if (arm.calibrated > 0) {
    json["calibration"] = CalibrationJson(arm.calibration);
    json["calibrated"] = arm.calibrated;
  }
  if (arm.judged > 0) json["judged"] = arm.judged, json["judge_split"] = arm.judge_split;
  for (const auto& [tag, count] : arm.tags) json["tags"][tag] = {{"right", count.first}, {"n", count.second}};
  return json;
}

Json ComparisonJson(const EvalComparison& c) {
  return {{"a", c.a},
          {"b", c.b},
          {"n", c.n},
          {"only_a", c.only_a},
          {"only_b", c.only_b},
          {"p", c.p},
          {"difference", c.difference},
          {"interval", IntervalJson(c.interval)},
          {"tokens_ratio", c.tokens_ratio},
          {"items_needed", c.items_needed},
          {"no_gain", c.no_gain()}};
}

}  // namespace

std::string ToText(const EvalReport& report) {
  std::string text = report.name.empty() ? "" : absl::StrCat(report.name, "\n");
  if (!report.note.empty()) absl::StrAppend(&text, report.note, "\n");
  for (const std::string& warning : report.warnings) text += Wrapped("! ", warning);
  if (report.arms.empty()) return text;
  return absl::StrCat(text, AccuracyTable(report), ComparisonTable(report), MatchTable(report),
                      AttemptsTable(report), PredictionTable(report), CalibrationTable(report),
                      TagTable(report));
}

Json ToJson(const EvalReport& report) {
  Json json = {{"name", report.name}, {"baseline", report.baseline}, {"warnings", report.warnings}};
  json["arms"] = Json::array();
  for (const EvalArm& arm : report.arms) json["arms"].push_back(ArmJson(arm));
  json["comparisons"] = Json::array();
  for (const EvalComparison& c : report.comparisons) json["comparisons"].push_back(ComparisonJson(c));
  for (const EvalMatch& match : report.matches) {
    Json of = ComparisonJson(match.comparison);
    of["family"] = match.family, of["ratio"] = match.ratio;
    of["by"] = match.sequential ? "sequential tokens" : "total tokens";
    json["matches"].push_back(std::move(of));
  }
  if (!report.note.empty()) json["note"] = report.note;
  return json;
}

}  // namespace ninefold
