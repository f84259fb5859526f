// A walk over schema and value together, a handler a keyword. A probe (anyOf, not, if) walks with a list of
// mistakes of its own.
#include "base/json_schema.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/schema_tree.h"
#include "base/suggest.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

using Mistakes = std::vector<SchemaMistake>;

class Validator {
 public:
  Validator(const Json& root, const SchemaLimits& limits) : root_(root), limits_(limits) {}

  Mistakes Run(const Json& value) {
    Mistakes mistakes;
    mistakes_ = &mistakes;
    Visit(root_, value, "");
    if (!broken_.empty()) mistakes = {{"", broken_}};
    return mistakes;
  }

 private:
  using Handler = void (Validator::*)(const Json& schema, const Json& word, const Json& value,
                                      const std::string& at);
  static const std::unordered_map<std::string_view, Handler>& Handlers();

  // Ends the whole walk: the schema cannot be used, or is too much work.
  void Break(std::string why) {
    if (broken_.empty()) broken_ = std::move(why);
  }
  bool Done() const { return !broken_.empty() || mistakes_->size() >= limits_.mistakes_max; }
  bool Step(std::size_t n = 1) {
    steps_ += n;
    if (steps_ > limits_.steps_max)
      Break("checking it against its schema takes too long; make the schema or the value smaller");
    return broken_.empty();
  }
  void Add(const std::string& at, std::string what) {
    if (mistakes_->size() < limits_.mistakes_max) mistakes_->push_back({at, std::move(what)});
  }

