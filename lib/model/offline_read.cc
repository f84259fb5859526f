#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "model/offline.h"
#include "ninefold/status.h"

namespace ninefold::offline {
namespace {

std::string_view Trim(std::string_view text) { return ToStd(absl::StripAsciiWhitespace(ToAbsl(text))); }

// Calls each(line, offset) for every line.
template <class Each>
void ForEachLine(std::string_view text, Each each) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    each(text.substr(at, end - at), at);
    at = end + 1;
  }
}

// "[name:10-14]" at the start of a line: a passage's place.
bool ReadPlace(std::string_view line, std::string& name, int& first, std::string& section) {
  if (line.empty() || line[0] != '[') return false;
  const std::size_t close = line.find(']');
  const std::size_t colon = close == std::string_view::npos ? close : line.rfind(':', close);
  if (colon == std::string_view::npos || colon < 2) return false;
  first = 0;
  std::size_t i = colon + 1;
  for (; i < close && line[i] >= '0' && line[i] <= '9' && first < 100'000'000; ++i)
    first = first * 10 + (line[i] - '0');
  if (first == 0 || (i != close && line[i] != '-')) return false;
  name = line.substr(1, colon - 1);
  section = Trim(line.substr(close + 1));
  return true;
}

// A result of passages under "[name:10-14]" lines becomes pieces of those documents; any other a document
// under the tool's name.
void AddFound(Reading& reading, const std::string& tool, const std::string& text) {
  reading.owned.push_back(text);
  const std::string_view kept = reading.owned.back();
  bool placed = false;
  Source open;
  std::size_t from = 0;
  const auto flush = [&](std::size_t end) {
    if (!placed) return;
    open.text = kept.substr(from, end - from);
    // Two searches often find the same passage.
    const auto same = [&](const Source& one) {
      return one.name == open.name && one.line_offset == open.line_offset &&
             Trim(one.text) == Trim(open.text);
    };
    if (std::none_of(reading.found.begin(), reading.found.end(), same)) reading.found.push_back(open);
  };
  ForEachLine(kept, [&](std::string_view line, std::size_t at) {
    std::string name, section;
    int first = 0;
    if (!ReadPlace(line, name, first, section)) return;
    flush(at);
    placed = true;
    open = {name, {}, first - 1, section};
    from = std::min(at + line.size() + 1, kept.size());
  });
  flush(kept.size());
  if (!placed && !Trim(kept).empty()) reading.found.push_back({tool, kept, 0, ""});
}

bool IsText(const File& file) {
  const bool named =
      file.media_type.rfind("text/", 0) == 0 || file.media_type.find("json") != std::string::npos ||
      file.media_type.find("xml") != std::string::npos || file.media_type.find("yaml") != std::string::npos;
  return named || (file.media_type.empty() && FindInvalidUtf8(file.bytes) == std::string_view::npos);
}

// "Question: …" at a line's start, whatever the label's case; the rest of its paragraph.
std::string Labelled(std::string_view text, std::initializer_list<std::string_view> labels) {
  std::string found;
  ForEachLine(text, [&](std::string_view line, std::size_t at) {
    if (!found.empty()) return;
    const std::string folded = FoldCase(Trim(line).substr(0, 24));
    for (const std::string_view label : labels) {
      if (folded.rfind(label, 0) != 0 || folded.size() <= label.size() || folded[label.size()] != ':')
        continue;
      const std::size_t start = text.find(':', at) + 1;
      std::size_t end = std::min(text.find("\n\n", start), text.size());
      if (Trim(text.substr(start, end - start)).empty() && end < text.size())
        end = std::min(text.find("\n\n", end + 2), text.size());
      found = Trim(text.substr(start, end - start));
    }
  });
  return found;
}

// What a prompt asks below the last report is no part of that.
std::string_view WithoutRequest(std::string_view reports) {
  return reports.substr(0, reports.rfind("\n\nMerge these reports"));
}

