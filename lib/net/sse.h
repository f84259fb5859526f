// Server-sent events, parsed as they come (WHATWG HTML, "Server-sent events", interpretation of an event
// stream). Any cutting into pieces, LF, CR or CRLF, a byte order mark, comments, several data lines.
//
//   SseParser parser(on_event);
//   CHECK_OK(parser.Feed(piece));   // calls on_event for each whole event
//   CHECK_OK(parser.Finish());      // the end; an event that lacks its blank line is delivered too, which
//   the standard would drop
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ninefold {

struct SseEvent {
  std::string_view type;  // "" when not said; views live during the call
  std::string_view data;  // lines joined by LF
};

class SseParser {
 public:
  // Not OK from `on_event` ends parsing and is returned.
  using OnEvent = std::function<absl::Status(const SseEvent&)>;
  // `event_max` bounds what one event takes, blank and empty lines counted: kResourceExhausted.
  explicit SseParser(OnEvent on_event, std::size_t event_max = 1u << 20)
      : on_event_(std::move(on_event)), event_max_(event_max) {}

  absl::Status Feed(std::string_view piece);
  absl::Status Finish();
  // Lines that look like JSON although they are in no field: some servers send errors so.
  const std::string& stray() const { return stray_; }

 private:
  absl::Status Line(std::string_view line);
  absl::Status Dispatch();
  absl::Status Count(std::size_t bytes);

  OnEvent on_event_;
  const std::size_t event_max_;
  std::string line_;  // the beginning of a line whose end has not come
  std::string type_;
  std::string data_;
  std::string stray_;
  std::size_t event_bytes_ = 0;
  bool has_data_ = false;
  bool after_cr_ = false;
  int mark_ = 0;  // bytes of the byte order mark seen; 3: past it
};

}  // namespace ninefold
