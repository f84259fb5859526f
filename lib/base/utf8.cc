#include "base/utf8.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/str_format.h"

namespace ninefold {
namespace {

// The length of the character at text[0] and its code point; 0 when it is no UTF-8 (RFC 3629).
std::size_t Decode(std::string_view text, std::uint32_t& point) {
  const auto byte = [&](std::size_t i) { return std::uint8_t(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    point = first;
    return 1;
  }
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  point = first & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return 0;
  return length;
}

bool IsUnseen(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
         (point >= 0xE0000 && point <= 0xE0FFF);
}

}  // namespace

std::size_t FindInvalidUtf8(std::string_view text) {
  std::size_t i = 0;
  std::uint32_t point = 0;
  while (i < text.size()) {
    // Nearly all text is ASCII: eight bytes at a time.
    for (std::uint64_t word; i + sizeof word <= text.size(); i += sizeof word) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & 0x8080'8080'8080'8080u) != 0) break;
    }
    if (i == text.size()) break;
    const std::size_t length = Decode(text.substr(i), point);
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::string_view CutUtf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (std::uint8_t(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string MendUtf8(std::string_view text) {
  std::string mended;
  mended.reserve(text.size());
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = Decode(text.substr(i), point);
    if (length == 0) {
      mended += "\xEF\xBF\xBD";
      ++i;
    } else {
      mended += text.substr(i, length);
      i += length;
    }
  }
  return mended;
}

std::string EscapeForTerminal(std::string_view text, bool one_line) {
  std::string shown;
  shown.reserve(text.size());
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = Decode(text.substr(i), point);
    if (length == 0) {
      shown += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (point == '\n' || point == '\t') {
      shown += one_line ? ' ' : char(point);
    } else if (!IsUnseen(point)) {
      shown += text.substr(i, length);
    } else if (point < 0x100) {
      shown += absl::StrFormat("\\x%02x", point);
    } else {
      shown += absl::StrFormat("\\u%04x", point);
    }
    i += length;
  }
  return shown;
}

}  // namespace ninefold
