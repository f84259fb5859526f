// A text as passages (paragraphs, list items, headings, tables) and sentences, with their places. It reads
// prose wrapped at any column, numbered legal sections, lists "a) …", Markdown and plain notes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ninefold {

struct Sentence {
  std::size_t begin = 0, end = 0;    // bytes; no white space at the ends
  int line_begin = 1, line_end = 1;  // 1-based, inclusive
  std::uint32_t passage = 0;
};

enum class PassageKind : std::uint8_t { kProse, kItem, kHeading, kTable };

struct Passage {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::size_t begin = 0, end = 0;
  int line_begin = 1, line_end = 1;
  PassageKind kind = PassageKind::kProse;
  std::uint32_t heading = kNone;  // the passage that is its nearest heading above
  std::uint32_t parent =
      kNone;  // of a list item: the passage that leads the list in ("… one of these ways:")
  std::uint32_t sentence_begin = 0, sentence_end = 0;
  int indent = 0;
  int level = 0;  // of a heading: 1 is the highest
};

struct SplitText {
  std::vector<Passage> passages;    // in order
  std::vector<Sentence> sentences;  // in order
};

// `text` is UTF-8 with LF or CRLF; anything else is split as well as may be.
SplitText Split(std::string_view text);

}  // namespace ninefold
