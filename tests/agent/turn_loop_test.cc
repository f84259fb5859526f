#include <set>

#include "matchers.h"
#include "ninefold/agent.h"
#include "ninefold/models.h"
#include "ninefold/tool.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using testing::Ask;
using testing::AskMany;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using testing::Say;
using testing::Scripted;
using testing::Sim;

// Waits the given seconds, then says so. Negative: fails.
ToolPtr Waiter() {
  ToolSpec spec{.name = "wait", .description = "Waits"};
  spec.parameters = *ParseJson(R"({"type":"object","properties":{"seconds":{"type":"integer","maximum":100}},
                                   "required":["seconds"],"additionalProperties":false})");
  return MakeDynamicTool(spec, [](const Json& arguments, Context& ctx) -> Async<absl::StatusOr<ToolOutput>> {
    const int seconds = int(*GetInt(arguments, "seconds"));
    if (seconds < 0) co_return absl::UnavailableError("out of order");
    absl::Status slept = co_await ctx.Sleep(absl::Seconds(seconds));
    if (!slept.ok()) co_return slept;
    co_return TextOutput(absl::StrCat("waited ", seconds));
  });
}

AgentOptions Options(ModelPtr model) { return {.name = "a", .model = std::move(model), .tools = {Waiter()}}; }

// Whether each tool call has exactly one result, in the message right after it, and ids are unique: what
// every vendor asks for.
::testing::AssertionResult IsValid(const Conversation& talk) {
  std::set<std::string> ids;
  const std::vector<const Message*> messages = talk.messages();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto calls = ToolCallsOf(*messages[i]);
    if (calls.empty()) continue;
    if (i + 1 == messages.size()) return ::testing::AssertionFailure() << "calls without results at the end";
    if (messages[i + 1]->parts.size() != calls.size())
      return ::testing::AssertionFailure() << "missing results";
    for (std::size_t k = 0; k < calls.size(); ++k) {
      const auto* result = std::get_if<ToolResult>(&messages[i + 1]->parts[k]);
      if (result == nullptr || result->call_id != calls[k]->id)
        return ::testing::AssertionFailure() << "wrong result";
      if (!ids.insert(calls[k]->id).second)
        return ::testing::AssertionFailure() << "an id twice: " << calls[k]->id;
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(TurnLoop, AnswersWithoutTools) {
  auto model = Scripted({Say("hello")});
  Sim sim;
  const auto reply = sim.Run(MakeAgent({.name = "a", .instructions = "Be brief.", .model = model}), "hi");
  ASSERT_THAT(reply, Says("hello"));
  EXPECT_EQ(*model->requests()[0].instructions, "Be brief.");
  EXPECT_EQ(model->requests()[0].tools, nullptr);
  EXPECT_EQ(reply->cost.model_calls, 1);
  EXPECT_EQ(reply->cost.tokens.input, 10);
  EXPECT_EQ(reply->conversation.size(), 2u);
}

TEST(TurnLoop, RunsToolsInParallelAndAsksAgain) {
  auto model = Scripted({AskMany({{"wait", {{"seconds", 5}}}, {"wait", {{"seconds", 3}}}}), Say("done")});
  Sim sim;
  const auto reply = sim.Run(MakeAgent(Options(model)), "go");
  ASSERT_THAT(reply, Says("done"));
  EXPECT_EQ(sim.elapsed(), absl::Seconds(5)) << "at once";
  EXPECT_TRUE(IsValid(reply->conversation));
  const Message results = model->requests()[1].conversation.back();
  EXPECT_EQ(TextOf(std::get<ToolResult>(results.parts[0]).content), "waited 5");
  EXPECT_EQ(TextOf(std::get<ToolResult>(results.parts[1]).content), "waited 3");
  EXPECT_EQ(reply->cost.tool_calls, 2);
  std::vector<std::string> paths;
  for (const auto& [path, started] : EventsOf<event::ToolStarted>(sim.events())) paths.push_back(path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("turn.1/tool.wait.1", "turn.1/tool.wait.2"));
}

TEST(TurnLoop, WhatAToolCannotDoGoesBackToTheModel) {
  const struct {
    testing::ScriptStep call;
    std::string told;
  } cases[] = {
      {Ask("wait", {{"seconds", 500}}), "/seconds"},
      {Ask("wait", {{"second", 5}}), "did you mean \"seconds\""},
      {Ask("wait", "{\"seconds\": 5"), "not JSON"},
      {Ask("wiat", {{"seconds", 5}}), "there is no tool \"wiat\"; did you mean \"wait\""},
      {Ask("wait", {{"seconds", -1}}), "out of order"},
      {Ask("wait", {{"seconds", 61}}), "no result within 1m"},
  };
  for (const auto& c : cases) {
    auto model = Scripted({c.call, Say("sorry")});
    Sim sim;
    const auto reply = sim.Run(MakeAgent(Options(model)), "go");
    ASSERT_THAT(reply, Says("sorry"));
    const auto result = std::get<ToolResult>(model->requests()[1].conversation.back().parts[0]);
    EXPECT_TRUE(result.is_error) << c.told;
    EXPECT_THAT(TextOf(result.content), HasSubstr(c.told));
  }
}

TEST(TurnLoop, MissingAndRepeatedIdsAreMended) {
  auto twice = AskMany({{"wait", {{"seconds", 1}}}, {"wait", {{"seconds", 1}}}});
  std::get<ToolCall>(twice.reply.message.parts[0]).id = "same";
  std::get<ToolCall>(twice.reply.message.parts[1]).id = "same";
  auto again = twice;
  std::get<ToolCall>(again.reply.message.parts[0]).id = "";
  Sim sim;
  const auto reply = sim.Run(MakeAgent(Options(Scripted({twice, again, Say("done")}))), "go");
  ASSERT_THAT(reply, Says("done"));
  EXPECT_TRUE(IsValid(reply->conversation));
}

TEST(TurnLoop, TheLastTurnHasNoTools) {
  AgentOptions options = Options(Scripted({Ask("wait", {{"seconds", 1}}), Say("enough")}));
  options.limits.turns = 2;
  auto model = std::static_pointer_cast<const testing::ScriptedModel>(options.model);
  Sim sim;
  ASSERT_THAT(sim.Run(MakeAgent(options), "go"), Says("enough"));
  EXPECT_EQ(model->requests()[1].tool_choice, ToolChoice::kNone);
}

TEST(TurnLoop, TooManyTurnsSaysWhatToRaise) {
  AgentOptions options =
      Options(testing::Responding([](const ModelRequest&) { return Ask("wait", {{"seconds", 1}}); }));
  options.limits.turns = 3;
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent(options), "go"),
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("no final answer after 3 turns; raise limits.turns")));
}

