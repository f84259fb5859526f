// Places in a part of a file as places in the file.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/evidence.h"
#include "base/text_terms.h"
#include "base/try.h"
#include "ninefold/status.h"
#include "team/patterns/slices.h"

namespace ninefold::patterns {
namespace {

constexpr std::size_t kQuoteLongest = 2000;

// "3", "3-5", "L3-L5" at text[at].
struct Span {
  int begin = 0, end = 0;
  bool has_end = false, begin_has_l = false, end_has_l = false;
};

bool ReadNumber(std::string_view text, std::size_t& at, bool& has_l, int& value) {
  std::size_t from = at;
  has_l = from < text.size() && text[from] == 'L';
  if (has_l) ++from;
  std::size_t end = from;
  value = 0;
  for (; end < text.size() && end - from < 9 && absl::ascii_isdigit(static_cast<unsigned char>(text[end]));
       ++end)
    value = value * 10 + (text[end] - '0');
  if (end == from) return false;
  at = end;
  return true;
}

std::optional<Span> ReadSpan(std::string_view text, std::size_t& at) {
  Span span;
  if (!ReadNumber(text, at, span.begin_has_l, span.begin)) return std::nullopt;
  span.end = span.begin;
  std::size_t after = at + 1;
  if (at < text.size() && text[at] == '-' && ReadNumber(text, after, span.end_has_l, span.end)) {
    span.has_end = true;
    at = after;
  }
  return span;
}

std::string Written(const Span& span, int lines) {
  std::string text = absl::StrCat(span.begin_has_l ? "L" : "", span.begin + lines);
  if (span.has_end) absl::StrAppend(&text, "-", span.end_has_l ? "L" : "", span.end + lines);
  return text;
}

// An agent counts lines in what it is given, from 1. But it was told which lines of the file they are, a tool
// or another agent may have shown it places of the file, and it may cite those as they are.
class Places {
 public:
  Places(const Slice& slice, std::vector<Citation> evidence)
      : source_(slice.source), before_(slice.lines_before), evidence_(std::move(evidence)) {
    if (const auto* file = std::get_if<File>(&slice.part)) text_ = file->bytes;
    for (std::size_t at = 0; at < text_.size(); at = std::min(text_.find('\n', at), text_.size() - 1) + 1)
      starts_.push_back(at);
  }

  // Whether lines `begin` to `end`, cited after `said`, are of the part: by the quote, if there is one, then
  // by what they were accepted for.
  bool AreOfThePart(std::string_view said, int begin, int end) const {
    if (begin < 1 || end < begin || end > lines()) return false;
    if (HasQuote(said, begin, end)) return true;
    if (begin > before_ && HasQuote(said, begin - before_, end - before_)) return false;
    for (const Citation& citation : evidence_) {
      const bool is_it =
          citation.source == source_ && citation.line_begin == begin && citation.line_end == end;
      if (is_it) return AreOfThePart(citation);
    }
    return true;
  }
  bool AreOfThePart(const Citation& citation) const {
    if (citation.source != source_) return false;
    return IsIn(citation.quote, citation.line_begin, citation.line_end);
  }

  // What `text`, with places in the file, cites of this part.
  std::vector<Citation> CitedIn(std::string_view text) const {
    Sources sources;
    sources.AddFiles({File{source_, "text/plain", std::string(std::size_t(before_), '\n') + text_}});
    std::vector<Citation> cited = sources.CitedIn(text);
    std::erase_if(cited, [this](const Citation& citation) {
      return citation.line_begin <= before_ || citation.line_end > before_ + lines();
    });
    return cited;
  }

 private:
  int lines() const { return int(starts_.size()); }

  bool IsIn(std::string_view quote, int begin, int end) const {
    if (begin < 1 || end < begin || end > lines()) return false;
    const std::size_t from = starts_[std::size_t(begin - 1)];
    const std::size_t to = end < lines() ? starts_[std::size_t(end)] : text_.size();
    const std::string folded = FoldWhiteSpace(quote);
    return !folded.empty() &&
           FoldWhiteSpace(std::string_view(text_).substr(from, to - from)).find(folded) != std::string::npos;
  }

