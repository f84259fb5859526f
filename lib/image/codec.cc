#include "image/codec.h"

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <new>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/image.h"
#include "ninefold/status.h"

#ifdef NINEFOLD_IMAGES
#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#endif

namespace ninefold {
namespace {

// A progressive JPEG is gone through once a scan: a small file can have hundreds over many pixels.
constexpr std::int64_t kScannedPixelsMax = 3'000'000'000;

struct Room {
  std::mutex mutex;
  std::condition_variable freed;
  std::int64_t left = kPixelsMax;
};
Room& TheRoom() {
  static auto* room = new Room;  // never destroyed: threads may outlive main
  return *room;
}

std::int64_t CountScans(std::string_view jpeg) {
  std::int64_t scans = 0;
  for (std::size_t at = jpeg.find("\xff\xda"); at != std::string_view::npos;
       at = jpeg.find("\xff\xda", at + 2)) {
    ++scans;
  }
  return scans;
}

absl::StatusOr<ImageInfo> InfoToDecode(std::string_view bytes) {
  TRY(ImageInfo info, ReadImageInfo(bytes));
  const std::int64_t pixels = info.width * info.height;
  if (pixels > kPixelsMax) {
    return absl::InvalidArgumentError(absl::StrCat(info.width, " x ", info.height,
                                                   " pixels are more than the ", kPixelsMax / 1'000'000,
                                                   " million that are decoded; scale it down"));
  }
  if (info.media_type == "image/jpeg" && CountScans(bytes) * pixels > kScannedPixelsMax)
    return absl::InvalidArgumentError("a JPEG of too many scans for its size; save it again");
  return info;
}

}  // namespace

PixelRoom::PixelRoom(std::int64_t pixels) : pixels_(std::min(pixels, kPixelsMax)) {
  std::unique_lock lock(TheRoom().mutex);
  TheRoom().freed.wait(lock, [this] { return TheRoom().left >= pixels_; });
  TheRoom().left -= pixels_;
}

PixelRoom::~PixelRoom() {
  {
    const std::lock_guard lock(TheRoom().mutex);
    TheRoom().left += pixels_;
  }
  TheRoom().freed.notify_all();
}

absl::StatusOr<Pixels> Pixels::Make(std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0 || width > kPixelsMax / height)
    return absl::InvalidArgumentError(absl::StrCat("a picture cannot be ", width, " x ", height, " pixels"));
  const std::size_t size = 3 * std::size_t(width) * std::size_t(height);
  std::unique_ptr<std::uint8_t[]> rgb(new (std::nothrow) std::uint8_t[size]);
  if (rgb == nullptr)
    return absl::ResourceExhaustedError(absl::StrCat("no memory for ", width, " x ", height, " pixels"));
  std::memset(rgb.get(), 255, size);
  return Pixels(int(width), int(height), std::move(rgb));
}

absl::StatusOr<std::int64_t> PixelsOf(std::string_view bytes) {
  TRY(const ImageInfo info, InfoToDecode(bytes));
  return info.width * info.height;
}

#ifdef NINEFOLD_IMAGES

bool CanEditImages() { return true; }

namespace {

absl::Status Damaged(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot be decoded: ", why.empty() ? "it is damaged" : ToAbsl(why), "; save it again"));
}

absl::Status ReadPng(std::string_view bytes, Pixels& to) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return Damaged(image.message);
  image.format = PNG_FORMAT_RGB;
  absl::Status status;
  if (int(image.width) != to.width() || int(image.height) != to.height()) {
    status = Damaged("two sizes");
  } else {
    const png_color white{255, 255, 255};
    if (png_image_finish_read(&image, &white, to.row(0), 0, nullptr) == 0) status = Damaged(image.message);
  }
  png_image_free(&image);
  return status;
}

struct Turbo {
  explicit Turbo(tjhandle handle_in) : handle(handle_in) {}
  ~Turbo() {
    if (handle != nullptr) tjDestroy(handle);
  }
  Turbo(const Turbo&) = delete;
  Turbo& operator=(const Turbo&) = delete;
  tjhandle handle;
};

// Of warnings only a missing end is told: cameras cause others, and the picture is whole.
absl::Status TurboStatus(tjhandle handle, int result) {
  if (result == 0) return absl::OkStatus();
  const std::string why = tjGetErrorStr2(handle);
  if (tjGetErrorCode(handle) == TJERR_WARNING && !absl::StrContains(why, "Premature end"))
    return absl::OkStatus();
  return Damaged(why);
}

absl::Status ReadJpeg(std::string_view bytes, Pixels& to) {
  const Turbo turbo(tjInitDecompress());
  if (turbo.handle == nullptr) return absl::ResourceExhaustedError("no memory for a JPEG decoder");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, sampling = 0, space = 0;
  CHECK_OK(TurboStatus(turbo.handle, tjDecompressHeader3(turbo.handle, data, bytes.size(), &width, &height,
                                                         &sampling, &space)));
  if (width != to.width() || height != to.height()) return Damaged("two sizes");
  if (space == TJCS_CMYK || space == TJCS_YCCK)
    return absl::InvalidArgumentError("a JPEG in CMYK, for printing; save it in RGB");
  return TurboStatus(turbo.handle, tjDecompress2(turbo.handle, data, bytes.size(), to.row(0), width, 0,
                                                 height, TJPF_RGB, TJFLAG_LIMITSCANS));
}

