#include "pipeline/yaml_scan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "pipeline/yaml_tree.h"

namespace ninefold::pipeline {
namespace {

// Whether a line ends in the head of a block scalar: "|" or ">" with its indicators, and perhaps a comment.
bool OpensBlock(std::string_view line) {
  const std::size_t comment = line.find(" #");
  if (comment != std::string_view::npos) line = line.substr(0, comment);
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  while (!line.empty() &&
         (line.back() == '-' || line.back() == '+' || (line.back() >= '1' && line.back() <= '9'))) {
    line.remove_suffix(1);
  }
  if (line.empty() || (line.back() != '|' && line.back() != '>')) return false;
  line.remove_suffix(1);
  return line.empty() || line.back() == ' ';
}

struct Encoding {
  std::string_view mark, name;
};
constexpr Encoding kEncodings[] = {{std::string_view("\xFF\xFE", 2), "UTF-16"},
                                   {std::string_view("\xFE\xFF", 2), "UTF-16"},
                                   {std::string_view("\0\0\xFE\xFF", 4), "UTF-32"}};

}  // namespace

std::size_t FindIndentTab(std::string_view text) {
  std::size_t block_indent = std::string_view::npos;  // of the line that opened a block scalar
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t content = std::min(line.find_first_not_of(" \t"), line.size());
    const bool empty = content == line.size();
    const bool in_block = block_indent != std::string_view::npos && (empty || blanks > block_indent);
    if (!in_block && !empty) {
      if (content != blanks) return at + blanks;
      block_indent = OpensBlock(line) ? blanks : std::string_view::npos;
    }
    at = end + 1;
  }
  return std::string_view::npos;
}

std::size_t SkipProperties(std::string_view text, std::size_t offset) {
  while (offset < text.size() && (text[offset] == '&' || text[offset] == '!')) {
    const std::size_t end = text.find_first_of(" \n", offset);
    const std::size_t next = end == std::string_view::npos ? end : text.find_first_not_of(" \n", end);
    if (next == std::string_view::npos) return text.size();
    offset = next;
  }
  return offset;
}

bool QuoteIsClosed(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return true;
  const char quote = text[offset];
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return true;
      ++i;
    }
  }
  return false;
}

std::string CleanText(std::string_view bytes, const Source& shown, Diagnostics& out) {
  Position start;
  start.source = &shown;
  if (bytes.size() > kYamlBytesMax) {
    out.Error(start, absl::StrCat("the file has ", bytes.size(), " bytes, more than 1 MiB"),
              "a pipeline is small; give large texts with --file");
    return "";
  }
  for (const Encoding& encoding : kEncodings) {
    if (bytes.substr(0, encoding.mark.size()) != encoding.mark) continue;
    out.Error(start, absl::StrCat("the file is ", std::string(encoding.name)), "save it as UTF-8");
    return "";
  }
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool before_lf = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    if (!before_lf) text += bytes[i] == '\r' ? '\n' : bytes[i];
  }
  Source whole{shown.name, text};
  auto refuse = [&](std::size_t offset, std::string message, std::string hint) {
    Position at = PositionAt(whole, offset);
    at.source = &shown;
    out.Error(at, std::move(message), std::move(hint));
    return std::string();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 || c == '\n' || c == '\t') continue;
    return refuse(
        i, c == 0 ? "a NUL byte" : absl::StrCat("the control character ", absl::Hex(c, absl::kZeroPad2)),
        "the file must be UTF-8 text; was it saved in another encoding?");
  }
  const std::size_t invalid = FindInvalidUtf8(text);
  if (invalid != std::string_view::npos)
    return refuse(invalid, "bytes that are not UTF-8", "save the file as UTF-8");
  return text;
}

Position VariableAt(const YamlNode& scalar, std::size_t offset) {
  if (scalar.at.source == nullptr) return scalar.at;
  const std::string& text = scalar.at.source->text;
  const std::string_view value = scalar.text;
  // Folding and escapes move bytes but keep the braces: the n-th "{{" of the value is the n-th of the source.
  std::size_t before = 0;
  for (std::size_t at = value.find("{{"); at != std::string_view::npos && at < offset;
       at = value.find("{{", at + 2))
    ++before;
  const bool on_braces = value.substr(std::min(offset, value.size()), 2) == "{{";
  std::size_t found = scalar.at.offset;
  for (std::size_t n = on_braces ? before + 1 : before, i = 0; i < n; ++i) {
    found = text.find("{{", found + (i == 0 ? 0 : 2));
    if (found == std::string::npos) return scalar.at;
  }
  if (!on_braces) {
    const std::size_t path = text.find_first_not_of(" \t\n", std::min(found + 2, text.size()));
    if (path == std::string::npos) return scalar.at;
    found = path;
  }
  return PositionAt(*scalar.at.source, found);
}

Position InsideAt(const YamlNode& scalar, std::size_t offset) {
  if (scalar.at.source == nullptr) return scalar.at;
  const std::string& text = scalar.at.source->text;
  const std::size_t start = scalar.at.offset + (scalar.quoted ? 1 : 0);
  // Only when the file has the value byte for byte.
  if (text.compare(start, scalar.text.size(), scalar.text) != 0) return scalar.at;
  return PositionAt(*scalar.at.source, start + std::min(offset, scalar.text.size()));
}

}  // namespace ninefold::pipeline
