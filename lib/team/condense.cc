#include "team/condense.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/structured_output.h"
#include "base/text_split.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kBytesPerToken = 3;
constexpr std::size_t kQuoteBytes = 200;
constexpr std::size_t kNoteBytes = 64;    // "[… about 123456 of 123456 tokens left out …]" and line ends
constexpr std::size_t kLeastBytes = 240;  // below this there is only a beginning

// The end of the last sentence that ends within `room` bytes; a long first sentence is cut between words.
std::size_t HeadEnd(std::string_view text, const SplitText& split, std::size_t room) {
  std::size_t end = 0;
  for (const Sentence& sentence : split.sentences) {
    if (sentence.end <= room) end = std::max(end, sentence.end);
  }
  if (end > 0) return end;
  const std::size_t most = CutUtf8(text, room).size();
  const std::size_t blank = text.substr(0, most).find_last_of(" \n");
  return blank == std::string_view::npos || blank == 0 ? most : blank;
}

// The beginning of the first sentence that begins within the last `room` bytes; the text's size when none
// does.
std::size_t TailBegin(std::string_view text, const SplitText& split, std::size_t room) {
  std::size_t begin = text.size();
  for (const Sentence& sentence : split.sentences) {
    if (sentence.begin + room >= text.size()) begin = std::min(begin, sentence.begin);
  }
  return begin;
}

// The places that the left out part cites and the kept part does not, quoted as far as there is room.
std::string PlacesLeftOut(const Reply& reply, std::string_view left_out, std::string_view kept,
                          std::size_t room) {
  std::string places;
  for (const Citation& citation : reply.evidence) {
    const std::string place = absl::StrCat("[", Place(citation), "]");
    if (left_out.find(place) == std::string_view::npos || kept.find(place) != std::string_view::npos)
      continue;
    if (places.find(place) != std::string::npos) continue;
    std::string line = absl::StrCat("\"", ToAbsl(CutUtf8(citation.quote, kQuoteBytes)), "\" ", place, "\n");
    if (places.size() + line.size() > room) line = place + "\n";
    if (places.size() + line.size() <= room) places += line;
  }
  return places;
}

}  // namespace

std::size_t BytesOfTokens(int tokens) { return std::size_t(std::max(tokens, 1)) * kBytesPerToken; }

std::string Readable(const Reply& reply) {
  if (!reply.data) return reply.text;
  if (reply.text.empty()) return DumpJson(*reply.data);
  const absl::StatusOr<Json> said = ParseOutput(reply.text, Json::object());
  if (said.ok() && *said == *reply.data) return reply.text;
  return absl::StrCat(reply.text, "\n\nData: ", DumpJson(*reply.data));
}

std::string Condense(const Reply& reply, int tokens_max) {
  std::string whole = Readable(reply);
  const std::string_view text = whole;
  const std::size_t bytes_max = BytesOfTokens(tokens_max);
  if (text.size() <= bytes_max) return whole;
  if (bytes_max < kLeastBytes) return std::string(CutUtf8(text, bytes_max));
  const SplitText split = Split(text);
  const std::size_t for_places = reply.evidence.empty() ? 0 : bytes_max / 4;
  const std::size_t room = bytes_max - kNoteBytes - for_places;
  const std::size_t head = HeadEnd(text, split, room * 2 / 3);
  const std::size_t tail = std::max(head, TailBegin(text, split, room - std::min(room, head)));
  const std::string_view left_out = text.substr(head, tail - head);
  const std::string kept = absl::StrCat(ToAbsl(text.substr(0, head)), "\n", ToAbsl(text.substr(tail)));
  const std::string places = PlacesLeftOut(reply, left_out, kept, for_places);
  const std::string note = absl::StrCat("\n\n[… about ", left_out.size() / kBytesPerToken, " of ",
                                        text.size() / kBytesPerToken, " tokens left out …]\n");
  return absl::StrCat(ToAbsl(text.substr(0, head)), note, places, tail < text.size() ? "\n" : "",
                      ToAbsl(text.substr(tail)));
}

}  // namespace ninefold
