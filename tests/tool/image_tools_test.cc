// The image tools: what they give back, what they refuse, and that what they made is found again.
#include <algorithm>
#include <set>

#include "base/base64.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "image/codec.h"
#include "image/draw.h"
#include "ninefold/image.h"
#include "tool/harness.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// 400 x 200, white, with a red square from 100,50 to 140,90.
Image Photo(std::string name = "photo.png") {
  Pixels pixels = *Pixels::Make(400, 200);
  FillBox(pixels, {100, 50, 140, 90}, {255, 0, 0});
  return Image{"image/png", *EncodePng(pixels), "", std::move(name)};
}

ToolPtr Find(const std::vector<ToolPtr>& tools, std::string_view name) {
  for (const ToolPtr& tool : tools) {
    if (tool->spec().name == name) return tool;
  }
  return nullptr;
}

class ImageToolsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanEditImages()) GTEST_SKIP() << "built without the libraries";
    tools_ = *ImageTools({Photo()});
  }
  ToolOutput Call(const std::string& tool, const char* arguments) {
    return *harness_.Call(*Find(tools_, "image." + tool), *ParseJson(arguments));
  }
  std::string Say(const std::string& tool, const char* arguments) {
    const ToolOutput output = Call(tool, arguments);
    return (output.is_error ? "error: " : "") + TextOf(output.parts);
  }
  static const Image& ImageOf(const ToolOutput& output) { return std::get<Image>(output.parts.at(1)); }

  Harness harness_;
  std::vector<ToolPtr> tools_;
};

TEST_F(ImageToolsTest, CropGivesTheRegionAndItsName) {
  const ToolOutput cut = Call("crop", R"({"image":"photo.png","left":100,"top":50,"right":140,"bottom":90})");
  ASSERT_FALSE(cut.is_error) << TextOf(cut.parts);
  ASSERT_EQ(cut.parts.size(), 2u);
  const Image& image = ImageOf(cut);
  EXPECT_THAT(image.name, ::testing::MatchesRegex("photo.png#[0-9]{4}"));
  EXPECT_EQ(TextOf(cut.parts),
            image.name + ": pixels 100,50 to 140,90 of photo.png (400 x 200), shown as 40 x 40 pixels");
  const auto pixels = DecodeImage(image.bytes);
  ASSERT_TRUE(pixels.ok());
  EXPECT_EQ(pixels->width(), 40);
  EXPECT_EQ(pixels->row(20)[0], 255);
  EXPECT_EQ(pixels->row(20)[1], 0);
  // As fractions, and without the name of the only image: the same region, another image.
  const ToolOutput same = Call("crop", R"({"left":0.25,"top":0.25,"right":0.35,"bottom":0.45})");
  EXPECT_EQ(ImageOf(same).bytes, image.bytes);
}

TEST_F(ImageToolsTest, ZoomEnlarges) {
  const auto size = [&](const char* arguments) {
    const ToolOutput output = Call("zoom", arguments);
    const auto info = ReadImageInfo(ImageOf(output).bytes);
    return std::to_string(info->width) + "x" + std::to_string(info->height);
  };
  EXPECT_EQ(size(R"({"left":100,"top":50,"right":140,"bottom":70})"), "1024x512");
  EXPECT_EQ(size(R"({"left":100,"top":50,"right":140,"bottom":70,"factor":2})"), "80x40");
  EXPECT_EQ(size(R"({"left":0,"top":0,"right":1,"bottom":1,"factor":32})"), "2000x1000");
}

TEST_F(ImageToolsTest, MadeImagesCanBeWorkedOn) {
  const std::string zoomed = ImageOf(Call("zoom", R"({"left":100,"top":50,"right":140,"bottom":90})")).name;
  const std::string inner = R"({"image":")" + zoomed + R"(","left":0,"top":0,"right":10,"bottom":10})";
  EXPECT_THAT(Say("crop", inner.c_str()),
              AllOf(StartsWith("photo.png#"), HasSubstr("of " + zoomed + " (1024 x 1024)")));
  EXPECT_THAT(Say("measure", (R"({"image":")" + zoomed +
                              R"(","region":{"left":0.4,"top":0.4,"right":0.6,"bottom":0.6}})")
                                 .c_str()),
              HasSubstr("mean colour #ff0000"));
}

