#include "image/scale.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/image.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kPngBytesMax = 2u << 20;
constexpr int kQuality = 90;

// What one pixel is made of, along one axis: a triangle over the pixels round it.
struct Share {
  int first = 0;
  std::vector<float> weights;
};

std::vector<Share> SharesOf(int begin, int end, int size) {
  const double scale = double(end - begin) / size;
  const double reach = std::max(1.0, scale);
  std::vector<Share> shares(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    const double center = begin + (i + 0.5) * scale;
    const int first = std::max(begin, int(std::floor(center - reach)));
    const int last = std::min(end, int(std::ceil(center + reach)));
    Share& share = shares[std::size_t(i)];
    share.first = first;
    double sum = 0;
    for (int at = first; at < last; ++at) {
      const double weight = std::max(0.0, 1 - std::fabs(at + 0.5 - center) / reach);
      share.weights.push_back(float(weight));
      sum += weight;
    }
    for (float& weight : share.weights) weight = float(weight / sum);
  }
  return shares;
}

std::uint8_t Rounded(float value) { return std::uint8_t(std::clamp(value + 0.5f, 0.0f, 255.0f)); }

// Three sums over pixels that lie `step` bytes apart.
void Blend(const Share& share, const std::uint8_t* from, std::size_t step, std::uint8_t* to) {
  float r = 0, g = 0, b = 0;
  for (const float weight : share.weights) {
    r += weight * from[0], g += weight * from[1], b += weight * from[2];
    from += step;
  }
  to[0] = Rounded(r), to[1] = Rounded(g), to[2] = Rounded(b);
}

bool Takes(const ImageBounds& bounds, std::string_view type) {
  const auto& types = bounds.media_types;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

// Encoded in the first form that keeps to `bounds`; nullopt: none does at this size.
absl::StatusOr<std::optional<Image>> EncodeWithin(const Pixels& pixels, bool photo,
                                                  const ImageBounds& bounds) {
  const std::size_t bytes_max = bounds.bytes_max == 0 ? ~std::size_t(0) : bounds.bytes_max;
  if (!photo && Takes(bounds, "image/png")) {
    TRY(std::string bytes, EncodePng(pixels));
    if (bytes.size() <= bytes_max) return Image{"image/png", std::move(bytes), ""};
  }
  if (Takes(bounds, "image/jpeg")) {
    TRY(std::string bytes, EncodeJpeg(pixels, kQuality));
    if (bytes.size() <= bytes_max) return Image{"image/jpeg", std::move(bytes), ""};
  }
  if (!Takes(bounds, "image/png") && !Takes(bounds, "image/jpeg"))
    return absl::InvalidArgumentError("neither PNG nor JPEG is taken, and no other format can be written");
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Pixels> Resample(const Pixels& pixels, const PixelBox& box, int width, int height) {
  TRY(Pixels narrow, Pixels::Make(width, box.height()));
  const std::vector<Share> columns = SharesOf(box.left, box.right, width);
  for (int y = 0; y < box.height(); ++y) {
    const std::uint8_t* from = pixels.row(box.top + y);
    std::uint8_t* to = narrow.row(y);
    for (const Share& share : columns) {
      Blend(share, from + 3 * std::ptrdiff_t(share.first), 3, to);
      to += 3;
    }
  }
  if (height == box.height()) return narrow;
  TRY(Pixels scaled, Pixels::Make(width, height));
  const std::vector<Share> rows = SharesOf(0, box.height(), height);
  for (int y = 0; y < height; ++y) {
    const Share& share = rows[std::size_t(y)];
    const std::uint8_t* from = narrow.row(share.first);
    std::uint8_t* to = scaled.row(y);
    for (int x = 0; x < width; ++x) {
      Blend(share, from + 3 * std::ptrdiff_t(x), narrow.stride(), to);
      to += 3;
    }
  }
  return scaled;
}

absl::StatusOr<Image> EncodeFor(const Pixels& pixels, bool photo) {
  if (!photo) {
    TRY(std::string png, EncodePng(pixels));
    if (png.size() <= kPngBytesMax) return Image{"image/png", std::move(png), ""};
  }
  TRY(std::string jpeg, EncodeJpeg(pixels, kQuality));
  return Image{"image/jpeg", std::move(jpeg), ""};
}

absl::StatusOr<Image> FitImage(const Image& image, const ImageBounds& bounds) {
  if (CheckImage(image, bounds).ok()) return image;
  TRY(const ImageInfo info, ReadImageInfo(image.bytes));
  TRY(const std::int64_t count, PixelsOf(image.bytes));
  const PixelRoom room(count);
  TRY(Pixels pixels, DecodeImage(image.bytes));
  const bool photo = info.media_type != "image/png";
  std::int64_t side = std::max(pixels.width(), pixels.height());
  if (bounds.side_max > 0) side = std::min(side, bounds.side_max);
  for (; side >= 1; side = side * 7 / 10) {
    const int longer = std::max(pixels.width(), pixels.height());
    if (side < longer) {
      const auto scaled = [&](int length) { return std::max(1, int(length * side / longer)); };
      const PixelBox all{0, 0, pixels.width(), pixels.height()};
      TRY(pixels, Resample(pixels, all, scaled(pixels.width()), scaled(pixels.height())));
    }
    TRY(std::optional<Image> fit, EncodeWithin(pixels, photo, bounds));
    if (!fit) continue;
    fit->name = image.name;
    return *std::move(fit);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no picture, however small, fits into ", bounds.bytes_max, " bytes"));
}

}  // namespace ninefold
