// "ninefold show --images": the images that a run's record holds, as files.
#include "cli/saved_images.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "cli/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/stores.h"

namespace ninefold {
namespace {

using ::ninefold::testing::Ended;
using ::ninefold::testing::Program;
using ::ninefold::testing::ReadText;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPng[] = "\x89PNG\r\n\x1a\n";

struct Recorded : StepValue {
  std::string text;
  std::string Encode() const override { return text; }
};

StepRecord ToolStep(std::string path, const std::vector<Image>& images) {
  Json parts = Json::array({{{"type", "text"}, {"text", "an \"image\""}}});
  for (const Image& image : images) parts.push_back(ToJson(Part(image)));
  StepRecord step{.path = std::move(path), .kind = "tool", .request = "", .value = nullptr, .result = ""};
  step.result = DumpJson({{"parts", std::move(parts)}, {"is_error", false}});
  return step;
}

Image Png(std::string name, std::string rest) {
  return {.media_type = "image/png", .bytes = absl::StrCat(kPng, rest), .url = "", .name = std::move(name)};
}

// A program whose store has one run with these steps.
struct Kept : Program {
  explicit Kept(std::vector<StepRecord> steps) {
    const absl::StatusOr<StorePtr> store = OpenSqliteStore(Path("runs.db"));
    EXPECT_TRUE(store.ok()) << store.status();
    StoreBatch batch;
    batch.runs.push_back(
        {.id = "7f3a", .name = "inspect", .goal = "q", .state = "done", .answer = "{\"text\":\"a\"}"});
    for (StepRecord& step : steps) {
      auto value = std::make_shared<Recorded>();
      value->text = step.result;
      step.value = std::move(value);
      batch.steps.push_back({"7f3a", std::move(step)});
    }
    const absl::Status written = (*store)->Write(batch);
    EXPECT_TRUE(written.ok()) << written;
  }
  Ended Save(const std::string& folder) const {
    return Run({"show", "7f3a", "--store", "runs.db", "--images", folder});
  }
};

TEST(SavedImages, AreNamedAsTheReportNamesThem) {
  struct {
    const char *name, *type, *file;
  } const cases[] = {
      {"photo.png#4821", "image/png", "photo.png#4821.png"},
      {"photo.png", "image/png", "photo.png"},
      {"photo.PNG", "image/png", "photo.PNG"},
      {"photo.png", "image/jpeg", "photo.png.jpg"},
      {"", "image/webp", "image.webp"},
      {"a/../b\\c\n", "image/gif", "a_.._b_c_.gif"},
      {"..", "image/png", "_..png"},
      {"x", "text/html", "x.bin"},
  };
  for (const auto& one : cases)
    EXPECT_EQ(cli::FileNameOf({.media_type = one.type, .bytes = "", .url = "", .name = one.name}), one.file);
  EXPECT_EQ(cli::FileNameOf({.media_type = "image/jpeg", .bytes = std::string(kPng), .url = "", .name = "x"}),
            "x.png")
      << "by the content: a type may lie";
}

TEST(SavedImages, OfToolsAndModelsEachOnce) {
  const Image one = Png("a#1", "1"), two = Png("a#2", "2");
  StepRecord model = ToolStep("answer/turn.1", {});
  model.kind = "model";
  Message said = AssistantMessage("here");
  said.parts.emplace_back(Png("drawn", "3"));
  model.result = DumpJson({{"message", ToJson(said)}});
  StepRecord broken = ToolStep("answer/broken", {one});
  broken.result.resize(broken.result.size() / 2);
  std::vector<std::string> names;
  for (const Image& image : cli::ImagesOf({ToolStep("x", {one}), broken, ToolStep("y", {two, one}), model}))
    names.push_back(image.name);
  EXPECT_THAT(names, ElementsAre("a#1", "a#2", "drawn"));
}

TEST(SavedImages, TheProgramSavesThem) {
  const Kept kept({ToolStep("s/tool", {Png("photo.png#4821", "1"), Png("photo.png#4821", "2")})});
  const Ended saved = kept.Save("new/pictures");
  EXPECT_EQ(saved.code, 0) << saved.err;
  EXPECT_EQ(saved.out,
            "photo.png#4821  new/pictures/photo.png#4821.png\n"
            "photo.png#4821  new/pictures/photo.png#4821-2.png\n");
  EXPECT_EQ(ReadText(kept.Path("new/pictures/photo.png#4821.png")), absl::StrCat(kPng, "1"));
  EXPECT_EQ(ReadText(kept.Path("new/pictures/photo.png#4821-2.png")), absl::StrCat(kPng, "2"));
  EXPECT_EQ(kept.Save("new/pictures").code, 0) << "the same once more";
  EXPECT_THAT(kept.Run({"show", "7f3a", "--store", "runs.db"}).out,
              HasSubstr("2 images; save: ninefold show 7f3a --images FOLDER"));
}

TEST(SavedImages, NothingIsWrittenOverOrThroughALink) {
  const Kept kept({ToolStep("s/tool", {Png("a", "1")})});
  std::filesystem::create_directory(kept.Path("old"));
  kept.Write("old/a.png", "mine");
  const Ended over = kept.Save("old");
  EXPECT_EQ(over.code, 1);
  EXPECT_THAT(over.err, HasSubstr("\"old/a.png\" is there and holds something else; name another folder"));
  EXPECT_EQ(ReadText(kept.Path("old/a.png")), "mine");
  std::filesystem::create_directory(kept.Path("links"));
  std::filesystem::create_symlink(kept.Path("target"), kept.Path("links/a.png"));
  EXPECT_EQ(kept.Save("links").code, 1);
  EXPECT_FALSE(std::filesystem::exists(kept.Path("target")));
}

TEST(SavedImages, SaysWhyItCannot) {
  const Kept kept({ToolStep("s/tool", {Png("a", "1")})});
  kept.Write("file", "x");
  const Ended file = kept.Save("file");
  EXPECT_EQ(file.code, 1);
  EXPECT_THAT(file.err, AllOf(HasSubstr("--images \"file\": "), HasSubstr("name a folder")));
  EXPECT_THAT(kept.Save("file/below").err,
              HasSubstr("--images \"file/below\": Not a directory; name a folder"));
  EXPECT_THAT(kept.Save("/proc/none").err, HasSubstr("--images \"/proc/none\": "));
  if (::geteuid() != 0) {  // root may write everywhere
    std::filesystem::create_directory(kept.Path("shut"));
    std::filesystem::permissions(kept.Path("shut"), std::filesystem::perms::owner_read);
    EXPECT_THAT(kept.Save("shut").err, HasSubstr("--images \"shut\": cannot write into it"));
  }
  const Ended none = Kept({ToolStep("s/tool", {})}).Save("pictures");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("run 7f3a has no images"));
  EXPECT_EQ(kept.Run({"show", "7f3a", "--images", "x", "--step", "y"}).code, 2);
}

}  // namespace
}  // namespace ninefold
