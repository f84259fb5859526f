// What a picture is and how large, from its first bytes: each format, each cut, and what only looks like one.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "image/pictures.h"
#include "ninefold/image.h"

namespace ninefold {
namespace {

struct Case {
  const char* what;
  std::string bytes;
  std::string media_type;
  std::int64_t width, height;
  int orientation = 1;
};

std::vector<Case> Cases() {
  return {
      {"png", PngHeader(640, 480), "image/png", 640, 480},
      {"png, large", PngHeader(100'000, 70'000), "image/png", 100'000, 70'000},
      {"jpeg", JpegHeader(4032, 3024), "image/jpeg", 4032, 3024},
      {"jpeg, as it was held, little endian", JpegHeader(40, 30, 3), "image/jpeg", 40, 30, 3},
      {"jpeg, on its side, big endian", JpegHeader(40, 30, 6), "image/jpeg", 30, 40, 6},
      {"jpeg, mirrored on its side", JpegHeader(40, 30, 5), "image/jpeg", 30, 40, 5},
      {"jpeg, no such orientation", JpegHeader(40, 30, 9), "image/jpeg", 40, 30},
      {"gif", GifHeader(320, 200), "image/gif", 320, 200},
      {"webp, lossy",
       Riff("VP8 ",
            std::string("\0\0\0\x9d\x01\x2a", 6) + Number(0x4000 | 500, 2, false) + Number(300, 2, false)),
       "image/webp", 500, 300},
      {"webp, lossless", Riff("VP8L", "\x2f" + Number(499 | 299 << 14, 4, false)), "image/webp", 500, 300},
      {"webp, extended", Riff("VP8X", std::string(4, '\0') + Number(499, 3, false) + Number(299, 3, false)),
       "image/webp", 500, 300},
      {"bmp", BmpHeader(64, 32), "image/bmp", 64, 32},
      {"bmp, from the top down", BmpHeader(64, 0xffffffe0), "image/bmp", 64, 32},
      {"bmp of old",
       "BM" + Number(1, 4, false) + std::string(8, '\0') + Number(12, 4, false) + Number(64, 2, false) +
           Number(32, 2, false),
       "image/bmp", 64, 32},
      {"tiff", TiffHeader(70, 50, 1, false), "image/tiff", 70, 50},
      {"tiff, big endian, on its side", TiffHeader(70, 50, 8, true), "image/tiff", 50, 70, 8},
  };
}

TEST(ImageHeader, OfEachFormat) {
  for (const Case& each : Cases()) {
    SCOPED_TRACE(each.what);
    EXPECT_EQ(SniffMediaType(each.bytes), each.media_type);
    const auto info = ReadImageInfo(each.bytes);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->media_type, each.media_type);
    EXPECT_EQ(info->width, each.width);
    EXPECT_EQ(info->height, each.height);
    EXPECT_EQ(info->orientation, each.orientation);
  }
}

// Never more than what the whole says, never a crash; with the sanitizers, never a byte outside.
TEST(ImageHeader, CutAtEachByte) {
  for (const Case& each : Cases()) {
    for (std::size_t size = 0; size <= each.bytes.size(); ++size) {
      const std::string cut(each.bytes.data(), size);  // of its own, so that reading on is seen
      const auto info = ReadImageInfo(cut);
      if (!info.ok()) {
        EXPECT_EQ(info.status().code(), absl::StatusCode::kInvalidArgument);
      } else if (each.media_type != "image/tiff") {
        EXPECT_EQ(info->width, each.width) << each.what << ", " << size;
        EXPECT_EQ(info->height, each.height) << each.what << ", " << size;
      }
    }
  }
}

TEST(ImageHeader, WithEachByteChanged) {
  for (const Case& each : Cases()) {
    for (std::size_t at = 0; at < each.bytes.size(); ++at) {
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xd8, 0xff}) {
        std::string changed = each.bytes;
        changed[at] = static_cast<char>(value);
        const auto info = ReadImageInfo(changed);
        if (info.ok()) {
          EXPECT_GT(info->width, 0);
          EXPECT_GT(info->height, 0);
          EXPECT_LE(std::max(info->width, info->height), 1 << 30);
        }
      }
    }
  }
}

