// Measuring agents on data sets: items are read, each variant answers each of them, replies are graded, and a
// report says how good a variant is, how sure that is, and what it costs.
//
//   absl::StatusOr<std::vector<EvalItem>> items = ReadEvalItems("gsm8k.jsonl");
//   …
//   EvalReport report = Summarize(trials, {.baseline = "one"});
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/agent.h"
#include "ninefold/contemplate.h"
#include "ninefold/statistics.h"

namespace ninefold {

// --- Items -------------------------------------------------------------------------------------------------

// What a judge looks for in an answer.
struct RubricCriterion {
  std::string text;
  double points = 1;  // that an answer gets by it; below 0: that it loses
};

struct EvalItem {
  std::string id;
  std::string question;
  std::vector<std::string> files;    // paths
  std::vector<std::string> images;   // paths, https: or data: addresses
  std::vector<std::string> choices;  // of multiple choice: A, B, …
  std::string expected;              // what a right answer is, as the grader reads it
  // Of "code": Python that stands before the reply's, as the prompt of a completion; and the function that
  // the tests call, which tells the reply's block from its examples.
  std::string setup, entry_point;
  std::vector<RubricCriterion> rubric;  // of "judge"; {}: that of GradeOptions
  std::string grader;                   // "": that of GradeOptions
  std::vector<std::string> tags;
  std::string where;  // "gsm8k.jsonl:17"
};

// A data set as JSON Lines, JSON or CSV, by its content, or a folder of them. An item of our own layout has
// "question" (or "input") and "expected" (or "answer", "target"), and may have "id", "files", "images",
// "choices", "grader", "tags" and others. Those of the sets in the table of docs/evaluating.md are known by
// their fields. Cells of CSV stay the texts that they are. Relative paths are from the file's folder. `notes`
// says which records have no answer and are left out. Errors: kNotFound; kInvalidArgument with file:line,
// what and what to do, also for two items of one id.
absl::StatusOr<std::vector<EvalItem>> ReadEvalItems(const std::string& path,
                                                    std::vector<std::string>* notes = nullptr);
// `name` is the file's, for places, ids ("gsm8k-17" where an item has none) and the folder.
absl::StatusOr<std::vector<EvalItem>> ParseEvalItems(std::string_view text, std::string_view name,
                                                     std::vector<std::string>* notes = nullptr);

// The question as it is asked, its choices below it, and then a line that asks for "answer: X".
std::string QuestionText(const EvalItem& item);

// --- Grades ------------------------------------------------------------------------------------------------

struct Grade {
  double score = 0;  // 0 to 1
  bool right = false;
  std::string why;                   // in a few words, for who looks at a failure
  std::optional<bool> judge_agreed;  // of "judge": both orders gave one verdict; if not, it is not right
  // Of a rubric: how near the points of both asks are, 1 when they are the same. `score` is of their mean;
  // `judge_agreed` says that both reach `pass`, or that neither does.
  std::optional<double> agreement;
};

struct GradeOptions {
  // "exact", "normalized" (SameAnswer), "number" or "number:0.01" (relative tolerance;
  // "number:abs:0.5"), "choice", "regex", "json", "contains", "code" (the reply's Python, then the item's
  // tests), "judge" (a model compares the reply with what is expected).
  std::string grader = "normalized";
  AgentPtr judge = nullptr;  // of "judge": asked in both orders
  // Of "judge": points for what is said here, instead of a comparison; the score is the share of all points.
  std::vector<RubricCriterion> rubric = {};
  double pass = 0.5;  // the score that is right
  // Of "code": python3 runs what a model wrote, in a child process with limits, in a sandbox where the system
  // permits one to this user: MissingCodeIsolation.
  bool allow_code = false;
  absl::Duration code_time = absl::Seconds(10);
};
// The grader of this item, its own or the data set's.
const std::string& GraderOf(const EvalItem& item, const GradeOptions& options);
// kInvalidArgument: no such grader, or `expected` is nothing that it can read, with the item's place.
// kFailedPrecondition: "code" without allow_code, "judge" without a judge. A judge with a rubric needs no
// `expected`; if there is one it is shown.
absl::Status CheckGrader(const EvalItem& item, const GradeOptions& options);
// Everything but "judge", which needs a run: GradeByJudge. "code" blocks until the child has ended. Errors:
// those of CheckGrader, and kNotFound without a python3.
absl::StatusOr<Grade> GradeReply(const EvalItem& item, const Reply& reply, const GradeOptions& options);
Async<absl::StatusOr<Grade>> GradeByJudge(const EvalItem& item, const Reply& reply,
                                          const GradeOptions& options, Context& ctx);
bool NeedsJudge(const EvalItem& item, const GradeOptions& options);
// What code that is graded can reach since the system permits no sandbox, and what to do; "": it has one. The
// first call tries it, in a child process.
std::string MissingCodeIsolation();

// --- Trials and their report -------------------------------------------------------------------------------

// One attempt of a contemplation's first round.
struct EvalAttempt {
  std::string outcome;  // "cast", "abstained", "failed", "cancelled"
  std::string answer;   // as compared
  bool right = false;
  double seconds = 0;  // that it took; 0: not known
};

// One variant's answer to one item.
struct EvalTrial {
  std::string variant, item;
  std::uint64_t seed = 0;
  std::string run_id;  // where its trace is
  std::string error;   // "": it answered
  std::string answer;  // as compared
  // Its text, data and dissent, so that it can be graded anew without asking again; unset when they are
  // longer than 64 KiB.
  std::optional<Reply> reply;
  Grade grade;
  std::string judge_run_id;  // where the judge says why
  std::vector<std::string> tags;
  std::optional<Contemplation> report;  // when the reply has one
  // Of the last round's votes, when it has a report: how many were right, for coverage.
  int attempts_right = 0, attempts_cast = 0;
  // Of the first round, in declared order, for how good one is alone; {}: not known, or they cannot be
  // graded.
  std::vector<EvalAttempt> attempts;
  double confidence = -1;  // below 0: none
  Cost cost;
  absl::Duration latency;
  // Of the latency: when all its calls waited for our own limits (RateLimiter), behind those of other trials.
  absl::Duration queued;
};
// What `reply` says of itself: answer, report, attempts (each distinct answer graded once; not by "judge",
// and by "exact", "regex", "json" and "code" where the reply has their words whole), confidence
// ("confidence: 0.8", or the winner's share of the votes), cost.
absl::Status FillTrial(const EvalItem& item, const Reply& reply, const GradeOptions& options,
                       EvalTrial& trial);
Json ToJson(const EvalTrial& trial);
absl::StatusOr<EvalTrial> EvalTrialFromJson(const Json& json);

// --- What is said of a variant -----------------------------------------------------------------------------

// Several seeds of an item make the item surer, not the data set larger: intervals are of as many as there
// are items.
struct EvalShare {
  std::int64_t right = 0, n = 0, items = 0;  // trials, and the items they are of
  double accuracy = 0;
  Interval interval;  // Wilson's, of `items`
};

// Of a vote of `width` attempts.
struct EvalVoteAt {
  int width = 0;
  double accuracy = 0;
  Interval interval;  // bootstrapped over items
};

struct EvalArm {
  std::string variant;
  std::string family;                        // SummaryOptions::families, else the variant
  std::int64_t n = 0, items = 0, right = 0;  // trials; items, fewer when they are tried with several seeds
  std::int64_t errors = 0;                   // count as not right
  std::string first_error;                   // "": none
  double accuracy = 0;
  Interval interval;                        // Wilson's; of as many as there are items
  double score = 0;                         // mean
  std::map<std::uint64_t, double> by_seed;  // accuracy
  Calibration calibration;                  // of trials with a confidence
  std::int64_t calibrated = 0;
  std::int64_t judged = 0, judge_split = 0;        // a judge was asked; its two orders disagreed
  std::int64_t by_rubric = 0;                      // of those judged, with a rubric
  double agreement_of_points = 0;                  // of these: Grade::agreement, its mean
  double latency_median = 0, latency_p95 = 0;      // seconds, without those that were queued
  double queued_median = 0, queued_p95 = 0;        // seconds in our own queue, beside it
  double tokens_total = 0, tokens_sequential = 0;  // means
  double cached_share = -1;                        // of the input tokens; below 0: not known
  double usd = 0;                                  // of all
  bool usd_is_known = true;
  std::map<std::string, EvalShare> tags;

