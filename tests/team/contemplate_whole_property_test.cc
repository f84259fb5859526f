// What must hold of contemplations with all their parts: verifiers, judges, comparisons, digests, weights,
// deadlines and budgets, drawn from a seed, thousands of them in virtual time. Every call is of a model, so
// that the books can be compared with what the models were asked.
#include <map>
#include <random>
#include <set>

#include "ninefold/model_error.h"
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::Sim;

constexpr std::int64_t kInput = 100, kOutput = 10;  // tokens of each call

// Answers each role by its prompt, after a time and with a luck that are drawn from the path it is asked
// under.
class Everyone : public Model {
 public:
  explicit Everyone(int answers) : answers_(answers) { card_.name = "everyone"; }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    std::mt19937_64 luck(ctx.Random("luck"));
    ++started, ++running;
    const absl::Status slept = co_await ctx.Sleep(absl::Milliseconds(luck() % 10'000 + 1));
    --running;
    const Usage usage{.input = kInput, .cached_input = {}, .output = kOutput, .reasoning = {}};
    if (!slept.ok()) {
      ++cancelled;
      co_return WithUsage(slept, usage);
    }
    const int kind = int(luck() % 12);
    if (kind == 0) {
      ++failed;
      co_return absl::UnavailableError("busy");
    }
    ModelReply reply;
    reply.message = AssistantMessage(Say(Asked(request), kind, luck));
    reply.usage = usage;
    co_return reply;
  }

  mutable int started = 0, running = 0, cancelled = 0, failed = 0;

 private:
  std::string Say(const std::string& asked, int kind, std::mt19937_64& luck) const {
    if (absl::StrContains(asked, "answer: incorrect"))
      return kind < 4 ? "answer: incorrect" : kind == 4 ? "answer: correct" : "Hard to say.";
    if (absl::StrContains(asked, "\nanswer: A\n"))
      return kind < 6 ? "answer: A" : kind < 11 ? "answer: B" : "Either.";
    if (absl::StrContains(asked, "Do they say the same?")) return kind < 3 ? "answer: yes" : "answer: no";
    if (absl::StrContains(asked, "answer: many")) return kind < 2 ? "answer: one" : "answer: many";
    if (absl::StrContains(asked, "\nReports:\n")) return kind < 2 ? "" : "Merged. [solve.1]";
    if (absl::StrContains(asked, "Write a digest")) return "a digest";
    if (kind == 1) return "I don't know";
    const std::string answer(1, char('p' + luck() % std::uint64_t(answers_)));
    return absl::StrCat(std::string(kind == 2 ? 300 : 0, 'x'), "\nconfidence: 0.", luck() % 10,
                        "\nanswer: ", answer);
  }

  ModelCard card_;
  const int answers_;
};

struct WholeCase {
  ContemplateOptions options;
  RunOptions run;
  int answers = 1;
};

WholeCase DrawWhole(std::mt19937_64& random) {
  const auto below = [&](int n) { return int(random() % std::uint64_t(n)); };
  WholeCase drawn;
  drawn.answers = 1 + below(6);
  ContemplateOptions& options = drawn.options;
  options.width = 2 + below(below(5) == 0 ? 30 : 8);
  options.rounds = below(3) == 0 ? 1 + below(2) : 0;
  options.pace = Pace(below(3));
  options.aggregate = Aggregate(below(5));
  options.digests = 1 + below(4);
  options.digest_bytes = 150;
  options.judge_votes = 1 + below(2);
  options.merge_most = 2 + below(4);
  options.stops.decided = below(2) == 0;
  options.stops.settled = below(2) == 0 ? 1 : 0.9;
  options.stops.quorum = below(2) == 0 ? 1 : 0.5;
  if (below(4) == 0) drawn.run.deadline = absl::Seconds(5 + below(60));
  if (below(4) == 0) drawn.run.budget.tokens = 5'000 + below(40'000);
  return drawn;
}

struct WholeRun {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  std::shared_ptr<const Everyone> model;
  absl::Duration took;
};

