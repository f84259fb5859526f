// An agent whose answers have a form that a pattern can read: a verdict, a choice, briefs.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "ninefold/agent.h"
#include "ninefold/model.h"

namespace ninefold {

// `agent`, asked for an answer of `form`: Reply::data conforms to it and `check` has nothing against it. An
// answer that misses is sent back once, with why; its talk goes on. kInvalidArgument: it missed again.
// `check` looks at what the schema cannot say; null: at nothing.
AgentPtr InForm(AgentPtr agent, std::shared_ptr<const OutputSchema> form,
                std::function<absl::Status(const Json&)> check = nullptr);

// Schemas in few words. Every property is required, and there are no others.
Json ObjectSchema(std::initializer_list<std::pair<const char*, Json>> properties);
Json TextSchema(std::string_view description);
Json FlagSchema(std::string_view description);
Json ListSchema(Json items, std::string_view description);
Json ChoiceSchema(std::vector<std::string> choices, std::string_view description);
std::shared_ptr<const OutputSchema> Form(std::string name, Json schema);

}  // namespace ninefold
