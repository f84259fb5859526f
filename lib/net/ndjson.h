// JSON values one a line (https://github.com/ndjson/ndjson-spec), cut into lines as they come; empty lines
// are passed over.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ninefold {

class NdjsonParser {
 public:
  // `line` lives during the call. Not OK ends parsing and is returned.
  using OnLine = std::function<absl::Status(std::string_view line)>;
  // A line longer than `line_max` bytes: kResourceExhausted.
  explicit NdjsonParser(OnLine on_line, std::size_t line_max = 1u << 20)
      : on_line_(std::move(on_line)), line_max_(line_max) {}

  absl::Status Feed(std::string_view piece);
  absl::Status Finish();  // the last line may lack its end

 private:
  absl::Status Line(std::string_view line);
  OnLine on_line_;
  const std::size_t line_max_;
  std::string rest_;
};

}  // namespace ninefold
