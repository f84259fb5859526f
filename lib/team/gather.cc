#include "team/gather.h"

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold {

absl::StatusOr<Prompt> GatherPrompt(const TaskInputs& inputs) {
  std::string text;
  for (const std::string& need : inputs.needs()) {
    const TaskResult* result = inputs.Find(need);
    if (result == nullptr || result->outcome == TaskOutcome::kSkipped) continue;
    absl::StrAppend(
        &text, text.empty() ? "" : "\n\n", "## ", need, "\n",
        result->reply ? result->reply->text : absl::StrCat("(no report: ", Describe(result->status), ")"));
  }
  return Prompt(std::move(text));
}

namespace {

Async<absl::StatusOr<Reply>> Gather(Prompt prompt, Context&) {
  Reply reply;
  reply.text = TextOf(prompt);
  reply.evidence = std::move(prompt.known);
  co_return reply;
}

}  // namespace

AgentPtr GatherAgent() {
  static const AgentPtr agent = MakeFunctionAgent({"gather", "Puts reports side by side"}, Gather);
  return agent;
}

}  // namespace ninefold
