// Many attempts at one question, in parallel; then refined, and aggregated into one answer.
//
//   AgentPtr careful = Contemplate({.solver = solver, .width = 8, .rounds = 1});
//   AgentPtr quick = Contemplate(WithMode(Mode::kThinking, {.solver = solver}));
//
// One algorithm, every stage optional (docs/contemplating.md says what it stands on): triage → attempts, in
// waves → after each arrival: is it settled? → refine, each from a few digests of the others → aggregate.
// Its reply's `report` says how; ContemplationOf reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/agent.h"
#include "ninefold/answer.h"
#include "ninefold/budget.h"
#include "ninefold/planner.h"

namespace ninefold {

// How one answer is made of many. Each falls back to the one above it when its judge fails, and the vote to
// the first reply: there is an answer whenever one attempt gave one.
enum class Aggregate {
  kVote,          // the answer that most gave
  kWeightedVote,  // each vote weighs what its attempt says of its own confidence ("confidence: 0.8")
  kKnockout,      // the judge compares two at a time, in both orders, until one is left
  kSynthesize,    // the judge writes one answer from all: for reports and other open answers
  kAuto,          // the vote when any two agree, else the knock-out
};
std::string_view AggregateName(Aggregate aggregate);

// How attempts are started. What is in flight when the answer is settled has been paid for.
enum class Pace {
  kLatency,   // all at once
  kBalanced,  // half of them; the rest as soon as those in flight cannot settle it alone
  kCost,      // only ever as many as could settle it: the fewest calls, in more waves
};

// When a round is over before all have answered.
struct ContemplateStops {
  bool decided = true;       // of a vote: the leader cannot be overtaken by those still out
  double settled = 0.95;     // the odds that the leader beats the runner-up in the long run; 1: never settled
  int settled_least = 3;     // answers before that
  double quorum = 0.75;      // this share of the width has ended; 1: wait for all …
  double tail_cut = 0.25;    // … and those still out took longer than these by this share: they are late
  double time_share = 0.75;  // of the time left until the deadline, for all attempts and their refinement
};

// Whether an attempt is right, as far as code can tell; an error is no verdict. Called on the run's loop:
// what takes long, such as tests in a sandbox, belongs into a `verifier` made with MakeFunctionAgent, which
// may await Context::Blocking.
using CheckFn = std::function<absl::StatusOr<bool>(const Prompt& question, const Reply& attempt)>;

struct ContemplateOptions {
  std::string name = "contemplate";
  std::string description = "";

  AgentPtr solver = nullptr;
  std::vector<AgentPtr> solvers = {};  // or several, taken in turn, the best first
  int width = 5;                       // attempts, 1 to 1024; 1: the solver alone, its reply as it is
  Pace pace = Pace::kBalanced;
  ContemplateStops stops = {};
  // Asked first whether one attempt is enough (it answers "one" or "many"). Null: not asked.
  AgentPtr triage = nullptr;
  // What one attempt may use, as a part of the run's budget: one that has used it up has failed, and the
  // others go on. {}: no limit of its own.
  BudgetLimits each = {};

  // Diversity. Each attempt but the first gets the documents in an order of its own.
  // One an attempt, in turn: how to go about it, or who to be ("You are an auditor who …"). {}: eight
  // built-in ones.
  std::vector<std::string> strategies = {};
  bool shuffle_documents = true;
  // One an attempt, in turn, for all agents that work at it; {}: their own. A seed that a solver has is
  // another one for each attempt, whatever stands here.
  std::vector<double> temperatures = {};
  // Of votes: "answer: …" as the last line, so that answers can be compared; also lines for steps, evidence,
  // checks and doubts, where others read the attempt. Not of answers that have an output schema.
  bool ask_for_answer_line = true;

  int rounds = 0;                   // of refinement, 0 to 100, unless it is settled before
  int digests = 4;                  // of other attempts that a refining one sees, drawn for each
  std::size_t digest_bytes = 2400;  // of one, about 600 tokens
  // Asked for the digest of an attempt that is longer, for those who refine and for the judge. Null, or when
  // it fails: cut from the attempt.
  AgentPtr digester = nullptr;

  // An answer found right wins; one found wrong does not while there is another, and others are told why.
  // What code has found the verifier is not asked about.
  CheckFn check = nullptr;
  AgentPtr verifier = nullptr;  // asked once for each distinct answer: "correct" or "incorrect"

  Aggregate aggregate = Aggregate::kVote;
  AgentPtr judge = nullptr;  // null: the first solver
  int judge_votes = 1;       // of a knock-out: for each pair and order
  int merge_most = 8;        // of a synthesis: more are merged in groups, and their merges again
  // How answers compare; null: NormalizeAnswer of the data, or of the text where there is none. "": an
  // abstention.
  std::function<std::string(const Reply&)> normalize = nullptr;
  // Asked whether two answers that are written differently are the same ("yes" or "no"), of the eight that
  // most gave, where that can change the result. Null: not asked.
  AgentPtr same = nullptr;
};

// Why the attempts ended, in Contemplation::stop: "all answered", "settled", "decided", "verified", "quorum",
// "limits" (deadline or budget), "one agent". A tie keeps its reason, and says so in `tie`.
struct Contemplation {
  struct Vote {
    std::string answer;  // as compared
    int count = 0;
    double weight = 0;               // of a weighted vote; else the count
    bool verified = false;           // found right
    bool refuted = false;            // found wrong
    std::vector<std::string> whose;  // attempts, in declared order
  };
  struct Attempt {
    std::string id;       // "solve.3", "refine.1.3"
    std::string outcome;  // "cast", "abstained", "failed", "cancelled"
    std::string answer;   // as compared; of one that was cast
    double seconds = 0;   // until then
  };
  std::string answer;       // as compared; the reply's text is the whole of the best attempt that gave it
  std::vector<Vote> votes;  // of the last round, most first
  // The winner's share of the votes, 0 where it was found wrong; of a synthesis, the share of the attempts
  // that it cites.
  double confidence = 0;
  bool tie = false;
  std::string stop;
  std::string aggregate;               // what made the answer in the end
  std::vector<std::string> fallbacks;  // what was tried before it, with why it failed
  std::vector<std::string> cited;      // of a synthesis: the attempts that its text names
  std::vector<std::string> left_out;   // … and those whose merge failed
  int width = 0, rounds = 0;           // rounds: refinements that were made
  // Of all rounds. finished = cast + abstained + failed.
  int started = 0, cast = 0, abstained = 0, failed = 0, cancelled = 0;
  std::vector<Attempt> attempts;                  // those that were started, of all rounds
  std::optional<std::int64_t> tokens_total;       // input and output of all calls; unset: not known
  std::optional<std::int64_t> tokens_sequential;  // output tokens one after another: the longest chain
  absl::Duration latency;
};
// The report of a reply that Contemplate made. kInvalidArgument: it is none.
absl::StatusOr<Contemplation> ContemplationOf(const Reply& reply);

// Dies on a programming mistake: no solver, a number out of range. CheckContemplate says which.
AgentPtr Contemplate(ContemplateOptions options);
absl::Status CheckContemplate(const ContemplateOptions& options);

// How much thought, as one word.
enum class Mode {
  kInstant,        // one agent
  kThinking,       // 5 attempts, started as needed
  kContemplating,  // 8 at once, one round of refinement
};
std::string_view ModeName(Mode mode);
ContemplateOptions WithMode(Mode mode, ContemplateOptions options);  // sets width, rounds, pace

}  // namespace ninefold
