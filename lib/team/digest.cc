#include "team/digest.h"

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "team/condense.h"

namespace ninefold {

const std::string_view kMergeRequest =
    "Merge these reports into one answer to the question. Keep their quotes with their places, written as "
    "\"quote\" [source:lines]. "
    "Where the reports contradict each other, say so in a line of its own for each: \"Dissent: NAME: what it "
    "holds\".";

absl::StatusOr<Prompt> Digest(const TaskInputs& inputs, std::string_view ask, int result_tokens) {
  return Digest(inputs, inputs.needs(), ask, result_tokens);
}

absl::StatusOr<Prompt> Digest(const TaskInputs& inputs, const std::vector<std::string>& ids,
                              std::string_view ask, int result_tokens) {
  std::string text = absl::StrCat("Question: ", TextOf(inputs.goal()), "\n\nReports:\n");
  for (const std::string& need : ids) {
    const TaskResult* result = inputs.Find(need);
    if (result == nullptr || result->outcome == TaskOutcome::kSkipped) continue;
    absl::StrAppend(&text, "\n## ", need, "\n");
    if (result->reply != nullptr) {
      absl::StrAppend(&text, Condense(*result->reply, result_tokens), "\n");
    } else {
      absl::StrAppend(&text, "(no report: ", Describe(result->status), ")\n");
    }
  }
  if (!ask.empty()) absl::StrAppend(&text, "\n", ToAbsl(ask), "\n");
  std::vector<Part> parts{Text{std::move(text)}};
  for (const Part& part : inputs.goal().parts) {
    if (std::holds_alternative<Image>(part)) parts.push_back(part);
  }
  return Prompt(std::move(parts), inputs.goal().history);
}

}  // namespace ninefold
