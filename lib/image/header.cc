// Formats and sizes from the first bytes. Every reader is bounded by the bytes it was given: a position that
// lies outside reads as nothing, and each loop moves forward.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "ninefold/image.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::int64_t kSideMax = 1 << 30;
constexpr int kTiffEntriesMax = 512;

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  bool Has(std::size_t at, std::string_view what) const {
    return at <= bytes_.size() && bytes_.substr(at).starts_with(what);
  }
  std::string_view From(std::size_t at, std::size_t size) const {
    return at <= bytes_.size() ? bytes_.substr(at, size) : std::string_view();
  }
  // A number of 1 to 4 bytes; nullopt: it lies outside.
  std::optional<std::uint32_t> Get(std::size_t at, std::size_t width, bool big_endian) const {
    if (at > bytes_.size() || bytes_.size() - at < width) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const auto byte = static_cast<unsigned char>(bytes_[at + (big_endian ? i : width - 1 - i)]);
      value = value << 8 | byte;
    }
    return value;
  }
  std::optional<std::uint32_t> Big(std::size_t at, std::size_t width) const { return Get(at, width, true); }
  std::optional<std::uint32_t> Little(std::size_t at, std::size_t width) const {
    return Get(at, width, false);
  }

 private:
  std::string_view bytes_;
};

struct Size {
  std::int64_t width = 0, height = 0;
  int orientation = 1;
};
using MaybeSize = std::optional<Size>;

MaybeSize SizeOf(std::optional<std::uint32_t> width, std::optional<std::uint32_t> height) {
  if (!width || !height) return std::nullopt;
  return Size{std::int64_t(*width), std::int64_t(*height)};
}

MaybeSize PngSize(const Bytes& bytes) {
  if (!bytes.Has(8, std::string_view("\0\0\0\rIHDR", 8))) return std::nullopt;
  return SizeOf(bytes.Big(16, 4), bytes.Big(20, 4));
}

MaybeSize GifSize(const Bytes& bytes) { return SizeOf(bytes.Little(6, 2), bytes.Little(8, 2)); }

MaybeSize WebpSize(const Bytes& bytes) {
  if (bytes.Has(12, "VP8X")) {
    MaybeSize size = SizeOf(bytes.Little(24, 3), bytes.Little(27, 3));
    if (size) ++size->width, ++size->height;
    return size;
  }
  if (bytes.Has(12, "VP8L")) {
    const auto bits = bytes.Little(21, 4);
    if (!bits || !bytes.Has(20, "\x2f")) return std::nullopt;
    return Size{(*bits & 0x3fff) + 1, (*bits >> 14 & 0x3fff) + 1};
  }
  if (!bytes.Has(12, "VP8 ") || !bytes.Has(23, "\x9d\x01\x2a")) return std::nullopt;
  const auto width = bytes.Little(26, 2), height = bytes.Little(28, 2);
  if (!width || !height) return std::nullopt;
  return Size{*width & 0x3fff, *height & 0x3fff};
}

// Rows may stand from the top down: then the height is negative.
MaybeSize BmpSize(const Bytes& bytes) {
  if (bytes.Little(14, 4) == 12u) return SizeOf(bytes.Little(18, 2), bytes.Little(20, 2));
  const auto width = bytes.Little(18, 4), height = bytes.Little(22, 4);
  if (!width || !height) return std::nullopt;
  const std::int64_t rows = static_cast<std::int32_t>(*height);
  return Size{static_cast<std::int32_t>(*width), rows < 0 ? -rows : rows};
}

// The first folder of a TIFF, which is also what EXIF is written in.
Size TiffFolder(const Bytes& bytes) {
  const bool big = bytes.Has(0, "MM");
  const std::size_t at = bytes.Get(4, 4, big).value_or(0);
  const int entries = std::min<int>(int(bytes.Get(at, 2, big).value_or(0)), kTiffEntriesMax);
  Size size;
  for (int i = 0; i < entries; ++i) {
    const std::size_t entry = at + 2 + 12 * std::size_t(i);
    const auto tag = bytes.Get(entry, 2, big), type = bytes.Get(entry + 2, 2, big);
    if (!tag || !type) break;
    const bool is_short = *type == 3;
    if (!is_short && *type != 4) continue;
    const auto value = bytes.Get(entry + 8, is_short ? 2 : 4, big);
    if (!value) break;
    if (*tag == 256) size.width = *value;
    if (*tag == 257) size.height = *value;
    if (*tag == 274 && *value >= 1 && *value <= 8) size.orientation = int(*value);
  }
  return size;
}