// Sections "## NAME", and "[NAME]" or "NAME:" alone on a line. Returns the text before the first.
std::string_view ReadMembers(std::string_view text, std::vector<Member>& members) {
  std::size_t first = std::string_view::npos, body = 0;
  std::string name;
  const auto flush = [&](std::size_t end) {
    if (!name.empty() && body <= end)
      members.push_back({name, std::string(Trim(text.substr(body, end - body)))});
  };
  ForEachLine(text, [&](std::string_view raw, std::size_t at) {
    const std::string_view line = Trim(raw);
    std::string_view label;
    if (line.substr(0, 3) == "## ") label = Trim(line.substr(3));
    if (line.size() > 2 && line.front() == '[' && line.back() == ']' &&
        line.find(':') == std::string_view::npos)
      label = line.substr(1, line.size() - 2);
    if (line.size() > 1 && line.size() < 66 && line.back() == ':' &&
        line.find_first_of(" \t") == std::string_view::npos)
      label = line.substr(0, line.size() - 1);
    if (label.empty() || label.size() > 80) return;
    for (const std::string_view word :
         {"agents", "goal", "question", "reports", "findings", "answers", "replies"}) {
      if (FoldCase(label) == word) return;
    }
    flush(at);
    if (first == std::string_view::npos) first = at;
    name = label;
    body = std::min(at + raw.size() + 1, text.size());
  });
  flush(text.size());
  return first == std::string_view::npos ? text : text.substr(0, first);
}

bool LooksAnswered(const std::vector<Member>& members, std::string_view instructions,
                   std::string_view before) {
  if (members.size() < 2) return false;
  std::size_t marks = 0;
  for (const Member& member : members) {
    const bool quoted =
        member.text.find("\" [") != std::string::npos || member.text.find(kNotFound) != std::string::npos;
    marks += quoted ? 1 : 0;
  }
  if (marks * 2 >= members.size()) return true;
  const std::string said = FoldCase(absl::StrCat(std::string(instructions), " ", std::string(before)));
  for (const std::string_view word : {"merge", "combine", "aggregat", "synthes", "replies", "answers of",
                                      "findings", "reports", "members", "judge"}) {
    if (said.find(word) != std::string::npos) return true;
  }
  return false;
}

// The text without paragraphs that announce documents, or say what a good answer is like: they are for
// finding and for writing, and ask nothing.
std::string WithoutAnnouncements(const std::string& text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t gap = text.find("\n\n", at);
    const std::size_t end = gap == std::string::npos ? text.size() : gap + 2;
    const std::string_view paragraph = std::string_view(text).substr(at, end - at);
    const std::string_view start = Trim(paragraph);
    const bool announces = start.rfind("Documents you can search with", 0) == 0 ||
                           start.rfind("No documents were given", 0) == 0 ||
                           start.rfind("It must be so:", 0) == 0 ||
                           start.rfind("A good answer is so:", 0) == 0;
    if (!announces) kept += paragraph;
    at = end;
  }
  return kept;
}

// The text of a message as asked: each part by itself, since a part may announce documents.
std::string AskedIn(const Message& message) {
  std::string text;
  for (const Part& part : message.parts) {
    const auto* said = std::get_if<Text>(&part);
    if (said == nullptr) continue;
    const std::string kept = WithoutAnnouncements(said->text);
    if (!text.empty() && !kept.empty()) text += "\n\n";
    text += kept;
  }
  return text;
}

// Of a talk that an agent hands over, the question was asked before.
bool IsHandedOver(std::string_view text) {
  return text.substr(0, text.find('\n')).find(" hands the talk over to you, ") != std::string_view::npos;
}

std::string HandedQuestion(const std::vector<const Message*>& messages, std::size_t asked) {
  std::string question;
  for (std::size_t i = asked; i-- > 0;) {
    if (messages[i]->role != Role::kUser) continue;
    question = AskedIn(*messages[i]);
    if (!IsHandedOver(question)) break;
  }
  return question;
}

