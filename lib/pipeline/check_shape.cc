#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "ninefold/status.h"
#include "pipeline/format.h"

namespace ninefold::pipeline {
namespace {

std::string Shown(const YamlNode& node) {
  if (node.kind == YamlNode::kNull) return "nothing";
  if (node.kind != YamlNode::kScalar) return std::string(KindName(node.kind));
  return absl::StrCat("\"", node.text.substr(0, 60), node.text.size() > 60 ? "…" : "", "\"");
}

std::string Range(const Type& type) {
  if (type.min >= 0 && type.max >= 1e12) return absl::StrCat(type.min, " or more");
  return absl::StrCat(static_cast<std::int64_t>(type.min) == type.min
                          ? absl::StrCat(static_cast<std::int64_t>(type.min))
                          : absl::StrFormat("%.6f", type.min),
                      " to ", static_cast<std::int64_t>(type.max));
}

std::string What(const Type& type) {
  switch (type.kind) {
    case Type::kText:
    case Type::kPlain:
    case Type::kTemplate:
      return "a text";
    case Type::kName:
      return "a name";
    case Type::kExpression:
      return "an expression";
    case Type::kBool:
      return "true or false";
    case Type::kInteger:
      if (type.min == type.max) return absl::StrCat("the number ", static_cast<std::int64_t>(type.min));
      return absl::StrCat("a whole number, ", Range(type));
    case Type::kNumber:
      return absl::StrCat("a number, ", Range(type));
    case Type::kDuration:
      return "a time with its unit, as 30s, 2m or 500ms";
    case Type::kChoice:
      return absl::StrCat("one of ", absl::StrJoin(type.choices, ", "));
    case Type::kJson:
      return "a value";
    case Type::kList:
      return absl::StrCat("a list of ", type.of[0].kind == Type::kObject ? "maps" : "values");
    case Type::kMap:
      return "a map of names";
    case Type::kObject:
      return absl::StrCat("a map (", type.shape().what, ")");
    case Type::kEither:
      return absl::StrCat(What(type.of[0]), " or ", What(type.of[1]));
  }
  return "?";
}

std::vector<std::string> NamesOf(const Shape& shape) {
  std::vector<std::string> names;
  for (const Field& field : shape.fields) names.push_back(field.name);
  return names;
}

class Checker {
 public:
  explicit Checker(Diagnostics& out) : out_(out) {}

  void Object(YamlNode& node, const Shape& shape, const Position& at) {
    if (node.kind != YamlNode::kMap) {
      out_.Error(at, absl::StrCat(shape.what, " must be a map, this is ", Shown(node)),
                 "write \"key: value\" lines");
      return;
    }
    std::vector<const Field*> seen;
    std::vector<std::string> meant;  // by keys that are mistyped: not missed a second time
    for (YamlMember& member : node.members) {
      const Field* field = FieldOf(member, shape);
      if (field == nullptr) {
        meant.push_back(Suggest(member.key, NamesOf(shape)));
        continue;
      }
      for (const Field* other : seen) {
        if (other == field)
          out_.Error(member.key_at,
                     absl::StrCat("\"", field->name, "\" is given twice, once by another name"),
                     "keep one of them");
      }
      seen.push_back(field);
      Value(member.value, field->type, absl::StrCat("\"", field->name, "\""), member.key_at);
    }
    for (const Field& field : shape.fields) {
      if (!field.required || std::find(seen.begin(), seen.end(), &field) != seen.end()) continue;
      if (std::find(meant.begin(), meant.end(), field.name) != meant.end()) continue;
      out_.Error(node.at, absl::StrCat(shape.what, " needs \"", field.name, "\""),
                 absl::StrCat(field.name, ": ", field.doc));
    }
    if (!shape.one_of.empty()) OneOf(node, shape, meant);
  }

  void OneOf(const YamlNode& node, const Shape& shape, const std::vector<std::string>& meant) {
    std::vector<const YamlMember*> there;
    bool mistyped = false;
    for (const std::string& name : shape.one_of) {
      mistyped = mistyped || std::find(meant.begin(), meant.end(), name) != meant.end();
      for (const YamlMember& member : node.members) {
        if (member.key == name) there.push_back(&member);
      }
    }
    const std::string all = absl::StrCat("\"", absl::StrJoin(shape.one_of, "\" or \""), "\"");
    if (there.empty() && !mistyped) {
      const Field* first = shape.Find(shape.one_of[0]);
      out_.Error(node.at, absl::StrCat(shape.what, " needs ", all),
                 absl::StrCat(first->name, ": ", first->doc));
    }
    if (there.size() > 1)
      out_.Error(there[1]->key_at, absl::StrCat(shape.what, " has either ", all, ", not both"),
                 "keep one of them");
  }

  void Value(YamlNode& node, const Type& type, const std::string& label, const Position& key_at) {
    const Position& at = node.kind == YamlNode::kNull ? key_at : node.at;
    switch (type.kind) {
      case Type::kJson:
        return;
      case Type::kObject:
        if (node.kind != YamlNode::kMap) return Mismatch(node, type, label, at);
        return Object(node, type.shape(), at);
      case Type::kList:
        if (node.kind != YamlNode::kList) return Mismatch(node, type, label, at);
        if (static_cast<int>(node.items.size()) < type.items_min) TooFew(node, type, label, at);
        for (YamlNode& item : node.items)
          Value(item, type.of[0], absl::StrCat("an item of ", label), item.at);
        return;
      case Type::kMap:
        return Map(node, type, label, at);
      case Type::kEither:
        return Either(node, type, label, key_at);
      default:
        return Scalar(node, type, label, at);
    }
  }

