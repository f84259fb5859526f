// What must hold of every contemplation, over thousands of random ones in virtual time: arrivals, failures,
// abstentions, ties and widths are drawn from a seed.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "matchers.h"
#include "ninefold/contemplate.h"
#include "team/contemplate/tally.h"

namespace ninefold {
namespace {

using testing::After;
using testing::Fail;
using testing::Say;
using testing::ScriptStep;
using testing::Sim;

// What each attempt of a case does.
struct Play {
  std::string answer;  // "": abstains; "!": fails
  absl::Duration delay;
};

struct Case {
  std::vector<Play> plays;  // of the attempts, in declared order
  ContemplateOptions options;
};

// An agent that plays by the path of its task: solve.3, refine.1.3.
class Player : public Agent {
 public:
  explicit Player(std::vector<Play> plays) : plays_(std::move(plays)) {}
  const AgentCard& card() const override { return card_; }
  Async<absl::StatusOr<Reply>> Run(Prompt, Context& ctx) const override {
    const std::string& path = ctx.path();
    const std::size_t dot = path.rfind('.');  // one attempt has no task of its own
    const std::size_t i = dot == std::string::npos ? 0 : std::size_t(std::stoi(path.substr(dot + 1)) - 1);
    const Play& play = plays_[i % plays_.size()];
    ++started;
    ++running;
    const absl::Status slept = co_await ctx.Sleep(play.delay);
    --running;
    if (!slept.ok()) ++cancelled;
    if (!slept.ok()) co_return slept;
    Cost one;
    one.model_calls = 1;
    ctx.Charge(one);
    if (play.answer == "!") co_return absl::UnavailableError("it failed");
    Reply reply;
    reply.text = absl::StrCat("answer: ", play.answer);
    co_return reply;
  }
  mutable int started = 0, running = 0, cancelled = 0;

