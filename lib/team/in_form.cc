#include "team/in_form.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/structured_output.h"
#include "base/json_schema.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// Whether the talk has the question and, beside the answer, more than that, as what tools have found: then it
// goes on. Else all is said again: to a team, what it is asked is its goal, and the talk only stands before
// it.
bool IsWorthGoingOn(const Conversation& talk, const Prompt& asked) {
  const std::vector<const Message*> messages = talk.messages();
  const std::size_t before = asked.history.size();
  if (messages.size() <= before + 2) return false;
  const Message& question = *messages[before];
  return question.role == Role::kUser && TextOf(question) == TextOf(asked);
}

class FormAgent : public Agent {
 public:
  FormAgent(AgentPtr agent, std::shared_ptr<const OutputSchema> form,
            std::function<absl::Status(const Json&)> check)
      : agent_(std::move(agent)), form_(std::move(form)), check_(std::move(check)) {}
  const AgentCard& card() const override { return agent_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Prompt again = prompt;
    prompt.output = form_;
    CO_TRY(Reply reply, co_await agent_->Run(std::move(prompt), ctx));
    const absl::Status missed = Take(reply);
    if (missed.ok()) co_return reply;
    Context own(ctx, "again");
    own.Emit(event::Repaired{absl::StrCat("answer of \"", card().name, "\": ", Describe(missed))});
    again.known.insert(again.known.end(), reply.evidence.begin(), reply.evidence.end());
    std::string repair =
        absl::StrCat(RepairRequest(Describe(missed)), "\nIts JSON Schema: ", DumpJson(form_->schema));
    if (IsWorthGoingOn(reply.conversation, again)) {
      again.history = std::move(reply.conversation);
      again.parts.clear();
    } else {
      repair = absl::StrCat("\nYour answer was:\n", reply.text, "\n\n", repair);
    }
    again.parts.emplace_back(Text{std::move(repair)});
    again.output = form_;
    Reply second;
    CO_TRY(second, co_await agent_->Run(std::move(again), own));
    const absl::Status hopeless = Take(second);
    if (hopeless.ok()) co_return second;
    co_return absl::InvalidArgumentError(absl::StrCat("agent \"", card().name, "\" gave no usable ",
                                                      form_->name, " in two tries: ", Describe(hopeless)));
  }

 private:
  // Finds the value in data or text and puts it into data.
  absl::Status Take(Reply& reply) const {
    if (!reply.data || !ValidateJson(form_->schema, *reply.data).ok()) {
      TRY(reply.data, ParseOutput(reply.text, form_->schema));
    }
    return check_ ? check_(*reply.data) : absl::OkStatus();
  }

  AgentPtr agent_;
  std::shared_ptr<const OutputSchema> form_;
  std::function<absl::Status(const Json&)> check_;
};

}  // namespace

AgentPtr InForm(AgentPtr agent, std::shared_ptr<const OutputSchema> form,
                std::function<absl::Status(const Json&)> check) {
  return std::make_shared<FormAgent>(std::move(agent), std::move(form), std::move(check));
}

Json ObjectSchema(std::initializer_list<std::pair<const char*, Json>> properties) {
  Json schema = {{"type", "object"}, {"required", Json::array()}, {"additionalProperties", false}};
  for (const auto& [name, property] : properties) {
    schema["properties"][name] = property;
    schema["required"].push_back(name);
  }
  return schema;
}

Json TextSchema(std::string_view description) {
  return {{"type", "string"}, {"description", std::string(description)}};
}

Json FlagSchema(std::string_view description) {
  return {{"type", "boolean"}, {"description", std::string(description)}};
}

Json ListSchema(Json items, std::string_view description) {
  return {{"type", "array"}, {"items", std::move(items)}, {"description", std::string(description)}};
}

Json ChoiceSchema(std::vector<std::string> choices, std::string_view description) {
  return {{"type", "string"}, {"enum", std::move(choices)}, {"description", std::string(description)}};
}

std::shared_ptr<const OutputSchema> Form(std::string name, Json schema) {
  return std::make_shared<const OutputSchema>(OutputSchema{std::move(name), std::move(schema)});
}

}  // namespace ninefold
