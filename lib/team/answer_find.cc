// Where in a reply the final answer is.
#include <algorithm>
#include <string>

#include "ninefold/json.h"
#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

constexpr int kUnbalancedMost = 8;  // boxes that are not closed, before the search gives up
constexpr int kPeelMost = 8;        // a label in a box in a label …

struct Found {
  std::size_t at = std::string_view::npos;
  std::string_view text;
  bool any() const { return at != std::string_view::npos; }
};

// The inside of the last \boxed{…} or \fbox{…}, braces balanced.
Found LastBox(std::string_view text) {
  std::size_t before = text.npos;
  for (int i = 0; i < kUnbalancedMost; ++i) {
    const std::size_t boxed = text.rfind("\\boxed{", before), fbox = text.rfind("\\fbox{", before);
    if (boxed == text.npos && fbox == text.npos) return {};
    const std::size_t at = boxed == text.npos ? fbox : fbox == text.npos ? boxed : std::max(boxed, fbox);
    const std::size_t open = text.find('{', at);
    int depth = 0;
    for (std::size_t j = open; j < text.size(); ++j) {
      if (text[j] == '\\') {
        ++j;
      } else if (text[j] == '{') {
        ++depth;
      } else if (text[j] == '}' && --depth == 0) {
        return {at, text.substr(open + 1, j - open - 1)};
      }
    }
    if (at == 0) return {};
    before = at - 1;
  }
  return {};
}

Found LastTag(std::string_view text) {
  const std::size_t at = text.rfind("<answer>");
  if (at == text.npos) return {};
  const std::size_t from = at + 8, end = text.find("</answer>", from);
  return {at, text.substr(from, end == text.npos ? text.npos : end - from)};
}

bool DropWord(std::string_view* line, std::string_view word) {
  if (!StartsWord(*line, word)) return false;
  line->remove_prefix(word.size());
  line->remove_prefix(std::min(line->find_first_not_of(' '), line->size()));
  return true;
}

// What follows "answer:" and its like at the start of a line. `weak`: "the answer is". Null data: no label.
std::string_view AfterLabel(std::string_view line, bool* weak) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t*#>-_"), line.size()));
  const bool the = DropWord(&line, "the") || DropWord(&line, "my") || DropWord(&line, "so the");
  DropWord(&line, "final") || DropWord(&line, "correct");
  const bool answer = DropWord(&line, "answer") || (!the && DropWord(&line, "ans"));
  if (!answer) return {};
  line.remove_prefix(std::min(line.find_first_not_of(" *_"), line.size()));
  *weak = DropWord(&line, "is");
  const bool colon = !line.empty() && (line.front() == ':' || line.front() == '=');
  const bool wide = line.substr(0, 3) == "：";
  if (!colon && !wide && !*weak) return {};
  if (colon || wide) line.remove_prefix(wide ? 3 : 1);
  // The bold of the label ends here, that of the answer may begin.
  if (line.substr(0, 2) == "**" || line.substr(0, 2) == "__") line.remove_prefix(2);
  return line;
}

