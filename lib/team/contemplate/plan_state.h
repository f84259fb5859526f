// What one contemplation knows while it runs, and its stages: solving.cc and answering.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "team/contemplate/knockout.h"
#include "team/contemplate/merge.h"
#include "team/contemplate/plan.h"
#include "team/contemplate/round.h"

namespace ninefold {

inline constexpr char kSingleId[] = "solve.1", kAnswerId[] = "answer";

// Everything that changes. Extend is asked by one graph, one call at a time.
struct ContemplatePlan::State {
  State(const ContemplateOptions& options_in, Context& ctx_in)
      : options(options_in), ctx(ctx_in), seed(ctx_in.Random("contemplate")) {}

  enum Stage { kTriage, kSingle, kSolving, kComparing, kAggregating, kAnswering } stage = kSolving;
  const ContemplateOptions& options;
  Context& ctx;  // under which decisions are recorded
  const std::uint64_t seed;
  std::uint64_t hash = 0;  // of what decisions are made for
  // When each part has had its share of the time until the deadline.
  struct {
    absl::Time triage = absl::InfiniteFuture();
    absl::Time attempts = absl::InfiniteFuture();
    absl::Time judge = absl::InfiniteFuture();
  } until;
  std::optional<Round> round;
  absl::Time single_began;
  std::vector<std::string> open_checks, open_digests;
  std::set<std::string> digested;                  // tasks that were added
  std::map<std::string, std::string> checks;       // of this round: task to answer
  std::map<std::string, std::string> check_words;  // by task
  struct Pair {
    std::size_t one, other;  // clusters of the tally
    bool is_open = true, is_same = false;
  };
  std::map<std::string, Pair> compared;  // by task
  Tally tally;                           // of the last round, once it is over
  std::vector<Attempt> attempts;         // of the last round, in declared order; what the tally counts by
  Aggregate aggregate = Aggregate::kVote;
  std::optional<Knockout> knockout;
  std::optional<Merge> merge;
  Contemplation report;

  void ShareTime(absl::Time now, absl::Time deadline);

  // --- Solving ---
  const AgentPtr& SolverOf(int i) const;
  Task AttemptTask(int i) const;
  Task SingleTask() const;
  void BeginRound(int number, std::optional<Attempt> kept);
  void AddDigests(Task& reader, Extension& extension);
  std::vector<ShownAttempt> Shown(int i) const;
  void StartMore(absl::Time now, Extension& extension);
  void Take(const Progress& progress, absl::Time now, Extension& extension);
  void TakeAttempt(const std::string& id, const TaskResult& result, const Goal& goal, absl::Time now,
                   Extension& extension);
  void TakeCheck(const std::string& id, const TaskResult& result);
  void TakeSingle(const TaskResult& result, absl::Duration took);
  void CloseRound(std::string why, absl::Time now, Extension& extension);

  // --- One answer of many ---
  bool MayCompareMatter() const;
  void Compare(Extension& extension);
  bool IsComparing() const;
  void MergeSame(Extension& extension);
  void BeginAggregate(Extension& extension);
  void Advance(const Progress& progress, absl::Time now, Extension& extension);
  void AdvanceKnockout(bool is_late, Extension& extension);
  void AdvanceMerge(const Progress& progress, bool is_late, Extension& extension);
  void BeginKnockout(Extension& extension);
  void FallBack(const absl::Status& why, Aggregate to, Extension& extension);
  void Answer(Reply reply, std::vector<std::string> needs, Extension& extension);
  void AnswerByVote(Extension& extension);
  void AnswerMerged(const Progress& progress, const std::vector<MergedReport>& merged, Extension& extension);
  absl::Status AnswerNothing(Extension& extension);
  Reply WinnersReply(const Attempt& winner) const;
  const Attempt& BestOf(const Cluster& cluster) const;
  std::vector<Cluster> Unrefuted() const;
  std::vector<std::string> CastIds(const std::vector<Cluster>& clusters) const;
  void FillReport();
};

// The attempt as others see it.
ShownAttempt AsShown(const Attempt& attempt);

}  // namespace ninefold
