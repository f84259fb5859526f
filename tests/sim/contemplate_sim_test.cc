// Contemplation against exact laws: an oracle is right as often as it is told, in virtual time. This checks
// the orchestrator, not the idea. Everything must lie within four standard errors.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "ninefold/contemplate.h"
#include "ninefold/vote_theory.h"
#include "sim/oracle_runs.h"
#include "sim/waiting.h"

namespace ninefold {
namespace {

constexpr double kErrors = 4;

void ExpectNear(const Mean& measured, double law, const std::string& what) {
  // The error that the law itself predicts, where what was seen had none.
  const double error = std::max(measured.error(), std::sqrt(std::max(law * (1 - law), 0.0) / measured.n));
  absl::PrintF("%-44s law %.4f, measured %.4f ± %.4f\n", what, law, measured.value(), error);
  EXPECT_NEAR(measured.value(), law, kErrors * error + 1e-9) << what;
}

TEST(ContemplateSim, VotesFollowTheBinomial) {
  for (const int width : {1, 2, 3, 5, 9, 15}) {
    for (const double p : {0.4, 0.7}) {
      const Outcome outcome = Ask({.right = p}, {.width = width, .stops = kNoStops});
      ExpectNear(outcome.right, MajorityAccuracy(p, width),
                 absl::StrFormat("majority, p %.1f, width %d", p, width));
    }
  }
  const Outcome wide = Ask({.right = 0.55}, {.width = 64, .stops = kNoStops});
  ExpectNear(wide.right, MajorityAccuracy(0.55, 64), "majority, p 0.55, width 64");
}

TEST(ContemplateSim, CorrelatedVotesFollowTheBetaBinomial) {
  for (const int width : {3, 9, 15}) {
    for (const double rho : {0.2, 0.5}) {
      const Outcome outcome = Ask({.right = 0.7, .correlation = rho}, {.width = width, .stops = kNoStops});
      ExpectNear(outcome.right, MajorityAccuracy(0.7, rho, width),
                 absl::StrFormat("majority, p 0.7, rho %.1f, width %d", rho, width));
    }
  }
}

// Failures and abstentions thin out the votes: of n attempts each is cast with one chance, apart from whether
// it is right.
TEST(ContemplateSim, FailuresAndAbstentionsThinOutTheVotes) {
  const double fails = 0.2, abstains = 0.25, cast = (1 - fails) * (1 - abstains);
  for (const int width : {1, 3, 9}) {
    double law = 0, ways = 1;
    for (int n = 0; n <= width; ++n) {
      const double chance = ways * std::pow(cast, n) * std::pow(1 - cast, width - n);
      if (n > 0) law += chance * MajorityAccuracy(0.7, n);
      ways = ways * (width - n) / (n + 1);
    }
    const Outcome outcome = Ask({.right = 0.7, .fails = fails, .abstains = abstains},
                                {.width = width, .pace = Pace::kLatency, .stops = kNoStops});
    ExpectNear(outcome.right, law, absl::StrFormat("majority, 60 %% of votes cast, width %d", width));
  }
}

TEST(ContemplateSim, ScatteredVotesFollowThePlurality) {
  for (const int width : {3, 9, 15}) {
    const Outcome outcome = Ask({.right = 0.3, .wrong_answers = 4}, {.width = width, .stops = kNoStops});
    ExpectNear(outcome.right, PluralityAccuracy(0.3, 4, width),
               absl::StrFormat("plurality, p 0.3 of 5, width %d", width));
  }
}

// A vote that is decided early is the same vote.
TEST(ContemplateSim, DecidedVotesLoseNothing) {
  const Outcome all = Ask({.right = 0.7}, {.width = 15, .stops = kNoStops});
  const Outcome decided = Ask({.right = 0.7, .latency = {.law = Latency::kExponential}},
                              {.width = 15, .pace = Pace::kLatency, .stops = {.settled = 1, .quorum = 1}});
  EXPECT_EQ(decided.right.value(), all.right.value());
}

TEST(ContemplateSim, EarlyStopsFollowTheirLaw) {
  for (const int most : {15, 31}) {
    for (const double p : {0.6, 0.7, 0.8, 0.9}) {
      const StopLaw law = AdaptiveStop(p, most, 0.95);
      const Outcome outcome =
          Ask({.right = p}, {.width = most, .pace = Pace::kCost, .stops = {.decided = false, .quorum = 1}});
      ExpectNear(outcome.right, law.accuracy,
                 absl::StrFormat("settled, p %.1f, at most %d: accuracy", p, most));
      ExpectNear(outcome.attempts, law.attempts,
                 absl::StrFormat("settled, p %.1f, at most %d: attempts", p, most));
    }
  }
}

TEST(ContemplateSim, WaitingFollowsTheOrderStatistics) {
  const OracleOptions oracle{.right = 1, .latency = {.law = Latency::kExponential, .mean = absl::Seconds(1)}};
  const auto wait = [&](int width, double quorum) {
    return Ask(oracle, {.width = width,
                        .pace = Pace::kLatency,
                        .stops = {.decided = false, .settled = 1, .quorum = quorum, .tail_cut = 0}});
  };
  ExpectNear(wait(8, 1).wait(), ExpectedWait(8, 8), "wait for 8 of 8, in means");
  ExpectNear(wait(8, 0.75).wait(), ExpectedWait(6, 8), "wait for 6 of 8, in means");
  ExpectNear(wait(16, 0.75).wait(), ExpectedWait(12, 16), "wait for 12 of 16, in means");
}

TEST(ContemplateSim, StragglersAreAsCommonAsTheirLaw) {
  const OracleOptions oracle{.right = 1, .latency = {.law = Latency::kStragglers, .mean = absl::Seconds(1)}};
  ContemplateOptions options{.width = 16, .pace = Pace::kLatency, .stops = kNoStops};
  options.solver = MakeAgent({.name = "solver", .model = testing::Oracle(oracle)});
  Mean slow, cut;
  for (const double quorum : {1.0, 0.75}) {
    options.stops.quorum = quorum;
    const AgentPtr agent = Contemplate(options);
    for (int i = 1; i <= kItems; ++i) {
      Sim sim({.seed = std::uint64_t(i)});
      EXPECT_THAT(sim.Run(agent, testing::OracleQuestion(i), {.seed = std::uint64_t(i)}), IsOk());
      (quorum < 1 ? cut : slow).Add(sim.elapsed() > absl::Seconds(2) ? 1 : 0);
    }
  }
  ExpectNear(slow, SlowShare(0.01, 16), "slow runs of 16, waiting for all");
  EXPECT_EQ(cut.value(), 0) << "five of sixteen would have to be slow";
}

TEST(ContemplateSim, HedgedCallsAreAsSlowAsTheirLaw) {
  const OracleOptions stragglers{.right = 1,
                                 .latency = {.law = Latency::kStragglers, .mean = absl::Seconds(1)}};
  for (const int width : {1, 16}) {
    ContemplateOptions options{.width = width, .pace = Pace::kLatency, .stops = kNoStops};
    options.solver = HedgedSolver(stragglers, absl::Seconds(2));
    const Outcome outcome = Ask(stragglers, options);
    Mean slow;
    for (const double seconds : outcome.seconds) slow.Add(seconds > 3.5 ? 1 : 0);
    ExpectNear(slow, SlowShare(0.01 * 0.01, width), absl::StrFormat("slow runs of %d, hedged", width));
    if (width == 1) ExpectNear(outcome.calls, 1.01, "calls for one, hedged");
  }
  const OracleOptions exponential{.right = 1,
                                  .latency = {.law = Latency::kExponential, .mean = absl::Seconds(1)}};
  for (const double after : {0.5, 2.0}) {
    ContemplateOptions options{.solver = HedgedSolver(exponential, absl::Seconds(after)), .width = 1};
    const Outcome outcome = Ask(exponential, options);
    ExpectNear(outcome.wait(), HedgedWait(after), absl::StrFormat("wait, hedged after %.1f means", after));
    ExpectNear(outcome.calls, 1 + std::exp(-after), absl::StrFormat("calls, hedged after %.1f means", after));
  }
}

TEST(GraphSim, NoGraphTakesLongerThanGrahamsBound) {
  for (int seed = 1; seed <= kItems; ++seed) {
    const event::GraphEnded ended = RunRandomGraph(std::uint64_t(seed), 1 + seed % 40, seed % 9);
    const absl::Duration rounding = absl::Microseconds(1);
    EXPECT_GE(ended.over_bound, 1 - 1e-9) << seed;
    EXPECT_LE(ended.wall, GrahamOf(ended) + rounding) << seed;
    if (ended.width == 0) {
      EXPECT_EQ(ended.wall, ended.critical) << seed;
    }
  }
}

}  // namespace
}  // namespace ninefold