// What is asked in a long user text, and what is a text to look in.
void SplitPrompt(Reading& reading, std::string text) {
  reading.owned.push_back(std::move(text));
  const std::string_view whole = Trim(reading.owned.back());
  const std::size_t lead = std::size_t(whole.data() - reading.owned.back().data());
  const int lines_before = int(
      std::count(reading.owned.back().begin(), reading.owned.back().begin() + std::ptrdiff_t(lead), '\n'));
  reading.question = Labelled(whole, {"question", "q", "goal", "task", "frage"});
  const bool labelled = !reading.question.empty();
  std::size_t cut = std::min(whole.find("\n\n"), whole.find("\r\n\r\n"));
  if (whole.size() <= 400 && reading.question.empty() && cut == std::string_view::npos) {
    // Lines after the question are not asked.
    const std::size_t mark = whole.rfind("?\n");
    reading.question = whole.substr(0, mark == std::string_view::npos ? mark : mark + 1);
    return;
  }
  std::string_view rest = whole;
  if (reading.question.empty()) {
    const std::string_view first = Trim(whole.substr(0, cut));
    const std::size_t tail = whole.rfind("\n\n");
    const std::string_view last = tail == std::string_view::npos ? whole : Trim(whole.substr(tail));
    if (!first.empty() && first.size() < 600 && (first.back() == '?' || last.empty() || last.back() != '?')) {
      reading.question = first;
      rest = cut == std::string_view::npos ? std::string_view() : whole.substr(cut);
    } else if (last.size() < 600) {
      reading.question = last;
      rest = whole.substr(0, tail == std::string_view::npos ? 0 : tail);
    } else {
      reading.question = CutUtf8(whole, 400);
    }
  }
  const std::size_t asked = rest.find(reading.question);
  const bool only = asked != std::string_view::npos && rest.size() < reading.question.size() + 200;
  if (Trim(rest).size() < 60 || only) {
    if (rest.size() < 600 && reading.question.size() + rest.size() < 900 && !only)
      absl::StrAppend(&reading.question, " ", FoldWhiteSpace(rest));
    return;
  }
  if (!reading.members.empty()) return;
  // What is asked is no text to look in, with the label before it.
  if (labelled && asked < 24) rest.remove_prefix(asked + reading.question.size());
  const int offset =
      lines_before + int(std::count(whole.begin(), whole.begin() + (rest.data() - whole.data()), '\n'));
  reading.sources.push_back({std::string(kPromptName), rest, offset, ""});
}

// Words that say how to answer, not what to look for.
bool IsManner(const std::string& stem) {
  static constexpr std::string_view kManner[] = {
      "agent",      "answer",     "assist",    "bracket",     "brief",       "briefli",    "careful",
      "carefulli",  "care",       "cit",       "citation",    "concis",      "document",   "exact",
      "exactli",    "expert",     "fil",       "find",        "found",       "giv",        "given",
      "good",       "help",       "helpful",   "inform",      "information", "line",       "look",
      "nam",        "number",     "output",    "passag",      "plac",        "point",      "precis",
      "question",   "quot",       "quotation", "read",        "reader",      "repli",      "report",
      "respond",    "result",     "search",    "short",       "sourc_",      "specialist", "stat",
      "sentenc",    "team",       "text",      "text.search", "tool",        "us",         "user",
      "verbatim",   "word",       "work_",     "writ",        "part",        "member",     "research",
      "researcher", "evidenc",    "support",   "never",       "always",      "guess",      "everi",
      "thing",      "relevant",   "tell",      "mak",         "list",        "doubt",      "obviou",
      "easi",       "easili",     "misread",   "unexpect",    "wai",         "also",       "kei",
      "term",       "contradict", "what",      "qualifi"};
  return std::find(std::begin(kManner), std::end(kManner), stem) != std::end(kManner);
}

// A sentence of instructions that says how to work or to write.
bool IsAboutForm(const std::string& folded) {
  for (const std::string_view start :
       {"do not ", "never ", "answer ", "support ", "say ", "list ", "if ", "for each ", "give ", "cite ",
        "quote ", "write ", "begin ", "reply ", "keep "}) {
    if (folded.rfind(start, 0) == 0) return true;
  }
  if (folded.rfind("search ", 0) == 0 && folded.find(" for ") == std::string::npos) return true;
  // What answers directly is what the question's own words find.
  return folded.find("say so") != std::string::npos || folded.find("directly") != std::string::npos;
}

}  // namespace

