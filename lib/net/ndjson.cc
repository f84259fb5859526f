#include "net/ndjson.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"

namespace ninefold {

absl::Status NdjsonParser::Feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (rest_.size() + part.size() > line_max_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a line of the stream is longer than ", line_max_, " bytes"));
    }
    if (end == std::string_view::npos) {
      rest_.append(part);
      return absl::OkStatus();
    }
    piece.remove_prefix(end + 1);
    if (rest_.empty()) {
      CHECK_OK(Line(part));
      continue;
    }
    rest_.append(part);
    const std::string whole = std::exchange(rest_, std::string());
    CHECK_OK(Line(whole));
  }
  return absl::OkStatus();
}

absl::Status NdjsonParser::Line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return absl::OkStatus();
  return on_line_(line);
}

absl::Status NdjsonParser::Finish() {
  const std::string last = std::exchange(rest_, std::string());
  return Line(last);
}

}  // namespace ninefold
