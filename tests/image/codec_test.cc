// Decoding, encoding and scaling; and what hostile files may cost.
#include "image/codec.h"

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "image/pictures.h"
#include "image/scale.h"
#include "ninefold/image.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

// Each corner in its own colour: red, green / blue, black.
Pixels Corners(int width, int height) {
  Pixels pixels = *Pixels::Make(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* at = pixels.row(y) + 3 * std::ptrdiff_t(x);
      const bool right = x >= width / 2, low = y >= height / 2;
      at[0] = !right && !low ? 255 : 0, at[1] = right && !low ? 255 : 0, at[2] = !right && low ? 255 : 0;
    }
  }
  return pixels;
}

char ColourAt(const Pixels& pixels, int x, int y) {
  const std::uint8_t* at = pixels.row(y) + 3 * std::ptrdiff_t(x);
  if (at[0] > 200 && at[1] > 200) return 'w';
  return at[0] > 200 ? 'r' : at[1] > 200 ? 'g' : at[2] > 200 ? 'b' : 'k';
}

// The corners from the top left, in rows.
std::string CornersOf(const Pixels& p) {
  const int x = p.width() * 3 / 4, y = p.height() * 3 / 4;
  return {ColourAt(p, p.width() / 4, p.height() / 4), ColourAt(p, x, p.height() / 4),
          ColourAt(p, p.width() / 4, y), ColourAt(p, x, y)};
}

class Codec : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanEditImages()) GTEST_SKIP() << "built without the libraries";
  }
};

TEST_F(Codec, WritesWhatItReads) {
  const Pixels made = Corners(64, 32);
  const std::string png = *EncodePng(made), jpeg = *EncodeJpeg(made, 90);
  for (const std::string& bytes : {png, jpeg}) {
    const auto info = ReadImageInfo(bytes);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->width, 64);
    EXPECT_EQ(info->height, 32);
    const auto read = DecodeImage(bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(CornersOf(*read), "rgbk");
  }
  EXPECT_TRUE(std::equal(made.row(0), made.row(31), DecodeImage(png)->row(0)));  // PNG loses nothing
}

// The EXIF of a picture that was taken with the camera turned: put in behind the beginning.
TEST_F(Codec, TurnsPhotosUpright) {
  const std::string jpeg = *EncodeJpeg(Corners(64, 32), 95);
  const char* seen[] = {"rgbk", "grkb", "kbgr", "bkrg", "rbgk", "brkg", "kgbr", "gkrb"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string exif = std::string("Exif\0\0", 6) + TiffHeader(1, 1, orientation, false);
    const std::string turned =
        "\xff\xd8\xff\xe1" + Number(std::uint32_t(exif.size() + 2), 2, true) + exif + jpeg.substr(2);
    const auto pixels = DecodeImage(turned);
    ASSERT_TRUE(pixels.ok()) << pixels.status();
    EXPECT_EQ(pixels->width(), orientation < 5 ? 64 : 32);
    EXPECT_EQ(CornersOf(*pixels), seen[orientation - 1]) << orientation;
  }
}

TEST_F(Codec, ScalesPartsUpAndDown) {
  const Pixels made = Corners(640, 320);
  const auto small = Resample(made, {0, 0, 640, 320}, 20, 10);
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(CornersOf(*small), "rgbk");
  const auto part = Resample(made, {300, 0, 340, 160}, 400, 1600);
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(CornersOf(*part), "rgrg");
  const auto same = Resample(made, {0, 0, 640, 320}, 640, 320);
  EXPECT_TRUE(std::equal(made.row(0), made.row(319), same->row(0)));
}

TEST_F(Codec, FitsImagesIntoBounds) {
  const Image image{"image/png", *EncodePng(Corners(900, 600)), "", "a.png"};
  const auto as_it_is = FitImage(image, {{"image/png"}, 1 << 20, 900});
  ASSERT_TRUE(as_it_is.ok());
  EXPECT_EQ(as_it_is->bytes, image.bytes);
  const auto smaller = FitImage(image, {{}, 0, 300});
  ASSERT_TRUE(smaller.ok()) << smaller.status();
  EXPECT_EQ(smaller->name, "a.png");
  EXPECT_EQ(ReadImageInfo(smaller->bytes)->width, 300);
  EXPECT_EQ(ReadImageInfo(smaller->bytes)->height, 200);
  EXPECT_EQ(CornersOf(*DecodeImage(smaller->bytes)), "rgbk");
  const auto jpeg = FitImage(image, {{"image/jpeg"}, 0, 0});
  ASSERT_TRUE(jpeg.ok()) << jpeg.status();
  EXPECT_EQ(jpeg->media_type, "image/jpeg");
  const auto tiny = FitImage(image, {{}, 500, 0});
  ASSERT_TRUE(tiny.ok()) << tiny.status();
  EXPECT_LE(tiny->bytes.size(), 500u);
  EXPECT_THAT(std::string(FitImage(image, {{}, 10, 0}).status().message()), HasSubstr("however small"));
  EXPECT_THAT(std::string(FitImage(image, {{"image/webp"}, 0, 0}).status().message()), HasSubstr("neither"));
}

TEST_F(Codec, RefusesBeforeItDecodes) {
  const auto says = [](const std::string& bytes) {
    return std::string(DecodeImage(bytes).status().message());
  };
  EXPECT_THAT(says(PngHeader(20'000, 5'001)), HasSubstr("20000 x 5001 pixels are more than the 100 million"));
  EXPECT_THAT(says(JpegHeader(65'000, 65'000)), HasSubstr("more than the 100 million"));
  std::string scans = JpegHeader(10'000, 10'000);
  for (int i = 0; i < 40; ++i) scans += "\xff\xda";
  EXPECT_THAT(says(scans), HasSubstr("too many scans"));
  EXPECT_THAT(says(GifHeader(3, 3)), HasSubstr("image/gif is not decoded; save it as PNG, JPEG or WebP"));
  EXPECT_THAT(says(PngHeader(30, 30)), HasSubstr("cannot be decoded"));
  EXPECT_THAT(says(JpegHeader(30, 30)), HasSubstr("cannot be decoded"));
  EXPECT_THAT(says("nothing"), HasSubstr("no picture that is known"));
}

TEST_F(Codec, SurvivesCutsAndChanges) {
  const Pixels made = Corners(24, 16);
  for (const std::string& bytes : {*EncodePng(made), *EncodeJpeg(made, 80)}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto cut = DecodeImage(std::string(bytes.data(), size));
      // The last bytes of either say nothing but that it ends.
      if (cut.ok()) {
        EXPECT_GE(size + 16, bytes.size());
      }
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ flip);
        (void)DecodeImage(changed);
      }
    }
  }
}

TEST(WithoutLibraries, SaysWhatIsMissing) {
  if (CanEditImages()) GTEST_SKIP() << "built with the libraries";
  const auto fit = FitImage(Image{"image/png", PngHeader(900, 600), ""}, {{}, 0, 300});
  EXPECT_EQ(fit.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(fit.status().message()), HasSubstr("libturbojpeg0-dev"));
}

}  // namespace
}  // namespace ninefold
