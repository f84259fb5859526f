// Decoding and encoding, all in plain RGB: what is transparent is shown on white.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ninefold {

constexpr std::int64_t kPixelsMax = 100'000'000;

// Rows from the top, three bytes a pixel.
class Pixels {
 public:
  // White. kResourceExhausted when there is no memory for them.
  static absl::StatusOr<Pixels> Make(std::int64_t width, std::int64_t height);

  int width() const { return width_; }
  int height() const { return height_; }
  std::size_t stride() const { return 3 * std::size_t(width_); }
  std::uint8_t* row(int y) { return rgb_.get() + std::size_t(y) * stride(); }
  const std::uint8_t* row(int y) const { return rgb_.get() + std::size_t(y) * stride(); }

 private:
  Pixels(int width, int height, std::unique_ptr<std::uint8_t[]> rgb)
      : width_(width), height_(height), rgb_(std::move(rgb)) {}
  int width_, height_;
  std::unique_ptr<std::uint8_t[]> rgb_;
};

// Room for pixels: all decoding of the process together holds at most kPixelsMax of them, so that a team
// looking at many pictures at once does not run out of memory. Waits for it; hold one at a time.
class PixelRoom {
 public:
  explicit PixelRoom(std::int64_t pixels);
  ~PixelRoom();
  PixelRoom(const PixelRoom&) = delete;
  PixelRoom& operator=(const PixelRoom&) = delete;

 private:
  std::int64_t pixels_;
};

// How many pixels DecodeImage makes of it, to ask for room; refused: as there, before anything is decoded.
absl::StatusOr<std::int64_t> PixelsOf(std::string_view bytes);

// PNG, JPEG and WebP, turned upright. kUnimplemented: built without the libraries. kInvalidArgument: another
// format, damaged, too large, or made to take long.
absl::StatusOr<Pixels> DecodeImage(std::string_view bytes);

absl::StatusOr<std::string> EncodePng(const Pixels& pixels);
absl::StatusOr<std::string> EncodeJpeg(const Pixels& pixels, int quality);

}  // namespace ninefold
