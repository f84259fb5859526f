// JSON in one form: keys sorted, strings folded, numbers exact (a parser's doubles would merge long ones).
#include "ninefold/json.h"

#include <map>
#include <string>
#include <vector>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kJsonDepth = 64;  // each level copies the text of those in it

// Makes the text of each value from that of those in it.
class JsonFolder {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  bool null() { return Put("null"); }
  bool boolean(bool value) { return Put(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) { return Put(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) { return Put(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& digits) {
    std::string_view rest = digits;
    const auto value = ReadNumber(&rest);
    // Every finite decimal has a decimal form, unless it is too long for one.
    std::string text = value && rest.empty() ? RationalText(*value) : digits;
    return Put(text.find('/') == text.npos ? text : digits);
  }
  bool string(string_t& value) { return Put(Quoted(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return Open(true); }
  bool start_array(std::size_t) { return Open(false); }
  bool key(string_t& value) {
    open_.back().key = DumpJson(Json(Plain(value)));
    return true;
  }
  // Keys are folded as far as they stay different: K and k are two.
  bool end_object() {
    std::map<std::string, int> count;
    for (const auto& member : open_.back().members) ++count[FoldCase(member.first)];
    std::map<std::string, std::string> sorted;
    for (auto& [key, value] : open_.back().members) {
      const std::string folded = FoldCase(key);
      sorted[count[folded] > 1 ? key : folded] = std::move(value);
    }
    std::string text;
    for (const auto& [key, value] : sorted) text += (text.empty() ? "" : ",") + key + ":" + value;
    open_.pop_back();
    return Put("{" + text + "}");
  }
  bool end_array() {
    const std::string text = std::move(open_.back().items);
    open_.pop_back();
    return Put("[" + text + "]");
  }
  template <typename Error>
  bool parse_error(std::size_t, const std::string&, const Error&) {
    return false;
  }

  std::string Take() { return std::move(done_); }

 private:
  struct Level {
    bool object = false;
    std::string key, items;
    std::map<std::string, std::string> members;
  };

  static std::string Quoted(const std::string& value) { return DumpJson(Json(FoldCase(Plain(value)))); }
  bool Open(bool object) {
    if (open_.size() >= kJsonDepth) return false;
    open_.push_back({object, "", "", {}});
    return true;
  }
  bool Put(std::string text) {
    if (open_.empty()) {
      done_ = std::move(text);
    } else if (open_.back().object) {
      open_.back().members[open_.back().key] = std::move(text);
    } else {
      std::string& items = open_.back().items;
      if (!items.empty()) items += ',';
      items += text;
    }
    return true;
  }

  std::vector<Level> open_;
  std::string done_;
};

std::optional<std::string> Folded(std::string_view text) {
  JsonFolder folder;
  if (!Json::sax_parse(text.begin(), text.end(), &folder)) return std::nullopt;
  return folder.Take();
}

}  // namespace

std::string FromPython(std::string_view text) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < text.size()) {
        if (text[i + 1] != '\'') out += c;
        out += text[++i];
      } else {
        out += c == quote ? '"' : c;
        if (c == '"' && quote == '\'') out.insert(out.size() - 1, 1, '\\');
        if (c == quote) quote = 0;
      }
      continue;
    }
    if (c == '\'' || c == '"') {
      quote = c;
      out += '"';
      continue;
    }
    std::string_view rest = text.substr(i);
    bool word = false;
    for (const auto& [python, json] : {std::pair{"True", "true"}, {"False", "false"}, {"None", "null"}}) {
      if (word || !DropPrefix(&rest, python)) continue;
      out += json;
      i += std::string_view(python).size() - 1;
      word = true;
    }
    if (word) continue;
    const std::size_t next = c == ',' ? text.find_first_not_of(" \t\r\n", i + 1) : text.npos;
    if (next == text.npos || (text[next] != ']' && text[next] != '}')) out += c;
  }
  return out;
}

std::optional<std::string> AsJson(std::string_view text, bool inside) {
  if (auto json = Folded(text)) return json;
  const bool object = !text.empty() && text[0] == '{' && text.find(':') != text.npos;
  if (text.size() <= kStructuredMost && (object || (!text.empty() && text[0] == '['))) {
    if (auto json = Folded(FromPython(text))) return json;
  }
  const std::size_t begin = text.find_first_of("{["), end = text.find_last_of("}]");
  if (!inside || begin == text.npos || end == text.npos || end < begin || begin + (text.size() - end) == 1) {
    return std::nullopt;
  }
  return AsJson(text.substr(begin, end + 1 - begin), false);
}

}  // namespace ninefold::answers
