#include "team/contemplate/round.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/model_error.h"
#include "team/contemplate/attempt.h"
#include "team/contemplate/prompts.h"

namespace ninefold {
namespace {

constexpr double kUnstatedWeight = 0.5;  // of an attempt that says nothing of its confidence

bool IsOut(const Attempt& attempt) {
  return attempt.state == Attempt::kOut || attempt.state == Attempt::kChecking;
}

// Since when it is waited for: once it has answered, for the verifier.
absl::Time WaitedSince(const Attempt& attempt) {
  return attempt.state == Attempt::kChecking ? attempt.ended : attempt.began;
}

bool IsIndex(const Json& json, int below) {
  return json.is_number_integer() && json.get<std::int64_t>() >= 0 && json.get<std::int64_t>() < below;
}

// Whether it is what ToDecision makes: a journal comes from outside.
bool IsDecision(const Json& json, int width) {
  if (!json.is_object() || GetString(json, "stop") == nullptr) return false;
  for (const char* count : {"started", "cancelled"}) {
    const auto value = GetInt(json, count);
    if (!value || *value < 0 || *value > width) return false;
  }
  for (const char* list : {"ended", "failed", "refused"}) {
    const Json* indices = GetMember(json, list);
    if (indices == nullptr || !indices->is_array()) return false;
    for (const Json& index : *indices) {
      if (!IsIndex(index, width)) return false;
    }
  }
  const Json* findings = GetMember(json, "findings");
  if (findings == nullptr || !findings->is_array()) return false;
  return std::all_of(findings->begin(), findings->end(), [&](const Json& one) {
    return one.is_array() && one.size() == 3 && IsIndex(one[0], width) &&
           IsIndex(one[1], int(Finding::kWrong) + 1) && one[2].is_string();
  });
}

int ShareOf(double quorum, int of) { return int(std::ceil(quorum * of - 1e-9)); }

}  // namespace

std::string_view AttemptStateName(Attempt::State state) {
  constexpr std::string_view kNames[] = {"unstarted", "out",    "cast",     "cast",
                                         "abstained", "failed", "cancelled"};
  return kNames[state];
}

Round::Round(int number, const ContemplateOptions& options, const Budget& budget, std::optional<Attempt> kept,
             std::map<std::string, CheckResult> known)
    : number_(number),
      options_(options),
      budget_(budget),
      attempts_(std::size_t(options.width)),
      verdicts_(std::move(known)) {
  // One that found nothing may find something now.
  std::erase_if(verdicts_, [](const auto& one) { return one.second.finding == Finding::kNone; });
  counts_[Attempt::kUnstarted] = options.width;
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    attempts_[i].id = TaskId(int(i));
    at_[attempts_[i].id] = i;
  }
  if (kept) attempts_.push_back(*std::move(kept));  // counted in no state: it was, in its own round
}

std::string Round::TaskId(int i) const {
  return number_ == 0 ? absl::StrCat("solve.", i + 1) : absl::StrCat("refine.", number_, ".", i + 1);
}

bool Round::by_vote() const {
  return options_.aggregate != Aggregate::kKnockout && options_.aggregate != Aggregate::kSynthesize;
}

// A synthesis wants all that there is to say; and where a refinement may follow, no vote is the last.
ContemplateStops Round::Stops() const {
  ContemplateStops stops = options_.stops;
  stops.decided = stops.decided && number_ == options_.rounds;
  if (options_.aggregate == Aggregate::kSynthesize) stops.settled = 1;
  return stops;
}

// ---- starting -------------------------------------------------------------------------------------------

void Round::Begin(int i, absl::Time now, std::vector<int>& begun) {
  attempts_[std::size_t(i)].began = now;
  Settle(attempts_[std::size_t(i)], Attempt::kOut);
  ++started_;
  begun.push_back(i);
}

int Round::VotesNeeded() const {
  const int needed = VotesToEnd(Count(), Left(), by_vote(), Stops(), options_.same != nullptr);
  // One that is found right ends it.
  return options_.pace == Pace::kCost && has_checks() ? std::min(needed, 1) : needed;
}

