// Tables and JSON given to a run: what a model is shown, what tools get at, what is cited.
#include "ninefold/data.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/pipeline.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Table(int rows) {
  std::string text = "pump,hours\n";
  for (int i = 1; i <= rows; ++i) absl::StrAppend(&text, "P", i, ",", i, "\n");
  return text;
}

struct Asked {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  std::vector<ModelRequest> requests;
};

Asked RunOver(std::string_view tools, std::string_view steps, std::vector<File> files,
              std::function<testing::ScriptStep(const ModelRequest&)> say) {
  Asked asked;
  PipelineOptions options;
  options.open_model = [&](std::string_view, const ModelOptions&) {
    return ModelPtr(testing::Responding([&asked, say](const ModelRequest& request) {
      asked.requests.push_back(request);
      return say(request);
    }));
  };
  const std::string text = absl::StrCat("version: 1\nname: t\nagents: {a: {tools: ", std::string(tools),
                                        "}}\nsteps:\n", std::string(steps));
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(text, "t.yaml", options);
  if (!pipeline.ok()) return {pipeline.status(), {}};
  absl::StatusOr<Prompt> prompt = pipeline->MakePrompt("q", {}, std::move(files));
  if (!prompt.ok()) return {prompt.status(), {}};
  testing::Sim sim;
  asked.reply = sim.Run(pipeline->team, *std::move(prompt));
  return asked;
}

const Data* DataIn(const ModelRequest& request) {
  for (const Message* message : request.conversation.messages()) {
    for (const Part& part : message->parts) {
      if (const auto* data = std::get_if<Data>(&part)) return data;
    }
  }
  return nullptr;
}

testing::ScriptStep Fine(const ModelRequest&) { return testing::Say("fine"); }

TEST(PipelineData, ReachesEachStepAsData) {
  for (const char* steps : {"  - {id: s, agent: a}\n", "  - {id: s, agent: a, each: \"input.x\"}\n",
                            "  - {id: s, loop: {max: 1, steps: [{id: t, agent: a}]}}\n"}) {
    const Asked asked =
        RunOver("[calculator]", absl::StrCat(steps, "input: {x: {type: list, default: [1]}}\n"),
                {{"pumps.csv", "text/plain", Table(3)}}, Fine);
    ASSERT_THAT(asked.reply, IsOk()) << steps;
    ASSERT_EQ(asked.requests.size(), 1u);
    const Data* data = DataIn(asked.requests[0]);
    ASSERT_NE(data, nullptr) << steps;
    EXPECT_EQ(data->name, "pumps.csv");
    EXPECT_EQ(data->value["rows"][2], Json::parse(R"(["P3",3])"));
    EXPECT_THAT(data->preview, HasSubstr("- hours: integer, 1 to 3\n"));
  }
}

TEST(PipelineData, AMistakeIsSaidBeforeAnythingRuns) {
  EXPECT_THAT(
      RunOver("[calculator]", "  - {id: s, agent: a}\n", {{"p.csv", "text/plain", "a,b\n1\n"}}, Fine).reply,
      Fails(absl::StatusCode::kInvalidArgument, HasSubstr("p.csv:2:1: this row has 1 cell")));
  // By its name alone it is data; under another it is a text.
  EXPECT_THAT(
      RunOver("[calculator]", "  - {id: s, agent: a}\n", {{"p.txt", "text/plain", "a,b\n1\n"}}, Fine).reply,
      IsOk());
}

