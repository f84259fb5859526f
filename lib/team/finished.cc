#include "team/finished.h"

#include <utility>

namespace ninefold {

Task Finished(std::string id, std::vector<std::string> needs, Reply reply, AgentCard card) {
  Task task{.id = std::move(id), .needs = std::move(needs)};
  auto shared = std::make_shared<const Reply>(std::move(reply));
  task.agent = MakeFunctionAgent(
      std::move(card), [shared](Prompt, Context&) -> Async<absl::StatusOr<Reply>> { co_return *shared; });
  task.prompt = PromptTemplate([](const TaskInputs&) -> absl::StatusOr<Prompt> { return Prompt(""); });
  task.known = Known::kOfPrompt;
  return task;
}

}  // namespace ninefold