  // Whether `said` ends with a quote of these lines. A quote may hold quotation marks itself.
  bool HasQuote(std::string_view said, int begin, int end) const {
    while (!said.empty() && (said.back() == ' ' || said.back() == '(' || said.back() == '\n'))
      said.remove_suffix(1);
    if (said.empty() || said.back() != '"') return false;
    said.remove_suffix(1);
    for (std::size_t open = said.size(); open > 0 && said.size() - open < kQuoteLongest; --open) {
      if (said[open - 1] == '"' && IsIn(said.substr(open), begin, end)) return true;
    }
    return false;
  }

  const std::string source_;
  const int before_;
  std::string text_;
  std::vector<std::size_t> starts_;  // of its lines
  const std::vector<Citation> evidence_;
};

void ShiftIn(Json& value, const Slice& slice, const OfThePart& is_of_part) {
  if (value.is_string())
    value = ShiftPlaces(value.get_ref<const std::string&>(), slice.source, slice.lines_before, is_of_part);
  if (!value.is_structured()) return;
  for (Json& inner : value) ShiftIn(inner, slice, is_of_part);
}

Reply Shifted(Reply reply, const Slice& slice) {
  const Places places(slice, reply.evidence);
  const OfThePart is_of_part = [&places](std::string_view said, int begin, int end) {
    return places.AreOfThePart(said, begin, end);
  };
  reply.text = ShiftPlaces(reply.text, slice.source, slice.lines_before, is_of_part);
  if (reply.data) ShiftIn(*reply.data, slice, is_of_part);
  for (Dissent& opinion : reply.dissent)
    opinion.text = ShiftPlaces(opinion.text, slice.source, slice.lines_before, is_of_part);
  for (Citation& citation : reply.evidence) {
    if (!places.AreOfThePart(citation)) continue;
    citation.line_begin += slice.lines_before;
    citation.line_end += slice.lines_before;
  }
  // What it cited by its place in the file was no evidence where only the part was known.
  for (Citation& citation : places.CitedIn(reply.text)) {
    const bool there = std::any_of(reply.evidence.begin(), reply.evidence.end(), [&](const Citation& other) {
      return other.source == citation.source && other.line_begin == citation.line_begin &&
             other.line_end == citation.line_end;
    });
    if (!there) reply.evidence.push_back(std::move(citation));
  }
  return reply;
}

}  // namespace

std::string ShiftPlaces(std::string_view text, std::string_view source, int lines,
                        const OfThePart& is_of_part) {
  std::string shifted;
  const std::string head = absl::StrCat(ToAbsl(source), ":");
  std::size_t at = 0, open = 0;
  bool inside = false;  // of brackets
  while (at < text.size()) {
    if (text[at] == '[') inside = true, open = at;
    if (text[at] == ']' || text[at] == '\n') inside = false;
    const char before = at == 0 ? ' ' : text[at - 1];
    if (!inside || (before != '[' && before != ' ' && before != ';') ||
        text.substr(at, head.size()) != head) {
      shifted += text[at++];
      continue;
    }
    shifted += head;
    at += head.size();
    const std::optional<Span> span = ReadSpan(text, at);
    if (!span) continue;
    const bool shifts = !is_of_part || is_of_part(text.substr(0, open), span->begin, span->end);
    shifted += Written(*span, shifts ? lines : 0);
  }
  return shifted;
}

AgentPtr InWholeFile(AgentPtr agent, const Slice& slice) {
  if (slice.lines_before == 0) return agent;
  AgentCard card = agent->card();
  return MakeFunctionAgent(
      std::move(card),
      [agent = std::move(agent), slice](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
        CO_TRY(Reply reply, co_await agent->Run(std::move(prompt), ctx));
        co_return Shifted(std::move(reply), slice);
      });
}

}  // namespace ninefold::patterns
