// Which tools to call. A tool is worth calling when its required parameters can be told from the question and
// it either searches, calculates, is an agent, or is described in the question's words.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/text_terms.h"
#include "model/offline.h"

namespace ninefold::offline {
namespace {

constexpr std::size_t kCallsMax = 8;

bool NamesAny(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool IsAsked(const std::string& name) {
  return NamesAny(name, {"query", "question", "search", "keyword", "term", "task", "prompt", "text", "input",
                         "message", "request", "topic"}) ||
         name == "q";
}

// A name in the question: in quotes, else capitalised words behind the first, else "".
std::string NamedIn(const std::string& question) {
  for (const char mark : {'"', '`', '\''}) {
    const std::size_t open = question.find(mark);
    const std::size_t close = open == std::string::npos ? open : question.find(mark, open + 1);
    if (close != std::string::npos && close > open + 1 &&
        (mark != '\'' || open == 0 || question[open - 1] == ' '))
      return question.substr(open + 1, close - open - 1);
  }
  std::string name;
  std::size_t end = 0;
  bool first = true, done = false;
  ForEachWord(question, [&](std::string_view, std::size_t offset, std::size_t length) {
    const bool capital = question[offset] >= 'A' && question[offset] <= 'Z';
    const bool follows = !name.empty() && offset == end + 1;
    if (!first && !done && capital && (name.empty() || follows)) {
      absl::StrAppend(&name, name.empty() ? "" : " ", question.substr(offset, length));
      end = offset + length;
    } else if (!name.empty()) {
      done = true;
    }
    first = false;
  });
  return name;
}

// A path or file name in a text, "" without one; `like`: of several the nearest to these words.
std::string PathIn(std::string_view text, std::string_view like) {
  std::string best;
  double most = -1;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \n\t\"'`,;()", at), text.size());
    std::string_view word = text.substr(at, end - at);
    at = end + 1;
    while (!word.empty() && NamesAny(word.substr(word.size() - 1), {".", "?", ":", "!"}))
      word.remove_suffix(1);
    const std::size_t dot = word.rfind('.');
    const bool extension = dot != std::string_view::npos && dot > 0 && dot + 1 < word.size() &&
                           word.size() - dot <= 6 && !std::isdigit(std::uint8_t(word[dot + 1]));
    if (word.size() < 3 || (!extension && word.find('/') == std::string_view::npos)) continue;
    const double likeness = Likeness(word, like);
    if (likeness <= most) continue;
    most = likeness;
    best = word;
  }
  return best;
}

std::optional<double> NumberIn(const std::string& question) {
  std::optional<double> number;
  ForEachWord(question, [&](std::string_view word, std::size_t, std::size_t) {
    if (!number && word[0] >= '0' && word[0] <= '9') number = std::strtod(std::string(word).c_str(), nullptr);
  });
  return number;
}

