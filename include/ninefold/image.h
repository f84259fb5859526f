// Pictures as bytes: what they are and how large, read from their first bytes; and, where ninefold was built
// with the libraries for it, made smaller.
//
//   absl::StatusOr<ImageInfo> info = ReadImageInfo(bytes);
//   if (info.ok() && info->width > 8000) image = *FitImage(image, {.side_max = 8000});
//
// Bytes may come from anywhere: nothing here trusts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/message.h"

namespace ninefold {

// "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/heic",
// "image/avif", "application/pdf"; "" for anything else.
std::string_view SniffMediaType(std::string_view bytes);

struct ImageInfo {
  std::string media_type;
  std::int64_t width = 0, height = 0;  // in pixels, as the picture is looked at
  int orientation = 1;                 // EXIF's: how what is stored must be turned; 5 to 8 change its sides
};
// Of PNG, JPEG, GIF, WebP, BMP and TIFF, from the header alone. kInvalidArgument: it is no such picture, or
// its header is cut off or makes no sense.
absl::StatusOr<ImageInfo> ReadImageInfo(std::string_view bytes);

// What an image may be. 0 and empty: no limit.
struct ImageBounds {
  std::vector<std::string> media_types = {};
  std::size_t bytes_max = 0;
  std::int64_t side_max = 0;  // pixels of the longer side
};
// OK when the image keeps them, else kInvalidArgument with its size, the limit and what to do. An image that
// is only an address, or of no known format, is passed over.
absl::Status CheckImage(const Image& image, const ImageBounds& bounds);

// Whether this ninefold can decode and encode: it was built with NINEFOLD_IMAGES.
bool CanEditImages();

// The image within `bounds`: as it is when it keeps them, else decoded, scaled down and encoded as PNG or
// JPEG. Uses the processor for up to a second or two: call it off the loop. kUnimplemented without
// CanEditImages; kInvalidArgument for what cannot be decoded, or has more than 100 million pixels.
absl::StatusOr<Image> FitImage(const Image& image, const ImageBounds& bounds);

}  // namespace ninefold