 private:
  const Field* FieldOf(YamlMember& member, const Shape& shape) {
    if (const Field* field = shape.Find(member.key)) return field;
    for (const Field& field : shape.fields) {
      for (const std::string& alias : field.aliases) {
        if (alias != member.key) continue;
        out_.Warn(member.key_at, absl::StrCat("\"", alias, "\" is called \"", field.name, "\" here"),
                  absl::StrCat("write ", field.name, ":"));
        member.key = field.name;
        return &field;
      }
    }
    Unknown(member, shape);
    return nullptr;
  }

  void Unknown(const YamlMember& member, const Shape& shape) {
    const std::vector<std::string> names = NamesOf(shape);
    std::string hint;
    if (member.key == "key" || member.key == "api_key" || member.key == "token") {
      hint = "no secrets in files: put it in an environment variable and name that with key_env";
    } else if (const std::string near = Suggest(member.key, names); !near.empty()) {
      hint = absl::StrCat("did you mean \"", near, "\"?");
    } else {
      hint = absl::StrCat("there are ", absl::StrJoin(names, ", "));
    }
    if (const std::string odd = OddCharacter(member.key); !odd.empty()) hint = absl::StrCat(odd, "; ", hint);
    out_.Error(member.key_at, absl::StrCat("unknown key \"", member.key.substr(0, 80), "\" in ", shape.what),
               hint);
  }

  void TooFew(const YamlNode& node, const Type& type, const std::string& label, const Position& at) {
    if (node.items.empty() && type.items_min == 1)
      return out_.Error(at, absl::StrCat(label, " is an empty list"), "add an item, or take the key away");
    out_.Error(
        at,
        absl::StrCat(label, " must have at least ", type.items_min, " items, this has ", node.items.size()),
        "add what is missing");
  }

  void Map(YamlNode& node, const Type& type, const std::string& label, const Position& at) {
    if (node.kind != YamlNode::kMap) return Mismatch(node, type, label, at);
    for (YamlMember& member : node.members) {
      if (!type.any_key && !IsName(member.key)) BadName(member.key, member.key_at, label);
      Value(member.value, type.of[0], absl::StrCat("\"", member.key.substr(0, 80), "\""), member.key_at);
    }
  }

  void Either(YamlNode& node, const Type& type, const std::string& label, const Position& key_at) {
    for (const Type& choice : type.of) {
      const bool list = choice.kind == Type::kList,
                 map = choice.kind == Type::kObject || choice.kind == Type::kMap;
      const YamlNode::Kind fits = list ? YamlNode::kList : map ? YamlNode::kMap : YamlNode::kScalar;
      if (node.kind == fits) return Value(node, choice, label, key_at);
    }
    Mismatch(node, type, label, node.kind == YamlNode::kNull ? key_at : node.at);
  }

  void BadName(const std::string& name, const Position& at, const std::string& label) {
    std::string hint = OddCharacter(name);
    if (hint.empty())
      hint = name.size() > 64 ? "it is longer than 64 bytes" : "it may have letters, digits, _ and -";
    out_.Error(at, absl::StrCat("\"", name.substr(0, 80), "\" is no name (", label, ")"), hint);
  }

  void Scalar(const YamlNode& node, const Type& type, const std::string& label, const Position& at) {
    if (node.kind != YamlNode::kScalar) return Mismatch(node, type, label, at);
    switch (type.kind) {
      case Type::kPlain:
        if (const std::size_t braces = node.text.find("{{"); braces != std::string::npos)
          out_.Warn(VariableAt(node, braces), absl::StrCat(label, " is no template: \"{{\" stays as it is"),
                    "put variables in the prompt of a step");
        return;
      case Type::kName:
        if (!IsName(node.text)) BadName(node.text, at, label);
        return;
      case Type::kBool:
        if (!AsBool(node)) Mismatch(node, type, label, at);
        return;
      case Type::kInteger: {
        const std::optional<std::int64_t> value = AsInteger(node);
        if (!value || static_cast<double>(*value) < type.min || static_cast<double>(*value) > type.max)
          Mismatch(node, type, label, at);
        return;
      }
      case Type::kNumber: {
        const std::optional<double> value = AsNumber(node);
        if (!value || *value < type.min || *value > type.max) Mismatch(node, type, label, at);
        return;
      }
      case Type::kDuration:
        if (!AsDuration(node)) Mismatch(node, type, label, at);
        return;
      case Type::kChoice:
        for (const std::string& choice : type.choices) {
          if (choice == node.text) return;
        }
        return Mismatch(node, type, label, at);
      default:
        return;
    }
  }

  void Mismatch(const YamlNode& node, const Type& type, const std::string& label, const Position& at) {
    std::string hint;
    const bool numeric =
        type.kind == Type::kInteger || type.kind == Type::kNumber || type.kind == Type::kBool;
    if (numeric && node.quoted) hint = "take the quotes away: in quotes it is a text";
    if (type.kind == Type::kDuration && AsNumber(node))
      hint = absl::StrCat("write the unit: ", node.text, "s");
    if (type.kind == Type::kChoice && node.kind == YamlNode::kScalar) {
      if (const std::string near = Suggest(node.text, type.choices); !near.empty())
        hint = absl::StrCat("did you mean \"", near, "\"?");
    }
    out_.Error(at, absl::StrCat(label, " must be ", What(type), ", this is ", Shown(node)), hint);
  }

  Diagnostics& out_;
};

}  // namespace

void CheckShape(YamlNode& node, const Shape& shape, Diagnostics& out) {
  Checker checker(out);
  checker.Object(node, shape, node.at);
}

}  // namespace ninefold::pipeline
