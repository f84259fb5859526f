// Which places an answer cites. A model cites as [source:10-14]; a citation counts only when the place is one
// that a tool, a file or another agent really showed, so an invented one is no evidence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/message.h"

namespace ninefold {

class Sources {
 public:
  explicit Sources(std::vector<Citation> known = {}) : known_(std::move(known)) {}
  void Add(Citation citation) { known_.push_back(std::move(citation)); }
  void AddFiles(const std::vector<Part>& parts);  // every line of a text file may be cited

  // In the order of the text, each place once. A quote that stands in "…" before the marker and is found at
  // the place is kept as the citation's quote; else the citation has the place's text.
  std::vector<Citation> CitedIn(std::string_view text) const;

 private:
  struct Lines {
    std::string source;
    std::string text;
    std::vector<std::size_t> starts;  // of each line
  };
  const Citation* Covering(std::string_view source, int line_begin, int line_end) const;
  std::string FileText(std::string_view source, int line_begin, int line_end) const;

  std::vector<Citation> known_;
  std::vector<Lines> files_;
};

}  // namespace ninefold