std::optional<Json> Argument(const Reading& reading, const std::string& key, const Json& schema,
                             std::string_view query, bool required) {
  if (const Json* constant = GetMember(schema, "const")) return *constant;
  if (const Json* choices = GetMember(schema, "enum"); choices != nullptr && choices->is_array()) {
    for (const Json& choice : *choices) {
      if (choice.is_string() && Likeness(choice.get<std::string>(), reading.question) > 0) return choice;
    }
    if (!required || choices->empty()) return std::nullopt;
    return (*choices)[0];
  }
  if (!required && !IsAsked(FoldCase(key))) return std::nullopt;
  if (const Json* fallback = GetMember(schema, "default")) return *fallback;
  const std::string* type = GetString(schema, "type");
  const std::string name = FoldCase(key);
  const std::string kind = type == nullptr ? "string" : *type;
  if (kind == "integer" || kind == "number") {
    const std::optional<double> number = NumberIn(reading.question);
    if (!number) return std::nullopt;
    const double low = GetNumber(schema, "minimum").value_or(*number),
                 high = GetNumber(schema, "maximum").value_or(*number);
    if (*number < low || *number > high) return std::nullopt;
    if (kind == "integer") return Json(std::int64_t(*number));
    return Json(*number);
  }
  if (kind == "boolean") return Json(false);
  if (kind == "array")
    return IsAsked(name) ? std::optional<Json>(Json::array({std::string(query)})) : std::nullopt;
  if (kind != "string") return std::nullopt;
  std::string value;
  if (NamesAny(name, {"expression", "expr", "formula"})) value = FindSum(reading.question);
  if (value.empty() && NamesAny(name, {"path", "file", "url", "uri"}))
    value = PathIn(reading.question, reading.question);
  for (auto it = reading.results.rbegin();
       value.empty() && it != reading.results.rend() && NamesAny(name, {"path", "file"}); ++it)
    value = PathIn(it->text, reading.question);
  if (value.empty() && NamesAny(name, {"question", "task", "prompt", "message", "request", "input", "text"}))
    value = reading.question;
  if (value.empty() && (IsAsked(name) || name == "pattern")) value = query;
  if (value.empty() && !NamesAny(name, {"path", "file", "url", "uri", "expr", "formula", "id"}))
    value = NamedIn(reading.question);
  if (value.empty()) return std::nullopt;
  return Json(value);
}

struct Shape {
  bool searches = false, calculates = false, is_agent = false;
};

Shape ShapeOf(const ToolSpec& tool) {
  const std::string name = FoldCase(tool.name);
  const Json* properties = GetMember(tool.parameters, "properties");
  Shape shape;
  if (properties == nullptr || !properties->is_object()) return shape;
  bool asks = false;
  for (const auto& [key, unused] : properties->items())
    asks = asks || IsAsked(FoldCase(key)) || key == "pattern";
  const std::string about = absl::StrCat(name, " ", FoldCase(tool.description));
  shape.calculates = NamesAny(name, {"calc", "math", "arith"}) ||
                     (properties->contains("expression") && NamesAny(about, {"arithmetic", "evaluat"}));
  shape.is_agent = properties->size() == 1 && properties->contains("task");
  shape.searches =
      asks && !shape.is_agent && NamesAny(about, {"search", "find", "retriev", "lookup", "passages", "grep"});
  return shape;
}

std::string Keywords(const std::string& question) {
  std::vector<std::string> words;
  ForEachWord(question, [&](std::string_view word, std::size_t, std::size_t) {
    std::string kept(word);
    if (!IsStopWord(word) && words.size() < 16 && std::find(words.begin(), words.end(), kept) == words.end())
      words.push_back(std::move(kept));
  });
  return words.empty() ? question : absl::StrJoin(words, " ");
}

class Chooser {
 public:
  Chooser(const Reading& reading, const ModelRequest& request) : reading_(reading), request_(request) {
    for (const ToolCall* call : reading.calls)
      made_.insert(absl::StrCat(call->name, DumpJson(call->arguments)));
  }

  std::vector<ToolCall> Run() {
    const std::vector<ToolSpec>& tools = request_.tools->specs();
    const std::string sum = FindSum(reading_.question);
    for (const ToolSpec& tool : tools) {
      if (!sum.empty() && ShapeOf(tool).calculates) Add(tool, sum);
    }
    if (!calls_.empty()) return Take();
    for (const ToolSpec& tool : tools) {
      if (ShapeOf(tool).searches) Search(tool);
    }
    if (!calls_.empty()) return Take();
    for (const ToolSpec& tool : tools) {
      const bool like = Likeness(absl::StrCat(tool.name, " ", tool.description), reading_.question) > 0;
      if (ShapeOf(tool).calculates || ShapeOf(tool).searches) continue;
      const bool names = FoldCase(reading_.question).find(FoldCase(tool.name)) != std::string::npos;
      if (like || names || ShapeOf(tool).is_agent || NextFile(tool)) Add(tool, Keywords(reading_.question));
    }
    if (calls_.empty() && request_.tool_choice == ToolChoice::kRequired) Force(tools);
    return Take();
  }

