#include "ninefold/task_graph.h"

#include "absl/strings/str_split.h"
#include "matchers.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

AgentPtr Nobody() {
  return MakeFunctionAgent({"nobody", ""},
                           [](Prompt, Context&) -> Async<absl::StatusOr<Reply>> { co_return Reply{}; });
}

// "a b<-a c<-a,b": ids with what they need.
absl::Status Build(std::string_view text, TaskGraph& graph) {
  for (const auto word : absl::StrSplit(ToAbsl(text), ' ', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits("<-", 1));
    Task task{.id = parts.first, .agent = Nobody()};
    for (const auto need : absl::StrSplit(parts.second, ',', absl::SkipEmpty()))
      task.needs.emplace_back(need);
    const absl::Status added = graph.Add(std::move(task));
    if (!added.ok()) return added;
  }
  return graph.Check();
}

TEST(TaskGraph, RefusesWithAReason) {
  const struct {
    std::string graph, why;
  } cases[] = {
      {"a<-a", "task \"a\" needs itself"},
      {"a b<-a a", "two tasks have the id \"a\""},
      {"facts risks<-fcats", "task \"risks\" needs \"fcats\", which is no task; did you mean \"facts\"?"},
      {"a<-c b<-a c<-b", "cycle: a, b, c, a"},
      {"x a<-x,c b<-a c<-b d<-c", "cycle: "},
      {"a<-b b<-a", "cycle: "},
      {"/etc", "letters, digits"},
      {".hidden", "letters, digits"},
      {"a b<-a,a", "needs \"a\" twice"},
  };
  for (const auto& c : cases) {
    TaskGraph graph;
    const absl::Status status = Build(c.graph, graph);
    EXPECT_FALSE(status.ok()) << c.graph;
    EXPECT_THAT(Describe(status), HasSubstr(c.why)) << c.graph;
  }
}

TEST(TaskGraph, ChecksEachTask) {
  TaskGraph graph;
  EXPECT_THAT(graph.Add({.id = "a"}), Fails(kInvalid, HasSubstr("has no agent")));
  EXPECT_THAT(graph.Add({.id = "a", .agent = Nobody(), .needs = {"x", "y"}, .join = Join::Quorum(3)}),
              Fails(kInvalid, HasSubstr("a quorum of 3 out of 2")));
  EXPECT_THAT(graph.Add({.id = "a", .agent = Nobody(), .on_failure = OnFailure::Fallback(nullptr)}),
              Fails(kInvalid, HasSubstr("null")));
  EXPECT_EQ(graph.size(), 0u);
  ASSERT_TRUE(graph.Add({.id = "a", .agent = Nobody()}).ok());
  graph.set_output("b");
  EXPECT_THAT(graph.Check(), Fails(kInvalid, HasSubstr("output task \"b\"")));
}

TEST(TaskGraph, ALongChainIsNoTrouble) {
  TaskGraph graph;
  for (int i = 0; i < 100'000; ++i) {
    Task task{.id = absl::StrCat("t", i), .agent = Nobody()};
    if (i > 0) task.needs.push_back(absl::StrCat("t", i - 1));
    ASSERT_TRUE(graph.Add(std::move(task)).ok());
  }
  EXPECT_THAT(graph.Check(), IsOk());
}

TEST(TaskGraph, Pictures) {
  TaskGraph graph;
  ASSERT_THAT(Build("facts risks answer<-facts,risks", graph), IsOk());
  EXPECT_EQ(ToText(graph), "* facts (nobody)\n* risks (nobody)\n  + answer (nobody)  <- facts, risks\n");
  EXPECT_EQ(ToMermaid(graph),
            "flowchart LR\n  t0[\"facts (nobody)\"]\n  t1[\"risks (nobody)\"]\n  t2[\"answer (nobody)\"]\n  "
            "t0 --> t2\n  t1 --> t2\n");
  EXPECT_THAT(ToDot(graph), HasSubstr("\"facts\" -> \"answer\";"));
  EXPECT_EQ(ToText(TaskGraph()), "");
}

}  // namespace
}  // namespace ninefold