  // --- Of its attempts. Those that failed or abstained are not right.
  double started = 0, cast = 0, abstained = 0, failed = 0, cancelled = 0;  // means; one, without a report
  std::map<std::string, std::int64_t> stops;                               // {}: no contemplation
  double agreement = -1;  // mean share of the votes that the leader has; below 0: not known
  // Votes over attempts that saw nothing of each other, without a verifier; and all of them were made.
  bool plain_votes = false, all_made = false;
  double coverage = -1;        // any attempt was right; below 0: not known
  double selection_gap = 0;    // coverage - accuracy, of the trials whose attempts are known
  bool stopped_early = false;  // some attempts were not made: coverage and gap would be no less with them
  // Of one attempt of the first round: mean (below 0: not known), and correlation of two at one item. Where
  // stops cut attempts off, of the first two declared of each trial; `single_is_rough`: of these, too, some
  // were cut off, and the two that ended first stand for them. Of one agent: of its seeds.
  double single = -1, rho = 0;
  bool single_is_rough = false;
  // How votes would do. If all wrong answers agree, by `single` and `rho` (MajorityAccuracy): where they
  // scatter, votes do better. And as they are: of each item's votes, `width` drawn without replacement. Only
  // of one agent with several seeds, and of plain votes.
  std::vector<EvalVoteAt> if_wrong_agree, as_drawn;
};

// Of two variants, item by item, each with the share of its trials that are right.
struct EvalComparison {
  // kAsGood: a gain of SummaryOptions::margin or more is ruled out. kNoTelling: neither that nor a
  // difference.
  enum Verdict { kNoTelling, kBetter, kWorse, kAsGood };
  std::string a, b;
  std::int64_t n = 0, only_a = 0,
               only_b = 0;        // items that both were asked; of these, better under a, under b
  double p = 1;                   // SignFlipP
  double p_holm = 1;              // adjusted over the comparisons that stand together
  double difference = 0;          // of accuracy, b - a
  Interval interval = {-1, 1};    // of it: PairedInterval
  double tokens_ratio = 0;        // of b to a; 0: not known
  double discordant = 0;          // mean square of the differences, with one more of 1 than was seen
  double least_seen = 1;          // about the least difference that so many items show, four times in five
  std::int64_t items_needed = 0;  // about, to see one of the margin
  Verdict verdict = kNoTelling;
};
std::string_view VerdictName(EvalComparison::Verdict verdict);  // "no telling", "better", "worse", "as good"

// Of a family of variants (a sweep), the one whose tokens come nearest to those of a reference: what the idea
// brings at the same cost, or in the same time.
struct EvalMatch {
  std::string family;
  bool sequential = false;  // matched by tokens one after another, which stand for time; else by all tokens
  double ratio = 0;         // of its tokens to the reference's
  bool near() const { return ratio >= 0.8 && ratio <= 1.25; }  // else it is no match
  EvalComparison comparison;                                   // a: the reference, b: the variant
};

struct EvalTagComparison {
  std::string tag;
  EvalComparison comparison;  // of the baseline (a) with another on the items of this tag
};

// Whether a measured vote is where the votes of a wider one of the same team say it is.
struct EvalVoteCheck {
  std::string of, measured_by;  // variants
  int width = 0;
  double predicted = 0, measured = 0;
  Interval difference;  // measured - predicted, by item
  bool inside() const { return difference.low <= 0 && difference.high >= 0; }
};

struct EvalReport {
  std::string name;
  std::string note;  // said on every table and plot; "": nothing
  std::string baseline;
  double margin = 0.03;
  std::vector<EvalArm> arms;                // in the order of their first trial
  std::vector<EvalComparison> comparisons;  // of the baseline (a) with each other
  std::vector<EvalTagComparison> by_tag;
  std::vector<EvalMatch> matches;  // by all tokens, then by those one after another
  std::vector<EvalVoteCheck> vote_checks;
  std::vector<std::string> warnings;  // "one agent is as good: …"
};

struct SummaryOptions {
  std::string name = "";
  std::string baseline = "";  // "": the first variant, as when there is none of this name
  std::uint64_t seed = 1;     // of what is bootstrapped
  double margin = 0.03;       // a gain below it is none: "as good" is said when more is ruled out
  // The family of each variant; a family of the reference's own is not matched. {}: nothing is matched.
  std::map<std::string, std::string> families = {};
  // Who makes the attempts of each variant: votes are checked against those of the same. {}: the family.
  std::map<std::string, std::string> teams = {};
  std::string match = "";  // the reference; "": the baseline
  std::string note = "";
};
EvalReport Summarize(const std::vector<EvalTrial>& trials, const SummaryOptions& options);
Json ToJson(const EvalReport& report);
std::string ToText(const EvalReport& report);  // tables for a terminal, 100 columns

struct PageOptions {
  const std::vector<EvalItem>* items = nullptr;  // for what was asked and expected; null: only ids
  // Where a trial's trace is, as seen from the page; "": nowhere. null: only the command that shows it.
  std::function<std::string(const EvalTrial&)> trace_link = nullptr;
};
// One page that needs nothing else, with plots. `trials` for the list of items, each with its run's id.
std::string ToHtml(const EvalReport& report, const std::vector<EvalTrial>& trials,
                   const PageOptions& options = {});

// What a trial's run did, as a page of the same look: its picture, and its steps with what was said. `item`
// may be null.
std::string TraceToHtml(const EvalTrial& trial, const EvalItem* item, const std::vector<Event>& events);

}  // namespace ninefold
