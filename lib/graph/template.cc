#include "graph/template.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kPathBytesMax = 512;

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

absl::Status BadPath(std::string_view path, std::string_view why) {
  const std::string shown(path.substr(0, 80));
  return absl::InvalidArgumentError(absl::StrCat("\"", shown, "\" is no path: ", ToAbsl(why)));
}

// Reads "[12]" at `at`; the index, or nullopt.
std::optional<std::size_t> ReadIndex(std::string_view path, std::size_t& at) {
  std::size_t index = 0, digits = 0;
  std::size_t i = at + 1;
  for (; i < path.size() && path[i] >= '0' && path[i] <= '9' && digits < 9; ++i, ++digits) {
    index = index * 10 + static_cast<std::size_t>(path[i] - '0');
  }
  if (digits == 0 || i >= path.size() || path[i] != ']') return std::nullopt;
  at = i + 1;
  return index;
}

std::string_view Trim(std::string_view s, std::size_t& cut) {
  cut = 0;
  while (!s.empty() && IsBlank(s.front())) {
    s.remove_prefix(1);
    ++cut;
  }
  while (!s.empty() && IsBlank(s.back())) s.remove_suffix(1);
  return s;
}

// The end of the literal that starts with the quote at `at`: behind the closing quote; npos: none on this
// line.
std::size_t LiteralEnd(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of(text[at] == '"' ? "\"\n" : "'\n", at + 1);
  if (end == std::string_view::npos || text[end] == '\n') return std::string_view::npos;
  return end + 1;
}

struct Parser {
  std::string_view text;
  std::size_t at = 0;
  Template result = {};

  void AddText(std::string_view piece) {
    if (piece.empty()) return;
    if (!result.pieces.empty() && result.pieces.back().kind == TemplatePiece::kText) {
      result.pieces.back().text += piece;
      return;
    }
    TemplatePiece added;
    added.text = piece;
    result.pieces.push_back(std::move(added));
  }

  // At "{{". On an error `at` is where it is.
  absl::Status Variable() {
    const std::size_t open = at;
    std::size_t start = at + 2;
    while (start < text.size() && IsBlank(text[start])) ++start;
    if (start < text.size() && (text[start] == '"' || text[start] == '\'')) return Literal(open, start);
    const std::size_t close = text.find("}}", start);
    if (close == std::string_view::npos) {
      return absl::InvalidArgumentError(
          "\"{{\" is never closed with \"}}\"; for a literal one write {{ \"{{\" }}");
    }
    std::size_t cut = 0;
    const std::string_view path = Trim(text.substr(start, close - start), cut);
    if (path.empty()) return absl::InvalidArgumentError("\"{{ }}\" names no variable");
    at = start;
    TemplatePiece piece;
    piece.kind = TemplatePiece::kVariable;
    TRY(piece.segments, ParsePath(path));
    piece.text = path;
    piece.offset = start;
    result.pieces.push_back(std::move(piece));
    at = close + 2;
    return absl::OkStatus();
  }

  absl::Status Literal(std::size_t open, std::size_t start) {
    const std::size_t end = LiteralEnd(text, start);
    std::size_t close = end;
    while (close < text.size() && IsBlank(text[close])) ++close;
    if (end == std::string_view::npos || text.substr(close, 2) != "}}") {
      at = open;
      return absl::InvalidArgumentError(
          "a quoted text in {{ }} must be closed and stand alone, as in {{ \"{{\" }}");
    }
    AddText(text.substr(start + 1, end - start - 2));
    at = close + 2;
    return absl::OkStatus();
  }

  absl::Status Run() {
    while (at < text.size()) {
      const std::size_t open = text.find("{{", at);
      AddText(text.substr(at, open == std::string_view::npos ? open : open - at));
      if (open == std::string_view::npos) break;
      at = open;
      CHECK_OK(Variable());
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<std::vector<PathSegment>> ParsePath(std::string_view path) {
  if (path.size() > kPathBytesMax) return BadPath(path, "it is longer than 512 bytes");
  std::vector<PathSegment> segments;
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    while (at < path.size() && IsNameByte(path[at])) ++at;
    if (at == start) {
      return BadPath(
          path, "a name of letters, digits, _ and - is missing; only paths like facts.text stand in {{ }}");
    }
    PathSegment named;
    named.name = path.substr(start, at - start);
    segments.push_back(std::move(named));
    while (at < path.size() && path[at] == '[') {
      PathSegment indexed;
      indexed.index = ReadIndex(path, at);
      if (!indexed.index) return BadPath(path, "an index is a number in brackets, as in [0]");
      segments.push_back(std::move(indexed));
    }
    if (at == path.size()) return segments;
    if (path[at] != '.') return BadPath(path, "only names, dots and [0] make a path");
    ++at;
  }
}

absl::StatusOr<Template> ParseTemplate(std::string_view text, std::size_t* error_offset) {
  Parser parser{text};
  const absl::Status status = parser.Run();
  if (status.ok()) return std::move(parser.result);
  if (error_offset != nullptr) *error_offset = parser.at;
  return status;
}

absl::StatusOr<std::string> Render(
    const Template& source, absl::FunctionRef<absl::StatusOr<std::string>(const TemplatePiece&)> lookup) {
  std::string out;
  for (const TemplatePiece& piece : source.pieces) {
    if (piece.kind == TemplatePiece::kText) {
      out += piece.text;
    } else {
      TRY(const std::string value, lookup(piece));
      out += value;
    }
    if (out.size() > kRenderedBytesMax) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the text grows beyond ", kRenderedBytesMax >> 20, " MiB at {{ ", piece.text, " }}"));
    }
  }
  return out;
}

const Json* Walk(const Json& value, const std::vector<PathSegment>& segments, std::size_t from) {
  const Json* at = &value;
  for (std::size_t i = from; i < segments.size(); ++i) {
    const PathSegment& segment = segments[i];
    if (segment.index) {
      if (!at->is_array() || *segment.index >= at->size()) return nullptr;
      at = &(*at)[*segment.index];
    } else {
      if (!at->is_object()) return nullptr;
      const auto member = at->find(segment.name);
      if (member == at->end()) return nullptr;
      at = &*member;
    }
  }
  return at;
}

std::string JsonAsText(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_null()) return "";
  return DumpJson(value);
}

}  // namespace ninefold