std::string_view LineAt(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

// The paragraph after a label with nothing behind it.
std::string_view Paragraph(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(" \t\r\n", at);
  if (at == text.npos) return {};
  const std::size_t end = text.find("\n\n", at);
  return text.substr(at, end == text.npos ? text.npos : end - at);
}

// Where the sentence ends: a full stop, a blank, a capital; not after an initial or a title.
std::string_view Sentence(std::string_view line) {
  for (std::size_t at = line.find(". "); at != line.npos; at = line.find(". ", at + 1)) {
    if (at + 2 >= line.size() || line[at + 2] < 'A' || line[at + 2] > 'Z') continue;
    std::size_t start = at;
    while (start > 0 && (IsLetter(line[start - 1]) || IsDigit(line[start - 1]))) --start;
    const std::string word = Lower(line.substr(start, at - start));
    const bool title = word == "dr" || word == "mr" || word == "mrs" || word == "ms" || word == "st" ||
                       word == "prof" || word == "mt" || word == "jr" || word == "no" || word == "vs";
    if (title || (word.size() == 1 && IsLetter(word[0]))) continue;
    return line.substr(0, at);
  }
  return line;
}

// The last "the answer is" within a line.
std::string_view InLine(std::string_view line) {
  const std::string low = Lower(line);
  const std::size_t at = low.rfind("answer is");
  if (at == low.npos) return {};
  bool the = false;
  for (const std::string_view before : {"the ", "final ", "correct ", "my "}) {
    the = the || (at >= before.size() && low.compare(at - before.size(), before.size(), before) == 0);
  }
  std::string_view rest = line.substr(at + 9);
  if (!the || rest.empty() || (rest.front() != ' ' && rest.front() != ':')) return {};
  if (StartsWord(TrimBlank(rest), "not") || StartsWord(TrimBlank(rest), "that")) return {};
  rest.remove_prefix(1);
  return Sentence(rest);
}

struct Lines {
  Found labelled, said, fence, only_fence;
};

// One pass over the lines: the last label of each kind, the last fenced block.
Lines ReadLines(std::string_view text) {
  Lines lines;
  std::size_t open = text.npos;
  int fences = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = LineAt(text, at);
    const std::size_t next = std::min(at + line.size() + 1, text.size());
    const std::string_view trimmed = TrimBlank(line);
    if (trimmed.substr(0, 3) == "```" || trimmed.substr(0, 3) == "~~~") {
      if (open == text.npos) {
        open = next;
      } else {
        lines.fence = {at, text.substr(open, at - open)};
        open = text.npos;
        ++fences;
      }
    } else if (open == text.npos) {
      bool weak = false;
      std::string_view rest = AfterLabel(line, &weak);
      if (rest.data() != nullptr) {
        Found& found = weak ? lines.said : lines.labelled;
        const bool alone = TrimBlank(rest).find_first_not_of("*_") == rest.npos;
        if (weak) rest = Sentence(rest);
        found = Found{at, alone ? text.substr(next, 0) : rest};
      } else if (line.substr(0, 4) == "####" && line.size() > 4 && line[4] == ' ') {
        lines.labelled = {at, line.substr(5)};
      } else if (const std::string_view said = InLine(line); !TrimBlank(said).empty()) {
        lines.said = {at, said};
      }
    }
    at = next;
  }
  for (Found* found : {&lines.labelled, &lines.said}) {
    if (found->any() && found->text.empty()) {
      found->text = Paragraph(text, static_cast<std::size_t>(found->text.data() - text.data()));
    }
  }
  if (fences == 1) lines.only_fence = lines.fence;
  return lines;
}

// "answer" of a JSON object.
bool JsonAnswer(std::string_view text, std::string* answer) {
  text = TrimBlank(text);
  if (text.empty() || text.front() != '{' || text.back() != '}') return false;
  const auto object = ParseJson(text);
  if (!object.ok()) return false;
  for (const char* key : {"answer", "final_answer", "Answer", "finalAnswer"}) {
    const Json* member = GetMember(*object, key);
    if (member == nullptr) continue;
    *answer = member->is_string() ? member->get<std::string>() : DumpJson(*member);
    return true;
  }
  return false;
}

// Without what is left of a label's bold, and the closing phrase of Minerva's prompt.
std::string_view Tidied(std::string_view text) {
  text = TrimBlank(text);
  const std::string_view hope = "I hope it is correct";
  if (const std::size_t at = text.rfind(hope);
      at != text.npos && at > 0 && text.size() - at <= hope.size() + 1) {
    text = TrimBlank(text.substr(0, at));
  }
  if (text.size() > 2 && text.substr(text.size() - 2) == "**" && text.find("**") == text.size() - 2) {
    text = TrimBlank(text.substr(0, text.size() - 2));
  }
  return text;
}

bool FindOnce(std::string_view text, std::string* answer) {
  if (JsonAnswer(text, answer)) return true;
  const Lines lines = ReadLines(text);
  Found best;
  for (const Found& found : {LastBox(text), LastTag(text), lines.labelled}) {
    if (found.any() && (!best.any() || found.at >= best.at)) best = found;
  }
  if (!best.any()) best = lines.said;
  if (best.any() && !TrimBlank(best.text).empty()) {
    // A box on the label's own line is the answer.
    *answer = Tidied(best.text);
    return true;
  }
  if (lines.fence.any() && JsonAnswer(lines.fence.text, answer)) return true;
  if (!lines.only_fence.any()) return false;
  *answer = TrimBlank(lines.only_fence.text);
  return true;
}

}  // namespace
}  // namespace ninefold::answers

namespace ninefold {

std::string FindAnswer(std::string_view text) {
  std::string answer(answers::Tidied(text));
  for (int i = 0; i < answers::kPeelMost; ++i) {
    std::string inner;
    if (!answers::FindOnce(answer, &inner) || inner == answer) break;
    answer = std::move(inner);
  }
  return answer;
}

}  // namespace ninefold
