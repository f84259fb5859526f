// One answer of many, by the aggregate that was asked for or the next simpler one.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/contemplate/attempt.h"
#include "team/contemplate/plan_state.h"
#include "team/contemplate/prompts.h"
#include "team/finished.h"

namespace ninefold {
namespace {

constexpr std::size_t kCandidatesMost = 16;  // of a knock-out
constexpr std::size_t kComparedMost = 8;     // answers that are asked about: 28 pairs

}  // namespace

std::vector<std::string> ContemplatePlan::State::CastIds() const {
  std::vector<std::size_t> cast;
  for (const Cluster& cluster : tally.clusters)
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

void ContemplatePlan::State::Compare(Extension& extension) {
  stage = kComparing;
  const std::size_t answers = std::min(tally.clusters.size(), kComparedMost);
  for (std::size_t i = 0; options.same != nullptr && i < answers; ++i) {
    for (std::size_t k = i + 1; k < answers; ++k) {
      const std::string &one = tally.clusters[i].answer, &other = tally.clusters[k].answer;
      Task task{.id = absl::StrCat("same.", i + 1, ".", k + 1),
                .agent = options.same,
                .prompt = SamePrompt(one, other)};
      task.on_failure = OnFailure::Skip();
      compared[task.id] = {one, other};
      extension.tasks.push_back(std::move(task));
    }
  }
  compared_open = compared.size();
}

// Each answer becomes the one it is the same as; chains are followed to their end (union-find).
void ContemplatePlan::State::MergeSame() {
  if (same_as.empty()) return;
  std::vector<Ballot> ballots;
  for (Attempt& attempt : attempts) {
    if (attempt.state != Attempt::kCast) continue;
    for (auto found = same_as.find(attempt.answer); found != same_as.end();
         found = same_as.find(attempt.answer))
      attempt.answer = found->second;
  }
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const Attempt& attempt = attempts[i];
    if (attempt.state == Attempt::kCast)
      ballots.push_back({attempt.answer, i, attempt.weight, attempt.finding});
  }
  tally = CountVotes(std::move(ballots), tally.weighted);
}

void ContemplatePlan::State::BeginAggregate(Extension& extension) {
  stage = kAggregating;
  aggregate = options.aggregate;
  if (report.stop == "verified" || tally.cast < 2) aggregate = Aggregate::kVote;
  const bool agreed = tally.clusters.size() < 2;
  if (aggregate == Aggregate::kAuto)
    aggregate = tally.clusters[0].count > 1 ? Aggregate::kVote : Aggregate::kKnockout;
  if (aggregate == Aggregate::kKnockout && agreed) aggregate = Aggregate::kVote;
  if (aggregate == Aggregate::kSynthesize) {
    merge.emplace(CastIds(), options, options.judge);
    extension.tasks = merge->NextLevel();
  } else if (aggregate == Aggregate::kKnockout) {
    FallBack(absl::OkStatus(), Aggregate::kKnockout, extension);
  } else {
    AnswerByVote(extension);
  }
}

void ContemplatePlan::State::FallBack(const absl::Status& why, Aggregate to, Extension& extension) {
  if (!why.ok())
    report.fallbacks.push_back(absl::StrCat(ToAbsl(AggregateName(aggregate)), ": ", Describe(why)));
  aggregate = to;
  if (to != Aggregate::kKnockout || tally.clusters.size() < 2) {
    aggregate = Aggregate::kVote;
    AnswerByVote(extension);
    return;
  }
  std::vector<std::string> candidates;
  for (const Cluster& cluster : tally.clusters) {
    if (candidates.size() < kCandidatesMost) candidates.push_back(BestOf(cluster).id);
  }
  knockout.emplace(std::move(candidates), options, options.judge);
  extension.tasks = knockout->NextLevel();
}

void ContemplatePlan::State::Advance(Extension& extension) {
  if (knockout) {
    if (!knockout->LevelIsOver()) return;
    EndLevel();
    extension.tasks = knockout->NextLevel();
    if (!extension.tasks.empty()) return;
    if (knockout->has_failed()) return FallBack(knockout->failure(), Aggregate::kVote, extension);
    const auto winner = std::find_if(attempts.begin(), attempts.end(), [&](const Attempt& attempt) {
      return attempt.id == knockout->winner();
    });
    report.answer = winner->answer;
    // It stands also where the last matches failed, by those before.
    std::vector<std::string> needs = knockout->last_matches();
    needs.push_back(winner->id);
    return Answer(WinnersReply(*winner), std::move(needs), extension);
  }
  if (!merge || !merge->LevelIsOver()) return;
  EndLevel();
  extension.tasks = merge->NextLevel();
  if (!extension.tasks.empty()) return;
  if (merge->whole().empty()) return FallBack(merge->failure(), Aggregate::kKnockout, extension);
  report.answer = tally.clusters[0].answer;
  Answer(Reply(), {merge->whole()}, extension);
}

// The winner's own words and evidence, what supports them, and what was held against them.
Reply ContemplatePlan::State::WinnersReply(const Attempt& winner) const {
  Reply reply;
  reply.text = winner.reply->text;
  if (winner.reply->data) reply.data = winner.reply->data;
  for (const Cluster& cluster : tally.clusters) {
    const bool won = cluster.answer == winner.answer;
    for (const std::size_t i : won ? cluster.attempts : std::vector<std::size_t>()) {
      const auto& evidence = attempts[i].reply->evidence;
      reply.evidence.insert(reply.evidence.end(), evidence.begin(), evidence.end());
    }
    if (won) continue;
    const Attempt& best = BestOf(cluster);
    const std::string others =
        cluster.count > 1 ? absl::StrCat(best.id, " and ", cluster.count - 1, " more") : best.id;
    reply.dissent.push_back({others, DigestOf(*best.reply, options.digest_bytes)});
  }
  return reply;
}

void ContemplatePlan::State::AnswerByVote(Extension& extension) {
  const Attempt& winner = BestOf(tally.clusters[0]);
  report.answer = winner.answer;
  Answer(WinnersReply(winner), CastIds(), extension);
}

void ContemplatePlan::State::Answer(Reply reply, std::vector<std::string> needs, Extension& extension) {
  stage = kAnswering;
  for (const std::string& id : open_timers) extension.cancel.push_back(id);
  open_timers.clear();
  FillReport();
  if (merge && !merge->whole().empty()) {
    Task task{.id = kAnswerId, .needs = needs};
    // The judge's reply as it is.
    task.agent = MakeFunctionAgent({"answer", "Hands on the merged report"},
                                   [](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
                                     const std::string text = TextOf(prompt);
                                     CO_TRY(Json json, ParseJson(text));
                                     co_return ReplyFromJson(json);
                                   });
    task.prompt = PromptTemplate([id = needs[0]](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
      return Prompt(DumpJson(ToJson(*inputs.Find(id)->reply)));
    });
    extension.tasks.push_back(std::move(task));
  } else {
    AgentCard card{std::string(AggregateName(aggregate)), "Makes one answer of many"};
    extension.tasks.push_back(Finished(kAnswerId, std::move(needs), std::move(reply), std::move(card)));
  }
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
    Contemplation::Vote vote{cluster.answer,
                             cluster.count,
                             tally.weighted ? cluster.weight : cluster.count,
                             cluster.finding == Finding::kRight,
                             {}};
    for (const std::size_t i : cluster.attempts) vote.whose.push_back(attempts[i].id);
    all += vote.weight;
    if (cluster.answer == report.answer) winners = vote.weight;
    report.votes.push_back(std::move(vote));
  }
  report.confidence = all > 0 ? winners / all : 0;
}

}  // namespace ninefold
