#include "tool/output_cap.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace ninefold {
namespace {

constexpr std::size_t kFileBytesMax = 16u << 20;
constexpr std::size_t kCitationsMax = 1'000;
constexpr std::size_t kQuoteBytesMax = 4'096;

// Spends `left` on `text`; what does not fit is replaced by a note.
std::string Fit(std::string text, std::size_t& left) {
  const std::size_t all = text.size();
  text.resize(CutUtf8(text, left).size());  // first, so that the rest of a huge text costs nothing
  const std::size_t kept = text.size();
  if (FindInvalidUtf8(text) != std::string_view::npos) text = MendUtf8(text);
  left -= std::min(left, text.size());
  if (kept == all) return text;
  left = 0;
  absl::StrAppend(&text, "\n[cut here: ", all - kept, " of ", all, " bytes left out]");
  return text;
}

std::string LeftOut(const std::string& name, std::size_t bytes) {
  return absl::StrCat("[", name, " of ", bytes, " bytes left out: at most ", kFileBytesMax, " are taken]");
}

Part FitPart(Part part, std::size_t& left) {
  if (auto* text = std::get_if<Text>(&part)) {
    text->text = Fit(std::move(text->text), left);
  } else if (auto* data = std::get_if<Data>(&part)) {
    std::string dumped = DumpJson(data->value);
    const std::size_t all = dumped.size() + data->text.size() + data->preview.size();
    if (all > left) return Text{Fit(std::move(dumped), left)};
    left -= all;
  } else if (auto* image = std::get_if<Image>(&part)) {
    if (image->bytes.size() > kFileBytesMax) return Text{LeftOut("image", image->bytes.size())};
  } else if (auto* file = std::get_if<File>(&part)) {
    if (file->bytes.size() > kFileBytesMax) return Text{LeftOut("file", file->bytes.size())};
  }
  return part;
}

}  // namespace

void CapOutput(ToolOutput& output, std::size_t bytes_max) {
  std::size_t left = bytes_max;
  std::vector<Part> parts;
  for (Part& part : output.parts) {
    if (left == 0 && parts.size() > 64) break;  // every further part would only be its own note
    parts.push_back(FitPart(std::move(part), left));
  }
  output.parts = std::move(parts);
  if (output.citations.size() > kCitationsMax) output.citations.resize(kCitationsMax);
  for (Citation& citation : output.citations) {
    citation.quote = MendUtf8(CutUtf8(citation.quote, kQuoteBytesMax));
    citation.source = MendUtf8(CutUtf8(citation.source, kQuoteBytesMax));
  }
}

}  // namespace ninefold