 private:
  const AgentCard card_{"player", ""};
  const std::vector<Play> plays_;
};

std::string AnswerOf(const Reply& reply) { return reply.text.substr(std::string("answer: ").size()); }

Case Draw(std::mt19937_64& random) {
  const auto below = [&](int n) { return int(random() % std::uint64_t(n)); };
  Case drawn;
  const int width = 1 + below(below(4) == 0 ? 40 : 9);
  const int answers = 1 + below(4);
  for (int i = 0; i < width; ++i) {
    Play play{std::string(1, char('a' + below(answers))), absl::Milliseconds(1 + below(10'000))};
    const int luck = below(12);
    if (luck == 0) play.answer = "";
    if (luck == 1) play.answer = "!";
    drawn.plays.push_back(play);
  }
  ContemplateOptions& options = drawn.options;
  options.width = width;
  options.rounds = below(3) == 0 ? 1 + below(2) : 0;
  options.pace = Pace(below(3));
  options.digests = 1 + below(5);
  options.stops.decided = below(2) == 0;
  options.stops.settled = below(2) == 0 ? 1 : 0.8 + 0.19 * below(2);
  options.stops.quorum = below(2) == 0 ? 1 : 0.5;
  options.normalize = AnswerOf;
  return drawn;
}

struct Ran {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  Contemplation report;
  std::shared_ptr<Player> player;
  std::map<std::string, std::string> outcomes;  // of tasks
  int started_tasks = 0;
};

Ran Perform(const Case& drawn, std::uint64_t seed, bool shuffle = true) {
  Ran ran;
  ran.player = std::make_shared<Player>(drawn.plays);
  ContemplateOptions options = drawn.options;
  options.solver = ran.player;
  Sim sim({.seed = seed, .shuffle = shuffle});
  ran.reply = sim.Run(Contemplate(options), "?", {.seed = seed});
  if (ran.reply.ok() && options.width > 1) ran.report = *ContemplationOf(*ran.reply);
  for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events()))
    ran.outcomes[ended.id] = ended.outcome;
  ran.started_tasks = int(EventsOf<event::TaskStarted>(sim.events()).size());
  return ran;
}

class ContemplateProperty : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ContemplateProperty, ::testing::Range(0, 8));
constexpr int kCasesEach = 500;

TEST_P(ContemplateProperty, TheAnswerIsOneOfTheCandidatesAndNothingRunsOn) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 7919 + 1);
  for (int i = 0; i < kCasesEach; ++i) {
    const Case drawn = Draw(random);
    const Ran ran = Perform(drawn, random());
    SCOPED_TRACE(absl::StrCat("case ", i, ", width ", drawn.options.width));
    EXPECT_EQ(ran.player->running, 0);
    std::set<std::string> possible;
    bool all_fail = true;
    for (const Play& play : drawn.plays) {
      if (play.answer != "!") possible.insert(play.answer), all_fail = false;
    }
    if (all_fail || (drawn.options.width == 1 && drawn.plays[0].answer == "!")) {
      EXPECT_FALSE(ran.reply.ok());
      continue;
    }
    ASSERT_THAT(ran.reply, IsOk());
    EXPECT_TRUE(possible.contains(AnswerOf(*ran.reply))) << ran.reply->text;
    if (drawn.options.width == 1) continue;
    const Contemplation& report = ran.report;
    EXPECT_EQ(report.answer, AnswerOf(*ran.reply));
    // Every started call is settled: it answered, abstained, failed or was cancelled.
    EXPECT_EQ(report.started, report.cast + report.abstained + report.failed + report.cancelled);
    EXPECT_EQ(report.started, ran.player->started);
    EXPECT_EQ(report.cancelled, ran.player->cancelled);
    EXPECT_EQ(ran.reply->cost.model_calls, ran.player->started - ran.player->cancelled);
    // A failure or an abstention is no vote.
    int votes = 0;
    for (const Contemplation::Vote& vote : report.votes) {
      votes += vote.count;
      EXPECT_FALSE(vote.answer.empty() || vote.answer == "!");
      EXPECT_EQ(vote.count, int(vote.whose.size()));
      for (const std::string& id : vote.whose) EXPECT_EQ(ran.outcomes.at(id), "done");
    }
    if (report.rounds == 0) {
      EXPECT_EQ(votes, report.cast);
    }
    if (!report.votes.empty()) {
      EXPECT_EQ(report.votes[0].answer, report.answer);
    }
    EXPECT_GE(report.confidence, 0);
    EXPECT_LE(report.confidence, 1);
    EXPECT_LE(report.started, drawn.options.width * (drawn.options.rounds + 1));
  }
}

TEST_P(ContemplateProperty, OneSeedOneResult) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 104'729 + 3);
  for (int i = 0; i < kCasesEach / 5; ++i) {
    const Case drawn = Draw(random);
    const std::uint64_t seed = random();
    const Ran one = Perform(drawn, seed), two = Perform(drawn, seed);
    ASSERT_EQ(one.reply.ok(), two.reply.ok());
    if (one.reply.ok()) {
      EXPECT_EQ(DumpJson(ToJson(*one.reply)), DumpJson(ToJson(*two.reply)));
    }
  }
}

// Without the stops that look at who came first, the order of arrival changes when it ends, and nothing else.
TEST_P(ContemplateProperty, TheOrderOfArrivalChangesOnlyWhenItEnds) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 1'299'709 + 5);
  for (int i = 0; i < kCasesEach / 2; ++i) {
    Case drawn = Draw(random);
    drawn.options.rounds = 0;
    drawn.options.stops.settled = 1;
    drawn.options.stops.quorum = 1;
    drawn.options.stops.decided = i % 2 == 0;
    const Ran one = Perform(drawn, random());
    std::vector<absl::Duration> delays;
    for (const Play& play : drawn.plays) delays.push_back(play.delay);
    std::shuffle(delays.begin(), delays.end(), random);
    for (std::size_t k = 0; k < delays.size(); ++k) drawn.plays[k].delay = delays[k];
    const Ran two = Perform(drawn, random());
    ASSERT_EQ(one.reply.ok(), two.reply.ok());
    if (!one.reply.ok()) continue;
    EXPECT_EQ(AnswerOf(*one.reply), AnswerOf(*two.reply)) << "case " << i;
    if (drawn.options.stops.decided || drawn.options.width == 1) continue;
    Json first = *one.reply->report, second = *two.reply->report;
    for (Json* report : {&first, &second}) {
      report->erase("latency_seconds");
      for (Json& attempt : (*report)["attempts"]) attempt.erase("seconds");
    }
    EXPECT_EQ(first, second);
  }
}

