// JSON in one form: keys sorted, strings folded, numbers exact (a parser's doubles would merge long ones).
#include <map>
#include <string>
#include <vector>

#include "ninefold/json.h"
#include "team/answer_parts.h"

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
    open_.back().key = Quoted(value);
    return true;
  }
  bool end_object() {
    std::string text;
    for (const auto& [key, value] : open_.back().members)
      text += (text.empty() ? "" : ",") + key + ":" + value;
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

}  // namespace

std::optional<std::string> AsJson(std::string_view text) {
  JsonFolder folder;
  if (!Json::sax_parse(text.begin(), text.end(), &folder)) return std::nullopt;
  return folder.Take();
}

}  // namespace ninefold::answers