 private:
  std::vector<ToolCall> Take() {
    const std::size_t most = request_.settings.parallel_tool_calls ? kCallsMax : 1;
    if (calls_.size() > most) calls_.resize(most);
    return std::move(calls_);
  }

  // A file reader after a list of files.
  bool NextFile(const ToolSpec& tool) const {
    const Json* properties = GetMember(tool.parameters, "properties");
    return !reading_.results.empty() && properties != nullptr && properties->contains("path") &&
           NamesAny(FoldCase(tool.name), {"read", "open", "get"});
  }

  void Search(const ToolSpec& tool) {
    const std::string words = Keywords(reading_.question);
    if (reading_.tool_turns == 0) {
      Add(tool, words);
      if (!reading_.focus.empty()) {
        Add(tool, absl::StrCat(words, " ", FocusWords()));
      }
    } else {
      // Again, with what is rarer in speech: the longest words.
      std::vector<std::string> longest = absl::StrSplit(words, ' ');
      std::stable_sort(longest.begin(), longest.end(),
                       [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
      if (longest.size() > 3) longest.resize(3);
      Add(tool, absl::StrJoin(longest, " "));
    }
  }

  // A few words of the instructions, as written, that say what to look for.
  std::string FocusWords() const {
    const std::string focus = absl::StrCat(" ", reading_.focus, " ");
    std::vector<std::string> kept;
    ForEachWord(reading_.instructions, [&](std::string_view word, std::size_t, std::size_t) {
      std::string stem(word);
      Stem(stem);
      if (IsStopWord(word) || focus.find(absl::StrCat(" ", stem, " ")) == std::string::npos ||
          kept.size() == 6)
        return;
      if (std::find(kept.begin(), kept.end(), word) == kept.end()) kept.emplace_back(word);
    });
    if (focus.find(" defin") != std::string::npos) kept.emplace_back("means");  // how definitions speak
    return absl::StrJoin(kept, " ");
  }

  void Add(const ToolSpec& tool, const std::string& query) {
    std::optional<Json> arguments = FillArguments(reading_, tool.parameters, query);
    if (!arguments || !made_.insert(absl::StrCat(tool.name, DumpJson(*arguments))).second) return;
    Append(tool, *std::move(arguments));
  }

  // Something must be called, though nothing fits.
  void Force(const std::vector<ToolSpec>& tools) {
    for (const ToolSpec& tool : tools) {
      std::optional<Json> arguments = FillArguments(reading_, tool.parameters, Keywords(reading_.question));
      if (!arguments) continue;
      Append(tool, *std::move(arguments));
      return;
    }
    if (!tools.empty()) Append(tools[0], Fill(reading_, tools[0].parameters));
  }

  void Append(const ToolSpec& tool, Json arguments) {
    calls_.push_back({absl::StrCat("offline_", reading_.calls.size() + calls_.size() + 1), tool.name,
                      std::move(arguments)});
  }

  const Reading& reading_;
  const ModelRequest& request_;
  std::set<std::string> made_;
  std::vector<ToolCall> calls_;
};

}  // namespace

std::optional<Json> FillArguments(const Reading& reading, const Json& schema, std::string_view query) {
  Json arguments = Json::object();
  const Json* properties = GetMember(schema, "properties");
  const Json* required = GetMember(schema, "required");
  if (properties == nullptr || !properties->is_object()) return arguments;
  for (const auto& [key, property] : properties->items()) {
    const bool must = required != nullptr && required->is_array() &&
                      std::find(required->begin(), required->end(), Json(key)) != required->end();
    std::optional<Json> value = Argument(reading, key, property, query, must);
    if (!value && must) return std::nullopt;
    if (value) arguments[key] = *std::move(value);
  }
  return arguments;
}

std::vector<ToolCall> ChooseCalls(const Reading& reading, const ModelRequest& request) {
  return Chooser(reading, request).Run();
}

}  // namespace ninefold::offline