WholeRun Perform(const WholeCase& drawn, std::uint64_t seed, unsigned parts, const StorePtr& store = nullptr,
                 RunMode mode = RunMode::kFresh) {
  WholeRun ran;
  auto model = std::make_shared<const Everyone>(drawn.answers);
  ran.model = model;
  const auto agent = [&](const char* name) { return MakeAgent({.name = name, .model = model}); };
  ContemplateOptions options = drawn.options;
  options.solver = agent("solver");
  if (parts & 1) options.verifier = agent("verifier");
  if (parts & 2) options.same = agent("same");
  if (parts & 4) options.digester = agent("digester");
  if (parts & 8) options.triage = agent("triage");
  options.judge = agent("judge");
  RunOptions run = drawn.run;
  run.seed = seed;
  run.run_id = "r";
  run.mode = mode;
  Sim sim({.seed = seed, .store = store});
  ran.reply = sim.Run(Contemplate(options), "?", run);
  ran.took = sim.elapsed();
  return ran;
}

class ContemplateWhole : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ContemplateWhole, ::testing::Range(0, 8));
constexpr int kWholeCases = 300;

TEST_P(ContemplateWhole, EveryCallIsInTheBooksAndNothingRunsOn) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 6'700'417 + 11);
  for (int i = 0; i < kWholeCases; ++i) {
    const WholeCase drawn = DrawWhole(random);
    const unsigned parts = unsigned(random() % 16);
    SCOPED_TRACE(absl::StrCat("case ", i, ", width ", drawn.options.width, ", parts ", parts));
    const WholeRun ran = Perform(drawn, random(), parts);
    const Everyone& model = *ran.model;
    EXPECT_EQ(model.running, 0);
    EXPECT_LE(ran.took, drawn.run.deadline);
    if (!ran.reply.ok()) {
      // Only where nobody had an answer.
      const absl::Status& why = ran.reply.status();
      const bool is_said = absl::StrContains(why.message(), "every attempt has failed") ||
                           absl::IsDeadlineExceeded(why) || absl::StrContains(why.message(), "solve.1");
      EXPECT_TRUE(is_said) << why;
      continue;
    }
    const Cost& cost = ran.reply->cost;
    EXPECT_EQ(cost.model_calls, model.started);
    const int billed = model.started - model.failed;
    EXPECT_EQ(cost.tokens.input.value_or(0), billed * kInput);
    EXPECT_EQ(cost.tokens.output.value_or(0), billed * kOutput);
    EXPECT_EQ(cost.estimated, model.cancelled > 0);
    if (drawn.run.budget.tokens) {
      EXPECT_LE(billed * (kInput + kOutput), *drawn.run.budget.tokens);
    }
  }
}

TEST_P(ContemplateWhole, TheReportIsTrueToItself) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 2'147'483'647 + 13);
  for (int i = 0; i < kWholeCases; ++i) {
    const WholeCase drawn = DrawWhole(random);
    const unsigned parts = unsigned(random() % 16);
    SCOPED_TRACE(absl::StrCat("case ", i, ", width ", drawn.options.width, ", parts ", parts));
    const WholeRun ran = Perform(drawn, random(), parts);
    if (!ran.reply.ok()) continue;
    const Contemplation report = ReportOf(ran.reply);
    EXPECT_EQ(report.started, report.cast + report.abstained + report.failed + report.cancelled);
    EXPECT_EQ(report.started, int(report.attempts.size()));
    std::map<std::string, int> outcomes;
    for (const Contemplation::Attempt& attempt : report.attempts) {
      ++outcomes[attempt.outcome];
      EXPECT_EQ(attempt.outcome == "cast", !attempt.answer.empty());
      EXPECT_GE(attempt.seconds, 0);
    }
    EXPECT_EQ(outcomes["cast"], report.cast);
    EXPECT_EQ(outcomes["cancelled"], report.cancelled);
    EXPECT_GE(report.confidence, 0);
    EXPECT_LE(report.confidence, 1);
    std::set<std::string> voters;
    bool some_stand = false, has_winner = false;
    for (const Contemplation::Vote& vote : report.votes) {
      EXPECT_EQ(vote.count, int(vote.whose.size()));
      EXPECT_FALSE(vote.verified && vote.refuted);
      for (const std::string& who : vote.whose)
        EXPECT_TRUE(voters.insert(who).second) << who << " votes twice";
      some_stand = some_stand || !vote.refuted;
      has_winner = has_winner || vote.answer == report.answer;
    }
    if (report.aggregate == "synthesize" || report.votes.empty()) continue;
    EXPECT_TRUE(has_winner) << report.answer << " is no candidate";
    for (const Contemplation::Vote& vote : report.votes) {
      EXPECT_FALSE(vote.answer == report.answer && vote.refuted && some_stand)
          << "others were not found wrong";
      EXPECT_TRUE(!vote.verified || report.stop == "verified");
    }
    EXPECT_TRUE(absl::StrContains(ran.reply->text, "answer: ")) << "the words of a candidate";
  }
}