TEST_F(ImageToolsTest, AnnotateAndGridDraw) {
  const ToolOutput marked =
      Call("annotate", R"({"boxes":[{"left":100,"top":50,"right":140,"bottom":90,"label":"a","color":"blue"}],
      "labels":[{"x":0.9,"y":0.9,"text":"übergroß"}],"arrows":[{"from_x":10,"from_y":190,"to_x":90,"to_y":95,"label":"here"}]})");
  ASSERT_FALSE(marked.is_error) << TextOf(marked.parts);
  EXPECT_THAT(TextOf(marked.parts),
              HasSubstr("photo.png (400 x 200) with 1 boxes, 1 labels and 1 arrows, shown as 400 x 200"));
  const auto pixels = DecodeImage(ImageOf(marked).bytes);
  EXPECT_EQ(pixels->row(70)[3 * 100 + 2], 230);  // the frame's left side is blue
  EXPECT_EQ(pixels->row(70)[3 * 120], 255);      // and what it frames is as it was
  const ToolOutput grid = Call("grid", R"({"columns":4,"rows":2})");
  EXPECT_THAT(TextOf(grid.parts),
              HasSubstr("columns A to D of 100 pixels from the left, rows 1 to 2 of 100 pixels"));
  EXPECT_NE(ImageOf(grid).bytes, Photo().bytes);
}

TEST_F(ImageToolsTest, MeasureTellsDistancesAndColours) {
  EXPECT_EQ(Say("measure", R"({"from":{"x":100,"y":50},"to":{"x":103,"y":54}})"),
            "photo.png (400 x 200): from 100,50 to 103,54 are 5 pixels, 3 to the right and 4 down");
  EXPECT_EQ(
      Say("measure", R"({"region":{"left":120,"top":50,"right":160,"bottom":90}})"),
      "photo.png (400 x 200): pixels 120,50 to 160,90 (40 x 40) have the mean colour #ff8080 (red 255, green "
      "128, blue 128 of 255)");
}

TEST_F(ImageToolsTest, ErrorsNameTheFieldAndTheSize) {
  const struct {
    const char *tool, *arguments, *says;
  } cases[] = {
      {"crop", R"({"left":0,"top":0,"right":500,"bottom":10})",
       "error: right: 500 lies outside \"photo.png\", which is 400 x 200 pixels; give pixels, or fractions "
       "from 0 to 1"},
      {"crop", R"({"left":0,"top":20,"right":50,"bottom":20})",
       "error: bottom: 20 must be more than top, 20; \"photo.png\" is 400 x 200 pixels"},
      {"crop", R"({"left":-1,"top":20,"right":50,"bottom":20})",
       "error: bad arguments for tool \"image.crop\": /left: -1 is less than the minimum 0.0"},
      {"zoom", R"({"image":"photo.pnf","left":0,"top":0,"right":1,"bottom":1})",
       "error: image: there is no \"photo.pnf\"; did you mean \"photo.png\"? there are photo.png"},
      {"annotate",
       R"({"boxes":[{"left":0,"top":0,"right":9,"bottom":9},{"left":0,"top":0,"right":9,"bottom":900}]})",
       "error: boxes[1].bottom: 900 lies outside \"photo.png\", which is 400 x 200 pixels; give pixels, or "
       "fractions from 0 to 1"},
      {"annotate", R"({"arrows":[{"from_x":0,"from_y":0,"to_x":401,"to_y":9}]})",
       "error: arrows[0].to_x: 401 lies outside \"photo.png\", which is 400 x 200 pixels; give pixels, or "
       "fractions from 0 to 1"},
      {"annotate", "{}", "error: nothing to draw: give boxes, labels or arrows"},
      {"measure", "{}", "error: nothing to measure: give from and to, or region"},
      {"measure", R"({"from":{"x":0,"y":0}})", "error: a distance needs both from and to"},
  };
  for (const auto& c : cases) EXPECT_EQ(Say(c.tool, c.arguments), c.says);
}

