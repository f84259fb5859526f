// What a map goes over: a goal's lists, tables and texts in parts.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/patterns.h"

namespace ninefold::patterns {

struct Slice {
  std::string name;                                     // "report.txt:120-180", "sales.csv, rows 5 to 8"
  Part part;                                            // what the mapper gets beside what is asked
  std::string source = "";                              // of a text: its file; "": there are no lines to cite
  int lines_before = 0;                                 // of the file, before this part
  enum { kNothing, kImages, kFiles } beside = kImages;  // what of the goal the mapper gets, too
};

// Some lines of a text.
struct Chunk {
  int line_begin = 1, line_end = 1;
  std::string_view text;
};

// Pieces of at most `bytes_max` bytes that end between paragraphs where they can, else between lines, a line
// that is longer than that between words. Each begins with up to `overlap` bytes of whole lines of the one
// before. Together they are all of the text, and each moves on.
std::vector<Chunk> ChunksOf(std::string_view text, std::size_t bytes_max, std::size_t overlap);

// kInvalidArgument: there is nothing to go over, or too much.
absl::StatusOr<std::vector<Slice>> SlicesOf(const Goal& goal, const MapReduceOptions& options);

// `agent`, whose places in the slice become places in the whole file, in its text, data, dissent and
// evidence. Places that it gave as those of the file stay.
AgentPtr InWholeFile(AgentPtr agent, const Slice& slice);
// Whether the lines, cited after `said`, are counted in the slice.
using OfThePart = std::function<bool(std::string_view said, int begin, int end)>;
// "[a.txt:3-5]" as "[a.txt:103-105]", where it is a place in the slice; null: each is.
std::string ShiftPlaces(std::string_view text, std::string_view source, int lines,
                        const OfThePart& is_of_part = nullptr);

}  // namespace ninefold::patterns
