#include "team/ask_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/structured_output.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {

std::string DescribeRoster(const Roster& roster) {
  std::string text = "Agents:\n";
  for (const AgentPtr& member : roster) {
    absl::StrAppend(&text, "- ", member->card().name, ": ", member->card().description, "\n");
  }
  return text;
}

Json RosterNames(const Roster& roster) {
  Json names = Json::array();
  for (const AgentPtr& member : roster) names.push_back(member->card().name);
  return names;
}

AgentPtr FindMember(const Roster& roster, std::string_view name) {
  for (const AgentPtr& member : roster) {
    if (member->card().name == name) return member;
  }
  return nullptr;
}

Async<absl::StatusOr<Json>> AskModel(const Model& model, std::string instructions, Prompt prompt,
                                     std::shared_ptr<const OutputSchema> schema,
                                     std::function<absl::Status(const Json&)> check, Context& ctx) {
  ModelRequest request;
  request.instructions = std::make_shared<const std::string>(std::move(instructions));
  request.output = schema;
  Message question{Role::kUser, std::move(prompt.parts)};
  request.conversation = prompt.history.With(std::move(question));
  absl::Status wrong;
  for (int turn = 1; turn <= 2; ++turn) {
    const std::string segment = absl::StrCat("turn.", turn);
    Context own(ctx, segment);
    CO_TRY(ModelReply reply, co_await CallModel(model, request, own));
    absl::StatusOr<Json> value = ParseOutput(TextOf(reply.message), schema->schema);
    wrong = value.ok() ? check(*value) : value.status();
    if (wrong.ok()) co_return value;
    own.Emit(event::Repaired{Describe(wrong)});
    request.conversation = request.conversation.With(std::move(reply.message));
    request.conversation = request.conversation.With(UserMessage(RepairRequest(Describe(wrong))));
  }
  co_return absl::InvalidArgumentError(absl::StrCat("model ", model.card().name, " gave no usable ",
                                                    schema->name, " in two tries: ", Describe(wrong)));
}

}  // namespace ninefold
