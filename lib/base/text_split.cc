// Lines become blocks (runs without a blank line), blocks become passages (cut where a list item, a heading
// or a table begins), passages become sentences. A line break inside a passage ends a sentence only where the
// next word would still have fitted on the line.
#include "base/text_split.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text_terms.h"

namespace ninefold {
namespace {

constexpr std::size_t kSentenceBytesMax = 1200;
constexpr std::size_t kPassageBytesMax = 2400;

struct Line {
  std::size_t begin = 0, end = 0;  // without white space at the ends
  std::size_t full_end = 0;        // of the line as written, without its line end
  int number = 1;
  int indent = 0;
  bool blank() const { return begin == end; }
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsHigh(char c) { return std::uint8_t(c) >= 0x80; }

std::vector<Line> ReadLines(std::string_view text) {
  std::vector<Line> lines;
  lines.reserve(text.size() / 48 + 1);
  std::size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  for (int number = 1; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Line line{at, end, end, number, 0};
    while (line.begin < end && IsBlank(text[line.begin])) line.indent += text[line.begin++] == '\t' ? 4 : 1;
    while (line.end > line.begin && IsBlank(text[line.end - 1])) --line.end;
    lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

// A list item's mark: its style ('-' for bullets, '1' numbers, 'a' letters, 'i' Roman), its number (0 for
// bullets), its length.
struct Mark {
  char style = 0;
  int number = 0;
  std::size_t length = 0;
};

int RomanValue(std::string_view word) {
  static constexpr std::array<std::string_view, 15> kRoman = {
      "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv"};
  const auto it = std::find(kRoman.begin(), kRoman.end(), word);
  return it == kRoman.end() ? 0 : int(it - kRoman.begin()) + 1;
}

Mark BulletOf(std::string_view line) {
  for (const std::string_view bullet : {"-", "*", "+", "\xE2\x80\xA2", "\xE2\x80\x93", "\xE2\x97\xA6"}) {
    if (line.substr(0, bullet.size()) != bullet) continue;
    if (line.size() > bullet.size() && line[bullet.size()] == ' ') return {'-', 0, bullet.size() + 1};
  }
  return {};
}

// "1.", "1)", "(1)", "a)", "(iv)", "2.3." before a blank.
Mark MarkOf(std::string_view line) {
  const Mark bullet = BulletOf(line);
  if (bullet.style != 0) return bullet;
  const bool open = !line.empty() && line[0] == '(';
  std::size_t i = open ? 1 : 0;
  const std::size_t from = i;
  while (
      i < line.size() && i < 8 &&
      (IsDigit(line[i]) || IsLower(line[i]) || IsUpper(line[i]) ||
       (line[i] == '.' && i > from && IsDigit(line[i - 1]) && i + 1 < line.size() && IsDigit(line[i + 1]))))
    ++i;
  if (i == from || i >= line.size()) return {};
  if (line[i] != ')' && (open || line[i] != '.')) return {};
  const std::string word = FoldCase(line.substr(from, i - from));
  const bool dot = line[i] == '.';
  if (i + 1 < line.size() && line[i + 1] != ' ' && line[i + 1] != '\t') return {};
  Mark mark{0, 0, std::min(i + 2, line.size())};
  if (IsDigit(word[0])) {
    const std::size_t last = word.rfind('.');
    const std::string tail = last == std::string::npos ? word : word.substr(last + 1);
    if (tail.size() > 4 || tail.find_first_not_of("0123456789") != std::string::npos) return {};
    mark.style = last == std::string::npos ? '1' : '.';
    mark.number = std::stoi(tail);
  } else if (word.size() == 1 && !dot) {
    mark.style = 'a';
    mark.number = word[0] - 'a' + 1;
  } else if (!dot && RomanValue(word) != 0) {
    mark.style = 'i';
    mark.number = RomanValue(word);
  }
  return mark.style == 0 ? Mark{} : mark;
}

std::size_t CountWords(std::string_view text) {
  std::size_t words = 0;
  ForEachWord(text, [&](std::string_view, std::size_t, std::size_t) { ++words; });
  return words;
}

// Whether a title: most of its words longer than three letters begin with a capital.
bool IsTitleCase(std::string_view text) {
  int big = 0, small = 0;
  ForEachWord(text, [&](std::string_view, std::size_t offset, std::size_t length) {
    const char c = text[offset];
    if (IsUpper(c) || IsHigh(c)) ++big;
    if (IsLower(c) && length > 3) ++small;
  });
  return big > 0 && small <= big / 3;
}

bool StartsSection(std::string_view line) {
  const std::string folded = FoldCase(line.substr(0, std::min<std::size_t>(line.size(), 16)));
  for (const std::string_view word : {"section ", "article ", "chapter ", "part ", "appendix ", "annex ",
                                      "artikel ", "kapitel ", "abschnitt ", "\xC2\xA7"}) {
    if (folded.rfind(word, 0) == 0) return true;
  }
  return false;
}

// The level of a heading that stands alone between blank lines, or 0.
int HeadingLevel(std::string_view line, bool last) {
  if (line.size() > 90 || line.empty()) return 0;
  const char end = line.back();
  if (end == ',' || end == ';' || end == '?' || end == '!') return 0;
  const std::size_t words = CountWords(line);
  if (words == 0 || words > 12) return 0;
  if (StartsSection(line) && end != '.') return 2;
  const Mark mark = MarkOf(line);
  if (mark.style == '-') return 0;
  if (mark.style != 0) {
    const std::string_view title = line.substr(mark.length);
    const bool numbered = mark.style == '1' || mark.style == '.';
    return numbered && IsTitleCase(title) ? (mark.style == '.' ? 3 : 2) : 0;
  }
  if (last || end == '.' || words > 8) return 0;
  const bool label = end == ':' && words <= 4;
  if (!label && line.find(": ") != std::string_view::npos) return 0;
  if (label) return 3;
  const bool shout =
      std::none_of(line.begin(), line.end(), IsLower) && std::any_of(line.begin(), line.end(), IsUpper);
  return shout ? 1 : IsTitleCase(line) && (IsUpper(line[0]) || IsHigh(line[0])) ? 2 : 0;
}

int MarkdownLevel(std::string_view line) {
  std::size_t hashes = line.find_first_not_of('#');
  if (hashes == std::string_view::npos) hashes = line.size();
  return hashes >= 1 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ' ? int(hashes) : 0;
}

bool IsRule(std::string_view line) {
  return line.size() >= 3 && line.find_first_not_of("-=*_|: ") == std::string_view::npos;
}

bool IsKeyValue(std::string_view line) {
  const std::size_t colon = line.find(": ");
  return colon != std::string_view::npos && colon > 0 && colon <= 32 && !IsLower(line[0]) &&
         CountWords(line.substr(0, colon)) <= 4;
}

// Whether text[at] (".", "!", "?" and the like) ends a sentence; `after`: the first byte behind its closing
// marks.
bool IsAbbreviation(std::string_view text, std::size_t dot, std::size_t from) {
  std::size_t word = dot;
  while (word > from && !IsBlank(text[word - 1]) && text[word - 1] != '\n' && text[word - 1] != '(') --word;
  const std::string last = FoldCase(text.substr(word, dot - word));
  if (last.size() == 1 && !IsDigit(last[0]) && IsUpper(text[word])) return true;  // an initial
  static constexpr std::string_view kShort[] = {
      "e.g",  "i.e", "mr",  "mrs", "ms",  "dr",     "prof", "no",  "nr",  "vs",  "cf",  "fig", "figs",
      "p",    "pp",  "art", "sec", "vol", "approx", "st",   "z.b", "d.h", "u.a", "bzw", "ca",  "abs",
      "inkl", "ggf", "usw", "etc", "inc", "ltd",    "co",   "jr",  "sr",  "al",  "eq",  "ref"};
  const bool known = std::find(std::begin(kShort), std::end(kShort), last) != std::end(kShort);
  // "etc." and "Inc." may end a sentence too, but a sentence too long costs less than one torn apart.
  if (known) return true;
  const bool ordinal = !last.empty() && last.size() <= 2 && std::all_of(last.begin(), last.end(), IsDigit);
  if (!ordinal) return false;
  static constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "mai", "may", "jun", "jul",
                                                 "aug", "sep", "okt", "oct", "nov", "dez", "dec"};
  const std::size_t next = text.find_first_not_of(" \n\r\t", dot + 1);
  if (next == std::string_view::npos) return false;
  const std::string following = FoldCase(text.substr(next, 3));
  return std::find(std::begin(kMonths), std::end(kMonths), following) != std::end(kMonths);
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text), lines_(ReadLines(text)) {}

  SplitText Run() {
    std::size_t i = 0;
    while (i < lines_.size()) {
      if (lines_[i].blank()) {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      while (end < lines_.size() && !lines_[end].blank()) ++end;
      AddBlock(i, end);
      i = end;
    }
    return std::move(out_);
  }

 private:
  std::string_view View(std::size_t i) const {
    return text_.substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
  }

  void AddBlock(std::size_t first, std::size_t end) {
    width_ = 0;
    for (std::size_t i = first; i < end; ++i)
      width_ = std::max(width_, lines_[i].full_end - (lines_[i].begin - std::size_t(lines_[i].indent)));
    if (width_ < 40) width_ = 72;
    std::size_t i = first;
    while (i < end) {
      const std::string_view line = View(i);
      if (line.substr(0, 3) == "```" || IsRule(line)) {
        ++i;
        continue;
      }
      const int level = LevelAt(i, first, end);
      if (level > 0) {
        AddPassage(i, i + 1, PassageKind::kHeading, level);
        ++i;
        continue;
      }
      std::size_t stop = i + 1;
      const bool table = line[0] == '|';
      while (stop < end && !StartsPassage(i, stop, table)) ++stop;
      // The first lines of a block may be an item though the block before it ended.
      const bool item = MarkAt(i, i == first).style != 0;
      AddPassage(i, stop, table ? PassageKind::kTable : item ? PassageKind::kItem : PassageKind::kProse, 0);
      i = stop;
    }
  }

  int LevelAt(std::size_t i, std::size_t first, std::size_t end) const {
    const std::string_view line = View(i);
    if (const int level = MarkdownLevel(line); level > 0) return level;
    if (i + 1 < end && View(i + 1).size() >= 3 && line.size() < 90 && BulletOf(line).style == 0) {
      if (View(i + 1).find_first_not_of('=') == std::string_view::npos) return 1;
      if (View(i + 1).find_first_not_of('-') == std::string_view::npos && i == first) return 2;
    }
    if (i != first) return 0;
    if (end - first == 1) return HeadingLevel(line, end == lines_.size());
    // A label right over its list.
    const bool label = line.back() == ':' && MarkOf(View(i + 1)).style != 0;
    return label && CountWords(line) <= 4 ? 3 : 0;
  }

  // The mark of line i. In the middle of a block a number or letter counts only if it goes on with a list, so
  // that a wrapped "… under section / 7. This …" stays prose.
  Mark MarkAt(std::size_t i, bool block_start) const {
    const Mark mark = MarkOf(View(i));
    if (mark.style == 0 || mark.style == '-' || block_start) return mark;
    const bool continues = last_mark_.style == mark.style && mark.number == last_mark_.number + 1;
    const bool led = i > 0 && !lines_[i - 1].blank() && text_[lines_[i - 1].end - 1] == ':';
    const bool first = mark.number == 1 && mark.style != '1';
    return continues || led || first ? mark : Mark{};
  }

  bool StartsPassage(std::size_t begin, std::size_t i, bool table) const {
    const std::string_view line = View(i);
    if (line.substr(0, 3) == "```" || MarkdownLevel(line) > 0) return true;
    if (table != (line[0] == '|')) return true;
    if (lines_[i].end - lines_[begin].begin > kPassageBytesMax && EndsSentence(i - 1)) return true;
    const Mark own = MarkOf(View(begin));
    const Mark mark = MarkOf(line);
    if (mark.style == 0) return false;
    if (mark.style == '-' || (own.style == mark.style && mark.number == own.number + 1)) return true;
    return MarkAt(i, false).style != 0;
  }

  bool EndsSentence(std::size_t i) const {
    return std::string_view(".!?:").find(text_[lines_[i].end - 1]) != std::string_view::npos;
  }

  void AddPassage(std::size_t first, std::size_t end, PassageKind kind, int level) {
    Passage passage;
    passage.begin = lines_[first].begin;
    passage.end = lines_[end - 1].end;
    passage.line_begin = lines_[first].number;
    passage.line_end = lines_[end - 1].number;
    passage.kind = kind;
    passage.indent = lines_[first].indent;
    passage.level = level;
    last_mark_ = kind == PassageKind::kItem ? MarkOf(View(first)) : Mark{};
    Place(passage);
    passage.sentence_begin = std::uint32_t(out_.sentences.size());
    const std::uint32_t index = std::uint32_t(out_.passages.size());
    if (kind == PassageKind::kHeading) {
      AddSentence(passage.begin, passage.end, first, index);
    } else {
      AddSentences(first, end, kind, index);
    }
    passage.sentence_end = std::uint32_t(out_.sentences.size());
    out_.passages.push_back(passage);
  }

  // Under which heading, and led in by what.
  void Place(Passage& passage) {
    const std::uint32_t index = std::uint32_t(out_.passages.size());
    if (passage.kind == PassageKind::kHeading) {
      while (!headings_.empty() && out_.passages[headings_.back()].level >= passage.level)
        headings_.pop_back();
      if (!headings_.empty()) passage.heading = headings_.back();
      headings_.push_back(index);
      return;
    }
    if (!headings_.empty()) passage.heading = headings_.back();
    if (passage.kind != PassageKind::kItem || index == 0) return;
    const Passage& previous = out_.passages.back();
    const bool leads = text_[previous.end - 1] == ':' && previous.kind != PassageKind::kHeading;
    if (leads && (previous.kind == PassageKind::kProse || passage.indent > previous.indent)) {
      passage.parent = index - 1;
      return;
    }
    // A brother's parent, or the shallower item above.
    std::uint32_t above = index - 1;
    while (above != Passage::kNone && out_.passages[above].kind == PassageKind::kItem) {
      if (out_.passages[above].indent == passage.indent) {
        passage.parent = out_.passages[above].parent;
        return;
      }
      if (out_.passages[above].indent < passage.indent) {
        passage.parent = above;
        return;
      }
      above = out_.passages[above].parent;
    }
  }

  bool BreaksAfter(std::size_t i, PassageKind kind) const {
    if (kind == PassageKind::kTable) return true;
    const std::string_view next = View(i + 1);
    if (IsKeyValue(next) && (IsKeyValue(View(i)) || lines_[i].end - lines_[i].begin < width_ / 2))
      return true;
    if (IsLower(next[0]) || next[0] == '(') return false;
    const char last = text_[lines_[i].end - 1];
    if (last == ',' || last == '-' || last == '(') return false;
    const std::string_view line = View(i);
    const std::size_t last_word = line.rfind(' ');
    if (last_word != std::string_view::npos && IsStopWord(FoldCase(line.substr(last_word + 1)))) return false;
    const std::size_t word = std::min(next.find(' '), next.size());
    const std::size_t used = lines_[i].end - lines_[i].begin + std::size_t(lines_[i].indent);
    return used + 1 + word + 4 < width_;
  }

  void AddSentences(std::size_t first, std::size_t end, PassageKind kind, std::uint32_t passage) {
    std::size_t from = first;
    for (std::size_t i = first; i < end; ++i) {
      if (i + 1 < end && !BreaksAfter(i, kind)) continue;
      const std::size_t skip =
          i >= from && from == first && kind == PassageKind::kItem ? MarkOf(View(first)).length : 0;
      CutSentences(lines_[from].begin + std::min(skip, lines_[from].end - lines_[from].begin), lines_[i].end,
                   from, passage);
      from = i + 1;
    }
  }

  void CutSentences(std::size_t begin, std::size_t end, std::size_t line, std::uint32_t passage) {
    std::size_t start = begin;
    for (std::size_t i = begin; i < end; ++i) {
      const bool wide = text_.substr(i, 3) == "\xE3\x80\x82" || text_.substr(i, 3) == "\xEF\xBC\x9F" ||
                        text_.substr(i, 3) == "\xEF\xBC\x81";
      std::size_t after = i + (wide ? 3 : 1);
      bool cut = wide;
      if (text_[i] == '.' || text_[i] == '!' || text_[i] == '?') {
        while (after < end && std::string_view(".!?\"')]*_").find(text_[after]) != std::string_view::npos)
          ++after;
        while (after + 2 < end &&
               (text_.substr(after, 3) == "\xE2\x80\x9D" || text_.substr(after, 3) == "\xE2\x80\x9C"))
          after += 3;
        std::size_t next = after;
        while (next < end && (IsBlank(text_[next]) || text_[next] == '\n')) ++next;
        const bool blank = next > after || next == end;
        const bool opens = next < end && !IsLower(text_[next]) && text_[next] != ',' && text_[next] != ')';
        cut = blank && opens && !(text_[i] == '.' && IsAbbreviation(text_, i, start));
      }
      if (!cut && after - start > kSentenceBytesMax &&
          (IsBlank(text_[i]) || after - start > 2 * kSentenceBytesMax)) {
        cut = after >= end || (std::uint8_t(text_[after]) & 0xC0) != 0x80;  // never within a character
      }
      if (!cut) continue;
      line = AddSentence(start, after, line, passage);
      start = after;
      i = after - 1;
    }
    AddSentence(start, end, line, passage);
  }

  // Returns the line of the sentence's end.
  std::size_t AddSentence(std::size_t begin, std::size_t end, std::size_t line, std::uint32_t passage) {
    const auto blank = [&](std::size_t i) { return IsBlank(text_[i]) || text_[i] == '\n'; };
    while (begin < end && blank(begin)) ++begin;
    while (end > begin && blank(end - 1)) --end;
    if (begin == end) return line;
    Sentence sentence{begin, end, 0, 0, passage};
    while (line + 1 < lines_.size() && lines_[line + 1].begin <= begin) ++line;
    sentence.line_begin = lines_[line].number;
    while (line + 1 < lines_.size() && lines_[line + 1].begin < end) ++line;
    sentence.line_end = lines_[line].number;
    out_.sentences.push_back(sentence);
    return line;
  }

  std::string_view text_;
  std::vector<Line> lines_;
  SplitText out_;
  std::vector<std::uint32_t> headings_;  // open ones, outermost first
  std::size_t width_ = 72;
  Mark last_mark_;
};

}  // namespace

SplitText Split(std::string_view text) { return Splitter(text).Run(); }

}  // namespace ninefold
