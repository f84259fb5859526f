// Scaling, and encoding what was scaled.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "image/codec.h"
#include "ninefold/message.h"

namespace ninefold {

// In pixels; right and bottom lie just outside.
struct PixelBox {
  int left = 0, top = 0, right = 0, bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

// The part of `pixels` in `box` as `width` x `height` pixels: smoothed where it shrinks, interpolated where
// it grows. The box must lie inside and hold something.
absl::StatusOr<Pixels> Resample(const Pixels& pixels, const PixelBox& box, int width, int height);

// As PNG, or as JPEG where `photo` says that the picture came as one or its PNG is over 2 MiB.
absl::StatusOr<Image> EncodeFor(const Pixels& pixels, bool photo);

}  // namespace ninefold
