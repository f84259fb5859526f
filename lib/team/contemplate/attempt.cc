#include "team/contemplate/attempt.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::string_view kDigestLabels[] = {"answer", "final answer", "confidence", "check",
                                              "checks", "doubt",        "doubts",     "evidence"};
constexpr std::size_t kLabelledMost = 300;  // bytes of one line
constexpr std::size_t kEvidenceMost = 3;

// "confidence" of "**Confidence:** 0.8", with "0.8" in `rest`; "" when the line has no label.
std::string LabelOf(std::string_view line, std::string_view& rest) {
  constexpr std::string_view kMarks = " \t*_#>-`";
  line.remove_prefix(std::min(line.find_first_not_of(kMarks), line.size()));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon > 24) return "";
  rest = line.substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(kMarks), rest.size()));
  line = line.substr(0, colon);
  while (!line.empty() && kMarks.find(line.back()) != std::string_view::npos) line.remove_suffix(1);
  return absl::AsciiStrToLower(ToAbsl(line));
}

template <class Visit>
void ForEachLine(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<double> ReadConfidence(std::string_view said) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(said));
  for (const auto& [word, value] :
       {std::pair("very high", 0.95), std::pair("high", 0.85), std::pair("medium", 0.6),
        std::pair("moderate", 0.6), std::pair("very low", 0.1), std::pair("low", 0.3)}) {
    if (absl::StartsWith(lower, word)) return value;
  }
  const std::size_t end = std::min(lower.find_first_not_of("0123456789."), lower.size());
  double value = 0;
  if (end == 0 || !absl::SimpleAtod(lower.substr(0, end), &value)) return std::nullopt;
  const std::size_t after = std::min(lower.find_first_not_of(' ', end), lower.size());
  const std::string_view unit = std::string_view(lower).substr(after);
  if (absl::StartsWith(ToAbsl(unit), "%") || absl::StartsWith(ToAbsl(unit), "/100") || value > 10) {
    value /= 100;
  } else if (absl::StartsWith(ToAbsl(unit), "/10") || value > 1) {
    value /= 10;
  }
  if (value < 0 || value > 1) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> StatedConfidence(std::string_view text) {
  std::optional<double> stated;
  ForEachLine(text, [&](std::string_view line) {
    std::string_view rest;
    if (LabelOf(line, rest) != "confidence") return;
    const std::optional<double> value = ReadConfidence(rest);
    if (value) stated = value;
  });
  return stated;
}

std::string DigestOf(const Reply& reply, std::size_t bytes_max) {
  const std::string_view text = reply.text;
  if (text.size() <= bytes_max) return reply.text;
  std::string labelled;
  ForEachLine(text, [&](std::string_view line) {
    std::string_view rest;
    const std::string label = LabelOf(line, rest);
    if (std::find(std::begin(kDigestLabels), std::end(kDigestLabels), label) == std::end(kDigestLabels))
      return;
    absl::StrAppend(&labelled, ToAbsl(CutUtf8(line, kLabelledMost)), "\n");
  });
  for (std::size_t i = 0; i < std::min(kEvidenceMost, reply.evidence.size()); ++i) {
    const Citation& place = reply.evidence[i];
    absl::StrAppend(&labelled, "\"", ToAbsl(CutUtf8(place.quote, kLabelledMost)), "\" [", place.source,
                    "]\n");
  }
  // The labelled lines may take half of it.
  labelled = std::string(CutUtf8(labelled, bytes_max / 2));
  const std::size_t room = bytes_max - std::min(bytes_max, labelled.size() + 2 * kDigestGap.size());
  const std::string_view head = CutUtf8(text, room / 3);
  std::size_t from = text.size() - (room - room / 3);
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80) ++from;
  return absl::StrCat(ToAbsl(head), ToAbsl(kDigestGap), ToAbsl(text.substr(from)),
                      labelled.empty() ? "" : ToAbsl(kDigestGap), labelled);
}

}  // namespace ninefold
