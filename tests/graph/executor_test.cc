#include <random>

#include "absl/strings/str_join.h"
#include "executor_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ExecutorTest, ATaskStartsWhenItsNeedsAreThere) {
  Add("a", {}, {.agent = Worker(absl::Seconds(1))});
  Add("slow", {}, {.agent = Worker(absl::Seconds(10))});
  Add("b", {"a"});
  Add("c", {"b", "slow"});
  EXPECT_THAT(Run(), Says("c(b(a())slow())"));
  EXPECT_EQ(elapsed, absl::Seconds(11)) << "b did not wait for slow";
  EXPECT_THAT(ended_graph.critical_path, ElementsAre("slow", "c"));
  EXPECT_EQ(ended_graph.critical, absl::Seconds(11));
  EXPECT_EQ(ended_graph.work, absl::Seconds(13));
}

TEST_F(ExecutorTest, TheOutcomeDoesNotDependOnTheOrder) {
  for (const std::string id : {"a", "b", "c", "d"}) Add(id);
  Add("end", {"d", "b", "a", "c"});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_THAT(Run({}, seed), Says("end(d()b()a()c())"));
}

TEST_F(ExecutorTest, WidthBoundsHowManyRun) {
  for (int i = 0; i < 10; ++i) Add(absl::StrCat("t", i));
  EXPECT_THAT(Run({.width = 3}), IsOk());
  EXPECT_EQ(most, 3);
  EXPECT_EQ(elapsed, absl::Seconds(4));
}

TEST_F(ExecutorTest, AFailureFailsTheGraphAndCancelsTheRest) {
  Add("good", {}, {.agent = Worker(absl::Seconds(100))});
  Add("bad", {}, {.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("broken"))});
  Add("end", {"good", "bad"});
  EXPECT_THAT(Run(), Fails(absl::StatusCode::kInvalidArgument,
                           AllOf(HasSubstr("task \"bad\""), HasSubstr("broken"))));
  EXPECT_EQ(elapsed, absl::Seconds(1));
  EXPECT_EQ(outcomes["good"], "cancelled");
}

TEST_F(ExecutorTest, ASkippedFailureIsSeen) {
  Add("bad", {},
      {.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("broken")),
       .on_failure = OnFailure::Skip()});
  Add("good");
  Add("end", {"bad", "good"});
  EXPECT_THAT(Run(), Says("end((failed)good())"));
  EXPECT_EQ(outcomes["bad"], "failed");
}

TEST_F(ExecutorTest, WhenAllNeedsFailedTheTaskIsSkipped) {
  Add("bad", {},
      {.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("broken")),
       .on_failure = OnFailure::Skip()});
  Add("end", {"bad"});
  EXPECT_THAT(Run(), Fails(absl::StatusCode::kFailedPrecondition,
                           AllOf(HasSubstr("the output task \"end\" skipped"), HasSubstr("broken"))));
}

TEST_F(ExecutorTest, AFallbackAnswersInstead) {
  Add("bad", {},
      {.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("broken")),
       .on_failure = OnFailure::Fallback(Worker(absl::Seconds(2)))});
  EXPECT_THAT(Run(), Says("bad()"));
  EXPECT_THAT(started, ElementsAre("bad", "bad/fallback"));
}

TEST_F(ExecutorTest, RetriesWhatMayMend) {
  Add("flaky", {}, {.agent = Worker(absl::Seconds(1), absl::UnavailableError("busy"), 2), .attempts = 3});
  EXPECT_THAT(Run(), Says("flaky()"));
  EXPECT_EQ(started.size(), 3u);
  EXPECT_GT(elapsed, absl::Seconds(3)) << "with a pause between";
}

TEST_F(ExecutorTest, DoesNotRetryWhatCannotMend) {
  Add("wrong", {}, {.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("no")), .attempts = 3});
  EXPECT_FALSE(Run().ok());
  EXPECT_EQ(started.size(), 1u);
}

TEST_F(ExecutorTest, ATimeoutIsOfOneAttempt) {
  Add("slow", {}, {.agent = Worker(absl::Minutes(5)), .attempts = 2, .timeout = absl::Seconds(10)});
  EXPECT_THAT(Run(), Fails(absl::StatusCode::kDeadlineExceeded, HasSubstr("no result within 10s")));
  EXPECT_EQ(started.size(), 2u);
}

TEST_F(ExecutorTest, AnyTakesTheFirst) {
  Add("slow", {}, {.agent = Worker(absl::Seconds(60))});
  Add("fast", {}, {.agent = Worker(absl::Seconds(2))});
  Join any = Join::Any();
  any.cancel_rest = true;
  Add("end", {"slow", "fast"}, {.join = any});
  EXPECT_THAT(Run(), Says("end((skipped)fast())"));
  EXPECT_EQ(elapsed, absl::Seconds(3));
  EXPECT_EQ(outcomes["slow"], "cancelled");
}

