// The tables of docs/contemplating.md: each is computed here and compared with the page.
// NINEFOLD_UPDATE_GOLDEN=1 in the environment writes the page anew.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "ninefold/vote_theory.h"
#include "sim/oracle_runs.h"

namespace ninefold {
namespace {

const std::string kPage = NINEFOLD_SOURCE_DIR "/docs/contemplating.md";

std::string ReadPage() {
  std::ostringstream text;
  text << std::ifstream(kPage).rdbuf();
  return text.str();
}

// What stands between the marks of `name`.
void ExpectOnPage(const std::string& name, const std::string& table) {
  const std::string begin = absl::StrCat("<!-- computed: ", name, " -->\n"), end = "<!-- end -->\n";
  std::string page = ReadPage();
  const std::size_t from = page.find(begin);
  ASSERT_NE(from, std::string::npos) << kPage << " has no " << begin;
  const std::size_t to = page.find(end, from);
  ASSERT_NE(to, std::string::npos);
  const std::size_t at = from + begin.size();
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr) {
    page.replace(at, to - at, table);
    std::ofstream(kPage) << page;
    return;
  }
  EXPECT_EQ(page.substr(at, to - at), table)
      << "if it is meant: NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/contemplate_figures_test";
}

std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }
std::string Measured(const Mean& mean) {
  return absl::StrFormat("%.1f ± %.1f %%", 100 * mean.value(), 100 * mean.error());
}

AgentPtr OracleAgent(const char* name, const OracleOptions& oracle) {
  return MakeAgent({.name = name, .model = testing::Oracle(oracle)});
}

TEST(ContemplateFigures, Votes) {
  std::string table =
      "| width | p 0.7: law | measured | p 0.7, ρ 0.2: law | measured | p 0.3, 4 wrong answers: law | "
      "measured |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const int width : {1, 3, 5, 9, 16, 32, 64}) {
    const int items = width > 16 ? kItems / 2 : kItems;
    const ContemplateOptions options{.width = width, .stops = kNoStops};
    absl::StrAppend(&table, "| ", width, " | ", Percent(MajorityAccuracy(0.7, width)), " | ",
                    Measured(Ask({.right = 0.7}, options, items).right), " | ",
                    Percent(MajorityAccuracy(0.7, 0.2, width)), " | ",
                    Measured(Ask({.right = 0.7, .correlation = 0.2}, options, items).right), " | ",
                    Percent(PluralityAccuracy(0.3, 4, width)), " | ",
                    Measured(Ask({.right = 0.3, .wrong_answers = 4}, options, items).right), " |\n");
  }
  ExpectOnPage("votes", table);
}

TEST(ContemplateFigures, Stops) {
  std::string table =
      "| p | at most | attempts: law | measured | accuracy: law | measured | without the stop "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const int most : {15, 31}) {
    for (const double p : {0.6, 0.7, 0.8, 0.9}) {
      const StopLaw law = AdaptiveStop(p, most, 0.95);
      const Outcome outcome =
          Ask({.right = p}, {.width = most, .pace = Pace::kCost, .stops = {.decided = false, .quorum = 1}});
      absl::StrAppend(&table,
                      absl::StrFormat("| %.1f | %d | %.2f | %.2f ± %.2f | ", p, most, law.attempts,
                                      outcome.attempts.value(), outcome.attempts.error()),
                      Percent(law.accuracy), " | ", Measured(outcome.right), " | ",
                      Percent(MajorityAccuracy(p, most)), " |\n");
    }
  }
  ExpectOnPage("stops", table);
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
  absl::StrAppend(&table, Row("one alone", ask(Pace::kLatency, kNoStops, 1)),
                  Row("all, waiting for all", ask(Pace::kLatency, kNoStops)),
                  Row("all, until decided", ask(Pace::kLatency, {.settled = 1, .quorum = 1})),
                  Row("all, until decided, tail cut", ask(Pace::kLatency, {.settled = 1})),
                  Row("all, until settled or decided, tail cut", ask(Pace::kLatency, {})),
                  Row("in waves (balanced), the same stops", ask(Pace::kBalanced, {})),
                  Row("as needed (cost), the same stops", ask(Pace::kCost, {})));
  ExpectOnPage("settings", table);
}

