// Many contemplations of an oracle, each question a run of its own in virtual time.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "matchers.h"
#include "ninefold/contemplate.h"
#include "ninefold/testing/oracle.h"

namespace ninefold {

using testing::Latency;
using testing::OracleOptions;
using testing::Sim;

#ifdef __SANITIZE_ADDRESS__
constexpr int kItems = 500;
#else
constexpr int kItems = 10'000;
#endif

// Waits for all.
constexpr ContemplateStops kNoStops{.decided = false, .settled = 1, .quorum = 1};

struct Mean {
  int n = 0;
  double sum = 0, squares = 0;
  void Add(double x) { ++n, sum += x, squares += x * x; }
  double value() const { return sum / n; }
  double error() const { return std::sqrt(std::max(0.0, squares / n - value() * value()) / n); }
};

struct Outcome {
  Mean right, covered, gap, attempts, cancelled, calls, tokens, sequential;
  std::vector<double> seconds;  // of each

  double WaitAt(double share) const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[std::min(sorted.size() - 1, std::size_t(share * double(sorted.size())))];
  }
  Mean wait() const {
    Mean mean;
    for (const double s : seconds) mean.Add(s);
    return mean;
  }
};

// What an oracle says before its confidence, if it has any.
inline std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// Each question a run of its own. Without a solver the oracle is asked itself.
inline Outcome Ask(const OracleOptions& oracle, ContemplateOptions options, int items = kItems) {
  if (!options.solver) options.solver = MakeAgent({.name = "solver", .model = testing::Oracle(oracle)});
  // One that abstains has no vote.
  options.normalize = [](const Reply& reply) {
    return IsNoAnswer(reply.text) ? std::string() : FirstLine(reply.text);
  };
  const AgentPtr agent = Contemplate(options);
  Outcome outcome;
  for (int i = 1; i <= items; ++i) {
    Sim sim({.seed = std::uint64_t(i)});
    const auto reply = sim.Run(agent, testing::OracleQuestion(i), {.seed = std::uint64_t(i)});
    if (oracle.fails == 0) {
      EXPECT_THAT(reply, IsOk());
    }
    const std::string right = "answer: " + testing::OracleAnswer(i);
    const bool is_right = reply.ok() && FirstLine(reply->text) == right;
    outcome.right.Add(is_right ? 1 : 0);
    if (!reply.ok()) continue;
    outcome.seconds.push_back(absl::ToDoubleSeconds(sim.elapsed()));
    outcome.calls.Add(double(reply->cost.model_calls));
    outcome.tokens.Add(double(reply->cost.tokens.output.value_or(0)));
    if (options.width == 1) continue;
    const Contemplation report = *ContemplationOf(*reply);
    const bool covered = std::any_of(report.votes.begin(), report.votes.end(),
                                     [&](const Contemplation::Vote& vote) { return vote.answer == right; });
    outcome.covered.Add(covered ? 1 : 0);
    outcome.gap.Add(double(covered) - double(is_right));
    outcome.attempts.Add(report.started);
    outcome.cancelled.Add(report.cancelled);
    outcome.sequential.Add(double(report.tokens_sequential.value_or(0)));
  }
  return outcome;
}

}  // namespace ninefold
