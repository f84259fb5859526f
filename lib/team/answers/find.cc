// Where in a reply the final answer is.
#include "team/answers/find.h"

#include <algorithm>
#include <string>

#include "ninefold/answer.h"
#include "team/answers/list.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kPeelMost = 8;  // a label in a box in a label …

std::string_view LineAt(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

// The paragraph after a label with nothing behind it; a bullet before its only line is none of it.
std::string_view Paragraph(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(" \t\r\n", at);
  if (at == text.npos) return {};
  const std::size_t end = text.find("\n\n", at);
  std::string_view paragraph = TrimBlank(text.substr(at, end == text.npos ? text.npos : end - at));
  if (paragraph.find('\n') != paragraph.npos) return paragraph;
  for (const std::string_view bullet : {"- ", "* ", "• "}) {
    if (DropPrefix(&paragraph, bullet)) break;
  }
  return paragraph;
}

// A ! behind a number that is said is none of a factorial.
std::string_view WithoutCry(std::string_view sentence) {
  sentence = TrimBlank(sentence);
  while (!sentence.empty() && sentence.back() == '!') sentence.remove_suffix(1);
  return sentence;
}

// "Actually, the answer is 6": what was labelled before is taken back.
bool Corrects(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" *_"), line.size()));
  for (const std::string_view word : {"actually", "wait", "correction", "no,", "sorry", "oops"}) {
    if (StartsWord(line, word)) return true;
  }
  return false;
}

// "a) 5", "(b) 6", "1. x", "- y"
bool IsItem(std::string_view line) {
  line = TrimBlank(line);
  const bool bracket = DropPrefix(&line, "(");
  std::size_t name = 0;
  while (name < line.size() && name < 4 && (IsLetter(line[name]) || IsDigit(line[name]))) ++name;
  if (name == 0) return !bracket && (line.substr(0, 2) == "- " || line.substr(0, 2) == "* ");
  return name + 1 < line.size() && (line[name] == ')' || (line[name] == '.' && !bracket)) &&
         line[name + 1] == ' ';
}

struct Lines {
  Found labelled, said, corrected, heading, fence, only_fence;
};

class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  // One pass over the lines: the last label of each kind, the last fenced block.
  Lines Read() {
    for (std::size_t at = 0; at < text_.size(); at = next_) {
      const std::string_view line = LineAt(text_, at);
      next_ = std::min(at + line.size() + 1, text_.size());
      const std::string_view trimmed = TrimBlank(line);
      const std::string_view mark = trimmed.substr(0, 3);
      if ((mark == "```" || mark == "~~~") && trimmed.find(mark, 3) == trimmed.npos) {
        Fence(at);
      } else if (open_ == text_.npos) {
        Line(line, at);
      }
    }
    if (open_ != text_.npos) Fence(text_.size());  // it was cut off
    if (fences_ == 1) lines_.only_fence = lines_.fence;
    // What is not on the label's line is the paragraph that begins where its text would.
    for (Found* found : {&lines_.labelled, &lines_.said}) {
      if (found->any() && found->text.empty()) {
        found->text = Paragraph(text_, static_cast<std::size_t>(found->text.data() - text_.data()));
      }
    }
    return lines_;
  }

 private:
  void Fence(std::size_t at) {
    if (open_ == text_.npos) {
      open_ = next_;
      return;
    }
    lines_.fence = {at, text_.substr(open_, at - std::min(open_, at))};
    open_ = text_.npos;
    ++fences_;
  }

  void Line(std::string_view line, std::size_t at) {
    if (line.find_first_not_of(" \t\r*_-") == line.npos) return;
    LabelRest label = LabelIn(line);
    if (label.kind == LabelKind::kNone) label = ForeignLabelIn(line);
    if (label.kind == LabelKind::kNone && !Marked(line, at)) label = Dialogue(line);
    if (label.kind == LabelKind::kNone) return;
    std::string_view rest = TrimBlank(label.rest);
    const bool alone = rest.find_first_not_of("*_") == rest.npos;
    const bool last = text_.find_first_not_of(" \t\r\n", next_) == text_.npos;
    if (alone && last && label.kind != LabelKind::kLabel) return;
    Found& found = label.kind == LabelKind::kSaid ? lines_.said : lines_.labelled;
    if (alone) {
      found = {at, text_.substr(next_, 0)};
      return;
    }
    if (label.kind == LabelKind::kSaid) {
      rest = WithoutCry(Sentence(rest));
      if (rest.empty() || (found.any() && !IsBetterSaid(rest, found.text))) return;
      if (Corrects(line)) lines_.corrected = {at, rest};
    } else if (IsItem(rest) && IsItem(LineAt(text_, next_))) {
      rest = rest.substr(0, 0);  // a) 5, and b) 6 below
    }
    found = {at, rest};
  }

  // "#### 42", as GSM8K writes it. Else #### begins a heading, which may be the answer where nothing follows.
  bool Marked(std::string_view line, std::size_t at) {
    if (line.substr(0, 4) != "####" || line.size() == 4 || line[4] == '#') return false;
    const std::string_view rest = TrimBlank(line.substr(4));
    std::string_view number = rest;
    while (!number.empty() && std::string_view("$-+*€£.(").find(number[0]) != number.npos)
      number.remove_prefix(1);
    if (!number.empty() && IsDigit(number[0])) {
      lines_.labelled = {at, rest};
      return true;
    }
    if (line[4] == ' ' && TrimBlank(text_.substr(next_)).empty()) lines_.heading = {at, rest};
    return line[4] == ' ';
  }

  // "A: 5" below "Q: …".
  LabelRest Dialogue(std::string_view line) {
    line = TrimBlank(line);
    if (DropPrefix(&line, "**") && line.size() > 2) line = TrimBlank(line);
    asked_ = asked_ || StartsWord(line, "q:") || StartsWord(line, "question:");
    if (!asked_ || !DropPrefix(&line, "A:")) return {};
    if (line.substr(0, 2) == "**") line.remove_prefix(2);
    return {LabelKind::kLabel, line};
  }

  std::string_view text_;
  std::size_t next_ = 0, open_ = std::string_view::npos;
  int fences_ = 0;
  bool asked_ = false;
  Lines lines_;
};