bool IsFrame(std::uint32_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

MaybeSize JpegSize(const Bytes& bytes) {
  int orientation = 1;
  std::size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (bytes.Big(at, 1) != 0xffu) return std::nullopt;
    const std::uint32_t marker = bytes.Big(at + 1, 1).value_or(0);
    if (marker == 0xff) {  // filling
      ++at;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {  // these stand alone
      at += 2;
      continue;
    }
    const std::size_t length = bytes.Big(at + 2, 2).value_or(0);
    if (length < 2 || marker == 0xd8 || marker == 0xd9 || marker == 0xda) return std::nullopt;
    if (IsFrame(marker)) {
      MaybeSize size = SizeOf(bytes.Big(at + 7, 2), bytes.Big(at + 5, 2));
      if (size) size->orientation = orientation;
      return size;
    }
    if (marker == 0xe1 && bytes.Has(at + 4, std::string_view("Exif\0\0", 6)) && length > 8)
      orientation = TiffFolder(Bytes(bytes.From(at + 10, length - 8))).orientation;
    at += 2 + length;
  }
  return std::nullopt;
}

// "BM" alone begins many a text.
bool IsBmp(const Bytes& bytes) {
  const std::uint32_t header = bytes.Little(14, 4).value_or(0);
  constexpr std::uint32_t kHeaders[] = {12, 40, 52, 56, 64, 108, 124};
  return bytes.Has(0, "BM") && bytes.Little(6, 4) == 0u &&
         std::find(std::begin(kHeaders), std::end(kHeaders), header) != std::end(kHeaders);
}

std::string_view SniffBoxes(const Bytes& bytes) {
  if (!bytes.Has(4, "ftyp")) return "";
  const std::string_view brand = bytes.From(8, 4);
  if (brand == "avif" || brand == "avis") return "image/avif";
  for (const std::string_view known : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"}) {
    if (brand == known) return "image/heic";
  }
  return "";
}

}  // namespace

std::string_view SniffMediaType(std::string_view all) {
  const Bytes bytes(all);
  if (bytes.Has(0, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.Has(0, "\xff\xd8\xff")) return "image/jpeg";
  if (bytes.Has(0, "GIF87a") || bytes.Has(0, "GIF89a")) return "image/gif";
  if (bytes.Has(0, "RIFF") && bytes.Has(8, "WEBP")) return "image/webp";
  if (IsBmp(bytes)) return "image/bmp";
  if (bytes.Has(0, std::string_view("II*\0", 4)) || bytes.Has(0, std::string_view("MM\0*", 4)))
    return "image/tiff";
  if (bytes.Has(0, "%PDF-")) return "application/pdf";
  return SniffBoxes(bytes);
}

absl::StatusOr<ImageInfo> ReadImageInfo(std::string_view all) {
  const Bytes bytes(all);
  ImageInfo info;
  info.media_type = std::string(SniffMediaType(all));
  MaybeSize size;
  if (info.media_type == "image/png") {
    size = PngSize(bytes);
  } else if (info.media_type == "image/jpeg") {
    size = JpegSize(bytes);
  } else if (info.media_type == "image/gif") {
    size = GifSize(bytes);
  } else if (info.media_type == "image/webp") {
    size = WebpSize(bytes);
  } else if (info.media_type == "image/bmp") {
    size = BmpSize(bytes);
  } else if (info.media_type == "image/tiff") {
    size = TiffFolder(bytes);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat(info.media_type.empty() ? "its content is no picture that is known" : info.media_type,
                     "; give a PNG, JPEG, GIF or WebP"));
  }
  const auto fits = [](std::int64_t side) { return side > 0 && side <= kSideMax; };
  if (!size || !fits(size->width) || !fits(size->height)) {
    return absl::InvalidArgumentError(absl::StrCat("begins as ", info.media_type,
                                                   ", but its header is cut off or damaged (", all.size(),
                                                   " bytes); save it again"));
  }
  info.orientation = size->orientation;
  info.width = size->width, info.height = size->height;
  if (info.orientation >= 5) std::swap(info.width, info.height);
  return info;
}

absl::Status CheckImage(const Image& image, const ImageBounds& bounds) {
  if (image.bytes.empty()) return absl::OkStatus();
  const absl::StatusOr<ImageInfo> info = ReadImageInfo(image.bytes);
  std::string type(SniffMediaType(image.bytes));
  if (type.empty()) return absl::OkStatus();
  std::string what = info.ok() ? absl::StrCat(info->width, " x ", info->height, " pixels, ") : "";
  what = absl::StrCat(type, ", ", what, image.bytes.size(), " bytes: ");
  const auto& types = bounds.media_types;
  if (!types.empty() && std::find(types.begin(), types.end(), type) == types.end()) {
    std::string known;
    for (const std::string& each : types) absl::StrAppend(&known, known.empty() ? "" : ", ", each);
    return absl::InvalidArgumentError(absl::StrCat(what, "only ", known, " is taken; convert it"));
  }
  if (bounds.side_max > 0 && info.ok() && std::max(info->width, info->height) > bounds.side_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, "at most ", bounds.side_max, " pixels a side are taken; scale it down"));
  }
  if (bounds.bytes_max > 0 && image.bytes.size() > bounds.bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(what, "at most ", bounds.bytes_max,
                                                   " bytes are taken; scale it down or save it as JPEG"));
  }
  return absl::OkStatus();
}

}  // namespace ninefold
