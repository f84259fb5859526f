#include "agent/evidence.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text_terms.h"

namespace ninefold {
namespace {

constexpr std::size_t kQuoteBytesMax = 2000;

struct Marker {
  std::size_t at = 0;   // of '['
  std::size_t end = 0;  // after ']'
  std::string source;
  int line_begin = 0, line_end = 0;
};

// A line number at text[i], moving i past it; 0 when there is none.
int Number(std::string_view text, std::size_t& i) {
  int value = 0;
  std::size_t digits = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 9; ++i, ++digits)
    value = value * 10 + (text[i] - '0');
  return value;
}

// "name:10-14" or "name:10", L before the numbers tolerated.
std::optional<Marker> ParseMarker(std::string_view inside) {
  const std::size_t colon = inside.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Marker marker;
  marker.source = inside.substr(0, colon);
  std::size_t i = colon + 1;
  if (i < inside.size() && inside[i] == 'L') ++i;
  marker.line_begin = marker.line_end = Number(inside, i);
  if (marker.line_begin == 0) return std::nullopt;
  if (i < inside.size() && inside[i] == '-') {
    ++i;
    if (i < inside.size() && inside[i] == 'L') ++i;
    marker.line_end = Number(inside, i);
  }
  if (i != inside.size() || marker.line_end < marker.line_begin) return std::nullopt;
  return marker;
}

std::vector<Marker> FindMarkers(std::string_view text) {
  std::vector<Marker> markers;
  for (std::size_t open = text.find('['); open != std::string_view::npos; open = text.find('[', open + 1)) {
    const std::size_t close = text.find_first_of("[]\n", open + 1);
    if (close == std::string_view::npos || text[close] != ']') continue;
    // Several places may share one pair of brackets: [a:1-2; b:7].
    std::string_view inside = text.substr(open + 1, close - open - 1);
    while (!inside.empty()) {
      const std::size_t cut = std::min(inside.find(';'), inside.size());
      std::string_view one = inside.substr(0, cut);
      inside.remove_prefix(std::min(cut + 1, inside.size()));
      while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
      std::optional<Marker> marker = ParseMarker(one);
      if (!marker) continue;
      marker->at = open;
      marker->end = close + 1;
      markers.push_back(*std::move(marker));
    }
  }
  return markers;
}

// The longest quotation that ends right before `at` and is in `shown`, blanks folded; "" when there is none.
// A quotation may hold quotation marks itself, so each mark of the paragraph may be the one that opens it.
std::string QuoteBefore(std::string_view text, std::size_t at, const std::string& shown) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '(' || text[at - 1] == '\n')) --at;
  if (at == 0 || text[at - 1] != '"') return {};
  const std::size_t close = at - 1;
  std::string longest;
  for (std::size_t open = close; open > 0 && close - open < kQuoteBytesMax; --open) {
    if (text[open - 1] == '\n' && open > 1 && text[open - 2] == '\n') break;
    if (text[open - 1] != '"') continue;
    std::string quote = FoldWhiteSpace(text.substr(open, close - open));
    if (!quote.empty() && shown.find(quote) != std::string::npos) longest = std::move(quote);
  }
  return longest;
}

}  // namespace

void Sources::AddFiles(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    const auto* file = std::get_if<File>(&part);
    const auto* data = std::get_if<Data>(&part);
    Lines lines{"", "", {0}};
    if (file != nullptr && file->media_type.rfind("text/", 0) == 0) {
      lines.source = file->name, lines.text = file->bytes;
    } else if (data != nullptr && !data->text.empty()) {
      lines.source = data->name, lines.text = data->text;
    } else {
      continue;
    }
    for (std::size_t i = 0; i < lines.text.size(); ++i) {
      if (lines.text[i] == '\n') lines.starts.push_back(i + 1);
    }
    files_.push_back(std::move(lines));
  }
}

const Citation* Sources::Covering(std::string_view source, int line_begin, int line_end) const {
  for (const Citation& citation : known_) {
    const bool overlaps = citation.line_begin <= line_end && citation.line_end >= line_begin;
    if (citation.source == source && overlaps) return &citation;
  }
  return nullptr;
}

std::string Sources::FileText(std::string_view source, int line_begin, int line_end) const {
  for (const Lines& file : files_) {
    if (file.source != source || std::size_t(line_end) > file.starts.size()) continue;
    const std::size_t from = file.starts[std::size_t(line_begin - 1)];
    const std::size_t to =
        std::size_t(line_end) < file.starts.size() ? file.starts[std::size_t(line_end)] : file.text.size();
    return file.text.substr(from, std::min(to - from, kQuoteBytesMax));
  }
  return "";
}

std::vector<Citation> Sources::CitedIn(std::string_view text) const {
  std::vector<Citation> cited;
  std::set<std::string> seen;
  for (const Marker& marker : FindMarkers(text)) {
    const Citation* place = Covering(marker.source, marker.line_begin, marker.line_end);
    std::string shown =
        place != nullptr ? place->quote : FileText(marker.source, marker.line_begin, marker.line_end);
    if (place == nullptr && shown.empty()) continue;
    Citation citation{marker.source, marker.line_begin, marker.line_end, std::move(shown)};
    std::string quote = QuoteBefore(text, marker.at, FoldWhiteSpace(citation.quote));
    if (!quote.empty()) citation.quote = std::move(quote);
    if (seen.insert(Place(citation) + citation.quote).second) cited.push_back(std::move(citation));
  }
  return cited;
}

}  // namespace ninefold