absl::Status ReadWebp(std::string_view bytes, Pixels& to) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) return Damaged("");
  if (features.has_animation != 0)
    return absl::InvalidArgumentError("an animated WebP; save the frame that matters");
  if (features.width != to.width() || features.height != to.height()) return Damaged("two sizes");
  const std::size_t size = to.stride() * std::size_t(to.height());
  if (features.has_alpha == 0) {
    if (WebPDecodeRGBInto(data, bytes.size(), to.row(0), size, int(to.stride())) == nullptr)
      return Damaged("");
    return absl::OkStatus();
  }
  std::unique_ptr<std::uint8_t[]> rgba(new (std::nothrow) std::uint8_t[size / 3 * 4]);
  if (rgba == nullptr) return absl::ResourceExhaustedError("no memory for a WebP");
  if (WebPDecodeRGBAInto(data, bytes.size(), rgba.get(), size / 3 * 4, to.width() * 4) == nullptr)
    return Damaged("");
  const std::uint8_t* from = rgba.get();
  for (std::uint8_t* at = to.row(0); at != to.row(0) + size; at += 3, from += 4) {
    for (int c = 0; c < 3; ++c) at[c] = std::uint8_t((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
  }
  return absl::OkStatus();
}

// As EXIF numbers them: 2 to 4 mirror and turn by half, 5 to 8 change the sides too.
absl::StatusOr<Pixels> Upright(Pixels stored, int orientation) {
  if (orientation == 1) return stored;
  const int w = stored.width(), h = stored.height();
  const bool turned = orientation >= 5;
  TRY(Pixels shown, Pixels::Make(turned ? h : w, turned ? w : h));
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < shown.height(); ++y) {
    std::uint8_t* to = shown.row(y);
    for (int x = 0; x < shown.width(); ++x, to += 3) {
      const int column = turned ? y : x, line = turned ? x : y;
      const int at = from_right ? w - 1 - column : column;
      std::memcpy(to, stored.row(from_below ? h - 1 - line : line) + 3 * std::ptrdiff_t(at), 3);
    }
  }
  return shown;
}

}  // namespace

absl::StatusOr<Pixels> DecodeImage(std::string_view bytes) {
  TRY(const ImageInfo info, InfoToDecode(bytes));
  const bool turned = info.orientation >= 5;
  if (info.media_type != "image/png" && info.media_type != "image/jpeg" && info.media_type != "image/webp") {
    return absl::InvalidArgumentError(
        absl::StrCat(info.media_type, " is not decoded; save it as PNG, JPEG or WebP"));
  }
  TRY(Pixels pixels, Pixels::Make(turned ? info.height : info.width, turned ? info.width : info.height));
  if (info.media_type == "image/png") {
    CHECK_OK(ReadPng(bytes, pixels));
  } else if (info.media_type == "image/jpeg") {
    CHECK_OK(ReadJpeg(bytes, pixels));
  } else {
    CHECK_OK(ReadWebp(bytes, pixels));
  }
  return Upright(std::move(pixels), info.orientation);
}

absl::StatusOr<std::string> EncodePng(const Pixels& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(pixels.width());
  image.height = png_uint_32(pixels.height());
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  const int done = png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.row(0), 0, nullptr);
  png_image_free(&image);
  if (done == 0) return absl::InternalError(absl::StrCat("PNG: ", image.message));
  bytes.resize(size);
  bytes.shrink_to_fit();
  return bytes;
}

absl::StatusOr<std::string> EncodeJpeg(const Pixels& pixels, int quality) {
  const Turbo turbo(tjInitCompress());
  if (turbo.handle == nullptr) return absl::ResourceExhaustedError("no memory for a JPEG encoder");
  unsigned char* made = nullptr;
  unsigned long size = 0;
  const int result =
      tjCompress2(turbo.handle, pixels.row(0), pixels.width(), int(pixels.stride()), pixels.height(),
                  TJPF_RGB, &made, &size, quality >= 90 ? TJSAMP_444 : TJSAMP_420, quality, 0);
  std::string bytes;
  if (result == 0) bytes.assign(reinterpret_cast<const char*>(made), size);
  tjFree(made);
  if (result != 0) return absl::InternalError(absl::StrCat("JPEG: ", tjGetErrorStr2(turbo.handle)));
  return bytes;
}

#else

bool CanEditImages() { return false; }

namespace {

absl::Status Missing() {
  return absl::UnimplementedError(
      "this ninefold was built without libpng, libjpeg-turbo and libwebp, so it cannot change pictures; "
      "install libpng-dev, libturbojpeg0-dev and libwebp-dev and build it again");
}

}  // namespace

absl::StatusOr<Pixels> DecodeImage(std::string_view) { return Missing(); }
absl::StatusOr<std::string> EncodePng(const Pixels&) { return Missing(); }
absl::StatusOr<std::string> EncodeJpeg(const Pixels&, int) { return Missing(); }

#endif

}  // namespace ninefold
