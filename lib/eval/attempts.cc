// Of a variant's attempts: what became of them, and how good one of them is alone.
//
// A stop comes the sooner the more attempts agree, so the attempts that were made under it are no fair
// sample: of five, cut off when three agree, the pairs agree too often. Fair are those that are made whatever
// the others say: the first two.
#include "eval/attempts.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/try.h"
#include "eval/arms.h"
#include "ninefold/status.h"
#include "ninefold/vote_theory.h"
#include "team/contemplate/attempt.h"

namespace ninefold {
namespace eval {
namespace {

bool WasCutOff(const EvalAttempt& attempt) { return attempt.outcome == "cancelled"; }

bool IsPlainVote(const Contemplation& report) {
  const bool verified = std::any_of(report.votes.begin(), report.votes.end(),
                                    [](const Contemplation::Vote& vote) { return vote.verified; });
  const bool voted = report.votes.empty() || report.aggregate == "vote";
  return report.rounds == 0 && !verified && voted && report.stop != "one agent";
}

void CountAttempts(const TrialList& trials, EvalArm& arm) {
  double agreement = 0, of = 0;
  arm.plain_votes = true;
  for (const EvalTrial* trial : trials) {
    if (!trial->report) {
      arm.started += 1, arm.cast += trial->error.empty(), arm.failed += !trial->error.empty();
      continue;
    }
    const Contemplation& report = *trial->report;
    arm.started += report.started, arm.cancelled += report.cancelled;
    arm.cast += report.cast, arm.abstained += report.abstained, arm.failed += report.failed;
    ++arm.stops[report.stop];
    arm.plain_votes = arm.plain_votes && IsPlainVote(report);
    arm.stopped_early =
        arm.stopped_early || report.cancelled > 0 ||
        (report.stop != "all answered" && report.stop != "one agent" && report.started < report.width);
    int votes = 0;
    for (const Contemplation::Vote& vote : report.votes) votes += vote.count;
    if (votes > 0) agreement += double(report.votes.front().count) / votes, ++of;
  }
  if (arm.stops.empty()) arm.plain_votes = false;  // one agent
  const auto n = double(trials.size());
  for (double* mean : {&arm.started, &arm.cast, &arm.abstained, &arm.failed, &arm.cancelled}) *mean /= n;
  if (of > 0) arm.agreement = agreement / of;
}

// Whether any attempt was right; nullopt: not known.
std::optional<bool> IsCovered(const EvalTrial& trial) {
  if (!trial.error.empty()) return false;
  if (!trial.report) return std::nullopt;
  if (trial.report->stop == "one agent") return trial.grade.right;
  if (trial.attempts_cast > 0 || trial.report->cast == 0) return trial.attempts_right > 0;
  return std::nullopt;
}

void AddCoverage(const TrialList& trials, EvalArm& arm) {
  double known = 0, covered = 0, right = 0;
  for (const EvalTrial* trial : trials) {
    const std::optional<bool> is_covered = IsCovered(*trial);
    if (!is_covered) continue;
    ++known, covered += *is_covered, right += trial->grade.right;
  }
  if (known == 0) return;
  arm.coverage = covered / known;
  arm.selection_gap = (covered - right) / known;
}

bool AllWereMade(const EvalTrial& trial) {
  if (!trial.error.empty()) return true;
  return trial.report && std::int64_t(trial.attempts.size()) >= trial.report->width &&
         std::none_of(trial.attempts.begin(), trial.attempts.end(), WasCutOff);
}

// The first two declared. Where one of them was cut off, the two that ended first: these, too, were not
// chosen by what the others said.
std::pair<int, int> FirstTwo(const EvalTrial& trial, bool& is_rough) {
  std::vector<const EvalAttempt*> ended;
  for (const EvalAttempt& attempt : trial.attempts) {
    if (!WasCutOff(attempt)) ended.push_back(&attempt);
  }
  const bool cut = trial.attempts.size() < 2 || WasCutOff(trial.attempts[0]) || WasCutOff(trial.attempts[1]);
  if (cut) {
    is_rough = true;
    std::stable_sort(ended.begin(), ended.end(),
                     [](const EvalAttempt* a, const EvalAttempt* b) { return a->seconds < b->seconds; });
  }
  const std::size_t n = std::min<std::size_t>(2, ended.size());
  int right = 0;
  for (std::size_t i = 0; i < n; ++i) right += ended[i]->right;
  return {right, int(n)};
}

// By item: of the attempts that are a fair sample, how many were right.
std::vector<std::pair<int, int>> FairAttempts(const TrialList& trials, EvalArm& arm) {
  std::size_t most = 2;
  for (const EvalTrial* trial : trials) most = std::max(most, trial->attempts.size());
  std::map<std::string, std::pair<int, int>> by_item;
  for (const EvalTrial* trial : trials) {
    auto& [right, n] = by_item[trial->item];
    if (!trial->error.empty()) {  // none of its attempts was right
      n += arm.all_made ? int(most) : 2;
    } else if (arm.all_made) {
      for (const EvalAttempt& attempt : trial->attempts) right += attempt.right, ++n;
    } else if (!trial->attempts.empty()) {
      const auto [of_two, made] = FirstTwo(*trial, arm.single_is_rough);
      right += of_two, n += made;
    }
  }
  std::vector<std::pair<int, int>> fair;
  for (const auto& [item, count] : by_item) {
    if (count.second >= 2) fair.push_back(count);
  }
  return fair;
}

// Of one agent: each seed is an attempt.
std::vector<std::pair<int, int>> SeedsAsAttempts(const TrialList& trials) {
  std::map<std::string, std::pair<int, int>> by_item;
  for (const EvalTrial* trial : trials)
    by_item[trial->item].first += trial->grade.right, ++by_item[trial->item].second;
  std::vector<std::pair<int, int>> counts;
  for (const auto& [item, count] : by_item) {
    if (count.second >= 2) counts.push_back(count);
  }
  return counts;
}

void AddDrawnCurve(const TrialList& trials, std::uint64_t seed, EvalArm& arm) {
  std::size_t most = 0;
  for (const EvalTrial* trial : trials) most = std::max(most, trial->attempts.size());
  std::vector<int> widths;
  for (const int width : {1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 16, 24, 32, 48, 64, 128, 256, 512, 1024}) {
    if (std::size_t(width) <= most) widths.push_back(width);
  }
  if (most > 1) arm.as_drawn = AsDrawn(trials, widths, seed);
}

}  // namespace

void AddAttempts(const TrialList& trials, std::uint64_t seed, EvalArm& arm) {
  CountAttempts(trials, arm);
  const bool one_agent = arm.stops.empty();
  const bool graded =
      std::any_of(trials.begin(), trials.end(), [](const EvalTrial* t) { return !t->attempts.empty(); });
  if (!one_agent) AddCoverage(trials, arm);
  arm.all_made =
      graded && std::all_of(trials.begin(), trials.end(), [](const EvalTrial* t) { return AllWereMade(*t); });
  if (!one_agent && !graded) return;
  const auto fair = one_agent ? SeedsAsAttempts(trials) : FairAttempts(trials, arm);
  if (fair.empty()) return;
  const Difficulty difficulty = EstimateDifficulty(fair);
  arm.single = difficulty.p, arm.rho = difficulty.rho;
  if (one_agent || arm.plain_votes) arm.if_wrong_agree = IfWrongAgree(fair, seed);
  if (!one_agent && arm.plain_votes && arm.all_made) AddDrawnCurve(trials, seed, arm);
}

}  // namespace eval

namespace {

// "solve.12" is the twelfth of the first round, "refine.1.3" is of another; 0: none of the first.
int NumberOf(const std::string& id) {
  int number = 0;
  const bool is_first = absl::StartsWith(id, "solve.") && absl::SimpleAtoi(id.substr(6), &number);
  return is_first && number > 0 && number <= 1024 ? number : 0;
}

// Of a report that does not list them: by who gave each answer. Of the others it is known only how many
// abstained or failed.
std::vector<EvalAttempt> AttemptsByVotes(const Contemplation& report) {
  std::map<int, const Contemplation::Vote*> cast;
  for (const Contemplation::Vote& vote : report.votes) {
    for (const std::string& id : vote.whose) {
      if (const int number = NumberOf(id); number > 0) cast[number] = &vote;
    }
  }
  int blank = report.abstained + report.failed;
  std::vector<EvalAttempt> attempts;
  for (int number = 1; number <= report.started && !cast.empty(); ++number) {
    const auto found = cast.find(number);
    if (found != cast.end()) {
      attempts.push_back({"cast", found->second->answer});
    } else {
      attempts.push_back({blank-- > 0 ? "failed" : "cancelled"});
    }
  }
  return attempts;
}

std::vector<EvalAttempt> ListedAttempts(const Json& listed) {
  std::vector<EvalAttempt> attempts;
  for (const Json& one : listed) {
    const std::string* id = GetString(one, "id");
    if (id == nullptr || NumberOf(*id) == 0) continue;
    attempts.push_back(EvalAttemptFromJson(one));
    attempts.back().right = false;
  }
  return attempts;
}

}  // namespace

absl::StatusOr<std::vector<EvalAttempt>> AttemptsOf(
    const Contemplation& report, const Json& json,
    const std::function<absl::StatusOr<bool>(const std::string& answer)>& is_right) {
  std::vector<EvalAttempt> attempts;
  if (report.width <= 1 || report.stop == "one agent") return attempts;
  const Json* listed = GetMember(json, "attempts");
  if (listed != nullptr && listed->is_array()) {
    attempts = ListedAttempts(*listed);
  } else if (report.rounds == 0) {
    attempts = AttemptsByVotes(report);
  }
  for (EvalAttempt& attempt : attempts) {
    if (attempt.outcome != "cast") continue;
    TRY(attempt.right, is_right(attempt.answer));
  }
  return attempts;
}

std::map<std::string, Reply> WordsOfAttempts(const Reply& reply, const Contemplation& report) {
  std::map<std::string, Reply> words;
  for (const Contemplation::Vote& vote : report.votes) {
    if (vote.answer == report.answer && report.aggregate != "synthesize") {
      words[vote.answer].text = reply.text, words[vote.answer].data = reply.data;
      continue;
    }
    for (const Dissent& opinion : reply.dissent) {
      const std::string who = opinion.who.substr(0, opinion.who.find(' '));  // "solve.2 and 3 more"
      const bool is_theirs = std::find(vote.whose.begin(), vote.whose.end(), who) != vote.whose.end();
      if (!is_theirs || opinion.text.find(kDigestGap) != std::string::npos) continue;
      words[vote.answer].text = std::string(absl::StripSuffix(opinion.text, ToAbsl(kRefutedNote)));
      break;
    }
  }
  return words;
}

Json ToJson(const EvalAttempt& attempt) {
  Json json = {{"outcome", attempt.outcome}};
  if (!attempt.answer.empty()) json["answer"] = attempt.answer;
  if (attempt.right) json["right"] = true;
  if (attempt.seconds > 0) json["seconds"] = attempt.seconds;
  return json;
}

EvalAttempt EvalAttemptFromJson(const Json& json) {
  const std::string *outcome = GetString(json, "outcome"), *answer = GetString(json, "answer");
  return {outcome == nullptr ? "failed" : *outcome, answer == nullptr ? "" : *answer,
          GetBool(json, "right").value_or(false), GetNumber(json, "seconds").value_or(0)};
}

}  // namespace ninefold
