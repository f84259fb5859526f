// A value for a JSON Schema: each property is looked for near the words of its name and description; what is
// not in the text gets the least value that conforms.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "model/offline.h"

namespace ninefold::offline {
namespace {

constexpr int kDepthMax = 24;

// "dueDate", "due_date" as "due date".
std::string WordsOf(std::string_view key) {
  std::string words;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool hump = i > 0 && key[i] >= 'A' && key[i] <= 'Z' && key[i - 1] >= 'a' && key[i - 1] <= 'z';
    if (hump) words += ' ';
    words += key[i] == '_' || key[i] == '-' ? ' ' : key[i];
  }
  return words;
}

std::string TypeOf(const Json& schema) {
  const Json* type = GetMember(schema, "type");
  if (type != nullptr && type->is_string()) return type->get<std::string>();
  if (type != nullptr && type->is_array()) {
    for (const Json& one : *type) {
      if (one.is_string() && one != "null") return one.get<std::string>();
    }
    return "null";
  }
  if (schema.is_object() && schema.contains("properties")) return "object";
  return schema.is_object() && schema.contains("items") ? "array" : "string";
}

class Filler {
 public:
  Filler(const Reading& reading, const Json& root) : root_(root) {
    for (const Source& source : reading.sources) Add(source.text);
    for (const Source& source : reading.found) Add(source.text);
    for (const Member& member : reading.members) Add(member.text);
    if (sources_ == 0) Add(reading.question);
    index_.Finish();
    if (reading.members.size() > 1) {
      answer_ = Merge(reading);
      return;
    }
    std::vector<Source> all = reading.sources;
    all.insert(all.end(), reading.found.begin(), reading.found.end());
    if (all.empty()) return;
    const Answer answer = Extract(reading, all, QuotesMax(reading));
    answer_ = Render(reading, answer);
    for (const Quote& quote : answer.quotes) quotes_.push_back(quote.text);
  }

  Json Value(const Json& schema, const std::string& about, int depth) {
    const Json& resolved = Resolve(schema);
    if (const Json* constant = GetMember(resolved, "const")) return *constant;
    if (const Json* choices = GetMember(resolved, "enum");
        choices != nullptr && choices->is_array() && !choices->empty())
      return Choice(*choices, about);
    for (const char* key : {"anyOf", "oneOf", "allOf"}) {
      const Json* some = GetMember(resolved, key);
      if (some == nullptr || !some->is_array() || some->empty() || depth > kDepthMax ||
          resolved.contains("type"))
        continue;
      for (const Json& one : *some) {
        if (TypeOf(Resolve(one)) != "null") return Value(one, about, depth + 1);
      }
    }
    const std::string type = TypeOf(resolved);
    if (type == "object") return Object(resolved, depth);
    if (type == "array") return Array(resolved, about, depth);
    if (type == "integer" || type == "number") return Number(resolved, about, type == "integer");
    if (type == "boolean") return Yes(about);
    if (type == "null") return nullptr;
    return String(resolved, about);
  }

 private:
  void Add(std::string_view text) {
    index_.Add("text", text);
    ++sources_;
  }

  const Json& Resolve(const Json& schema) const {
    const Json* at = &schema;
    for (int i = 0; i < 16; ++i) {
      const std::string* ref = GetString(*at, "$ref");
      if (ref == nullptr || ref->empty() || (*ref)[0] != '#') return *at;
      const Json* next = &root_;
      std::string_view path = std::string_view(*ref).substr(1);
      while (next != nullptr && path.size() > 1) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string key =
            absl::StrReplaceAll(std::string(path.substr(1, end - 1)), {{"~1", "/"}, {"~0", "~"}});
        next = GetMember(*next, key);
        path.remove_prefix(end);
      }
      if (next == nullptr) return *at;
      at = next;
    }
    return *at;
  }