TEST_F(ImageToolsTest, NamesAreThoseOfAnotherRun) {
  std::set<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const auto tools = *ImageTools({Photo()});
    Harness harness;
    const auto output = harness.Call(*Find(tools, "image.grid"), *ParseJson(R"({"rows":3})"));
    names.insert(ImageOf(*output).name);
  }
  EXPECT_EQ(names.size(), 1u);
}

// A run that was resumed takes the first call from the journal and goes on with the image that it made.
TEST_F(ImageToolsTest, JournalKeepsImagesAndTheirNames) {
  const StorePtr store = MemoryStore();
  const Json arguments = *ParseJson(R"({"left":100,"top":50,"right":140,"bottom":90})");
  Harness first(store);
  const auto made = first.Call(*Find(tools_, "image.zoom"), arguments);
  ASSERT_TRUE(made.ok());
  const auto tools = *ImageTools({Photo()});
  Harness again(store);
  const auto recalled = again.Call(*Find(tools, "image.zoom"), arguments);
  ASSERT_TRUE(recalled.ok());
  const auto reused = [](const Event& event) {
    return std::holds_alternative<event::StepReused>(event.body);
  };
  EXPECT_TRUE(std::any_of(again.events.begin(), again.events.end(), reused));
  // A trace is the events: it shows the image, made or recalled.
  for (const Harness* harness : {&first, &again}) {
    const Json trace = ToJson(harness->events.back());
    EXPECT_EQ(trace["images"][0]["base64"], Base64(ImageOf(*made).bytes));
    EXPECT_EQ(trace["images"][0]["name"], ImageOf(*made).name);
  }
  EXPECT_EQ(ImageOf(*recalled).bytes, ImageOf(*made).bytes);
  EXPECT_EQ(ImageOf(*recalled).name, ImageOf(*made).name);
  EXPECT_EQ(ImageOf(*recalled).media_type, "image/png");
  Harness next;
  const Json inner = {{"image", ImageOf(*made).name}, {"left", 0}, {"top", 0}, {"right", 9}, {"bottom", 9}};
  EXPECT_THAT(next.Say(*Find(tools, "image.crop"), inner), HasSubstr("shown as 9 x 9"));
}

TEST(ImageTools, OverOddImages) {
  EXPECT_EQ(ImageTools({Image{.name = "a"}, Image{.name = "a"}}).status().message(),
            "two images are called \"a\"; give one of them another name");
  const auto say = [](std::vector<Image> images, const char* arguments) {
    const auto tools = *ImageTools(std::move(images));
    return Harness().Say(*Find(tools, "image.measure"), *ParseJson(arguments));
  };
  const char* region = R"({"image":"image-1","region":{"left":0,"top":0,"right":1,"bottom":1}})";
  EXPECT_EQ(say({}, region), "error: image: no image was given");
  EXPECT_EQ(say({Image{.url = "https://x/y.png"}}, region),
            "error: image: \"image-1\" is only an address; give its bytes to work on it");
  EXPECT_THAT(say({Image{.bytes = "noise"}}, region), HasSubstr("\"image-1\": its content is no picture"));
  EXPECT_THAT(say({Image{.name = "a"}, Image{.name = "b"}}, "{}"), HasSubstr("which one? there are a, b"));
}

TEST(ImageTools, SayWhatIsMissing) {
  if (CanEditImages()) GTEST_SKIP() << "built with the libraries";
  const auto tools = *ImageTools({Image{.bytes = std::string("GIF89a\5\0\5\0", 10), .name = "a.gif"}});
  EXPECT_THAT(Harness().Say(*Find(tools, "image.grid"), Json::object()), HasSubstr("libturbojpeg0-dev"));
}

}  // namespace
}  // namespace ninefold