TEST(TurnLoop, CallsBeyondTheLimitGetAResultAllTheSame) {
  std::vector<std::pair<std::string, Json>> calls(5, {"wait", {{"seconds", 1}}});
  AgentOptions options = Options(Scripted({AskMany(calls), Say("done")}));
  options.limits.tool_calls = 2;
  Sim sim;
  const auto reply = sim.Run(MakeAgent(options), "go");
  ASSERT_THAT(reply, Says("done"));
  EXPECT_TRUE(IsValid(reply->conversation));
  EXPECT_EQ(reply->cost.tool_calls, 2);
}

TEST(TurnLoop, ACancelledTalkIsValidAndGoesOn) {
  auto model =
      Scripted({AskMany({{"wait", {{"seconds", 50}}}, {"wait", {{"seconds", 1}}}}), Say("welcome back")});
  AgentPtr agent = MakeAgent(Options(model));
  Session session(agent);
  Sim sim;
  absl::Status first;
  absl::StatusOr<Reply> second = absl::UnknownError("");
  EXPECT_THAT(sim.Run([&](Context& ctx) -> Async<void> {
    {
      Context hurried(ctx, "first", absl::Seconds(10));
      absl::StatusOr<Reply> reply = co_await session.Ask("go", hurried);
      first = reply.status();
    }
    EXPECT_TRUE(IsValid(session.conversation()));
    EXPECT_EQ(session.conversation().size(), 3u);
    second = co_await session.Ask("and now?", ctx);
  }),
              IsOk());
  EXPECT_THAT(first, Fails(absl::StatusCode::kDeadlineExceeded, HasSubstr("10s")));
  ASSERT_THAT(second, Says("welcome back"));
  EXPECT_TRUE(IsValid(second->conversation));
  EXPECT_EQ(second->conversation.size(), 5u);
}

TEST(TurnLoop, AModelErrorNamesTheStep) {
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent(Options(Scripted(
                          {Ask("wait", {{"seconds", 1}}), Fail(absl::UnavailableError("server on fire"))}))),
                      "go"),
              Fails(absl::StatusCode::kUnavailable, AllOf(HasSubstr("turn.2"), HasSubstr("server on fire"))));
}