std::size_t CountOf(std::string_view text, std::string_view mark) {
  std::size_t count = 0;
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) ++count;
  return count;
}

// Without half of a pair around it: the end of a label's bold, of the braces of \text{The answer is }.
// `whole`: it is all of a reply.
std::string_view Tidied(std::string_view text, bool whole) {
  text = TrimBlank(text);
  const std::string_view hope = "I hope it is correct";
  if (const std::size_t at = text.rfind(hope);
      at != text.npos && at > 0 && text.size() - at <= hope.size() + 1) {
    text = TrimBlank(text.substr(0, at));
  }
  for (const std::string_view mark : {"**", "__", "*", "_"}) {
    if (text.size() <= mark.size() || text.substr(text.size() - mark.size()) != mark) continue;
    // The grade A* and a name_ keep theirs.
    if (mark.size() == 1 && (whole || IsLetter(text[text.size() - 2]))) continue;
    if (CountOf(text, mark) % 2 == 1) text = TrimBlank(text.substr(0, text.size() - mark.size()));
  }
  if (text.size() > 1 && text[0] == '}' && !IsBalanced(text)) text = TrimBlank(text.substr(1));
  return text;
}

// Behind a line that only separates: ---
std::string_view WithoutRule(std::string_view text) {
  const std::string_view first = LineAt(text, 0);
  const bool rule =
      first.size() >= 3 && first.size() < text.size() && first.find_first_not_of("-*_= ") == first.npos;
  return rule ? TrimBlank(text.substr(first.size())) : text;
}

bool FindOnce(std::string_view text, std::string* answer) {
  if (JsonAnswer(text, answer)) return true;
  const Lines lines = LineReader(text).Read();
  const Found box = LastBox(text);
  Found best, empty;
  for (const Found& found : {lines.labelled, LastTag(text), box}) {
    if (!found.any()) continue;
    if (TrimBlank(found.text).empty()) {
      empty = found;
    } else if (!best.any() || found.at >= best.at) {
      best = found;
    }
  }
  const bool corrected = best.any() && lines.corrected.any() && lines.corrected.at > best.at;
  if (!corrected && best.any() && best.at == box.at && best.text.data() == box.text.data())
    return *answer = BoxText(text, box), true;
  if (corrected) best = lines.corrected;
  if (!best.any()) best = lines.said;
  if (best.any()) {
    // A box on the label's own line is the answer.
    *answer = WithoutReason(Tidied(FirstParagraph(Tidied(best.text, false)), false), true);
    return true;
  }
  if (lines.fence.any() && JsonAnswer(lines.fence.text, answer)) return true;
  if (LastJsonAnswer(text, answer)) return true;
  if (lines.only_fence.any()) return *answer = TrimBlank(lines.only_fence.text), true;
  if (lines.heading.any()) return *answer = TrimBlank(lines.heading.text), true;
  if (empty.any()) return answer->clear(), true;
  *answer = WithoutLeadIn(WithoutReason(Tidied(FirstParagraph(WithoutRule(text)), true), false));
  return true;
}

}  // namespace
}  // namespace ninefold::answers

namespace ninefold {

std::string FindAnswer(std::string_view text) {
  std::string answer(answers::Tidied(answers::WithoutThoughts(text), true));
  for (int i = 0; i < answers::kPeelMost; ++i) {
    std::string inner;
    if (!answers::FindOnce(answer, &inner) || inner == answer) break;
    answer = std::move(inner);
  }
  return answer;
}

}  // namespace ninefold
