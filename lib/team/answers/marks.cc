// The marks that say where an answer is, or where it is not yet.
#include <algorithm>
#include <string>

#include "ninefold/json.h"
#include "team/answers/find.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kUnbalancedMost = 8;  // boxes that are not closed, before the search gives up
constexpr int kBesideMost = 8;      // boxes in a row

// The brace that closes the one at `open`, or npos.
std::size_t ClosingBrace(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return text.npos;
}

// {42} in a box is no set: that would be \{42\}. Nor is ~ more than a blank there.
std::string_view WithoutBraces(std::string_view text) {
  while (!text.empty() && text.front() == '~') text.remove_prefix(1);
  while (!text.empty() && text.back() == '~') text.remove_suffix(1);
  for (std::string_view trimmed = TrimBlank(text); trimmed.size() > 1 && trimmed[0] == '{';
       trimmed = TrimBlank(text)) {
    if (ClosingBrace(trimmed, 0) != trimmed.size() - 1 || trimmed.find(',') != trimmed.npos) break;
    text = trimmed.substr(1, trimmed.size() - 2);
  }
  return text;
}

std::size_t LastOf(std::string_view text, std::initializer_list<std::string_view> marks, std::size_t before) {
  std::size_t last = text.npos;
  for (const std::string_view mark : marks) {
    const std::size_t at = text.rfind(mark, before);
    if (at != text.npos && (last == text.npos || at > last)) last = at;
  }
  return last;
}

// The last box that begins at `before` or earlier.
Found BoxBefore(std::string_view text, std::size_t before) {
  for (int i = 0; i < kUnbalancedMost; ++i) {
    const std::size_t at = LastOf(text, {"\\boxed", "\\fbox", "\\framebox"}, before);
    if (at == text.npos) return {};
    std::size_t open = at + 1;
    while (open < text.size() && IsLetter(text[open])) ++open;
    open = text.find_first_not_of(' ', open);
    if (open != text.npos && text[open] == '{') {
      const std::size_t close = ClosingBrace(text, open);
      if (close != text.npos) return {at, text.substr(open + 1, close - open - 1)};
    }
    if (at == 0) return {};
    before = at - 1;
  }
  return {};
}

bool IsJoint(std::string_view between) {
  while (!between.empty()) {
    if (between[0] == '$' || between[0] == ' ' || between[0] == ',') {
      between.remove_prefix(1);
    } else if (!DropPrefix(&between, "and") && !DropPrefix(&between, "\\)") && !DropPrefix(&between, "\\(") &&
               !DropPrefix(&between, "\\quad") && !DropPrefix(&between, "\\text{ and }")) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string_view WithoutThoughts(std::string_view text) {
  std::size_t end = 0;
  for (const std::string_view mark : {"</think>", "</thinking>", "</thought>", "</reasoning>"}) {
    const std::size_t at = text.rfind(mark);
    if (at != text.npos) end = std::max(end, at + mark.size());
  }
  return text.substr(end);
}

Found LastBox(std::string_view text) {
  const Found box = BoxBefore(text, text.npos);
  const std::string_view mark = "<|begin_of_box|>";
  const std::size_t at = text.rfind(mark);
  if (at == text.npos || (box.any() && box.at > at)) return box;
  const std::string_view inside = text.substr(at + mark.size());
  return {at, inside.substr(0, inside.find("<|end_of_box|>"))};
}

std::string BoxText(std::string_view text, const Found& box) {
  std::string all(WithoutBraces(box.text));
  std::size_t start = box.at;
  for (int i = 0; i < kBesideMost && start > 0; ++i) {
    const Found one = BoxBefore(text, start - 1);
    if (!one.any()) break;
    const std::size_t end = static_cast<std::size_t>(one.text.data() - text.data()) + one.text.size() + 1;
    if (end > start || !IsJoint(text.substr(end, start - end))) break;
    all = std::string(WithoutBraces(one.text)) + ", " + all;
    start = one.at;
  }
  return all;
}

Found LastTag(std::string_view text) {
  if (text.find_first_of("<[") == text.npos) return {};
  const std::string low = Lower(text);
  Found last;
  for (const std::string_view name : {"answer", "final_answer", "finalanswer"}) {
    for (const auto& [open, close] : {std::pair{"<", ">"}, {"[", "]"}}) {
      const std::string begin = open + std::string(name) + close;
      const std::size_t at = low.rfind(begin);
      if (at == low.npos || (last.any() && at < last.at)) continue;
      const std::size_t from = at + begin.size();
      const std::size_t end = low.find(std::string(open) + "/" + std::string(name) + close, from);
      last = {at, text.substr(from, end == low.npos ? text.npos : end - from)};
    }
  }
  return last;
}

bool JsonAnswer(std::string_view text, std::string* answer) {
  text = TrimBlank(text);
  if (text.empty() || text.front() != '{' || text.back() != '}') return false;
  auto object = ParseJson(text);
  if (!object.ok() && text.size() <= kStructuredMost) object = ParseJson(FromPython(text));
  if (!object.ok()) return false;
  for (const char* key : {"answer", "final_answer", "Answer", "finalAnswer"}) {
    const Json* member = GetMember(*object, key);
    if (member == nullptr) continue;
    *answer = member->is_string() ? member->get<std::string>() : DumpJson(*member);
    return true;
  }
  return false;
}

bool LastJsonAnswer(std::string_view text, std::string* answer) {
  text = TrimBlank(text);
  if (text.empty() || text.back() != '}') return false;
  // Where it is likely to begin: the last line that does, the first, or with its key.
  for (const std::size_t at :
       {text.rfind("\n{"), text.find("\n{"), text.rfind("{\"answer\""), text.rfind("{\"final_answer\"")}) {
    if (at != text.npos && JsonAnswer(text.substr(at), answer)) return true;
  }
  return false;
}

}  // namespace ninefold::answers
