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

inline constexpr char kDeadlineId[] = "timer.deadline", kAnswerId[] = "answer";

// A task that ends after `wait`.
Task TimerTask(std::string id, absl::Duration wait);

// Everything that changes. Extend is asked by one graph, one call at a time.
struct ContemplatePlan::State {
  State(const ContemplateOptions& options_in, Context& ctx_in)
      : options(options_in), ctx(ctx_in), seed(ctx_in.Random("contemplate")) {}

  enum Stage { kTriage, kSolving, kComparing, kAggregating, kAnswering } stage = kSolving;
  const ContemplateOptions& options;
  Context& ctx;  // under which decisions are recorded
  const std::uint64_t seed;
  std::uint64_t hash = 0;  // of what decisions are made for
  std::optional<Round> round;
  std::vector<std::string> open_timers, open_checks, open_digests;
  std::set<std::string> digested;                                       // tasks that were added
  std::map<std::string, std::string> checks;                            // task to answer
  std::map<std::string, std::pair<std::string, std::string>> compared;  // task to answers
  std::size_t compared_open = 0;
  std::map<std::string, std::string> same_as;  // answers to those they are the same as
  Tally tally;                                 // of the last round, once it is over
  std::vector<Attempt> attempts;  // of the last round, in declared order; what the tally counts by
  Aggregate aggregate = Aggregate::kVote;
  std::optional<Knockout> knockout;
  std::optional<Merge> merge;
  std::int64_t level_tokens = 0;   // the longest output of the level of tasks that is being made
  std::int64_t digest_tokens = 0;  // … of the digests that came before it
  Contemplation report;

  // --- Solving ---
  AgentPtr Solver(int round_number,
                  int i) const;  // within the limits of an attempt, drawn otherwise than others
  void BeginRound(int number, absl::Time now, std::optional<Attempt> kept);
  Task AttemptTask(int i) const;
  void AddDigests(Task& attempt, Extension& extension);
  std::vector<std::string> Shown(int i) const;
  void StartMore(Extension& extension);
  void Take(const Progress& progress, Extension& extension);
  void TakeAttempt(const std::string& id, const TaskResult& result, const Goal& goal, Extension& extension);
  void StartTailTimer(absl::Time now, Extension& extension);
  void CloseRound(std::string why, Extension& extension);
  void CountTokens(const TaskResult& result, std::int64_t& longest);
  void EndLevel();

  // --- One answer of many ---
  void Compare(Extension& extension);
  void MergeSame();
  void BeginAggregate(Extension& extension);
  void Advance(Extension& extension);
  void FallBack(const absl::Status& why, Aggregate to, Extension& extension);
  void Answer(Reply reply, std::vector<std::string> needs, Extension& extension);
  void AnswerByVote(Extension& extension);
  absl::Status AnswerNothing(Extension& extension);
  Reply WinnersReply(const Attempt& winner) const;
  const Attempt& BestOf(const Cluster& cluster) const;
  std::vector<std::string> CastIds() const;
  void FillReport();
};

}  // namespace ninefold
