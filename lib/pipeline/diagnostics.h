// Mistakes in a file, collected: a loader says all it can find in one pass.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ninefold/pipeline.h"

namespace ninefold::pipeline {

// A text that positions point into. It outlives the load, not the pipeline.
struct Source {
  std::string name;  // as shown in messages
  std::string text;  // UTF-8, LF line ends, no byte order mark
};

struct Position {
  const Source* source = nullptr;
  std::size_t offset = 0;    // bytes
  int line = 1, column = 1;  // 1-based; columns count characters
};
// The position of a byte of `source`.
Position PositionAt(const Source& source, std::size_t offset);
// "line 3", or "other.yaml:3:1" when it is in another file than `from`.
std::string Refer(const Position& to, const Position& from);

// The first error among them; OK when there are only warnings.
absl::Status FirstError(const std::vector<Diagnostic>& diagnostics);
// Of a file that could not be read: it has no place in it.
Diagnostic Unreadable(const std::string& path, const absl::Status& why);

class Diagnostics {
 public:
  void Error(const Position& at, std::string message, std::string hint = "");
  void Warn(const Position& at, std::string message, std::string hint = "");
  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  // Sorted by file (in order of appearance), line and column; the same mistake once.
  std::vector<Diagnostic> Take();

 private:
  void Add(Diagnostic::Severity severity, const Position& at, std::string message, std::string hint);
  std::vector<Diagnostic> found_;
  std::size_t errors_ = 0;
};

}  // namespace ninefold::pipeline
