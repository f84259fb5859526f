// Models chosen by what a request needs, and conversations shortened to what a model takes.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Sim;
using ::testing::SizeIs;

ModelPtr Named(std::string name, std::int64_t context, bool images, std::optional<double> price) {
  ModelCard card{.name = name, .price = {}, .free = false, .context_tokens = context, .images = images};
  if (price) card.price = Price{.input = *price, .cached_input = *price, .output = *price};
  return std::make_shared<const ActingModel>(std::move(card),
                                             [name](int, Context&) { return Act{.text = name}; });
}

ModelRequest Of(std::size_t bytes, bool image) {
  Message message = UserMessage(std::string(bytes, 'x'));
  if (image) message.parts.emplace_back(Image{.media_type = "image/png", .bytes = "png"});
  ModelRequest request;
  request.conversation = Conversation().With(std::move(message));
  request.settings.max_output_tokens = 100;
  return request;
}

TEST(Router, TakesTheFirstThatSuits) {
  const std::vector<ModelPtr> models = {Named("small", 4000, false, 3), Named("sees", 4000, true, 2),
                                        Named("large", 100'000, true, 5), Named("unpriced", 0, true, {})};
  const struct {
    std::size_t bytes;
    bool image, cheapest;
    const char* answers;
  } cases[] = {
      {100, false, false, "small"},      {100, true, false, "sees"}, {20'000, false, false, "large"},
      {20'000, true, false, "large"},    {100, false, true, "sees"}, {20'000, false, true, "large"},
      {900'000, true, true, "unpriced"},
  };
  for (const auto& c : cases) {
    Sim sim;
    const auto reply = AskIn(sim, WithRouter(models, {.cheapest = c.cheapest}), Of(c.bytes, c.image));
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(TextOf(reply->message), c.answers) << c.bytes << c.image << c.cheapest;
  }
}

TEST(Router, SaysWhatEachLacks) {
  Sim sim;
  const auto reply =
      AskIn(sim, WithRouter({Named("blind", 0, false, 1), Named("short", 1000, true, 1)}), Of(20'000, true));
  EXPECT_THAT(reply,
              Fails(absl::StatusCode::kInvalidArgument,
                    AllOf(HasSubstr("blind sees no images"), HasSubstr("short takes 1000 tokens, about "))));
}

// Turns of a user and a model, with a call and its result in the middle.
ModelRequest LongTalk(int turns) {
  ModelRequest request;
  for (int i = 0; i < turns; ++i) {
    request.conversation = request.conversation.With(UserMessage(absl::StrCat("question ", i)));
    Message call{.role = Role::kAssistant, .parts = {}};
    call.parts.emplace_back(ToolCall{absl::StrCat("c", i), "look", Json::object(), nullptr});
    request.conversation = request.conversation.With(call);
    Message result{.role = Role::kTool, .parts = {}};
    result.parts.emplace_back(ToolResult{absl::StrCat("c", i), "look", {Text{std::string(400, 'y')}}, false});
    request.conversation = request.conversation.With(result);
  }
  request.conversation = request.conversation.With(UserMessage("and now?"));
  return request;
}

ActingPtr OfContext(std::int64_t tokens, ActingModel::Play play) {
  return std::make_shared<const ActingModel>(
      ModelCard{.name = "m", .price = {}, .free = true, .context_tokens = tokens}, std::move(play));
}

TEST(Compaction, WhatIsTooLongIsSentWithASummary) {
  Sim sim;
  auto model = OfContext(2000, [](int call, Context&) {
    return Act{.pieces = {call == 1 ? "summary!" : "answer!"}, .text = call == 1 ? "it was said" : "answer"};
  });
  const ModelPtr wrapped = WithCompaction(model, {.keep = 3});
  const auto reply = AskIn(sim, wrapped, LongTalk(20));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(TextOf(reply->message), "answer");
  ASSERT_EQ(model->calls(), 2);
  const auto sent = model->requests[1].conversation.messages();
  EXPECT_THAT(TextOf(*sent[0]), HasSubstr("it was said"));
  EXPECT_EQ(sent[1]->role, Role::kAssistant) << "a result keeps its call";
  EXPECT_EQ(TextOf(*sent.back()), "and now?");
  EXPECT_EQ(sent.size(), 4u);
  EXPECT_THAT(EventsOf<event::Warning>(sim.events()), SizeIs(1));
  for (const auto& [path, delta] : EventsOf<event::TextDelta>(sim.events()))
    EXPECT_EQ(path, delta.text == "summary!" ? "model/summary" : "model");

  ASSERT_THAT(AskIn(sim, wrapped, LongTalk(20)), IsOk());
  EXPECT_EQ(model->calls(), 3) << "the same beginning is summarised once";
}

TEST(Compaction, WhatFitsIsSentAsItIs) {
  Sim sim;
  auto model = OfContext(100'000, [](int, Context&) { return Act{}; });
  ASSERT_THAT(AskIn(sim, WithCompaction(model), LongTalk(20)), IsOk());
  EXPECT_EQ(model->calls(), 1);
  EXPECT_EQ(model->requests[0].conversation.size(), 61u);
}

TEST(Compaction, AServerThatSaysItIsTooLong) {
  for (const bool summary_fails : {false, true}) {
    Sim sim;
    auto model = OfContext(0, [&](int call, Context&) {
      const bool fails = call == 1 || (call == 2 && summary_fails);
      return fails ? Act{.status = Failure(ModelError::kContextLength, "too long")} : Act{};
    });
    const auto reply = AskIn(sim, WithCompaction(model), LongTalk(20));
    EXPECT_EQ(reply.ok(), !summary_fails);
    EXPECT_EQ(model->calls(), summary_fails ? 2 : 3);
    EXPECT_EQ(ModelErrorOf(reply.status()), summary_fails ? ModelError::kContextLength : ModelError::kNone);
  }
}

// It is no rate limit of a server.
TEST(Compaction, ABudgetThatCannotPayForTheSummaryIsNotTriedAgain) {
  Sim sim;
  auto model = OfContext(2000, [](int, Context&) { return Act{}; });
  const auto reply =
      AskIn(sim, WithRetry(WithCompaction(model)), LongTalk(20), {.budget = {.model_calls = 1}});
  EXPECT_THAT(reply, Fails(absl::StatusCode::kResourceExhausted, HasSubstr("the budget of 1 model call")));
  EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kNone);
  EXPECT_THAT(EventsOf<event::Retried>(sim.events()), SizeIs(0));
  EXPECT_EQ(model->calls(), 0);
}

TEST(Compaction, NothingToSummarise) {
  Sim sim;
  auto model = ActingInTurn({Failing(ModelError::kContextLength)});
  EXPECT_FALSE(AskIn(sim, WithCompaction(model)).ok());
  EXPECT_EQ(model->calls(), 1);
}

}  // namespace
}  // namespace ninefold
