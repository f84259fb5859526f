#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/try.h"
#include "graph/template.h"
#include "ninefold/status.h"
#include "ninefold/task_graph.h"

namespace ninefold {

struct PromptTemplate::Parsed {
  Template source;
  absl::Status status;         // of parsing
  bool is_goal_alone = false;  // "{{ goal }}": the goal's parts as they are
  bool says_goal = false;
};

namespace {

bool IsGoal(const TemplatePiece& piece) {
  return piece.kind == TemplatePiece::kVariable && piece.segments.size() == 1 &&
         (piece.segments[0].name == "goal" || piece.segments[0].name == "question");
}

std::string EvidenceAsText(const Reply& reply) {
  std::string text;
  for (const Citation& citation : reply.evidence)
    absl::StrAppend(&text, "\"", citation.quote, "\" [", Place(citation), "]\n");
  return text;
}

// "id.text", "id.data.field", "id.evidence", "id.error", "id" alone for its text.
absl::StatusOr<std::string> ResultField(const TaskResult& result, const TemplatePiece& piece) {
  const std::string& field = piece.segments.size() > 1 ? piece.segments[1].name : "text";
  if (field == "error") return result.status.ok() ? std::string() : Describe(result.status);
  if (field == "outcome") return std::string(TaskOutcomeName(result.outcome));
  if (result.reply == nullptr) return absl::StrCat("(", ToAbsl(TaskOutcomeName(result.outcome)), ")");
  if (field == "text") return result.reply->text;
  if (field == "evidence") return EvidenceAsText(*result.reply);
  if (field != "data" && field != "report") {
    return absl::InvalidArgumentError(
        absl::StrCat("{{ ", piece.text, " }}: a result has text, data, report, evidence, outcome and error"));
  }
  const std::optional<Json>& whole = field == "data" ? result.reply->data : result.reply->report;
  if (!whole)
    return absl::InvalidArgumentError(absl::StrCat("{{ ", piece.text, " }}: this result has no ", field));
  const Json* value = Walk(*whole, piece.segments, 2);
  if (value == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("{{ ", piece.text, " }}: not in the ", field));
  return JsonAsText(*value);
}

absl::StatusOr<std::string> Lookup(const TaskInputs& inputs, const TemplatePiece& piece) {
  if (IsGoal(piece)) return TextOf(inputs.goal());
  const std::string& id = piece.segments[0].name;
  const TaskResult* result = inputs.Find(id);
  if (result != nullptr) return ResultField(*result, piece);
  return absl::InvalidArgumentError(absl::StrCat("{{ ", piece.text, " }}: the task does not need \"", id,
                                                 "\"; it has goal", inputs.needs().empty() ? "" : ", ",
                                                 absl::StrJoin(inputs.needs(), ", ")));
}

}  // namespace

PromptTemplate::PromptTemplate(std::string text, bool with_files) : with_files_(with_files) {
  auto parsed = std::make_shared<Parsed>();
  absl::StatusOr<Template> source = ParseTemplate(text);
  parsed->status = source.status();
  if (source.ok()) {
    parsed->source = *std::move(source);
    const auto& pieces = parsed->source.pieces;
    parsed->says_goal = std::any_of(pieces.begin(), pieces.end(), IsGoal);
    parsed->is_goal_alone = parsed->says_goal && pieces.size() == 1;
  }
  parsed_ = std::move(parsed);
}

absl::StatusOr<Prompt> PromptTemplate::Render(const TaskInputs& inputs) const {
  if (fn_) return fn_(inputs);
  CHECK_OK(parsed_->status);
  if (parsed_->is_goal_alone && with_files_) return Prompt(inputs.goal().parts, inputs.goal().history);
  auto lookup = [&](const TemplatePiece& piece) { return Lookup(inputs, piece); };
  TRY(std::string text, ninefold::Render(parsed_->source, lookup));
  Prompt prompt(std::move(text));
  if (parsed_->says_goal) prompt.history = inputs.goal().history;
  if (!with_files_) return prompt;
  for (const Part& part : inputs.goal().parts) {
    if (!std::holds_alternative<Text>(part)) prompt.parts.push_back(part);
  }
  return prompt;
}

absl::Status PromptTemplate::Check(const std::vector<std::string>& known) const {
  if (fn_) return absl::OkStatus();
  CHECK_OK(parsed_->status);
  for (const TemplatePiece& piece : parsed_->source.pieces) {
    if (piece.kind == TemplatePiece::kText || IsGoal(piece)) continue;
    const std::string& id = piece.segments[0].name;
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("{{ ", piece.text, " }}: nothing is called \"", id, "\"", DidYouMean(id, known)));
  }
  return absl::OkStatus();
}

bool PromptTemplate::MayUse(std::string_view id) const {
  if (fn_) return !uses_ || std::find(uses_->begin(), uses_->end(), id) != uses_->end();
  for (const TemplatePiece& piece : parsed_->source.pieces) {
    if (piece.kind == TemplatePiece::kVariable && !IsGoal(piece) && piece.segments[0].name == id) return true;
  }
  return false;
}

}  // namespace ninefold