  void Visit(const Json& schema, const Json& value, const std::string& at) {
    if (Done() || !Step()) return;
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) Add(at, "nothing is allowed here");
      return;
    }
    if (!schema.is_object()) return Break("its schema is damaged: neither an object nor true or false");
    if (depth_ >= limits_.depth_max)
      return Break(absl::StrCat("its schema nests deeper than ", limits_.depth_max));
    ++depth_;
    const std::size_t before = mistakes_->size();
    const Json* type = GetMember(schema, "type");
    if (type != nullptr) Type(*type, value, at);
    if (mistakes_->size() == before)
      VisitWords(schema, value, at);  // the rest says little of a value of another type
    --depth_;
  }

  void VisitWords(const Json& schema, const Json& value, const std::string& at) {
    const auto& handlers = Handlers();
    for (auto it = schema.begin(); it != schema.end(); ++it) {
      if (!Step()) return;
      const auto handler = handlers.find(std::string_view(it.key()));
      if (handler != handlers.end()) (this->*handler->second)(schema, it.value(), value, at);
    }
  }

  Mistakes Probe(const Json& schema, const Json& value, const std::string& at) {
    Mistakes own;
    Mistakes* outer = std::exchange(mistakes_, &own);
    Visit(schema, value, at);
    mistakes_ = outer;
    return own;
  }
  bool Fits(const Json& schema, const Json& value) { return Probe(schema, value, "").empty(); }

  void Type(const Json& type, const Json& value, const std::string& at) {
    if (type.is_string()) {
      if (!HasType(value, type.get_ref<const std::string&>()))
        Add(at, absl::StrCat(Shown(value), " is not ", Article(type)));
      return;
    }
    if (!type.is_array()) return;
    std::string names;
    for (const Json& one : type) {
      if (!one.is_string() || HasType(value, one.get_ref<const std::string&>())) return;
      absl::StrAppend(&names, names.empty() ? "" : " nor ", Article(one));
    }
    Add(at, absl::StrCat(Shown(value), " is neither ", names));
  }

  void Enum(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array() || !Step(word.size())) return;
    std::vector<std::string> names;
    std::string list;
    for (const Json& one : word) {
      if (one == value) return;
      const std::string* text = one.get_ptr<const std::string*>();
      if (text != nullptr) names.push_back(*text);
      if (list.size() > 300) continue;
      absl::StrAppend(&list, list.empty() ? "" : ", ", text == nullptr ? Shown(one) : *text);
      if (list.size() > 300) absl::StrAppend(&list, ", …");
    }
    const auto* given = value.get_ptr<const std::string*>();
    Add(at,
        absl::StrCat(Shown(value), " is none of ", list, given == nullptr ? "" : DidYouMean(*given, names)));
  }

  void Const(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (word != value) Add(at, absl::StrCat(Shown(value), " is not ", Shown(word)));
  }

  template <class Wrong>
  void Number(const Json& word, const Json& value, const std::string& at, const char* what, Wrong wrong) {
    if (!value.is_number() || !word.is_number() || !wrong(Wide(value), Wide(word))) return;
    Add(at, absl::StrCat(Shown(value), what, Shown(word)));
  }
  void Minimum(const Json&, const Json& word, const Json& value, const std::string& at) {
    Number(word, value, at, " is less than the minimum ", [](auto v, auto w) { return v < w; });
  }
  void Maximum(const Json&, const Json& word, const Json& value, const std::string& at) {
    Number(word, value, at, " is more than the maximum ", [](auto v, auto w) { return v > w; });
  }
  void ExclusiveMinimum(const Json&, const Json& word, const Json& value, const std::string& at) {
    Number(word, value, at, " is not more than ", [](auto v, auto w) { return v <= w; });
  }
  void ExclusiveMaximum(const Json&, const Json& word, const Json& value, const std::string& at) {
    Number(word, value, at, " is not less than ", [](auto v, auto w) { return v >= w; });
  }
  void MultipleOf(const Json&, const Json& word, const Json& value, const std::string& at) {
    Number(word, value, at, " is not a multiple of ", [](auto v, auto w) {
      if (w <= 0) return false;
      const auto count = v / w;
      return std::fabs(count - std::nearbyint(count)) > 1e-9L * std::max<long double>(1, std::fabs(count));
    });
  }

  // Counts: a bound that is no number is not one.
  template <class Wrong>
  void Count(std::size_t have, const Json& word, const std::string& at, const char* unit, const char* bound,
             Wrong wrong) {
    if (!word.is_number() || !wrong(static_cast<long double>(have), Wide(word))) return;
    Add(at, absl::StrCat("has ", have, " ", unit, have == 1 ? "" : "s", "; ", bound, " ", Shown(word)));
  }
  void AtLeast(std::size_t have, const Json& word, const std::string& at, const char* unit) {
    Count(have, word, at, unit, "at least", [](auto v, auto w) { return v < w; });
  }
  void AtMost(std::size_t have, const Json& word, const std::string& at, const char* unit) {
    Count(have, word, at, unit, "at most", [](auto v, auto w) { return v > w; });
  }
  void MinLength(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_string()) AtLeast(CodePoints(value.get_ref<const std::string&>()), word, at, "character");
  }
  void MaxLength(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_string()) AtMost(CodePoints(value.get_ref<const std::string&>()), word, at, "character");
  }
  void MinItems(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_array()) AtLeast(value.size(), word, at, "item");
  }
  void MaxItems(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_array()) AtMost(value.size(), word, at, "item");
  }
  void MinProperties(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_object()) AtLeast(value.size(), word, at, "member");
  }
  void MaxProperties(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (value.is_object()) AtMost(value.size(), word, at, "member");
  }

  bool Matches(const std::string& pattern, const std::string& text) {
    auto& compiled = patterns_[pattern];
    if (!compiled) compiled = std::make_unique<PatternOf>(pattern);
    if (!compiled->status().ok())
      Break(absl::StrCat("its schema is damaged: ", Describe(compiled->status())));
    return Step(1 + text.size() / 64) && compiled->Matches(text);
  }
  void Pattern(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_string() || !value.is_string()) return;
    if (Matches(word.get_ref<const std::string&>(), value.get_ref<const std::string&>())) return;
    Add(at, absl::StrCat(Shown(value), " does not match the pattern ", word.get_ref<const std::string&>()));
  }

  void Properties(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_object() || !value.is_object()) return;
    for (auto it = value.begin(); it != value.end() && !Done(); ++it) {
      const auto property = word.find(it.key());
      if (property != word.end()) Visit(*property, it.value(), Below(at, it.key()));
    }
  }
  void PatternProperties(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_object() || !value.is_object()) return;
    for (auto rule = word.begin(); rule != word.end(); ++rule) {
      for (auto it = value.begin(); it != value.end() && !Done(); ++it) {
        if (Matches(rule.key(), it.key())) Visit(rule.value(), it.value(), Below(at, it.key()));
      }
    }
  }
  void AdditionalProperties(const Json& schema, const Json& word, const Json& value, const std::string& at) {
    if (!value.is_object()) return;
    const Json* known = GetMember(schema, "properties");
    const Json* rules = GetMember(schema, "patternProperties");
    for (auto it = value.begin(); it != value.end() && !Done(); ++it) {
      if (!Step() || (known != nullptr && known->is_object() && known->contains(it.key()))) continue;
      bool matched = false;
      if (rules != nullptr && rules->is_object()) {
        for (auto rule = rules->begin(); rule != rules->end() && !matched; ++rule)
          matched = Matches(rule.key(), it.key());
      }
      if (matched) continue;
      if (!word.is_boolean()) {
        Visit(word, it.value(), Below(at, it.key()));
      } else if (!word.get<bool>()) {
        Add(Below(at, it.key()), absl::StrCat("unknown", DidYouMean(it.key(), KeysOf(known))));
      }
    }
  }
  void PropertyNames(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!value.is_object()) return;
    for (auto it = value.begin(); it != value.end() && !Done(); ++it) {
      const Mistakes wrong = Probe(word, Json(it.key()), "");
      if (!wrong.empty()) Add(Below(at, it.key()), absl::StrCat("its name: ", wrong.front().what));
    }
  }
  void Required(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array() || !value.is_object()) return;
    for (const Json& key : word) {
      if (Done() || !Step() || !key.is_string()) return;
      const auto& name = key.get_ref<const std::string&>();
      if (!value.contains(name)) Add(Below(at, name), "missing");
    }
  }
  void DependentRequired(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_object() || !value.is_object()) return;
    for (auto it = word.begin(); it != word.end(); ++it) {
      if (value.contains(it.key())) Required(word, it.value(), value, at);
    }
  }

  void PrefixItems(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array() || !value.is_array()) return;
    for (std::size_t i = 0; i < std::min(word.size(), value.size()) && !Done(); ++i) {
      Visit(word[i], value[i], absl::StrCat(at, "/", i));
    }
  }
  void Items(const Json& schema, const Json& word, const Json& value, const std::string& at) {
    if (!value.is_array()) return;
    const Json* prefix = GetMember(schema, "prefixItems");
    const std::size_t first = prefix != nullptr && prefix->is_array() ? prefix->size() : 0;
    for (std::size_t i = first; i < value.size() && !Done(); ++i)
      Visit(word, value[i], absl::StrCat(at, "/", i));
  }
  void Contains(const Json& schema, const Json& word, const Json& value, const std::string& at) {
    if (!value.is_array()) return;
    std::size_t found = 0;
    for (std::size_t i = 0; i < value.size() && broken_.empty(); ++i) found += Fits(word, value[i]) ? 1 : 0;
    const Json* least = GetMember(schema, "minContains");
    const Json* most = GetMember(schema, "maxContains");
    AtLeast(found, least == nullptr ? Json(1) : *least, at, "fitting item");
    if (most != nullptr) AtMost(found, *most, at, "fitting item");
  }
  void UniqueItems(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (word != Json(true) || !value.is_array() || !Step(value.size())) return;
    std::unordered_map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto [it, is_new] = seen.emplace(DumpJson(Normal(value[i])), i);
      if (!is_new)
        return Add(absl::StrCat(at, "/", i),
                   absl::StrCat("the same as item ", it->second, "; items must differ"));
    }
  }

  void AllOf(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array()) return;
    for (const Json& one : word) {
      if (Done()) return;
      Visit(one, value, at);
    }
  }
  // Of the alternatives that fail, the one that got furthest says most.
  void AnyOf(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array()) return;
    Mistakes nearest;
    for (const Json& one : word) {
      Mistakes wrong = Probe(one, value, at);
      if (!broken_.empty() || wrong.empty()) return;
      const auto reach = [](const Mistakes& m) { return m.empty() ? 0 : m.front().at.size() + 1; };
      if (reach(wrong) > reach(nearest)) nearest = std::move(wrong);
    }
    if (nearest.empty()) return;
    if (nearest.front().at != at) {
      for (SchemaMistake& mistake : nearest) Add(mistake.at, std::move(mistake.what));
    } else {
      Add(at, absl::StrCat("fits none of ", word.size(), " alternatives: ", nearest.front().what));
    }
  }
  void OneOf(const Json& schema, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_array()) return;
    std::size_t fitting = 0;
    for (const Json& one : word) {
      if (!broken_.empty() || fitting > 1) break;
      fitting += Fits(one, value) ? 1 : 0;
    }
    if (fitting == 0 && broken_.empty()) AnyOf(schema, word, value, at);
    if (fitting > 1) Add(at, absl::StrCat("fits more than one of ", word.size(), " alternatives"));
  }
  void Not(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (Fits(word, value) && broken_.empty())
      Add(at, absl::StrCat(Shown(value), " is what the schema rules out"));
  }
  void If(const Json& schema, const Json& word, const Json& value, const std::string& at) {
    const Json* next = GetMember(schema, Fits(word, value) ? "then" : "else");
    if (next != nullptr) Visit(*next, value, at);
  }
  void Ref(const Json&, const Json& word, const Json& value, const std::string& at) {
    if (!word.is_string()) return Break("its schema is damaged: a $ref that is no string");
    const Json*& target = refs_[word.get_ref<const std::string&>()];
    if (target == nullptr) {
      const absl::StatusOr<const Json*> found = FindRef(root_, word.get_ref<const std::string&>());
      if (!found.ok()) return Break(absl::StrCat("its schema is damaged: ", Describe(found.status())));
      target = *found;
    }
    Visit(*target, value, at);
  }

  static std::string Below(const std::string& at, const std::string& key) {
    return absl::StrCat(at, "/", PointerPart(key));
  }

  const Json& root_;
  const SchemaLimits limits_;
  Mistakes* mistakes_ = nullptr;
  std::string broken_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  std::unordered_map<std::string, std::unique_ptr<PatternOf>> patterns_;
  std::unordered_map<std::string, const Json*> refs_;
};

