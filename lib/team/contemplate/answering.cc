// One answer of many, by the aggregate that was asked for or the next simpler one.
#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "team/contemplate/attempt.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"
#include "team/finished.h"
#include "team/patterns/parts.h"

namespace ninefold {
namespace {

constexpr std::size_t kCandidatesMost = 16;  // of a knock-out
constexpr std::size_t kComparedMost = 8;     // answers that are asked about: 28 pairs

absl::Status NoTime(std::string_view who) {
  return absl::DeadlineExceededError(absl::StrCat("no time was left for the ", ToAbsl(who)));
}

}  // namespace

// What was found wrong stays out of it while there is anything else.
std::vector<Cluster> ContemplatePlan::State::Unrefuted() const {
  std::vector<Cluster> clusters = tally.clusters;
  std::erase_if(clusters, [](const Cluster& cluster) { return cluster.finding == Finding::kWrong; });
  return clusters.empty() ? tally.clusters : clusters;
}

std::vector<std::string> ContemplatePlan::State::CastIds(const std::vector<Cluster>& clusters) const {
  std::vector<std::size_t> cast;
  for (const Cluster& cluster : clusters)
    cast.insert(cast.end(), cluster.attempts.begin(), cluster.attempts.end());
  std::sort(cast.begin(), cast.end());
  std::vector<std::string> ids;
  for (const std::size_t i : cast) ids.push_back(attempts[i].id);
  return ids;
}

// The surest of those that gave the answer; of equals the first.
const Attempt& ContemplatePlan::State::BestOf(const Cluster& cluster) const {
  const Attempt* best = &attempts[cluster.attempts[0]];
  for (const std::size_t i : cluster.attempts) {
    const Attempt& attempt = attempts[i];
    const bool is_right = attempt.finding == Finding::kRight, best_is = best->finding == Finding::kRight;
    if (is_right != best_is ? is_right : attempt.weight > best->weight) best = &attempt;
  }
  return *best;
}

// ---- answers that are written differently ---------------------------------------------------------------

// A vote that has more than all others together is won whatever is the same as what.
bool ContemplatePlan::State::MayCompareMatter() const {
  if (options.same == nullptr || report.stop == "verified" || tally.clusters.size() < 2) return false;
  if (options.aggregate == Aggregate::kSynthesize) return false;
  return options.aggregate == Aggregate::kKnockout || tally.Lead() <= tally.Others();
}

void ContemplatePlan::State::Compare(Extension& extension) {
  stage = kComparing;
  if (!MayCompareMatter()) return;
  const std::size_t answers = std::min(tally.clusters.size(), kComparedMost);
  for (std::size_t i = 0; i < answers; ++i) {
    for (std::size_t k = i + 1; k < answers; ++k) {
      Task task{.id = absl::StrCat("same.", i + 1, ".", k + 1),
                .agent = options.same,
                .prompt = SamePrompt(tally.clusters[i].answer, tally.clusters[k].answer)};
      task.on_failure = OnFailure::Skip();
      compared[task.id] = {i, k};
      extension.tasks.push_back(std::move(task));
    }
  }
}

bool ContemplatePlan::State::IsComparing() const {
  return std::any_of(compared.begin(), compared.end(), [](const auto& pair) { return pair.second.is_open; });
}

// Answers that are the same become the one of them that stands first (union-find): so it makes no difference
// in which order the comparisons ended. Those that have not ended say nothing.
void ContemplatePlan::State::MergeSame(Extension& extension) {
  std::vector<std::size_t> first(tally.clusters.size());
  std::iota(first.begin(), first.end(), std::size_t(0));
  const auto root = [&](std::size_t i) {
    while (first[i] != i) i = first[i];
    return i;
  };
  bool any = false;
  for (const auto& [id, pair] : compared) {
    if (pair.is_open) extension.cancel.push_back(id);
    if (!pair.is_same) continue;
    const std::size_t one = root(pair.one), other = root(pair.other);
    first[std::max(one, other)] = std::min(one, other);
    any = true;
  }
  if (!any) return;
  for (std::size_t i = 0; i < tally.clusters.size(); ++i) {
    for (const std::size_t at : tally.clusters[i].attempts)
      attempts[at].answer = tally.clusters[root(i)].answer;
  }
  std::vector<Ballot> ballots;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const Attempt& attempt = attempts[i];
    if (attempt.state == Attempt::kCast)
      ballots.push_back({attempt.answer, i, attempt.weight, attempt.finding});
  }
  tally = CountVotes(std::move(ballots), tally.weighted);
}

// ---- aggregates -----------------------------------------------------------------------------------------

