// The least bytes that are a picture's header, of each format, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ninefold {

// `width` bytes of a number.
inline std::string Number(std::uint32_t value, int width, bool big_endian) {
  std::string bytes;
  for (int i = 0; i < width; ++i)
    bytes += static_cast<char>(value >> (8 * (big_endian ? width - 1 - i : i)) & 0xff);
  return bytes;
}

inline std::string PngHeader(std::uint32_t width, std::uint32_t height) {
  const std::string size = Number(width, 4, true) + Number(height, 4, true);
  return std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + size + std::string("\x08\x02\0\0\0", 5) + "crc.";
}

inline std::string GifHeader(std::uint32_t width, std::uint32_t height) {
  return "GIF89a" + Number(width, 2, false) + Number(height, 2, false) + std::string(3, '\0');
}

// One tag of a folder, as a short.
inline std::string TiffTag(std::uint32_t tag, std::uint32_t value, bool big) {
  return Number(tag, 2, big) + Number(3, 2, big) + Number(1, 4, big) + Number(value, 2, big) +
         std::string(2, '\0');
}

inline std::string TiffHeader(std::uint32_t width, std::uint32_t height, int orientation, bool big) {
  return std::string(big ? "MM\0*" : "II*\0", 4) + Number(8, 4, big) + Number(3, 2, big) +
         TiffTag(256, width, big) + TiffTag(257, height, big) +
         TiffTag(274, std::uint32_t(orientation), big) + std::string(4, '\0');
}

// With a thumbnail's worth of EXIF before the frame, as cameras write it; orientation 0: without.
inline std::string JpegHeader(std::uint32_t width, std::uint32_t height, int orientation = 0) {
  std::string bytes = "\xff\xd8\xff\xe0" + Number(16, 2, true) + std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14);
  if (orientation != 0) {
    const std::string exif = std::string("Exif\0\0", 6) + TiffHeader(1, 1, orientation, orientation % 2 == 0);
    bytes += "\xff\xe1" + Number(std::uint32_t(exif.size() + 2), 2, true) + exif;
  }
  return bytes + "\xff\xff\xc2" + Number(17, 2, true) + "\x08" + Number(height, 2, true) +
         Number(width, 2, true) + "\x03" + std::string(9, '\1');
}

inline std::string Riff(std::string_view kind, const std::string& rest) {
  return "RIFF" + Number(std::uint32_t(rest.size() + 12), 4, false) + "WEBP" + std::string(kind) +
         Number(std::uint32_t(rest.size()), 4, false) + rest;
}

inline std::string BmpHeader(std::uint32_t width, std::uint32_t height) {
  return "BM" + Number(1000, 4, false) + std::string(4, '\0') + Number(54, 4, false) + Number(40, 4, false) +
         Number(width, 4, false) + Number(height, 4, false) + std::string(28, '\0');
}

}  // namespace ninefold
