// ninefold tools: the tools that are built in.
#include <unistd.h>

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"

namespace ninefold::cli {
namespace {

absl::StatusOr<std::vector<ToolPtr>> BuiltIn() {
  std::vector<ToolPtr> tools = {Calculator()};
  TRY(ToolPtr search, TextSearch({}));
  tools.push_back(std::move(search));
  TRY(ToolPtr query, DataQuery({}));
  tools.push_back(std::move(query));
  TRY(const std::vector<ToolPtr> files, FileTools("."));
  tools.insert(tools.end(), files.begin(), files.end());
  TRY(const std::vector<ToolPtr> images, ImageTools({}));
  tools.insert(tools.end(), images.begin(), images.end());
  return tools;
}

std::string TypeOf(const Json& schema) {
  const std::string* type = GetString(schema, "type");
  if (const Json* values = GetMember(schema, "enum"); values != nullptr) return DumpJson(*values);
  return type == nullptr ? "any" : *type;
}

bool IsRequired(const Json& parameters, const std::string& name) {
  const Json* required = GetMember(parameters, "required");
  return required != nullptr && required->is_array() &&
         std::find(required->begin(), required->end(), Json(name)) != required->end();
}

std::string Page(const ToolSpec& spec, bool colors) {
  std::string out = absl::StrCat(Styled(spec.name, Style::kBold, colors), "  (",
                                 ToAbsl(EffectName(spec.effect)), ")\n  ", OneLine(spec.description), "\n");
  const Json* properties = GetMember(spec.parameters, "properties");
  if (properties == nullptr || !properties->is_object()) return out;
  for (const auto& [name, schema] : properties->items()) {
    const std::string* description = GetString(schema, "description");
    absl::StrAppend(&out, "    ", Pad(absl::StrCat(name, IsRequired(spec.parameters, name) ? "" : "?"), 16),
                    Pad(TypeOf(schema), 10), description == nullptr ? "" : OneLine(*description), "\n");
  }
  return out;
}

int Tools(bool json) {
  const absl::StatusOr<std::vector<ToolPtr>> tools = BuiltIn();
  if (!tools.ok()) return Refuse(tools.status(), kExitFailed);
  std::string out;
  Json list = Json::array();
  for (const ToolPtr& tool : *tools) {
    const ToolSpec& spec = tool->spec();
    out += Page(spec, LookAt(STDOUT_FILENO).colors);
    Json one = Json::object();
    one["name"] = spec.name;
    one["description"] = spec.description;
    one["effect"] = EffectName(spec.effect);
    one["parameters"] = spec.parameters;
    list.push_back(std::move(one));
  }
  const absl::Status printed = json ? PrintJson(list) : WriteAll(STDOUT_FILENO, out, "the tools to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

}  // namespace

void AddTools(CLI::App& app, int& exit_code) {
  auto json = std::make_shared<bool>(false);
  CLI::App* tools = app.add_subcommand("tools", "List the built-in tools and their arguments");
  tools->add_flag("--json", *json, "Print a JSON list with whole schemas");
  tools->footer(
      "An argument with a ? may be left out. The word in brackets is the tool's effect: pure, read, "
      "idempotent, once.");
  tools->callback([json, &exit_code] { exit_code = Tools(*json); });
}

}  // namespace ninefold::cli
