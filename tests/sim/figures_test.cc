// The tables and plots of docs/contemplating.md: each is computed here and compared with the page.
// NINEFOLD_UPDATE_GOLDEN=1 in the environment writes them anew.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "ninefold/vote_theory.h"
#include "sim/heap_peak.h"
#include "sim/oracle_runs.h"
#include "sim/page.h"
#include "sim/waiting.h"

namespace ninefold {
namespace {

AgentPtr OracleAgent(const char* name, const OracleOptions& oracle) {
  return MakeAgent({.name = name, .model = testing::Oracle(oracle)});
}

// Four standard errors, of what was seen or of what the law itself predicts.
void ExpectLaw(const Mean& measured, double law, const std::string& what) {
  const double predicted = law > 0 && law < 1 ? std::sqrt(law * (1 - law) / measured.n) : 0;
  EXPECT_NEAR(measured.value(), law, 4 * std::max(measured.error(), predicted) + 1e-9) << what;
}

struct VoteLaw {
  std::string name;
  OracleOptions oracle;
  double (*law)(int width);
};

TEST(ContemplateFigures, Votes) {
  const VoteLaw laws[] = {
      {"p 0.7", {.right = 0.7}, [](int n) { return MajorityAccuracy(0.7, n); }},
      {"p 0.7, ρ 0.2",
       {.right = 0.7, .correlation = 0.2},
       [](int n) { return MajorityAccuracy(0.7, 0.2, n); }},
      {"p 0.3, 4 wrong answers",
       {.right = 0.3, .wrong_answers = 4},
       [](int n) { return PluralityAccuracy(0.3, 4, n); }},
  };
  std::string table = "| width";
  for (const VoteLaw& law : laws) absl::StrAppend(&table, " | ", law.name, ": law | measured");
  table += " |\n|---|---|---|---|---|---|---|\n";
  std::vector<PlotSeries> plot;
  for (int i = 0; i < 3; ++i) {
    PlotSeries curve{.color = i, .line = true};
    for (int n = 1; n <= 64; n += n < 16 ? 1 : 4)
      curve.points.push_back({.x = double(n), .y = laws[i].law(n), .size = 0});
    plot.push_back(curve);
    plot.push_back({.color = i});
  }
  for (const int width : {1, 3, 5, 9, 16, 32, 64}) {
    absl::StrAppend(&table, "| ", width);
    for (int i = 0; i < 3; ++i) {
      const ContemplateOptions options{.width = width, .stops = kNoStops};
      const Mean right = Ask(laws[i].oracle, options).right;
      ExpectLaw(right, laws[i].law(width), absl::StrCat(laws[i].name, ", width ", width));
      absl::StrAppend(&table, " | ", Percent(laws[i].law(width)), " | ", Measured(right));
      plot[std::size_t(2 * i + 1)].points.push_back(Dot(width, right, width == 32 ? laws[i].name : ""));
    }
    table += " |\n";
  }
  ExpectOnPage("votes", table);
  ExpectPlot("votes", DrawPlot({.title = "Votes: the exact law (line), measured (dots)",
                                .x_name = "attempts",
                                .y_name = "accuracy",
                                .x_from_zero = true},
                               plot));
}

TEST(ContemplateFigures, Stops) {
  std::string table =
      "| p | at most | attempts: law | measured | accuracy: law | measured | without the stop | a fixed vote "
      "as "
      "good takes | saved |\n|---|---|---|---|---|---|---|---|---|\n";
  std::vector<PlotSeries> plot;
  for (const int most : {15, 31}) {
    for (const double p : {0.6, 0.7, 0.8, 0.9}) {
      const StopLaw law = AdaptiveStop(p, most, 0.95);
      const Outcome outcome =
          Ask({.right = p}, {.width = most, .pace = Pace::kCost, .stops = {.decided = false, .quorum = 1}});
      const std::string what = absl::StrFormat("settled, p %.1f, at most %d", p, most);
      ExpectLaw(outcome.attempts, law.attempts, what);
      ExpectLaw(outcome.right, law.accuracy, what);
      int fixed_needs = 1;  // an odd number: an even one is as good as the one below
      while (MajorityAccuracy(p, fixed_needs) < law.accuracy) fixed_needs += 2;
      absl::StrAppend(&table,
                      absl::StrFormat("| %.1f | %d | %.2f | %.2f ± %.2f | ", p, most, law.attempts,
                                      outcome.attempts.value(), outcome.attempts.error()),
                      Percent(law.accuracy), " | ", Measured(outcome.right), " | ",
                      Percent(MajorityAccuracy(p, most)), " | ", fixed_needs,
                      absl::StrFormat(" | %.0f %% |\n", 100 * (1 - outcome.attempts.value() / fixed_needs)));
      PlotSeries fixed{.color = int(plot.size() / 2) % 4, .line = true};
      for (int n = 1; n <= 31; n += 2)
        fixed.points.push_back({.x = double(n), .y = MajorityAccuracy(p, n), .size = 0});
      const std::string label = most == 31 && p < 0.8 ? absl::StrFormat("p %.1f", p) : "";
      plot.push_back(fixed);
      plot.push_back({.color = fixed.color, .points = {Dot(outcome.attempts.value(), outcome.right, label)}});
    }
  }
  ExpectOnPage("stops", table);
  ExpectPlot("stops", DrawPlot({.title = "Stopping at 15 and 31 (dots), fixed numbers (lines)",
                                .x_name = "attempts, on average",
                                .y_name = "accuracy",
                                .x_from_zero = true},
                               plot));
}

// One row of what settings buy.
std::string Row(const std::string& name, const Outcome& outcome) {
  const double attempts = outcome.attempts.n > 0 ? outcome.attempts.value() : 1;
  return absl::StrCat("| ", name, " | ", Measured(outcome.right),
                      absl::StrFormat(" | %.1f | %.0f | %.1f s | %.1f s |\n", attempts,
                                      outcome.tokens.value(), outcome.WaitAt(0.5), outcome.WaitAt(0.95)));
}

TEST(ContemplateFigures, Settings) {
  const OracleOptions oracle{
      .right = 0.7, .correlation = 0.1, .latency = {.law = Latency::kLognormal, .sigma = 0.8}};
  const auto ask = [&](Pace pace, ContemplateStops stops, int width = 16) {
    return Ask(oracle, {.width = width, .pace = pace, .stops = stops});
  };
  std::string table =
      "| 16 attempts | accuracy | started | output tokens | wait, median | 95 of 100 "
      "|\n|---|---|---|---|---|---|\n";
  const std::pair<const char*, Outcome> rows[] = {
      {"one alone", ask(Pace::kLatency, kNoStops, 1)},
      {"all, waiting for all", ask(Pace::kLatency, kNoStops)},
      {"all, until decided", ask(Pace::kLatency, {.settled = 1, .quorum = 1})},
      {"all, until decided, tail cut", ask(Pace::kLatency, {.settled = 1})},
      {"all, until settled or decided, tail cut", ask(Pace::kLatency, {})},
      {"in waves (balanced), the same stops", ask(Pace::kBalanced, {})},
      {"as needed (cost), the same stops", ask(Pace::kCost, {})},
  };
  std::vector<PlotSeries> by_wait, by_tokens;
  for (const auto& [name, outcome] : rows) {
    absl::StrAppend(&table, Row(name, outcome));
    const int color = int(by_wait.size());
    by_wait.push_back({.color = color, .points = {Dot(outcome.WaitAt(0.95), outcome.right, name)}});
    by_tokens.push_back({.color = color, .points = {Dot(outcome.tokens.value(), outcome.right, name)}});
  }
  ExpectOnPage("settings", table);
  ExpectPlot("settings-wait", DrawPlot({.title = "16 attempts: accuracy against waiting",
                                        .x_name = "seconds until 95 of 100 are answered",
                                        .y_name = "accuracy",
                                        .x_from_zero = true},
                                       by_wait));
  ExpectPlot("settings-tokens", DrawPlot({.title = "16 attempts: accuracy against cost",
                                          .x_name = "output tokens of all attempts",
                                          .y_name = "accuracy",
                                          .x_from_zero = true},
                                         by_tokens));
}

TEST(ContemplateFigures, Aggregates) {
  const OracleOptions oracle{.right = 0.3, .correlation = 0.2, .wrong_answers = 3};
  const double law = Coverage(0.3, 0.2, 8);
  std::string table = absl::StrCat("| 8 attempts | covered (law: ", Percent(law),
                                   ") | accuracy | selection gap | calls | calls one after another "
                                   "|\n|---|---|---|---|---|---|\n");
  std::vector<PlotRow> plot;
  const auto row = [&](const std::string& name, const Outcome& outcome) {
    ExpectLaw(outcome.covered, law, name);
    const double right = outcome.right.value(), error = 2 * outcome.right.error();
    plot.push_back({name, std::min(int(plot.size()), 3), right, {right - error, right + error}});
    absl::StrAppend(
        &table, "| ", name, " | ", Percent(outcome.covered.value()), " | ", Measured(outcome.right), " | ",
        Measured(outcome.gap),
        absl::StrFormat(" | %.1f | %.1f |\n", outcome.calls.value(), outcome.wait().value() / 10));
  };
  ContemplateOptions options{.width = 8, .stops = kNoStops};
  row("vote", Ask(oracle, options));
  OracleOptions sure = oracle;
  sure.sure_right = 0.75, sure.sure_wrong = 0.55;
  options.aggregate = Aggregate::kWeightedVote;
  row("weighted vote, right ones surer (0.75, 0.55)", Ask(sure, options));
  options.aggregate = Aggregate::kVote;
  options.verifier = OracleAgent("verifier", oracle);
  row("verifier (accepts 9 of 10 right, 2 of 10 wrong ones), then vote", Ask(oracle, options));
  options.verifier = nullptr;
  options.aggregate = Aggregate::kKnockout;
  for (const double judges : {0.6, 0.8, 0.95}) {
    OracleOptions judge = oracle;
    judge.judges_right = judges;
    options.judge = OracleAgent("judge", judge);
    row(absl::StrFormat("knock-out, judge right %.0f of 100", 100 * judges), Ask(oracle, options));
  }
  OracleOptions biased = oracle;
  biased.picks_first = 0.5;
  options.judge = OracleAgent("judge", biased);
  row("knock-out, judge half blind (picks the first)", Ask(oracle, options));
  options.judge = OracleAgent("judge", oracle);
  options.aggregate = Aggregate::kAuto;
  row("auto, judge right 80 of 100", Ask(oracle, options));
  options.aggregate = Aggregate::kSynthesize;
  row("synthesis, the writer mends 20, spoils 5 of 100", Ask(oracle, options));
  ExpectOnPage("aggregates", table);
  plot.push_back({"a perfect judge", 3, law, {law, law}});
  ExpectPlot("aggregates", DrawIntervals("Accuracy of 8 attempts, by how one answer is made of them", plot));
}

TEST(ContemplateFigures, Refinement) {
  std::string table =
      "| 8 attempts, rounds | mends 20, spoils 5 of 100 | mends 5, spoils 20 of 100 | … and a verifier, "
      "whose "
      "findings are told | calls |\n|---|---|---|---|---|\n";
  const char* const names[] = {"mends 20, spoils 5 of 100", "mends 5, spoils 20 of 100", "… and a verifier"};
  std::vector<PlotSeries> plot;
  for (int i = 0; i < 3; ++i) plot.push_back({.color = i, .line = true});
  for (const int rounds : {0, 1, 2, 4}) {
    OracleOptions oracle{.right = 0.4, .correlation = 0.3, .wrong_answers = 3};
    ContemplateOptions options{.width = 8, .stops = {.quorum = 1}, .rounds = rounds};
    std::vector<Outcome> outcomes = {Ask(oracle, options)};
    oracle.mends = 0.05, oracle.spoils = 0.2;
    outcomes.push_back(Ask(oracle, options));
    options.verifier = OracleAgent("verifier", oracle);
    outcomes.push_back(Ask(oracle, options));
    absl::StrAppend(&table, "| ", rounds);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      absl::StrAppend(&table, " | ", Measured(outcomes[i].right));
      plot[i].points.push_back(Dot(rounds, outcomes[i].right, rounds == 4 ? names[i] : ""));
    }
    absl::StrAppend(&table, absl::StrFormat(" | %.1f, %.1f, %.1f |\n", outcomes[0].calls.value(),
                                            outcomes[1].calls.value(), outcomes[2].calls.value()));
  }
  ExpectOnPage("refinement", table);
  ExpectPlot("refinement", DrawPlot({.title = "Refining: mending more than spoiling, and not",
                                     .x_name = "rounds",
                                     .y_name = "accuracy",
                                     .x_from_zero = true},
                                    plot));
}

TEST(ContemplateFigures, Waiting) {
  const OracleOptions oracle{.right = 1, .latency = {.law = Latency::kExponential, .mean = absl::Seconds(1)}};
  std::string table = "| answers waited for | law | measured | of the wait for all |\n|---|---|---|---|\n";
  for (const int width : {8, 16}) {
    for (const double quorum : {1.0, 0.75, 0.5}) {
      const ContemplateStops stops{.decided = false, .settled = 1, .quorum = quorum, .tail_cut = 0};
      const Mean wait = Ask(oracle, {.width = width, .pace = Pace::kLatency, .stops = stops}).wait();
      const int least = int(quorum * width);
      const double law = ExpectedWait(least, width);
      EXPECT_NEAR(wait.value(), law, 4 * wait.error()) << least << " of " << width;
      absl::StrAppend(&table,
                      absl::StrFormat("| %d of %d | %.3f | %.3f ± %.3f | %.0f %% |\n", least, width, law,
                                      wait.value(), wait.error(), 100 * law / ExpectedWait(width, width)));
    }
  }
  ExpectOnPage("waiting", table);
}

TEST(ContemplateFigures, Hedging) {
  const OracleOptions oracle{.right = 1, .latency = {.law = Latency::kStragglers, .mean = absl::Seconds(1)}};
  const AgentPtr hedged = HedgedSolver(oracle, absl::Seconds(2));
  std::string table =
      "| attempts, waiting for all | slow: law | measured | hedged: law | measured | further calls |\n"
      "|---|---|---|---|---|---|\n";
  std::vector<PlotSeries> plot = {
      {.color = 1, .line = true}, {.color = 1}, {.color = 0, .line = true}, {.color = 0}};
  for (int n = 1; n <= 64; ++n) {
    plot[0].points.push_back({.x = double(n), .y = SlowShare(0.01, n), .size = 0});
    plot[2].points.push_back({.x = double(n), .y = SlowShare(0.01 * 0.01, n), .size = 0});
  }
  for (const int width : {1, 4, 8, 16, 32, 64}) {
    ContemplateOptions options{.width = width, .pace = Pace::kLatency, .stops = kNoStops};
    const auto slow = [&](const Outcome& outcome) {
      Mean mean;
      for (const double seconds : outcome.seconds) mean.Add(seconds > 3.5 ? 1 : 0);
      return mean;
    };
    const Mean plain = slow(Ask(oracle, options));
    options.solver = hedged;
    const Outcome outcome = Ask(oracle, options);
    const Mean less = slow(outcome);
    ExpectLaw(plain, SlowShare(0.01, width), absl::StrCat("slow, width ", width));
    ExpectLaw(less, SlowShare(0.0001, width), absl::StrCat("slow, hedged, width ", width));
    absl::StrAppend(
        &table, "| ", width, " | ", Percent(SlowShare(0.01, width)), " | ", Measured(plain), " | ",
        absl::StrFormat("%.2f %% | %.2f ± %.2f %% | %.1f %% |\n", 100 * SlowShare(0.0001, width),
                        100 * less.value(), 100 * less.error(), 100 * (outcome.calls.value() / width - 1)));
    plot[1].points.push_back(Dot(width, plain, width == 32 ? "alone" : ""));
    plot[3].points.push_back(Dot(width, less, width == 32 ? "hedged" : ""));
  }
  ExpectOnPage("hedging", table);
  ExpectPlot("hedging", DrawPlot({.title = "Runs that wait for a straggler",
                                  .x_name = "attempts, waiting for all",
                                  .y_name = "slow runs",
                                  .x_from_zero = true},
                                 plot));
}

TEST(ContemplateFigures, Graphs) {
  std::string table =
      "| tasks at once | time over the least possible: mean | worst seen | Graham's bound: mean "
      "|\n|---|---|---|---|\n";
  for (const int width : {2, 4, 8, 16, 0}) {
    Mean over, bound;
    double worst = 0;
    for (int seed = 1; seed <= kItems; ++seed) {
      const event::GraphEnded ended = RunRandomGraph(std::uint64_t(seed), 40, width);
      over.Add(ended.over_bound), worst = std::max(worst, ended.over_bound);
      bound.Add(absl::FDivDuration(GrahamOf(ended), ended.wall) * ended.over_bound);
    }
    absl::StrAppend(&table, "| ", width == 0 ? "all" : absl::StrCat(width),
                    absl::StrFormat(" | %.3f | %.3f | %.3f |\n", over.value(), worst, bound.value()));
  }
  ExpectOnPage("graphs", table);
}

// What the heap has at most, in MiB, beyond what it had before.
double PeakOf(const ContemplateOptions& options) {
  Ask({}, options, 1);
  ResetHeapPeak();
  Ask({}, options, 1);
  return double(HeapPeak()) / (1 << 20);
}

TEST(ContemplateFigures, Wide) {
  std::string table =
      "| width | attempts seen by a merge | calls | calls one after another | wait | output tokens | of "
      "these one after another | memory, less than |\n"
      "|---|---|---|---|---|---|---|---|\n";
  const std::pair<int, int> widths[] = {{8, 1}, {64, 2}, {1024, 16}};  // with the MiB that suffice
  for (const auto& [width, mebibytes] : widths) {
    const ContemplateOptions options{.width = width, .stops = kNoStops, .aggregate = Aggregate::kSynthesize};
    const Outcome outcome = Ask({}, options, width > 64 ? 5 : 50);
    const double levels = outcome.WaitAt(0.5) / 10, peak = PeakOf(options);
    absl::PrintF("%d attempts: %.2f MiB\n", width, peak);
    EXPECT_LT(peak, mebibytes) << width;
    EXPECT_GT(peak, 0.01) << "it is counted";
    absl::StrAppend(&table, absl::StrFormat("| %d | 8 | %.0f | %.0f | %.0f s | %.0f | %.0f | %d MiB |\n",
                                            width, outcome.calls.value(), levels, outcome.WaitAt(0.5),
                                            outcome.tokens.value(), outcome.sequential.value(), mebibytes));
  }
  ExpectOnPage("wide", table);
}

}  // namespace
}  // namespace ninefold
