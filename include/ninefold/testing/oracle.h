// A model that knows the answer, and gives it as often as it is told to: for measuring an orchestrator
// against exact laws (vote_theory.h), in virtual time. It thinks nothing: what it shows is how attempts are
// started, counted and stopped, never how good an idea is.
//
//   auto model = testing::Oracle({.right = 0.7, .latency = {.law = Latency::kExponential}});
//   sim.Run(Contemplate({.solver = MakeAgent({.name = "solver", .model = model}), .width = 9}),
//           testing::OracleQuestion(17));
//
// Question number i is OracleQuestion(i); its right answer is OracleAnswer(i). Everything is drawn from the
// oracle's seed, the question, and for each call from the run's seed and the call's path.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "ninefold/model.h"

namespace ninefold::testing {

struct Latency {
  enum Law {
    kConstant,
    kExponential,
    kLognormal,   // of `sigma`
    kStragglers,  // one in a hundred takes twenty times as long
  } law = kConstant;
  absl::Duration mean = absl::Seconds(10);
  double sigma = 0.5;
};

struct OracleOptions {
  // An attempt: alone, or the first round of a contemplation.
  double right = 0.7;      // the share of attempts, over all questions
  double correlation = 0;  // of two attempts at one question, 0 to 1: questions differ in difficulty
  int wrong_answers = 1;   // over which wrong attempts scatter evenly
  double fails = 0;        // of all calls, with kUnavailable
  double abstains = 0;     // of the attempts that do not fail
  Latency latency = {};
  std::int64_t output_tokens = 100;  // the mean; each draws from half to three halves of it

  // What an attempt says of its confidence, on average, when it is right and when it is wrong; each draws
  // from a tenth around it. 0: nothing.
  double sure_right = 0, sure_wrong = 0;

  // A refining attempt takes the answer that most of the attempts before it gave (of equals, one is drawn);
  // then a wrong one is mended, or a right one spoilt. What a check found wrong it does not take: where it is
  // shown nothing else, it is an attempt like the first.
  double mends = 0.2, spoils = 0.05;

  // A judge of two attempts, one right: picks it with this chance, else the other.
  double judges_right = 0.8;
  double picks_first = 0;  // of a judge: whatever they say, the first
  // A verifier's "correct": of right and of wrong attempts.
  double accepts_right = 0.9, accepts_wrong = 0.2;

  std::uint64_t seed = 1;
};
ModelPtr Oracle(OracleOptions options = {});

std::string OracleQuestion(std::int64_t number);
std::string OracleAnswer(std::int64_t number);
// The chance that one attempt at question `number` is right.
double OracleChance(const OracleOptions& options, std::int64_t number);

}  // namespace ninefold::testing