const std::unordered_map<std::string_view, Validator::Handler>& Validator::Handlers() {
  static const std::unordered_map<std::string_view, Handler> handlers = {
      {"enum", &Validator::Enum},
      {"const", &Validator::Const},
      {"minimum", &Validator::Minimum},
      {"maximum", &Validator::Maximum},
      {"exclusiveMinimum", &Validator::ExclusiveMinimum},
      {"exclusiveMaximum", &Validator::ExclusiveMaximum},
      {"multipleOf", &Validator::MultipleOf},
      {"pattern", &Validator::Pattern},
      {"minLength", &Validator::MinLength},
      {"maxLength", &Validator::MaxLength},
      {"minItems", &Validator::MinItems},
      {"maxItems", &Validator::MaxItems},
      {"minProperties", &Validator::MinProperties},
      {"maxProperties", &Validator::MaxProperties},
      {"properties", &Validator::Properties},
      {"patternProperties", &Validator::PatternProperties},
      {"additionalProperties", &Validator::AdditionalProperties},
      {"propertyNames", &Validator::PropertyNames},
      {"required", &Validator::Required},
      {"dependentRequired", &Validator::DependentRequired},
      {"prefixItems", &Validator::PrefixItems},
      {"items", &Validator::Items},
      {"contains", &Validator::Contains},
      {"uniqueItems", &Validator::UniqueItems},
      {"allOf", &Validator::AllOf},
      {"anyOf", &Validator::AnyOf},
      {"oneOf", &Validator::OneOf},
      {"not", &Validator::Not},
      {"if", &Validator::If},
      {"$ref", &Validator::Ref}};
  return handlers;
}

}  // namespace

std::vector<SchemaMistake> SchemaMistakes(const Json& schema, const Json& value, const SchemaLimits& limits) {
  return Validator(schema, limits).Run(value);
}

std::string Describe(const SchemaMistake& mistake) {
  return absl::StrCat(mistake.at.empty() ? "the value" : mistake.at, ": ", mistake.what);
}

absl::Status StatusOf(const std::vector<SchemaMistake>& mistakes) {
  if (mistakes.empty()) return absl::OkStatus();
  std::string all;
  for (const SchemaMistake& mistake : mistakes)
    absl::StrAppend(&all, all.empty() ? "" : "; ", Describe(mistake));
  return absl::InvalidArgumentError(all);
}

absl::Status ValidateJson(const Json& schema, const Json& value) {
  return StatusOf(SchemaMistakes(schema, value));
}

}  // namespace ninefold
