#include "team/patterns/fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "team/in_form.h"
#include "team/patterns/parts.h"

namespace ninefold::patterns {
namespace {

constexpr char kTexts[] = "list of strings";

bool IsFieldName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

}  // namespace

Json FieldsSchema() {
  return ListSchema(
      ObjectSchema({{"name", TextSchema("Letters, digits, _ and -")},
                    {"type", ChoiceSchema({"string", "number", "integer", "boolean", kTexts}, "What it is")},
                    {"about", TextSchema("What it means, with its unit")}}),
      "The fields that the answer must have, where something will be reckoned from it; empty for free text");
}

absl::StatusOr<std::shared_ptr<const OutputSchema>> FormOfFields(const Json& fields, std::string name) {
  if (!fields.is_array() || fields.empty()) return nullptr;
  Json schema = {{"type", "object"}, {"required", Json::array()}, {"additionalProperties", false}};
  for (const Json& field : fields) {
    const std::string& called = TextAt(field, "name");
    if (!IsFieldName(called)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the field \"", called, "\": a name has letters, digits, _ and -, 1 to 64 of them"));
    }
    if (schema["properties"].contains(called))
      return absl::InvalidArgumentError(absl::StrCat("two fields are called \"", called, "\""));
    const std::string& type = TextAt(field, "type");
    Json& property = schema["properties"][called];
    property = type == kTexts ? ListSchema({{"type", "string"}}, "") : Json{{"type", type}};
    property["description"] = TextAt(field, "about");
    schema["required"].push_back(called);
  }
  return Form(std::move(name), std::move(schema));
}

}  // namespace ninefold::patterns