TEST_P(ContemplateWhole, AReplayOfItSaysTheSame) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 524'287 + 17);
  for (int i = 0; i < kWholeCases / 3; ++i) {
    WholeCase drawn = DrawWhole(random);
    drawn.run.deadline = absl::InfiniteDuration();  // a replay has no time to be short of
    drawn.run.budget = {};
    const unsigned parts = unsigned(random() % 16);
    const std::uint64_t seed = random();
    SCOPED_TRACE(absl::StrCat("case ", i, ", width ", drawn.options.width, ", parts ", parts));
    const StorePtr store = MemoryStore();
    const WholeRun first = Perform(drawn, seed, parts, store);
    if (!first.reply.ok()) continue;
    for (const RunMode mode : {RunMode::kReplay, RunMode::kResume}) {
      const WholeRun again = Perform(drawn, seed, parts, store, mode);
      ASSERT_THAT(again.reply, IsOk());
      EXPECT_EQ(again.model->started, 0) << "nobody is asked again";
      EXPECT_EQ(first.reply->text, again.reply->text);
      EXPECT_EQ(DumpJson(*first.reply->report), DumpJson(*again.reply->report));
      EXPECT_EQ(DumpJson(ToJson(*first.reply)["dissent"]), DumpJson(ToJson(*again.reply)["dissent"]));
    }
  }
}

// After a kill between any two steps: what goes on from there ends, and asks nobody for what is recorded.
TEST_P(ContemplateWhole, AKilledRunGoesOn) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 131'071 + 19);
  for (int i = 0; i < kWholeCases / 10; ++i) {
    WholeCase drawn = DrawWhole(random);
    drawn.run.deadline = absl::InfiniteDuration();
    drawn.run.budget = {};
    const unsigned parts = unsigned(random() % 16);
    const std::uint64_t seed = random();
    SCOPED_TRACE(absl::StrCat("case ", i, ", width ", drawn.options.width, ", parts ", parts));
    const StorePtr whole = MemoryStore();
    const WholeRun first = Perform(drawn, seed, parts, whole);
    if (!first.reply.ok()) continue;
    const auto steps = whole->Steps("r");
    ASSERT_THAT(steps, IsOk());
    const std::size_t kept = 1 + random() % steps->size();
    const StorePtr part = MemoryStore();
    int calls = 0;
    for (std::size_t k = 0; k < kept; ++k) {
      ASSERT_THAT(part->Write({.runs = {}, .steps = {{"r", (*steps)[k]}}}), IsOk());
      calls += (*steps)[k].kind == "model";
    }
    const WholeRun second = Perform(drawn, seed, parts, part, RunMode::kResume);
    ASSERT_THAT(second.reply, IsOk());
    EXPECT_EQ(second.model->running, 0);
    // What was recorded and counted for nothing, as an attempt that came too late, is not asked for again.
    EXPECT_GE(second.reply->cost.model_calls, second.model->started);
    EXPECT_LE(second.reply->cost.model_calls, calls + second.model->started);
  }
}

}  // namespace
}  // namespace ninefold