std::vector<int> Round::Start(absl::Time now) {
  std::vector<int> begun;
  if (restored_) {
    for (const Json& index : restored_->at("ended")) {
      const int i = index.get<int>();
      if (attempts_[std::size_t(i)].state == Attempt::kUnstarted) Begin(i, now, begun);
    }
    return begun;
  }
  const int unstarted = CountOf(Attempt::kUnstarted);
  if (unstarted == 0 || time_is_up_ || out_of_budget_) return begun;
  // With nothing that could end it early, waves would only be slower.
  int wanted = unstarted;
  const int needed = VotesNeeded(), waiting = Waiting(now);
  const bool first = started_ == 0;
  if (options_.pace == Pace::kBalanced && first) wanted = std::max(needed, (options_.width + 1) / 2);
  if (options_.pace == Pace::kBalanced && !first && needed <= waiting) wanted = 0;
  if (options_.pace == Pace::kCost) wanted = needed - waiting;
  wanted = std::min(wanted, unstarted);
  for (int i = 0; i < options_.width && int(begun.size()) < wanted; ++i) {
    if (attempts_[std::size_t(i)].state == Attempt::kUnstarted) Begin(i, now, begun);
  }
  return begun;
}

// ---- results --------------------------------------------------------------------------------------------

void Round::Settle(Attempt& attempt, Attempt::State state) {
  --counts_[attempt.state];
  ++counts_[state];
  attempt.state = state;
  tally_.reset();
}

// Code has the last word: what it has found the verifier is not asked about.
void Round::Judge(Attempt& attempt, const Reply& reply, const Goal& goal) const {
  if (!options_.check) return;
  const absl::StatusOr<bool> right = options_.check(goal, reply);
  if (right.ok()) attempt.finding = *right ? Finding::kRight : Finding::kWrong;
}

std::optional<std::string> Round::TakeResult(const std::string& id, const TaskResult& result,
                                             const Goal& goal, absl::Time now) {
  const auto found = at_.find(id);
  if (found == at_.end()) return std::nullopt;
  Attempt& attempt = attempts_[found->second];
  if (attempt.state != Attempt::kOut) return std::nullopt;
  attempt.ended = now;
  if (result.reply == nullptr) {
    attempt.status = result.status;
    const bool refused = ModelErrorOf(result.status) == ModelError::kContentPolicy;
    if (first_failure_.ok()) first_failure_ = result.status;
    out_of_budget_ = out_of_budget_ || budget_.Refused(result.status);
    Settle(attempt, refused ? Attempt::kAbstained : Attempt::kFailed);
    return std::nullopt;
  }
  attempt.reply = result.reply;
  attempt.answer = options_.normalize(*result.reply);
  if (options_.aggregate == Aggregate::kWeightedVote)
    attempt.weight = StatedConfidence(result.reply->text).value_or(kUnstatedWeight);
  if (attempt.answer.empty()) {
    Settle(attempt, Attempt::kAbstained);
    return std::nullopt;
  }
  if (restored_) {
    RestoreFinding(found->second);
    const bool was_looked_at = attempt.check == CheckId(attempt.id);
    Settle(attempt, was_looked_at ? Attempt::kChecking : Attempt::kCast);
    return was_looked_at ? std::optional(attempt.answer) : std::nullopt;
  }
  Judge(attempt, *result.reply, goal);
  const auto known = verdicts_.find(attempt.answer);
  if (attempt.finding == Finding::kNone && known != verdicts_.end())
    attempt.finding = known->second.finding, attempt.check = known->second.check;
  const bool to_verifier =
      options_.verifier != nullptr && attempt.finding == Finding::kNone && known == verdicts_.end();
  Settle(attempt, to_verifier ? Attempt::kChecking : Attempt::kCast);
  if (to_verifier && asked_.insert(attempt.answer).second) return attempt.answer;
  return std::nullopt;
}

