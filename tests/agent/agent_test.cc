#include "ninefold/agent.h"

#include "matchers.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using testing::Ask;
using ::testing::HasSubstr;
using testing::Say;
using testing::Scripted;
using testing::Sim;

TEST(CheckAgent, SaysWhatIsWrong) {
  const ModelPtr model = Scripted({});
  const auto tool = [](std::string name) {
    return MakeDynamicTool(
        {.name = std::move(name)},
        [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> { co_return TextOutput(""); });
  };
  const struct {
    AgentOptions options;
    std::string why;
  } cases[] = {
      {{.name = "", .model = model}, "agent name \"\""},
      {{.name = "a b", .model = model}, "letters, digits"},
      {{.name = "a"}, "has no model"},
      {{.name = "a", .model = model, .tools = {nullptr}}, "a tool is null"},
      {{.name = "a", .model = model, .tools = {tool("t"), tool("t")}}, "two tools named \"t\""},
      {{.name = "a", .model = model, .limits = {.turns = 0}}, "at least 1 turn"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(CheckAgent(c.options), Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.why)));
}

TEST(AsTool, TheAgentsEvidenceBecomesTheCallers) {
  ToolPtr show =
      MakeDynamicTool({.name = "show"}, [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
        ToolOutput output = TextOutput("[a.txt:3] shown");
        output.citations.push_back({"a.txt", 3, 3, "shown"});
        co_return output;
      });
  AgentPtr inner = MakeAgent({.name = "inner",
                              .description = "Looks",
                              .model = Scripted({Ask("show"), Say("\"shown\" [a.txt:3]")}),
                              .tools = {show}});
  AgentPtr outer =
      MakeAgent({.name = "outer",
                 .model = Scripted({Ask("inner", {{"task", "look"}}), Say("It is \"shown\" [a.txt:3].")}),
                 .tools = {AsTool(inner)}});
  Sim sim;
  const auto reply = sim.Run(outer, "?");
  ASSERT_THAT(reply, IsOk());
  ASSERT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(Place(reply->evidence[0]), "a.txt:3");
  EXPECT_EQ(reply->cost.model_calls, 4) << "the inner agent's calls are the outer's too";
  const auto turns = EventsOf<event::TurnStarted>(sim.events());
  EXPECT_EQ(turns[1].first, "turn.1/tool.inner.1/turn.1");
}

TEST(AsTool, DepthIsBounded) {
  std::shared_ptr<AgentPtr> self = std::make_shared<AgentPtr>();
  AgentFn call_self = [self](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    Prompt again("again");
    co_return co_await (*self)->Run(std::move(again), ctx);
  };
  *self = MakeAgent(
      {.name = "loop",
       .model = testing::Responding([](const ModelRequest&) { return Ask("again", {{"task", "x"}}); }),
       .tools = {AsTool(MakeFunctionAgent({"again", ""}, call_self))}});
  Sim sim;
  EXPECT_THAT(sim.Run(*self, "go", {.budget = {.depth = 6}}),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("agents nested deeper than 6")));
  self->reset();
}

// What its tool agents use is its own too; a caller gets the error as a result, and goes on.
TEST(AgentBudget, IsAPartOfTheRuns) {
  const auto chatty = [](const ModelRequest&) { return Ask("deep", {{"task", "x"}}); };
  AgentPtr deep =
      MakeAgent({.name = "deep", .description = "Thinks", .model = Scripted({Say("1"), Say("2"), Say("3")})});
  AgentPtr middle = MakeAgent({.name = "middle",
                               .description = "Asks",
                               .model = testing::Responding(chatty),
                               .tools = {AsTool(deep)},
                               .limits = {.budget = {.model_calls = 5}}});
  Sim alone;
  EXPECT_THAT(alone.Run(middle, "?"),
              Fails(absl::StatusCode::kResourceExhausted,
                    AllOf(HasSubstr("turn."),
                          HasSubstr("agent \"middle\": the budget of 5 model calls is used up"))));

  AgentPtr outer = MakeAgent({.name = "outer",
                              .model = Scripted({Ask("middle", {{"task", "go"}}), Say("without it")}),
                              .tools = {AsTool(middle)}});
  Sim sim;
  const auto reply = sim.Run(outer, "?");
  ASSERT_THAT(reply, Says("without it"));
  EXPECT_EQ(reply->cost.model_calls, 7);
}

TEST(Reply, SurvivesJson) {
  Reply reply;
  reply.text = "yes";
  reply.data = Json{{"x", 1}};
  reply.evidence.push_back({"a", 1, 2, "q"});
  reply.dissent.push_back({"critic", "no"});
  const auto back = ReplyFromJson(ToJson(reply));
  ASSERT_THAT(back, Says("yes"));
  EXPECT_EQ(ToJson(*back), ToJson(reply));
  EXPECT_THAT(ReplyFromJson(Json(5)), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("/text")));
}

}  // namespace
}  // namespace ninefold
