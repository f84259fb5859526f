#include "pipeline/values.h"

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

bool IsLines(const TemplatePiece& piece) {
  const std::string& last = piece.segments.back().name;
  return piece.segments.size() > 1 && (last == "evidence" || last == "dissent");
}

std::string JoinLines(const Json& list) {
  std::string text;
  for (const Json& line : list) absl::StrAppend(&text, text.empty() ? "" : "\n", JsonAsText(line));
  return text;
}

}  // namespace

Json ResultValue(const TaskResult& result) {
  Json value = Json::object();
  const std::string status(TaskOutcomeName(result.outcome));
  value["status"] = status;
  value["error"] = result.status.ok() ? std::string() : Describe(result.status);
  Json evidence = Json::array(), dissent = Json::array();
  if (result.reply == nullptr) {
    value["text"] = absl::StrCat("(", status, ")");
    value["data"] = value["report"] = nullptr;
  } else {
    value["text"] = result.reply->text;
    value["data"] = result.reply->data ? *result.reply->data : Json(nullptr);
    value["report"] = result.reply->report ? *result.reply->report : Json(nullptr);
    for (const Citation& citation : result.reply->evidence) {
      evidence.push_back(absl::StrCat("\"", citation.quote, "\" [", Place(citation), "]"));
    }
    for (const Dissent& opinion : result.reply->dissent)
      dissent.push_back(absl::StrCat(opinion.who, ": ", opinion.text));
  }
  value["evidence"] = std::move(evidence);
  value["dissent"] = std::move(dissent);
  return value;
}

void AddDissent(const TaskResult& result, Json& list) {
  if (result.reply == nullptr) return;
  for (const Dissent& opinion : result.reply->dissent)
    list.push_back({{"who", opinion.who}, {"text", opinion.text}});
}

bool IsFilePart(const Part& part) {
  const auto* data = std::get_if<Data>(&part);
  if (data != nullptr) return !data->text.empty();
  return std::holds_alternative<File>(part) || std::holds_alternative<Image>(part);
}

const Json* FindData(const Prompt& prompt, std::string_view name) {
  for (const Part& part : prompt.parts) {
    const auto* data = std::get_if<Data>(&part);
    if (data != nullptr && data->name == name) return &data->value;
  }
  return nullptr;
}

absl::StatusOr<std::string> RenderWith(const Template& source, const Json& values) {
  auto lookup = [&](const TemplatePiece& piece) -> absl::StatusOr<std::string> {
    const Json* value = Walk(values, piece.segments, 0);
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("{{ ", piece.text, " }}: there is no such value in this run"));
    }
    return value->is_array() && IsLines(piece) ? JoinLines(*value) : JsonAsText(*value);
  };
  return Render(source, lookup);
}

}  // namespace ninefold::pipeline
