// A line that lies whole in a piece is not copied before its field is known.
#include "net/sse.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"

namespace ninefold {
namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

const char* FindLineEnd(const char* begin, const char* end) {
  const auto* lf = static_cast<const char*>(std::memchr(begin, '\n', std::size_t(end - begin)));
  const char* limit = lf == nullptr ? end : lf;
  const auto* cr = static_cast<const char*>(std::memchr(begin, '\r', std::size_t(limit - begin)));
  return cr != nullptr ? cr : lf;
}

}  // namespace

absl::Status SseParser::Count(std::size_t bytes) {
  event_bytes_ += bytes;
  if (event_bytes_ <= event_max_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("an event of the stream is longer than ", event_max_, " bytes"));
}

absl::Status SseParser::Feed(std::string_view piece) {
  while (mark_ < 3 && !piece.empty()) {
    if (piece[0] == kMark[std::size_t(mark_)]) {
      piece.remove_prefix(1);
      ++mark_;
      continue;
    }
    line_ =
        std::string(kMark.substr(0, std::size_t(mark_)));  // it was none: the bytes belong to the first line
    mark_ = 3;
  }
  const char* at = piece.data();
  const char* const end = at + piece.size();
  if (at != end && after_cr_ && *at == '\n') ++at;
  if (!piece.empty()) after_cr_ = false;
  while (at != end) {
    const char* stop = FindLineEnd(at, end);
    if (stop == nullptr) {
      line_.append(at, std::size_t(end - at));
      if (event_bytes_ + line_.size() > event_max_) return Count(line_.size());
      break;
    }
    const std::string_view part(at, std::size_t(stop - at));
    at = stop + 1;
    if (*stop == '\r') {
      if (at == end) {
        after_cr_ = true;
      } else if (*at == '\n') {
        ++at;
      }
    }
    if (line_.empty()) {
      CHECK_OK(Line(part));
      continue;
    }
    line_.append(part);
    const std::string whole = std::exchange(line_, std::string());
    CHECK_OK(Line(whole));
  }
  return absl::OkStatus();
}

absl::Status SseParser::Line(std::string_view line) {
  if (line.empty()) return Dispatch();
  CHECK_OK(Count(line.size() + 1));
  const std::size_t colon = line.find(':');
  if (colon == 0) {  // a comment ends nothing, and an endless run of them is no event that grows
    event_bytes_ -= line.size() + 1;
    return absl::OkStatus();
  }
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) data_ += '\n';
    data_.append(value);
    has_data_ = true;
  } else if (field == "event") {
    type_ = value;
  } else if (line[0] == '{' && stray_.empty()) {
    stray_ = line;
  }
  return absl::OkStatus();
}

absl::Status SseParser::Dispatch() {
  absl::Status status;
  if (has_data_) status = on_event_(SseEvent{.type = type_, .data = data_});
  type_.clear();
  data_.clear();
  has_data_ = false;
  event_bytes_ = 0;
  return status;
}

absl::Status SseParser::Finish() {
  if (mark_ > 0 && mark_ < 3) line_ = std::string(kMark.substr(0, std::size_t(mark_)));
  if (!line_.empty()) {
    const std::string last = std::exchange(line_, std::string());
    CHECK_OK(Line(last));
  }
  return Dispatch();
}

}  // namespace ninefold