TEST(TurnLoop, OutputIsRepairedThenRefused) {
  const auto schema = std::make_shared<const OutputSchema>(OutputSchema{
      "city",
      *ParseJson(R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})")});
  {
    auto model = Scripted({Say("It is Bonn."), Say("```json\n{\"city\":\"Bonn\"}\n```")});
    Sim sim;
    const auto reply = sim.Run(MakeAgent({.name = "a", .model = model, .output = schema}), "where?");
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ((*reply->data)["city"], "Bonn");
    EXPECT_EQ(EventsOf<event::Repaired>(sim.events()).size(), 1u);
    EXPECT_THAT(TextOf(model->requests()[1].conversation.back()), HasSubstr("does not have the form"));
  }
  {
    Sim sim;
    EXPECT_THAT(
        sim.Run(
            MakeAgent({.name = "a", .model = Scripted({Say("{}"), Say("{}"), Say("{}")}), .output = schema}),
            "where?"),
        Fails(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("after 2 repairs"), HasSubstr("city"))));
  }
}

TEST(TurnLoop, ARefusalIsAnError) {
  auto refusal = Say("I will not.");
  refusal.reply.stop_reason = StopReason::kRefusal;
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({refusal})}), "?"),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("I will not.")));
}

TEST(TurnLoop, ARefusalSaysWhy) {
  struct Case {
    const char *detail, *text, *error;
  };
  for (const Case& c :
       {Case{"SAFETY: Not this.", "", "the model refused (filtered): SAFETY: Not this."},
        Case{"content_filter", "Because", "the model refused (filtered): content_filter; it said: Because"},
        Case{"", "Because", "the model refused (filtered): Because"},
        Case{"I will not.", "I will not.", "the model refused (filtered): I will not."},
        Case{"", "", "the model refused (filtered), and its vendor does not say why"}}) {
    auto refusal = Say(c.text);
    refusal.reply.stop_reason = StopReason::kFiltered;
    refusal.reply.stop_detail = c.detail;
    Sim sim;
    const auto reply = sim.Run(MakeAgent({.name = "a", .model = Scripted({refusal})}), "?");
    EXPECT_TRUE(std::string(reply.status().message()).ends_with(c.error)) << reply.status();
  }
}

TEST(TurnLoop, APausedReplyIsSentBackToGoOn) {
  auto pause = Say("Let me");
  pause.reply.stop_reason = StopReason::kPause;
  auto model = Scripted({pause, Say("It is 4.")});
  Sim sim;
  ASSERT_THAT(sim.Run(MakeAgent({.name = "a", .model = model}), "2+2?"), Says("It is 4."));
  ASSERT_EQ(model->requests().size(), 2u);
  EXPECT_EQ(model->requests()[1].conversation.back().role, Role::kAssistant);
  EXPECT_EQ(TextOf(model->requests()[1].conversation.back()), "Let me");
}

TEST(TurnLoop, ABudgetStopsIt) {
  auto model = testing::Responding([](const ModelRequest&) { return Ask("wait", {{"seconds", 1}}); });
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent(Options(model)), "go", {.budget = {.model_calls = 4}}),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("4 model calls is used up")));
  EXPECT_EQ(model->requests().size(), 4u);
}

TEST(TurnLoop, AThrowingModelIsAStatus) {
  ModelPtr model = MakeModel({.name = "bad"}, [](const ModelRequest&) -> absl::StatusOr<ModelReply> {
    throw std::runtime_error("boom");
  });
  Sim sim;
  EXPECT_THAT(sim.Run(MakeAgent({.name = "a", .model = model}), "go"),
              Fails(absl::StatusCode::kInternal, HasSubstr("boom")));
}

TEST(TurnLoop, StreamsDeltas) {
  Sim sim;
  ASSERT_THAT(sim.Run(MakeAgent({.name = "a", .model = Scripted({testing::Stream({"he", "llo"})})}), "hi"),
              Says("hello"));
  std::vector<std::string> pieces;
  for (const auto& [path, delta] : EventsOf<event::TextDelta>(sim.events())) pieces.push_back(delta.text);
  EXPECT_THAT(pieces, ElementsAre("he", "llo"));
}

}  // namespace
}  // namespace ninefold