TEST(ImageHeader, OfWhatIsNone) {
  EXPECT_EQ(SniffMediaType(""), "");
  EXPECT_EQ(SniffMediaType("BMW builds cars in Munich, Regensburg and Leipzig"), "");
  EXPECT_EQ(SniffMediaType("GIF is a format"), "");
  EXPECT_EQ(SniffMediaType("RIFF....WAVEfmt "), "");
  EXPECT_EQ(SniffMediaType("%PDF-1.7\n"), "application/pdf");
  EXPECT_EQ(SniffMediaType(std::string("\0\0\0\x18"
                                       "ftypheic",
                                       12)),
            "image/heic");
  EXPECT_EQ(SniffMediaType(std::string("\0\0\0\x18"
                                       "ftypavif",
                                       12)),
            "image/avif");
  EXPECT_EQ(SniffMediaType(std::string("\0\0\0\x18"
                                       "ftypisom",
                                       12)),
            "");
  const auto says = [](std::string_view bytes) {
    return std::string(ReadImageInfo(bytes).status().message());
  };
  EXPECT_EQ(says("hello"), "its content is no picture that is known; give a PNG, JPEG, GIF or WebP");
  EXPECT_EQ(says("%PDF-1.7\n"), "application/pdf; give a PNG, JPEG, GIF or WebP");
  EXPECT_EQ(says(PngHeader(0, 7)),
            "begins as image/png, but its header is cut off or damaged (33 bytes); save it again");
}

// Nothing but fillings, or segments of no length: each step goes on.
TEST(ImageHeader, LongAndEmptyEndsSoon) {
  EXPECT_FALSE(ReadImageInfo("\xff\xd8" + std::string(4 << 20, '\xff')).ok());
  std::string segments = "\xff\xd8";
  for (int i = 0; i < 1'000'000; ++i) segments += std::string("\xff\xe2\0\2", 4);
  EXPECT_FALSE(ReadImageInfo(segments).ok());
  std::string folders = "\xff\xd8";  // EXIF again and again, each with as many tags as can be
  const std::string exif = std::string("Exif\0\0II*\0\x08\0\0\0\xff\xff", 16);
  for (int i = 0; i < 10'000; ++i) folders += "\xff\xe1" + Number(18, 2, true) + exif;
  EXPECT_FALSE(ReadImageInfo(folders).ok());
}

std::string Checked(const std::string& bytes, const ImageBounds& bounds) {
  return std::string(CheckImage(Image{"image/png", bytes, ""}, bounds).message());
}

TEST(CheckImage, SaysSizeLimitAndWhatToDo) {
  const ImageBounds bounds{{"image/png", "image/jpeg"}, 40, 1000};
  EXPECT_EQ(Checked(PngHeader(1000, 1000), bounds), "");
  EXPECT_EQ(Checked(PngHeader(10, 1001), bounds),
            "image/png, 10 x 1001 pixels, 33 bytes: at most 1000 pixels a side are taken; scale it down");
  EXPECT_EQ(
      Checked(PngHeader(10, 10) + "12345678", bounds),
      "image/png, 10 x 10 pixels, 41 bytes: at most 40 bytes are taken; scale it down or save it as JPEG");
  EXPECT_EQ(Checked(GifHeader(10, 10), bounds),
            "image/gif, 10 x 10 pixels, 13 bytes: only image/png, image/jpeg is taken; convert it");
  EXPECT_EQ(Checked("not a picture", bounds), "");  // the server may know better
  EXPECT_EQ(Checked("", bounds), "");               // an address
  EXPECT_EQ(Checked(PngHeader(100'000, 1), {}), "");
}

}  // namespace
}  // namespace ninefold