void Round::TakeVerdict(const std::string& answer, const CheckResult& verdict) {
  verdicts_[answer] = verdict;
  for (Attempt& attempt : attempts_) {
    if (attempt.state != Attempt::kChecking || attempt.answer != answer) continue;
    if (!restored_ && verdict.finding != Finding::kNone)
      attempt.finding = verdict.finding, attempt.check = verdict.check;
    Settle(attempt, Attempt::kCast);
  }
}

// ---- the end --------------------------------------------------------------------------------------------

int Round::Ended() const { return started_ - CountOf(Attempt::kOut); }
int Round::QuorumShare() const { return ShareOf(options_.stops.quorum, options_.width); }

// Of a small wave one may be late too: others are started in its stead, and it may still come.
int Round::LateShare() const {
  const int share = ShareOf(options_.stops.quorum, started_);
  return std::max(1, started_ > 1 ? std::min(share, started_ - 1) : share);
}

absl::Duration Round::Patience(int share) const {
  if (options_.stops.quorum >= 1 || Ended() < share) return absl::InfiniteDuration();
  std::vector<absl::Duration> took;
  absl::Duration first_answer = absl::InfiniteDuration();  // failures are often at once, and measure nothing
  for (int i = 0; i < options_.width; ++i) {
    const Attempt& attempt = attempts_[std::size_t(i)];
    const bool has_ended = attempt.state != Attempt::kUnstarted && attempt.state != Attempt::kOut;
    if (!has_ended) continue;
    took.push_back(attempt.ended - attempt.began);
    if (attempt.reply != nullptr) first_answer = std::min(first_answer, took.back());
  }
  const std::size_t at = std::size_t(std::max(share, 1) - 1);
  if (at >= took.size() || first_answer == absl::InfiniteDuration()) return absl::InfiniteDuration();
  std::nth_element(took.begin(), took.begin() + std::ptrdiff_t(at), took.end());
  return (1 + options_.stops.tail_cut) * std::max(took[at], first_answer);
}

int Round::Waiting(absl::Time now) const {
  const absl::Duration patience = Patience(LateShare());
  int waiting = 0;
  for (const Attempt& attempt : attempts_)
    waiting +=
        IsOut(attempt) && (patience == absl::InfiniteDuration() || now < WaitedSince(attempt) + patience);
  return waiting;
}

// Whether the quorum is there, and whoever is still out has had the time that it is given.
bool Round::AllAreLate(absl::Time now) const {
  if (CountOf(Attempt::kUnstarted) > 0 || CountOf(Attempt::kCast) == 0) return false;
  if (Count().clusters[0].finding == Finding::kWrong) return false;
  const absl::Duration patience = Patience(QuorumShare());
  if (patience == absl::InfiniteDuration()) return false;
  return std::none_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return IsOut(attempt) && now < WaitedSince(attempt) + patience;
  });
}

absl::Time Round::NextLook(absl::Time now) const {
  if (restored_ || Pending() == 0) return absl::InfiniteFuture();
  const bool all_started = CountOf(Attempt::kUnstarted) == 0;
  const absl::Duration patience = Patience(all_started ? QuorumShare() : LateShare());
  if (patience == absl::InfiniteDuration()) return absl::InfiniteFuture();
  absl::Time next = absl::InfiniteFuture();
  for (const Attempt& attempt : attempts_) {
    const absl::Time late = WaitedSince(attempt) + patience;
    if (IsOut(attempt) && late > now) next = std::min(next, late);
  }
  return next;
}

