// A report as one page. What comes from models and data sets is escaped, and the page's policy lets nothing
// be loaded.
#include "absl/strings/str_cat.h"
#include "eval/page.h"
#include "eval/page_parts.h"
#include "eval/plot.h"

namespace ninefold {

std::string ToHtml(const EvalReport& report, const std::vector<EvalTrial>& trials,
                   const PageOptions& options) {
  const std::string name = EscapeHtml(report.name.empty() ? "Evaluation" : report.name);
  std::string html = absl::StrCat(kPageHead, "<title>", name, "</title></head><body>\n<h1>", name, "</h1>\n");
  if (!report.note.empty()) absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(report.note), "</p>\n");
  for (const std::string& warning : report.warnings)
    absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(warning), "</p>\n");
  if (!report.arms.empty()) {
    absl::StrAppend(&html, page::AccuracyPlot(report), page::Tables(report));
    absl::StrAppend(
        &html, "<h2>What it costs, what it brings</h2>\n", page::Legend(report),
        "<p>A line joins those of one kind that none of it beats for less.</p>\n<div class=\"plots\">\n",
        page::Plots(report), "</div>\n");
    absl::StrAppend(&html, page::MoreTables(report));
  }
  html += page::Items(report, trials, options);
  return html + "</body></html>\n";
}

}  // namespace ninefold
