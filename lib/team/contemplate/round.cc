#include "team/contemplate/round.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/model_error.h"
#include "team/contemplate/attempt.h"

namespace ninefold {
namespace {

constexpr double kUnstatedWeight = 0.5;  // of an attempt that says nothing of its confidence

}  // namespace

Round::Round(int number, const ContemplateOptions& options, const Budget& budget, absl::Time began,
             std::optional<Attempt> kept)
    : number_(number),
      options_(options),
      budget_(budget),
      began_(began),
      attempts_(std::size_t(options.width)) {
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

void Round::Begin(int i, std::vector<int>& begun) {
  Settle(attempts_[std::size_t(i)], Attempt::kOut);
  ++started_;
  begun.push_back(i);
}

std::vector<int> Round::Start() {
  std::vector<int> begun;
  if (restored_) {
    for (const Json& index : restored_->at("ended")) {
      const int i = index.get<int>();
      if (attempts_[std::size_t(i)].state == Attempt::kUnstarted) Begin(i, begun);
    }
    SettleRestored("failed", Attempt::kFailed);
    SettleRestored("refused", Attempt::kAbstained);
    return begun;
  }
  const int unstarted = CountOf(Attempt::kUnstarted);
  if (unstarted == 0 || time_is_up_ || out_of_budget_) return begun;
  // With nothing that could end it early, waves would only be slower.
  int wanted = unstarted;
  const int needed = VotesToEnd(Count(), Left(), by_vote(), Stops());
  const bool first = started_ == 0;
  if (options_.pace == Pace::kBalanced && first) wanted = std::max(needed, (options_.width + 1) / 2);
  if (options_.pace == Pace::kBalanced && !first && needed <= Pending()) wanted = 0;
  if (options_.pace == Pace::kCost) wanted = needed - Pending();
  wanted = std::min(wanted, unstarted);
  for (int i = 0; i < options_.width && int(begun.size()) < wanted; ++i) {
    if (attempts_[std::size_t(i)].state == Attempt::kUnstarted) Begin(i, begun);
  }
  return begun;
}

// Not tried again: what others were shown came about without them.
void Round::SettleRestored(const char* which, Attempt::State state) {
  const Json* indices = GetMember(*restored_, which);
  if (indices == nullptr) return;  // recorded by an earlier version
  for (const Json& index : *indices) {
    Attempt& attempt = attempts_[index.get<std::size_t>()];
    if (attempt.state == Attempt::kUnstarted) Settle(attempt, state);
  }
}

// Whose answer the verifier was asked about depended on who came first; the decision has what was known.
bool Round::RestoreFinding(std::size_t i) {
  const Json* findings = restored_ ? GetMember(*restored_, "findings") : nullptr;
  if (findings == nullptr) return false;
  for (const Json& one : *findings) {
    if (one.at(0).get<std::size_t>() == i) attempts_[i].finding = Finding(one.at(1).get<int>());
  }
  return true;
}

void Round::Settle(Attempt& attempt, Attempt::State state) {
  --counts_[attempt.state];
  ++counts_[state];
  attempt.state = state;
  tally_.reset();
}

std::optional<std::string> Round::TakeResult(const std::string& id, const TaskResult& result,
                                             const Goal& goal) {
  const auto found = at_.find(id);
  if (found == at_.end()) return std::nullopt;
  Attempt& attempt = attempts_[found->second];
  if (attempt.state != Attempt::kOut) return std::nullopt;
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
  if (options_.check) {
    const absl::StatusOr<bool> right = options_.check(goal, *result.reply);
    if (right.ok()) attempt.finding = *right ? Finding::kRight : Finding::kWrong;
  }
  const bool was_checked = RestoreFinding(found->second);
  if (options_.verifier == nullptr || attempt.finding == Finding::kRight || was_checked) {
    Settle(attempt, Attempt::kCast);
    return std::nullopt;
  }
  const auto [finding, is_new] = findings_.try_emplace(attempt.answer);
  Settle(attempt, Attempt::kChecking);
  if (is_new) return attempt.answer;
  if (finding->second) TakeFinding(attempt.answer, *finding->second);
  return std::nullopt;
}

void Round::TakeFinding(const std::string& answer, Finding finding) {
  findings_[answer] = finding;
  for (Attempt& attempt : attempts_) {
    if (attempt.state != Attempt::kChecking || attempt.answer != answer) continue;
    if (attempt.finding == Finding::kNone) attempt.finding = finding;
    Settle(attempt, Attempt::kCast);
  }
}

std::optional<std::string> Round::Over() const {
  if (restored_) {
    const bool all_begun = std::size_t(started_) == restored_->at("ended").size();
    if (Pending() > 0 || !all_begun) return std::nullopt;
    return restored_->at("stop").get<std::string>();
  }
  const bool no_more = time_is_up_ || out_of_budget_;
  const Tally& tally = Count();
  if (!tally.clusters.empty() && tally.clusters[0].finding == Finding::kRight) return "verified";
  if (time_is_up_ && tally.cast > 0) return "limits";
  if (Pending() == 0 && no_more) return "limits";
  const int left = Left();
  if (left == 0) return "all answered";
  if (tail_is_cut_) return "quorum";
  const ContemplateStops stops = Stops();
  if (VotesToEnd(tally, left, by_vote(), stops) > 0) return std::nullopt;
  ContemplateStops only_settled = stops;
  only_settled.decided = false;
  return VotesToEnd(tally, left, false, only_settled) == 0 ? "settled" : "decided";
}

std::optional<absl::Duration> Round::TailCut(absl::Time now) const {
  if (restored_ || options_.stops.quorum >= 1 || CountOf(Attempt::kUnstarted) > 0 || Pending() == 0)
    return std::nullopt;
  const Tally& tally = Count();
  if (!tally.clusters.empty() && tally.clusters[0].finding == Finding::kWrong) return std::nullopt;
  const int answered = CountOf(Attempt::kCast) + CountOf(Attempt::kAbstained);
  if (answered < int(std::ceil(options_.stops.quorum * options_.width - 1e-9))) return std::nullopt;
  return options_.stops.tail_cut * (now - began_);
}

std::vector<std::string> Round::Close(std::string why) {
  stop_ = std::move(why);
  std::vector<std::string> open;
  for (Attempt& attempt : attempts_) {
    if (attempt.state != Attempt::kOut && attempt.state != Attempt::kChecking) continue;
    if (attempt.state == Attempt::kOut) open.push_back(attempt.id);
    // An answer that waits for its finding is an answer.
    Settle(attempt, attempt.state == Attempt::kOut ? Attempt::kCancelled : Attempt::kCast);
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

int Round::CountOf(Attempt::State state) const { return counts_[state]; }

Json Round::ToDecision() const {
  Json ended = Json::array(), failed = Json::array(), refused = Json::array(), findings = Json::array();
  for (int i = 0; i < options_.width; ++i) {
    const Attempt& attempt = attempts_[std::size_t(i)];
    if (attempt.state == Attempt::kFailed) failed.push_back(i);
    if (attempt.finding != Finding::kNone) findings.push_back({i, int(attempt.finding)});
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

int Round::started() const { return restored_ ? restored_->at("started").get<int>() : started_; }
int Round::cancelled() const {
  return restored_ ? restored_->at("cancelled").get<int>() : CountOf(Attempt::kCancelled);
}

void Round::Restore(Json decision) { restored_ = std::move(decision); }

}  // namespace ninefold