TEST(PipelineData, DataQueryGetsAtEveryRow) {
  const auto play = [](const ModelRequest& request) {
    const auto* result = std::get_if<ToolResult>(&request.conversation.back().parts[0]);
    if (result == nullptr)
      return testing::Ask("data.query", {{"aggregate", {{{"function", "sum"}, {"column", "hours"}}}}});
    return testing::Say(DumpJson(std::get<Data>(result->content[0]).value["rows"]));
  };
  const Asked asked =
      RunOver("[data]", "  - {id: s, agent: a}\n", {{"pumps.csv", "text/plain", Table(5000)}}, play);
  ASSERT_THAT(asked.reply, IsOk());
  EXPECT_EQ(asked.reply->text, "[[12502500]]");
  const std::string told = TextOf(*asked.requests[0].conversation.messages()[0]);
  EXPECT_THAT(told, HasSubstr("Data you can query with data.query:\n- pumps.csv"));
  ASSERT_NE(DataIn(asked.requests[0]), nullptr);
  EXPECT_LE(DataIn(asked.requests[0])->preview.size(), kPreviewBytes);
  const Asked none = RunOver("[data]", "  - {id: s, agent: a}\n", {}, Fine);
  EXPECT_THAT(TextOf(*none.requests[0].conversation.messages()[0]), HasSubstr("No data was given."));
  EXPECT_TRUE(none.requests[0].tools == nullptr || none.requests[0].tools->specs().empty());
}

TEST(PipelineData, TextSearchFindsRowsByTheirLines) {
  const auto play = [](const ModelRequest& request) {
    const auto* result = std::get_if<ToolResult>(&request.conversation.back().parts[0]);
    if (result == nullptr) return testing::Ask("text.search", {{"query", "leaked"}});
    return testing::Say(TextOf(result->content));
  };
  for (const bool both : {false, true}) {
    const Asked asked =
        RunOver(both ? "[text.search, data]" : "[text.search]", "  - {id: s, agent: a}\n",
                {{"pumps.csv", "text/plain", "pump,note\nA7,ran well\nB12,the pump leaked\n"}}, play);
    ASSERT_THAT(asked.reply, IsOk());
    EXPECT_THAT(asked.reply->text, AllOf(HasSubstr("[pumps.csv:"), HasSubstr("B12,the pump leaked")));
    EXPECT_EQ(DataIn(asked.requests[0]) != nullptr, both) << "what is searched is not shown as well";
  }
}

TEST(PipelineData, TheOfflineModelQuotesRowsByTheirLines) {
  PipelineOptions options;
  options.model = "offline";
  const auto pipeline = ParsePipeline(
      "version: 1\nname: t\nagents: {a: {description: d}}\nsteps: [{id: s, agent: a}]\n", "t.yaml", options);
  ASSERT_THAT(pipeline, IsOk());
  auto prompt =
      pipeline->MakePrompt("Which pump leaked?", {},
                           {{"pumps.csv", "text/plain", "pump,note\nA7,ran well\nB12,the pump leaked\n"}});
  ASSERT_THAT(prompt, IsOk());
  testing::Sim sim;
  const auto reply = sim.Run(pipeline->team, *std::move(prompt));
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(reply->text, HasSubstr("B12,the pump leaked"));
  ASSERT_FALSE(reply->evidence.empty());
  EXPECT_EQ(Place(reply->evidence[0]), "pumps.csv:3");
}

TEST(PipelineData, InYaml) {
  const auto load = [](std::string_view yaml) {
    std::vector<Diagnostic> found;
    PipelineOptions options;
    options.model = "offline";
    (void)ParsePipeline(absl::StrCat("version: 1\nname: t\nsteps: [{id: s, agent: a}]\n", std::string(yaml)),
                        "t.yaml", options, &found);
    std::string all;
    for (const Diagnostic& diagnostic : found) all += diagnostic.message + "; " + diagnostic.hint + "\n";
    return all;
  };
  EXPECT_EQ(load("agents: {a: {description: d, tools: [data, text.search]}}\n"), "");
  EXPECT_EQ(load("tools: {rows: {use: data}}\nagents: {a: {description: d, tools: [rows]}}\n"), "");
  EXPECT_EQ(load("policy: {deny: [data.query]}\nagents: {a: {description: d, tools: [data]}}\n"), "");
  EXPECT_THAT(load("policy: {deny: [data]}\nagents: {a: {description: d, tools: [data]}}\n"),
              HasSubstr("\"data\" is a set of tools; name data.query"));
}

}  // namespace
}  // namespace ninefold