TEST_P(ContemplateProperty, WhatIsReplayedIsTheSame) {
  std::mt19937_64 random(std::uint64_t(GetParam()) * 15'485'863 + 7);
  for (int i = 0; i < kCasesEach / 10; ++i) {
    Case drawn = Draw(random);
    // Models, since their calls are what is recorded.
    auto plays = drawn.plays;
    const auto run = [&](const StorePtr& store, RunMode mode) {
      auto next = std::make_shared<std::size_t>(0);
      ContemplateOptions options = drawn.options;
      options.solver = MakeAgent(
          {.name = "solver", .model = testing::Responding([plays, next](const ModelRequest&) -> ScriptStep {
                               const Play& play = plays[(*next)++ % plays.size()];
                               if (play.answer == "!") return Fail(absl::UnavailableError("it failed"));
                               return After(play.delay, Say("answer: " + play.answer));
                             })});
      Sim sim({.seed = 5, .shuffle = false, .store = store});
      return sim.Run(Contemplate(options), "?", {.mode = mode, .run_id = "r"});
    };
    const StorePtr store = MemoryStore();
    const auto first = run(store, RunMode::kFresh);
    if (!first.ok()) continue;
    const auto again = run(store, RunMode::kReplay);
    ASSERT_THAT(again, IsOk()) << "case " << i;
    EXPECT_EQ(first->text, again->text) << "case " << i << DumpJson(*first->report) << "\n"
                                        << DumpJson(*again->report);
    if (drawn.options.width > 1) {
      EXPECT_EQ(DumpJson(*first->report), DumpJson(*again->report)) << "case " << i;
    }
  }
}

// --- Tally -------------------------------------------------------------------------------------------------

TEST(Tally, OddsAreThoseOfThePublishedRule) {
  EXPECT_DOUBLE_EQ(OddsOfLead(3, 0), 0.9375);
  EXPECT_DOUBLE_EQ(OddsOfLead(4, 0), 0.96875);
  EXPECT_DOUBLE_EQ(OddsOfLead(5, 1), 0.9375);
  EXPECT_DOUBLE_EQ(OddsOfLead(2, 2), 0.5);
  EXPECT_DOUBLE_EQ(OddsOfLead(1, 3), 1 - OddsOfLead(3, 1));
  EXPECT_NEAR(OddsOfLead(600, 424), 1, 1e-6);
}

TEST(Tally, OddsGrowWithTheLead) {
  for (int b = 0; b < 30; ++b) {
    for (int a = b; a < 60; ++a) EXPECT_GE(OddsOfLead(a + 1, b), OddsOfLead(a, b)) << a << " " << b;
  }
}

TEST(Tally, VotesToEndAreTheFewestThatEndIt) {
  for (int leader = 0; leader < 12; ++leader) {
    for (int other = 0; other <= leader; ++other) {
      for (int left = 0; left < 12; ++left) {
        std::vector<Ballot> ballots;
        for (int i = 0; i < leader + other; ++i) ballots.push_back({i < leader ? "a" : "b", std::size_t(i)});
        const Tally tally = CountVotes(ballots, false);
        const ContemplateStops stops;
        int expected = left;
        for (int more = left; more-- > 0;) {
          const bool settled = IsSettled(leader + more, other, leader + other + more, stops);
          if (settled || leader + more > other + left - more) expected = more;
        }
        EXPECT_EQ(VotesToEnd(tally, left, true, stops, false), expected)
            << leader << " " << other << " " << left;
      }
    }
  }
}

}  // namespace
}  // namespace ninefold
