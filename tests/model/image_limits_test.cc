// What a vendor would refuse of images is said, or mended, before anything is sent.
#include "model/wrap/image_limits.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "image/codec.h"
#include "image/pictures.h"
#include "model/acting_model.h"
#include "ninefold/model_error.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Sim;

Image Named(std::string name, std::string bytes) {
  return Image{"image/png", std::move(bytes), "", std::move(name)};
}

std::shared_ptr<ActingModel> Server() {
  return std::make_shared<ActingModel>(ModelCard{.name = "vendor/m"}, [](int, Context&) { return Act{}; });
}

absl::StatusOr<ModelReply> Ask(Sim& sim, const ModelPtr& model, std::vector<Part> parts, int times = 1) {
  absl::StatusOr<ModelReply> reply = absl::UnknownError("never asked");
  (void)sim.Run([&](Context& ctx) -> Async<void> {
    ModelRequest request;
    request.conversation = request.conversation.With(Message{Role::kUser, parts});
    for (int i = 0; i < times; ++i) reply = co_await model->Generate(request, ctx);
  });
  return reply;
}

std::vector<const Image*> SentTo(const ActingModel& server) {
  std::vector<const Image*> images;
  for (const Message* message : server.requests.back().conversation.messages()) {
    for (const Part& part : message->parts) {
      if (const auto* image = std::get_if<Image>(&part)) images.push_back(image);
      if (const auto* result = std::get_if<ToolResult>(&part))
        for (const Part& inner : result->content) images.push_back(&std::get<Image>(inner));
    }
  }
  return images;
}

TEST(ImageLimits, SayWhichImageAndWhatToDo) {
  const auto server = Server();
  const ModelPtr model = WithImageLimits(server, "anthropic", ImageLimitsOf("anthropic", {}), false);
  const struct {
    std::vector<Part> parts;
    const char* says;
  } cases[] = {
      {{Named("", PngHeader(10, 10)), Named("map.png", PngHeader(9000, 100))},
       "model vendor/m: image 2 \"map.png\": image/png, 9000 x 100 pixels, 33 bytes: at most 8000 pixels a "
       "side are taken; scale it down"},
      {{Named("old.bmp", BmpHeader(10, 10))},
       "image 1 \"old.bmp\": image/bmp, 10 x 10 pixels, 54 bytes: only image/jpeg, image/png, image/gif, "
       "image/webp is taken; convert it"},
      {{Named("", PngHeader(10, 10) + std::string(4 << 20, 'x'))},
       "image 1: image/png, 10 x 10 pixels, 4194337 bytes: at most 3932160 bytes are taken"},
      {{ToolResult{"c", "look", {Named("a.png", PngHeader(9000, 1))}, false}}, "image 1 \"a.png\""},
      {std::vector<Part>(21, Named("", PngHeader(2001, 5))),
       "image 1: image/png, 2001 x 5 pixels, 33 bytes: at "
       "most 2000 pixels a side"},
      {std::vector<Part>(601, Named("", PngHeader(5, 5))),
       "601 images in one request, anthropic takes at most 600; send fewer"},
      {std::vector<Part>(11, Named("", PngHeader(5, 5) + std::string(3'900'000, 'x'))),
       "11 images of together 57200484 bytes in base64, anthropic takes at most 31457280; send fewer"},
  };
  for (const auto& c : cases) {
    Sim sim;
    const auto reply = Ask(sim, model, c.parts);
    EXPECT_THAT(reply, Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)));
    EXPECT_EQ(ModelErrorOf(reply.status()), ModelError::kInvalidRequest);
  }
  EXPECT_EQ(server->calls(), 0);
  Sim sim;
  EXPECT_THAT(Ask(sim, model, std::vector<Part>(20, Named("", PngHeader(8000, 5)))), IsOk());
}

TEST(ImageLimits, OfVendorsAndWindows) {
  EXPECT_EQ(ImageLimitsOf("anthropic", {.context_tokens = 200'000}).images_max, 100);
  EXPECT_EQ(ImageLimitsOf("anthropic", {.context_tokens = 1'000'000}).images_max, 600);
  EXPECT_THAT(ImageLimitsOf("gemini", {}).each.media_types, ::testing::Contains("image/heic"));
  EXPECT_TRUE(ImageLimitsOf("compatible", {}).each.media_types.empty());  // a server may take what it likes
}

// What is said of an image's type is not believed.
TEST(ImageLimits, TypesAreCorrected) {
  const auto server = Server();
  Sim sim;
  ASSERT_THAT(Ask(sim, WithImageLimits(server, "openai", {}, false), {Named("a.png", GifHeader(5, 5))}),
              IsOk());
  EXPECT_EQ(SentTo(*server)[0]->media_type, "image/gif");
  ASSERT_THAT(Ask(sim, WithImageLimits(server, "openai", {}, false), {Image{"", "", "https://x/y.png"}}),
              IsOk());
  EXPECT_EQ(SentTo(*server)[0]->url, "https://x/y.png");
}

TEST(ImageLimits, ScaleDownWhatIsTooLarge) {
  if (!CanEditImages()) GTEST_SKIP() << "built without the libraries";
  const auto server = Server();
  const ModelPtr model = WithImageLimits(server, "v", {.each = {.side_max = 300}}, true);
  const std::string large = *EncodePng(*Pixels::Make(900, 450)), small = *EncodePng(*Pixels::Make(30, 30));
  Sim sim;
  ASSERT_THAT(Ask(sim, model,
                  {Text{"look"}, Named("small.png", small),
                   ToolResult{"c", "look", {Named("large.png", large)}, false}},
                  2),
              IsOk());
  const auto sent = SentTo(*server);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0]->bytes, small);
  EXPECT_EQ(sent[1]->name, "large.png");
  EXPECT_EQ(ReadImageInfo(sent[1]->bytes)->width, 300);
  EXPECT_EQ(ReadImageInfo(sent[1]->bytes)->height, 150);
  const auto warnings = EventsOf<event::Warning>(sim.events());  // once, though asked twice
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0].second.text, AllOf(HasSubstr("image 2 \"large.png\": image/png, 900 x 450 pixels"),
                                             HasSubstr("sent as image/png, 300 x 150 pixels")));
  EXPECT_THAT(Ask(sim, model, {Named("", PngHeader(900, 450))}),
              Fails(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("image 1"), HasSubstr("decoded"))));
}

// Many that are small enough alone, and together too much for one request.
TEST(ImageLimits, ShareTheBody) {
  if (!CanEditImages()) GTEST_SKIP() << "built without the libraries";
  const auto server = Server();
  const std::string png = *EncodePng(*Pixels::Make(300, 300));
  const ModelPtr model = WithImageLimits(server, "v", {.base64_max = 2 * png.size()}, true);
  Sim sim;
  ASSERT_THAT(Ask(sim, model, std::vector<Part>(4, Named("", png))), IsOk());
  std::size_t sum = 0;
  for (const Image* image : SentTo(*server)) sum += (image->bytes.size() + 2) / 3 * 4;
  EXPECT_LE(sum, 2 * png.size());
}

}  // namespace
}  // namespace ninefold