void ContemplatePlan::State::BeginAggregate(Extension& extension) {
  stage = kAggregating;
  aggregate = options.aggregate;
  if (report.stop == "verified" || tally.cast < 2) aggregate = Aggregate::kVote;
  const std::vector<Cluster> candidates = Unrefuted();
  if (aggregate == Aggregate::kAuto)
    aggregate = tally.clusters[0].count > 1 ? Aggregate::kVote : Aggregate::kKnockout;
  if (aggregate == Aggregate::kKnockout && candidates.size() < 2) aggregate = Aggregate::kVote;
  if (aggregate == Aggregate::kSynthesize) {
    merge.emplace(CastIds(candidates), options, options.judge);
    std::vector<Task> merges = merge->NextLevel();
    if (merges.size() == 1) extension.output = merges[0].id;
    for (Task& task : merges) extension.tasks.push_back(std::move(task));
  } else if (aggregate == Aggregate::kKnockout) {
    BeginKnockout(extension);
  } else {
    AnswerByVote(extension);
  }
}

void ContemplatePlan::State::BeginKnockout(Extension& extension) {
  std::vector<ShownAttempt> candidates;
  for (const Cluster& cluster : Unrefuted()) {
    if (candidates.size() < kCandidatesMost) candidates.push_back(AsShown(BestOf(cluster)));
  }
  knockout.emplace(std::move(candidates), options, options.judge);
  AdvanceKnockout(/*is_late=*/false, extension);
}

void ContemplatePlan::State::FallBack(const absl::Status& why, Aggregate to, Extension& extension) {
  report.fallbacks.push_back(absl::StrCat(ToAbsl(AggregateName(aggregate)), ": ", Describe(why)));
  aggregate = to;
  if (to == Aggregate::kKnockout && Unrefuted().size() >= 2) return BeginKnockout(extension);
  aggregate = Aggregate::kVote;
  AnswerByVote(extension);
}

void ContemplatePlan::State::Advance(const Progress& progress, absl::Time now, Extension& extension) {
  const bool is_late = now >= until.judge;
  if (knockout) {
    if (is_late || knockout->LevelIsOver()) AdvanceKnockout(is_late, extension);
  } else if (merge) {
    if (is_late || merge->LevelIsOver()) AdvanceMerge(progress, is_late, extension);
  }
}

void ContemplatePlan::State::AdvanceKnockout(bool is_late, Extension& extension) {
  if (is_late) {
    const std::vector<std::string> open = knockout->open();
    extension.cancel.insert(extension.cancel.end(), open.begin(), open.end());
    return FallBack(NoTime("judge"), Aggregate::kVote, extension);
  }
  std::vector<Task> matches = knockout->NextLevel();
  for (Task& match : matches) {
    AddDigests(match, extension);
    extension.tasks.push_back(std::move(match));
  }
  if (!matches.empty()) return;
  if (knockout->has_failed()) return FallBack(knockout->failure(), Aggregate::kVote, extension);
  const auto winner = std::find_if(attempts.begin(), attempts.end(),
                                   [&](const Attempt& attempt) { return attempt.id == knockout->winner(); });
  report.answer = winner->answer;
  // It stands also where the last matches failed, by those before.
  std::vector<std::string> needs = knockout->last_matches();
  needs.push_back(winner->id);
  Answer(WinnersReply(*winner), std::move(needs), extension);
}

void ContemplatePlan::State::AdvanceMerge(const Progress& progress, bool is_late, Extension& extension) {
  absl::Status why = merge->failure();
  if (is_late) {
    const std::vector<std::string> open = merge->open();
    extension.cancel.insert(extension.cancel.end(), open.begin(), open.end());
    why = NoTime("judge");
  } else {
    std::vector<Task> merges = merge->NextLevel();
    if (merges.size() == 1) extension.output = merges[0].id;
    for (Task& task : merges) extension.tasks.push_back(std::move(task));
    if (!merges.empty()) return;
  }
  report.left_out = merge->left_out();
  const std::vector<MergedReport> merged = merge->merged();
  if (merged.empty()) return FallBack(why, is_late ? Aggregate::kVote : Aggregate::kKnockout, extension);
  if (merged.size() > 1)
    report.fallbacks.push_back(
        absl::StrCat("synthesize: ", Describe(why), "; the merges stand side by side"));
  AnswerMerged(progress, merged, extension);
}

// ---- the answer -----------------------------------------------------------------------------------------