std::optional<std::string> Round::Over(absl::Time now) const {
  if (restored_) {
    const bool all_begun = std::size_t(started_) == restored_->at("ended").size();
    if (Pending() > 0 || !all_begun) return std::nullopt;
    return restored_->at("stop").get<std::string>();
  }
  const Tally& tally = Count();
  if (!tally.clusters.empty() && tally.clusters[0].finding == Finding::kRight) return "verified";
  if (time_is_up_ && tally.cast + CountOf(Attempt::kChecking) > 0) return "limits";
  if (Pending() == 0 && (time_is_up_ || out_of_budget_)) return "limits";
  const int left = Left();
  if (left == 0) return "all answered";
  if (AllAreLate(now)) return "quorum";
  const bool may_merge = options_.same != nullptr;
  const ContemplateStops stops = Stops();
  if (VotesToEnd(tally, left, by_vote(), stops, may_merge) > 0) return std::nullopt;
  ContemplateStops only_settled = stops;
  only_settled.decided = false;
  return VotesToEnd(tally, left, false, only_settled, may_merge) == 0 ? "settled" : "decided";
}

std::vector<std::string> Round::Close(std::string why, absl::Time now) {
  stop_ = std::move(why);
  std::vector<std::string> open;
  for (Attempt& attempt : attempts_) {
    if (!IsOut(attempt)) continue;
    const bool is_out = attempt.state == Attempt::kOut;
    if (is_out) open.push_back(attempt.id), attempt.ended = now;
    // An answer that waits for its finding is an answer.
    Settle(attempt, is_out ? Attempt::kCancelled : Attempt::kCast);
  }
  return open;
}

const Tally& Round::Count() const {
  if (tally_) return *tally_;
  std::vector<Ballot> ballots;
  for (const std::size_t i : Cast())
    ballots.push_back({attempts_[i].answer, i, attempts_[i].weight, attempts_[i].finding});
  tally_ = CountVotes(std::move(ballots), options_.aggregate == Aggregate::kWeightedVote);
  return *tally_;
}

std::vector<std::size_t> Round::Cast() const {
  std::vector<std::size_t> cast;
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    if (attempts_[i].state == Attempt::kCast) cast.push_back(i);
  }
  return cast;
}

int Round::started() const { return restored_ ? restored_->at("started").get<int>() : started_; }
int Round::cancelled() const {
  return restored_ ? restored_->at("cancelled").get<int>() : CountOf(Attempt::kCancelled);
}

// ---- the decision ---------------------------------------------------------------------------------------

Json Round::ToDecision() const {
  Json ended = Json::array(), failed = Json::array(), refused = Json::array(), findings = Json::array();
  for (int i = 0; i < options_.width; ++i) {
    const Attempt& attempt = attempts_[std::size_t(i)];
    if (attempt.state == Attempt::kFailed) failed.push_back(i);
    if (attempt.finding != Finding::kNone) findings.push_back({i, int(attempt.finding), attempt.check});
    if (attempt.state != Attempt::kCast && attempt.state != Attempt::kAbstained) continue;
    (attempt.reply == nullptr ? refused : ended).push_back(i);
  }
  return {{"stop", stop_},
          {"ended", std::move(ended)},
          {"failed", std::move(failed)},
          {"refused", std::move(refused)},
          {"findings", std::move(findings)},
          {"started", started()},
          {"cancelled", cancelled()}};
}

absl::Status Round::Restore(Json decision) {
  if (!IsDecision(decision, options_.width))
    return absl::DataLossError("the recorded decision of a round is damaged");
  restored_ = std::move(decision);
  SettleRestored("failed", Attempt::kFailed);
  SettleRestored("refused", Attempt::kAbstained);
  return absl::OkStatus();
}

// Not tried again: what others were shown came about without them.
void Round::SettleRestored(const char* which, Attempt::State state) {
  for (const Json& index : restored_->at(which)) Settle(attempts_[index.get<std::size_t>()], state);
}

// Whose answer the verifier was asked about depended on who came first; the decision has what was known.
void Round::RestoreFinding(std::size_t i) {
  attempts_[i].finding = Finding::kNone;
  for (const Json& one : restored_->at("findings")) {
    if (one.at(0).get<std::size_t>() != i) continue;
    attempts_[i].finding = Finding(one.at(1).get<int>());
    attempts_[i].check = one.at(2).get<std::string>();
  }
}

}  // namespace ninefold