  // The sentence nearest to the words, or none; `sure`: at least half of the words' weight is in it.
  std::optional<std::uint32_t> Nearest(const std::string& about,
                                       bool (*fits)(const std::string&) = nullptr) const {
    const TextQuery query = index_.Resolve(about);
    double all = 0, best = 0;
    for (const TextConcept& wanted : query) all += wanted.known ? wanted.idf : 0.3 * wanted.idf;
    std::optional<std::uint32_t> nearest;
    for (const TextHit& hit : index_.Search(query, 30)) {
      for (std::uint32_t s = index_.sentence_begin(hit.passage); s < index_.sentence_end(hit.passage); ++s) {
        const std::vector<double> worth = index_.MatchSentence(query, s);
        double score = 0;
        for (std::size_t c = 0; c < query.size(); ++c) score += worth[c] * query[c].idf;
        if (score <= best || (fits != nullptr && !fits(std::string(index_.TextOfSentence(s))))) continue;
        best = score;
        nearest = s;
      }
    }
    if (best < 0.3 * all) return std::nullopt;
    return nearest;
  }

  static bool HasDigit(const std::string& text) {
    return text.find_first_of("0123456789") != std::string::npos;
  }

  // The number in `text` nearest to a word of `about`.
  std::optional<double> NumberNear(std::string_view text, const std::string& about) const {
    const std::vector<std::string> words = ContentStems(about);
    std::vector<std::size_t> places;
    struct Found {
      double value;
      std::size_t at;
    };
    std::vector<Found> numbers;
    ForEachWord(text, [&](std::string_view word, std::size_t offset, std::size_t) {
      if (word[0] >= '0' && word[0] <= '9') {
        const std::string digits(word);
        const bool minus = offset > 0 && text[offset - 1] == '-' && (offset == 1 || text[offset - 2] == ' ');
        numbers.push_back({std::strtod(digits.c_str(), nullptr) * (minus ? -1 : 1), offset});
        return;
      }
      std::string stem(word);
      Stem(stem);
      if (std::find(words.begin(), words.end(), stem) != words.end()) places.push_back(offset);
    });
    std::optional<double> nearest;
    std::size_t least = std::string::npos;
    for (const Found& number : numbers) {
      for (const std::size_t place : places) {
        // What follows the word is likelier its value than what stands before it.
        const std::size_t away = number.at >= place ? number.at - place : place - number.at + 6;
        if (away >= least) continue;
        least = away;
        nearest = number.value;
      }
    }
    if (!nearest && !numbers.empty()) nearest = numbers[0].value;
    return nearest;
  }

  Json Number(const Json& schema, const std::string& about, bool whole) const {
    double value = 0;
    if (const auto s = Nearest(about, HasDigit))
      value = NumberNear(index_.TextOfSentence(*s), about).value_or(0);
    const double step = whole ? 1 : 1e-6;
    if (const auto least = GetNumber(schema, "minimum")) value = std::max(value, *least);
    if (const auto most = GetNumber(schema, "maximum")) value = std::min(value, *most);
    if (const auto over = GetNumber(schema, "exclusiveMinimum"); over && value <= *over)
      value = whole ? std::floor(*over) + step : *over + step;
    if (const auto below = GetNumber(schema, "exclusiveMaximum"); below && value >= *below)
      value = whole ? std::ceil(*below) - step : *below - step;
    if (const auto unit = GetNumber(schema, "multipleOf"); unit && *unit > 0)
      value = std::round(value / *unit) * *unit;
    if (!whole) return value;
    value = std::round(value);
    if (std::abs(value) > 9e15) return 0;
    return std::int64_t(value);
  }

  Json Yes(const std::string& about) const {
    const auto s = Nearest(about);
    if (!s) return false;
    const std::string said = absl::StrCat(" ", FoldCase(FoldWhiteSpace(index_.TextOfSentence(*s))), " ");
    for (const std::string_view no : {" not ", " no ", " never ", " without ", " cannot ", "n't ",
                                      " neither ", " none ", " nicht ", " kein "}) {
      if (said.find(no) != std::string::npos) return false;
    }
    return true;
  }

