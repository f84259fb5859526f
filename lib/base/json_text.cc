#include "base/json_text.h"

#include "base/utf8.h"

namespace ninefold {

void AppendQuoted(std::string& out, std::string_view text) {
  if (FindInvalidUtf8(text) != std::string_view::npos) {
    const std::string mended = MendUtf8(text);
    return AppendQuoted(out, mended);
  }
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(begin, i - begin));
    begin = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out.append("\\u00").append(1, kHex[c >> 4]).append(1, kHex[c & 15]);
    }
  }
  out.append(text.substr(begin));
  out += '"';
}

void AppendField(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  AppendQuoted(out, text);
}

}  // namespace ninefold