TEST_F(ExecutorTest, AQuorumThatIsMissedFails) {
  const auto bad = [&] {
    return Task{.agent = Worker(absl::Seconds(1), absl::InvalidArgumentError("broken")),
                .on_failure = OnFailure::Skip()};
  };
  Add("a", {}, bad());
  Add("b", {}, bad());
  Add("c");
  Add("end", {"a", "b", "c"}, {.join = Join::Quorum(2)});
  EXPECT_THAT(Run(),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("1 of the 2 needed results are there")));
}

TEST_F(ExecutorTest, ConditionsSkip) {
  Add("facts");
  Task no;
  no.when = [](const TaskInputs& inputs) -> absl::StatusOr<bool> {
    return inputs.Find("facts")->reply->text.empty();
  };
  Add("extra", {"facts"}, std::move(no));
  Add("end", {"facts", "extra"});
  EXPECT_THAT(Run(), Says("end(facts()(skipped))"));
}

TEST_F(ExecutorTest, AConditionThatCannotBeToldFails) {
  Task odd;
  odd.when = [](const TaskInputs&) -> absl::StatusOr<bool> {
    return absl::InvalidArgumentError("5 is no truth value");
  };
  Add("odd", {}, std::move(odd));
  EXPECT_THAT(Run(), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("5 is no truth value")));
}

// Cites `quotes`, or says which places it knows.
AgentPtr Citing(std::vector<std::string> quotes) {
  AgentFn fn = [quotes](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
    Reply reply;
    for (const std::string& quote : quotes) reply.evidence.push_back({"a.txt", 1, 1, quote});
    for (const Citation& citation : prompt.known) absl::StrAppend(&reply.text, citation.quote, ";");
    co_return reply;
  };
  return MakeFunctionAgent({"cite", ""}, fn);
}

TEST_F(ExecutorTest, EvidenceFlowsAlongTheEdgesOnce) {
  std::vector<std::string> many;
  for (int i = 0; i < 40; ++i) many.push_back(absl::StrCat(i));
  const struct {
    Known known;
    std::string expected;
  } cases[] = {{Known::kOfPrompt, ""}, {Known::kOfNeeds, "x;y;z;"}, {Known::kAll, "x;y;z;w;"}};
  for (const auto& c : cases) {
    graph = TaskGraph();
    known = {{"a.txt", 1, 1, "y"}, {"a.txt", 1, 1, "w"}};
    Add("a", {}, {.agent = Citing({"x", "y"})});
    Add("b", {}, {.agent = Citing({"y", "z", "z"})});
    Add("c", {}, {.agent = Citing(many)});
    Add("d", {}, {.agent = Citing(many)});
    Add("end", {"a", "b"}, {.agent = Citing({}), .known = c.known});
    EXPECT_THAT(Run(), Says(c.expected));
    Add("many", {"c", "d"}, {.agent = Citing({}), .known = Known::kOfNeeds});
    EXPECT_THAT(Run(), Says(absl::StrCat(absl::StrJoin(many, ";"), ";")));
  }
}

TEST_F(ExecutorTest, AnEmptyPlanIsAnError) {
  EXPECT_THAT(Run(), Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("no tasks")));
}

TEST_F(ExecutorTest, AHundredThousandTasks) {
  std::vector<std::string> ids;
  for (int i = 0; i < 99'999; ++i) {
    ids.push_back(absl::StrCat("t", i));
    ASSERT_THAT(graph.Add({.id = ids.back(), .agent = Worker(absl::Seconds(1)), .prompt = "x"}), IsOk());
  }
  ASSERT_THAT(graph.Add({.id = "end", .agent = Worker(absl::Seconds(1)), .prompt = "done", .needs = ids}),
              IsOk());
  EXPECT_THAT(Run(), Says("done"));
  EXPECT_EQ(elapsed, absl::Seconds(2));
}

// Random graphs, failures and widths: whatever happens, every task ends once, nothing starts before its
// needs, and the same seed gives the same outcome.
TEST_F(ExecutorTest, RandomGraphs) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const int n = 1 + int(random() % 12);
    graph = TaskGraph();
    for (int i = 0; i < n; ++i) {
      Task task{.agent = Worker(absl::Seconds(int(random() % 5)),
                                random() % 6 == 0 ? absl::InvalidArgumentError("bad") : absl::OkStatus())};
      if (random() % 2) task.on_failure = OnFailure::Skip();
      std::vector<std::string> needs;
      for (int k = 0; k < i; ++k) {
        if (random() % 3 == 0) needs.push_back(absl::StrCat("t", k));
      }
      if (!needs.empty() && random() % 4 == 0) task.join = Join::Any();
      task.join.cancel_rest = random() % 2;
      Add(absl::StrCat("t", i), needs, std::move(task));
    }
    const GraphOptions options{.width = int(random() % 4)};
    outcomes.clear();
    const auto first = Run(options, seed);
    EXPECT_EQ(outcomes.size(), std::size_t(n)) << "seed " << seed;
    const auto outcomes_before = outcomes;
    const auto again = Run(options, seed);
    EXPECT_EQ(first.status(), again.status()) << "seed " << seed;
    EXPECT_EQ(outcomes, outcomes_before) << "seed " << seed;
  }
}

}  // namespace
}  // namespace ninefold
