// agents/inspect.yaml with a model that does as told, over a picture made here; and the image tools in YAML.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "image/codec.h"
#include "image/draw.h"
#include "image/pictures.h"
#include "matchers.h"
#include "ninefold/image.h"
#include "ninefold/pipeline.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ScriptStep;

std::string Picture() {
  Pixels pixels = *Pixels::Make(600, 400);
  FillBox(pixels, {60, 40, 120, 80}, {255, 0, 0});
  FillBox(pixels, {480, 300, 540, 360}, {0, 0, 255});
  return *EncodePng(pixels);
}

// The last text that a request's agent was told, and all images that it sees.
std::string Told(const ModelRequest& request) {
  std::string text;
  for (const Message* message : request.conversation.messages()) {
    text += TextOf(*message);
    for (const Part& part : message->parts) {
      if (const auto* result = std::get_if<ToolResult>(&part)) text += TextOf(result->content);
    }
  }
  return text;
}

std::size_t ImagesSeen(const ModelRequest& request) {
  std::size_t images = 0;
  for (const Message* message : request.conversation.messages()) {
    for (const Part& part : message->parts) {
      images += std::holds_alternative<Image>(part);
      const auto* result = std::get_if<ToolResult>(&part);
      for (std::size_t i = 0; result != nullptr && i < result->content.size(); ++i)
        images += std::holds_alternative<Image>(result->content[i]);
    }
  }
  return images;
}

ScriptStep Talk(const ModelRequest& request) {
  const std::string told = Told(request);
  const bool answered = ImagesSeen(request) > 1;
  if (request.output != nullptr) {
    return testing::Say(R"({"image":"photo.png","overview":"two squares","regions":[
        {"name":"red","left":0.1,"top":0.1,"right":0.2,"bottom":0.2,"look_for":"colour"},
        {"name":"blue","left":0.8,"top":0.75,"right":0.9,"bottom":0.9,"look_for":"colour"}]})");
  }
  if (told.find("Your region") != std::string::npos) {
    const bool red = told.find("\"red\"") != std::string::npos;
    const Json region = red ? Json{{"left", 0.1}, {"top", 0.1}, {"right", 0.2}, {"bottom", 0.2}}
                            : Json{{"left", 0.8}, {"top", 0.75}, {"right", 0.9}, {"bottom", 0.9}};
    if (!answered) return testing::Ask("image.zoom", region);
    const std::size_t at = told.find("photo.png#");
    return testing::Say((red ? "a red square in " : "a blue square in ") + told.substr(at, 14));
  }
  if (!answered) {
    const Json box = {{"left", 0.1}, {"top", 0.1}, {"right", 0.2}, {"bottom", 0.2}, {"label", "red"}};
    return testing::Ask("image.annotate", {{"image", "photo.png"}, {"boxes", Json::array({box})}});
  }
  const std::size_t at = told.rfind("photo.png#");
  return testing::Say("Two squares, marked in " + told.substr(at, 14) + ".\n" + told);
}

absl::StatusOr<Pipeline> Inspect(PipelineOptions options) {
  return LoadPipeline(NINEFOLD_SOURCE_DIR "/agents/inspect.yaml", options);
}

TEST(Inspect, ZoomsIntoRegionsAndMarksThePicture) {
  if (!CanEditImages()) GTEST_SKIP() << "built without the libraries";
  const auto model = testing::Responding(Talk);
  PipelineOptions options;
  options.open_model = [&](std::string_view, const ModelOptions&) { return ModelPtr(model); };
  const auto pipeline = Inspect(options);
  ASSERT_THAT(pipeline, IsOk());
  for (const Diagnostic& warning : pipeline->warnings) ADD_FAILURE() << Format(warning);
  std::vector<File> files = {{"photo.png", "image/png", Picture()}};
  auto prompt = pipeline->MakePrompt("Which squares are there?", {}, std::move(files));
  ASSERT_THAT(prompt, IsOk());
  std::vector<Event> events;
  RunOptions run{.deadline = pipeline->deadline, .budget = pipeline->budget, .policy = pipeline->policy};
  run.on_event = [&](const Event& event) { events.push_back(event); };
  Runtime runtime;
  const auto reply = runtime.Run(pipeline->team, *std::move(prompt), run);
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(reply->text,
              AllOf(HasSubstr("marked in photo.png#"), HasSubstr("a red square in photo.png#"),
                    HasSubstr("a blue square in photo.png#"), HasSubstr("- photo.png (600 x 400 pixels)")));
  std::map<std::string, std::vector<Image>> shown;
  for (const auto& [path, ended] : EventsOf<event::ToolEnded>(events)) {
    EXPECT_FALSE(ended.is_error) << path << ": " << ended.preview;
    for (const auto& image : ended.images) shown[ended.name].push_back(*image);
  }
  ASSERT_EQ(shown["image.zoom"].size(), 2u);
  EXPECT_NE(shown["image.zoom"][0].name, shown["image.zoom"][1].name);
  ASSERT_EQ(shown["image.annotate"].size(), 1u);
  const auto marked = DecodeImage(shown["image.annotate"][0].bytes);
  ASSERT_THAT(marked, IsOk());
  EXPECT_EQ(marked->width(), 600);
}

TEST(Inspect, TheOfflineModelSaysThatItDoesNotSee) {
  PipelineOptions options;
  options.model = "offline";
  const auto pipeline = Inspect(options);
  ASSERT_THAT(pipeline, IsOk());
  std::vector<File> files = {{"photo.png", "image/png", PngHeader(600, 400)}};
  auto prompt = pipeline->MakePrompt("Which squares are there?", {}, std::move(files));
  Runtime runtime;
  EXPECT_THAT(
      runtime.Run(pipeline->team, *std::move(prompt)),
      Fails(absl::StatusCode::kFailedPrecondition,
            HasSubstr("agent \"surveyor\": the model offline does not see, and photo.png is an image; "
                      "take one that does")));
}

TEST(ImageToolbox, InYaml) {
  const auto load = [](std::string_view tools) {
    const std::string text =
        absl::StrCat("version: 1\nname: t\n", std::string(tools), "steps: [{id: s, agent: a}]\n");
    std::vector<Diagnostic> found;
    PipelineOptions options;
    options.model = "offline";
    (void)ParsePipeline(text, "t.yaml", options, &found);
    std::string all;
    for (const Diagnostic& diagnostic : found) all += diagnostic.message + "; " + diagnostic.hint + "\n";
    return all;
  };
  EXPECT_EQ(load("agents: {a: {description: d, tools: [image, text.search]}}\n"), "");
  EXPECT_EQ(load("tools: {look: {use: image}}\nagents: {a: {description: d, tools: [look]}}\n"), "");
  EXPECT_EQ(load("policy: {deny: [image.crop]}\nagents: {a: {description: d, tools: [image]}}\n"), "");
  EXPECT_THAT(load("policy: {deny: [image]}\nagents: {a: {description: d, tools: [image]}}\n"),
              HasSubstr("\"image\" is a set of tools; name image.crop"));
}

}  // namespace
}  // namespace ninefold