  Json Choice(const Json& choices, const std::string& about) const {
    const auto s = Nearest(about);
    std::string said;
    if (s) said = index_.TextOfSentence(*s);
    absl::StrAppend(&said, "\n", answer_.substr(0, 20'000));
    const Json* best = &choices[0];
    double most = 0;
    for (const Json& choice : choices) {
      const std::string words = choice.is_string() ? WordsOf(choice.get<std::string>()) : DumpJson(choice);
      double like =
          Likeness(words, s ? std::string(index_.TextOfSentence(*s)) : "") * 2 + Likeness(words, said);
      if (like == 0 && sources_ > 0) like = 0.5 * Anywhere(words);
      if (like <= most) continue;
      most = like;
      best = &choice;
    }
    return *best;
  }

  double Anywhere(const std::string& words) const {
    const TextQuery query = index_.Resolve(words);
    double known = 0;
    for (const TextConcept& wanted : query) known += wanted.known ? 1 : 0;
    return query.empty() ? 0 : known / double(query.size());
  }

  Json String(const Json& schema, const std::string& about) const {
    const std::size_t least = std::size_t(std::max<std::int64_t>(0, GetInt(schema, "minLength").value_or(0)));
    const std::int64_t most = GetInt(schema, "maxLength").value_or(2000);
    std::string value = Text(about);
    if (const std::string* format = GetString(schema, "format"); format != nullptr && *format == "date")
      value = DateNear(about);
    if (most >= 0) value = std::string(CutUtf8(value, std::size_t(most)));
    if (value.size() < least && least < 100'000) value.append(least - value.size(), '-');
    return value;
  }

  std::string Text(const std::string& about) const {
    const std::string folded = FoldCase(about);
    for (const std::string_view word : {"answer", "summary", "result", "reply", "conclusion", "finding"}) {
      if (folded.rfind(word, 0) == 0 && !answer_.empty()) return answer_;
    }
    if (folded.find("quote") == 0 && !quotes_.empty()) return quotes_[0];
    const auto s = Nearest(about);
    if (!s) return answer_.empty() || sources_ == 0 ? "" : std::string(kNotFound);
    const std::string said = FoldWhiteSpace(index_.TextOfSentence(*s));
    // "Landlord: Anna Weber" gives the part after the colon.
    const std::size_t colon = said.find(": ");
    const bool labelled = colon < 40 && Likeness(said.substr(0, colon), about) > 0;
    return labelled ? said.substr(colon + 2) : said;
  }

  // YYYY-MM-DD near the words.
  std::string DateNear(const std::string& about) const {
    static constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
    const auto s = Nearest(about, HasDigit);
    if (!s) return "1970-01-01";
    std::vector<int> numbers;
    int month = 0;
    ForEachWord(index_.TextOfSentence(*s), [&](std::string_view word, std::size_t, std::size_t) {
      if (word[0] >= '0' && word[0] <= '9' && word.size() <= 10)
        numbers.push_back(std::atoi(std::string(word).c_str()));
      const auto it = std::find(std::begin(kMonths), std::end(kMonths), word.substr(0, 3));
      if (month == 0 && it != std::end(kMonths)) month = int(it - std::begin(kMonths)) + 1;
    });
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const bool year = numbers[i] >= 1500 && numbers[i] < 3000;
      if (!year) continue;
      int m = month, d = 1;
      if (month == 0 && i + 2 < numbers.size()) m = numbers[i + 1], d = numbers[i + 2];
      if (month != 0 && i > 0) d = numbers[i - 1];
      if (m < 1 || m > 12 || d < 1 || d > 31) continue;
      const auto two = [](int n) { return absl::StrCat(n < 10 ? "0" : "", n); };
      return absl::StrCat(numbers[i], "-", two(m), "-", two(d));
    }
    return "1970-01-01";
  }

  Json Array(const Json& schema, const std::string& about, int depth) {
    const std::size_t least =
        std::size_t(std::clamp<std::int64_t>(GetInt(schema, "minItems").value_or(0), 0, 1000));
    const std::size_t most =
        std::size_t(std::clamp<std::int64_t>(GetInt(schema, "maxItems").value_or(16), 0, 1000));
    Json list = Json::array();
    const Json* items = GetMember(schema, "items");
    static const Json kAny = {{"type", "string"}};
    const Json& item = Resolve(items == nullptr || !items->is_object() ? kAny : *items);
    const bool strings = TypeOf(item) == "string" && !item.contains("enum");
    if (strings) {
      for (const std::string& one : Matches(about)) {
        if (list.size() < most) list.push_back(one);
      }
    } else if (item.contains("enum")) {
      for (const Json& choice : item["enum"]) {
        const bool there = choice.is_string() && Anywhere(WordsOf(choice.get<std::string>())) >= 1;
        if (there && list.size() < most) list.push_back(choice);
      }
    }
    while (list.size() < std::min(least, most) && depth < kDepthMax)
      list.push_back(Value(item, about, depth + 1));
    return list;
  }

  // The items of the list under the heading or lead-in that the words name, else the quotes, else the nearest
  // sentence.
  std::vector<std::string> Matches(const std::string& about) const {
    std::vector<std::string> matches;
    for (std::uint32_t p = 0; p < index_.passage_count() && matches.size() < 64; ++p) {
      if (index_.passage(p).kind != PassageKind::kItem) continue;
      const std::uint32_t parent = index_.parent_of(p);
      const std::string lead =
          absl::StrCat(index_.HeadingText(p), " ",
                       parent == Passage::kNone ? "" : std::string(index_.TextOfPassage(parent)));
      if (Likeness(lead, about) < 0.5 && Likeness(about, lead) < 0.5) continue;
      std::string text;
      for (std::uint32_t s = index_.sentence_begin(p); s < index_.sentence_end(p); ++s)
        absl::StrAppend(&text, text.empty() ? "" : " ", FoldWhiteSpace(index_.TextOfSentence(s)));
      matches.push_back(std::move(text));
    }
    if (matches.empty()) matches = quotes_;
    if (matches.empty()) {
      if (const auto s = Nearest(about)) matches.push_back(FoldWhiteSpace(index_.TextOfSentence(*s)));
    }
    return matches;
  }

  Json Object(const Json& schema, int depth) {
    Json object = Json::object();
    const Json* properties = GetMember(schema, "properties");
    const Json* required = GetMember(schema, "required");
    if (depth > kDepthMax || properties == nullptr || !properties->is_object()) return object;
    for (const auto& [key, property] : properties->items()) {
      const bool must = required != nullptr && required->is_array() &&
                        std::find(required->begin(), required->end(), Json(key)) != required->end();
      if (!must && depth > 6) continue;  // a schema that holds itself ends here
      const Json& resolved = Resolve(property);
      const std::string* description = GetString(resolved, "description");
      const std::string words =
          absl::StrCat(WordsOf(key), description == nullptr ? "" : absl::StrCat(" ", *description));
      if (!must && !Worth(resolved, words)) continue;
      object[key] = Value(property, words, depth + 1);
    }
    return object;
  }

  // Whether an optional property has something in the text.
  bool Worth(const Json& schema, const std::string& words) const {
    const std::string type = TypeOf(schema);
    return type == "object" || type == "array" || Nearest(words).has_value() || Text(words) == answer_;
  }

  const Json& root_;
  TextIndex index_;
  int sources_ = 0;
  std::string answer_;
  std::vector<std::string> quotes_;
};

}  // namespace

Json Fill(const Reading& reading, const Json& schema) { return Filler(reading, schema).Value(schema, "", 0); }

}  // namespace ninefold::offline