TEST(ContemplateFigures, Aggregates) {
  const OracleOptions oracle{.right = 0.3, .correlation = 0.2, .wrong_answers = 3};
  std::string table =
      "| 8 attempts | covered | accuracy | selection gap | calls | calls one after another "
      "|\n|---|---|---|---|---|---|\n";
  const auto row = [&](const char* name, const Outcome& outcome, int depth) {
    absl::StrAppend(&table, "| ", name, " | ", Percent(outcome.covered.value()), " | ",
                    Measured(outcome.right), " | ", Percent(outcome.covered.value() - outcome.right.value()),
                    absl::StrFormat(" | %.1f | %d |\n", outcome.calls.value(), depth));
  };
  ContemplateOptions options{.width = 8, .stops = kNoStops};
  row("vote", Ask(oracle, options), 1);
  options.verifier = OracleAgent("verifier", oracle);
  row("verifier (accepts 9 of 10 right, 2 of 10 wrong ones), then vote", Ask(oracle, options), 2);
  options.verifier = nullptr;
  options.aggregate = Aggregate::kKnockout;
  for (const double judges : {0.6, 0.8, 0.95}) {
    OracleOptions judge = oracle;
    judge.judges_right = judges;
    options.judge = OracleAgent("judge", judge);
    row(absl::StrFormat("knock-out, judge right %.0f of 100 times", 100 * judges).c_str(),
        Ask(oracle, options), 3);
  }
  OracleOptions biased = oracle;
  biased.picks_first = 0.5;
  options.judge = OracleAgent("judge", biased);
  row("knock-out, judge that picks the first half of the time", Ask(oracle, options), 3);
  ExpectOnPage("aggregates", table);
}

TEST(ContemplateFigures, Refinement) {
  std::string table =
      "| 8 attempts, rounds | mends 20, spoils 5 of 100 | mends 5, spoils 20 of 100 | calls "
      "|\n|---|---|---|---|\n";
  for (const int rounds : {0, 1, 2, 4}) {
    OracleOptions oracle{.right = 0.4, .correlation = 0.3, .wrong_answers = 3};
    const ContemplateOptions options{.width = 8, .stops = {.quorum = 1}, .rounds = rounds};
    const Outcome good = Ask(oracle, options);
    oracle.mends = 0.05, oracle.spoils = 0.2;
    const Outcome bad = Ask(oracle, options);
    absl::StrAppend(&table, "| ", rounds, " | ", Measured(good.right), " | ", Measured(bad.right),
                    absl::StrFormat(" | %.1f, %.1f |\n", good.calls.value(), bad.calls.value()));
  }
  ExpectOnPage("refinement", table);
}

TEST(ContemplateFigures, Wide) {
  std::string table =
      "| width | attempts seen by a merge | calls | calls one after another | wait | output tokens | of "
      "these one after another |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const int width : {8, 64, 1024}) {
    const OracleOptions oracle;
    ContemplateOptions options{.width = width, .stops = kNoStops, .aggregate = Aggregate::kSynthesize};
    const Outcome outcome = Ask(oracle, options, width > 64 ? 5 : 50);
    const double levels = outcome.WaitAt(0.5) / 10;
    absl::StrAppend(&table, absl::StrFormat("| %d | 8 | %.0f | %.0f | %.0f s | %.0f | %.0f |\n", width,
                                            outcome.calls.value(), levels, outcome.WaitAt(0.5),
                                            outcome.tokens.value(), outcome.sequential.value()));
  }
  ExpectOnPage("wide", table);
}

}  // namespace
}  // namespace ninefold
