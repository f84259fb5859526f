// The list of items on a report's page: what was asked, who was right, and, opened, what each answered and
// the run that has its trace.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "eval/page.h"
#include "eval/page_parts.h"
#include "eval/plot.h"
#include "ninefold/status.h"

namespace ninefold::page {
namespace {

constexpr std::size_t kAnswerMax = 300, kQuestionMax = 2000, kExcerptMax = 110;
constexpr std::size_t kTrialsMax = 8000, kItemsMax = 2000;  // of the list: a page must open

using TrialsOf = std::map<std::string, std::vector<const EvalTrial*>>;  // by variant

std::string Cut(const std::string& text, std::size_t most) {
  const std::string_view shown = CutUtf8(text, most);
  return absl::StrCat(EscapeHtml(shown), shown.size() < text.size() ? "…" : "");
}

// r right, w wrong, m of several trials some, - not asked.
char LetterOfTrials(const std::vector<const EvalTrial*>& trials) {
  if (trials.empty()) return '-';
  const auto right =
      std::count_if(trials.begin(), trials.end(), [](const EvalTrial* t) { return t->grade.right; });
  return right == 0 ? 'w' : std::size_t(right) == trials.size() ? 'r' : 'm';
}

// One square a variant.
std::string StripCell(const EvalArm& arm, const std::vector<const EvalTrial*>& trials, char letter) {
  const auto right =
      std::count_if(trials.begin(), trials.end(), [](const EvalTrial* t) { return t->grade.right; });
  const std::string sign = letter == 'r'   ? "✓"
                           : letter == 'w' ? "✗"
                           : letter == 'm' ? absl::StrCat(right)
                                           : "·";
  return absl::StrCat("<i class=\"", std::string(1, letter == '-' ? 'n' : letter), "\" title=\"",
                      EscapeHtml(arm.variant), ": ", right, " of ", trials.size(), "\">", sign, "</i>");
}

std::string TrialRow(const EvalArm& arm, const std::string& mark, const EvalTrial& trial, bool seeds,
                     const PageOptions& options) {
  const std::string said = trial.error.empty() ? trial.answer : absl::StrCat("failed: ", trial.error);
  std::string run;
  const std::string link = options.trace_link ? options.trace_link(trial) : "";
  if (!link.empty()) absl::StrAppend(&run, "<a href=\"", EscapeHtml(link), "\">trace</a> ");
  if (!trial.run_id.empty())
    absl::StrAppend(&run, "<code>ninefold show ", EscapeHtml(trial.run_id), "</code>");
  std::string html = absl::StrCat("<tr><td>", mark, EscapeHtml(arm.variant),
                                  seeds ? absl::StrCat(" <small>seed ", trial.seed, "</small>") : "",
                                  "</td><td><span class=\"", trial.grade.right ? "right\">✓" : "wrong\">✗",
                                  "</span> ", Cut(said, kAnswerMax));
  if (!trial.grade.right && trial.error.empty() && !trial.grade.why.empty())
    absl::StrAppend(&html, " <i class=\"why\">", Cut(trial.grade.why, kAnswerMax), "</i>");
  return absl::StrCat(html, "</td><td>", run, "</td></tr>\n");
}

std::string ItemHead(const std::string& id, const EvalItem* item, const std::set<std::string>& tags) {
  std::string html;
  if (item != nullptr) {
    absl::StrAppend(&html, "<p class=\"question\">", Cut(item->question, kQuestionMax), "</p>\n");
    for (std::size_t i = 0; i < item->choices.size(); ++i) {
      absl::StrAppend(&html, "<div class=\"choice\">", std::string(1, char('A' + i % 26)), ") ",
                      Cut(item->choices[i], kAnswerMax), "</div>");
    }
    absl::StrAppend(&html, "<p>expected: <b>", Cut(item->expected, kAnswerMax), "</b>");
  } else {
    absl::StrAppend(&html, "<p>", EscapeHtml(id));
  }
  for (const std::string& tag : tags)
    absl::StrAppend(&html, " <span class=\"tag\">", EscapeHtml(tag), "</span>");
  return html + "</p>\n";
}

struct ItemRow {
  std::string id;
  TrialsOf trials;
  std::set<std::string> tags;
};

std::string DrawItem(const EvalReport& report, ItemRow& row, const EvalItem* item,
                     const PageOptions& options) {
  std::string letters, strip, body, tags;
  for (const EvalArm& arm : report.arms) {
    const std::vector<const EvalTrial*>& of_arm = row.trials[arm.variant];
    const char letter = LetterOfTrials(of_arm);
    letters += letter;
    strip += StripCell(arm, of_arm, letter);
    const std::string mark = MarkOf(report, arm);
    for (const EvalTrial* trial : of_arm) body += TrialRow(arm, mark, *trial, of_arm.size() > 1, options);
  }
  for (const std::string& tag : row.tags) absl::StrAppend(&tags, tags.empty() ? "" : "\n", tag);
  return absl::StrCat(
      "<details class=\"item\" data-r=\"", letters, "\" data-t=\"", EscapeHtml(tags),
      "\"><summary><span class=\"id\">", EscapeHtml(row.id), "</span><span class=\"excerpt\">",
      item == nullptr ? "" : Cut(item->question, kExcerptMax), "</span><span class=\"strip\">", strip,
      "</span></summary>\n", ItemHead(row.id, item, row.tags),
      "<div class=\"scroll\"><table class=\"trials\"><tbody>\n", body, "</tbody></table></div></details>\n");
}

std::string Filters(const std::set<std::string>& tags) {
  std::string html =
      "<h2>Items</h2>\n<div class=\"filters\"><select id=\"show\" aria-label=\"show\"><option "
      "value=\"all\">all</option><option value=\"differ\">where variants differ</option><option "
      "value=\"some\">wrong by any</option><option value=\"none\">wrong by all</option></select>";
  if (!tags.empty()) {
    html += "<select id=\"tag\" aria-label=\"tag\"><option value=\"\">any tag</option>";
    for (const std::string& tag : tags)
      absl::StrAppend(&html, "<option value=\"", EscapeHtml(tag), "\">", EscapeHtml(tag), "</option>");
    html += "</select>";
  }
  return html +
         "<input id=\"find\" type=\"search\" placeholder=\"find\" aria-label=\"find\"> <span "
         "id=\"count\"></span></div>\n";
}

}  // namespace

std::string Items(const EvalReport& report, const std::vector<EvalTrial>& trials,
                  const PageOptions& options) {
  if (trials.empty()) return "";
  std::vector<ItemRow> rows;
  std::map<std::string, std::size_t> at;
  std::map<std::string, const EvalItem*> items;
  std::set<std::string> tags;
  for (std::size_t i = 0; options.items != nullptr && i < options.items->size(); ++i)
    items[(*options.items)[i].id] = &(*options.items)[i];
  for (const EvalTrial& trial : trials) {
    const auto [found, is_new] = at.try_emplace(trial.item, rows.size());
    if (is_new) rows.push_back({.id = trial.item});
    ItemRow& row = rows[found->second];
    row.trials[trial.variant].push_back(&trial);
    row.tags.insert(trial.tags.begin(), trial.tags.end());
    tags.insert(trial.tags.begin(), trial.tags.end());
  }
  std::string html = Filters(tags);
  html +=
      "<p class=\"hint\">A square for each variant, in the order of the table above; open an item for what "
      "each answered.</p>\n<div class=\"items\">\n";
  const std::size_t most =
      std::min(kItemsMax, std::max<std::size_t>(1, kTrialsMax * rows.size() / trials.size()));
  const std::size_t all = rows.size(), shown = std::min(all, most);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto item = items.find(rows[i].id);
    html += DrawItem(report, rows[i], item == items.end() ? nullptr : item->second, options);
  }
  html += "</div>\n";
  if (all > shown)
    absl::StrAppend(&html, "<p class=\"hint\">The first ", shown, " of ", all,
                    " items; trials.jsonl has all.</p>\n");
  return html + kPageScript;
}

}  // namespace ninefold::page