std::string FocusOf(std::string_view instructions) {
  std::string focus;
  const SplitText split = Split(instructions);
  for (const Sentence& sentence : split.sentences) {
    const std::string_view text = instructions.substr(sentence.begin, sentence.end - sentence.begin);
    if (IsAboutForm(FoldCase(text))) continue;
    for (const std::string& stem : ContentStems(text)) {
      if (!IsManner(stem)) absl::StrAppend(&focus, focus.empty() ? "" : " ", stem);
    }
  }
  return focus;
}

void Read(const ModelRequest& request, Reading& reading) {
  if (request.instructions) reading.instructions = *request.instructions;
  const std::vector<const Message*> messages = request.conversation.messages();
  std::size_t asked = messages.size();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i]->role == Role::kUser) asked = i;
    if (messages[i]->role == Role::kSystem)
      absl::StrAppend(&reading.instructions, "\n", TextOf(*messages[i]));
  }
  reading.bytes = reading.instructions.size();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    bool called = false;
    for (const Part& part : messages[i]->parts) {
      if (const auto* text = std::get_if<Text>(&part)) reading.bytes += text->text.size();
      if (const auto* file = std::get_if<File>(&part)) {
        reading.bytes += file->bytes.size();
        if (IsText(*file))
          reading.sources.push_back({file->name.empty() ? "file" : file->name, file->bytes, 0, ""});
      }
      if (const auto* data = std::get_if<Data>(&part); data != nullptr && messages[i]->role == Role::kUser) {
        // It costs nothing to read all of it, and its lines are those of the file.
        std::string_view text = data->text;
        if (text.empty()) text = reading.owned.emplace_back(DumpJson(data->value, 1));
        reading.sources.push_back({data->name.empty() ? "data" : data->name, text, 0, ""});
      }
      if (i < asked) continue;
      if (const auto* call = std::get_if<ToolCall>(&part)) {
        reading.calls.push_back(call);
        called = true;
      }
      const auto* result = std::get_if<ToolResult>(&part);
      if (result == nullptr) continue;
      std::string text = TextOf(result->content);
      for (const Part& inner : result->content) {
        if (const auto* data = std::get_if<Data>(&inner))
          absl::StrAppend(&text, text.empty() ? "" : "\n", DumpJson(data->value, 1));
      }
      reading.bytes += text.size();
      if (!result->is_error) AddFound(reading, result->name.empty() ? "tool" : result->name, text);
      reading.results.push_back({result->name, std::move(text), result->is_error});
    }
    reading.tool_turns += called ? 1 : 0;
  }
  reading.focus = FocusOf(reading.instructions);
  if (asked == messages.size()) return;
  std::string text = AskedIn(*messages[asked]);
  if (IsHandedOver(text)) text = absl::StrCat("Question: ", HandedQuestion(messages, asked), "\n\n", text);
  reading.prompt = text;
  std::vector<Member> members;
  const std::string_view before = ReadMembers(WithoutRequest(text), members);
  if (LooksAnswered(members, reading.instructions, before)) {
    reading.members = std::move(members);
    std::string goal = Labelled(before, {"question", "goal", "task"});
    reading.question = goal.empty() ? std::string(Trim(before)) : goal;
    return;
  }
  reading.draft = Labelled(text, {"draft", "previous answer", "your answer", "answer so far"});
  const std::size_t look = FoldCase(text).find("look for:");
  if (look != std::string::npos && look < text.size()) {
    const std::size_t end = std::min(text.find('\n', look), text.size());
    absl::StrAppend(&reading.focus, " ", FocusOf(text.substr(look + 9, end - look - 9)));
    text.erase(look, end - look);
  }
  SplitPrompt(reading, std::move(text));
}

}  // namespace ninefold::offline