// The winner's own words and evidence, what supports them, and what was held against them.
Reply ContemplatePlan::State::WinnersReply(const Attempt& winner) const {
  Reply reply;
  reply.text = winner.reply->text;
  reply.data = winner.reply->data;
  if (winner.finding == Finding::kWrong) {
    const auto words = check_words.find(winner.check);
    const bool says_why = words != check_words.end() && !words->second.empty();
    reply.dissent.push_back({"check", says_why ? words->second : "found this answer wrong"});
  }
  for (const Cluster& cluster : tally.clusters) {
    const bool won = cluster.answer == winner.answer;
    if (won) patterns::AddEvidence(*winner.reply, reply);
    for (const std::size_t i : won ? cluster.attempts : std::vector<std::size_t>())
      patterns::AddEvidence(*attempts[i].reply, reply);
    if (won) continue;
    const Attempt& best = BestOf(cluster);
    const std::string others =
        cluster.count > 1 ? absl::StrCat(best.id, " and ", cluster.count - 1, " more") : best.id;
    std::string text = DigestOf(*best.reply, options.digest_bytes);
    if (cluster.finding == Finding::kWrong) text += kRefutedNote;
    reply.dissent.push_back({others, std::move(text)});
  }
  return reply;
}

void ContemplatePlan::State::AnswerByVote(Extension& extension) {
  const Attempt& winner = BestOf(tally.clusters[0]);
  report.answer = winner.answer;
  Answer(WinnersReply(winner), CastIds(tally.clusters), extension);
}

// The judge's words as they are; several merges, whose own merge could not be made, one below the other.
void ContemplatePlan::State::AnswerMerged(const Progress& progress, const std::vector<MergedReport>& merged,
                                          Extension& extension) {
  Reply reply;
  std::vector<std::string> needs;
  for (const MergedReport& part : merged) {
    const Reply& said = *progress.result(part.id)->reply;
    needs.push_back(part.id);
    absl::StrAppend(&reply.text, reply.text.empty() ? "" : "\n\n", said.text);
    if (merged.size() == 1) reply.data = said.data;
    patterns::AddEvidence(said, reply);
    reply.dissent.insert(reply.dissent.end(), said.dissent.begin(), said.dissent.end());
  }
  if (merged.size() > 1) absl::StrAppend(&reply.text, "\n\nNot merged: ", report.fallbacks.back());
  report.answer = options.normalize(reply);
  const std::vector<std::string> candidates = CastIds(Unrefuted());
  const auto is_there = [&](const std::string& id) {
    return std::find(candidates.begin(), candidates.end(), id) != candidates.end();
  };
  for (const std::string& id : CitedAttempts(reply.text)) {
    if (is_there(id)) {
      report.cited.push_back(id);
    } else {
      ctx.Emit(event::Warning{absl::StrCat("the synthesis cites [", id, "], which it was not given")});
    }
  }
  report.confidence = double(report.cited.size()) / double(std::max<std::size_t>(candidates.size(), 1));
  Answer(std::move(reply), std::move(needs), extension);
}

void ContemplatePlan::State::Answer(Reply reply, std::vector<std::string> needs, Extension& extension) {
  stage = kAnswering;
  FillReport();
  AgentCard card{std::string(AggregateName(aggregate)), "Makes one answer of many"};
  extension.tasks.push_back(Finished(kAnswerId, std::move(needs), std::move(reply), std::move(card)));
  extension.output = kAnswerId;
}

// Nobody has an answer: the first who says so is the answer, as it would be of one agent alone.
absl::Status ContemplatePlan::State::AnswerNothing(Extension& extension) {
  const auto abstained = std::find_if(attempts.begin(), attempts.end(), [](const Attempt& attempt) {
    return attempt.state == Attempt::kAbstained && attempt.reply != nullptr;
  });
  if (abstained == attempts.end()) {
    const absl::Status& first = round->first_failure();
    return Annotate(first.ok() ? absl::UnavailableError("no reply") : first,
                    "every attempt has failed; the first one said");
  }
  Reply reply;
  reply.text = abstained->reply->text;
  reply.evidence = abstained->reply->evidence;
  Answer(std::move(reply), {abstained->id}, extension);
  return absl::OkStatus();
}

void ContemplatePlan::State::FillReport() {
  report.aggregate = std::string(AggregateName(aggregate));
  report.tie = tally.tie && aggregate != Aggregate::kKnockout && aggregate != Aggregate::kSynthesize;
  double all = 0, winners = 0;
  for (const Cluster& cluster : tally.clusters) {
    Contemplation::Vote vote{.answer = cluster.answer,
                             .count = cluster.count,
                             .weight = tally.weighted ? cluster.weight : cluster.count,
                             .verified = cluster.finding == Finding::kRight,
                             .refuted = cluster.finding == Finding::kWrong,
                             .whose = {}};
    for (const std::size_t i : cluster.attempts) vote.whose.push_back(attempts[i].id);
    all += vote.weight;
    if (cluster.answer == report.answer && !vote.refuted) winners = vote.weight;
    report.votes.push_back(std::move(vote));
  }
  if (aggregate != Aggregate::kSynthesize) report.confidence = all > 0 ? winners / all : 0;
}

}  // namespace ninefold
