// A tool call as a step: what reaches the tool, what the model is told, what is recorded.
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/schema.h"
#include "tool/harness.h"

namespace ninefold {

struct Shout {
  std::string text;
  std::optional<int> times;
};
NINEFOLD_DESCRIBE(Shout, (text, "What"), (times, "How often", Min(1), Max(3)))

struct Pause {
  int seconds = 0;
};
NINEFOLD_DESCRIBE(Pause, (seconds, "How long"))

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Repeat(const Shout& shout) {
  std::string all;
  for (int i = 0; i < shout.times.value_or(1); ++i) all += shout.text + "!";
  return all;
}

Async<absl::StatusOr<std::string>> Wait(const Pause& pause, Context& ctx) {
  absl::Status slept = co_await ctx.Sleep(absl::Seconds(pause.seconds));
  if (!slept.ok()) co_return slept;
  co_return std::string("waited");
}

Json Arguments(std::string_view text) { return *ParseJson(text); }

template <class E>
std::vector<E> Of(const std::vector<Event>& events) {
  std::vector<E> found;
  for (const Event& event : events) {
    if (const E* body = std::get_if<E>(&event.body)) found.push_back(*body);
  }
  return found;
}

TEST(MakeTool, TakesFunctionsOfManyKinds) {
  Harness h;
  const Json shout = Arguments(R"({"text":"a"})");
  EXPECT_EQ(h.Say(*MakeTool("t", "", Repeat), Arguments(R"({"text":"a","times":2})")), "a!a!");
  EXPECT_EQ(h.Say(*MakeTool("t", "", Wait), Arguments(R"({"seconds":5})")), "waited");
  EXPECT_EQ(h.loop->elapsed(), absl::Seconds(5));
  const ToolPtr noon = MakeTool("t", "", [] { return std::string("noon"); });
  EXPECT_EQ(noon->spec().parameters, EmptyObjectSchema());
  EXPECT_EQ(h.Say(*noon, Arguments("{}")), "noon");
  EXPECT_THAT(h.Say(*noon, Arguments(R"({"x":1})")), HasSubstr("/x: unknown"));
  const auto as_status = [](const Shout&) { return absl::OkStatus(); };
  const auto as_output = [](Shout shout) { return TextOutput(shout.text); };
  const auto as_error = [](const Shout&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no such place");
  };
  EXPECT_EQ(h.Say(*MakeTool("t", "", as_status), shout), "done");
  EXPECT_EQ(h.Say(*MakeTool("t", "", as_output), shout), "a");
  EXPECT_EQ(h.Say(*MakeTool("t", "", as_error), shout), "error: tool \"t\" failed: no such place");
  ToolOptions quick;
  quick.quick = true;
  EXPECT_EQ(h.Say(*MakeTool("t", "", Repeat, quick), shout), "a!");
  const auto as_struct = [](const Shout& shout) { return shout; };
  const absl::StatusOr<ToolOutput> data = h.Call(*MakeTool("t", "", as_struct), shout);
  EXPECT_EQ(std::get<Data>(data->parts.at(0)).value, shout);
}

TEST(CallTool, TellsTheModelWhatIsWrongWithItsArguments) {
  Harness h;
  const ToolPtr tool = MakeTool("shout", "", Repeat);
  const std::string bad = "error: bad arguments for tool \"shout\": ";
  const struct {
    Json arguments;
    std::string want;
  } cases[] = {
      {Arguments(R"({"text":"a","times":9})"), bad + "/times: 9 is more than the maximum 3"},
      {Arguments(R"({"txt":"a"})"), bad + "/txt: unknown; did you mean \"text\"?; /text: missing"},
      {Arguments(R"({"text":"a","times":"2"})"), bad + "/times: \"2\" is not an integer"},
      {Arguments(R"({"text":"a","times":1.5})"), bad + "/times: 1.5 is not an integer"},
      {Arguments(R"({"text":"a","__proto__":{}})"), bad + "/__proto__: unknown"},
      {Arguments(R"({"text":"a","":1})"), bad + "/: unknown"},
      {Arguments("[]"), bad + "[] is not an object of named arguments"},
      {Json(nullptr), bad + "/text: missing"},
      {Json("{'text': 'a'}"), bad + "1:2: not JSON: "},
      {Json(R"({"text":"a",})"), bad + "1:13: not JSON: "},
      {Json(R"({"text":NaN})"), bad + "1:9: not JSON: "},
      {Json(R"({"text":"a)"), bad + "1:11: not JSON: the text ends too early"},
      {Json(R"({"text":"a","text":"b"})"), bad + "1:1: key \"text\" stands twice in one object"},
      {Json("```json\n{\"text\":\"a\"}\n```"), bad + "1:1: not JSON: "},
      {Json(std::string(100'000, '[')), bad + "1:65: JSON nested deeper than 64"},
      {Json("\"" + std::string(20u << 20, 'x') + "\""),
       bad + "1:1: JSON of 20971522 bytes; at most 16777216 are read"},
      {Json("{\"text\":\"\xff\"}"), bad + "1:"},
  };
  for (const auto& c : cases) EXPECT_THAT(h.Say(*tool, c.arguments), StartsWith(c.want));
  EXPECT_EQ(h.Say(*tool, Json(R"({"text":"a"})")), "a!") << "an object in a string is what was meant";
  EXPECT_EQ(h.Say(*tool, Arguments(R"({"text":"a","times":null})")), "a!");
  EXPECT_EQ(h.run.budget.spent().tool_calls, 2) << "only calls that reached the tool count";
  Json many = Json::object();
  for (int i = 0; i < 100'000; ++i) many["k" + std::to_string(i)] = Json::object();
  EXPECT_LT(h.Say(*tool, many).size(), 4'000u);
}

TEST(CallTool, EmitsItsStartAndEnd) {
  Harness h;
  EXPECT_TRUE(h.Call(*MakeTool("shout", "", Repeat), Arguments(R"({"text":"a"})")).ok());
  const auto started = Of<event::ToolStarted>(h.events);
  const auto ended = Of<event::ToolEnded>(h.events);
  ASSERT_EQ(started.size(), 1u);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(started[0].call_id, "c1");
  EXPECT_EQ(ended[0].preview, "a!");
  EXPECT_FALSE(ended[0].is_error);
  EXPECT_EQ(*h.events.back().path, "step");
}

TEST(CallTool, EndsAfterItsTimeOut) {
  Harness h;
  ToolLimits limits;
  limits.timeout = absl::Seconds(2);
  EXPECT_EQ(h.Say(*MakeTool("wait", "", Wait), Arguments(R"({"seconds":60})"), limits),
            "error: tool \"wait\" gave no result within 2s");
  EXPECT_EQ(h.loop->elapsed(), absl::Seconds(2));
}

TEST(CallTool, CancellationEndsTheRunNotTheTool) {
  Harness h;
  h.loop->AddTimer(h.loop->Now() + absl::Seconds(1), [&] { h.current->Cancel(); });
  const absl::StatusOr<ToolOutput> output =
      h.Call(*MakeTool("wait", "", Wait), Arguments(R"({"seconds":60})"));
  EXPECT_EQ(output.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(Of<event::ToolEnded>(h.events).at(0).is_error);
}

TEST(CallTool, ExceptionsBecomeErrors) {
  Harness h;
  const auto throws = [](const Shout&) -> std::string { throw std::runtime_error("boom"); };
  const auto throws_int = [](const Shout&) -> std::string { throw 3; };
  ToolOptions quick;
  quick.quick = true;
  const Json shout = Arguments(R"({"text":"a"})");
  EXPECT_EQ(h.Say(*MakeTool("t", "", throws), shout), "error: tool \"t\" failed: the function threw: boom");
  EXPECT_EQ(h.Say(*MakeTool("t", "", throws, quick), shout), "error: tool \"t\" failed: it threw: boom");
  EXPECT_EQ(h.Say(*MakeTool("t", "", throws_int, quick), shout),
            "error: tool \"t\" failed: it threw something that is no std::exception");
  ToolSpec spec;
  spec.name = "t";
  ToolFn at_once = [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> {
    throw std::runtime_error("boom");
  };
  EXPECT_EQ(h.Say(*MakeDynamicTool(spec, at_once), Json::object()),
            "error: tool \"t\" failed: it threw: boom");
}

TEST(CallTool, SomeErrorsEndTheRun) {
  for (const auto code : {absl::StatusCode::kCancelled, absl::StatusCode::kResourceExhausted,
                          absl::StatusCode::kPermissionDenied}) {
    Harness h;
    const auto fails = [code](const Shout&) -> absl::StatusOr<std::string> {
      return absl::Status(code, "why");
    };
    const auto output = h.Call(*MakeTool("t", "", fails), Arguments(R"({"text":"a"})"));
    EXPECT_EQ(output.status(), absl::Status(code, "step: tool \"t\": why"));
  }
}

TEST(CallTool, OutputIsCutAndTheCutIsSaid) {
  Harness h;
  ToolLimits limits;
  limits.output_bytes_max = 5;
  const Json shout = Arguments(R"({"text":"a"})");
  const auto long_text = [](const Shout&) { return std::string("abcd\u00e9fgh"); };
  EXPECT_EQ(h.Say(*MakeTool("t", "", long_text), shout, limits), "abcd\n[cut here: 5 of 9 bytes left out]");
  const auto long_data = [](const Shout&) { return std::vector<int>{1, 2, 3, 4}; };
  EXPECT_EQ(h.Say(*MakeTool("t", "", long_data), shout, limits), "[1,2,\n[cut here: 4 of 9 bytes left out]");
  const auto invalid = [](const Shout&) { return std::string("a\xff"); };
  EXPECT_EQ(h.Say(*MakeTool("t", "", invalid), shout, limits), "a\uFFFD");
  const auto endless = [](const Shout&) { return std::string(2u << 20, 'x'); };
  EXPECT_LT(h.Call(*MakeTool("t", "", endless), shout)->parts.size(), 2u);
  EXPECT_LT(h.Say(*MakeTool("t", "", endless), shout).size(), 300'000u);
  const auto many = [](const Shout&) {
    ToolOutput output;
    for (int i = 0; i < 100'000; ++i) output.parts.push_back(Text{"xxxxxx"});
    output.parts.push_back(Text{"x"});
    output.citations.resize(5'000);
    return output;
  };
  const auto output = h.Call(*MakeTool("t", "", many), shout, limits);
  EXPECT_LE(output->parts.size(), 65u);
  EXPECT_EQ(output->citations.size(), 1'000u);
  const auto nan = [](const Shout&) { return std::numeric_limits<double>::quiet_NaN(); };
  EXPECT_EQ(DumpJson(ToJson(*h.Call(*MakeTool("t", "", nan), shout))["parts"][0]["value"]), "null");
}

class Fixed : public Policy {
 public:
  explicit Fixed(Decision decision) : decision_(std::move(decision)) {}
  Decision Decide(const Action&) const override { return decision_; }

 private:
  Decision decision_;
};

TEST(CallTool, PolicyDecides) {
  const ToolPtr tool = MakeTool("shout", "", Repeat);
  const Json shout = Arguments("{\"text\":\"a\\u202e\"}");
  Harness h;
  h.run.policy = std::make_shared<Fixed>(Decision{Verdict::kDeny, "not today"});
  EXPECT_EQ(h.Say(*tool, shout), "error: tool \"shout\" was not permitted: not today");
  EXPECT_EQ(Of<event::Decided>(h.events).at(0).verdict, "deny");
  h.run.policy = std::make_shared<Fixed>(Decision{Verdict::kAsk, "it is loud"});
  EXPECT_EQ(h.Say(*tool, shout),
            "error: tool \"shout\" was not permitted: it is loud; nobody could be asked");
  std::string asked;
  std::string answer = "no";
  h.run.on_ask = [&](std::string_view question) {
    asked = question;
    return answer;
  };
  EXPECT_EQ(h.Say(*tool, shout), "error: tool \"shout\" was not permitted: a person said no");
  EXPECT_THAT(asked, HasSubstr(R"(May step call tool "shout" with {"text":"a\u202e"}? it is loud)"));
  EXPECT_EQ(h.run.budget.spent().tool_calls, 0);
  answer = " Yes\n";
  EXPECT_THAT(h.Say(*tool, shout), StartsWith("a"));
}

TEST(CallTool, BudgetEndsTheRun) {
  Harness h;
  BudgetLimits limits;
  limits.tool_calls = 1;
  h.run.budget = Budget(limits);
  const ToolPtr tool = MakeTool("shout", "", Repeat);
  EXPECT_EQ(h.Say(*tool, Arguments(R"({"text":"a"})")), "a!");
  EXPECT_EQ(h.Call(*tool, Arguments(R"({"text":"a"})")).status().code(),
            absl::StatusCode::kResourceExhausted);
}

// Counts its calls, and can look at the journal while it runs.
ToolPtr Counting(Effect effect, int& calls) {
  ToolOptions options;
  options.effect = effect;
  auto count = [&calls](const Shout& shout) {
    ToolOutput output = TextOutput(shout.text + std::to_string(++calls));
    output.citations.push_back({"gpl-3.txt", 3, 4, "quote"});
    return output;
  };
  return MakeTool("count", "", count, options);
}

TEST(CallTool, AnswersFromTheJournal) {
  const StorePtr store = MemoryStore();
  int calls = 0;
  const ToolPtr tool = Counting(Effect::kRead, calls);
  EXPECT_EQ(Harness(store).Say(*tool, Arguments(R"({"text":"a"})")), "a1");
  Harness again(store);
  const absl::StatusOr<ToolOutput> output = again.Call(*tool, Arguments(R"({"text":"a"})"));
  EXPECT_EQ(TextOf(output->parts), "a1");
  EXPECT_EQ(Place(output->citations.at(0)), "gpl-3.txt:3-4");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Of<event::StepReused>(again.events).size(), 1u);
  EXPECT_EQ(Harness(store).Call(*tool, Arguments(R"({"text":"b"})")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(CallTool, AnUnfinishedOnceIsNotRepeated) {
  for (const Effect effect : {Effect::kOnce, Effect::kIdempotent, Effect::kRead}) {
    const StorePtr store = MemoryStore();
    ToolOptions options;
    options.effect = effect;
    {  // dies in the middle
      Harness h(store);
      h.run.policy = AllowAll();
      h.loop->AddTimer(h.loop->Now() + absl::Seconds(1), [&] { h.current->Cancel(); });
      EXPECT_FALSE(h.Call(*MakeTool("wait", "", Wait, options), Arguments(R"({"seconds":9})")).ok());
    }
    EXPECT_EQ(store->Steps("r1")->size(), effect == Effect::kRead ? 0u : 1u);
    Harness h(store);
    h.run.policy = AllowAll();
    const auto output = h.Call(*MakeTool("wait", "", Wait, options), Arguments(R"({"seconds":9})"));
    EXPECT_EQ(output.ok(), effect != Effect::kOnce);
    if (effect == Effect::kOnce) {
      EXPECT_THAT(output.status().message(), HasSubstr("must not be repeated"));
    }
  }
}

TEST(CallTool, ADamagedRecordIsSaid) {
  const StorePtr store = MemoryStore();
  int calls = 0;
  const ToolPtr tool = Counting(Effect::kRead, calls);
  Harness(store).Say(*tool, Arguments(R"({"text":"a"})"));
  StoreBatch batch;
  batch.steps.push_back({"r1", store->Steps("r1")->at(0)});
  batch.steps[0].record.value = nullptr;
  batch.steps[0].record.result = R"({"parts":3})";
  ASSERT_TRUE(store->Write(batch).ok());
  const auto output = Harness(store).Call(*tool, Arguments(R"({"text":"a"})"));
  EXPECT_EQ(output.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(output.status().message(),
              HasSubstr("step: the recorded output of tool \"count\" is damaged: /parts"));
}

TEST(ToolOutput, GoesToJsonAndBack) {
  ToolOutput output = ErrorOutput("no");
  output.parts.push_back(Data{Json::array({1, 2}), "list"});
  output.parts.push_back(Image{"image/png", std::string("\0\xff", 2), ""});
  output.citations.push_back({"a.txt", 1, 2, "q"});
  const absl::StatusOr<ToolOutput> back = ToolOutputFromJson(ToJson(output));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToJson(*back), ToJson(output));
  for (const char* bad :
       {"[]", "{}", R"({"parts":[{"type":"nonsense"}]})", R"({"parts":[],"citations":1})"}) {
    EXPECT_FALSE(ToolOutputFromJson(Arguments(bad)).ok()) << bad;
  }
}

}  // namespace
}  // namespace ninefold
